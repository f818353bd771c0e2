"""Requests of erasure move with the tree of areas; the tree tells this app through site/subscribers.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.protection.models import OPEN, ErasureRequest
from bangfu.office.registry.api import Household, Person

_NUMBER = OuterRef("subject_number")
_GROUP = Coalesce(
    Subquery(Household.objects.filter(number=_NUMBER).values("group_name")[:1]),
    Subquery(Person.objects.filter(number=_NUMBER).values("household__group_name")[:1]),
)


def count_moving(moves: Sequence[Move]) -> int:
    """How many open requests lie in what moves."""
    return count_following(ErasureRequest.objects.filter(state=OPEN), moves, _GROUP)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """Requests, open and decided."""
    return follow(ErasureRequest.objects.all(), moves, group=_GROUP)
