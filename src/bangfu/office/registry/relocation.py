"""Households and all that hangs on them move with the tree of areas; the tree tells this app through site/subscribers.py."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from django.db.models import Count, F, Max, Q
from django.db.models.functions import Substr
from django.utils import timezone

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, everywhere, inside
from bangfu.office.audit import api as audit
from bangfu.office.pages.inserting import insert
from bangfu.office.registry import events
from bangfu.office.registry.models import Household, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.queries import VIEW, households

CHUNK = 500
_VILLAGE = 12
SOURCE = "areas"
"""The source of what a merge or split of areas says of a household."""


def _leaving(move: Move) -> Q:
    where = Q(area_code=move.old)
    return where if move.groups is None else where & Q(group_name__in=move.groups)


def _villages(moves: Sequence[Move]) -> list[Move]:
    return [move for move in moves if len(move.old) == _VILLAGE]


def count_moving(moves: Sequence[Move]) -> int:
    """How many household files (closed ones too) lie in what moves."""
    with everywhere():  # who maintains areas need not see households; the wall in the database must not hide any here
        return sum(Household.objects.filter(_leaving(move)).count() for move in _villages(moves))


def relocate(actor: Actor, moves: Sequence[Move], on: date) -> int:
    """Give households, persons, statuses and records of what moves their new area, and log each household.

    Runs in the caller's transaction. Numbers of households stay: a number is a name, not an address.
    """
    with everywhere():
        return _relocate(actor, moves, on)


def _relocate(actor: Actor, moves: Sequence[Move], on: date) -> int:
    now, entries, moved = timezone.now(), [], 0
    for move in _villages(moves):
        rows = list(Household.objects.filter(_leaving(move)).order_by("pk").values_list("pk", "number"))
        moved += len(rows)
        before, after = {"region_code": move.old}, {"region_code": move.new, "on": on.isoformat()}
        entries += [
            audit.entry(
                actor,
                events.HOUSEHOLD_CHANGED,
                audit.Subject("household", number, move.new),
                before=before,
                after=after,
            )
            for _, number in rows
        ]
        for start in range(0, len(rows), CHUNK):
            part = [pk for pk, _ in rows[start : start + CHUNK]]
            Household.objects.filter(pk__in=part).update(area_code=move.new, version=F("version") + 1, changed_at=now)
            Person.objects.filter(household__in=part).update(
                area_code=move.new, version=F("version") + 1, changed_at=now
            )
            for model in (StatusEpisode, Record):
                model.objects.filter(household__in=part).update(area_code=move.new)  # type: ignore[attr-defined]
            _restate(actor, part, move, on)
        if move.groups is None:
            # people who left their household keep the area of their last one
            Person.objects.filter(area_code=move.old).update(
                area_code=move.new, version=F("version") + 1, changed_at=now
            )
            for model in (StatusEpisode, Record):
                model.objects.filter(area_code=move.old).update(area_code=move.new)  # type: ignore[attr-defined]
    if entries:
        subject = audit.Subject("area", moves[0].new, moves[0].new)
        audit.record_bulk(actor, events.HOUSEHOLDS_RELOCATED, subject, f"relocated:{uuid.uuid4().hex[:24]}", entries)
    return moved


def _restate(actor: Actor, households: Sequence[int], move: Move, on: date) -> None:
    """Households that once moved by themselves lie where their last statement says: it must say the new code."""
    placed = Statement.objects.filter(household__in=households, withdrawn_by=None, values__has_key="region_code")
    newest = placed.values_list("household").annotate(last=Max("as_of")).values_list("household", "last")
    insert(
        [
            Statement(
                household_id=household,
                as_of=max(last, on),
                recorded_at=timezone.now(),
                source=SOURCE,
                values={"region_code": move.new},
                actor_key=actor.key,
            )
            for household, last in sorted(newest)
        ]
    )


def count_by_area(actor: Actor, parent: str, digits: int) -> dict[str, int]:
    """Open household files by code of so many digits inside `parent` (empty: everywhere), as far as the actor may see."""
    rows = households(actor, VIEW).filter(closed_on=None)
    if parent:
        rows = rows.filter(inside((parent,)))
    found = rows.annotate(part=Substr("area_code", 1, digits)).order_by().values_list("part").annotate(n=Count("pk"))
    key = f"households {digits} {parent} {','.join(actor.areas(VIEW))}"
    return audit.while_unchanged(key, lambda: dict(found.values_list("part", "n")))
