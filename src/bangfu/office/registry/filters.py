"""What a list is asked for in its address: conditions, order, columns. A wrong condition is named, never ignored.

The same object makes the page, its count, the export and the choice of a bulk action, so that these agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.values.text import squeeze
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.registry import queries
from bangfu.office.registry.columns import HOUSEHOLD_COLUMNS, PERSON_COLUMNS, Column
from bangfu.office.registry.models import Household, Person, StatusEpisode
from bangfu.office.registry.searching import looks_personal, prefix
from bangfu.office.registry.vocabularies import words

UNKNOWN = "unknown"
"""The choice of those of whom it is not known."""
IGNORED = ("page", "size", "columns", "csrfmiddlewaretoken", "saved")


class KnownFirst(Func):
    """A number for ordering: what is not known comes last in either direction."""

    template = "COALESCE(%(expressions)s, 9000000000000000000)"
    output_field = Household._meta.get_field("per_capita_fen")


class Place(Func):
    """An area code that SQLite does not look up by index, for lists of a whole county in another order than the index's."""

    template = "%(expressions)s || ''"
    output_field = Household._meta.get_field("area_code")


WIDE = 6
"""Digits of areas so wide that most rows of an installation lie in them."""


@dataclass(frozen=True)
class Asked:
    """What a list was asked for: the rows, the columns that order them, the columns shown, and what was wrong."""

    rows: QuerySet[Any]
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    conditions: int = 0
    walked: QuerySet[Any] | None = None
    """The same rows, asked for so that the database walks the index of the order; `rows` is what counts them."""

    @property
    def good(self) -> bool:
        """True where everything was understood."""
        return not self.errors


@dataclass
class _Reader:
    """Reads parameters and keeps what was wrong."""

    query: QueryDict
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.query.get(name, "").strip()
        if value:
            self.values[name] = value
        return value

    def number(self, name: str, scale: int = 1) -> int | None:
        text = self.text(name).replace(",", "").replace("，", "")
        if not text:
            return None
        digits = text.removeprefix("-")
        if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
            self.errors[name] = _("请填整数")
            return None
        return int(text) * scale

    def choice(self, name: str, vocabulary: str, *more: str) -> str:
        code = self.text(name)
        if code and code not in more and code not in {w.code for w in words().choices(vocabulary)}:
            held = words().word(vocabulary, code)
            if held.label() == code and not held.ended:
                self.errors[name] = _("没有这个选项：%s") % code
                return ""
        return code

    def span(self, name: str, scale: int = 1) -> tuple[int | None, int | None]:
        low, high = self.number(f"{name}_min", scale), self.number(f"{name}_max", scale)
        if low is not None and high is not None and low > high:
            self.errors[f"{name}_max"] = _("上限应不小于下限")
        return low, high


def years_before(on: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes 1 March."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return date(on.year - years, 3, 1)


def born(low: int | None, high: int | None, on: date) -> Q:
    """The condition that a person is between two ages, both included, on a day."""
    found = Q()
    if low is not None:
        found &= Q(birth_date__lte=years_before(on, low))
    if high is not None:
        found &= Q(birth_date__gt=years_before(on, high + 1))
    return found


def _between(name: str, low: int | None, high: int | None) -> Q:
    found = Q()
    if low is not None:
        found &= Q(**{f"{name}__gte": low})
    if high is not None:
        found &= Q(**{f"{name}__lte": high})
    return found


def _area(reader: _Reader, actor: Actor) -> str:
    """The area asked for, empty for none. Raises OutOfReach."""
    code = reader.text("area")
    if not code:
        return ""
    if not (code.isascii() and code.isdigit()) or len(code) not in areas.DIGITS.values():
        reader.errors["area"] = _("没有这个区划：%s") % code
        return ""
    held = actor.areas(queries.VIEW)
    # an area above the actor's own means all of the own area: the limit of the rows does the rest
    if not areas.covers(held, code) and not any(own.startswith(code) for own in held):
        raise OutOfReach(queries.VIEW, code)
    return code


def _limit(actor: Actor, permissions: tuple[str, ...], area: str, column: str = "area_code") -> Q:
    """The areas where the actor holds every permission, narrowed to an area. Of two ranges SQLite uses one only, and
    not the narrower, so an area that lies within the actor's own stands alone."""
    found = areas.inside([area], column) if area else Q()
    for permission in permissions:
        if not area or not areas.covers(actor.areas(permission), area):
            found &= actor.limit(permission, column)
    return found


_ANY = Q(monitored_kind="") | Q(monitored_kind="none")


def _household_text(reader: _Reader) -> Q:
    text = squeeze(reader.text("text"))
    if not text:
        return Q()
    if looks_personal(text):
        reader.errors["text"] = _("证件号码和电话请用页面上方的查找框")
        return Q()
    return prefix("number", text) if text.isdigit() else prefix("head_name", text)


def _household_conditions(reader: _Reader, actor: Actor, on: date) -> list[Q]:
    found = [_household_text(reader)]
    if kind := reader.choice("type", "household_type", UNKNOWN):
        found.append(Q(household_type="" if kind == UNKNOWN else kind))
    monitored = reader.choice("monitored", "monitored_kind", "any", UNKNOWN)
    if monitored == "any":
        found.append(~_ANY)
    elif monitored:
        found.append(Q(monitored_kind="" if monitored == UNKNOWN else monitored))
    if cause := reader.choice("cause", "poverty_cause", UNKNOWN):
        found.append(Q(poverty_cause=None) if cause == UNKNOWN else Q(poverty_cause=cause))
    if risk := reader.choice("risk", "risk", UNKNOWN):
        found.append(Q(risk_1=None) if risk == UNKNOWN else Q(risk_1=risk) | Q(risk_2=risk))
    found.append(_between("person_count", *reader.span("members")))
    income = reader.text("income")
    if income == UNKNOWN:
        found.append(Q(per_capita_fen=None))
    elif income:
        reader.errors["income"] = _("没有这个选项：%s") % income
    found.append(_between("per_capita_fen", *reader.span("income", 100)))
    if status := reader.choice("status", "status_kind"):
        held = StatusEpisode.objects.filter(actor.limit(queries.VIEW), kind=status)
        held = held.filter(Q(start=None) | Q(start__lte=on)).filter(Q(end=None) | Q(end__gt=on))
        found.append(Q(pk__in=held.values("household")))
    low, high = reader.span("age")
    if low is not None or high is not None:
        found.append(Q(Exists(Person.objects.filter(born(low, high, on), household=OuterRef("pk"), left_on=None))))
    files = reader.text("files") or "open"
    if files not in ("open", "closed", "all"):
        reader.errors["files"] = _("没有这个选项：%s") % files
    elif files != "all":
        found.append(Q(closed_on__isnull=files == "open"))
    return found


HOUSEHOLD_SORTS = {
    "village": ("area_code", "number"),
    "head": ("head_name", "number"),
    "members": ("person_count", "area_code", "number"),
    "-members": ("fewer", "area_code", "number"),
    "income": ("income_up", "area_code", "number"),
    "-income": ("income_down", "area_code", "number"),
}
PERSON_SORTS = {
    "village": ("area_code", "number"),
    "name": ("name", "area_code", "number"),
}


def _order(reader: _Reader, sorts: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    # whoever types a name wants it in the order of names, which is also the order of the index
    usual = "name" if "name" in sorts and reader.query.get("text", "").strip() else "village"
    wanted = reader.text("sort") or usual
    if wanted not in sorts:
        reader.errors["sort"] = _("没有这个选项：%s") % wanted
        wanted = usual
    return sorts[wanted]


def _columns(query: QueryDict, known: Mapping[str, Column]) -> tuple[Column, ...]:
    wanted = [name for name in query.getlist("columns") if name in known and known[name].chosen]
    fixed = [column for column in known.values() if not column.chosen]
    free = (column for column in known.values() if column.chosen)
    return (*fixed, *(column for column in free if (column.name in wanted if wanted else column.usual)))


def households_asked(actor: Actor, query: QueryDict, *permissions: str, on: date | None = None) -> Asked:
    """Households by what the address says, inside the areas where the actor holds each permission. Raises OutOfReach."""
    reader, day = _Reader(query), on or timezone.localdate()
    area = _area(reader, actor)
    conditions = _household_conditions(reader, actor, day)
    rows = Household.objects.filter(_limit(actor, (queries.VIEW, *permissions), area))
    order = _order(reader, HOUSEHOLD_SORTS)
    for condition in conditions:
        rows = rows.filter(condition)
    rows = rows.annotate(
        fewer=-F("person_count"), income_up=KnownFirst("per_capita_fen"), income_down=KnownFirst(-F("per_capita_fen"))
    )
    return _asked(reader, rows, order, _columns(query, HOUSEHOLD_COLUMNS))


def persons_asked(actor: Actor, query: QueryDict, *permissions: str, on: date | None = None) -> Asked:
    """Persons likewise."""
    reader, day = _Reader(query), on or timezone.localdate()
    order = _order(reader, PERSON_SORTS)
    area, needed = _area(reader, actor), (queries.VIEW, *permissions)
    rows = Person.objects.annotate(place=Place("area_code"))
    text = squeeze(reader.text("text"))
    if text and looks_personal(text):
        reader.errors["text"] = _("证件号码和电话请用页面上方的查找框")
    elif text:
        rows = rows.filter(prefix("number", text) if text.isdigit() else prefix("name", text))
    if sex := reader.choice("sex", "sex", UNKNOWN):
        rows = rows.filter(sex="" if sex == UNKNOWN else sex)
    if relation := reader.choice("relation", "relation", UNKNOWN):
        rows = rows.filter(relation="" if relation == UNKNOWN else relation)
    low, high = reader.span("age")
    if reader.text("birth") == UNKNOWN:
        rows = rows.filter(birth_date=None)
    elif reader.text("birth"):
        reader.errors["birth"] = _("没有这个选项：%s") % reader.text("birth")
    rows = rows.filter(born(low, high, day))
    files = reader.text("files") or "open"
    if files not in ("open", "closed", "all"):
        reader.errors["files"] = _("没有这个选项：%s") % files
    elif files != "all":
        rows = rows.filter(left_on__isnull=files == "open")
    asked = _asked(reader, rows.filter(_limit(actor, needed, area)), order, _columns(query, PERSON_COLUMNS))
    if order[0] != "name" or area or any(len(code) > WIDE for code in actor.areas(queries.VIEW)):
        return asked
    return replace(asked, walked=_asked(reader, rows.filter(_limit(actor, needed, area, "place")), order, ()).rows)


def _asked(reader: _Reader, rows: QuerySet[Any], order: tuple[str, ...], columns: tuple[Column, ...]) -> Asked:
    if reader.errors:
        rows = rows.none()
    count = sum(1 for name in reader.values if name != "sort")
    return Asked(rows, order, columns, reader.values, reader.errors, count)


def kept(query: QueryDict) -> str:
    """The part of an address that a saved filter keeps: everything but the page."""
    copy = query.copy()
    for name in ("page", "csrfmiddlewaretoken", "saved"):
        copy.pop(name, None)
    for name in list(copy):
        copy.setlist(name, [value for value in copy.getlist(name) if value])
    return copy.urlencode()
