"""Every write of this app. Four eyes: who asked cannot confirm."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.protection import events
from bangfu.office.protection.models import DONE, OPEN, REFUSED, WITHDRAWN, ErasureRequest
from bangfu.office.registry import api as registry
from bangfu.office.registry.erasure import PERMISSION

REASONS = {
    "period_over": gettext_lazy("保存期限届满"),
    "asked": gettext_lazy("本人要求删除"),
    "purpose_gone": gettext_lazy("处理目的已实现或无法实现"),
    "unlawful": gettext_lazy("违规收集"),
}
"""Reasons of article 47 of the law on personal information."""
_READ = {"household": registry.household, "person": registry.person}


@transaction.atomic
def request_erasure(*, actor: Actor, subject_type: str, number: str, reason: str, document: str = "") -> ErasureRequest:
    """Ask. Raises Refused, OutOfReach, Invalid."""
    if subject_type not in _READ:
        raise Invalid({"subject_type": _("请选择户或人")})
    subject = _READ[subject_type](actor, number.strip(), PERMISSION)
    if reason not in REASONS:
        raise Invalid({"reason": _("请选择理由")})
    if subject.key.destroyed_at is not None:
        raise Invalid({"number": _("个人资料已按规定删除")})
    if ErasureRequest.objects.filter(subject_type=subject_type, subject_number=subject.number, state=OPEN).exists():
        raise Invalid({"number": _("已有待确认的删除申请")})
    asked = ErasureRequest.objects.create(
        subject_type=subject_type,
        subject_number=subject.number,
        area_code=subject.area_code,
        reason=reason,
        document=checked(document, "document", needed=False, most=120),
        requested_by=actor.key,
        requested_by_name=actor.name,
        requested_at=timezone.now(),
    )
    after = {"reason": reason, "document": asked.document}
    place = audit.Subject(subject_type, subject.number, subject.area_code)
    audit.record(actor, events.ERASURE_REQUESTED, place, after=after)
    return asked


def _open(actor: Actor, pk: int) -> ErasureRequest:
    asked = ErasureRequest.objects.select_for_update().filter(pk=pk).first()
    if asked is None or not actor.may(PERMISSION, asked.area_code):
        raise OutOfReach(PERMISSION, asked.area_code if asked else "")
    if asked.state != OPEN:
        raise Invalid(_("该申请已处理，请刷新"))
    return asked


def _decide(actor: Actor, asked: ErasureRequest, state: str) -> None:
    asked.state, asked.decided_by, asked.decided_by_name = state, actor.key, actor.name
    asked.decided_at = timezone.now()
    asked.save()


@transaction.atomic
def confirm(*, actor: Actor, pk: int) -> ErasureRequest:
    """Erase, for good. Raises Refused, OutOfReach, Invalid where the same person asked."""
    asked = _open(actor, pk)
    erase = registry.erase_household if asked.subject_type == "household" else registry.erase_person
    erase(actor=actor, number=asked.subject_number, requested_by=asked.requested_by, reason=asked.reason)
    _decide(actor, asked, DONE)
    return asked


@transaction.atomic
def refuse(*, actor: Actor, pk: int) -> ErasureRequest:
    """Not erased; who asked withdraws, another refuses."""
    asked = _open(actor, pk)
    mine = actor.key == asked.requested_by
    _decide(actor, asked, WITHDRAWN if mine else REFUSED)
    place = audit.Subject(asked.subject_type, asked.subject_number, asked.area_code)
    audit.record(actor, events.ERASURE_WITHDRAWN if mine else events.ERASURE_REFUSED, place)
    return asked
