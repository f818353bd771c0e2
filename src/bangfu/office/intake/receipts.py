"""The receipt of an application: what was asked for, what was handed in, by when each is due, and how to ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.values.receipt import shown_receipt
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import api as casework
from bangfu.office.intake import events
from bangfu.office.intake.actions import opened, subject
from bangfu.office.intake.models import Application
from bangfu.office.intake.queries import Line, lines
from bangfu.office.pages.language import reader_language


@transaction.atomic
def receipt(actor: Actor, application: Application, address: str) -> bytes:
    """The receipt as PDF, with a row in the log. `address` is that of the page where one asks. Raises Invalid."""
    made = casework.pdf(receipt_paper(application, address))
    audit.record(actor, events.RECEIPT_PRINTED, subject(application))
    return made


def receipt_paper(application: Application, address: str) -> casework.Paper:
    """Its words. No ID number and no telephone stands on it: it lies on tables and is shown to others."""
    language, said = reader_language(), opened(application)
    on, number = timezone.localtime(application.taken_at).date(), shown_receipt(application.number)
    day = casework.shown_day(on, language)
    parts = [
        casework.Part("p", str(_("%s收到您户的申请。")) % day),
        casework.Part("p", str(_("回执号：%s")) % number),  # a line of its own: it must not break
    ]
    if said.get("proxy_name"):
        words = {"who": said["proxy_name"], "relation": said["proxy_relation"]}
        parts.append(casework.Part("p", str(_("由%(who)s（%(relation)s）代为办理。")) % words))
    for place, line in enumerate(lines(application), 1):
        parts += _about(place, line, language)
    parts += [
        casework.Part("head", str(_("怎样查询"))),
        casework.Part(
            "p",
            str(_("凭回执号和登记电话的后四位，在 %s 查询办到哪一步；也可到村委会或乡镇便民服务中心询问。")) % address,
        ),
        casework.Part("p", str(_("是否符合条件以书面决定为准。受理不收任何费用。"))),
    ]
    township = areas.names([application.area_code[:9]])[application.area_code[:9]]
    head = application.household.head_name or str(_("户主"))
    return casework.Paper(
        str(_("受理回执")), number, head + ("：" if language == "zh" else ":"), parts, township, on, "", language
    )


def _about(place: int, line: Line, language: str) -> Iterator[Any]:
    comma, number = ("、", line.case.number) if language == "zh" else (", ", line.case.number)
    yield casework.Part(
        "head", f"{place}. {line.title}（{number}）" if language == "zh" else f"{place}. {line.title} ({number})"
    )
    if line.row.recognised:
        yield casework.Part("item", str(_("此前已在办理，继续办理，不另立案。")))
    if line.handed:
        yield casework.Part("item", str(_("已交：%s")) % comma.join(line.handed))
    if line.missing:
        yield casework.Part("item", str(_("还需交：%s")) % comma.join(line.missing))
    if line.steps:
        words = {"step": comma.join(line.steps), "who": line.whose}
        yield casework.Part("item", str(_("现在办理：%(step)s（%(who)s）")) % words)
    if line.case.due_on:
        yield casework.Part("item", str(_("这一步最迟：%s")) % casework.shown_day(line.case.due_on, language))
    if line.case.whole_due_on:
        yield casework.Part("item", str(_("全部办结最迟：%s")) % casework.shown_day(line.case.whole_due_on, language))
    elif line.whole:
        yield casework.Part("item", str(_("全部办结：自受理起 %s")) % line.whole)
