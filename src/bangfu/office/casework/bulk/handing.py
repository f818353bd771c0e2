"""Whose steps they are: handed to a person, one by one, all of a filter, or all of somebody who leaves."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import ROLES, Actor, User, actor_of
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import events
from bangfu.office.casework.bulk.rows import MADE, REFUSED, WOULD, BulkAction, BulkItem
from bangfu.office.casework.models import CLOSED, OpenStep
from bangfu.office.casework.queries import ACT
from bangfu.office.pages.inserting import update
from bangfu.office.pages.refusals import Invalid

HANDOVER = "accounts.handover"


def receiver_of(username: str) -> User:
    """Who takes the cases. Raises Invalid."""
    found = User.objects.filter(username=username.strip(), is_active=True).first()
    if found is None:
        raise Invalid({"to": _("没有这个账户：%s") % username.strip()[:40]})
    return found


def handle(action: BulkAction, items: list[BulkItem], actor: Actor, dry: bool) -> list[audit.Entry]:
    """Answers every item; where it is no preview the steps are handed over. Gives the rows for the log."""
    receiver = User.objects.filter(key=action.content["to"], is_active=True).first()
    taker = actor_of(receiver, timezone.localdate()) if receiver else None
    steps = OpenStep.objects.filter(case__in=[item.case_id for item in items]).select_related("case")
    if not dry:
        steps = steps.select_for_update(of=("self",))
    held: dict[int, list[OpenStep]] = {}
    for step in steps.order_by("pk"):
        held.setdefault(step.case_id, []).append(step)
    changed, entries = [], []
    for item in items:
        mine, reason = _for(actor, taker, item, held.get(item.case_id or 0, []), action.content.get("step", ""))
        item.answer, item.reason = (REFUSED, reason) if reason else (WOULD if dry else MADE, "")
        if reason or dry:
            continue
        case = mine[0].case
        before = {"step": mine[0].step, "to": mine[0].assigned_to}
        for step in mine:
            step.assigned_to = action.content["to"]
        changed += mine
        subject = audit.Subject("case", case.number, case.area_code)
        after = {"step": mine[0].step, "to": action.content["to"], "reason": action.note}
        entries.append(audit.entry(actor, events.HANDED, subject, before=before, after=after))
    update(changed, ["assigned_to"])
    return entries


def _for(
    actor: Actor, taker: Actor | None, item: BulkItem, steps: Sequence[OpenStep], wanted: str
) -> tuple[list[OpenStep], str]:
    """The rows that change hands, or why none does."""
    if not steps or not actor.may(ACT, steps[0].area_code):
        return [], _("不在您的辖区，或已没有待办的步骤")
    area = steps[0].area_code
    grants = taker.grants if taker else ()
    there = [grant for grant in grants if areas.covers((grant.area_code,), area)]
    roles = {grant.role for grant in there if ACT in ROLES[grant.role].permissions}
    names = {step.step for step in steps if step.role in roles and wanted in ("", step.step)}
    mine = [step for step in steps if step.step in names]
    if not mine or taker is None:
        return [], _("接手人在本村没有办理这一步骤的职责")
    if all(step.assigned_to == taker.key for step in mine):
        return [], _("已由接手人承办")
    own = taker.key == actor.key or all(step.assigned_to == actor.key for step in mine)
    if not own and not actor.may(HANDOVER, area):
        return [], _("只能接手，或转交分给自己的事项；交办他人的事项须由乡镇或县级办理")
    return mine, ""


# -- with the duties of an account: accounts/handover.py -------------------------------------------------------------


def count_desk(giver: User, within: Sequence[str]) -> int:
    """How many cases have a step that is this person's, in these areas."""
    found = OpenStep.objects.filter(areas.inside(within), assigned_to=giver.key).exclude(case__status=CLOSED)
    return found.values("case").distinct().count()


@transaction.atomic
def move_desk(actor: Actor, giver: User, receiver: User, within: Sequence[str]) -> int:
    """Hand all of them over; a row of the log for each case."""
    rows = list(
        OpenStep.objects.select_for_update(of=("self",))
        .filter(areas.inside(within), assigned_to=giver.key)
        .select_related("case")
        .order_by("pk")
    )
    cases = {row.case_id: row for row in rows}
    entries = [
        audit.entry(
            actor, events.HANDED, audit.Subject("case", row.case.number, row.case.area_code),
            before={"step": row.step, "to": giver.key}, after={"step": row.step, "to": receiver.key, "reason": "handover"},
        )
        for row in cases.values()
    ]  # fmt: skip
    for row in rows:
        row.assigned_to = receiver.key
    update(rows, ["assigned_to"])
    if entries:
        key = uuid4().hex
        audit.record_bulk(actor, events.BULK_HANDED, audit.Subject("casework_bulk", key), f"cases:{key}", entries)
    return len(cases)
