"""Filled forms and remembered answers move with the tree of areas; the tree tells this app through site/subscribers.py.

What stands in a filled form stays as it was filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, everywhere, follow
from bangfu.office.reporting.models import FilledForm, RememberedAnswer


def count_moving(moves: Sequence[Move]) -> int:
    """How many forms were filled for what moves."""
    return count_following(FilledForm.objects.all(), moves)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """A form belongs to an area as a whole: one of a village that is split by groups stays. Where both areas of a merger
    have answered a header, the answer of the one that stays counts."""
    with everywhere():
        for move in moves:
            if move.groups is None:
                twice = RememberedAnswer.objects.filter(area_code=move.new).values_list("header", flat=True)
                RememberedAnswer.objects.filter(area_code=move.old, header__in=list(twice)).delete()
                follow(RememberedAnswer.objects.all(), [move])
    return follow(FilledForm.objects.all(), moves)
