"""The only door to this app."""

from bangfu.office.casework.actions import (
    AlreadyOpen,
    Brought,
    Move,
    act,
    bar,
    open_case,
    open_from_finding,
    sign,
    turn_down,
)
from bangfu.office.casework.bulk.handing import count_desk, move_desk
from bangfu.office.casework.bulk.running import recover
from bangfu.office.casework.models import Case, CaseEvent, Determination
from bangfu.office.casework.queries import waiting
from bangfu.office.casework.relocation import count_moving, relocate
from bangfu.office.casework.replaying import Replayed, replay

__all__ = [
    "AlreadyOpen",
    "Brought",
    "Case",
    "CaseEvent",
    "Determination",
    "Move",
    "Replayed",
    "act",
    "bar",
    "count_desk",
    "count_moving",
    "move_desk",
    "open_case",
    "open_from_finding",
    "recover",
    "relocate",
    "replay",
    "sign",
    "turn_down",
    "waiting",
]
