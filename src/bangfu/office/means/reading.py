"""Looking at a report: every look is a row of the log; health in full only for a stated purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.documents.means_report_view import View
from bangfu.core.matching.report import gate
from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.means import events, reports, showing
from bangfu.office.means.models import MeansReport
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry


@dataclass(frozen=True)
class Look:
    """A report for its page: the view, the status of today, and whether health is starred out in it."""

    view: View
    status: str
    label: str
    starred: bool


@transaction.atomic
def look(*, actor: Actor, report: MeansReport, stated: Mapping[str, str] | None = None) -> Look | None:
    """The report, None where its content is gone. `stated`: the purpose for which health is shown.

    Raises Refused, Invalid where the purpose is not stated.
    """
    actor.require("means.view", report.area_code)
    kind, who = events.READ, actor
    if stated is not None:
        actor.require("registry.unmask", report.area_code)
        who, kind = actor.for_purpose(purpose_text(**stated)), registry.UNMASKED
    content = reports.opened(report)
    if content is None:
        return None
    audit.record(who, kind, reports.subject_of(report), after={"report": report.number})
    language = reader_language()
    status = reports.status_of(report, timezone.localdate())
    label = gate.REPORT_STATUSES[status].get(language)
    shown = showing.view(content, language, health=stated is not None)
    return Look(shown, status, label, stated is None and showing.has_health(content))


@transaction.atomic
def pdf(*, actor: Actor, report: MeansReport, purpose: str, why: str) -> bytes:
    """The core's PDF, whole: for a stated purpose, with a row of the log. Raises Refused, Invalid."""
    from bangfu.core.documents.means_report_pdf import DataError
    from bangfu.core.documents.means_report_pdf import pdf as printed

    actor.require("means.view", report.area_code)
    actor.require("registry.unmask", report.area_code)
    who = actor.for_purpose(purpose_text(purpose, why))
    content = reports.opened(report)
    if content is None:
        raise Invalid(_("报告内容已按规定删除，或与出具时不一致，不能下载"))
    try:
        made = printed(showing.readable(content, reader_language(), health=True), reader_language())
    except DataError as error:
        raise Invalid(str(error)) from None
    audit.record(
        who, events.PRINTED, reports.subject_of(report), after={"report": report.number, "sha256": report.sha256}
    )
    return made


def last_day(report: MeansReport) -> date | None:
    """The last day on which the report holds."""
    return date.fromordinal(report.until.toordinal() - 1) if report.until else None


def told(row: Mapping[str, Any], language: str) -> str:
    """A text of the core's in the reader's language."""
    return str(row[language] or row["zh"])
