"""The only door to this app."""

from bangfu.office.audit.actions import Acting, Subject, SystemActor, entry, record, record_bulk
from bangfu.office.audit.events import KINDS, EventKind, declare
from bangfu.office.audit.models import Entry
from bangfu.office.audit.naming import Naming, call_things
from bangfu.office.audit.remembering import count, while_unchanged
from bangfu.office.audit.verify import head, verify

__all__ = [
    "KINDS",
    "Acting",
    "Entry",
    "EventKind",
    "Naming",
    "Subject",
    "SystemActor",
    "call_things",
    "count",
    "declare",
    "entry",
    "head",
    "record",
    "record_bulk",
    "verify",
    "while_unchanged",
]
