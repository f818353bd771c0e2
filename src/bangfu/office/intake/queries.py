"""Reads of applications and reports. Each takes the actor: no row, count or choice lies outside the actor's area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import BUREAUS, Actor
from bangfu.office.casework import api as casework
from bangfu.office.intake.models import OPEN_STATES, Application, ApplicationCase, Report, WebObjection
from bangfu.office.intake.proposing import ACT, limit_text
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting

VIEW, HANDLE = "cases.view", "reports.handle"


def applications(actor: Actor, permission: str = VIEW) -> QuerySet[Application]:
    """Applications in the actor's area."""
    return Application.objects.filter(actor.limit(permission)).select_related("household__key")


def application(actor: Actor, number: str, permission: str = VIEW) -> Application:
    """One by its number. Raises OutOfReach where it lies elsewhere, and where there is none."""
    found = Application.objects.select_related("household__key").filter(number=number).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


@dataclass(frozen=True)
class Line:
    """One case of an application as its page and the receipt show it. `whole` is the limit of the whole in words."""

    row: ApplicationCase
    case: casework.Case
    title: str
    steps: list[str]
    whose: str
    tone: str
    handed: list[str]
    missing: list[str]
    whole: str


def lines(found: Application) -> list[Line]:
    """The cases of an application. Two queries."""
    rows = list(found.lines.select_related("case__definition", "case__household").order_by("pk"))
    steps: dict[int, dict[str, None]] = {}
    roles: dict[int, dict[str, None]] = {}
    for step in casework.OpenStep.objects.filter(case__in=[row.case_id for row in rows]).order_by("pk"):
        steps.setdefault(step.case_id, {})[step.step] = None
        whose = str(BUREAUS[step.bureau]) if step.bureau in BUREAUS else casework.roles_text([step.role])
        roles.setdefault(step.case_id, {})[whose] = None
    today, language, made = timezone.localdate(), reader_language(), []
    comma = "、" if language == "zh" else ", "
    for row in rows:
        procedure = casework.procedure_of(row.case)
        titles = {name: thing.title.get(language) for name, thing in procedure.things.items()}
        title = procedure.title.get(language)
        matter = casework.matter_title(row.case.matter) if row.case.matter and len(procedure.matter) > 1 else ""
        made.append(
            Line(
                row, row.case, f"{title}（{matter}）" if matter else title,
                casework.open_titles(row.case, list(steps.get(row.case_id, {}))),
                comma.join(roles.get(row.case_id, {})), casework.tone_of(row.case.due_on, today),
                [titles.get(name, name) for name in row.handed], [titles.get(name, name) for name in row.missing],
                limit_text(procedure.limit),
            )
        )  # fmt: skip
    return made


def reports(actor: Actor) -> QuerySet[Report]:
    """Reports of the public in the actor's area."""
    return Report.objects.filter(actor.limit(HANDLE)).select_related("key", "household", "application", "joined_case")


def report(actor: Actor, pk: int) -> Report:
    """One report. Raises OutOfReach."""
    found = Report.objects.select_related("key", "household", "application", "joined_case").filter(pk=pk).first()
    if found is None or not actor.may(HANDLE, found.area_code):
        raise OutOfReach(HANDLE, found.area_code if found else "")
    return found


def views(today: date) -> Mapping[str, tuple[Any, Q]]:
    """The lists of reports, each with its label and its condition."""
    still = Q(state__in=OPEN_STATES)
    return {
        "open": (_("待核实"), still),
        "overdue": (_("已超期"), still & Q(due_on__lt=today)),
        "ended": (_("已处理"), ~still),
    }


def counts(actor: Actor) -> dict[str, int]:
    """How many each list holds. One query."""
    wanted = {name: Count("pk", filter=condition) for name, (_l, condition) in views(timezone.localdate()).items()}
    return Report.objects.filter(actor.limit(HANDLE)).aggregate(**wanted)


def objections(actor: Actor) -> QuerySet[WebObjection]:
    """What came over the web against notices in the actor's area."""
    return WebObjection.objects.filter(actor.limit(ACT)).select_related("case__household", "case__definition")


def objection(actor: Actor, pk: int) -> WebObjection:
    """One objection. Raises OutOfReach."""
    found = WebObjection.objects.select_related("key", "case__household").filter(pk=pk).first()
    if found is None or not actor.may(ACT, found.area_code):
        raise OutOfReach(ACT, found.area_code if found else "")
    return found


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says of reports and of a bureau's steps. At most three queries."""
    found = []
    if actor.may(HANDLE):
        n, url = counts(actor), reverse("intake:reports")
        found += [
            Waiting(_("超期未核实的自主申报"), n["overdue"], f"{url}?view=overdue", urgent=True),
            Waiting(_("待核实的自主申报"), n["open"], url),
        ]
    if actor.may(ACT):
        n = objections(actor).filter(case__suspended="objection").count()
        found.append(Waiting(_("待调查的网上异议"), n, reverse("intake:objections"), urgent=True))
    if actor.bureaus() and actor.may("cases.bureau"):
        found.append(Waiting(_("部门待办"), casework.of_bureaus(actor).count(), reverse("intake:bureau")))
    return [line for line in found if line.count]
