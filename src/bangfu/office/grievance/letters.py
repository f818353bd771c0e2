"""Letters of a complaint: that it is taken up, that it is not and why, and the answer."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.values.receipt import shown_receipt
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import api as casework
from bangfu.office.grievance import events
from bangfu.office.grievance.actions import opened, subject, words_of
from bangfu.office.grievance.models import Complaint, ComplaintEvent
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

LETTERS = ("accept", "refuse", "answer")
"""Moves that the complainant is told of in writing."""


@transaction.atomic
def letter(actor: Actor, row: Complaint, event: ComplaintEvent) -> bytes:
    """A letter as PDF, with a row in the log. Raises Invalid for a move that nobody is written about."""
    if event.move not in LETTERS:
        raise Invalid(_("这一步没有书面告知"))
    made = casework.pdf(paper(row, event))
    audit.record(actor, events.LETTER, subject(row), after={"seq": event.seq})
    return made


def paper(row: Complaint, event: ComplaintEvent) -> casework.Paper:
    """The letter's words."""
    language, on = reader_language(), timezone.localtime(event.at).date()
    received = casework.shown_day(timezone.localtime(row.received_at).date(), language)
    first = str(_("您于%s提出的事项已收悉。")) % received
    said, parts = words_of(row, event), [casework.Part("p", first)]
    parts.append(casework.Part("p", str(_("回执号：%s")) % shown_receipt(row.number)))
    titles = {
        "accept": _("信访事项受理告知书"),
        "refuse": _("信访事项不予受理告知书"),
        "answer": _("信访事项答复意见书"),
    }
    if event.move == "accept":
        parts.append(casework.Part("p", str(_("经审查，决定受理。"))))
        if row.due_on:
            parts.append(casework.Part("p", str(_("应当在%s前答复您。")) % casework.shown_day(row.due_on, language)))
    elif event.move == "refuse":
        parts += [casework.Part("p", str(_("经审查，决定不予受理。理由："))), casework.Part("p", said)]
    else:
        parts += [casework.Part("head", str(_("答复"))), casework.Part("p", said)]
        if row.reviewed:
            parts.append(casework.Part("p", str(_("以上为复查意见。"))))
    if event.move != "accept" and not row.reviewed:
        days = registry.parameter("complaint_review_days", row.area_code, on)
        if days is not None:
            parts.append(casework.Part("p", str(_("不服的，可以自收到之日起 %s 日内请求复查。")) % days))
    name = opened(row).get("name") or str(_("来信来访人"))
    code = row.area_code
    office = areas.names([code])[code]
    signed = str(_("%s人民政府")) % office if len(code) > 6 else office
    colon = "：" if language == "zh" else ":"
    return casework.Paper(
        str(titles[event.move]), shown_receipt(row.number), name + colon, parts, signed, on, "", language
    )
