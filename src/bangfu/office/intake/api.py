"""The only door to this app."""

from bangfu.office.intake.actions import Came, Wanted, apply_once, register_walk_in
from bangfu.office.intake.limits import clear_out
from bangfu.office.intake.models import Application, Report, WebObjection
from bangfu.office.intake.public_actions import Said, report_need
from bangfu.office.intake.queries import waiting
from bangfu.office.intake.relocation import count_moving, relocate

__all__ = [
    "Application",
    "Came",
    "Report",
    "Said",
    "Wanted",
    "WebObjection",
    "apply_once",
    "clear_out",
    "count_moving",
    "register_walk_in",
    "relocate",
    "report_need",
    "waiting",
]
