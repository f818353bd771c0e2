"""The means-check report in a case: which one a step brings, which one a decision rests on, and whether it still holds.

凡进必核、凡退必核: a report that is not authorised, has expired, or is about somebody else is refused with words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.casework import engine, queries
from bangfu.office.casework.models import CLOSED, Case, CaseDocument, OpenStep
from bangfu.office.casework.moves import Move
from bangfu.office.casework.showing import Doable
from bangfu.office.means import api as means
from bangfu.office.pages.refusals import Invalid

KIND = "means_check"
_NEED_A_CHECK = ("grant", "refuse", "reduce", "stop")


def with_reports(case: Case, procedure: p.Procedure, move: Move) -> Move:
    """The move with each means-check report dated as its data are, whatever the form said. Raises Invalid for one on which
    nothing may rest."""
    things = dict(move.things)
    for name, brought in move.things.items():
        if brought.means is None:
            continue
        if name not in procedure.things or procedure.things[name].kind != KIND:
            raise Invalid({f"t-{name}": _("这一项不能用核对报告")})
        found = _holds(case, brought.means, f"t-{name}-means")
        things[name] = replace(brought, run=None, dated=found.as_of)
    return replace(move, things=things)


def _holds(case: Case, report: int, field: str) -> means.Stands:
    found = means.standing(report, case.household, timezone.localdate())
    if found is None:
        raise Invalid({field: _("没有这份核对报告")})
    if found.why_not:
        raise Invalid({field: found.why_not})
    return found


def resting_on(case: Case, procedure: p.Procedure, move: Move, outcome: Any) -> means.Stands | None:
    """The report on which a decision rests: the one that it brings, else the last that the case was given; None where the
    means check was a run or a paper. Raises Invalid where it no longer holds and the decision needs one."""
    brought = next((b.means for b in move.things.values() if b.means is not None), None)
    names = [thing.id for thing in procedure.things.values() if thing.kind == KIND]
    left = CaseDocument.objects.filter(case=case, thing__in=names).order_by("-pk").first()
    key = brought or (left.means if left is not None else None)
    if key is None:
        return None
    if outcome.decides in _NEED_A_CHECK and outcome.without_means_check is None:
        return _holds(case, key, "means")
    return means.standing(key, case.household, timezone.localdate())


@dataclass(frozen=True)
class Panel:
    """What the page of a case says of means checks. `make` is the address of the form that makes a report, filled in;
    `suspend` that of the pause for a missing authorisation, empty where it cannot be begun now."""

    summary: means.Summary
    due: bool
    make: str
    purpose: str
    suspend: str


def panel(actor: Actor, case: Case, procedure: p.Procedure, state: p.Case, allowed: list[Doable]) -> Panel | None:
    """None for a procedure without a means check, unless sources contradict one another about the household."""
    names = {thing.id for thing in procedure.things.values() if thing.kind == KIND}
    if not names and case.status == CLOSED:
        return None
    found = means.summary(actor, case.household)
    if not names and not found.contradictions:
        return None
    due = any(name in names for step in state.open for name in _leaves(procedure, step))
    pause = next(
        (one.query for one in allowed if one.query.startswith("kind=suspended&name=authorisation_missing")), ""
    )
    act = reverse("casework:act", args=[case.pk])
    return Panel(
        found, due and case.status != CLOSED,
        reverse("means:make", args=[case.household.number]), procedure.title.get("zh")[:60],
        f"{act}?{pause}" if pause else "",
    )  # fmt: skip


def _leaves(procedure: p.Procedure, step: str) -> list[str]:
    known = procedure.steps[step]
    needed = [*known.leaves, *(one for outcome in known.outcomes.values() for one in outcome.leaves)]
    return [one.thing for one in needed]


def at_the_check(actor: Actor) -> list[tuple[str, str]]:
    """Households with the numbers of their cases, of all cases in the actor's area that wait for a means check."""
    found: dict[str, str] = {}
    steps = OpenStep.objects.filter(actor.limit(queries.ACT), held=False).exclude(case__status=CLOSED)
    steps = steps.select_related("case__household", "case__definition").order_by("due_on", "case_id")
    for step in steps:
        procedure = engine.procedure_of(step.case)
        names = {thing.id for thing in procedure.things.values() if thing.kind == KIND}
        if names and any(name in names for name in _leaves(procedure, step.step)):
            found.setdefault(step.case.household.number, step.case.number)
    return list(found.items())
