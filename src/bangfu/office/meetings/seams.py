"""What apps above give and hear: cases that may be put on an agenda, and that a near relative was registered.

They register in site/subscribers.py; this app knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bangfu.office.accounts.api import Actor
from bangfu.office.registry.api import Household


@dataclass(frozen=True)
class Candidate:
    """A matter that waits for a vote: the case's number, its household, what it is about, the procedure's quorum."""

    reference: str
    household: str
    head: str
    title: str
    quorum: str
    least: int


Source = Callable[[Actor, str], list[Candidate]]
"""From an actor and an area's prefix to what waits there."""
Listener = Callable[[Actor, Household, str], None]
"""Is told the household and the account of who must abstain, in the same transaction."""
SOURCES: list[Source] = []
LISTENERS: list[Listener] = []


def register_source(source: Source) -> None:
    """Something above has matters for agendas."""
    if source not in SOURCES:
        SOURCES.append(source)


def register_listener(listener: Listener) -> None:
    """Something above must know who abstains."""
    if listener not in LISTENERS:
        LISTENERS.append(listener)


def candidates(actor: Actor, area_code: str) -> list[Candidate]:
    """Everything that waits for a vote in an area."""
    return [one for source in SOURCES for one in source(actor, area_code)]
