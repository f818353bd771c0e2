"""Entitlements, clues and transfers move with the tree of areas; site/subscribers.py tells this app."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.benefits.models import Clue, Entitlement, OneOff, Transfer
from bangfu.office.registry import api as registry

_GROUP = F("household__group_name")


def count_moving(moves: Sequence[Move]) -> int:
    """How many entitlements lie in what moves."""
    return count_following(Entitlement.objects.all(), moves, _GROUP)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """Entitlements and what belongs to them. The tree's own row in the log says it for all."""
    follow(Clue.objects.all(), moves, group=_GROUP)
    follow(OneOff.objects.all(), moves, group=_GROUP)
    follow(Transfer.objects.filter(state__in=Transfer.OPEN), moves, group=_GROUP)
    follow(Transfer.objects.filter(state__in=Transfer.OPEN), moves, column="to_area", group=_GROUP)
    return follow(Entitlement.objects.all(), moves, group=_GROUP)


@registry.also_move
def follow_household(household: registry.Household) -> None:
    """A household that moves takes along what it receives, what it was given and what was said of it."""
    for model in (Entitlement, OneOff, Clue):
        model.objects.filter(household=household).update(area_code=household.area_code)
