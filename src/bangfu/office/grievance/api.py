"""The only door to this app."""

from bangfu.office.grievance.actions import Said, complain, move, opened, take
from bangfu.office.grievance.models import KINDS, Complaint
from bangfu.office.grievance.queries import complaints, waiting
from bangfu.office.grievance.relocation import count_moving, relocate

__all__ = [
    "KINDS",
    "Complaint",
    "Said",
    "complain",
    "complaints",
    "count_moving",
    "move",
    "opened",
    "relocate",
    "take",
    "waiting",
]
