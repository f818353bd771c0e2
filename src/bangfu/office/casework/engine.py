"""Between rows and the core's case engine: definitions, the state of a case, and as whom somebody acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import ROLES, Actor
from bangfu.office.areas.api import covers
from bangfu.office.casework.models import (
    CLOSED,
    DECIDED,
    NEVER,
    OPEN,
    Case,
    CaseEvent,
    OpenStep,
    StepPassed,
    StoredDefinition,
)
from bangfu.office.registry import api as registry

BUREAU_ROLE = "bureau_officer"
PUBLIC = "public"
"""The role of the applicant, who has no account: the public pages act in it, and who acts on somebody's behalf."""


def calendar() -> p.Calendar:
    """The working days of this installation's rulebook."""
    return p.Calendar(registry.rulebook().calendar)


def current() -> dict[str, p.Procedure]:
    """The procedures of today's rulebook by id."""
    return dict(registry.rulebook().procedures)


def appeal_procedures() -> set[str]:
    """Ids of today's procedures that are appeals: they begin about another case only."""
    return {appeal.to for one in registry.rulebook().procedures.values() for appeal in one.appeals}


@lru_cache(maxsize=64)
def _read(text: str) -> p.Procedure:
    return p.read_definition(text)


def procedure_of(case: Case) -> p.Procedure:
    """The version that the case began with. No query where it is today's or was joined."""
    today = registry.rulebook().procedures.get(case.procedure)
    if today is not None and today.digest == case.definition_id:
        return today
    return _read(case.definition.text)


def version(row: StoredDefinition) -> p.Procedure:
    """The procedure of a stored version."""
    today = registry.rulebook().procedures.get(row.procedure)
    return today if today is not None and today.digest == row.digest else _read(row.text)


def stored(procedure: p.Procedure) -> StoredDefinition:
    """The row of a version, made where it is the first case with it."""
    row, _made = StoredDefinition.objects.get_or_create(
        digest=procedure.digest, defaults={"procedure": procedure.id, "text": procedure.definition}
    )
    return row


def events_of(case: Case) -> list[tuple[CaseEvent, p.Event]]:
    """Everything that happened, as rows and as the engine's events."""
    return [(row, p.event_from_json(row.content)) for row in CaseEvent.objects.filter(case=case).order_by("seq")]


def folded(procedure: p.Procedure, events: Iterable[p.Event]) -> p.Case:
    """The state after some events."""
    return p.fold(procedure, events)


def faces(actor: Actor, permission: str, area_code: str) -> list[p.Actor]:
    """The engine's actors as which somebody may act there: one for each role held that allows it."""
    found = [
        p.Actor(actor.key, grant.role, grant.area_code or area_code[:2], grant.bureau)
        for grant in actor.grants
        if {permission, _OF_BUREAUS} & ROLES[grant.role].permissions and covers((grant.area_code,), area_code)
    ]
    return list(dict.fromkeys(found))


_OF_BUREAUS = "cases.bureau"
"""Officers of other bureaus act and decide by it, in the steps of their bureau: `queries.reached_by_bureau` limits them."""


def behalf(actor: Actor, area_code: str) -> list[p.Actor]:
    """The face of the applicant without an account, whom somebody who may act there helps."""
    allowed = actor.may("cases.act", area_code)
    return [p.Actor(actor.key, PUBLIC, area_code)] if allowed else []


def only_public(procedure: p.Procedure, kind: str, name: str) -> bool:
    """Whether nobody with an account may do this: then an official may on the applicant's behalf."""
    if kind == "step_done" and name in procedure.steps:
        return procedure.steps[name].by == (PUBLIC,)
    if kind == "withdrawn" and procedure.withdrawal is not None:
        return procedure.withdrawal.by == (PUBLIC,)
    return kind == "objection" and procedure.objections is not None and procedure.objections.by == (PUBLIC,)


def applied(
    procedure: p.Procedure, state: p.Case, events: Iterable[p.Event], days: p.Calendar
) -> tuple[p.Event, p.Case] | p.Refusal:
    """The first of these events that is accepted, with the state after it; else the refusal of the first."""
    refused: p.Refusal | None = None
    for event in events:
        after = p.apply(procedure, state, event, days)
        if isinstance(after, p.Case):
            return event, after
        refused = refused or after
    assert refused is not None
    return refused


def since(state: p.Case, step: str) -> date | None:
    """The day on which a step that is open began, None where it is not open."""
    entered = state.open.get(step)
    return timezone.localtime(entered).date() if entered is not None else None


@dataclass(frozen=True)
class Projected:
    """What lists read of a case beside its own row, not yet written."""

    steps: list[OpenStep]
    passed: list[StepPassed]


PROJECTED = (
    "status", "end", "suspended", "whole_due_on", "due_on", "listed_on", "running", "moved_at", "version",
)  # fmt: skip
"""The columns of a case that follow from its events."""


def projected(
    case: Case, procedure: p.Procedure, state: p.Case, event: p.Event, now: datetime, owners: Mapping[str, str]
) -> Projected:
    """Sets what lists read of a case: status and due dates; gives its open steps by role, and the step that was done.

    `owners`: whose a step is that was open before, by step. Writes nothing.
    """
    days = calendar()
    found = p.clock(procedure, state, days, now)
    decided = any(d.valid and procedure.steps[d.step].outcomes[d.outcome].decides for d in state.done)
    case.status = CLOSED if state.final else DECIDED if decided else OPEN
    case.end = state.end
    case.suspended = state.suspended[0].reason if state.suspended else ""
    whole = None if found.whole.finished or state.final else found.whole.due
    dues = [one.due for one in found.steps if one.due is not None] + ([whole] if whole else [])
    case.whole_due_on, case.due_on = whole, None if state.final else min(dues, default=None)
    case.listed_on, case.running = case.due_on or NEVER, not state.final
    case.moved_at, case.version = now, state.count
    due = {one.step: one.due for one in found.steps}
    steps = [
        OpenStep(
            case=case, procedure=procedure.id, step=name, role=role,
            bureau=procedure.steps[name].bureau if role == BUREAU_ROLE else "", area_code=case.area_code,
            entered_at=since, due_on=due.get(name), assigned_to=owners.get(name, "") if since != event.at else "",
            held=any(name not in procedure.pauses[span.reason].allows for span in state.suspended),
        )
        for name, since in state.open.items()
        for role in procedure.steps[name].by
    ]  # fmt: skip
    return Projected(steps, [passed(case, procedure, state, days)] if isinstance(event, p.StepDone) else [])


def passed(case: Case, procedure: p.Procedure, state: p.Case, days: p.Calendar) -> StepPassed:
    """The row of the step that the last event did."""
    done = state.done[-1]
    return StepPassed(
        case=case, seq=state.count, procedure=procedure.id, step=done.step, outcome=done.outcome,
        decides=procedure.steps[done.step].outcomes[done.outcome].decides or "", area_code=case.area_code,
        entered_at=done.entered, done_on=days.day(done.at), days=p.worked_days(state, days, done),
        late=p.took(procedure, state, days, done).late,
    )  # fmt: skip


def project(case: Case, procedure: p.Procedure, state: p.Case, event: p.Event, now: datetime) -> None:
    """The same, written."""
    owners = dict(OpenStep.objects.filter(case=case).exclude(assigned_to="").values_list("step", "assigned_to"))
    found = projected(case, procedure, state, event, now, owners)
    case.save()
    OpenStep.objects.filter(case=case).delete()
    OpenStep.objects.bulk_create(found.steps)
    StepPassed.objects.bulk_create(found.passed)
