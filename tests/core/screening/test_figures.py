"""Printed figures: rounding is what the rulebook says, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from bangfu.core.screening.figures import levels, rounded


@pytest.mark.parametrize(
    ("value", "digits", "rounding", "printed"),
    [
        (Fraction(416600, 34830), 2, "half_up", "11.96"),
        (Fraction(416600, 34830), 1, "floor", "11.9"),
        (Fraction(5, 2), 0, "half_up", "3"),
        (Fraction(5, 2), 0, "half_even", "2"),
        (Fraction(-5, 2), 0, "half_up", "-3"),
        (Fraction(-1, 3), 1, "floor", "-0.4"),
        (Fraction(200, 3), 1, "floor", "66.6"),
    ],
)
def test_a_ratio_is_printed_as_the_rulebook_rounds(value: Fraction, digits: int, rounding: str, printed: str) -> None:
    assert rounded(value, digits, rounding) == Decimal(printed)


def test_a_village_code_counts_for_its_township_and_county_too() -> None:
    assert levels("990101201203") == ["", "990101", "990101201", "990101201203"]


def test_a_code_of_another_kind_counts_for_itself_and_the_whole() -> None:
    assert levels("101") == ["", "101"]
    assert levels("") == [""]
