"""Messages move with the households that they went to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, follow
from bangfu.office.sending.models import QUEUED, Message, OptOut

_GROUP = F("household__group_name")


def count_moving(moves: Sequence[Move]) -> int:
    """How many messages that still wait lie in what moves."""
    return count_following(Message.objects.filter(state=QUEUED), moves, _GROUP)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """All of them. The tree's own row in the log says it."""
    follow(OptOut.objects.all(), moves, group=_GROUP)
    return follow(Message.objects.all(), moves, group=_GROUP)
