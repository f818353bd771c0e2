"""The filters of the household list: what may be asked, as conditions and as words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from bangfu.core.values.text import squeeze
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.registry.catalogue import catalogue
from bangfu.office.registry.models import StatusEpisode

NAMES = ("area", "type", "monitored", "status", "members_from", "members_to", "income_from", "income_to", "closed", "q")
"""Parameters of the list's address."""
ANY = "any"


@dataclass(frozen=True)
class Filter:
    """A filter as it was understood. `wrong` names parameters that could not be read; they narrow nothing and are told."""

    given: dict[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.given)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def read_filter(actor: Actor, query: Mapping[str, str]) -> Filter:
    """A filter from an address. An area outside the actor's is wrong, not empty: it would read as "nobody there"."""
    given = {name: squeeze(query.get(name, "")) for name in NAMES}
    given = {name: text for name, text in given.items() if text}
    wrong = [name for name in given if name.endswith(("_from", "_to")) and _number(given[name]) is None]
    if "area" in given and not (given["area"].isdigit() and actor.may("registry.view", given["area"])):
        wrong.append("area")
    return Filter({name: text for name, text in given.items() if name not in wrong}, tuple(wrong))


def condition(wanted: Filter, on: date) -> Q:
    """The condition on households, beside the limit of the actor's area."""
    given = wanted.given
    found = Q() if given.get("closed") == "yes" else Q(closed_on=None)
    if "area" in given:
        found &= areas.inside([given["area"]])
    if "type" in given:
        found &= Q(household_type=given["type"])
    if given.get("monitored") == ANY:
        found &= Q(monitored_kind__in=monitored_kinds())
    elif "monitored" in given:
        found &= Q(monitored_kind=given["monitored"])
    if "status" in given:
        now = (
            StatusEpisode.objects.filter(kind=given["status"]).filter(Q(end=None) | Q(end__gt=on)).exclude(start__gt=on)
        )
        found &= Q(pk__in=now.values("household"))
    for name, column, factor in (("members", "person_count", 1), ("income", "per_capita_fen", 100)):
        for side, compare in (("from", "gte"), ("to", "lte")):
            number = _number(given.get(f"{name}_{side}", ""))
            if number is not None:
                found &= Q(**{f"{column}__{compare}": number * factor})
    if "q" in given:
        found &= _text(given["q"])
    return found


def _text(text: str) -> Q:
    name = "number" if text.isdigit() else "head_name"
    return Q(**{f"{name}__gte": text, f"{name}__lt": text[:-1] + chr(ord(text[-1]) + 1)})


def monitored_kinds() -> list[str]:
    """Every kind of monitored household: named one by one, so that the index is used."""
    codes = catalogue().codes.get("monitored_kind")
    return [value for value in codes.labels if value != "none"] if codes else []


def choices(actor: Actor, wanted: Filter) -> list[Any]:
    """Areas to choose from: those in the actor's reach below the chosen one, and the way up to it."""
    chosen = wanted.given.get("area", "")
    reach = actor.areas("registry.view")
    inside = areas.within(reach)
    tops = [code for code in reach if code] or [""]
    here = [chosen] if chosen else tops
    found = list(inside.filter(Q(parent_code__in=here) | Q(code__in=[*here, *tops])).order_by("code")[:300])
    if chosen:
        found = [
            *areas.path(chosen),
            *(area for area in found if area.code not in {chosen[:n] for n in (2, 4, 6, 9, 12)}),
        ]
    return [area for area in found if areas.covers(reach, area.code)]
