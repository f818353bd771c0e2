"""The only door to this app."""

from bangfu.office.casework.actions import (
    AlreadyOpen,
    Brought,
    Move,
    act,
    bar,
    open_case,
    open_from_finding,
    relative_filed,
    sign,
    turn_down,
)
from bangfu.office.casework.assembly import agenda
from bangfu.office.casework.from_visits import open_from_visit
from bangfu.office.casework.models import Case, CaseEvent, Determination
from bangfu.office.casework.notice_models import PublicNotice
from bangfu.office.casework.notices import Published, notice_by_token, path_of
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
    "PublicNotice",
    "Published",
    "Replayed",
    "act",
    "agenda",
    "bar",
    "count_moving",
    "notice_by_token",
    "open_case",
    "open_from_finding",
    "open_from_visit",
    "path_of",
    "relative_filed",
    "relocate",
    "replay",
    "sign",
    "turn_down",
    "waiting",
    "waits_for_a_second",
]
