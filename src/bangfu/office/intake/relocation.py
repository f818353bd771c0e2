"""Applications, reports and objections move with the tree of areas; site/subscribers.py tells this app.

A report that fits no household yet says no group: where a village is split it stays under the old code.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.intake.models import OPEN_STATES, Application, Report, WebObjection

_GROUP, _CASES_GROUP = F("household__group_name"), F("case__household__group_name")


def count_moving(moves: Sequence[Move]) -> int:
    """How many reports that wait lie in what moves."""
    return count_following(Report.objects.filter(state__in=OPEN_STATES), moves, _GROUP)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """All three; the tree's own row in the log says it."""
    follow(Application.objects.all(), moves, group=_GROUP)
    follow(WebObjection.objects.all(), moves, group=_CASES_GROUP)
    return follow(Report.objects.all(), moves, group=_GROUP)
