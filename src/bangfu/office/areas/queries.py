"""Reading the tree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from bangfu.office.areas.codes import inside
from bangfu.office.areas.models import Area


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


def path(code: str, on: date | None = None) -> list[Area]:
    """The areas from the top down to this one."""
    prefixes = [code[:digits] for digits in (2, 4, 6, 9, 12) if digits <= len(code)]
    return list(current(on).filter(code__in=prefixes).order_by("code"))
