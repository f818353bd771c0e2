"""The clocks of a case: when each open step and the whole are due, and what holds them.

The day of an event is not counted; a suspension leaves out the days after it began up to the day on which it
ended. While a case is suspended nothing is due: what is left is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from statistics import median

from bangfu.core.procedures.calendar import Calendar, add_months, stopped_days
from bangfu.core.procedures.case import Case, Done
from bangfu.core.procedures.limits import start_of
from bangfu.core.rulebook.model import Label
from bangfu.core.rulebook.procedure_model import Appeal, Limit, Procedure


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock as of a day.

    `step` is "" for the whole case and `pause:<id>` for how long a suspension may last. `used` and `left` are in
    `unit` (days for a limit of months); `left` is negative when overdue, and 0 on a day of rest just after the last
    working day. `due` is None while suspended, where
    there is no limit (`unit` ""), and where the limit has not begun (`started` None). `finished`: the step that
    the whole limit ends with was done, so that this is how it came out.
    """

    step: str
    unit: str
    limit: int
    started: date | None
    due: date | None
    used: int
    left: int | None
    overdue: bool
    suspended: bool
    finished: bool = False
    warnings: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Clocks:
    """The whole case, its open steps, and what holds it: pairs of a pause's id and the day it began."""

    whole: Clock
    steps: tuple[Clock, ...]
    pauses: tuple[Clock, ...]
    since: tuple[tuple[str, date], ...]

    @property
    def overdue(self) -> bool:
        """Whether anything is."""
        return any(clock.overdue for clock in (self.whole, *self.steps, *self.pauses))


def clock(procedure: Procedure, case: Case, calendar: Calendar, now: datetime) -> Clocks:
    """Every clock of the case at `now`, which has a zone; days are those of the calendar's zone."""
    today = calendar.day(now if case.ended is None else min(now, case.ended))
    measure = _Measure(case, calendar, today)
    steps = tuple(
        measure.of(name, procedure.steps[name].limit, _start(case, procedure.steps[name].limit, calendar, since))
        for name, since in case.open.items()
    )
    pauses = tuple(
        measure.plain(f"pause:{span.reason}", procedure.pauses[span.reason].limit, calendar.day(span.since))
        for span in case.suspended
    )
    since = tuple((span.reason, calendar.day(span.since)) for span in case.suspended)
    return Clocks(_whole(procedure, case, calendar, measure), steps, pauses, since)


def _start(case: Case, limit: Limit | None, calendar: Calendar, entered: datetime) -> date | None:
    return calendar.day(entered) if limit is None else start_of(case, limit, calendar, entered=entered)


def _whole(procedure: Procedure, case: Case, calendar: Calendar, measure: _Measure) -> Clock:
    limit = procedure.limit
    if limit is None:
        return measure.of("", None, calendar.day(case.opened))
    if case.extended and procedure.extension is not None:
        limit = Limit(limit.count + procedure.extension.count, limit.unit, limit.start, limit.until)
    start = start_of(case, limit, calendar, entered=case.opened)
    ended = case.last_done(limit.until) if limit.until else None
    if ended is not None:
        measure = _Measure(case, calendar, min(measure.today, calendar.day(ended.at)), until=ended.at)
        return replace(measure.of("", limit, start), finished=True)
    return measure.of("", limit, start)


class _Measure:
    """Measures limits as of one day, leaving out what was suspended."""

    def __init__(self, case: Case, calendar: Calendar, today: date, *, until: datetime | None = None) -> None:
        self.calendar, self.today = calendar, today
        spans = [s for s in case.suspensions if until is None or s.since < until]
        days = [(calendar.day(s.since), None if s.until is None else calendar.day(s.until)) for s in spans]
        self.stopped = stopped_days(days, today)
        self.held = any(last is None for _, last in days)

    def of(self, step: str, limit: Limit | None, start: date | None) -> Clock:
        """The clock of a step or of the whole case."""
        return self._clock(step, limit, start, self.stopped, held=self.held)

    def plain(self, step: str, limit: Limit | None, start: date) -> Clock:
        """A clock that no suspension holds: how long the suspension itself lasts."""
        return self._clock(step, limit, start, frozenset(), held=False)

    def _clock(
        self, step: str, limit: Limit | None, start: date | None, stopped: frozenset[date], *, held: bool
    ) -> Clock:
        calendar, today = self.calendar, self.today
        unit = "days" if limit is None or limit.unit == "months" else limit.unit
        used = 0 if start is None else calendar.used(start, today, unit, stopped)
        if limit is None or start is None:
            return Clock(step, "" if limit is None else unit, 0, start, None, used, None, False, held)
        due = calendar.due(start, limit, stopped)
        # the days after the last one that were not suspended: a clock that stands cannot run out
        beyond = calendar.used(due, today, "days", stopped)
        total = limit.count
        if limit.unit == "months":
            total = (add_months(start, limit.count) - start).days
        if beyond:
            left = -calendar.used(due, today, unit, stopped)
        elif held or limit.unit == "working_days":
            left = max(total - used, 0)
        else:
            left = (due - today).days
        warnings = calendar.unsure(start, max(due, today))
        return Clock(step, unit, total, start, None if held else due, used, left, beyond > 0, held, warnings=warnings)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """How long a step that was done took, in the unit of its limit (working days where it has none)."""

    done: Done
    used: int
    late: bool


def elapsed(procedure: Procedure, case: Case, calendar: Calendar) -> tuple[Elapsed, ...]:
    """Every step that was done, in order, with the days it took."""
    return tuple(took(procedure, case, calendar, done) for done in case.done)


def took(procedure: Procedure, case: Case, calendar: Calendar, done: Done) -> Elapsed:
    """The days that one step took, in the unit of its limit, and whether it was late."""
    limit = procedure.steps[done.step].limit
    day = calendar.day(done.at)
    measure = _Measure(case, calendar, day, until=done.at)
    start = _start(case, limit, calendar, done.entered)
    if limit is None:
        used = 0 if start is None else calendar.used(start, day, "working_days", measure.stopped)
        return Elapsed(done, used, False)
    at = measure.of(done.step, limit, start)
    return Elapsed(done, at.used, at.overdue)


def worked_days(case: Case, calendar: Calendar, done: Done) -> int:
    """Working days between a step's entry and its end, suspensions left out, whatever the unit of its limit."""
    day = calendar.day(done.at)
    stopped = _Measure(case, calendar, day, until=done.at).stopped
    return calendar.used(calendar.day(done.entered), day, "working_days", stopped)


def median_days(found: Iterable[Elapsed]) -> dict[str, float]:
    """The median of the days that each step took, by step."""
    by_step: dict[str, list[int]] = {}
    for item in found:
        by_step.setdefault(item.done.step, []).append(item.used)
    return {step: median(days) for step, days in by_step.items()}


def appeal_until(
    procedure: Procedure, case: Case, calendar: Calendar, *, told: date | None = None
) -> tuple[tuple[Appeal, date], ...]:
    """How one may appeal against how the case ended, each with its last day; from the day the household was `told`."""
    if case.ended is None:
        return ()
    start = told or calendar.day(case.ended)
    return tuple((a, calendar.due(start, a.limit)) for a in procedure.appeals if case.end in a.against)


__all__ = ["Clock", "Clocks", "Elapsed", "appeal_until", "clock", "elapsed", "median_days", "took", "worked_days"]
