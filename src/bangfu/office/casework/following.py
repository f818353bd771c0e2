"""What follows from an event of a case: entitlements begin, change, are announced to stop, end, are restored.

Called with every event, inside its transaction. Nothing else calls benefits' writes, so that nothing begins or ends but by
a person's act in a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.benefits import api as benefits
from bangfu.office.casework.models import Case, Determination
from bangfu.office.runs import api as runs

LONG = {"months": 1, "days": 30, "working_days": 22}
"""Units of a limit in one month, rounded up, for the last month of a phase-out."""


def follow(
    actor: Actor,
    case: Case,
    procedure: p.Procedure,
    state: p.Case,
    event: p.Event,
    frozen: tuple[Determination, Mapping[str, Any]] | None,
) -> None:
    """Everything that follows. `frozen` is the decision that this event made, with what it says. Raises Invalid."""
    if isinstance(event, p.StepDone) and procedure.steps[event.step].outcomes[event.outcome].repeals:
        if case.about is not None:
            benefits.restore(actor=actor, ruling=_ruling(case, frozen, event), case=case.about.number)
        return
    if not case.matter or benefits.rule_of(case.matter) is None:
        return
    if frozen is not None:
        _decided(actor, case, frozen, event)
    _standing(actor, case, procedure, state, event)


def _ruling(
    case: Case, frozen: tuple[Determination, Mapping[str, Any]] | None, event: p.Event, sha256: str = ""
) -> benefits.Ruling:
    found = frozen[0].sha256 if frozen is not None else sha256
    run = runs.run_of(frozen[0].run) if frozen is not None and frozen[0].run else None
    day = timezone.localtime(event.at).date()
    return benefits.Ruling(case.number, found, event.at, day, run.created_at if run is not None else None)


def _decided(actor: Actor, case: Case, frozen: tuple[Determination, Mapping[str, Any]], event: p.Event) -> None:
    """A grant, a reduction or a review that keeps it holds at once."""
    decision, content = frozen
    values = content["values"]
    whose, ruling = _whose(case, content), _ruling(case, frozen, event)
    amount, month = int(values.get("amount_fen") or 0), str(values.get("start_month") or "")
    class_name = str(values.get("class") or "")
    if decision.decides == "grant" and benefits.pays_once(case.matter):
        benefits.pay_once(actor=actor, whose=whose, amount_fen=amount, month=month, ruling=ruling)
    elif decision.decides == "grant":
        benefits.begin(
            actor=actor, whose=whose, amount_fen=amount, start_month=month, class_name=class_name, ruling=ruling
        )
    elif decision.decides == "reduce":
        benefits.change(
            actor=actor, whose=whose, amount_fen=amount, start_month=month, class_name=class_name, ruling=ruling,
            reason="reduced",
        )  # fmt: skip
    elif decision.decides == "keep":
        benefits.keep(actor=actor, whose=whose, ruling=ruling)


def _standing(actor: Actor, case: Case, procedure: p.Procedure, state: p.Case, event: p.Event) -> None:
    """A stop holds when nothing that could still undo it is to come: neither its notice nor its phase-out.

    Until then it is announced; an objection that sends the case back takes the announcement away again.
    """
    last = next((done for done in reversed(state.done) if done.valid and _decides(procedure, done)), None)
    decides = _decides(procedure, last) if last is not None else ""
    found = case.determinations.order_by("-seq").first()
    ruling = _ruling(case, None, event, found.sha256 if found is not None and decides else "")
    whose = benefits.Whose(case.household, case.matter, _person(case, found))
    row = benefits.locked(whose)
    if decides == "stop":
        months = _phase_out(procedure, state, last)
        if months or (not state.final and _notice_to_come(procedure, state)):
            if row is None or row.state not in ("stopping", "phasing_out") or (months and row.state == "stopping"):
                benefits.announce_stop(actor=actor, whose=whose, ruling=ruling, months=months)
        else:
            benefits.stop(actor=actor, whose=whose, ruling=ruling)
    elif isinstance(event, p.Closed) and procedure.closings[event.reason].ceases:
        benefits.stop(actor=actor, whose=whose, ruling=ruling, reason="natural")
    elif row is not None and row.case_number == case.number and decides != "grant":
        benefits.call_off(actor, row, ruling)


def _decides(procedure: p.Procedure, done: Any) -> str:
    return procedure.steps[done.step].outcomes[done.outcome].decides or ""


def _notice_to_come(procedure: p.Procedure, state: p.Case) -> bool:
    """Some open step leaves a public notice, during which anybody may object."""
    return any(
        procedure.things[needed.thing].kind == "notice"
        for name in state.open
        for needed in procedure.steps[name].leaves
    )


def _phase_out(procedure: p.Procedure, state: p.Case, last: Any) -> int:
    """Months of the phase-out that is open: of a step whose limit and least time both run from the decision."""
    for name in state.open:
        step = procedure.steps[name]
        if step.not_before is None or step.limit is None or step.not_before.limit.start != last.step:
            continue
        limit = step.limit
        return -(-limit.count // LONG[limit.unit])
    return 0


def _whose(case: Case, content: Mapping[str, Any]) -> benefits.Whose:
    return benefits.Whose(case.household, case.matter, case.person_number or _chosen(content))


def _person(case: Case, found: Determination | None) -> str:
    if case.person_number or found is None:
        return case.person_number
    from bangfu.office.casework.deciding import opened

    return _chosen(opened(found))


def _chosen(content: Mapping[str, Any]) -> str:
    """The person of whom a decision on a policy of persons speaks: the one that was found eligible, else the first."""
    units = [one for one in content.get("explanation") or [] if one.get("person_no")]
    chosen = next((one for one in units if one.get("status") == "eligible"), units[0] if units else None)
    return str(chosen["person_no"]) if chosen is not None else ""
