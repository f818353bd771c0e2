"""What lies in areas that move goes along; site/subscribers.py tells this app."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.pairing.models import (
    Campaign,
    CampaignFinding,
    CampaignRow,
    Helper,
    LeaderDuty,
    Measure,
    Pairing,
    Plan,
)
from bangfu.office.registry import api as registry

_GROUP = F("household__group_name")


def count_moving(moves: Sequence[Move]) -> int:
    """How many pairings of today lie in what moves."""
    return count_following(Pairing.objects.filter(ends_on=None), moves, _GROUP)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """Pairings, plans and campaigns' lists with their households; officials with the area they serve."""
    follow(CampaignFinding.objects.all(), moves, group=F("row__household__group_name"))
    follow(CampaignRow.objects.all(), moves, group=_GROUP)
    follow(Measure.objects.all(), moves, group=F("plan__household__group_name"))
    follow(Plan.objects.all(), moves, group=_GROUP)
    for rows in (Helper.objects.all(), Campaign.objects.all()):
        follow(rows, moves)
    follow(LeaderDuty.objects.all(), moves, column="place")
    return follow(Pairing.objects.all(), moves, group=_GROUP)


@registry.also_move
def follow_household(household: registry.Household) -> None:
    """A household that moves takes its pairing, plans and places in campaigns' lists along."""
    code = household.area_code
    Pairing.objects.filter(household=household).update(area_code=code)
    Plan.objects.filter(household=household).update(area_code=code)
    Measure.objects.filter(plan__household=household).update(area_code=code)
    CampaignRow.objects.filter(household=household).update(area_code=code)
    CampaignFinding.objects.filter(row__household=household).update(area_code=code)
