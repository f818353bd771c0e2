"""Weights of dimensions and indicators, however they were written, as shares that add up to 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_SLACK = Fraction(5, 1000)
"""Weights written as 0.333 or 33.3% miss 1 by less than this."""
Written = Mapping[str, tuple[Fraction | None, Mapping[str, Fraction | None]]]
"""Dimension to its own weight and those of its indicators; None where none was written."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Each indicator's share, `k` on the same scale, and notes (Chinese, English) on what was made of them."""

    weights: Mapping[str, Fraction]
    k: Fraction
    notes: tuple[tuple[str, str], ...]


class WeightMistake(Exception):
    """Weights that cannot be what was meant; `dimension` is None where it is about all of them."""

    def __init__(self, zh: str, en: str, dimension: str | None = None) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en, self.dimension = zh, en, dimension


def weigh(written: Written, k: Fraction) -> Weighed:
    """Shares of all indicators. Raises WeightMistake.

    No weights at all: dimensions weigh alike, and indicators within their dimension. Weights of indicators add up to
    their dimension's weight, or to 1 within it. All together add up to 1, to 100, or to the number of dimensions or of
    indicators (the counting of Alkire and Foster); `k` is on the same scale, though a share up to 1 beside percents.
    """
    bare = all(own is None and not any(inner.values()) for own, inner in written.values())
    found: dict[str, Fraction] = {}
    for dimension, (own, inner) in written.items():
        found |= _inside(dimension, Fraction(1, len(written)) if bare else own, inner)
    total = sum(found.values(), Fraction(0))
    scale = _scale(total, {len(written), len(found)}, k)
    notes: list[tuple[str, str]] = []
    if total != scale:
        notes.append((f"权重之和 {float(total):g}，已按比例调整", f"weights add up to {float(total):g}; scaled"))
    share = k / scale if scale != 100 or k > 1 else k
    if not 0 < share <= 1 + _SLACK:
        raise WeightMistake(
            f"k 为 {float(k):g}，应大于0、不大于 {scale}", f"k is {float(k):g}; above 0, at most {scale}"
        )
    return Weighed({name: weight / total for name, weight in found.items()}, min(share, Fraction(1)), tuple(notes))


def _inside(dimension: str, own: Fraction | None, inner: Mapping[str, Fraction | None]) -> dict[str, Fraction]:
    """The weights of one dimension's indicators, on the scale of the dimensions."""
    blank = [name for name, weight in inner.items() if weight is None]
    given = {name: weight for name, weight in inner.items() if weight is not None}
    if not given:
        if own is None:
            raise WeightMistake(
                f"维度“{dimension}”及其指标都没有 weight，而其他有", f"neither {dimension} nor its indicators have a weight",
                dimension,
            )  # fmt: skip
        return {name: own / len(inner) for name in inner}
    if blank:
        names = "、".join(blank)
        raise WeightMistake(
            f"维度“{dimension}”的指标 {names} 没有 weight：要么都写，要么都不写",
            f"no weight for {', '.join(blank)}: give all in {dimension}, or none",
            dimension,
        )
    total = sum(given.values(), Fraction(0))
    if own is None or abs(total - own) <= _SLACK:
        return given
    if abs(total - 1) <= _SLACK:
        return {name: weight / total * own for name, weight in given.items()}
    raise WeightMistake(
        f"维度“{dimension}”的指标权重之和为 {float(total):g}，应为维度权重 {float(own):g}（或1，表示维度内的份额）",
        f"the indicators of {dimension} add up to {float(total):g}; expected its weight {float(own):g}, or 1 within it",
        dimension,
    )


def _scale(total: Fraction, counts: set[int], k: Fraction) -> Fraction:
    """What the weights are meant to add up to."""
    if abs(total - 1) <= _SLACK:
        return Fraction(1)
    if abs(total - 100) <= _SLACK * 100:
        return Fraction(100)
    for count in sorted(counts):
        if abs(total - count) <= _SLACK and k >= 1:
            return Fraction(count)
    if total in counts:
        raise WeightMistake(
            f"权重之和为 {float(total):g}（按个数），k 却小于1：写 k 为个数，或把权重写成份额",
            f"weights add up to {float(total):g}, a count, but k is below 1: write k as a count, or weights as shares",
        )
    raise WeightMistake(
        f"全部权重之和为 {float(total):g}，应为1", f"all weights add up to {float(total):g}; expected 1"
    )
