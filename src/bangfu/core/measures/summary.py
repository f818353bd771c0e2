"""All measures of a table of incomes: the whole, its groups with what they contribute, and confidence intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bangfu.core.measures.bootstrap import Sampler
from bangfu.core.measures.distribution import (
    Distribution,
    MeasureError,
    distribution,
    gini,
    lorenz,
    quintile_share_ratio,
    quintile_share_ratio_split,
)
from bangfu.core.measures.poverty import figures_of, line_of

if TYPE_CHECKING:
    from bangfu.core.measures.distribution import Floats

DECILES = tuple(round(step / 10, 1) for step in range(11))
LINE_SHARE = 0.6
INTERVALS = (
    "poverty_line", "headcount_ratio", "fgt1", "fgt2", "watts", "sen", "gini", "quintile_share_ratio",
    "relative_median_gap",
)  # fmt: skip
"""The measures of which an interval is given, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Line:
    """How the line is set: an amount, or a share of the median (which a bootstrap estimates anew each time)."""

    amount: float | None = None
    share: float = LINE_SHARE


def measures_of(data: Distribution, line: Line) -> dict[str, Any]:
    """Every measure of one distribution, the documented keys first."""
    at = line_of(data, line=line.amount, share=line.share)
    return _figures(data, at)


def _figures(data: Distribution, at: float) -> dict[str, Any]:
    found = asdict(figures_of(data, at))
    leading = ("headcount_ratio", "fgt1", "fgt2", "watts", "sen")
    return {
        "poverty_line": at,
        **{key: found.pop(key) for key in leading},
        "gini": gini(data),
        "quintile_share_ratio": quintile_share_ratio(data),
        "relative_median_gap": found.pop("relative_median_gap"),
        **found,
        "quintile_share_ratio_split": quintile_share_ratio_split(data),
    }


def measure(
    incomes: Floats,
    weights: Floats | None = None,
    groups: Sequence[Any] | None = None,
    *,
    line: Line | None = None,
    replicates: int = 0,
    seed: int = 1,
    clusters: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> dict[str, Any]:
    """The measures of all rows, those of each group at the same line, and intervals from `replicates` bootstrap samples.

    One row is one person with an income; `weights` are how many persons a row stands for. The line is set once, from
    all rows. A group tells its share of the population and what it contributes to the headcount ratio, fgt1 and fgt2
    (shares that add up to 1). With `clusters` (a household's number per row) whole clusters are drawn. Raises
    MeasureError where nothing can be measured.
    """
    line = line or Line()
    data = distribution(incomes, weights)
    found = measures_of(data, line)
    found["line_share"] = None if line.amount is not None else line.share
    found["lorenz"] = _curve(data)
    if groups is not None:
        found["groups"] = _groups(incomes, weights, groups, found)
    if replicates:
        found["confidence"] = {
            "level": confidence,
            "replicates": replicates,
            "seed": seed,
            "clustered": clusters is not None,
            "intervals": intervals(
                incomes, weights, line, replicates, seed=seed, clusters=clusters, confidence=confidence
            ),
        }
    return found


def _curve(data: Distribution) -> list[list[float]] | None:
    curve = lorenz(data, DECILES)
    return None if curve is None else [[x, y] for x, y in zip(DECILES, curve, strict=True)]


def _groups(incomes: Floats, weights: Floats | None, groups: Sequence[Any], whole: dict[str, Any]) -> list[Any]:
    """Each group at the line of the whole, in the order of its name; rows without a group are one of their own, last."""
    import numpy as np

    names = [None if name is None else str(name) for name in groups]
    if len(names) != len(incomes):
        raise MeasureError(f"{len(incomes)} 个收入对 {len(names)} 个分组 / {len(incomes)} incomes, {len(names)} groups")
    order = sorted({name for name in names if name is not None})
    numbers = {name: index for index, name in enumerate(order)}
    codes = np.array([len(order) if name is None else numbers[name] for name in names])
    listed = []
    for code, name in enumerate([*order, None]):
        at = codes == code
        kept = at if weights is None else at & (weights > 0)
        if not kept.any():
            continue
        part = distribution(incomes[at], None if weights is None else weights[at])
        figures = _figures(part, whole["poverty_line"])
        share = part.total / whole["population"]
        added = {"population_share": share}
        for key in ("headcount_ratio", "fgt1", "fgt2"):
            added[f"contribution_{key}"] = share * figures[key] / whole[key] if whole[key] else None
        listed.append({"group": name, **figures, **added})
    return listed


def intervals(
    incomes: Floats,
    weights: Floats | None,
    line: Line,
    replicates: int,
    *,
    seed: int = 1,
    clusters: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> dict[str, list[float] | None]:
    """Percentile intervals of the documented measures; None where a measure is not defined in some sample."""
    import numpy as np

    if replicates < 2 or not 0 < confidence < 1:
        raise MeasureError("重抽样至少2次，置信水平在0与1之间 / at least 2 samples and a level between 0 and 1")
    sampler = Sampler(incomes, weights, clusters, seed)
    samples: dict[str, list[float | None]] = {key: [] for key in INTERVALS}
    for _ in range(replicates):
        figures = _figures_if_any(sampler.draw(), line)
        for key, values in samples.items():
            values.append(figures.get(key))
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    return {
        key: None if None in values else [float(end) for end in np.quantile(np.array(values, dtype=float), tails)]
        for key, values in samples.items()
    }


def _figures_if_any(data: Distribution, line: Line) -> dict[str, Any]:
    """The measures of a sample; where its median gives no line, those that need none."""
    try:
        return measures_of(data, line)
    except MeasureError:
        return {"gini": gini(data), "quintile_share_ratio": quintile_share_ratio(data)}
