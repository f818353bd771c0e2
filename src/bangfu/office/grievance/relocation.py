"""Complaints move with the tree of areas: the office that has them, and what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.grievance.machine import CLOSED
from bangfu.office.grievance.models import Complaint


def count_moving(moves: Sequence[Move]) -> int:
    """How many open complaints an office has that gets another code."""
    return count_following(Complaint.objects.exclude(state=CLOSED), moves)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """Whoever had one goes on having it; what it is about is called by its new code."""
    follow(Complaint.objects.all(), moves, column="about_area")
    return follow(Complaint.objects.all(), moves)
