"""The core's worklist workbook for one area, made when somebody asks: names come from the registry of that moment."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from bangfu.core.rulebook.model import Label
from bangfu.core.screening.labels import HouseholdLabel, PersonLabel, VillageLabel
from bangfu.core.screening.worklists import write_worklists
from bangfu.core.screening.worklists_results import PreviousRun, RunResults
from bangfu.core.values.text import mask
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import api as registry
from bangfu.office.runs import events, folders
from bangfu.office.runs.explaining import STARS, hidden_facts
from bangfu.office.runs.models import DONE, Finding, Run
from bangfu.office.runs.queries import VIEW
from bangfu.office.runs.rules import RulesGone, book_of, reason, titles_of_run

PART = 900


@dataclass(frozen=True)
class AreaResults(RunResults):
    """A run's results without the rows of other areas' households, and without values about health."""

    only: frozenset[str] | None = field(default=None)
    plain: Callable[[dict[str, Any]], dict[str, Any]] = field(default=dict)

    def rows(self, name: str, columns: list[str]) -> Iterator[dict[str, Any]] | None:
        """The rows of one output that are about the area."""
        found = super().rows(name, columns)
        if found is None:
            return None
        only = self.only
        return (self.plain(row) for row in found if only is None or str(row["household_no"]) in only)


class WithoutHealth:
    """Takes values about health out of a row's texts: a workbook goes from hand to hand, the clause and its law suffice."""

    def __init__(self, run: Run) -> None:
        self.titles = titles_of_run(run)
        try:
            book = book_of(run)
        except RulesGone:
            labels = {""}
        else:
            hidden = hidden_facts(book)
            labels = {fact.label.zh for fact in book.facts.values() if fact.name in hidden and fact.label.zh}
        words = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
        self.values = re.compile(f"({words})[ ：=](?!空)[^；]*")

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row; its reason in words without values where it told one, its fields starred out."""
        if row.get("reason_zh") and self.values.search(row["reason_zh"]):
            reasons = {name: row[name] for name in ("failed", "unknown", "missing") if row[name]}
            line = Finding(definition=row["policy"], status=row["status"] or "", reasons=reasons)
            return {**row, "reason_zh": reason(self.titles, line, "zh")}
        if row.get("fields"):
            return {**row, "fields": self.values.sub(rf"\1={STARS}", row["fields"])}
        return row


@dataclass
class RegistryDirectory:
    """Names by number from the registry, within one area; ID numbers and telephones masked."""

    households: dict[str, HouseholdLabel]
    persons: dict[str, PersonLabel]
    names: dict[str, str]

    def household(self, number: object) -> HouseholdLabel:
        """Who the household is."""
        return self.households.get(str(number), HouseholdLabel())

    def person(self, number: object) -> PersonLabel:
        """Who the person is."""
        return self.persons.get(str(number), PersonLabel())

    def village(self, code: str) -> VillageLabel:
        """The names of a village and its township."""
        township = self.names.get(code[:9], code[:9])
        return VillageLabel(township if len(code) == 9 else self.names.get(code, code), township)


def workbook(*, actor: Actor, run: Run, area_code: str) -> tuple[str, bytes]:
    """Name and content of the workbook of a county, township or village. Raises OutOfReach elsewhere; logged."""
    inside = area_code == run.area_code or (area_code.startswith(run.area_code) and len(area_code) in (9, 12))
    if not (inside and actor.may(VIEW, area_code)) or run.status != DONE:
        raise OutOfReach(VIEW, area_code[:12])
    known = dict(areas.within((area_code,)).values_list("code", "name"))
    known.update(areas.names([area_code[:9], area_code]))
    if len(area_code) > len(run.area_code) and area_code not in known:
        raise OutOfReach(VIEW, area_code[:12])
    whole = area_code == run.area_code
    lines = Finding.objects.filter(areas.inside((area_code,)), run=run)
    numbers = frozenset(lines.exclude(household_number="").values_list("household_number", flat=True))
    persons = frozenset(lines.exclude(person_number="").values_list("person_number", flat=True))
    directory = RegistryDirectory(_households(actor, lines, numbers), _persons(actor, persons), known)
    results = AreaResults(
        folder=folders.results(run.pk),
        as_of=run.as_of,
        run_id=f"{run.rulebook_name}-{run.as_of.isoformat()}",
        county=Label(known[area_code], known[area_code]) if whole else Label(),
        rulebook=f"{run.rulebook_name} {run.rulebook_version}",
        village_households={code: 0 for code in known if len(code) == 12},
        previous=_previous(run),
        only=None if whole else numbers,
        plain=WithoutHealth(run),
    )
    with tempfile.TemporaryDirectory(prefix="bangfu-", dir=folders.of_run(run.pk)) as scratch:
        wanted = {"" if whole else area_code}
        path = write_worklists(results, directory, titles_of_run(run), Path(scratch), only=wanted)[0]
        content = path.read_bytes()
    subject = audit.Subject("run", str(run.pk), area_code)
    audit.record(actor, events.WORKLIST_TAKEN, subject, after={"run": run.pk, "households": len(numbers)})
    name = _("核查清单_%(place)s_%(day)s.xlsx") % {"place": known[area_code], "day": f"{run.as_of:%Y-%m}"}
    return name, content


def _previous(run: Run) -> PreviousRun | None:
    before: date | None = run.previous.as_of if run.previous else None
    return PreviousRun(before, ()) if before else None


def _parts(numbers: frozenset[str]) -> Iterator[list[str]]:
    ordered = sorted(numbers)
    for start in range(0, len(ordered), PART):
        yield ordered[start : start + PART]


def _households(actor: Actor, lines: Any, numbers: frozenset[str]) -> dict[str, HouseholdLabel]:
    """The village is the run's, since a household may have moved since."""
    places = dict(lines.values_list("household_number", "area_code"))
    found = {number: HouseholdLabel(region_code=place) for number, place in places.items() if number}
    for part in _parts(numbers):
        for row in registry.households(actor).filter(number__in=part).select_related("key"):
            phone = _opened(row, "phone", row.phone_sealed)
            found[row.number] = HouseholdLabel(row.head_name, places[row.number], row.group_name, _masked_phone(phone))
    return found


def _persons(actor: Actor, numbers: frozenset[str]) -> dict[str, PersonLabel]:
    found = {}
    for part in _parts(numbers):
        for row in registry.persons(actor).filter(number__in=part).select_related("key"):
            found[row.number] = PersonLabel(row.name, mask(_opened(row, "id", row.id_sealed)))
    return found


def _opened(row: Any, label: str, sealed: bytes | None) -> str:
    try:
        return row.key.unseal(label, sealed) or ""
    except Erased:
        return ""


def _masked_phone(text: str) -> str:
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 11 else ""
