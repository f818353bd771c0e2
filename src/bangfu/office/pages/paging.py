"""Paging by key: the next page begins after the last row of this one, so that page 10,000 is as quick as page 1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Page:
    """Rows of one page, the tokens of its neighbours (None where there are none), and the total where it was asked for."""

    rows: list[Any]
    following: str | None
    previous: str | None
    total: int | None
    size: int

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page_of(
    rows: QuerySet[Any],
    order: tuple[str, ...],
    token: str = "",
    size: int = 25,
    count: bool = True,
    descending: bool = False,
) -> Page:
    """One page of rows ordered by columns that are never null and, together, unique; `descending` for all of them.

    `token` comes from a page before; one that was tampered with means the first page. Two queries with the count, one without.
    """
    size = size if size in SIZES else SIZES[0]
    back, key = _read(token, order)
    total = rows.order_by().count() if count else None
    down = back != descending
    found = rows.order_by(*(f"-{name}" for name in order) if down else order)
    if key:
        found = found.filter(_beyond(order, key, "lt" if down else "gt"))
    part = list(found[: size + 1])
    more, part = len(part) > size, part[:size]
    if back:
        part.reverse()
    following = previous = None
    if part:
        if (back and key) or more:
            following = _token(False, part[-1], order)
        if (back and more) or (not back and key):
            previous = _token(True, part[0], order)
    return Page(part, following, previous, total, size)


def _beyond(order: tuple[str, ...], key: list[Any], side: str) -> Q:
    condition = Q()
    for place in range(len(order)):
        same = Q(**{order[i]: key[i] for i in range(place)})
        condition |= same & Q(**{f"{order[place]}__{side}": key[place]})
    # the first column alone lets both databases start from the index
    return Q(**{f"{order[0]}__{side}e": key[0]}) & condition


def _salt(order: tuple[str, ...]) -> str:
    # a token of another list means nothing here
    return "page:" + ",".join(order)


def _token(back: bool, row: Any, order: tuple[str, ...]) -> str:
    values = [getattr(row, name) for name in order]
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return signing.dumps([back, *plain], salt=_salt(order), compress=False)


def _read(token: str, order: tuple[str, ...]) -> tuple[bool, list[Any]]:
    if not token:
        return False, []
    try:
        back, *key = signing.loads(token, salt=_salt(order))
    except (signing.BadSignature, ValueError):
        return False, []
    return bool(back), key
