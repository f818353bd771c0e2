"""Means-check reports: made by the core's ReportBuilder, kept sealed, and asked whether a decision may rest on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.report import gate
from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.means import crosschecks, events, folders
from bangfu.office.means.models import Crosscheck, MeansReport
from bangfu.office.means.register import Known, Standing, known, standings
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.registry import api as registry

LABEL = "means_report"
"""The label under which a report is sealed with the household's key."""
MAKE = "means.report"


class NotAuthorised(Invalid):
    """Nobody may be asked about the household; `standings` says why of each adult."""

    def __init__(self, told: Sequence[Standing]) -> None:
        super().__init__(_("没有有效授权，不能核对；请先取得授权，期间中止计时，不得以此作出不利决定"))
        self.standings = list(told)


class Maker:
    """Makes reports of households of one cross-check that are read together. `check` and `on` are those of all."""

    def __init__(
        self, check: Crosscheck, households: Sequence[registry.Household], purpose: str, operator: str, on: date
    ) -> None:
        from bangfu.core.matching.crosscheck.kept_rows import KeptRows
        from bangfu.core.matching.methods import METHODS
        from bangfu.core.matching.report.building import ReportBuilder, ReportOptions
        from bangfu.core.matching.report.folder import read_crosscheck

        self.check, self.on = check, on
        self.known: Known = known(households)
        folder = folders.results(check.pk)
        rows = KeptRows(folder)
        options = ReportOptions(
            on=on,
            purpose=purpose,
            operator=operator,
            authorisations=self.known.register,
            rows_of=lambda _folder, number: rows.rows_of(number),
            methods={method.code: (method.zh, method.en) for method in METHODS},
        )
        read = read_crosscheck(folder, {household.number for household in households})
        self.builder = ReportBuilder(read, self.known.people, options)

    def of(self, household: registry.Household) -> dict[str, Any]:
        """One household's report. Raises NotAuthorised, Invalid in the reader's language."""
        may, told = standings(household, self.known, self.on, reader_language())
        if not may:
            raise NotAuthorised(told)
        try:
            made = self.builder.build(household.number)
        except DataError as error:
            raise Invalid(_not_there(error)) from None
        if made["authorisation"]["status"] != "granted":
            raise NotAuthorised(told)
        return made


def _not_there(error: DataError) -> str:
    """The core's words name options of its command; the office's reader has none."""
    return (
        _("部门数据核对中没有这一户（核对之后才建档）；请重新核对部门数据后再出具")
        if "--household" in str(error)
        else str(error)
    )


def check_for(area_code: str) -> Crosscheck:
    """The cross-check on which a report made now rests. Raises Invalid where there is none."""
    check = crosschecks.latest(area_code)
    if check is None:
        raise Invalid(_("本县还没有核对过部门数据；请先由县级在月度比对后核对部门数据"))
    return check


def make_report(*, actor: Actor, household: str, purpose: str, case: str = "") -> MeansReport:
    """A report of one household, from the newest cross-check and today's register.

    Raises OutOfReach, Refused, NotAuthorised with the reason of each adult (a row of the log says so), Invalid.
    """
    home = registry.household(actor, household, MAKE)
    said, ref = checked(purpose, "purpose", most=60), checked(case, "case", needed=False, most=40)
    if home.closed_on is not None:
        raise Invalid(_("本户已销户"))
    check = check_for(home.area_code)
    try:
        try:
            maker = Maker(check, [home], said, actor.name, timezone.localdate())
        except DataError as error:
            raise Invalid(str(error)) from None
        return keep(actor, home, maker.of(home), check, said, ref)
    except NotAuthorised as refused:
        log_refusal(actor, home, refused, ref)
        raise


@transaction.atomic
def log_refusal(actor: Actor, home: registry.Household, refused: NotAuthorised, case: str) -> None:
    """A row of the log: a report was wanted and not made, how each adult stands."""
    after = {"case": case, "persons": {one.person_no: one.status for one in refused.standings}}
    audit.record(actor, events.REFUSED, audit.Subject("household", home.number, home.area_code), after=after)


@transaction.atomic
def keep(
    actor: Actor, home: registry.Household, made: Mapping[str, Any], check: Crosscheck, purpose: str, case: str
) -> MeansReport:
    """Store a report that was made, with its row in the log. The same report made twice is one row."""
    same = MeansReport.objects.filter(number=made["report_no"]).first()
    if same is not None:
        return same
    text = json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row = MeansReport.objects.create(
        number=made["report_no"], household=home,  purpose=purpose, case=case, crosscheck=check,
        run=check.run_id, made_by=actor.key, made_name=actor.name, made_at=timezone.now(), made_on=made["made_on"],
        as_of=made["as_of"], until=made["validity"]["until"], sha256=made["sha256"],
        unknown=sum(len(line["facts"]) for line in made["missing"]), conflicts=len(made["conflicts"]),
        content=home.key.seal(LABEL, text),
    )  # fmt: skip
    row.refresh_from_db()
    after = {
        "number": row.number,
        "sha256": row.sha256,
        "case": case,
        "crosscheck": check.pk,
        "until": made["validity"]["until"],
    }
    audit.record(actor, events.REPORTED, subject_of(row), after=after)
    return row


def subject_of(report: MeansReport) -> audit.Subject:
    """The household of a report, as the log names it."""
    return audit.Subject("household", report.household.number, report.area_code)


def opened(report: MeansReport) -> dict[str, Any] | None:
    """What a report says, None where it was erased or is not as it was made."""
    try:
        text = report.household.key.unseal(LABEL, bytes(report.content or b""))
    except (Erased, SealBroken):
        return None
    found: dict[str, Any] = json.loads(text or "{}")
    return found if gate.is_genuine(found) and found["sha256"] == report.sha256 else None


def status_of(report: MeansReport, on: date, household: str = "") -> str:
    """The core's word for a report on a day, by today's register: current, expired, none, not_authorised."""
    register = known([report.household], numbers=False).register
    return gate.report_status(opened(report), household or report.household.number, on, register)


@dataclass(frozen=True)
class Stands:
    """A report as a decision names it."""

    pk: int
    number: str
    sha256: str
    as_of: date | None
    status: str
    why_not: str


def standing(pk: int, household: registry.Household, on: date) -> Stands | None:
    """How a report stands for a household on a day, with the reason in words where nothing may rest on it; None where
    there is no such report."""
    report = MeansReport.objects.select_related("household__key").filter(pk=pk).first()
    if report is None:
        return None
    if report.household_id != household.pk:
        why = _("核对报告 %s 不是本户的，不能作为依据") % report.number
        return Stands(report.pk, report.number, report.sha256, report.as_of, gate.NONE, why)
    status = status_of(report, on)
    words = {
        gate.CURRENT: "",
        gate.EXPIRED: _("核对报告 %s 已过有效期，须重新核对") % report.number,
        gate.NOT_AUTHORISED: _("核对报告 %s 所依据的授权已撤回，不能作为依据；请先取得授权") % report.number,
        gate.NONE: _("核对报告 %s 不能作为依据：没有注明日期的来源，或内容与出具时不一致") % report.number,
    }
    return Stands(report.pk, report.number, report.sha256, report.as_of, status, words[status])


def of_household(household: int, most: int = 20) -> list[MeansReport]:
    """A household's reports, the latest first. The caller has looked at the area."""
    return list(MeansReport.objects.filter(household=household).defer("content").order_by("-id")[:most])


def current(household: int) -> list[MeansReport]:
    """Those on which something may rest today."""
    today = timezone.localdate()
    rows = MeansReport.objects.filter(household=household, closed=False, until__gt=today, made_on__lte=today)
    return list(rows.defer("content").order_by("-id")[:10])


def bring_up_to_date(household: registry.Household) -> None:
    """Say of the household's reports whether what they rest on has been withdrawn; with every change of the register."""
    today, register = timezone.localdate(), known([household], numbers=False).register
    for report in MeansReport.objects.filter(household=household).order_by("pk"):
        report.household = household
        closed = gate.report_status(opened(report), household.number, today, register) == gate.NOT_AUTHORISED
        if closed != report.closed:
            MeansReport.objects.filter(pk=report.pk).update(closed=closed)
