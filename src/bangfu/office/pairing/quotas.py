"""What the rulebook says of pairing: ranks, how many households each, who needs a helper, the leaders' four assignments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from bangfu.office.pages.language import reader_language
from bangfu.office.registry import api as registry

RANK, NEEDED, FOUR_ONES, FOUR_RANKS, MEASURE = (
    "official_rank", "pairing_needed", "four_ones", "four_ones_rank", "measure_kind",
)  # fmt: skip
DEVELOPMENT = "development_measure"


def choices(code_list: str) -> list[tuple[str, str]]:
    """The values of a code list with their labels, in order."""
    known = registry.rulebook().codes.get(code_list)
    return [(str(one.value), one.label.get(reader_language())) for one in known.values] if known else []


def codes(code_list: str) -> frozenset[str]:
    """The values of a code list."""
    return frozenset(code for code, _label in choices(code_list))


def label(code_list: str, code: str) -> str:
    """A value's label; the code itself where today's rulebook does not have it."""
    return dict(choices(code_list)).get(code, code)


@dataclass(frozen=True)
class Quota:
    """How many households a rank helps in an area on a day, and where that is written."""

    households: int
    source: str


def parameter(name: str, area_code: str, on: date) -> Quota | None:
    """A whole-number parameter's value for an area on a day, the nearest area first; None where there is none."""
    known: Any = registry.rulebook().parameters.get(name)
    fitting = [
        one
        for one in (known.values if known else ())
        if area_code.startswith(one.area)
        and not one.match
        and (one.start is None or one.start <= on)
        and (one.end is None or on < one.end)
        and isinstance(one.value, int)
    ]
    best = max(fitting, key=lambda one: len(one.area), default=None)
    return Quota(best.value, best.source) if best is not None else None


def quota(rank: str, area_code: str, on: date) -> Quota | None:
    """The quota of a rank; None where no rule says one, which is not 0."""
    return parameter(f"pairing_quota_{rank}", area_code, on)


def standing(load: int, allowed: Quota | None) -> str:
    """`over`, `under`, `full`, or `unknown` where no rule says how many."""
    if allowed is None:
        return "unknown"
    return "over" if load > allowed.households else "full" if load == allowed.households else "under"


def needing(of: str = "") -> Q:
    """The condition that an open household must have a helper: its type or its kind of monitoring is listed.

    `of` is the way to the household from the rows that are asked for, such as `household__`.
    """
    listed = sorted(codes(NEEDED))
    kind = Q(**{f"{of}household_type__in": listed}) | Q(**{f"{of}monitored_kind__in": listed})
    return Q(**{f"{of}closed_on": None}) & kind


def develops(kinds: Iterable[str]) -> bool:
    """True where one of these kinds of measures earns an income."""
    return bool(codes(DEVELOPMENT).intersection(kinds))
