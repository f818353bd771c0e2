"""Reads of the runs. Each takes the actor: no line, count, choice or name lies outside the actor's area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Substr

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.registry import api as registry
from bangfu.office.runs.models import DONE, ERRORS, GONE, KINDS, Finding, Run, Tally

VIEW = "runs.view"
LEVELS = (2, 4, 6, 9, 12)
ORDER = ("area_code", "household_number", "id")


def _touching(prefixes: Iterable[str]) -> Q:
    """Runs whose area lies in one of the areas, or holds one of them."""
    wanted = tuple(prefixes)
    above = {prefix[:digits] for prefix in wanted for digits in LEVELS if digits <= len(prefix)}
    return areas.inside(wanted) | Q(area_code__in=above)


def runs(actor: Actor) -> QuerySet[Run]:
    """Runs that cover some of the actor's area."""
    return Run.objects.filter(_touching(actor.areas(VIEW)))


def run(actor: Actor, pk: int) -> Run:
    """One run. Raises OutOfReach where it covers nothing of the actor's area, and where there is none."""
    found = runs(actor).select_related("previous").filter(pk=pk).first()
    if found is None:
        raise OutOfReach(VIEW)
    return found


def latest(actor: Actor) -> Run | None:
    """The run that ended last, of the latest day, in the actor's area."""
    return runs(actor).filter(status=DONE).order_by("-as_of", "-id").first()


def finished(actor: Actor, most: int = 24) -> list[Run]:
    """The runs that came to their end, the newest first."""
    return list(runs(actor).filter(status=DONE).select_related("previous").order_by("-as_of", "-id")[:most])


@dataclass(frozen=True)
class Filters:
    """What of a run is shown. `area` is a code's beginning; `change` `todo` means all but what is gone."""

    kind: str = ""
    definition: str = ""
    area: str = ""
    change: str = ""
    household: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """From a query string."""
        names = ("kind", "definition", "area", "change", "household")
        return cls(**{name: (query.get(name) or "").replace("\0", "").strip()[:60] for name in names})

    def narrowing(self) -> Q:
        """The condition for lines and tallies, without the number of the household."""
        wanted = ~Q(change=GONE) if not self.change else Q(change=self.change)
        if self.kind:
            wanted &= Q(kind=self.kind)
        if self.definition:
            wanted &= Q(definition=self.definition)
        if self.area:
            wanted &= areas.inside((self.area,)) if self.area.isascii() and self.area.isdigit() else Q(pk__in=[])
        return wanted


def findings(actor: Actor, run: Run, filters: Filters | None = None, permission: str = VIEW) -> QuerySet[Finding]:
    """Lines of a run in the actor's area; none where the run is not done. Raises OutOfReach for an area elsewhere."""
    wanted = filters or Filters()
    _reach(actor, wanted.area, permission)
    if run.status != DONE:
        return Finding.objects.none()
    rows = Finding.objects.filter(actor.limit(permission), wanted.narrowing(), run=run)
    if wanted.household:
        first = wanted.household
        if not first.isascii():
            return rows.none()
        # a range uses the index on both databases, LIKE does not on SQLite
        rows = rows.filter(household_number__gte=first, household_number__lt=first[:-1] + chr(ord(first[-1]) + 1))
    return rows


def finding(actor: Actor, run: Run, pk: int) -> Finding:
    """One line. Raises OutOfReach where it lies elsewhere, and where there is none."""
    found = Finding.objects.filter(run=run, pk=pk).first() if run.status == DONE else None
    if found is None or not actor.may(VIEW, found.area_code):
        raise OutOfReach(VIEW, found.area_code if found else "")
    return found


def tallies(actor: Actor, run: Run, filters: Filters | None = None) -> QuerySet[Tally]:
    """Counts of a run in the actor's area."""
    wanted = filters or Filters()
    _reach(actor, wanted.area, VIEW)
    if run.status != DONE:
        return Tally.objects.none()
    return Tally.objects.filter(actor.limit(VIEW), wanted.narrowing(), run=run)


def total(actor: Actor, run: Run, filters: Filters) -> int:
    """How many lines; added up from the counts where no household is asked for."""
    if filters.household:
        return findings(actor, run, filters).count()
    return int(tallies(actor, run, filters).aggregate(n=Sum("lines"))["n"] or 0)


def _reach(actor: Actor, area: str, permission: str) -> None:
    """An area that is asked for must lie in the actor's, or hold some of it."""
    own = actor.areas(permission)
    if area and not any(area.startswith(prefix) or prefix.startswith(area) for prefix in own):
        raise OutOfReach(permission, area[:12])


def counts(actor: Actor, found: Iterable[Run]) -> dict[int, dict[str, int]]:
    """Lines by run and kind in the actor's area, without what is gone. One query."""
    rows = Tally.objects.filter(actor.limit(VIEW), ~Q(change=GONE), run__in=list(found), run__status=DONE)
    held: dict[int, dict[str, int]] = {}
    for run_pk, kind, n in rows.values_list("run", "kind").annotate(n=Sum("lines")).order_by():
        held.setdefault(run_pk, {})[kind] = n
    return held


# -- the table of policies and areas ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """An area of the table, and whether one can go further down."""

    code: str
    name: str
    leaf: bool


@dataclass
class Line:
    """A row: a definition of one kind, lines by area, and in all."""

    kind: str
    definition: str
    by_area: dict[str, int] = field(default_factory=dict)
    total: int = 0


@dataclass(frozen=True)
class Table:
    """What one sees of a run from one area: where it is, what lies beneath, counts by kind, new ones, and the rows."""

    code: str
    path: list[Place]
    places: list[Place]
    kinds: dict[str, int]
    fresh: dict[str, int]
    lines: list[Line]


def scope(actor: Actor, run: Run, area: str) -> str:
    """The area that is looked at: the one asked for, else the actor's own, else the run's; empty for several."""
    if area:
        return area
    own = [
        prefix for prefix in actor.areas(VIEW) if prefix.startswith(run.area_code) or run.area_code.startswith(prefix)
    ]
    if any(run.area_code.startswith(prefix) for prefix in own):
        return run.area_code
    return own[0] if len(own) == 1 else ""


def table(actor: Actor, run: Run, filters: Filters) -> Table:
    """Counts by definition and by the areas next below. A handful of queries, whatever the size of the run."""
    code = scope(actor, run, filters.area)
    below = next((digits for digits in LEVELS if digits > len(code or run.area_code)), 12)
    rows = tallies(actor, run, Filters(area=code, kind=filters.kind, definition=filters.definition))
    sums = rows.annotate(part=Substr("area_code", 1, below)).values_list("kind", "definition", "part", "change")
    lines: dict[tuple[str, str], Line] = {}
    fresh: dict[str, int] = {}
    for kind, definition, part, change, n in sums.annotate(n=Sum("lines")).order_by():
        line = lines.setdefault((kind, definition), Line(kind, definition))
        line.by_area[part] = line.by_area.get(part, 0) + n
        line.total += n
        if change == "new":
            fresh[kind] = fresh.get(kind, 0) + n
    order = [kind for kind, _ in KINDS]
    ready = sorted(lines.values(), key=lambda line: (order.index(line.kind), -line.total, line.definition))
    whole = tallies(actor, run, Filters(area=code)).values_list("kind").annotate(n=Sum("lines")).order_by()
    return Table(code, *_places(actor, run, code, below, ready), dict(whole), fresh, ready)


def _places(actor: Actor, run: Run, code: str, below: int, lines: list[Line]) -> tuple[list[Place], list[Place]]:
    """The way down to the area within the actor's reach, and the areas beneath, those without a line too."""
    steps = [code[:digits] for digits in LEVELS if len(run.area_code) <= digits <= len(code)]
    own = actor.areas(VIEW)
    steps = [step for step in steps if any(step.startswith(prefix) for prefix in own)]
    found = {part for line in lines for part in line.by_area}
    names: dict[str, str] = {}
    if len(code) < 12:
        level = {digits: name for name, digits in areas.DIGITS.items()}[below]
        known = areas.current().filter(actor.limit(VIEW, "code") | Q(code__in=own), level=level)
        names = dict(known.filter(areas.inside((code or run.area_code,), "code")).values_list("code", "name"))
    asked = areas.names([*steps, *(found - set(names))])
    names = {**asked, **names}
    places = (
        [] if len(code) >= 12 else [Place(c, names[c], len(c) >= 12) for c in sorted(set(names) - set(steps) | found)]
    )
    return [Place(step, names[step], False) for step in steps], places


@dataclass(frozen=True)
class PlaceCounts:
    """An area with its lines by kind, and the share of the fullest area's errors, 0 to 100, for a bar."""

    code: str
    name: str
    by_kind: dict[str, int]
    errors: int
    share: int


def by_place(actor: Actor, run: Run) -> list[PlaceCounts]:
    """The areas next below the actor's with most wrong answers first. Two queries."""
    code = scope(actor, run, "")
    below = next((digits for digits in LEVELS if digits > len(code or run.area_code)), 12)
    sums = tallies(actor, run).annotate(part=Substr("area_code", 1, below)).values_list("part", "kind")
    found: dict[str, dict[str, int]] = {}
    for part, kind, n in sums.annotate(n=Sum("lines")).order_by():
        found.setdefault(part, {})[kind] = n
    errors = {part: sum(kinds.get(kind, 0) for kind in ERRORS) for part, kinds in found.items()}
    most = max(errors.values(), default=0) or 1
    named = areas.names(found)
    rows = [PlaceCounts(c, named[c], found[c], errors[c], round(100 * errors[c] / most)) for c in found]
    return sorted(rows, key=lambda row: (-row.errors, row.code))


# -- names at display ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """Names beside the numbers of some lines, from the registry of today."""

    heads: Mapping[str, str]
    persons: Mapping[str, str]
    areas: Mapping[str, str]


def names(actor: Actor, rows: Iterable[Finding], known: Mapping[str, str] | None = None) -> Names:
    """Heads, persons, villages and townships of some lines. Three queries; two where `known` names the areas."""
    lines = list(rows)
    heads = registry.households(actor).filter(number__in={line.household_number for line in lines} - {""})
    persons = registry.persons(actor).filter(number__in={line.person_number for line in lines} - {""})
    codes = {line.area_code for line in lines}
    return Names(
        dict(heads.values_list("number", "head_name")),
        dict(persons.values_list("number", "name")),
        {code: code for code in codes} | dict(known)
        if known is not None
        else areas.names(codes | {c[:9] for c in codes}),
    )


def definitions(actor: Actor, run: Run) -> list[tuple[str, str]]:
    """(kind, id) of everything with a line in the actor's area, for the choice in the list."""
    rows: Any = tallies(actor, run, Filters()).values_list("kind", "definition").distinct().order_by("definition")
    order = [kind for kind, _ in KINDS]
    return sorted(rows, key=lambda pair: order.index(pair[0]))


def places(actor: Actor, run: Run) -> list[Place]:
    """Townships and villages of the run within the actor's area, for the choice in the list."""
    own = Q()
    for prefix in actor.areas(VIEW):
        own |= Q(code__in=[prefix[:digits] for digits in (6, 9) if digits <= len(prefix)])
    known = areas.within((run.area_code,)).filter(
        actor.limit(VIEW, "code") | own, level__in=("county", "township", "village")
    )
    return [Place(code, name, len(code) == 12) for code, name in known.order_by("code").values_list("code", "name")]
