"""Writes on the register of authorisations: signed, withdrawn. Reports that rest on what was withdrawn are closed with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.means import events, reports
from bangfu.office.means.models import Authorisation, Withdrawal
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

ACT = "cases.act"


@dataclass(frozen=True)
class Paper:
    """The signed paper: a file, a document of the household's file, or where it lies."""

    file: UploadedFile | None = None
    document: int | None = None
    place: str = ""


def subject(household: registry.Household) -> audit.Subject:
    """The household, as the log names it."""
    return audit.Subject("household", household.number, household.area_code)


@transaction.atomic
def authorise(
    *,
    actor: Actor,
    household: str,
    signers: Sequence[str],
    signed_on: date,
    purpose: str,
    paper: Paper,
    start: date | None = None,
    last_day: date | None = None,
    scope: Sequence[str] = (),
    number: str = "",
) -> list[Authorisation]:
    """Record what members signed; without signers the paper speaks for all. One row for each person.

    Raises OutOfReach, Refused, Invalid.
    """
    home = _home(actor, household)
    today, begin = timezone.localdate(), start or signed_on
    said = checked(purpose, "purpose", most=60)
    label = checked(number, "number", needed=False, most=40)
    _check_days(signed_on, begin, last_day, today)
    tables = _scope(scope)
    people = _members(home, signers)
    document = _kept(actor, home, paper, signed_on, str(_("核对授权书")))
    place = checked(paper.place, "paper", needed=False, most=60)
    if document is None and not place:
        raise Invalid({"file": _("请上传授权书，或写明纸质授权书存放处")})
    now = timezone.now()
    rows = [
        Authorisation(
            household=home,  person_number=person, number=label or "-", signed_on=signed_on,
            start=begin, end=None if last_day is None else last_day + timedelta(days=1), purpose=said, scope=tables,
            document=document, paper=place, recorded_by=actor.key, recorded_name=actor.name, recorded_at=now,
        )
        for person in people or [""]
    ]  # fmt: skip
    for row in rows:
        row.save()
    shared = label or f"SQ{signed_on:%Y}-{rows[0].pk:06d}"
    for row in rows:
        row.number = shared
    Authorisation.objects.bulk_update(rows, ["number"])
    after: dict[str, Any] = {
        "number": shared, "persons": people, "signed_on": signed_on.isoformat(), "scope": tables, "document": document,
        "until": last_day.isoformat() if last_day else None,
    }  # fmt: skip
    audit.record(actor, events.AUTHORISED, subject(home), after=after)
    reports.bring_up_to_date(home)
    return rows


@transaction.atomic
def withdraw(
    *, actor: Actor, household: str, signers: Sequence[str], on: date, paper: Paper, scope: Sequence[str] = ()
) -> list[Withdrawal]:
    """Somebody, or the whole household without `signers`, no longer agrees from a day on. Raises OutOfReach, Refused,
    Invalid."""
    home = _home(actor, household)
    if on > timezone.localdate():
        raise Invalid({"on": _("撤回日期不能晚于今天")})
    if not Authorisation.objects.filter(household=home, signed_on__lte=on).exists():
        raise Invalid({"on": _("本户在这一天之前没有登记授权，没有可撤回的")})
    tables = _scope(scope)
    people = _members(home, signers)
    document = _kept(actor, home, paper, on, str(_("撤回核对授权书")))
    place = checked(paper.place, "paper", needed=False, most=60)
    if document is None and not place:
        raise Invalid({"file": _("请上传撤回书，或写明纸质撤回书存放处")})
    rows = [
        Withdrawal.objects.create(
            household=home,  person_number=person, scope=tables, on=on, document=document,
            paper=place, recorded_by=actor.key, recorded_name=actor.name, recorded_at=timezone.now(),
        )
        for person in people or [""]
    ]  # fmt: skip
    after = {"persons": people, "on": on.isoformat(), "scope": tables, "document": document}
    audit.record(actor, events.WITHDRAWN, subject(home), after=after)
    reports.bring_up_to_date(home)
    return rows


def _home(actor: Actor, number: str) -> registry.Household:
    home = registry.household(actor, number, ACT)
    if home.closed_on is not None:
        raise Invalid(_("本户已销户"))
    return home


def _check_days(signed_on: date, start: date, last_day: date | None, today: date) -> None:
    if signed_on > today:
        raise Invalid({"signed_on": _("签署日期不能晚于今天")})
    if start < signed_on:
        raise Invalid({"start": _("有效期起不能早于签署日期")})
    if last_day is not None and last_day < start:
        raise Invalid({"last_day": _("有效期至不能早于有效期起")})


def _scope(tables: Sequence[str]) -> list[str]:
    from bangfu.core.matching.report.catalogue import TABLES

    wrong = [table for table in tables if table not in TABLES]
    if wrong:
        raise Invalid({"scope": _("没有这个来源：%s") % "、".join(wrong)[:60]})
    return [table for table in TABLES if table in tables]


def _members(home: registry.Household, numbers: Sequence[str]) -> list[str]:
    there = set(registry.Person.objects.filter(household=home, left_on=None).values_list("number", flat=True))
    if not set(numbers) <= there:
        raise Invalid({"signers": _("该成员不在本户")})
    return list(dict.fromkeys(numbers))


def _kept(actor: Actor, home: registry.Household, paper: Paper, dated: date, title: str) -> int | None:
    if paper.file is not None:
        stored = registry.add_document(
            actor=actor, household=home, kind="application", title=title, file=paper.file, dated=dated
        )
        return stored.pk
    if paper.document is None:
        return None
    if not registry.Document.objects.filter(pk=paper.document, household=home, withdrawn_at=None).exists():
        raise Invalid({"document": _("本户档案中没有这份材料")})
    return paper.document
