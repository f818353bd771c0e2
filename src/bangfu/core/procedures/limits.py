"""From which day a limit of a case runs."""

from __future__ import annotations

from datetime import date, datetime

from bangfu.core.procedures.calendar import Calendar
from bangfu.core.procedures.case import Case
from bangfu.core.rulebook.procedure_model import Limit


def start_of(case: Case, limit: Limit, calendar: Calendar, *, entered: datetime | None) -> date | None:
    """The day after which a limit runs: of a step's entry, of the opening, of another step, of a thing's own date.

    None where that has not happened yet.
    """
    if limit.start == "opened":
        return calendar.day(case.opened)
    if not limit.start:
        return None if entered is None else calendar.day(entered)
    step, _, outcome = limit.start.partition(".")
    done = case.last_done(step)
    if done is not None and outcome in ("", done.outcome):
        return calendar.day(done.at)
    thing = case.things.get(limit.start)
    return None if thing is None else thing.on
