"""What follows a visit: a difference is settled by the office, a finding becomes a case or is dealt with in words."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import visits as v
from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.fieldwork import asking, contents, events
from bangfu.office.fieldwork.actions import subject
from bangfu.office.fieldwork.contents import Changed
from bangfu.office.fieldwork.models import CASE, DISMISSED, KEPT, OPEN, TAKEN, Difference, Finding
from bangfu.office.fieldwork.queries import MAKE, SETTLE
from bangfu.office.fieldwork.submitting import SOURCE
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.registry import api as registry


@transaction.atomic
def settle(*, actor: Actor, difference: int, take: bool, note: str = "") -> Difference:
    """Take what the visit found, as of its day, or keep the registry's value with a reason. Who made the visit does not.

    Raises OutOfReach, Refused, Invalid.
    """
    rows = Difference.objects.select_for_update(of=("self",)).select_related(
        "visit__household__key", "visit__definition"
    )
    row = rows.filter(pk=difference).first()
    if row is None or not actor.may(SETTLE, row.area_code):
        raise OutOfReach(SETTLE, row.area_code if row else "")
    if row.status != OPEN:
        raise Invalid(_("这一项已由 %s 核定") % row.settled_name)
    if row.visit.made_by == actor.key or actor.key in row.visit.companions:
        raise Invalid(_("入户的人不能核定自己的记录，须由另一人核定"))
    row.note = checked(note, "note", needed=not take)
    row.status = TAKEN if take else KEPT
    row.settled_by, row.settled_name, row.settled_at = actor.key, actor.name, timezone.now()
    if take:
        _take(actor, row)
    row.save()
    after = {"visit": row.visit.number, "fact": row.fact, "person": row.person_number, "status": row.status}
    audit.record(actor, events.SETTLED, subject(row.visit), after=after)
    return row


def found_value(row: Difference) -> object:
    """What the visit found, as the registry would keep it; None where the record was erased or cannot be read."""
    try:
        content = contents.opened(row.visit)
    except (Erased, SealBroken, Changed):
        return None
    answer = content.answers.get(v.key_of(row.item, row.person_number))
    item = asking.form_of(row.visit).item(row.item)
    if answer is None or answer == v.UNCLEAR or item is None:
        return None
    table = "persons" if row.person_number else "households"
    return answer == "yes" if item.answer == "yes_no" else asking.as_fact(table, row.fact, answer)


def _take(actor: Actor, row: Difference) -> None:
    value = found_value(row)
    if value is None:
        raise Invalid(_("入户记录已删除或无法读取，不能采用"))
    held: registry.Household | registry.Person = row.visit.household
    if row.person_number:
        person = registry.Person.objects.select_related("key").filter(number=row.person_number).first()
        if person is None:
            raise Invalid(_("没有编号为 %s 的人") % row.person_number)
        held = person
    basis = registry.Basis(row.visit.visited_on, SOURCE, row.visit.number, f"visit:{row.visit_id}")
    registry.state_facts(actor=actor, basis=basis, subject=held, values={row.fact: value})


def _finding(actor: Actor, pk: int) -> Finding:
    row = Finding.objects.select_for_update(of=("self",)).select_related("visit", "household").filter(pk=pk).first()
    if row is None or not actor.may("cases.view", row.area_code):
        raise OutOfReach(MAKE, row.area_code if row else "")
    return row


@transaction.atomic
def finding_taken(*, actor: Actor, finding: int, case: int, number: str) -> Finding:
    """A case was opened from a finding, or it was laid to one that is open. Raises OutOfReach, Refused."""
    row = _finding(actor, finding)
    actor.require("cases.act", row.area_code)
    row.case = case
    return _closed(actor, row, CASE, number, "")


@transaction.atomic
def dismiss(*, actor: Actor, finding: int, note: str) -> Finding:
    """No case is needed, and why. Raises OutOfReach, Refused, Invalid."""
    row = _finding(actor, finding)
    actor.require(MAKE, row.area_code)
    words = checked(note, "note")
    if row.status != OPEN:
        raise Invalid(_("这一发现已处理"))
    return _closed(actor, row, DISMISSED, "", words)


def _closed(actor: Actor, row: Finding, status: str, case_number: str, note: str) -> Finding:
    row.status, row.case_number, row.note = status, case_number, note
    row.closed_by, row.closed_name, row.closed_at = actor.key, actor.name, timezone.now()
    row.save()
    after = {"visit": row.visit.number, "item": row.item, "status": status, "case": case_number}
    audit.record(actor, events.FINDING_CLOSED, subject(row.visit), after=after)
    return row
