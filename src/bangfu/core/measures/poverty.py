"""Poverty measures over a line. Poor is who has less than the line; who has exactly the line is not poor."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bangfu.core.measures.distribution import Distribution, MeasureError, gini, mean_difference, median


def line_of(data: Distribution, *, line: float | None = None, share: float | None = None) -> float:
    """The poverty line: as given, or a share of the median (0.6 is Eurostat's at-risk-of-poverty threshold).

    Raises MeasureError for a line that is not above 0.
    """
    found = line if line is not None else (0.6 if share is None else share) * median(data)
    if not (math.isfinite(found) and found > 0):
        said = f"贫困线为 {found:g}，应大于0 / the poverty line is {found:g}; it must be above 0"
        hint = (
            "" if line is not None else "；收入中位数不大于0，请用 --line 给出 / the median is not above 0: give --line"
        )
        raise MeasureError(said + hint)
    return found


def fgt(data: Distribution, line: float, alpha: float) -> float:
    """Foster, Greer and Thorbecke (Econometrica 52, 1984): the mean of ((line - y)/line)^alpha over all, 0 if not poor.

    0 is the headcount ratio, 1 the poverty gap index, 2 its square. An income below 0 has a gap above 1.
    """
    poor = data.first(data.below(line))
    if poor is None:
        return 0.0
    if alpha == 0:
        return poor.total / data.total
    gaps = (line - poor.incomes) / line
    return float(poor.weights @ (gaps if alpha == 1 else gaps**alpha)) / data.total


def watts(data: Distribution, line: float) -> float | None:
    """Watts (1968): the mean of ln(line/y) over all, 0 for who is not poor.

    None where a poor person has no income or less: the index grows without bound as an income nears 0, and to
    leave that person out would make the poorest improve it. `watts_positive` leaves them out and says so.
    """
    import numpy as np

    poor = data.first(data.below(line))
    if poor is None:
        return 0.0
    if poor.incomes[0] <= 0:
        return None
    return float(poor.weights @ np.log(line / poor.incomes)) / data.total


def watts_positive(data: Distribution, line: float) -> float | None:
    """The Watts index of those alone whose income is above 0; None where there are none."""
    first = int(data.incomes.searchsorted(0.0, side="right"))
    if first == len(data.incomes):
        return None
    kept = slice(first, None)
    return watts(Distribution(data.incomes[kept], data.weights[kept], data.weights[kept].cumsum()), line)


def sen(data: Distribution, line: float, *, finite: bool = False) -> float:
    """Sen (Econometrica 44, 1976): H (1 - (1 - G_p) m_p / line), equal to H G_p + P1 (1 - G_p).

    H is the headcount ratio, m_p the mean income and G_p the Gini index of the poor. As in the Handbook on Poverty
    and Inequality (ch. 4), G_p is that of a large population, so that repeating rows changes nothing. `finite` is
    Sen's own formula for q poor persons, G_p times q/(q+1); q is then the poor's sum of weights.
    """
    poor = data.first(data.below(line))
    if poor is None:
        return 0.0
    spread = mean_difference(poor)
    if finite:
        spread *= poor.total / (poor.total + 1)
    return poor.total / data.total * (1 - (poor.mean - spread) / line)


def sen_shorrocks_thon(data: Distribution, line: float) -> float:
    """Shorrocks (1995): P1 (1 + Gini index of the gaps of all persons), for a large population."""
    import numpy as np

    poor = data.first(data.below(line))
    if poor is None:
        return 0.0
    gaps = np.zeros(len(data.incomes))
    gaps[: len(poor.incomes)] = (line - poor.incomes) / line
    weights = data.weights[::-1]
    rising = Distribution(gaps[::-1], weights, weights.cumsum())
    return rising.mean * (1 + (gini(rising) or 0.0))


def income_gap_ratio(data: Distribution, line: float) -> float | None:
    """The mean gap of the poor as a share of the line; None where nobody is poor."""
    poor = data.first(data.below(line))
    return None if poor is None else (line - poor.mean) / line


def relative_median_gap(data: Distribution, line: float) -> float | None:
    """Eurostat's relative median at-risk-of-poverty gap: (line - median of the poor)/line; None where nobody is poor."""
    poor = data.first(data.below(line))
    return None if poor is None else (line - median(poor)) / line


@dataclass(frozen=True, slots=True)
class Figures:
    """All measures of one distribution at one line; shares are fractions, money is in the unit of the incomes."""

    population: float
    sample_size: int
    mean: float
    median: float
    headcount_ratio: float
    poor_population: float
    fgt1: float
    fgt2: float
    income_gap_ratio: float | None
    watts: float | None
    watts_positive: float | None
    sen: float
    sen_shorrocks_thon: float
    relative_median_gap: float | None


def figures_of(data: Distribution, line: float) -> Figures:
    """Every measure at once."""
    poor = data.first(data.below(line))
    return Figures(
        population=data.total,
        sample_size=len(data.incomes),
        mean=data.mean,
        median=median(data),
        headcount_ratio=fgt(data, line, 0),
        poor_population=poor.total if poor is not None else 0.0,
        fgt1=fgt(data, line, 1),
        fgt2=fgt(data, line, 2),
        income_gap_ratio=income_gap_ratio(data, line),
        watts=watts(data, line),
        watts_positive=watts_positive(data, line),
        sen=sen(data, line),
        sen_shorrocks_thon=sen_shorrocks_thon(data, line),
        relative_median_gap=relative_median_gap(data, line),
    )
