"""Values that are dear to make and hold as long as nobody has written anything: counts of a million rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from bangfu.office.audit.events import KINDS
from bangfu.office.audit.models import Entry

T = TypeVar("T")
_SECONDS = 3600
_LOOKED_THROUGH = 200


def while_unchanged(key: str, make: Callable[[], T]) -> T:
    """What `make` gives, made again only when somebody has written: every write has a row in the log, so no stale value is shown.

    `key` must say everything that the value depends on, the reader's areas too, and nothing personal: the values lie in
    the cache. One query where the value is known.
    """
    last = _last_write()
    place = f"unchanged:{hashlib.sha256(key.encode()).hexdigest()[:40]}"
    held: tuple[int, T] | None = cache.get(place)
    if held is not None and held[0] == last:
        return held[1]
    value = make()
    cache.set(place, (last, value), _SECONDS)
    return value


def _last_write() -> int:
    """The number of the last row that says that something changed; looks and refusals change nothing.

    Only the last rows are looked through: where none of them is a write, the number grows every so many rows all the
    same, so that a write further back is never missed and the query never long.
    """
    rows = Entry.objects.order_by("-pk").values_list("pk", "kind")[:_LOOKED_THROUGH]
    newest = 0
    for pk, kind in rows:
        newest = newest or pk
        known = KINDS.get(kind)
        if known is None or known.sort in ("write", "system"):
            return int(pk)
    return newest - newest % _LOOKED_THROUGH


def count(rows: QuerySet[Any]) -> int:
    """How many rows, remembered by the query itself."""
    plain = rows.order_by()
    try:
        sql, values = plain.query.sql_with_params()
    except EmptyResultSet:
        return 0
    return while_unchanged(f"{sql} {values!r}", plain.count)
