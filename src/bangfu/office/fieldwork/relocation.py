"""Visits move with the tree of areas; site/subscribers.py tells this app."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.fieldwork.models import DRAFT, OPEN, Difference, Finding, LastVisit, Visit

_GROUP = F("household__group_name")


def count_moving(moves: Sequence[Move]) -> int:
    """How many drafts and open findings lie in what moves."""
    drafts = count_following(Visit.objects.filter(status=DRAFT), moves, _GROUP)
    return drafts + count_following(Finding.objects.filter(status=OPEN), moves, _GROUP)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """Visits and what waits because of them. The tree's own row in the log says it for all."""
    for rows in (Finding.objects.all(), Difference.objects.all(), LastVisit.objects.all()):
        follow(rows, moves, group=_GROUP)
    return follow(Visit.objects.all(), moves, group=_GROUP)
