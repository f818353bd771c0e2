"""The only door to this app."""

from bangfu.office.protection.actions import confirm, refuse, request_erasure
from bangfu.office.protection.queries import waiting
from bangfu.office.protection.relocation import count_moving, relocate
from bangfu.office.protection.retention import due_households, due_persons, periods

__all__ = [
    "confirm",
    "count_moving",
    "due_households",
    "due_persons",
    "periods",
    "refuse",
    "relocate",
    "request_erasure",
    "waiting",
]
