"""Reading the log: limited to the actor's area, filtered, opened."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.audit.actions import Subject, record
from bangfu.office.audit.events import KINDS, SEEN, SORTS, VERIFICATION_STARTED
from bangfu.office.audit.models import Entry, Verification
from bangfu.office.audit.naming import naming
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.privacy.api import SealBroken, SubjectKey

VIEW, UNMASK = "audit.view", "registry.unmask"
LABELS = ("audit", "statement", "record", "change", "facts", "proposal")
"""Labels under which apps seal what they give to the log."""
STALE = timedelta(hours=6)


@dataclass(frozen=True)
class Filter:
    """What the page was asked for, as text; empty means any."""

    who: str = ""
    sort: str = ""
    kind: str = ""
    type: str = ""
    subject: str = ""
    area: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Filter:
        """From a query string."""
        return cls(**{field.name: query.get(field.name, "").strip()[:64] for field in fields(cls)})


def entries(actor: Any) -> QuerySet[Entry]:
    """Rows of the actor's area; those without an area for who looks after the whole installation."""
    areas = actor.areas(VIEW)
    if naming().whole(areas):
        return Entry.objects.all()
    return Entry.objects.filter(actor.limit(VIEW))


def find(actor: Any, wanted: Filter) -> QuerySet[Entry]:
    """Rows that match. Raises Invalid with a message by field."""
    rows, errors = entries(actor), {}
    if wanted.who:
        rows = rows.filter(actor_key__in=naming().actors(wanted.who))
    if wanted.sort:
        rows = rows.filter(kind__in=[kind.code for kind in KINDS.values() if kind.sort == wanted.sort])
        if wanted.sort not in SORTS:
            errors["sort"] = _("没有这一类")
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.type:
        rows = rows.filter(subject_type=wanted.type)
    if wanted.subject:
        rows = rows.filter(subject_id=wanted.subject)
    if wanted.area:
        if wanted.area.isascii() and wanted.area.isdigit() and len(wanted.area) <= 12:
            rows = rows.filter(area_code__gte=wanted.area, area_code__lt=f"{wanted.area}:")
        else:
            errors["area"] = _("区划代码应为数字")
    for name, lookup, days in (("since", "at__gte", 0), ("until", "at__lt", 1)):
        if text := getattr(wanted, name):
            try:
                rows = rows.filter(**{lookup: _start(date.fromisoformat(text) + timedelta(days=days))})
            except (ValueError, OverflowError):
                errors[name] = _("日期应如 2026-10-31")
    if errors:
        raise Invalid(errors)
    return rows


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def entry(actor: Any, pk: int) -> Entry:
    """One row. Raises OutOfReach."""
    found = entries(actor).filter(pk=pk).first()
    if found is None:
        raise OutOfReach(VIEW)
    return found


@dataclass(frozen=True)
class Line:
    """One value before and after, as they read; `changed` where they differ."""

    name: str
    label: str
    before: str
    after: str
    changed: bool


def lines(row: Entry, before: Any, after: Any, language: str) -> list[Line]:
    """Values side by side, in the order in which they were written."""
    before = before if isinstance(before, dict) else {} if before is None else {"": before}
    after = after if isinstance(after, dict) else {} if after is None else {"": after}
    found = []
    for name in {**before, **after}:
        label, old = naming().value(row.subject_type, name, before.get(name), language)
        _label, new = naming().value(row.subject_type, name, after.get(name), language)
        found.append(Line(name, label, old, new, before.get(name) != after.get(name)))
    return found


@transaction.atomic
def reveal(*, actor: Any, pk: int, purpose: str, why: str) -> tuple[Entry, Any, Any]:
    """A row's sealed values before and after, and a row of the log that says who saw them and why.

    Raises OutOfReach, Refused, Invalid, Erased, SealBroken.
    """
    row = entry(actor, pk)
    actor.require(UNMASK, row.area_code)
    if row.sealed is None or row.subject_key_id is None:
        raise Invalid(_("这条记录没有个人信息"))
    stated = actor.for_purpose(purpose_text(purpose, why))
    before, after = _opened(row)
    names = sorted({*(before or {}), *(after or {})})
    place = Subject(row.subject_type, row.subject_id, row.area_code)
    record(stated, SEEN, place, after={"entry": row.pk, "fields": names})
    return row, before, after


def _opened(row: Entry) -> tuple[Any, Any]:
    key = SubjectKey.objects.get(pk=row.subject_key_id)
    for label in LABELS:
        try:
            text = key.unseal(label, row.sealed) or ""
            break
        except SealBroken:
            continue
    else:
        raise SealBroken(_("无法打开这条记录的个人信息"))
    values = json.loads(text) if text[:1] in "{[" else {"": text}
    if isinstance(values, dict) and values.keys() <= {"before", "after"}:
        return values.get("before"), values.get("after")
    return None, values


def last_verification() -> Verification | None:
    """The newest reading of the log, which may still be going on."""
    return Verification.objects.order_by("-pk").first()


@transaction.atomic
def start_verification(*, actor: Any) -> Verification:
    """Note that a reading begins; whoever calls it starts the task. Raises Refused, Invalid while one is going on."""
    actor.require(VIEW)
    last = last_verification()
    if last and last.finished_at is None and timezone.now() - last.started_at < STALE:
        raise Invalid(_("校验正在进行，请稍候"))
    row = Verification.objects.create(started_at=timezone.now(), actor_name=actor.name)
    record(actor, VERIFICATION_STARTED, Subject("log", str(row.pk)))
    return row
