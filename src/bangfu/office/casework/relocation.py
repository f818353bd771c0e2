"""Cases move with the tree of areas; site/subscribers.py tells this app.

Events keep the code under which they happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.casework.models import CLOSED, Case, OpenStep, PublicNotice, StepPassed
from bangfu.office.casework.remembered import forget
from bangfu.office.registry import api as registry

_GROUP, _CASES_GROUP = F("household__group_name"), F("case__household__group_name")


def count_moving(moves: Sequence[Move]) -> int:
    """How many open cases lie in what moves."""
    return count_following(Case.objects.exclude(status=CLOSED), moves, _GROUP)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """Cases and what is to be done in them. The tree's own row in the log says it for all."""
    follow(OpenStep.objects.all(), moves, group=_CASES_GROUP)
    follow(PublicNotice.objects.all(), moves, group=_CASES_GROUP)
    follow(StepPassed.objects.all(), moves, group=_CASES_GROUP)
    forget()
    return follow(Case.objects.all(), moves, group=_GROUP)


@registry.also_move
def follow_household(household: registry.Household) -> None:
    """A household that moves takes its cases along, open and closed: the whole file."""
    OpenStep.objects.filter(case__household=household).update(area_code=household.area_code)
    PublicNotice.objects.filter(case__household=household).update(area_code=household.area_code)
    StepPassed.objects.filter(case__household=household).update(area_code=household.area_code)
    forget()
    Case.objects.filter(household=household).update(area_code=household.area_code)
