"""A finding of a home visit becomes a case."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.casework import engine
from bangfu.office.casework.actions import open_case
from bangfu.office.casework.models import Case
from bangfu.office.fieldwork import api as fieldwork
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry


@transaction.atomic
def open_from_visit(*, actor: Actor, finding: int, note: str = "") -> Case:
    """A finding of a home visit becomes a case by the procedure that its form names. Raises what `open_case` raises."""
    found = fieldwork.finding_of(actor, finding)
    if not found.opens:
        raise Invalid(_("这一发现没有对应的办理程序，请从户档案立案"))
    if found.status != "open":
        raise Invalid(_("这一发现已处理"))
    case = open_case(
        actor=actor, household=found.household.number, procedure=found.opens, matter=_matter(found.opens), origin="found",
        origin_ref=f"visit:{found.visit.number}", note=note or found.text_zh,
    )  # fmt: skip
    lay_to_case(actor=actor, finding=finding, case=case)
    return case


def _matter(procedure: str) -> str:
    """The first of a procedure's policies that is in force today; "" where it has none or one only."""
    book, today = registry.rulebook(), timezone.localdate()
    known = engine.current().get(procedure)
    for name in known.matter if known is not None else ():
        policy = book.policies.get(name)
        begun = policy is not None and (policy.valid_from is None or policy.valid_from <= today)
        if begun and (policy is None or policy.valid_to is None or today < policy.valid_to):
            return name
    return ""


def lay_to_case(*, actor: Actor, finding: int, case: Case) -> None:
    """Note that a finding is dealt with in a case. Raises OutOfReach, Refused."""
    fieldwork.finding_taken(actor=actor, finding=finding, case=case.pk, number=case.number)


def works_out(procedure: p.Procedure) -> bool:
    """Whether some visit of the procedure works out clauses on the household's page: spending against income."""
    forms = registry.rulebook().visits
    named = {name for thing in procedure.things.values() for name in thing.form}
    return any(forms[name].works_out for name in named if name in forms)
