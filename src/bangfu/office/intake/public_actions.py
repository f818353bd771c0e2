"""What somebody without an account may do: report a need, ask how it stands, object to a notice.

There is no actor: the log names the anonymous visitor. Each opens the wall of the database for the one village that the row
lies in, and for nothing else. What is written is sealed under a key of its own; nothing personal goes into the log.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.core.values.phone import read_phone
from bangfu.core.values.receipt import new_receipt, read_receipt
from bangfu.office.accounts.api import NOBODY, Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import api as casework
from bangfu.office.grievance import api as grievance
from bangfu.office.intake import actions, events, limits
from bangfu.office.intake.models import LOOKING, RECEIVED, Application, ApplicationCase, Report, WebObjection
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import Erased, SealBroken, SubjectKey
from bangfu.office.registry import api as registry

REPORT, OBJECTION, ID, PHONE = "report", "objection", "id", "phone"
CONSENT = "2026-1"
"""The version of the text of consent that the page shows."""
LONGEST_NAME, LONGEST_TEXT = 30, 500


@dataclass(frozen=True)
class Said:
    """What the page sends. `address` is where the request came from."""

    village: str
    name: str
    phone: str
    needs: tuple[str, ...] = ()
    text: str = ""
    id_number: str = ""
    consent: bool = False
    address: str = ""


def report_need(said: Said) -> Report:
    """A report, kept for the township. Raises Invalid with what is wrong by field, TooMany."""
    _check_report(said)
    limits.allow("report:address", said.address)
    phone = registry.normal_phone(said.phone)
    limits.allow("report:phone", phone)
    with areas.seeing((said.village,)), transaction.atomic():
        key = SubjectKey.fresh()
        key.save()
        now = timezone.now()
        content = {"name": said.name.strip(), "needs": list(said.needs), "text": said.text.strip()}
        row = Report.objects.create(
            number=new_receipt(), area_code=said.village, key=key, content=_sealed(key, REPORT, content),
            id_sealed=key.seal(ID, said.id_number), id_index=registry.index_of(registry.ID, said.id_number),
            phone_sealed=key.seal(PHONE, phone), phone_index=registry.index_of(registry.PHONE, phone),
            consent=CONSENT, received_at=now, due_on=_due(said.village),
        )  # fmt: skip
        limits.note("report:address", said.address)
        limits.note("report:phone", phone)
        audit.record(NOBODY, events.REPORTED, audit.Subject("report", row.number, row.area_code))
    return row


def _sealed(key: SubjectKey, label: str, content: dict[str, Any]) -> bytes | None:
    return key.seal(label, json.dumps(content, ensure_ascii=False))


def _due(village: str) -> Any:
    days = registry.parameter("self_report_working_days", village, timezone.localdate())
    if days is None:
        return None
    return casework.calendar().due(timezone.localdate(), p.Limit(int(days), "working_days"))


def _check_report(said: Said) -> None:
    errors: dict[str, str] = {}
    if not areas.current().filter(code=said.village, level="village").exists():
        errors["village"] = _("请选择您家所在的村（社区）")
    if not said.name.strip() or len(said.name) > LONGEST_NAME:
        errors["name"] = _("请填写户主或本人的姓名，最多 %s 字") % LONGEST_NAME
    if not read_phone(said.phone).number:
        errors["phone"] = _("请填写能打通的电话：11 位手机号或带区号的固定电话")
    if said.id_number and (problem := _id_problem(said.id_number)):
        errors["id_number"] = problem
    if set(said.needs) - set(p.NEEDS) or not (said.needs or said.text.strip()):
        errors["needs"] = _("请至少选择一项，或在下面写几句话")
    if len(said.text) > LONGEST_TEXT:
        errors["text"] = _("最多 %s 字") % LONGEST_TEXT
    if not said.consent:
        errors["consent"] = _("不同意就不能提交；您可以到村委会或乡镇便民服务中心当面办理")
    if errors:
        raise Invalid(errors)


def _id_problem(number: str) -> str:
    try:
        registry.check_person_values({"id_number": number}, {"id_number"})
    except Invalid as error:
        return error.errors.get("id_number", "")
    return ""


def opened(row: Report) -> dict[str, Any]:
    """What a report says: name, needs, text, id_number, phone; empty where it was erased."""
    if row.content is None:
        return {}
    try:
        found: dict[str, Any] = json.loads(row.key.unseal(REPORT, row.content) or "{}")
        return {
            **found,
            "id_number": row.key.unseal(ID, row.id_sealed),
            "phone": row.key.unseal(PHONE, row.phone_sealed),
        }
    except (Erased, SealBroken):
        return {}


# -- how it stands ------------------------------------------------------------------------------------------------

STATES = ("received", "looking", "decided")
"""All that the public page ever says: never the outcome, never whose it is."""


def look_up(typed: str, last_four: str, address: str) -> str:
    """How a report or an application stands, by its receipt's number and the telephone's last four digits.

    Raises Invalid where they do not fit together, with one message for every reason; TooMany.
    """
    number = read_receipt(typed)
    limits.allow("lookup:address", address)
    limits.allow("lookup:number", number)
    with areas.everywhere():  # the number itself is the right to ask
        found = _found(number, last_four.strip())
    place = audit.Subject("receipt", number or "-", found[1] if found else "")
    with transaction.atomic():
        if found is None:
            limits.note("lookup:address", address)
            limits.note("lookup:number", number)
        audit.record(NOBODY, events.LOOKED_UP if found else events.LOOKUP_FAILED, place)
    if found is None:
        raise Invalid(_("没有找到：请核对回执号和电话的后四位"))
    return found[0]


def _found(number: str, last_four: str) -> tuple[str, str] | None:
    if not number or len(last_four) != 4 or not last_four.isdigit():
        return None
    row = Report.objects.select_related("key", "application", "joined_case").filter(number=number).first()
    if row is not None:
        phone = opened(row).get("phone") or ""
        return (_state_of_report(row), row.area_code) if phone.endswith(last_four) else None
    complaint = grievance.Complaint.objects.select_related("key").filter(number=number).first()
    if complaint is not None:
        phone = grievance.opened(complaint).get("phone") or ""
        states = {"received": "received", "accepted": "looking"}
        return (
            (states.get(complaint.state, "decided"), complaint.area_code)
            if phone.endswith(last_four) and phone
            else None
        )
    application = Application.objects.select_related("household__key").filter(number=number).first()
    if application is not None:
        return (_state_of(application), application.area_code) if last_four in _phones(application) else None
    return None


def _phones(application: Application) -> set[str]:
    """The last four digits of the telephones that may ask: the one given at the window, else the household's."""
    try:
        given = actions.opened(application).get("phone")
        phone = given or application.household.key.unseal(PHONE, application.household.phone_sealed)
    except (Erased, SealBroken):
        return set()
    return {phone[-4:]} if phone and len(phone) >= 7 else set()


def _state_of_report(row: Report) -> str:
    if row.state == RECEIVED:
        return "received"
    if row.state == LOOKING:
        return "looking"
    if row.application is not None:
        return _state_of(row.application)
    if row.joined_case is not None:
        return "decided" if row.joined_case.status == casework.CLOSED else "looking"
    return "decided"


def _state_of(application: Application) -> str:
    states = ApplicationCase.objects.filter(application=application).values_list("case__status", "case__version")
    if all(status != "open" for status, _version in states):
        return "decided"
    return "looking" if any(version > 1 for _status, version in states) else "received"


# -- objections ---------------------------------------------------------------------------------------------------


def object_to(
    notice: casework.Published, *, text: str, name: str = "", phone: str = "", address: str = ""
) -> WebObjection:
    """An objection against a notice that stands, anonymous if wished; the case goes back to be looked into.

    Raises Invalid, TooMany.
    """
    _check_objection(text, name, phone)
    limits.allow("objection:address", address)
    limits.allow("objection:case", str(notice.case))
    with areas.everywhere():
        case = casework.Case.objects.get(pk=notice.case)
    with areas.seeing((case.area_code,)), transaction.atomic():
        number, key = new_receipt(), SubjectKey.fresh()
        key.save()
        event = casework.object_publicly(case=case.pk, key=f"web:{key.pk}")
        content = {"text": text.strip(), "name": name.strip(), "phone": registry.normal_phone(phone) if phone else ""}
        row = WebObjection.objects.create(
            number=number, case=case, area_code=case.area_code, key=key, content=_sealed(key, OBJECTION, content),
            seq=event.seq, received_at=event.at,
        )  # fmt: skip
        limits.note("objection:address", address)
        limits.note("objection:case", str(notice.case))
        audit.record(
            NOBODY, events.OBJECTED, audit.Subject("case", case.number, case.area_code), after={"seq": event.seq}
        )
    return row


@transaction.atomic
def read_objection(*, actor: Actor, row: WebObjection) -> dict[str, Any]:
    """What it says, for who looks into it, with a row of the log. Raises Refused."""
    actor.require("cases.act", row.area_code)
    place = audit.Subject("case", row.case.number, row.area_code)
    audit.record(actor.for_purpose(_("调查异议")), events.OBJECTION_READ, place, after={"seq": row.seq})
    return opened_objection(row)


def _check_objection(text: str, name: str, phone: str) -> None:
    errors: dict[str, str] = {}
    if not text.strip():
        errors["text"] = _("请写明有什么不同意见")
    elif len(text) > LONGEST_TEXT:
        errors["text"] = _("最多 %s 字") % LONGEST_TEXT
    if len(name) > LONGEST_NAME:
        errors["name"] = _("最多 %s 字") % LONGEST_NAME
    if phone and not read_phone(phone).number:
        errors["phone"] = _("电话应为 11 位手机号或带区号的固定电话")
    if errors:
        raise Invalid(errors)


def opened_objection(row: WebObjection) -> dict[str, Any]:
    """What an objection says: text, name, phone; empty where it was erased."""
    try:
        found: dict[str, Any] = json.loads(row.key.unseal(OBJECTION, row.content) or "{}")
    except (Erased, SealBroken):
        return {}
    return found


def complain(said: grievance.Said, address: str) -> grievance.Complaint:
    """A complaint from the public page, counted. Raises Invalid, TooMany."""
    limits.allow("complaint:address", address)
    phone = registry.normal_phone(said.phone) if said.phone else ""
    limits.allow("complaint:phone", phone)
    with transaction.atomic():
        row = grievance.complain(said)
        limits.note("complaint:address", address)
        limits.note("complaint:phone", phone)
    return row


def villages() -> Sequence[tuple[areas.Area, list[areas.Area]]]:
    """Townships with their villages, for the drop-down of the public page."""
    rows = list(areas.current().filter(level__in=("township", "village")).order_by("code"))
    groups: list[tuple[areas.Area, list[areas.Area]]] = []
    for area in rows:
        if area.level == "township":
            groups.append((area, []))
        elif groups and area.code.startswith(groups[-1][0].code):
            groups[-1][1].append(area)
    return groups
