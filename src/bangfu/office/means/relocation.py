"""Cross-checks move with the tree of areas; site/subscribers.py tells this app. Papers and reports lie where their household does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.means.models import Crosscheck, ReportBatch


def count_moving(moves: Sequence[Move]) -> int:
    """How many cross-checks were made of what moves."""
    return count_following(Crosscheck.objects.all(), moves)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """A cross-check and a list belong to an area as a whole."""
    follow(ReportBatch.objects.all(), moves)
    return follow(Crosscheck.objects.all(), moves)
