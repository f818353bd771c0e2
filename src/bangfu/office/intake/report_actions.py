"""What the township does with a report: to whom it belongs, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.casework import api as casework
from bangfu.office.intake import events
from bangfu.office.intake.actions import Came, Wanted, apply_once
from bangfu.office.intake.models import ANSWERED, JOINED, LOOKING, OPEN_STATES, RECEIVED, TURNED, Application, Report
from bangfu.office.intake.public_actions import opened
from bangfu.office.intake.queries import HANDLE
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.registry import api as registry

ANSWER = "answer"


@dataclass(frozen=True)
class Candidate:
    """A household that a report may be of, and why it is thought so: `id`, `phone` or `name`."""

    household: registry.Household
    person: registry.Person
    why: str


def subject(report: Report) -> audit.Subject:
    """How the log names a report."""
    return audit.Subject("report", report.number, report.area_code)


def candidates(actor: Actor, report: Report) -> list[Candidate]:
    """Households of the actor's area by the ID number, the telephone, or the name within the village; likeliest first."""
    said = opened(report)
    people = registry.persons(actor, HANDLE).filter(left_on=None).select_related("household")
    ways: list[tuple[str, Q]] = []
    if said.get("id_number"):
        ways.append(("id", Q(id_index__in=registry.indexes_to_search(registry.ID, said["id_number"]))))
    if said.get("name"):
        ways.append(("name", Q(name=said["name"], area_code=report.area_code)))
    if said.get("phone"):
        indexes = registry.indexes_to_search(registry.PHONE, said["phone"])
        ways.append(("phone", Q(phone_index__in=indexes)))
        ways.append(
            (
                "phone",
                Q(household__in=registry.households(actor, HANDLE).filter(phone_index__in=indexes), relation="head"),
            )
        )
    found: dict[int, Candidate] = {}
    for why, condition in ways:
        for person in people.filter(condition).order_by("number")[:10]:
            if person.household is not None and person.household.closed_on is None:
                found.setdefault(person.household.pk, Candidate(person.household, person, why))
    return list(found.values())[:12]


def same_household(actor: Actor, report: Report, household: registry.Household) -> dict[str, Any]:
    """What is open of a household already: other reports, and cases."""
    others = Report.objects.filter(actor.limit(HANDLE), household=household, state__in=OPEN_STATES).exclude(
        pk=report.pk
    )
    cases = casework.cases(actor, HANDLE).filter(household=household).exclude(status=casework.CLOSED)
    return {"reports": list(others[:10]), "cases": list(cases.select_related("definition").order_by("-id")[:20])}


def _locked(actor: Actor, pk: int) -> Report:
    row = Report.objects.select_for_update(of=("self",)).select_related("key", "household").filter(pk=pk).first()
    if row is None or not actor.may(HANDLE, row.area_code):
        raise OutOfReach(HANDLE, row.area_code if row else "")
    if row.state not in OPEN_STATES:
        raise Invalid(_("这份申报已处理：%s") % row.get_state_display())
    return row


@transaction.atomic
def read(*, actor: Actor, report: Report) -> dict[str, Any]:
    """Everything that a report says, with a row of the log. Raises Refused."""
    actor.require(HANDLE, report.area_code)
    # telephone and words are seen in full by whoever goes and looks
    audit.record(actor.for_purpose(_("核实自主申报")), events.REPORT_READ, subject(report))
    return opened(report)


def answered(report: Report) -> str:
    """What was answered; empty where nothing was, or where it was erased."""
    try:
        return report.key.unseal(ANSWER, report.answer) or ""
    except (Erased, SealBroken):
        return ""


@transaction.atomic
def match(*, actor: Actor, report: int, household: str) -> Report:
    """This household it is; from now on it is being looked into. Raises OutOfReach, Invalid."""
    row = _locked(actor, report)
    home = registry.household(actor, household, HANDLE)
    if home.closed_on is not None:
        raise Invalid(_("该户已销户，请核对"))
    before = row.household.number if row.household else ""
    row.household, row.state = home, LOOKING
    row.save(update_fields=["household", "state"])
    audit.record(
        actor, events.REPORT_MATCHED, subject(row), before={"household": before}, after={"household": home.number}
    )
    return row


@transaction.atomic
def take_up(*, actor: Actor, report: int) -> Report:
    """Somebody goes and looks, before it is known whose it is. Raises OutOfReach, Invalid."""
    row = _locked(actor, report)
    if row.state == RECEIVED:
        row.state = LOOKING
        row.save(update_fields=["state"])
        audit.record(actor, events.REPORT_MATCHED, subject(row), after={"state": LOOKING})
    return row


@transaction.atomic
def turn_into(*, actor: Actor, report: int, wanted: Sequence[Wanted], note: str = "") -> Application:
    """The report becomes an application of its household, with the telephone that was given. Raises OutOfReach, Invalid."""
    row = _locked(actor, report)
    if row.household is None:
        raise Invalid(_("请先对应到户"))
    said = opened(row)
    application = apply_once(
        actor=actor, household=row.household.number, wanted=wanted, needs=said.get("needs", ()),
        came=Came(phone=said.get("phone") or ""), note=note,
    )  # fmt: skip
    row.application = application
    _end(row, actor, TURNED)
    audit.record(actor, events.REPORT_TURNED, subject(row), after={"application": application.number})
    return application


@transaction.atomic
def join(*, actor: Actor, report: int, case: int) -> Report:
    """What it asks for is under way already in an open case of the household. Raises OutOfReach, Invalid."""
    row = _locked(actor, report)
    found = casework.case(actor, case, HANDLE)
    if row.household_id is None or found.household_id != row.household_id:
        raise Invalid(_("只能并入同一户正在办理的事项"))
    if found.status == casework.CLOSED:
        raise Invalid(_("该事项已办结，不能并入"))
    row.joined_case = found
    _end(row, actor, JOINED)
    audit.record(actor, events.REPORT_JOINED, subject(row), after={"case": found.number})
    return row


@transaction.atomic
def answer(*, actor: Actor, report: int, reason: str) -> Report:
    """Answered with a reason, by telephone or letter: the words are sealed with the report. Raises OutOfReach, Invalid."""
    row = _locked(actor, report)
    words = checked(reason, "reason", most=300)
    row.answer = row.key.seal(ANSWER, words)
    _end(row, actor, ANSWERED)
    audit.record(actor, events.REPORT_ANSWERED, subject(row), sealed=row.answer, subject_key_id=row.key_id)
    return row


def _end(row: Report, actor: Actor, state: str) -> None:
    row.state, row.ended_at, row.ended_name = state, timezone.now(), actor.name
    row.save()
