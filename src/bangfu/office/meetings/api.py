"""The only door to this app."""

from bangfu.office.meetings.actions import (
    Abstaining,
    Arrangements,
    Count,
    Guest,
    add_matters,
    add_task,
    call_meeting,
    close,
    finish_task,
    hold,
    vote,
)
from bangfu.office.meetings.models import CommitteeMember, Matter, Meeting, NearRelative, Task
from bangfu.office.meetings.people import add_file, add_member, end_member, end_relative, file_relative
from bangfu.office.meetings.queries import HeldVotes, held_votes, relatives_of, waiting
from bangfu.office.meetings.relocation import count_moving, relocate
from bangfu.office.meetings.rules import LEAST, QUORUM
from bangfu.office.meetings.seams import Candidate, register_listener, register_source

__all__ = [
    "LEAST",
    "QUORUM",
    "Abstaining",
    "Arrangements",
    "Candidate",
    "CommitteeMember",
    "Count",
    "Guest",
    "HeldVotes",
    "Matter",
    "Meeting",
    "NearRelative",
    "Task",
    "add_file",
    "add_matters",
    "add_member",
    "add_task",
    "call_meeting",
    "close",
    "count_moving",
    "end_member",
    "end_relative",
    "file_relative",
    "finish_task",
    "held_votes",
    "hold",
    "register_listener",
    "register_source",
    "relatives_of",
    "relocate",
    "vote",
    "waiting",
]
