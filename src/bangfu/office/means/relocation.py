"""Authorisations and reports move with the tree of areas; site/subscribers.py tells this app. What a report says stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.means.models import Authorisation, Crosscheck, MeansReport, Withdrawal

_GROUP = F("household__group_name")


def count_moving(moves: Sequence[Move]) -> int:
    """How many reports lie in what moves."""
    return count_following(MeansReport.objects.all(), moves, _GROUP)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """What is about households goes with them, a cross-check with its county."""
    follow(Authorisation.objects.all(), moves, group=_GROUP)
    follow(Withdrawal.objects.all(), moves, group=_GROUP)
    follow(Crosscheck.objects.all(), moves)
    return follow(MeansReport.objects.all(), moves, group=_GROUP)
