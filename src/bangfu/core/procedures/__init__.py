"""The case engine: how a case goes through a procedure of the rulebook, as a pure fold of events.

This is the door: the office imports these names (also as `bangfu.core.api.procedures`) and none of the modules
behind them. Nothing here reads a file, a clock or a database.
"""

from __future__ import annotations

from bangfu.core.procedures.calendar import Calendar
from bangfu.core.procedures.case import SUPERSEDED, Case, Done, Suspension, fold
from bangfu.core.procedures.clocks import (
    Clock,
    Clocks,
    Elapsed,
    appeal_until,
    clock,
    elapsed,
    median_days,
    took,
    worked_days,
)
from bangfu.core.procedures.engine import Action, apply, open_case, possible
from bangfu.core.procedures.events import (
    Actor,
    Barred,
    Closed,
    Event,
    Extended,
    Objection,
    Opened,
    Resumed,
    Returned,
    StepDone,
    Superseded,
    Suspended,
    Thing,
    Withdrawn,
)
from bangfu.core.procedures.messages import Refusal
from bangfu.core.procedures.stored import StoredEventError, event_from_json, event_to_json
from bangfu.core.procedures.things import last_day
from bangfu.core.rulebook.procedure_model import NEEDS, Limit, Procedure
from bangfu.core.rulebook.reading_procedures import read_definition

__all__ = [
    "NEEDS", "SUPERSEDED", "Action", "Actor", "Barred", "Calendar", "Case", "Clock", "Clocks", "Closed", "Done", "Elapsed",
    "Event", "Extended", "Limit", "Objection", "Opened", "Procedure", "Refusal", "Resumed", "Returned", "StepDone", "StoredEventError",
    "Superseded", "Suspended", "Suspension", "Thing", "Withdrawn", "appeal_until", "apply", "clock", "elapsed",
    "event_from_json", "event_to_json", "fold", "last_day", "median_days", "open_case", "possible",
    "read_definition", "took", "worked_days",
]  # fmt: skip
