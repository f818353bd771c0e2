"""Rows that only say where they lie go along when areas change: one UPDATE for each move, for every app above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from bangfu.office.areas.movers import Move
from bangfu.office.areas.wall import everywhere


def count_following(rows: QuerySet[Any], moves: Sequence[Move], group: Any = None) -> int:
    """How many rows `follow` would give another code."""
    with everywhere():
        return sum(part.count() for part, _ in _parts(rows, moves, "area_code", group))


def follow(rows: QuerySet[Any], moves: Sequence[Move], *, column: str = "area_code", group: Any = None) -> int:
    """Give rows that lie in what moves their new code; returns how many.

    `group`: an expression for the group of the household that a row is about, which tells what goes when a village is
    split by groups. Without it such rows stay where they are.
    """
    with everywhere():  # who maintains areas need not see these rows; the wall in the database must not hide any here
        return sum(part.update(**{column: new}) for part, new in _parts(rows, moves, column, group))


def _parts(rows: QuerySet[Any], moves: Sequence[Move], column: str, group: Any) -> list[tuple[QuerySet[Any], str]]:
    found = []
    for move in moves:
        part = rows.filter(**{column: move.old})
        if move.groups is None:
            found.append((part, move.new))
        elif group is not None:
            inside = part.alias(_group=group).filter(_group__in=move.groups).values_list("pk", flat=True)
            found.append((rows.filter(pk__in=list(inside)), move.new))
    return found
