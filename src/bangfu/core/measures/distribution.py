"""A weighted distribution of incomes, and what describes it: quantiles, Lorenz curve, Gini, quintile share ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_TIE = 1e-12
"""Sums of weights that differ by less than this part of the whole are equal: floating sums are not exact."""


class MeasureError(Exception):
    """Data or options for which a measure is not defined; the message says so in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Incomes in ascending order with their weights (all above 0), and running sums of the weights.

    One row is one person; its weight says for how many persons it stands.
    """

    incomes: Floats
    weights: Floats
    running: Floats

    @property
    def total(self) -> float:
        """The sum of weights: the population."""
        return float(self.running[-1])

    @property
    def mean(self) -> float:
        """The weighted mean income."""
        return float(self.weights @ self.incomes) / self.total

    def below(self, line: float) -> int:
        """How many rows are below the line (strictly)."""
        return int(self.incomes.searchsorted(line, side="left"))

    def first(self, count: int) -> Distribution | None:
        """The `count` rows with least income; None for no row."""
        return Distribution(self.incomes[:count], self.weights[:count], self.running[:count]) if count else None


def distribution(incomes: Any, weights: Any | None = None) -> Distribution:
    """Sort incomes with their weights; without weights each row counts once.

    Rows of weight 0 stand for nobody and are dropped. Raises MeasureError for no rows, for values that are not
    finite and for weights below 0: a missing income must have been taken out, and counted, before.
    """
    import numpy as np

    values = np.asarray(incomes, dtype=np.float64)
    each = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(each) != len(values):
        raise MeasureError(f"{len(values)} 个收入对 {len(each)} 个权数 / {len(values)} incomes, {len(each)} weights")
    if not np.isfinite(values).all() or not np.isfinite(each).all():
        raise MeasureError(
            "收入或权数缺失，须先剔除并计数 / a missing income or weight: take such rows out and count them"
        )
    if (each < 0).any():
        raise MeasureError("权数不能小于0 / a weight below 0 stands for nobody")
    if not each.all():
        values, each = values[each > 0], each[each > 0]
    if not len(values):
        raise MeasureError("没有一行有收入和大于0的权数 / no row has an income and a weight above 0")
    order = np.argsort(values, kind="stable")
    each = each[order]
    return Distribution(values[order], each, np.cumsum(each))


def quantile(data: Distribution, share: float) -> float:
    """The income below or at which `share` of the population lies, 0 < share < 1.

    Eurostat's definition (EU-SILC 131-rev/04): the first income whose running weight passes the share; where the
    running weight equals it, the mean of that income and the next. Repeating each row as often as its weight says
    gives the same; for weights of 1 the half is the ordinary median.
    """
    aim = share * data.total
    at = int(data.running.searchsorted(aim * (1 - _TIE), side="left"))
    at = min(at, len(data.incomes) - 1)
    exact = abs(float(data.running[at]) - aim) <= _TIE * data.total
    if exact and at + 1 < len(data.incomes):
        return float(data.incomes[at] + data.incomes[at + 1]) / 2
    return float(data.incomes[at])


def median(data: Distribution) -> float:
    """The weighted median, `quantile(data, 0.5)`."""
    return quantile(data, 0.5)


def mean_difference(data: Distribution) -> float:
    """Half the mean absolute difference of two incomes drawn with replacement, in the unit of income.

    The Gini index is this over the mean. Exact for ties; never below 0, also where incomes are.
    """
    middle = data.running - data.weights / 2 - data.total / 2
    return max(float((data.weights * middle) @ data.incomes) * 2 / data.total**2, 0.0)


def gini(data: Distribution) -> float | None:
    """The Gini index of the population: sum of w_i w_j |x_i - x_j| over 2 W^2 mean, between 0 and (n-1)/n.

    There is no correction n/(n-1) for small samples, so that repeating each row as often as its weight says gives
    the same (Handbook on Poverty and Inequality, ch. 6; Eurostat's ilc_di12 over 100). None where the mean is not
    above 0. Incomes below 0 are taken as they are; the index can then pass 1.
    """
    mean = data.mean
    return mean_difference(data) / mean if mean > 0 else None


def lorenz(data: Distribution, shares: Sequence[float]) -> list[float] | None:
    """The share of all income that the poorest `shares` of the population have, between rows on the straight line.

    None where the sum of incomes is not above 0.
    """
    import numpy as np

    received = np.cumsum(data.weights * data.incomes)
    if received[-1] <= 0:
        return None
    x = np.concatenate([[0.0], data.running / data.total])
    y = np.concatenate([[0.0], received / received[-1]])
    return [float(value) for value in np.interp(np.asarray(shares, dtype=np.float64), x, y)]


def quintile_share_ratio(data: Distribution) -> float | None:
    """S80/S20: mean income of all above the 80% quantile over mean income of all at or below the 20% quantile.

    After Eurostat's description: where the groups are fifths exactly, that is the ratio of
    their incomes; where rows or ties make them larger or smaller, means do not suffer from it. Everybody with the same
    income falls on the same side: who ties with the lower border is in the lowest fifth, who ties with the upper border
    is not in the highest. Where that leaves nobody in the highest, rows at the borders are divided, as
    `quintile_share_ratio_split` does. None where the lowest fifth has nothing, or less.
    """
    low, high = quantile(data, 0.2), quantile(data, 0.8)
    at_low = int(data.incomes.searchsorted(low, side="right"))
    at_high = int(data.incomes.searchsorted(high, side="right"))
    if at_high == len(data.incomes):
        return quintile_share_ratio_split(data)
    lowest = _mean(data.incomes[:at_low], data.weights[:at_low])
    return _mean(data.incomes[at_high:], data.weights[at_high:]) / lowest if lowest > 0 else None


def _mean(incomes: Floats, weights: Floats) -> float:
    return float(weights @ incomes) / float(weights.sum())


def quintile_share_ratio_split(data: Distribution) -> float | None:
    """S80/S20 with exactly a fifth of the population on either side: a row at a border is divided.

    From the Lorenz curve, (1 - L(0.8)) / L(0.2). None where the lowest fifth has nothing, or less.
    """
    curve = lorenz(data, (0.2, 0.8))
    return (1 - curve[1]) / curve[0] if curve is not None and curve[0] > 0 else None
