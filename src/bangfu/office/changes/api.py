"""The only door to this app."""

from bangfu.office.changes.actions import Proposal, confirm, propose, send_back, undo, withdraw
from bangfu.office.changes.content import Content
from bangfu.office.changes.models import Change, ChangeWindow
from bangfu.office.changes.queries import changes, counts, waiting
from bangfu.office.changes.relocation import count_moving, relocate
from bangfu.office.changes.window_actions import apply_queued, end_window, set_window
from bangfu.office.changes.windows import regime

__all__ = [
    "Change",
    "ChangeWindow",
    "Content",
    "Proposal",
    "apply_queued",
    "changes",
    "confirm",
    "count_moving",
    "counts",
    "end_window",
    "propose",
    "regime",
    "relocate",
    "send_back",
    "set_window",
    "undo",
    "waiting",
    "withdraw",
]
