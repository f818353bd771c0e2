"""Undoing one slip of the pen finds every number that can be meant, and none that cannot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from linking_cast import numbered

from bangfu.core.matching.edits import UNKNOWN, one_edit
from bangfu.core.matching.numbers import number_text
from bangfu.core.matching.patterns import character_matrix, pattern_births, patterns, readable
from bangfu.core.values.id_number import read_id_number

CHARACTERS = "0123456789X"
GOOD = st.builds(numbered, st.dates(date(1900, 1, 1), date(2024, 12, 31)), st.integers(0, 999))
WITH_X = next(text for n in range(999) if (text := numbered(date(1970, 2, 3), n)).endswith("X"))
SAMPLE = numbered(date(1988, 11, 12), 345, 341225)


def found(text: str) -> set[str]:
    """What `one_edit` makes of a text."""
    digits = character_matrix([text], len(text))
    return {number_text(number) for _, packed in one_edit(digits) for number in packed.tolist()}


def well_formed(candidates: Iterable[str]) -> set[str]:
    return {text for text in candidates if len(text) == 18 and read_id_number(text).problem == "ok"}


def undone(text: str) -> set[str]:
    """The slow way: every text from which one slip leads to this one."""
    mistaken = (text[:at] + other + text[at + 1 :] for at in range(len(text)) for other in CHARACTERS)
    swapped = (text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1))
    left_out = (text[:at] + other + text[at:] for at in range(len(text) + 1) for other in CHARACTERS)
    put_in = (text[:at] + text[at + 1 :] for at in range(len(text)))
    day_for_month = [text[:10] + text[12:14] + text[10:12] + text[14:]] if len(text) == 18 else []
    return well_formed([*mistaken, *swapped, *left_out, *put_in, *day_for_month])


def slips_of(number: str) -> st.SearchStrategy[str]:
    at = st.integers(0, 17)
    other = st.sampled_from(CHARACTERS + "*#")
    mistaken = st.tuples(at, other).map(lambda slip: number[: slip[0]] + slip[1] + number[slip[0] + 1 :])
    put_in = st.tuples(at, other).map(lambda slip: number[: slip[0]] + slip[1] + number[slip[0] :])
    swapped = st.integers(0, 16).map(lambda n: number[:n] + number[n + 1] + number[n] + number[n + 2 :])
    left_out = at.map(lambda n: number[:n] + number[n + 1 :])
    day_for_month = st.just(number[:10] + number[12:14] + number[10:12] + number[14:])
    return mistaken | put_in | swapped | left_out | day_for_month


@given(GOOD.flatmap(lambda number: st.tuples(st.just(number), slips_of(number))))
@example((WITH_X, WITH_X[:16] + "X" + WITH_X[16]))
@example((WITH_X, WITH_X[:17]))
@example((WITH_X, "1" + WITH_X))
@example((SAMPLE, SAMPLE[:16] + SAMPLE[17] + SAMPLE[16]))
@example((SAMPLE, SAMPLE[:10] + SAMPLE[12:14] + SAMPLE[10:12] + SAMPLE[14:]))
def test_whoever_made_one_slip_is_found(pair: tuple[str, str]) -> None:
    number, typed = pair
    if typed != number:
        assert number in found(typed)


@given(st.text("0123456789", min_size=17, max_size=19) | GOOD.flatmap(slips_of))
@example("1" * 18)
@example(SAMPLE[:5] + "*" + SAMPLE[6:])
@example("X" + SAMPLE[1:])
@example(SAMPLE[:17] + "*")
def test_all_that_can_be_meant_and_nothing_else_is_found(text: str) -> None:
    others = {number for number in undone(text) if number != text}
    assert found(text) - {text} == others


@given(
    GOOD, st.lists(st.tuples(st.integers(0, 16), st.integers(1, 9)), min_size=2, max_size=2, unique_by=lambda s: s[0])
)
def test_two_slips_are_not_undone(number: str, shifts: list[tuple[int, int]]) -> None:
    typed = list(number)
    for at, shift in shifts:
        typed[at] = str((int(typed[at]) + shift) % 10)
    text = "".join(typed)
    apart = abs(shifts[0][0] - shifts[1][0]) > 1 or text not in {
        number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(17)
    }
    if apart:
        assert number not in found(text)


@pytest.mark.parametrize("text", ["", "1" * 15, "1" * 16, "1" * 20, "**" + SAMPLE[2:], "#" * 18])
def test_other_lengths_and_two_unreadable_characters_give_nothing(text: str) -> None:
    assert found(text) == set()


def test_every_candidate_has_a_date_of_the_calendar_and_is_no_placeholder() -> None:
    rng = np.random.default_rng(3)
    texts = ["".join(map(str, row)) for row in rng.integers(0, 10, (300, 18))] + ["9" * 17 + "8", "99999919800101123X"]
    for text in texts:
        for number in found(text):
            reading = read_id_number(number)
            assert (reading.problem, reading.number) == ("ok", number)


def test_rows_are_told_apart() -> None:
    typed = [
        SAMPLE[:3] + str((int(SAMPLE[3]) + 1) % 10) + SAMPLE[4:],
        WITH_X[:3] + str((int(WITH_X[3]) + 1) % 10) + WITH_X[4:],
    ]
    pairs = {
        (row, number_text(number))
        for rows, packed in one_edit(character_matrix(typed, 18))
        for row, number in zip(rows.tolist(), packed.tolist(), strict=True)
    }
    assert {(0, SAMPLE), (1, WITH_X)} <= pairs
    assert {number for row, number in pairs if row == 0} == found(typed[0])


# -- what can still be seen of a number -------------------------------------------------------------------------


def seen(text: str | None) -> str:
    """The pattern of a text, `?` for what is not known."""
    (known,) = patterns([readable(text)])
    return "".join("?" if place == UNKNOWN else "X" if place == 10 else str(place) for place in known)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        (None, "?" * 18),
        ("", "?" * 18),
        ("张三", "?" * 18),
        ("341225********3450", "341225????????3450"),
        ("341225＊＊＊＊＊＊＊＊3450", "341225????????3450"),
        ("34122519881112345X", "34122519881112345X"),
        ("3412251988X112345X", "3412251988?112345X"),
        ("3412251988O112345X", "34122519880112345X"),  # a letter for a digit
        ("341225198811123000", "341225198811123???"),  # a spreadsheet's zeros
        ("999999198811123450", "??????19881112????"),
        ("111111111111111118", "111111111111111118"),
        ("222222222222222222", "?" * 18),
        ("3.41225198811123E+17", "34122519881112????"),
        ("3.4122519881112E+17", "3412251988111?????"),  # its last digit shown was a zero: nineteen characters
        ("3.412251988E+17", "341225198?????????"),
        ("3.412251988111E+17", "341225198811??????"),
        ("3.4122519881112e+17", "3412251988111?????"),
        ("3.41225E+17", "?" * 18),  # as a sheet shows it: the sixth digit is rounded, and the county alone says nothing
        ("3.412251E+17", "341225????????????"),
        ("3.41225198811123E+14", "?" * 18),
        ("341225198811123000.0", "341225198811123???"),
        ("34122519881112345043", "341225198811123450"),
        ("341225990230123", "34122519990230123?"),
        ("34122519881112①3450", "?" * 18),
        ("3412251988111２3450²²²", "341225198811123450"),
        ("3412251988111²23450²²", "3412251988111?2345"),
        ("12345678901234①", "?" * 18),
        ("٣٤١٢٢٥٨٨٠١٠١١٢٣", "?" * 18),
    ],
)
def test_a_pattern_shows_what_is_known_and_no_more(text: str | None, pattern: str) -> None:
    assert seen(text) == pattern


@given(st.text(max_size=24) | st.text("0123456789Xx*.Ee+ ²①٣", max_size=24))
def test_no_text_breaks_the_pattern(text: str) -> None:
    assert len(seen(text)) == 18


@given(GOOD, st.sets(st.integers(0, 17)))
def test_stars_hide_and_never_change(number: str, hidden: set[int]) -> None:
    text = "".join("*" if at in hidden else character for at, character in enumerate(number))
    pattern = seen(text)
    assert all(there in ("?", own) for there, own in zip(pattern, number, strict=True))


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("******19881112****", date(1988, 11, 12)),
        ("******19881312****", None),
        ("******1988111*****", None),
        ("3.41225198811123E+17", date(1988, 11, 12)),
    ],
)
def test_a_date_of_birth_is_read_from_a_pattern_only_where_it_is_whole(text: str, born: date | None) -> None:
    (days,) = pattern_births(patterns([readable(text)])).tolist()
    assert days == (-(2**31) if born is None else (born - date(1970, 1, 1)).days)
