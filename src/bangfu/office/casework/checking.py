"""Is what lists read what the events say? Every case is folded again from its events and compared, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import QuerySet

from bangfu.core.api import procedures as p
from bangfu.office.casework import engine
from bangfu.office.casework.models import Case, CaseDocument, Determination, OpenStep, StepPassed
from bangfu.office.registry import api as registry

_DOC = re.compile(r"^doc:(\d+)$")


def problems(cases: QuerySet[Case]) -> Iterator[str]:
    """What does not fit, in words, with the case's number; nothing where all is well."""
    for case in cases.select_related("definition").iterator(chunk_size=500):
        yield from (f"{case.number}: {problem}" for problem in of_case(case))


def of_case(case: Case) -> Iterator[str]:
    """What does not fit in one case."""
    procedure, rows = engine.procedure_of(case), engine.events_of(case)
    if [row.seq for row, _event in rows] != list(range(1, len(rows) + 1)):
        yield f"events are numbered {[row.seq for row, _e in rows]}"
    if not rows:
        return
    state, passed = None, []
    owners = dict(OpenStep.objects.filter(case=case).values_list("step", "assigned_to"))
    made = Case(pk=case.pk, area_code=case.area_code, number=case.number)
    for place in range(len(rows)):
        state = engine.folded(procedure, [event for _row, event in rows[: place + 1]])
        found = engine.projected(made, procedure, state, rows[place][1], rows[place][0].at, {})
        passed += found.passed
    assert state is not None
    for name in engine.PROJECTED:
        if getattr(made, name) != getattr(case, name):
            yield f"{name} is {getattr(case, name)!r}, the events say {getattr(made, name)!r}"
    wanted = sorted((s.step, s.role, s.entered_at, str(s.due_on), s.held, s.procedure) for s in found.steps)
    held = OpenStep.objects.filter(case=case).values_list("step", "role", "entered_at", "due_on", "held", "procedure")
    if sorted((a, b, c, str(d), e, f) for a, b, c, d, e, f in held) != wanted:
        yield f"open steps are {sorted(owners)}, the events say {sorted(state.open)}"
    said = [(s.seq, s.step, s.outcome, s.days, s.late, s.done_on) for s in passed]
    there = StepPassed.objects.filter(case=case).order_by("seq")
    if list(there.values_list("seq", "step", "outcome", "days", "late", "done_on")) != said:
        yield "the steps that were done do not fit the events"
    yield from _papers(case, [event for _row, event in rows], procedure)


def _papers(case: Case, events: list[p.Event], procedure: p.Procedure) -> Iterator[str]:
    """Every paper that an event names is a row of the case, every row is named or waits for a second person."""
    named = {int(m[1]) for event in events for thing in event.things if (m := _DOC.match(thing.ref))}
    rows = set(CaseDocument.objects.filter(case=case).values_list("pk", flat=True))
    if named - rows:
        yield f"papers {sorted(named - rows)} are named and not there"
    if rows - named and not hasattr(case, "proposal"):
        yield f"papers {sorted(rows - named)} are there and not named"
    decided = [
        place
        for place, event in enumerate(events, 1)
        if isinstance(event, p.StepDone) and procedure.steps[event.step].outcomes[event.outcome].decides
    ]
    frozen = list(Determination.objects.filter(case=case).order_by("seq").values_list("seq", flat=True))
    if frozen != decided:
        yield f"decisions are frozen for events {frozen}, made by {decided}"


def files_without_a_row() -> list[str]:
    """Files of documents that no row names; a fresh one may belong to somebody who is uploading at this moment."""
    return registry.unclaimed(timedelta(0))
