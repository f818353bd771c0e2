"""Handing one person's work to another: duties end here and begin there, and what lies on the desk goes along.

What lies on a desk belongs to apps above this one; site/subscribers.py registers how each of them moves it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.actions import check_duty, end_duty
from bangfu.office.accounts.actor import Actor
from bangfu.office.accounts.events import HANDED_OVER, ROLE_GRANTED
from bangfu.office.accounts.models import Assignment, User
from bangfu.office.accounts.queries import HANDOVER, MANAGE
from bangfu.office.accounts.roles import ROLES
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid, Refused


@dataclass(frozen=True)
class WorkMover:
    """How an app hands over its open work: its name for people, how much there is, and the moving.

    `areas` are the areas of the duties that change hands: only work there moves. `move` runs in the caller's transaction,
    writes its own audit rows and returns how many rows moved.
    """

    code: str
    label: Any
    count: Callable[[User, Sequence[str]], int]
    move: Callable[[Actor, User, User, Sequence[str]], int]


WORK_MOVERS: dict[str, WorkMover] = {}


def register_work_mover(mover: WorkMover) -> None:
    """Once for each app and kind of work."""
    WORK_MOVERS[mover.code] = mover


@dataclass(frozen=True)
class Handover:
    """What would be done: the duties, from which day, and how much open work goes along."""

    giver: User
    receiver: User
    duties: tuple[Assignment, ...]
    on: date
    counts: tuple[tuple[str, int], ...]

    @property
    def areas(self) -> tuple[str, ...]:
        """Where the duties lie."""
        return tuple(sorted({duty.area_code for duty in self.duties}))

    def fingerprint(self) -> str:
        """What was shown."""
        whole = [self.giver.key, self.receiver.key, [d.pk for d in self.duties], self.on.isoformat(), self.counts]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:32]

    def labelled_counts(self) -> list[tuple[Any, int]]:
        """How much of what goes along."""
        return [(WORK_MOVERS[code].label, count) for code, count in self.counts]


def plan(actor: Actor, giver: User, receiver: User, duties: Sequence[Assignment], on: date) -> Handover:
    """Checked, nothing written. Raises Refused outside the actor's area or above the actor's duties, Invalid."""
    if receiver.pk == giver.pk:
        raise Invalid({"receiver": _("请选择另一个人")})
    if receiver.pk == actor.user_id:
        raise Invalid({"receiver": _("不能把工作交给自己：请由上级或管理员办理")})
    if not receiver.is_active:
        raise Invalid({"receiver": _("%s 的账户已停用") % receiver.full_name})
    if not duties:
        raise Invalid({"duties": _("请选择要交接的职责")})
    if on < timezone.localdate():
        raise Invalid({"on": _("交接日期不能早于今天")})
    for duty in duties:
        if duty.user_id != giver.pk:
            raise Refused(HANDOVER, duty.area_code)
        actor.require(HANDOVER, duty.area_code)
        _not_above(actor, duty)
        if duty.ends_on is not None and duty.ends_on <= on:
            raise Invalid({"on": _("有的职责到那一天已经结束")})
        if not _holds(receiver, duty, on):
            start = max(on, duty.starts_on)
            check_duty(receiver, duty.role, duty.area_code, duty.bureau, start, duty.ends_on)
    areas = tuple(sorted({duty.area_code for duty in duties}))
    counts = tuple((mover.code, mover.count(giver, areas)) for mover in WORK_MOVERS.values())
    return Handover(giver, receiver, tuple(sorted(duties, key=lambda duty: duty.pk)), on, counts)


def _not_above(actor: Actor, duty: Assignment) -> None:
    """Who does not manage accounts hands over only what they might do themselves: nobody rises by a hand-over."""
    if actor.may(MANAGE, duty.area_code):
        return
    for permission in ROLES[duty.role].permissions:
        actor.require(permission, duty.area_code)


def _holds(user: User, duty: Assignment, on: date) -> bool:
    """True where the receiver has the same duty already, for at least as long."""
    for held in user.assignments.filter(role=duty.role, area_code=duty.area_code, bureau=duty.bureau):
        long_enough = held.ends_on is None or (duty.ends_on is not None and held.ends_on >= duty.ends_on)
        if held.starts_on <= max(on, duty.starts_on) and long_enough:
            return True
    return False


@transaction.atomic
def hand_over(
    *, actor: Actor, giver: User, receiver: User, duties: Sequence[Assignment], on: date, seen: str
) -> Handover:
    """Do it as it was shown: duties change hands on the day, open work at once. Raises as `plan` does."""
    list(User.objects.select_for_update().filter(pk__in=[giver.pk, receiver.pk]).order_by("pk"))
    found = plan(actor, giver, receiver, duties, on)
    if found.fingerprint() != seen:
        raise Invalid(_("预览之后数据有了变化，请按新的数字重新核对"))
    for duty in found.duties:
        until, start = duty.ends_on, max(on, duty.starts_on)
        already = _holds(receiver, duty, on)
        end_duty(actor, duty, start)
        if not already:
            given = Assignment.objects.create(
                user=receiver, role=duty.role, area_code=duty.area_code, bureau=duty.bureau, starts_on=start,
                ends_on=until, granted_by=actor.key,
            )  # fmt: skip
            after = {"role": given.role, "bureau": given.bureau, "starts_on": start.isoformat(), "from": giver.key}
            audit.record(actor, ROLE_GRANTED, audit.Subject("user", receiver.key, duty.area_code), after=after)
    moved = {code: mover.move(actor, giver, receiver, found.areas) for code, mover in WORK_MOVERS.items()}
    subject = audit.Subject("user", giver.key, found.areas[0])
    after = {"to": receiver.key, "duties": [d.pk for d in found.duties], "on": on.isoformat(), "moved": moved}
    audit.record(actor, HANDED_OVER, subject, after=after)
    return found
