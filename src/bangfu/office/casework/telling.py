"""When a household gets a text message: accepted, suspended for papers, decided, and when it may appeal."""

from __future__ import annotations

from django.utils import translation

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.casework.models import Case
from bangfu.office.sending import api as sending

TOLD = ("grant", "refuse", "reduce", "stop")
"""Decisions that are told; that all stays as it is, is not."""


def tell(actor: Actor, case: Case, procedure: p.Procedure, state: p.Case, event: p.Event) -> None:
    """Queue what an event is worth, in its transaction. `state` is the case after it."""
    for template in _templates(procedure, state, event):
        sending.queue(
            actor=actor, household=case.household, template=template, reference=case.number,
            key=f"case:{case.number}/{state.count}/{template}", office=_office(case), own=case.origin == "application",
        )  # fmt: skip


def _templates(procedure: p.Procedure, state: p.Case, event: p.Event) -> list[str]:
    if isinstance(event, p.Suspended):
        return ["missing"] if procedure.pauses[event.reason].needs else []
    found = []
    if isinstance(event, p.StepDone):
        outcome = procedure.steps[event.step].outcomes[event.outcome]
        if procedure.limit is not None and procedure.limit.start == f"{event.step}.{event.outcome}":
            found.append("accepted")
        if outcome.decides in TOLD:
            found.append("decided")
    if state.final and any(state.end in appeal.against for appeal in procedure.appeals):
        found.append("appeal")
    return found


def _office(case: Case) -> str:
    """Whom to ask: the township, in Chinese like the message."""
    code = case.area_code[:9]
    with translation.override("zh-hans"):
        return f"{areas.names([code])[code]}便民服务中心"
