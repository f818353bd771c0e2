"""Whether figures agree, given what their printed digits allow."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from bangfu.core.figures.findings import rounded, truncated
from bangfu.core.figures.numbers import Figure

Agreement = Literal["equal", "rounding", "unequal"]
Range = tuple[Decimal, Decimal]


def bounds(figure: Figure, finest: Decimal) -> Range:
    """What a figure allows beside others whose finest scale is given: 1.26亿 beside 万 stands for 1.255亿 to 1.265亿, while
    88万 beside 83万 is 88万."""
    if figure.exact and figure.scale <= finest:
        return figure.value, figure.value
    return figure.low, figure.high


def sum_agrees(total: Figure, parts: Sequence[Figure], remainder: Figure | None = None) -> Agreement:
    """Whether the parts (and what is left) add up to the total."""
    every = [total, *parts, *([remainder] if remainder else [])]
    finest = min(figure.scale for figure in every)
    ranges = [bounds(figure, finest) for figure in every]
    low, high = sum(r[0] for r in ranges[1:]), sum(r[1] for r in ranges[1:])
    if low <= ranges[0][1] and ranges[0][0] <= high:
        whole = total.exact and finest < total.scale == total.ulp and all(figure.exact for figure in every)
        if not whole or low <= total.value <= high:
            return "equal"
        gap = max(low - total.value, total.value - high)
        return "rounding" if gap * 100 < total.value else "unequal"
    decimals = any(figure.ulp < figure.scale for figure in every)
    slack = sum((figure.ulp for figure in every), Decimal(0)) / 2
    gap = max(low - ranges[0][1], ranges[0][0] - high)
    return "rounding" if decimals and gap <= slack else "unequal"


def added(figures: Sequence[Figure]) -> Decimal:
    """The sum of the printed values."""
    return sum((figure.value for figure in figures), Decimal(0))


def looks_mistyped(total: Figure, parts: Sequence[Figure]) -> bool:
    """Whether one figure with one digit changed, or two neighbours swapped, would make the sum right: the mark of a slip
    of the pen, as against a list that does not name every part."""
    gap = total.value - added(parts)
    corrected = [(total, added(parts)), *((part, part.value + gap) for part in parts)]
    return any(one_slip(figure, value) for figure, value in corrected)


def one_slip(figure: Figure, right: Decimal) -> bool:
    """Whether the printed digits differ from the right ones by one digit or one swap of neighbours."""
    if right <= 0 or right % figure.ulp:
        return False
    have, want = figure.digits, str(int(right / figure.ulp))
    if len(have) != len(want) or len(have) < 3:
        return False
    differ = [place for place, (a, b) in enumerate(zip(have, want, strict=True)) if a != b]
    if len(differ) == 1:
        return True
    return len(differ) == 2 and differ[1] == differ[0] + 1 and have[differ[0]] == want[differ[1]]


Closeness = Literal["equal", "truncated", "unequal"]


def quotient_agrees(stated: Figure, above: Range, below: Range, factor: int = 100) -> Closeness:
    """Whether a printed quotient follows from what stands above and below: by rounding, or only by cutting off digits."""
    if below[0] <= 0:
        return "unequal"
    low, high = above[0] / below[1] * factor, above[1] / below[0] * factor
    return range_agrees(stated, low, high)


def range_agrees(stated: Figure, low: Decimal, high: Decimal) -> Closeness:
    """Whether a printed number follows from a value between two bounds."""
    half = stated.ulp / 2
    first, last = (stated.value - half, stated.value + half) if stated.exact else (stated.low, stated.high)
    if not stated.exact and stated.approximate == "more":
        first, last = stated.value - half, max(last, stated.value * Decimal("1.2"))
    if low <= last and first <= high:
        return "equal"
    if stated.exact and low < stated.value + stated.ulp and stated.value <= high:
        return "truncated"
    return "unequal"


def places(figure: Figure) -> int:
    """How many decimals are printed."""
    return max(0, -int(figure.ulp.as_tuple().exponent)) if figure.scale == 1 else 0


def both_ways(value: Decimal, stated: Figure) -> tuple[Decimal, Decimal]:
    """(rounded, cut off) to as many decimals as are printed."""
    digits = places(stated)
    return rounded(value, digits), truncated(value, digits)


def rounded_gap(stated: Decimal, made: Decimal) -> Decimal:
    """The gap between a cell and a sum, 0 where it is no more than half of the cell's last printed digit of decimals."""
    exponent = int(stated.as_tuple().exponent)
    half = Decimal(1).scaleb(exponent) / 2 if exponent < 0 else Decimal("0.000001")
    gap = abs(stated - made)
    return Decimal(0) if gap <= half else gap
