"""How a complaint goes: a small state machine, pure. Actions and pages ask it what may happen; a property test walks it.

received → accepted → answered → closed; a complaint that is not taken up is refused with reasons, then closed. It may be
assigned, extended once, sent up to the county, and reviewed once: by another person than who answered first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

RECEIVED, ACCEPTED, ANSWERED, REFUSED, CLOSED = "received", "accepted", "answered", "refused", "closed"
STATES = (RECEIVED, ACCEPTED, ANSWERED, REFUSED, CLOSED)
TOWNSHIP, COUNTY = "township", "county"


@dataclass(frozen=True)
class Move:
    """From which states, to which (None: it stays), and whether words must come with it."""

    sources: tuple[str, ...]
    target: str | None
    words: bool = False


MOVES: Mapping[str, Move] = {
    "accept": Move((RECEIVED,), ACCEPTED),
    "refuse": Move((RECEIVED,), REFUSED, words=True),
    "assign": Move((RECEIVED, ACCEPTED), None),
    "extend": Move((ACCEPTED,), None, words=True),
    "escalate": Move((RECEIVED, ACCEPTED), None, words=True),
    "answer": Move((ACCEPTED,), ANSWERED, words=True),
    "review": Move((ANSWERED,), ACCEPTED, words=True),
    "close": Move((ANSWERED, REFUSED), CLOSED),
}


@dataclass(frozen=True)
class Standing:
    """Where a complaint is. `level` is whose office has it; `answered_by` are the keys of who answered so far."""

    state: str = RECEIVED
    level: str = TOWNSHIP
    extended: bool = False
    reviewed: bool = False
    answered_by: tuple[str, ...] = ()

    @property
    def clock(self) -> str:
        """Which clock runs: `accept`, `answer`, `review`, or none."""
        if self.state == RECEIVED:
            return "accept"
        if self.state == ACCEPTED:
            return "review" if self.reviewed else "answer"
        return ""


def problem(now: Standing, name: str, by: str, words: str = "") -> str:
    """Why a move may not happen, as a word of PROBLEMS; empty where it may."""
    move = MOVES.get(name)
    if move is None or now.state not in move.sources:
        return "not_now"
    if move.words and not words.strip():
        return "no_words"
    if name == "extend" and (now.extended or now.reviewed):
        return "extended_already"
    if name == "escalate" and now.level == COUNTY:
        return "at_the_top"
    if name == "review" and now.reviewed:
        return "reviewed_already"
    if name == "answer" and by in now.answered_by:
        return "answered_before"
    return ""


PROBLEMS = ("not_now", "no_words", "extended_already", "at_the_top", "reviewed_already", "answered_before")


def moved(now: Standing, name: str, by: str) -> Standing:
    """After a move against which nothing stands."""
    target = MOVES[name].target
    after = replace(now, state=target) if target else now
    if name == "extend":
        return replace(after, extended=True)
    if name == "escalate":
        return replace(after, level=COUNTY)
    if name == "review":
        return replace(after, reviewed=True, level=COUNTY)
    if name == "answer":
        return replace(after, answered_by=(*now.answered_by, by))
    return after
