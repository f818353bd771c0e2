"""Where cases stand: by place, by step, by day; how long steps take; what became of both errors. All within the actor's area."""

from __future__ import annotations

import calendar as months_of
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.utils import timezone

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import engine, queries
from bangfu.office.casework.models import Case, OpenStep, StepPassed
from bangfu.office.casework.queries import SOON, VIEW, Filters, whose
from bangfu.office.pages.language import reader_language
from bangfu.office.runs import api as runs

YEAR = timedelta(days=365)
"""How far back the figures of how long steps take go."""
LISTS = ("running", "overdue", "soon", "suspended")


# -- by place --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """An area with how many cases each list holds there, and whether one can go further down."""

    code: str
    name: str
    lists: Mapping[str, int]
    leaf: bool


def places(actor: Actor, filters: Filters) -> list[Place]:
    """The areas next below with their lists; those without a case too. Remembered until somebody writes."""
    digits = queries.below(actor, filters)
    counted = audit.while_unchanged(whose(actor, filters, "places"), lambda: _by_place(actor, filters, digits))
    known = dict(_known(actor, filters, digits))
    names = known | areas.names(set(counted) - set(known))
    blank = dict.fromkeys(LISTS, 0)
    return [Place(code, names[code], blank | counted.get(code, {}), digits >= 12) for code in sorted(names)]


def _known(actor: Actor, filters: Filters, digits: int) -> Iterable[tuple[str, str]]:
    level = next(name for name, count in areas.DIGITS.items() if count == digits)
    found = areas.current().filter(actor.limit(VIEW, "code"), level=level)
    if filters.area:
        found = found.filter(areas.inside((filters.area,), "code"))
    return found.values_list("code", "name")


def _by_place(actor: Actor, filters: Filters, digits: int) -> dict[str, dict[str, int]]:
    today = timezone.localdate()
    rows = queries.cases(actor).filter(filters.narrowing(actor), running=True).order_by()
    wanted = {
        "n_running": Count("pk"),
        "n_overdue": Count("pk", filter=Q(listed_on__lt=today)),
        "n_soon": Count("pk", filter=Q(listed_on__gte=today, listed_on__lte=today + SOON)),
        "n_suspended": Count("pk", filter=~Q(suspended="")),
    }
    found = rows.annotate(part=Substr("area_code", 1, digits)).values("part").annotate(**wanted)
    return {row["part"]: {name: row[f"n_{name}"] for name in LISTS} for row in found}


# -- where it stalls -------------------------------------------------------------------------------------------------


@dataclass
class Stall:
    """A step of a procedure: how many cases are there now and beyond its day; how long it took in the last twelve months.

    `passed` is how many times it was done, `median` and `p90` are working days, None where it was not; `late` of them were late.
    """

    procedure: str
    step: str
    title: str
    label: str
    waiting: int = 0
    overdue: int = 0
    passed: int = 0
    late: int = 0
    median: float | None = None
    p90: float | None = None


def stalls(actor: Actor, filters: Filters) -> list[Stall]:
    """Every step with cases at it or through it, those with most beyond their day first."""
    now, took = _waiting(actor, filters), _took(actor, filters)
    found = []
    for procedure, step in sorted({*now, *took}):
        title, label = titles(procedure, step)
        waiting, overdue = now.get((procedure, step), (0, 0))
        days, late = took.get((procedure, step), ({}, 0))
        found.append(Stall(procedure, step, title, label, waiting, overdue, sum(days.values()), late,
                           quantile(days, 0.5), quantile(days, 0.9)))  # fmt: skip
    return sorted(found, key=lambda one: (-one.overdue, -one.waiting, one.procedure, one.step))


def titles(procedure: str, step: str) -> tuple[str, str]:
    """A procedure and its step in words; their ids where today's rules do not have them."""
    known, language = engine.current().get(procedure), reader_language()
    if known is None:
        return procedure, step
    return known.title.get(language), known.steps[step].title.get(language) if step in known.steps else step


def _waiting(actor: Actor, filters: Filters) -> dict[tuple[str, str], tuple[int, int]]:
    def counted() -> dict[tuple[str, str], tuple[int, int]]:
        rows = OpenStep.objects.filter(_here(actor, filters)).order_by().values_list("procedure", "step")
        late = Count("case", distinct=True, filter=Q(due_on__lt=timezone.localdate(), held=False))
        found = rows.annotate(n=Count("case", distinct=True), late=late)
        return {(procedure, step): (n, late) for procedure, step, n, late in found}

    return audit.while_unchanged(whose(actor, filters, "waiting"), counted)


def _here(actor: Actor, filters: Filters) -> Q:
    """The rows of steps in what is looked at."""
    wanted = actor.limit(VIEW)
    if filters.area:
        Filters(area=filters.area).narrowing(actor)  # refuses what lies elsewhere
        wanted &= areas.inside((filters.area,)) if filters.area.isascii() and filters.area.isdigit() else Q(pk__in=[])
    if filters.procedure:
        wanted &= Q(procedure=filters.procedure)
    return wanted


Took = dict[tuple[str, str], tuple[dict[int, int], int]]


def _took(actor: Actor, filters: Filters) -> Took:
    """How often a step took how many days, month by month: a month that is over is counted once and remembered."""
    today, found = timezone.localdate(), Took()
    first = date(today.year - 1, today.month, 1)
    for number in range(13):
        year, month = divmod(first.month - 1 + number, 12)
        start = date(first.year + year, month + 1, 1)
        for (procedure, step), (days, late) in _month(actor, filters, start, today).items():
            held, before = found.setdefault((procedure, step), ({}, 0))
            for day, n in days.items():
                held[day] = held.get(day, 0) + n
            found[procedure, step] = held, before + late
    return found


def _month(actor: Actor, filters: Filters, start: date, today: date) -> Took:
    from bangfu.office.casework.remembered import for_good

    def counted() -> Took:
        end = start.replace(day=months_of.monthrange(start.year, start.month)[1]) + timedelta(days=1)
        rows = StepPassed.objects.filter(_here(actor, filters), done_on__gte=start, done_on__lt=end).order_by()
        found = Took()
        for procedure, step, days, late, n in rows.values_list("procedure", "step", "days", "late").annotate(
            n=Count("pk")
        ):
            held, before = found.setdefault((procedure, step), ({}, 0))
            held[days] = held.get(days, 0) + n
            found[procedure, step] = held, before + (n if late else 0)
        return found

    key = f"{actor.areas(VIEW)} {filters.area} {filters.procedure} {start}"
    if (start.year, start.month) == (today.year, today.month):
        return audit.while_unchanged(f"passed {key}", counted)
    return for_good(f"passed {key}", counted)


def quantile(days: Mapping[int, int], share: float) -> float | None:
    """The value below which a share of the counted days lies; the median of an even number is the middle of two."""
    total = sum(days.values())
    if not total:
        return None
    place = share * (total - 1)
    low = int(place)
    first, second = _at(days, low), _at(days, min(low + 1, total - 1))
    return first + (second - first) * (place - low)


def _at(days: Mapping[int, int], place: int) -> int:
    for day in sorted(days):
        place -= days[day]
        if place < 0:
            return day
    raise AssertionError("a place beyond the last")


def passed(actor: Actor, filters: Filters, late: bool) -> Any:
    """The steps behind a figure: done in the last twelve months, the longest first."""
    first = timezone.localdate()
    first = date(first.year - 1, first.month, 1)
    rows = StepPassed.objects.filter(_here(actor, filters), step=filters.step, done_on__gte=first)
    return (rows.filter(late=True) if late else rows).select_related("case__household", "case__definition")


# -- both errors -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Error:
    """A kind of wrong answer: how many cases were opened for it, run still, were put right since, or came out otherwise."""

    kind: str
    label: str
    puts_right: str
    opened: int
    running: int
    corrected: int


RIGHT = {"entitled_not_receiving": "grant", "receiving_not_entitled": "stop,reduce", "amount_differs": "grant,reduce"}
"""Which decisions put an error right: who was missed is granted, who was not entitled is stopped or reduced."""


def errors(actor: Actor, filters: Filters) -> list[Error]:
    """Both errors, found and corrected. Remembered until somebody writes."""
    labels = dict(runs.KINDS)

    def counted() -> dict[str, tuple[int, int, int]]:
        found = {}
        place = Filters(area=filters.area).narrowing(actor)
        for kind, decisions in RIGHT.items():
            rows = queries.cases(actor).filter(place, found_as=kind)
            n = rows.aggregate(all=Count("pk"), open=Count("pk", filter=Q(running=True)))
            right = rows.filter(Filters(decided=decisions).narrowing(actor)).count()
            found[kind] = (n["all"], n["open"], right)
        return found

    counts = audit.while_unchanged(whose(actor, Filters(area=filters.area), "errors"), counted)
    return [Error(kind, str(labels[kind]), RIGHT[kind], *counts[kind]) for kind in RIGHT]


# -- by day ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """A day of the calendar: how many of the actor's cases are due, whether it is worked and lies in the month shown."""

    day: date
    due: int
    works: bool
    inside: bool


@dataclass(frozen=True)
class Month:
    """A month in weeks, with its neighbours."""

    first: date
    weeks: list[list[Day]] = field(default_factory=list)

    @property
    def before(self) -> date:
        """The month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        """The month after."""
        return (self.first + timedelta(days=31)).replace(day=1)


def month(actor: Actor, first: date) -> Month:
    """What waits for the actor, by the day on which it is due."""
    weeks = months_of.Calendar().monthdatescalendar(first.year, first.month)
    mine = queries.board(actor, "mine", Filters()).filter(listed_on__gte=weeks[0][0], listed_on__lte=weeks[-1][-1])
    due = dict(mine.order_by().values_list("listed_on").annotate(n=Count("pk")))
    days = engine.calendar()
    rows = [[Day(day, due.get(day, 0), days.works(day), day.month == first.month) for day in week] for week in weeks]
    return Month(first, rows)


MOST_DUE = 500


def due_list(actor: Actor) -> list[tuple[Case, list[str]]]:
    """What waits for the actor and has a day, the next first, with the titles of the steps; at most MOST_DUE."""
    mine = queries.board(actor, "mine", Filters()).exclude(due_on=None).order_by("listed_on", "id")[:MOST_DUE]
    found = list(mine)
    steps: dict[int, dict[str, None]] = {}
    for case, step in OpenStep.objects.filter(case__in=found).order_by("pk").values_list("case", "step"):
        steps.setdefault(case, {})[step] = None
    return [(case, list(steps.get(case.pk, {}))) for case in found]
