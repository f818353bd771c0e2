"""Changes, windows and comparisons move with the tree of areas; the tree tells this app through site/subscribers.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.changes.models import PENDING, Change, ChangeWindow, Difference, Reconciliation

_HOUSEHOLD, _OTHER = F("household__group_name"), F("other_household__group_name")


def count_moving(moves: Sequence[Move]) -> int:
    """How many changes that wait for somebody lie in what moves."""
    return count_following(Change.objects.filter(status__in=PENDING), moves, _HOUSEHOLD)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """All that names an area; returns how many changes moved. The tree's own row in the log says it for all of them."""
    moved = follow(Change.objects.all(), moves, group=_HOUSEHOLD)
    follow(Change.objects.all(), moves, column="other_area_code", group=_OTHER)
    for model in (Difference, Reconciliation, ChangeWindow):
        follow(model.objects.all(), moves)  # type: ignore[attr-defined]
    return moved
