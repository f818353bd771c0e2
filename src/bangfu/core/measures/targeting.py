"""How well help reaches the poor: errors of exclusion and inclusion, targeting differential, share against a neutral one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bangfu.core.measures.distribution import MeasureError


@dataclass(frozen=True, slots=True)
class Targeting:
    """Who is entitled (or poor) against who receives; weights are persons. A ratio over nobody is None.

    `exclusion_error` is the share of the entitled who do not receive (undercoverage, 漏保率), `inclusion_error` the
    share of the recipients who are not entitled (leakage, 错保率). `targeting_differential` is the coverage of the
    entitled less that of the others (Ravallion 2000; Galasso and Ravallion 2005): 1 is perfect, 0 untargeted.
    """

    entitled: float
    recipients: float
    entitled_receiving: float
    coverage: float | None
    exclusion_error: float | None
    inclusion_error: float | None
    targeting_differential: float | None


def targeting(entitled: Any, receives: Any, weights: Any | None = None) -> Targeting:
    """From two columns of yes and no, one row per person or household. Raises MeasureError where they differ in length.

    Rows where either is not known must have been taken out, and counted, before.
    """
    import numpy as np

    due, paid = np.asarray(entitled, dtype=bool), np.asarray(receives, dtype=bool)
    each = np.ones(len(due)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(due) == len(paid) == len(each):
        raise MeasureError("三列长短不一 / entitled, receives and weights differ in length")
    entitled_sum, recipients = float(each[due].sum()), float(each[paid].sum())
    both = float(each[due & paid].sum())
    others = float(each.sum()) - entitled_sum
    coverage = both / entitled_sum if entitled_sum else None
    leaked = (recipients - both) / others if others else None
    return Targeting(
        entitled=entitled_sum,
        recipients=recipients,
        entitled_receiving=both,
        coverage=coverage,
        exclusion_error=None if coverage is None else 1 - coverage,
        inclusion_error=(recipients - both) / recipients if recipients else None,
        targeting_differential=None if coverage is None or leaked is None else coverage - leaked,
    )


def neutral_ratio(incomes: Any, benefits: Any, share: float, weights: Any | None = None) -> float | None:
    """Coady, Grosh and Hoddinott (2004): the poorest `share`'s part of the benefits, over `share`.

    1 is what a lump sum for everybody gives, above 1 is progressive. Equal incomes share alike; who is at the border is divided. None where
    nothing is paid.
    """
    import numpy as np

    if not 0 < share < 1:
        raise MeasureError(f"份额应在0与1之间：{share:g} / a share between 0 and 1, not {share:g}")
    each = np.ones(len(incomes)) if weights is None else np.asarray(weights, dtype=np.float64)
    values = np.asarray(incomes, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    values, each, paid = values[order], each[order], np.asarray(benefits, dtype=np.float64)[order]
    last = np.flatnonzero(np.append(np.diff(values) > 0, True))  # of equal incomes none comes before the other
    running = np.concatenate([[0.0], np.cumsum(each)[last]])
    received = np.concatenate([[0.0], np.cumsum(each * paid)[last]])
    if received[-1] <= 0:
        return None
    part = float(np.interp(share * running[-1], running, received))
    return part / float(received[-1]) / share


def as_dict(found: Targeting) -> dict[str, float | None]:
    """The figures by name."""
    return asdict(found)
