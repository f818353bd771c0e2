"""Pages of households and persons: which rows, then their cells. The number of queries does not grow with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.paging import Page, page_of
from bangfu.office.registry.columns import Cell, Column, Shown
from bangfu.office.registry.filters import Asked
from bangfu.office.registry.models import Household, Person, StatusEpisode
from bangfu.office.registry.vocabularies import words

CHUNK = 1000


@dataclass(frozen=True)
class Line:
    """A row of a list: the record and its cells in the order of the columns."""

    row: Any
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Listing:
    """A page of a list."""

    page: Page
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]


def held_on(on: date) -> Q:
    """The condition that a status is held on a day."""
    return (Q(start=None) | Q(start__lte=on)) & (Q(end=None) | Q(end__gt=on))


def statuses_of(households: Iterable[int], on: date) -> dict[int, list[str]]:
    """Statuses that households (or one of their members) hold on a day, each once, by the household's key."""
    rows = StatusEpisode.objects.filter(household__in=list(households)).filter(held_on(on))
    found: dict[int, list[str]] = {}
    for household, kind in rows.order_by("start", "pk").values_list("household", "kind"):
        held = found.setdefault(household, [])
        if kind not in held:
            held.append(kind)
    return found


def _shown(rows: Sequence[Any], columns: Sequence[Column], on: date, open_: bool = False) -> Shown:
    wanted = {column.name for column in columns}
    names = areas.names({row.area_code for row in rows}) if "village" in wanted else {}
    statuses = statuses_of([row.pk for row in rows], on) if "status" in wanted else {}
    return Shown(names, words(), statuses, on, open_)


def lines_of(rows: Sequence[Any], columns: Sequence[Column], on: date, open_: bool = False) -> tuple[Line, ...]:
    """The cells of rows."""
    shown = _shown(rows, columns, on, open_)
    return tuple(Line(row, tuple(column.cell(row, shown) for column in columns)) for row in rows)


def _whole(model: type[Any], keys: Sequence[int], columns: Sequence[Column]) -> list[Any]:
    rows = model.objects.filter(pk__in=keys)
    if any(column.personal for column in columns):
        rows = rows.select_related("key")
    if model is Person:
        rows = rows.select_related("household")
    by_key = {row.pk: row for row in rows.defer("sealed_facts")}
    return [by_key[key] for key in keys if key in by_key]


def listing(asked: Asked, token: str = "", size: int = 25, on: date | None = None) -> Listing:
    """One page: first the keys, which the list's index alone gives, then the rows."""
    day = on or timezone.localdate()
    model: Any = asked.rows.model
    plain = [name for name in asked.order if name in {f.attname for f in model._meta.concrete_fields}]
    walked = asked.rows if asked.walked is None else asked.walked
    page = page_of(walked.only("pk", *plain), asked.order, token, size, count=False)
    rows = _whole(model, [row.pk for row in page], asked.columns)
    lines = lines_of(rows, asked.columns, day)
    return Listing(Page(rows, page.following, page.previous, count(asked), page.size), lines, asked.columns)


def all_lines(asked: Asked, on: date, open_: bool = False) -> Iterator[Line]:
    """Every row in the order of the list, for an export."""
    keys = list(asked.rows.order_by(*asked.order).values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        rows = _whole(asked.rows.model, keys[start : start + CHUNK], asked.columns)
        yield from lines_of(rows, asked.columns, on, open_)


def count(asked: Asked) -> int:
    """How many rows there are."""
    return audit.count(asked.rows)


def is_household_list(asked: Asked) -> bool:
    """True for households, false for persons."""
    return asked.rows.model is Household
