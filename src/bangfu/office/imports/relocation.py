"""Batches move with the tree of areas; the tree tells this app through site/subscribers.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.imports.models import Batch


def count_moving(moves: Sequence[Move]) -> int:
    """How many batches were uploaded for what moves."""
    return count_following(Batch.objects.all(), moves)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """A batch belongs to an area as a whole: one of a village that is split by groups stays."""
    return follow(Batch.objects.all(), moves)
