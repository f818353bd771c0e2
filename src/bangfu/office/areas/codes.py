"""Codes as ranges: `code >= low and code < high` uses an index on both databases, LIKE on SQLite does not."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

EVERYWHERE = ""
"""The prefix of a person whose area is the whole installation."""


def bounds(prefix: str) -> tuple[str, str]:
    """The half-open range of codes that begin with a non-empty prefix of digits."""
    if not (prefix.isascii() and prefix.isdigit()):
        raise ValueError(f"an area prefix has digits only: {prefix!r}")
    return prefix, str(int(prefix) + 1).zfill(len(prefix)) if int(prefix) + 1 < 10 ** len(prefix) else prefix + ":"


def minimal(prefixes: Iterable[str]) -> tuple[str, ...]:
    """Prefixes without those that lie in another of them, sorted."""
    kept: list[str] = []
    for prefix in sorted(set(prefixes)):
        if not any(prefix.startswith(other) for other in kept):
            kept.append(prefix)
    return tuple(kept)


def inside(prefixes: Iterable[str], field: str = "area_code") -> Q:
    """A condition that a row's code lies in one of the areas. No area at all matches nothing, never everything."""
    condition = Q(pk__in=[])
    for prefix in minimal(prefixes):
        if prefix == EVERYWHERE:
            return Q()
        low, high = bounds(prefix)
        condition |= Q(**{f"{field}__gte": low, f"{field}__lt": high})
    return condition


def covers(prefixes: Iterable[str], code: str) -> bool:
    """True where a code lies in one of the areas."""
    return any(code.startswith(prefix) for prefix in prefixes)
