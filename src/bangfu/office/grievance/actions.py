"""Every write on a complaint. Nothing else writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.core.values.phone import read_phone
from bangfu.core.values.receipt import new_receipt
from bangfu.office.accounts.api import NOBODY, Actor, User
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import api as casework
from bangfu.office.grievance import events, machine
from bangfu.office.grievance.machine import CLOSED, COUNTY, TOWNSHIP, Standing
from bangfu.office.grievance.models import CHANNELS, KINDS, Complaint, ComplaintEvent, Concern
from bangfu.office.grievance.queries import HANDLE, VIEW, assignable, complaints
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.privacy.api import Erased, SealBroken, SubjectKey
from bangfu.office.registry import api as registry

LABEL, WORDS = "complaint", "words"
LONGEST = 1000
_COUNTY, _TOWNSHIP = 6, 9


@dataclass(frozen=True)
class Said:
    """What is complained of: in words, about which area, by whom (empty: anonymous), about whom in words."""

    kind: str
    about_area: str
    text: str
    name: str = ""
    phone: str = ""
    about: str = ""
    channel: str = "web"


def subject(row: Complaint) -> audit.Subject:
    """How the log names a complaint: by its office, so that a village's own log does not have it."""
    return audit.Subject("complaint", row.number, row.area_code)


def _check(said: Said) -> None:
    errors: dict[str, str] = {}
    if said.kind not in dict(KINDS):
        errors["kind"] = _("请选择类别")
    if said.channel not in dict(CHANNELS):
        errors["channel"] = _("请选择来源")
    if not areas.current().filter(code=said.about_area, level__in=("county", "township", "village")).exists():
        errors["about_area"] = _("请选择说的是哪里")
    if not said.text.strip():
        errors["text"] = _("请写明事情的经过")
    elif len(said.text) > LONGEST:
        errors["text"] = _("最多 %s 字") % LONGEST
    if len(said.name) > 30:
        errors["name"] = _("最多 %s 字") % 30
    if len(said.about) > 60:
        errors["about"] = _("最多 %s 字") % 60
    if said.phone and not read_phone(said.phone).number:
        errors["phone"] = _("电话应为 11 位手机号或带区号的固定电话")
    if errors:
        raise Invalid(errors)


def office_for(said: Said) -> str:
    """Which office has it: of a village its township, of a township or of misuse the county."""
    whole = len(said.about_area) <= _TOWNSHIP or said.kind == "misuse"
    return said.about_area[:_COUNTY] if whole else said.about_area[:_TOWNSHIP]


def complain(said: Said) -> Complaint:
    """From the public page, anonymous if wished; the caller counts how often. Raises Invalid."""
    _check(said)
    with areas.seeing((office_for(said),)), transaction.atomic():
        return _received(NOBODY, said, ())


@transaction.atomic
def take(*, actor: Actor, said: Said, concerned: Sequence[str] = (), case: int | None = None) -> Complaint:
    """From an officer's desk; `concerned` are the names of accounts that it concerns. Raises Refused, Invalid, OutOfReach."""
    _check(said)
    actor.require(HANDLE, said.about_area)
    found = casework.case(actor, case) if case is not None else None
    # it goes where it must be, even above the desk that takes it: the wall opens for this one row
    with areas.everywhere():
        return _received(actor, said, _keys(concerned), found)


def _keys(names: Sequence[str]) -> tuple[str, ...]:
    found = dict(User.objects.filter(username__in=names).values_list("username", "key"))
    unknown = [name for name in names if name not in found]
    if unknown:
        raise Invalid({"concerned": _("没有这个账户：%s") % "、".join(unknown)})
    return tuple(found[name] for name in names)


def _received(actor: Actor, said: Said, concerned: Sequence[str], case: casework.Case | None = None) -> Complaint:
    key = SubjectKey.fresh()
    key.save()
    phone = registry.normal_phone(said.phone) if said.phone else ""
    content = {"text": said.text.strip(), "name": said.name.strip(), "phone": phone, "about": said.about.strip()}
    row = Complaint(
        number=new_receipt(), kind=said.kind, channel=said.channel, area_code=office_for(said),
        about_area=said.about_area, key=key, content=key.seal(LABEL, json.dumps(content, ensure_ascii=False)),
        received_at=timezone.now(), taken_by=actor.key if actor is not NOBODY else "", case=case,
    )  # fmt: skip
    row.due_on = _due(row, standing(row))
    row.save()
    Concern.objects.bulk_create(Concern(complaint=row, user_key=one) for one in dict.fromkeys(concerned))
    audit.record(actor, events.RECEIVED, subject(row), after={"kind": row.kind, "channel": row.channel})
    return row


def standing(row: Complaint) -> Standing:
    """The row as the machine knows it."""
    answered = ()
    if row.pk:
        answered = tuple(row.events.filter(move="answer").order_by("seq").values_list("actor_key", flat=True))
    level = COUNTY if len(row.area_code) <= _COUNTY else TOWNSHIP
    return Standing(row.state, level, row.extended, row.reviewed, answered)


_LIMITS = {"accept": "complaint_accept_days", "answer": "complaint_answer_days", "review": "complaint_review_days"}


def _due(row: Complaint, now: Standing) -> date | None:
    """The last day of the clock that runs; None where none does, and where the rulebook sets no limit."""
    today = timezone.localdate()
    if not now.clock:
        return None
    days = registry.parameter(_LIMITS[now.clock], row.area_code, today)
    if days is None:
        return None
    start = timezone.localtime(row.received_at).date() if now.clock == "accept" else row.accepted_on or today
    if now.extended and now.clock == "answer":
        days += registry.parameter("complaint_extension_days", row.area_code, today) or 0
    return casework.calendar().due(start, p.Limit(int(days), "days"))


def _locked(actor: Actor, pk: int, expected: int) -> Complaint:
    found = complaints(actor, HANDLE).filter(pk=pk).values_list("pk", flat=True).first()
    if found is None:
        raise OutOfReach(HANDLE)
    row = Complaint.objects.select_for_update(of=("self",)).select_related("key", "case").get(pk=pk)
    if row.version != expected:
        raise Invalid(_("别人刚办理了这一件，您看到的已不是最新情况；没有写入，请看过后再办"))
    return row


@transaction.atomic
def move(*, actor: Actor, complaint: int, name: str, expected: int, words: str = "", to: str = "") -> ComplaintEvent:
    """One move, as seen at version `expected`. `to` is the account to assign to. Raises OutOfReach, Invalid."""
    row = _locked(actor, complaint, expected)
    now = standing(row)
    said = checked(words, "words", needed=False, most=LONGEST)
    if found := machine.problem(now, name, actor.key, said):
        raise Invalid(_problems()[found])
    after = machine.moved(now, name, actor.key)
    detail = _assigned(row, to) if name == "assign" else ""
    today = timezone.localdate()
    if name in ("accept", "review"):
        row.accepted_on = today
    if name in ("escalate", "review") and len(row.area_code) > _COUNTY:
        row.area_code, row.assigned_to, row.assigned_name = row.area_code[:_COUNTY], "", ""
    row.state, row.extended, row.reviewed = after.state, after.extended, after.reviewed
    row.due_on = _due(row, after)
    row.closed_on = today if after.state == CLOSED else None
    # it may go to an office that the mover does not see
    with areas.everywhere():
        return _written(actor, row, name, said, detail, now)


def _written(actor: Actor, row: Complaint, name: str, said: str, detail: str, before: Standing) -> ComplaintEvent:
    row.version += 1
    row.save()
    event = ComplaintEvent.objects.create(
        complaint=row, seq=row.version, move=name, at=timezone.now(), actor_key=actor.key, actor_name=actor.name,
        words=row.key.seal(WORDS, said), detail=detail,
    )  # fmt: skip
    audit.record(
        actor, events.MOVED, subject(row), before={"state": before.state},
        after={"state": row.state, "move": name, "version": row.version}, sealed=event.words, subject_key_id=row.key_id,
    )  # fmt: skip
    return event


def _assigned(row: Complaint, username: str) -> str:
    chosen = next((user for user in assignable(row) if user.username == username), None)
    if chosen is None:
        raise Invalid({"to": _("请选择承办人：须是承办单位的人，且与所说的事无关")})
    row.assigned_to, row.assigned_name = chosen.key, chosen.full_name
    return chosen.full_name


def _problems() -> dict[str, str]:
    return {
        "not_now": _("现在不能这样办理"),
        "no_words": _("请写明理由或答复内容"),
        "extended_already": _("只能延长一次，复查不能延长"),
        "at_the_top": _("已由县级办理"),
        "reviewed_already": _("已经复查过；不服的可以请求复核，由上一级办理"),
        "answered_before": _("复查须由原答复人以外的人办理"),
    }


@transaction.atomic
def name_concerned(*, actor: Actor, complaint: int, expected: int, accounts: Sequence[str]) -> None:
    """Register whom it concerns, by accounts; from now on they do not see it. Raises OutOfReach, Invalid."""
    row = _locked(actor, complaint, expected)
    keys = _keys([name for name in accounts if name])
    if not keys:
        raise Invalid({"concerned": _("请写明账户名")})
    Concern.objects.bulk_create([Concern(complaint=row, user_key=key) for key in keys], ignore_conflicts=True)
    if row.assigned_to in keys:
        row.assigned_to = row.assigned_name = ""
    row.version += 1
    row.save()
    audit.record(actor, events.CONCERNS, subject(row), after={"accounts": len(keys)})


@transaction.atomic
def link(*, actor: Actor, complaint: int, expected: int, case_number: str) -> None:
    """Which case it is about. Raises OutOfReach, Invalid."""
    row = _locked(actor, complaint, expected)
    found = casework.cases(actor).filter(number=case_number.strip()[:40]).first()
    if found is None:
        raise Invalid({"case": _("没有这个编号的个案")})
    row.case = found
    row.version += 1
    row.save()
    audit.record(actor, events.MOVED, subject(row), after={"case": found.number, "version": row.version})


@transaction.atomic
def read(*, actor: Actor, row: Complaint) -> dict[str, Any]:
    """What it says, with a row of the log. Raises Refused."""
    actor.require(VIEW, row.area_code)
    audit.record(actor, events.READ, subject(row))
    return opened(row)


def opened(row: Complaint) -> dict[str, Any]:
    """What a complaint says: text, name, phone, about; empty where it was erased."""
    try:
        found: dict[str, Any] = json.loads(row.key.unseal(LABEL, row.content) or "{}")
    except (Erased, SealBroken):
        return {}
    return found


def words_of(row: Complaint, event: ComplaintEvent) -> str:
    """The words of a move; empty where there are none or they were erased."""
    try:
        return row.key.unseal(WORDS, event.words) or ""
    except (Erased, SealBroken):
        return ""
