"""Duties move with the tree of areas; the tree tells this app through site/subscribers.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bangfu.office.accounts.actor import Actor
from bangfu.office.accounts.events import RELOCATED
from bangfu.office.accounts.models import Assignment, User
from bangfu.office.accounts.queries import not_over
from bangfu.office.areas.api import Move
from bangfu.office.audit import api as audit


def _whole(moves: Sequence[Move]) -> dict[str, str]:
    """Only what moves as a whole takes its people along: after a split they stay where they are."""
    return {move.old: move.new for move in moves if move.groups is None}


def count_moving(moves: Sequence[Move]) -> int:
    """How many duties, of now or to come, lie in what moves."""
    from django.utils import timezone

    return Assignment.objects.filter(not_over(timezone.localdate()), area_code__in=_whole(moves)).count()


def relocate(actor: Actor, moves: Sequence[Move], on: date) -> int:
    """End duties in the old area and begin them in the new one, on the day; accounts that belong there follow."""
    target = _whole(moves)
    rows = list(Assignment.objects.select_related("user").filter(not_over(on), area_code__in=target))
    for duty in rows:
        new, until, start = target[duty.area_code], duty.ends_on, max(on, duty.starts_on)
        duty.ends_on = start
        duty.save(update_fields=["ends_on"])
        same = {"user": duty.user, "role": duty.role, "area_code": new, "bureau": duty.bureau}
        if not Assignment.objects.filter(not_over(on), **same).exists():
            Assignment.objects.create(**same, starts_on=start, ends_on=until, granted_by=actor.key)
        before, after = {"role": duty.role, "area": duty.area_code}, {"area": new, "on": start.isoformat()}
        audit.record(actor, RELOCATED, audit.Subject("user", duty.user.key, new), before=before, after=after)
    for old, new in target.items():
        User.objects.filter(area_code=old).update(area_code=new)
    return len(rows)
