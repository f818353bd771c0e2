"""The Alkire-Foster measures of multidimensional poverty (Journal of Public Economics 95, 2011)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bangfu.core.measures.distribution import MeasureError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

_CLOSE = 1e-9
"""A sum of weights this close to k reaches it: thirds that are written as decimals do not add up exactly."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One column of the matrix of deprivations; weights of all indicators add up to 1."""

    name: str
    dimension: str
    weight: Fraction


def alkire_foster(
    gaps: Mapping[str, Matrix], deprived: Matrix, indicators: Sequence[Indicator], k: Fraction, weights: Matrix
) -> dict[str, Any]:
    """H, A, M0, M1, M2 and what each indicator and dimension contributes.

    `deprived` has a row per person and a column per indicator, 1 where deprived; `gaps["1"]` and `gaps["2"]` the same
    with the normalised gap and its square in place of 1. Poor is whose weighted deprivations reach `k`. H is the share
    of the poor, A the mean share of their deprivations, M0 = H A; M1 and M2 are the weighted means of the gaps of the
    poor. Contributions are shares of M0 and add up to 1; None where nobody is poor.
    """
    import numpy as np

    shares = np.array([float(one.weight) for one in indicators])
    total = float(weights.sum())
    if not total > 0:
        raise MeasureError("没有一行有大于0的权数 / no row has a weight above 0")
    scores = deprived @ shares
    poor = scores >= float(k) - _CLOSE
    each = weights * poor
    headcount = float(each.sum()) / total
    censored = [float(each @ deprived[:, j]) / total for j in range(len(indicators))]
    m0 = float(each @ scores) / total
    found: dict[str, Any] = {
        "H": headcount,
        "A": m0 / headcount if headcount else None,
        "M0": m0,
        **{f"M{alpha}": float(each @ (gap @ shares)) / total for alpha, gap in gaps.items()},
        "k": float(k),
        "population": total,
        "poor_population": float(each.sum()),
    }
    found["indicators"] = _indicators(indicators, deprived, weights, total, censored, m0)
    found["dimensions"] = _dimensions(indicators, censored, m0)
    return found


def _indicators(
    indicators: Sequence[Indicator], deprived: Matrix, weights: Matrix, total: float, censored: list[float], m0: float
) -> list[dict[str, Any]]:
    return [
        {
            "indicator": one.name,
            "dimension": one.dimension,
            "weight": float(one.weight),
            "uncensored_headcount": float(weights @ deprived[:, j]) / total,
            "censored_headcount": censored[j],
            "contribution": float(one.weight) * censored[j] / m0 if m0 else None,
        }
        for j, one in enumerate(indicators)
    ]


def _dimensions(indicators: Sequence[Indicator], censored: list[float], m0: float) -> list[dict[str, Any]]:
    listed = []
    for name in dict.fromkeys(one.dimension for one in indicators):
        inside = [(one, held) for one, held in zip(indicators, censored, strict=True) if one.dimension == name]
        part = sum(float(one.weight) * held for one, held in inside)
        weight = float(sum(one.weight for one, _ in inside))
        listed.append({"dimension": name, "weight": weight, "contribution": part / m0 if m0 else None})
    return listed
