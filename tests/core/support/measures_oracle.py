"""The measures once more, straight from their definitions: loops over all rows and pairs, exact fractions.

Shares nothing with the product. Integer weights are taken literally: a row of weight 3 is written three times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction


def repeated(incomes: Sequence[float], weights: Sequence[int]) -> list[Fraction]:
    """Each income as often as its weight says."""
    return [Fraction(y) for y, w in zip(incomes, weights, strict=True) for _ in range(w)]


def middle(values: Sequence[Fraction]) -> Fraction:
    """The ordinary median."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def fgt(values: Sequence[Fraction], line: Fraction, alpha: int) -> Fraction:
    return sum(((line - y) / line) ** alpha for y in values if y < line) / Fraction(len(values))


def watts(values: Sequence[Fraction], line: Fraction) -> float:
    return sum(math.log(line / y) for y in values if y < line) / len(values)


def gini(values: Sequence[Fraction]) -> Fraction:
    n = len(values)
    return sum(abs(a - b) for a in values for b in values) / (2 * n * sum(values))


def sen(values: Sequence[Fraction], line: Fraction) -> Fraction:
    """H G + P1 (1 - G), with the Gini index of the poor; they must not all have 0."""
    poor = [y for y in values if y < line]
    spread = gini(poor)
    return fgt(values, line, 0) * spread + fgt(values, line, 1) * (1 - spread)


def sen_by_ranks(values: Sequence[Fraction], line: Fraction) -> Fraction:
    """Sen's own formula: 2 / ((q + 1) n z) times the sum of (z - y_i)(q + 1 - i), the poorest first."""
    poor = sorted(y for y in values if y < line)
    q, n = len(poor), len(values)
    return 2 / ((q + 1) * n * line) * sum((line - y) * (q + 1 - i) for i, y in enumerate(poor, 1))


def shorrocks(values: Sequence[Fraction], line: Fraction) -> Fraction:
    """Shorrocks (1995) for a large population: the mean over pairs of the larger of two gaps."""
    gaps = [max(line - y, Fraction(0)) / line for y in values]
    return sum(max(a, b) for a in gaps for b in gaps) / Fraction(len(gaps) ** 2)


def fifths(values: Sequence[Fraction]) -> Fraction:
    """Income of the richest fifth over that of the poorest, for a number of persons that five divides."""
    ordered = sorted(values)
    part = len(ordered) // 5
    return sum(ordered[-part:]) / Fraction(sum(ordered[:part]))


def multidimensional(
    deprived: Sequence[Sequence[bool]], shares: Sequence[Fraction], k: Fraction
) -> tuple[Fraction, Fraction]:
    """H and M0 by counting."""
    scores = [sum((w for d, w in zip(row, shares, strict=True) if d), Fraction(0)) for row in deprived]
    poor = [score for score in scores if score >= k]
    return Fraction(len(poor), len(scores)), sum(poor, Fraction(0)) / len(scores)
