"""Numbers by the million are read as `read_id_number` reads them one by one, whatever the column looks like."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from linking_cast import numbered
from stdnum.cn import ric

from bangfu.core.matching.numbers import (
    CHECKS,
    NO_NUMBER,
    WEIGHTS,
    Numbers,
    birth_days,
    number_text,
    pack_digits,
    read_numbers,
    real_dates,
)
from bangfu.core.values.id_number import PROBLEMS, IdReading, read_id_number

BORN = st.dates(date(1900, 1, 1), date(2024, 12, 31))
GOOD = st.builds(numbered, BORN, st.integers(0, 999), st.sampled_from((110101, 341225, 990101, 659004)))
SAMPLE = numbered(date(1988, 1, 1), 123, 341225)
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
ODD = (
    None, "", " ", "　", "/", "-", "无", "null", "x", "X" * 18, "*" * 18, "9" * 18, "9" * 17 + "1", "0" * 18, "0" * 17 + "1",
    "1" * 18, "1" * 17 + "0", "111111111111111119", "1" * 15, "1" * 300, "1.0", "3.41225198801011E+17", "3.41225E+17",
    "341225198801011230.0", "341225880101123.0", "٣٤١٢٢٥١٩٨٨٠١٠١١٢٣٠", "٣٤١٢٢٥٨٨٠١٠١١٢٣", "12345678901234①", "34122519880101123²", "😀" * 18,
    "张三", "六个汉字十八字节", "341225198802301230", "341225178001011230", "３４１２２５１９８８０１０１１２３０", "'341225198801011230", "341225198801011230\x00",
)  # fmt: skip
"""Texts at the border of some branch."""


def dirty(number: str) -> st.SearchStrategy[str]:
    """A number with dirt that has one right answer."""
    spaced = st.sampled_from(
        (f" {number}", f"{number}　", f"{number[:6]} {number[6:]}", f"\u200b{number}", f"{number}\n")
    )
    written = st.sampled_from((number.translate(WIDE), number.lower(), f"'{number}", f"{number}."))
    looks = [number.replace("X", other) for other in ("Ｘ", "х", "Х", "×", "╳", "Χ")] if "X" in number else [number]
    return spaced | written | st.sampled_from(looks)


def harmless(number: str) -> st.SearchStrategy[str]:
    """As `dirty`, also with a certificate's suffix."""
    certificates = st.sampled_from((f"{number}43", f"{number}11B1", f"{number}74b2", f"{number}12B1"))
    return dirty(number) | certificates | certificates.flatmap(dirty)


TEXTS = st.one_of(
    st.none(),
    st.sampled_from(ODD),
    GOOD,
    GOOD.flatmap(harmless),
    st.text("0123456789Xx*.E+ 　９Ｘ٣²", max_size=24),
    st.text("0123456789", min_size=15, max_size=20),
    st.text(max_size=20),
)


def packed_of(reading: IdReading) -> int:
    # a wrong suffix says nothing against the number before it
    return int(reading.number[:17]) if reading.problem in ("ok", "bad_suffix") and reading.number else NO_NUMBER


def check(numbers: Numbers, texts: list[str | None]) -> None:
    """Every row says what `read_id_number` says."""
    readings = [read_id_number(text) for text in texts]
    assert len(numbers) == len(texts)
    assert [PROBLEMS[code] for code in numbers.problems] == [reading.problem for reading in readings]
    assert numbers.packed.tolist() == [packed_of(reading) for reading in readings]
    assert dict(numbers.repairs) == {row: found.repairs for row, found in enumerate(readings) if found.repairs}


# -- known answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "born"),
    [
        # GB 11643-1999 and the usual worked examples
        ("110105491231002", "11010519491231002X", date(1949, 12, 31)),
        ("440524800101001", "440524198001010013", date(1980, 1, 1)),
        ("320311770706001", "320311197707060018", date(1977, 7, 6)),
        # the first and the last year that two digits can say
        ("341225000229001", None, None),  # 1900 was no leap year
        ("341225000228001", "341225190002280016", date(1900, 2, 28)),
        ("341225991231123", "341225199912311230", date(1999, 12, 31)),
        ("341225040229012", "341225190402290125", date(1904, 2, 29)),
        # the order codes 996 to 999 are those of people who were a hundred years old: born in 18yy
        ("341225890101996", "34122518890101996X", date(1889, 1, 1)),
        ("341225990228999", "341225189902289990", date(1899, 2, 28)),
        ("341225890101995", "341225198901019950", date(1989, 1, 1)),
    ],
)
def test_fifteen_digits_become_eighteen(old: str, new: str | None, born: date | None) -> None:
    reading = read_id_number(old)
    if new is None:
        assert reading.problem == "impossible_date"
        return
    assert (reading.number, reading.birth_date, reading.problem) == (new, born, "ok")
    assert reading.repairs == ("fifteen_digits",)
    assert number_text(int(new[:17])) == new


@pytest.mark.parametrize(
    ("body", "check_digit"),
    # 7·1+9·1+10·0+5·1+8·0+4·5+2·1+1·9+6·4+3·9+7·1+9·2+10·3+5·1+8·0+4·0+2·2 = 167 = 15·11 + 2 → X
    # 44052418800101001 is the standard's own example: 195 = 17·11 + 8 → 4
    [("11010519491231002", "X"), ("44052418800101001", "4"), ("00000000000000000", "1"), ("10000000000000000", "5")],
)
def test_check_digits_worked_by_hand(body: str, check_digit: str) -> None:
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    assert CHECKS[total % 11] == check_digit
    number, found = pack_digits(np.array([[int(digit) for digit in body]], np.uint8))
    assert number.tolist() == [int(body)]
    assert found.tolist() == [10 if check_digit == "X" else int(check_digit)]


@given(GOOD)
def test_check_digits_are_those_of_stdnum(number: str) -> None:
    assert number_text(int(number[:17])) == number == number[:17] + str(ric.calc_check_digit(number))


@pytest.mark.parametrize(("suffix", "kind", "grade"), [("11", 1, 1), ("74", 7, 4), ("43B1", 4, 3), ("22b2", 2, 2)])
def test_a_certificate_number_carries_the_resident_number(suffix: str, kind: int, grade: int) -> None:
    reading = read_id_number(SAMPLE + suffix)
    assert (reading.number, reading.disability_kind, reading.disability_grade) == (SAMPLE, kind, grade)
    assert read_numbers(pa.array([SAMPLE + suffix])).packed.tolist() == [int(SAMPLE[:17])]


# -- row by row -------------------------------------------------------------------------------------------------


@given(st.lists(TEXTS, max_size=30))
@example(list(ODD))
def test_a_column_says_what_its_texts_say(texts: list[str | None]) -> None:
    check(read_numbers(pa.array(texts, pa.string())), texts)


@given(st.lists(TEXTS, min_size=1, max_size=12), st.data())
def test_slices_chunks_dictionaries_and_long_strings_are_the_same_column(texts: list[str | None], data: Any) -> None:
    array = pa.array(texts, pa.string())
    start = data.draw(st.integers(0, len(texts)))
    length = data.draw(st.integers(0, len(texts) - start))
    part = texts[start : start + length]
    check(read_numbers(array.slice(start, length)), part)
    check(read_numbers(array.cast(pa.large_string()).slice(start, length)), part)
    check(read_numbers(array.dictionary_encode().slice(start, length)), part)
    cut = data.draw(st.integers(0, len(texts)))
    check(read_numbers(pa.chunked_array([texts[:cut], [], texts[cut:]], pa.string())), texts)
    check(read_numbers(pa.chunked_array([array.slice(cut), array.slice(0, cut)])), texts[cut:] + texts[:cut])


@pytest.mark.parametrize(
    "column",
    [
        pa.array([], pa.string()),
        pa.array([], pa.int64()),
        pa.array([], pa.float64()),
        pa.chunked_array([], pa.string()),
        pa.chunked_array([[], []], pa.large_string()),
        pa.array([None, None], pa.string()).slice(2),
        pa.array([], pa.string()).dictionary_encode(),
        pa.nulls(0),
    ],
    ids=lambda column: f"{type(column).__name__} {column.type}",
)
def test_an_empty_column_has_no_numbers(column: Any) -> None:
    check(read_numbers(column), [])


def test_whole_numbers_are_read_as_their_digits_and_floats_as_far_as_they_hold_them() -> None:
    old = SAMPLE[:6] + SAMPLE[8:17]
    whole = [int(SAMPLE), None, int(old), 0, -1, 10**18 - 1]
    check(read_numbers(pa.array(whole, pa.int64())), [None if n is None else str(n) for n in whole])
    # eighteen digits do not fit a float: its last ones are lost, and nobody may make them up
    floats = read_numbers(pa.array([float(SAMPLE), float(old), None, float("nan"), float("inf"), 1.5]))
    assert [PROBLEMS[code] for code in floats.problems] == [
        "scientific", "ok", "missing", "missing", "bad_length", "bad_length",
    ]  # fmt: skip
    assert floats.packed.tolist() == [-1, int(SAMPLE[:17]), -1, -1, -1, -1]
    assert floats.repairs == {1: ("fifteen_digits",)}


def test_three_hundred_thousand_rows_cross_the_border_of_a_block() -> None:
    rng = np.random.default_rng(5)
    size = 300_000
    texts = np.array([numbered(date(1988, 1, 1), n, 341225) for n in range(1000)], object)[rng.integers(0, 1000, size)]
    odd = rng.random(size) < 0.02
    odd[[0, (1 << 18) - 1, 1 << 18, size - 1]] = True
    texts[odd] = np.array(ODD, object)[rng.integers(0, len(ODD), int(odd.sum()))]
    check(read_numbers(pa.array(texts.tolist(), pa.string())), texts.tolist())


def test_one_text_that_stands_a_million_times_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from bangfu.core.matching import numbers

    calls = []
    monkeypatch.setattr(numbers, "read_id_number", lambda text: calls.append(text) or read_id_number(text))
    column = pa.array([f" {SAMPLE}"]).take(pa.array(np.zeros(1_000_000, np.int64)))
    found = read_numbers(column)
    assert calls == [f" {SAMPLE}"]
    assert (found.packed == int(SAMPLE[:17])).all()


# -- no repair makes another person -----------------------------------------------------------------------------


@given(GOOD.flatmap(lambda number: st.tuples(st.just(number), harmless(number))))
def test_harmless_dirt_leads_back_to_the_number(pair: tuple[str, str]) -> None:
    number, text = pair
    assert read_id_number(text).number == number
    assert read_numbers(pa.array([text])).packed.tolist() == [int(number[:17])]


@given(GOOD.flatmap(lambda number: st.tuples(st.just(number), harmless(number))))
def test_normalising_twice_changes_nothing(pair: tuple[str, str]) -> None:
    once = read_id_number(pair[1])
    twice = read_id_number(once.number)
    assert (twice.number, twice.birth_date, twice.sex, twice.problem) == (*once[:3], "ok")
    assert twice.repairs == ()


@given(GOOD, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_a_mistaken_character_never_makes_another_valid_number(number: str, at: int, other: str) -> None:
    typed = number[:at] + other + number[at + 1 :]
    assert read_id_number(typed).problem != "ok" or typed == number


@given(GOOD, st.integers(0, 16))
def test_two_neighbours_swapped_never_make_another_valid_number(number: str, at: int) -> None:
    typed = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert read_id_number(typed).problem != "ok" or typed == number


@given(GOOD, st.integers(0, 17), st.sampled_from("0123456789X*"))
def test_a_character_too_many_or_too_few_identifies_nobody(number: str, at: int, other: str) -> None:
    for typed in (number[:at] + number[at + 1 :], number[:at] + other + number[at:]):
        assert read_id_number(typed).problem in ("bad_length", "masked", "placeholder")


@given(GOOD, st.integers(1, 17), st.sampled_from((15, 14, 12, 6)))
def test_what_a_spreadsheet_or_a_star_has_taken_away_is_never_made_up(number: str, at: int, shown: int) -> None:
    digits = number[:17]
    lost = (
        f"{digits[0]}.{digits[1:shown]}E+17",
        f"{digits[:15]}000.0",
        number[:at] + "*" + number[at + 1 :],
        number[:6] + "********" + number[14:],
        f"{float(digits + '0'):.15g}",
    )
    for text in lost:
        reading = read_id_number(text)
        assert (reading.problem, reading.number) in {("scientific", None), ("masked", None)}


# -- dates ------------------------------------------------------------------------------------------------------


@given(st.integers(1840, 2110), st.integers(0, 99), st.integers(0, 99))
def test_a_date_in_a_number_is_one_of_the_calendar(year: int, month: int, day: int) -> None:
    packed = np.array([int(f"990101{year:04d}{month:02d}{day:02d}001")])
    try:
        born = date(year, month, day)
    except ValueError:
        born = None
    real = born is not None and 1850 <= year <= 2100
    assert real_dates(packed).tolist() == [real]
    if real and born is not None:
        assert birth_days(packed).tolist() == [(born - date(1970, 1, 1)).days]
