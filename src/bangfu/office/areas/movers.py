"""What the tree tells the apps above it: rows that lie in an area move with it, and who counts them.

`areas` knows no app above it. site/subscribers.py registers here what each of them does; a change of the tree calls all of
them inside its own transaction, so that no row is left behind under a code that is no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Move:
    """What lay under `old` lies under `new` from now on; with `groups`, only what lies in groups of these names."""

    old: str
    new: str
    groups: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Mover:
    """What an app does when areas change: its rows' name for people, how many would move, and the moving.

    `move(actor, moves, on)` writes its own audit rows and returns how many rows moved; it runs in the caller's transaction.
    """

    code: str
    label: Any
    count: Callable[[Sequence[Move]], int]
    move: Callable[[Any, Sequence[Move], date], int]


@dataclass(frozen=True)
class Counter:
    """A number shown beside each area, to those who hold `permission`.

    `count(actor, parent, digits)` gives the number by code of `digits` digits, of what the actor may see inside `parent`.
    """

    code: str
    label: Any
    permission: str
    count: Callable[[Any, str, int], Mapping[str, int]]


MOVERS: dict[str, Mover] = {}
COUNTERS: dict[str, Counter] = {}


def register_mover(mover: Mover) -> None:
    """Once for each app and kind of rows."""
    MOVERS[mover.code] = mover


def register_counter(counter: Counter) -> None:
    """Likewise."""
    COUNTERS[counter.code] = counter
