from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from bangfu.core.values.id_number import PROBLEMS, read_id_number


def numbered(area: int, born: date, order: int) -> str:
    body = f"{area:06d}{born:%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(body + "0")


BORN = st.dates(date(1900, 1, 1), date(2024, 12, 31))
NUMBERS = st.builds(numbered, st.integers(110000, 990125), BORN, st.integers(0, 999))
GOOD = numbered(341225, date(1988, 1, 1), 123)
WITH_X = next(n for k in range(999) if (n := numbered(341225, date(1970, 2, 3), k)).endswith("X"))


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (None, "missing"),
        ("", "missing"),
        ("  ", "missing"),
        ("/", "missing"),
        ("无", "missing"),
        ("999999198801011234", "placeholder"),
        ("999999", "placeholder"),
        ("000000000000000000", "placeholder"),
        ("34122519880101123", "bad_length"),
        ("3412251988010112345", "bad_length"),
        ("张三", "bad_length"),
        ("34122519880101123X1", "bad_length"),
        ("3.41225198801011E+17", "scientific"),
        ("3.41225E+17", "scientific"),
        ("341225198801011000.0", "scientific"),
        ("3412**********1234", "masked"),
        (GOOD[:17] + "*", "masked"),
        ("3412XXXXXXXXXX1234", "masked"),
    ],
)
def test_an_id_number_that_cannot_be_read_says_why(raw: str | None, problem: str) -> None:
    reading = read_id_number(raw)
    assert (reading.problem, reading.number, reading.birth_date) == (problem, None, None)


def test_a_wrong_check_digit_gives_neither_birth_date_nor_sex() -> None:
    wrong = GOOD[:17] + ("1" if GOOD[17] != "1" else "2")
    reading = read_id_number(wrong)
    assert (reading.problem, reading.birth_date, reading.sex) == ("bad_checksum", None, None)


@pytest.mark.parametrize("digits", ["19890230", "19891301", "17900101", "00000000"])
def test_a_date_outside_the_calendar_is_impossible_even_with_a_right_check_digit(digits: str) -> None:
    body = f"341225{digits}123"
    assert read_id_number(body + ric.calc_check_digit(body + "0")).problem == "impossible_date"


@pytest.mark.parametrize("suffix", ["83", "05", "45B", "1B"])
def test_a_certificate_suffix_outside_the_standard_is_named(suffix: str) -> None:
    assert read_id_number(GOOD + suffix).problem in {"bad_suffix", "bad_length"}
    assert read_id_number(GOOD + "85").problem == "bad_suffix"


def test_leap_day_births_are_read() -> None:
    reading = read_id_number(numbered(341225, date(2004, 2, 29), 12))
    assert (reading.problem, reading.birth_date) == ("ok", date(2004, 2, 29))


@pytest.mark.parametrize(
    ("raw", "repair"),
    [
        (f" {GOOD}　", "spaces"),
        (f"{GOOD[:6]} {GOOD[6:14]} {GOOD[14:]}", "spaces"),
        ("\u200b" + GOOD, "spaces"),
        ("".join(chr(ord(c) + 0xFEE0) for c in GOOD), "width"),
        ("'" + GOOD, "punctuation"),
        (WITH_X[:17] + "x", "lower_case"),
        (WITH_X[:17] + "Ｘ", "width"),
        (WITH_X[:17] + "Х", "look_alike"),
        (WITH_X[:17] + "×", "look_alike"),
    ],
)
def test_what_has_one_right_answer_is_repaired_and_said(raw: str, repair: str) -> None:
    reading = read_id_number(raw)
    assert reading.problem == "ok"
    assert reading.number in {GOOD, WITH_X}
    assert repair in reading.repairs


def test_fifteen_digits_become_eighteen() -> None:
    old = GOOD[:6] + GOOD[8:17]
    assert read_id_number(old)[:2] == (GOOD, date(1988, 1, 1))
    assert read_id_number(old + ".0").number == GOOD
    assert read_id_number(old).repairs == ("fifteen_digits",)


@pytest.mark.parametrize(("suffix", "kind", "grade"), [("43", 4, 3), ("11B1", 1, 1), ("74B2", 7, 4)])
def test_a_disability_certificate_carries_kind_and_grade(suffix: str, kind: int, grade: int) -> None:
    reading = read_id_number(GOOD + suffix)
    assert (reading.number, reading.disability_kind, reading.disability_grade) == (GOOD, kind, grade)
    assert (reading.problem, reading.repairs) == ("ok", ("certificate",))


@given(NUMBERS)
def test_every_well_formed_number_is_ok_and_agrees_with_stdnum(number: str) -> None:
    reading = read_id_number(number)
    assert reading.problem == "ok"
    assert reading.birth_date == ric.get_birth_date(number)
    assert reading.sex == ("male" if int(number[16]) % 2 else "female")


@given(NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(number: str, at: int, shift: int) -> None:
    typed = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    assert read_id_number(typed).problem != "ok"


@given(NUMBERS, st.integers(0, 16))
def test_two_swapped_neighbours_are_always_noticed(number: str, at: int) -> None:
    typed = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if typed != number:
        assert read_id_number(typed).problem != "ok"


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(raw: str) -> None:
    reading = read_id_number(raw)
    assert reading.problem in PROBLEMS
    assert (reading.problem == "ok") <= (reading.number is not None)
