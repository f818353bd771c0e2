"""Handing a visit in: facts enter the registry, findings become tasks, what contradicts is listed, the record is sealed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import visits as v
from bangfu.office.accounts.api import Actor, User
from bangfu.office.audit import api as audit
from bangfu.office.fieldwork import asking, contents, events
from bangfu.office.fieldwork.actions import locked, subject
from bangfu.office.fieldwork.asking import Home, Known
from bangfu.office.fieldwork.contents import Content
from bangfu.office.fieldwork.models import DISMISSED, KEPT, OPEN, SUBMITTED, Difference, Finding, LastVisit, Visit
from bangfu.office.fieldwork.queries import SETTLE
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

SOURCE = "survey"
"""The vocabulary's word for a home visit as the source of a fact."""
BUREAU = "bureau_list"


@transaction.atomic
def submit(*, actor: Actor, visit: int) -> Visit:
    """Hand a draft in. Raises Refused, OutOfReach, Invalid with what is still missing, by key."""
    row = locked(actor, visit)
    content, form = contents.opened(row), asking.form_of(row)
    household = registry.locked_households([row.household.number])[row.household.number]
    home = asking.home_of(household, row.visited_on)
    wanting = problems(row, content, form, home)
    if wanting:
        raise Invalid(wanting)
    known = asking.known_of(home, form)
    asked = [question.key for question in v.questions(form, home.members, content.answers)]
    now = timezone.now()
    row.area_code = household.area_code  # where it lies by now
    row.number = f"RH{row.visited_on:%Y}-{row.pk:06d}"
    row.status, row.submitted_at, row.saved_at = SUBMITTED, now, now
    content.answers = {key: value for key, value in content.answers.items() if key in asked}
    content.about = _about(actor, row, form, home, known)
    row.sha256 = contents.seal(row, content)
    found = v.findings(form, home.members, content.answers)
    row.found = len(found)
    row.save()
    _findings(row, found)
    if row.amends is not None:
        _superseded(actor, row)
    stated = _facts(actor, row, form, home, content, known)
    _last(row)
    after = {
        "form": row.form, "household": household.number, "on": row.visited_on.isoformat(), "sha256": row.sha256,
        "findings": len(found), **stated, "amends": row.amends.number if row.amends else "",
    }  # fmt: skip
    audit.record(actor, events.SUBMITTED, subject(row), after=after)
    return row


def problems(row: Visit, content: Content, form: v.VisitForm, home: Home) -> dict[str, str]:
    """What stands in the way, in words: by key of a question, `companions` and `met` for the first page."""
    language, found = reader_language(), {}
    if len(row.companions) + 1 < form.persons:
        found["companions"] = _("须 %s 人以上一同入户，请写同行人的账户") % form.persons
    if not content.met:
        found["met"] = _("请选见到了谁；家里没有人的，等有人时再去")
    with_photo = {key for key, documents in content.photos.items() if documents}
    for problem in v.problems(form, home.members, content.answers, with_photo, registry.rulebook().codes):
        item, person = problem.question.item, problem.question.person
        who = f"{home.name(person)}：" if person else ""
        found[problem.question.key] = f"{who}{item.ask.get(language)}：{problem.text.get(language)}"
    return found


def _about(actor: Actor, row: Visit, form: v.VisitForm, home: Home, known: Mapping[str, Known]) -> dict[str, Any]:
    """What makes the record speak for itself years later."""
    names = dict(User.objects.filter(key__in=row.companions).values_list("key", "full_name"))
    return {
        "number": row.number, "household": home.household.number, "area": row.area_code, "form": form.id,
        "definition": form.digest, "visited_on": row.visited_on.isoformat(), "submitted_at": row.submitted_at.isoformat(),
        "visitors": [{"key": actor.key, "name": actor.name}, *({"key": k, "name": names.get(k, "")} for k in row.companions)],
        "members": [{"number": p.number, "name": p.name, "relation": p.relation} for p in home.people],
        "known": {
            key: {"value": one.answer, "source": one.source, "as_of": one.as_of.isoformat() if one.as_of else None}
            for key, one in known.items()
        },
        "amends": row.amends.number if row.amends else "",
    }  # fmt: skip


def _findings(row: Visit, found: list[v.Finding]) -> None:
    rows = []
    for one in found:
        kind = one.question.item.finding
        assert kind is not None
        rows.append(
            Finding(
                visit=row, household=row.household, area_code=row.area_code, item=one.question.item.id,
                person_number=one.question.person, severity=kind.severity, opens=kind.opens,
                text_zh=kind.text.zh[:120], text_en=kind.text.en[:160], found_on=row.visited_on,
            )
        )  # fmt: skip
    Finding.objects.bulk_create(rows)


def _superseded(actor: Actor, row: Visit) -> None:
    """What the amended visit found and nobody has dealt with yet is what this one finds, or nothing."""
    open_ones = Finding.objects.filter(visit=row.amends, status=OPEN)
    open_ones.update(
        status=DISMISSED, note=_("已由 %s 更正") % row.number, closed_by=actor.key, closed_name=actor.name,
        closed_at=row.submitted_at,
    )  # fmt: skip
    Difference.objects.filter(visit=row.amends, status=OPEN).update(
        status=KEPT, note=_("已由 %s 更正") % row.number, settled_by=actor.key, settled_name=actor.name,
        settled_at=row.submitted_at,
    )  # fmt: skip


def _last(row: Visit) -> None:
    held = LastVisit.objects.select_for_update().filter(household=row.household).first()
    if held is None:
        LastVisit.objects.create(household=row.household, visit=row, area_code=row.area_code, on=row.visited_on)
    elif held.on <= row.visited_on:
        held.visit, held.on, held.area_code = row, row.visited_on, row.area_code
        held.save()


def _facts(
    actor: Actor, row: Visit, form: v.VisitForm, home: Home, content: Content, known: Mapping[str, Known]
) -> dict[str, int]:
    """Statements for what may be written at once, differences for the rest; returns how many of each."""
    confirms = actor.may(SETTLE, row.area_code)
    write: dict[str, dict[str, Any]] = defaultdict(dict)
    waits = []
    for stated in v.established(form, home.members, content.answers):
        table = "persons" if stated.question.person else "households"
        one = replace(stated, value=asking.as_fact(table, stated.fact, stated.value))
        key, person = one.question.key, one.question.person
        held = known.get(key)
        reason = _reason(row, home, one, held, confirms)
        if reason:
            waits.append(
                Difference(
                    visit=row, household=row.household, area_code=row.area_code, item=one.question.item.id, fact=one.fact,
                    person_number=person, reason=reason, source=held.source if held else BUREAU,
                )
            )  # fmt: skip
        elif _worth_saying(row, one, held):
            write[person][one.fact] = one.value
    Difference.objects.bulk_create(waits)
    states = _state(actor, row, home, write)
    return {"facts": states, "differences": len(waits)}


def _worth_saying(row: Visit, one: v.Stated, held: Known | None) -> bool:
    """Not what was only left standing in the form, nor what the registry knows from a later day."""
    if held is None:
        return True
    new = held.value != one.value or not one.question.item.prefill
    return new and (held.as_of is None or held.as_of <= row.visited_on)


def _reason(row: Visit, home: Home, one: v.Stated, held: Known | None, confirms: bool) -> str:
    """Why a fact is not written at once; "" where it is."""
    bureau = next((s for s in home.subjects[one.question.person].said(one.fact) if s.statement.source == BUREAU), None)
    if bureau is not None and not bureau.withdrawn and bureau.value is not None and bureau.value != one.value:
        return "bureau"
    if held is None or held.value == one.value:
        return ""
    if held.as_of is not None and held.as_of > row.visited_on:
        return "newer"
    return "" if confirms else "second"


def _state(actor: Actor, row: Visit, home: Home, write: Mapping[str, Mapping[str, Any]]) -> int:
    """Statements of source `survey` as of the day of the visit. Raises Invalid where a value is none of its field."""
    origin = registry.Origin(actor, SOURCE, row.visited_on, batch=f"visit:{row.pk}", note=row.number)
    people = registry.locked_persons([number for number in write if number])
    entries: list[audit.Entry] = []
    subjects = {"households": [("", home.household)], "persons": sorted(people.items())}
    for table, held in subjects.items():
        changes = []
        for number, one in held:
            values = write.get(number)
            if values:
                registry.check_values(table, values)
                changes.append(registry.Change(one, values))  # type: ignore[arg-type]
        entries += registry.state(changes, origin)
    if entries:
        audit.record_bulk(actor, events.STATED, subject(row), f"visit:{row.pk}", entries)
    return sum(map(len, write.values()))
