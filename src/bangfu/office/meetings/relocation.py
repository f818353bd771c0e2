"""Meetings, members and tasks move with the tree of areas; what was frozen keeps the code of then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.meetings.models import CLOSED, CommitteeMember, Meeting, NearRelative, Task


def count_moving(moves: Sequence[Move]) -> int:
    """How many meetings that are not closed lie in what moves."""
    return count_following(Meeting.objects.exclude(state=CLOSED), moves)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """Everything that says where it lies. The tree's own row in the log says it for all."""
    follow(NearRelative.objects.all(), moves, group=F("household__group_name"))
    follow(CommitteeMember.objects.all(), moves)
    follow(Task.objects.all(), moves)
    return follow(Meeting.objects.all(), moves)
