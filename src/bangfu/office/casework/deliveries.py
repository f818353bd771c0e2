"""That letters reached their households, and where offices are found. The time to appeal counts from the day of delivery."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import engine, events
from bangfu.office.casework.letter_models import WAYS, Delivery, OfficeContact
from bangfu.office.casework.models import Case, CaseDocument, CaseEvent, Determination
from bangfu.office.casework.queries import ACT, DECIDE
from bangfu.office.casework.queries import case as case_of
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

_TELEPHONE = re.compile(r"0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|[1-9]\d{4}|400-?\d{3}-?\d{4}")
"""A landline, a service number such as 12345, a 400 number: an office's, never somebody's mobile."""


@dataclass(frozen=True)
class Letter:
    """A letter of a case and whether it was delivered. `code` names it in forms: d:PK of a decision, p:PK of a paper."""

    code: str
    title: str
    made_on: date
    delivery: Delivery | None


def letters_of(case: Case) -> list[Letter]:
    """The letters that the office made in a case. Four queries."""
    procedure, lang = engine.procedure_of(case), reader_language()
    done = list(Delivery.objects.filter(case=case))
    by_decision = {one.determination_id: one for one in done if one.determination_id}
    by_paper = {one.paper_id: one for one in done if one.paper_id}
    found = []
    for row in Determination.objects.filter(case=case).defer("content").order_by("seq"):
        day = timezone.localtime(row.made_at).date()
        found.append(Letter(f"d:{row.pk}", str(_("决定告知书")), day, by_decision.get(row.pk)))
    for paper in CaseDocument.objects.filter(case=case, document=None, paper="").order_by("pk"):
        thing = procedure.things.get(paper.thing)
        if thing is not None and thing.kind == "letter":
            day = timezone.localtime(paper.added_at).date()
            found.append(Letter(f"p:{paper.pk}", thing.title.get(lang), day, by_paper.get(paper.pk)))
    return found


@transaction.atomic
def record(
    *, actor: Actor, case: int, letter: str, way: str, delivered_on: date, delivered_by: str, received_by: str = "",
    file: UploadedFile | None = None, paper: str = "",
) -> Delivery:  # fmt: skip
    """A letter reached the household. Raises OutOfReach, Refused, Invalid."""
    case_of(actor, case, ACT)
    row = Case.objects.select_for_update(of=("self",)).select_related("household__key", "definition").get(pk=case)
    known = {one.code: one for one in letters_of(row)}
    chosen = known.get(letter)
    if chosen is None:
        raise Invalid({"letter": _("请选择文书")})
    if chosen.delivery is not None:
        raise Invalid({"letter": _("这份文书已登记送达")})
    if way not in dict(WAYS):
        raise Invalid({"way": _("请选择送达方式")})
    if delivered_on > timezone.localdate():
        raise Invalid({"delivered_on": _("送达日期不能晚于今天")})
    if delivered_on < chosen.made_on:
        raise Invalid({"delivered_on": _("送达日期不能早于出具文书的 %s") % chosen.made_on})
    place = checked(paper, "paper", needed=False, most=60)
    if file is None and not place:
        raise Invalid({"file": _("请上传送达回证，或写明存放处")})
    made = Delivery(
        case=row, way=way, delivered_on=delivered_on, delivered_by=checked(delivered_by, "delivered_by", most=60),
        received_by=checked(received_by, "received_by", needed=False, most=60), proof_paper=place,
        recorded_by=actor.key, recorded_at=timezone.now(),
    )  # fmt: skip
    kind, _sep, pk = letter.partition(":")
    made.determination_id, made.paper_id = (int(pk), None) if kind == "d" else (None, int(pk))
    if file is not None:
        stored = registry.add_document(
            actor=actor, household=row.household, kind="other", title=f"送达回证 {row.number}", file=file, dated=delivered_on
        )  # fmt: skip
        made.proof_document = stored.pk
    made.save()
    after = {"letter": letter, "way": way, "on": f"{delivered_on}", "document": made.proof_document}
    audit.record(actor, events.DELIVERED, audit.Subject("case", row.number, row.area_code), after=after)
    return made


def told_on(case: Case) -> date | None:
    """The day on which the household was told how its case came out: by the letter of its last decision, or the last letter."""
    done = list(Delivery.objects.filter(case=case).select_related("paper"))
    if not done:
        return None
    last = Determination.objects.filter(case=case).order_by("-seq").values_list("pk", flat=True).first()
    ending = CaseEvent.objects.filter(case=case).order_by("-seq").first()
    refs = {thing.ref for thing in p.event_from_json(ending.content).things} if ending is not None else set()
    days = [
        one.delivered_on
        for one in done
        if (last is not None and one.determination_id == last) or (one.paper is not None and str(one.paper) in refs)
    ]
    return min(days, default=None)


@transaction.atomic
def set_contact(*, actor: Actor, area_code: str, address: str, telephone: str, hours: str) -> OfficeContact:
    """Where an office is found. Raises Refused, Invalid."""
    actor.require(DECIDE, area_code)
    if len(area_code) not in (6, 9) or not areas.current().filter(code=area_code).exists():
        raise Invalid({"area": _("请选择县或乡镇")})
    number = telephone.strip().replace(" ", "")
    if number and not _TELEPHONE.fullmatch(number):
        raise Invalid({"telephone": _("请填办公电话（固定电话或热线），不要填个人手机")})
    values: dict[str, Any] = {
        "address": checked(address, "address", most=120), "telephone": number,
        "hours": checked(hours, "hours", needed=False, most=60),
    }  # fmt: skip
    row, _new = OfficeContact.objects.update_or_create(area_code=area_code, defaults=values)
    audit.record(actor, events.CONTACT_SET, audit.Subject("area", area_code, area_code), after=values)
    return row


def contact_text(area_code: str) -> str:
    """地址…，电话…，办公时间…: for letters and notices; empty where it is not known."""
    row = OfficeContact.objects.filter(area_code=area_code).first()
    if row is None:
        return ""
    parts = [
        str(_("地址：%s")) % row.address,
        str(_("电话：%s")) % row.telephone if row.telephone else "",
        str(_("办公时间：%s")) % row.hours if row.hours else "",
    ]
    return ("，" if reader_language() == "zh" else ", ").join(part for part in parts if part)
