"""Every write of a text message: queued with what happened, claimed, ended, sent again."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.values.phone import read_phone
from bangfu.office.accounts.api import Actor, system_actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.registry import api as registry
from bangfu.office.sending import events
from bangfu.office.sending.gateways import Gateway, GatewayError, Receipt
from bangfu.office.sending.models import (
    FAILED,
    NO_PHONE,
    OPTED_OUT,
    QUEUED,
    RECORDED,
    SENDING,
    SENT,
    UNCLEAR,
    Message,
    OptOut,
)
from bangfu.office.sending.templates import text_of

MOST_TRIES = 5
PAUSES = (timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
STUCK = timedelta(minutes=15)
"""So long a message may be on its way; afterwards nobody knows whether it went."""
VIEW, ACT = "cases.view", "cases.act"
_ENDS = {"sent": SENT, "recorded": RECORDED, "failed": FAILED, "unclear": UNCLEAR}


def _subject(row: Message) -> audit.Subject:
    return audit.Subject("message", str(row.pk), row.area_code)


@transaction.atomic
def queue(
    *,
    actor: Actor,
    household: registry.Household,
    template: str,
    reference: str,
    key: str,
    office: str,
    own: bool = True,
) -> Message | None:
    """A message in the transaction of what it tells of; None where the same was queued before.

    Who has no mobile number, or wants no messages, gets none, and the row says so.
    """
    if Message.objects.filter(key=key).exists():
        return None
    now = timezone.now()
    state = OPTED_OUT if OptOut.objects.filter(household=household).exists() else QUEUED
    if state == QUEUED and not _has_phone(household):
        state = NO_PHONE
    made = Message.objects.create(
        key=key, template=template, household=household, area_code=household.area_code, reference=reference,
        text=text_of(template, own=own, reference=reference, office=office), state=state, next_at=now, queued_at=now,
        changed_at=now,
    )  # fmt: skip
    audit.record(actor, events.QUEUED, _subject(made), after={"template": template, "ref": reference, "state": state})
    if state == QUEUED:
        _work_later(made.pk)
    return made


def _work_later(pk: int, after: timedelta | None = None) -> None:
    from bangfu.office.sending.tasks import deliver

    def enqueue() -> None:
        if after is None:
            deliver.enqueue(pk)
        elif deliver.get_backend().supports_defer:
            deliver.using(run_after=timezone.now() + after).enqueue(pk)

    transaction.on_commit(enqueue)


def _head(household: registry.Household) -> registry.Person | None:
    rows = registry.Person.objects.select_related("key")
    return rows.filter(household=household, left_on=None, relation="head").first()


def _has_phone(household: registry.Household) -> bool:
    if household.phone_sealed:
        return True
    head = _head(household)
    return bool(head is not None and head.phone_sealed)


def _mobile(household: registry.Household) -> str:
    """The household's mobile number, else its head's; empty where there is none. Whoever calls it writes the log."""
    found = [household.key.unseal("phone", household.phone_sealed)] if household.phone_sealed else []
    head = _head(household)
    if head is not None and head.phone_sealed:
        found.append(head.key.unseal("phone", head.phone_sealed))
    for text in found:
        number = read_phone(text or "").number or ""
        if len(number) == 11 and number.startswith("1"):
            return number
    return ""


def masked(phone: str) -> str:
    """139****0001."""
    return f"{phone[:3]}****{phone[-4:]}"


@transaction.atomic
def claim(message: int) -> tuple[Message, str] | None:
    """Take a message that is due for sending and read its number, with a row in the log; None where nothing is to be sent.

    Committed before the gateway is asked: two workers never send the same.
    """
    row = Message.objects.select_for_update(of=("self",)).select_related("household__key").filter(pk=message).first()
    if row is None or row.state != QUEUED or row.next_at > timezone.now():
        return None
    actor = system_actor("短信发送 / sending")
    if OptOut.objects.filter(household=row.household).exists():
        _end(actor, row, OPTED_OUT)
        return None
    try:
        phone = _mobile(row.household)
    except (Erased, SealBroken):
        phone = ""
    if not phone:
        _end(actor, row, NO_PHONE)
        return None
    row.state, row.attempts, row.masked, row.changed_at = SENDING, row.attempts + 1, masked(phone), timezone.now()
    row.save()
    audit.record(actor.for_purpose("发送办理短信"), events.TRIED, _subject(row), after={"attempt": row.attempts})
    return row, phone


def _end(actor: Actor, row: Message, state: str, receipt: Receipt | None = None) -> None:
    before = row.state
    row.state, row.changed_at = state, timezone.now()
    if receipt is not None:
        row.receipt, row.error = receipt.number, receipt.error
    row.save()
    audit.record(
        actor, events.ENDED, _subject(row), before={"state": before}, after={"state": state, "error": row.error}
    )


@transaction.atomic
def settle(message: int, receipt: Receipt, name: str) -> Message:
    """What the gateway said, and when to try again where that helps."""
    row = Message.objects.select_for_update(of=("self",)).get(pk=message)
    if row.state != SENDING:
        return row
    row.gateway = name
    actor = system_actor("短信发送 / sending")
    state, pause = after(receipt.outcome, row.attempts)
    if pause is not None:
        row.next_at = timezone.now() + pause
        _work_later(row.pk, pause)
    _end(actor, row, state, receipt)
    return row


def after(outcome: str, attempts: int) -> tuple[str, timedelta | None]:
    """The state after a try, and the pause before the next one; None where there is none."""
    if outcome == "again" and attempts < MOST_TRIES:
        return QUEUED, PAUSES[attempts - 1]
    return _ENDS.get(outcome, FAILED), None


def send_one(message: int, way: Gateway | None = None) -> Message | None:
    """Send one message that is due: claimed, sent outside any transaction, settled. None where nothing was to be sent."""
    from bangfu.office.sending.gateways import gateway

    try:
        chosen = way or gateway()
    except GatewayError as error:
        return _not_set_up(message, str(error))
    taken = claim(message)
    if taken is None:
        return None
    row, phone = taken
    return settle(row.pk, chosen.send(phone, row.text, f"bangfu-{row.pk}"), chosen.name)


@transaction.atomic
def _not_set_up(message: int, why: str) -> Message | None:
    row = Message.objects.select_for_update(of=("self",)).filter(pk=message, state=QUEUED).first()
    if row is not None:
        _end(system_actor("短信发送 / sending"), row, FAILED, Receipt("failed", error=why[:80]))
    return row


def recover() -> None:
    """Before a worker's first task: what was on its way when one was killed is unclear; what is due is sent."""
    from bangfu.office.sending.tasks import deliver

    with areas.everywhere():
        late = timezone.now() - STUCK
        for pk in list(Message.objects.filter(state=SENDING, changed_at__lt=late).values_list("pk", flat=True)):
            settle(pk, Receipt("unclear", error="interrupted"), "")
        for pk in list(
            Message.objects.filter(state=QUEUED, next_at__lte=timezone.now()).values_list("pk", flat=True)[:500]
        ):
            deliver.enqueue(pk)


def message_of(actor: Actor, pk: int, permission: str = VIEW) -> Message:
    """One message. Raises OutOfReach."""
    found = Message.objects.filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


@transaction.atomic
def send_again(*, actor: Actor, message: int) -> Message:
    """Try a message once more that failed, or of which nobody knows. Raises OutOfReach, Invalid."""
    message_of(actor, message, ACT)
    row = Message.objects.select_for_update(of=("self",)).select_related("household").get(pk=message)
    if row.state not in (FAILED, UNCLEAR, NO_PHONE):
        raise Invalid(_("这条短信不能重新发送"))
    before = row.state
    row.state, row.attempts, row.next_at, row.changed_at, row.error = QUEUED, 0, timezone.now(), timezone.now(), ""
    row.save()
    audit.record(actor, events.AGAIN, _subject(row), before={"state": before}, after={"state": QUEUED})
    _work_later(row.pk)
    return row


@transaction.atomic
def opt_out(*, actor: Actor, household: str) -> OptOut:
    """A household wants no messages. Raises OutOfReach, Invalid."""
    home = registry.household(actor, household, ACT)
    if OptOut.objects.filter(household=home).exists():
        raise Invalid({"household": _("本户已登记不接收短信")})
    made = OptOut.objects.create(
        household=home, area_code=home.area_code, since=timezone.localdate(), added_by=actor.key, added_name=actor.name
    )
    audit.record(actor, events.REFUSED, audit.Subject("household", home.number, home.area_code))
    return made


@transaction.atomic
def opt_in(*, actor: Actor, household: int) -> None:
    """It wants them again. Raises OutOfReach."""
    found = OptOut.objects.select_related("household").filter(pk=household).first()
    if found is None or not actor.may(ACT, found.area_code):
        raise OutOfReach(ACT, found.area_code if found else "")
    audit.record(actor, events.ALLOWED, audit.Subject("household", found.household.number, found.area_code))
    found.delete()
