"""Reading the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from django.db.models import Q, QuerySet

from bangfu.office.areas.codes import EVERYWHERE, inside
from bangfu.office.areas.models import Area, Boundary, Group, Succession
from bangfu.office.areas.movers import COUNTERS, Counter
from bangfu.office.audit.api import Acting
from bangfu.office.pages.refusals import OutOfReach

VIEW = "areas.view"


class Reaching(Acting, Protocol):
    """An actor as this app needs one: accounts lies above and has the real class."""

    def areas(self, permission: str) -> tuple[str, ...]: ...
    def may(self, permission: str, area_code: str | None = None) -> bool: ...
    def require(self, permission: str, area_code: str | None = None) -> None: ...
    def limit(self, permission: str, field: str = "area_code") -> Q: ...


def current(on: date | None = None) -> QuerySet[Area]:
    """Areas that exist on a day, or now."""
    if on is None:
        return Area.objects.filter(valid_to=None)
    return Area.objects.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))


def within(prefixes: Iterable[str], on: date | None = None) -> QuerySet[Area]:
    """Existing areas inside the given ones."""
    return current(on).filter(inside(prefixes, "code"))


def names(codes: Iterable[str], on: date | None = None) -> dict[str, str]:
    """Names by code; a code that is unknown is its own name."""
    wanted = set(codes)
    found = dict(current(on).filter(code__in=wanted).values_list("code", "name"))
    return {code: found.get(code, code) for code in wanted}


def names_ever(codes: Iterable[str]) -> dict[str, str]:
    """The last name that each code had, whether it is in use or not."""
    wanted = set(codes)
    found = dict(Area.objects.filter(code__in=wanted).order_by("valid_from").values_list("code", "name"))
    return {code: found.get(code, code) for code in wanted}


def path(code: str, on: date | None = None) -> list[Area]:
    """The areas from the top down to this one."""
    prefixes = [code[:digits] for digits in (2, 4, 6, 9, 12) if digits <= len(code)]
    return list(current(on).filter(code__in=prefixes).order_by("code"))


def choices(actor: Reaching, permission: str, levels: Iterable[str] = ()) -> QuerySet[Area]:
    """Existing areas in which something is allowed, for drop-downs."""
    found = current().filter(actor.limit(permission, "code"))
    return found.filter(level__in=list(levels)) if levels else found


def tops(actor: Reaching, permission: str = VIEW) -> list[Area]:
    """Where the actor's tree begins: the areas held, or the topmost of all where everything is held."""
    prefixes = actor.areas(permission)
    if EVERYWHERE in prefixes:
        known = set(current().values_list("code", flat=True))
        roots = [code for code in known if not any(code[:n] in known for n in (2, 4, 6, 9) if n < len(code))]
        return list(current().filter(code__in=roots))
    return list(current().filter(code__in=prefixes))


def area(actor: Reaching, code: str, permission: str = VIEW) -> Area:
    """An area as it is, or as it last was. Raises OutOfReach where it lies elsewhere, and where there is none."""
    rows = Area.objects.filter(code=code)
    found = rows.filter(valid_to=None).first() or rows.order_by("-valid_to").first()
    if found is None or not actor.may(permission, code):
        raise OutOfReach(permission, code if found else "")
    return found


def children(code: str) -> QuerySet[Area]:
    """Existing areas right below."""
    return current().filter(parent_code=code)


def groups(code: str) -> QuerySet[Group]:
    """Groups and natural villages of a village that exist now."""
    return Group.objects.filter(village_code=code, valid_to=None)


def history(code: str) -> tuple[list[Area], list[Succession]]:
    """All rows of a code, and what it came from and went to."""
    rows = list(Area.objects.filter(code=code).order_by("valid_from"))
    return rows, list(Succession.objects.filter(Q(old_code=code) | Q(new_code=code)).order_by("on", "pk"))


def find(actor: Reaching, text: str, limit: int = 50) -> list[Area]:
    """Areas of the actor by name or the beginning of a code."""
    typed = text.strip()
    if not typed:
        return []
    wanted = inside((typed,), "code") if typed.isascii() and typed.isdigit() else Q(name__contains=typed)
    return list(choices(actor, VIEW).filter(wanted).order_by("code")[:limit])


def counters(actor: Reaching) -> list[Counter]:
    """The numbers that the actor may see beside areas."""
    return [counter for counter in COUNTERS.values() if actor.may(counter.permission)]


def counted(actor: Reaching, parent: str, rows: Iterable[Area]) -> Mapping[str, list[int]]:
    """The actor's numbers by code, for areas below `parent`. One query for each counter."""
    found = {row.code: [] for row in rows}
    digits = {len(code) for code in found}
    for counter in counters(actor):
        numbers: dict[str, int] = {}
        for size in digits:
            numbers.update(counter.count(actor, parent, size))
        for code, values in found.items():
            values.append(numbers.get(code, 0))
    return found


def outlines(actor: Reaching, code: str) -> dict[str, Any]:
    """GeoJSON of the areas right below, or of the area itself where those have none."""
    below = [row for row in children(code) if actor.may(VIEW, row.code)]
    shapes = dict(Boundary.objects.filter(code__in=[row.code for row in below]).values_list("code", "geometry"))
    rows = [row for row in below if row.code in shapes]
    if not rows:
        rows = list(current().filter(code=code)) or list(Area.objects.filter(code=code)[:1])
        shapes = dict(Boundary.objects.filter(code=code).values_list("code", "geometry"))
        rows = [row for row in rows if row.code in shapes]
    features = [
        {"type": "Feature", "properties": {"code": row.code, "name": row.name}, "geometry": shapes[row.code]}
        for row in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def has_outline(code: str) -> bool:
    """True where a map would show something."""
    below = children(code).values_list("code", flat=True)
    return Boundary.objects.filter(Q(code=code) | Q(code__in=below)).exists()
