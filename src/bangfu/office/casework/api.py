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
from bangfu.office.casework.from_visits import open_from_visit
from bangfu.office.casework.models import Case, CaseEvent, Determination
from bangfu.office.casework.queries import waiting, waits_for_a_second
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
    "count_moving",
    "open_case",
    "open_from_finding",
    "open_from_visit",
    "relocate",
    "replay",
    "sign",
    "turn_down",
    "waiting",
    "waits_for_a_second",
]
