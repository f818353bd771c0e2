"""What can happen in a case. Events are immutable facts: who, in which role, when, from which area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

Plain = str | int | bool
"""What the values of a thing are; dates stand in their own field."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who acts: the stable key of the account, the role acted in, the area it holds for, and the bureau."""

    key: str
    role: str
    area: str = ""
    bureau: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something left behind: `ref` names the stored document, photo or record, never its content.

    `on` is its own date (a report's, the day on which a notice was posted). `values` by kind: photos and
    evidence `count`; votes `entitled`, `present`, `in_favour`, `against`, `abstaining`, `relatives_abstained`;
    notice `proof` (the photo's reference); decision `class`, `amount_fen`, `start_month`, and the clause ids
    `failed`, `unknown` separated by spaces.
    """

    id: str
    ref: str
    on: date | None = None
    values: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """Common to all: when, by whom, what was handed in, and any words, which the office keeps."""

    at: datetime
    actor: Actor
    things: tuple[Thing, ...] = ()
    note_ref: str = ""


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """The case begins. `about` is the case appealed against."""

    case: str = ""
    area: str = ""
    matter: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class StepDone(Event):
    """A step came out. `with_persons` are keys of those who acted together; `second` signed a decision besides."""

    step: str = ""
    outcome: str = ""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    with_persons: tuple[str, ...] = ()
    second: str = ""


@dataclass(frozen=True, slots=True)
class Suspended(Event):
    """Every clock stops."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """The reason is gone."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Returned(Event):
    """Sent back for correction, from an open step to an earlier one."""

    step: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Objection(Event):
    """Somebody objects; who that was is not part of the case's events."""


@dataclass(frozen=True, slots=True)
class Barred(Event):
    """Persons who must abstain: near relatives of the household, or who decided what is appealed."""

    persons: tuple[str, ...] = ()
    reason: str = "near_relative"


@dataclass(frozen=True, slots=True)
class Extended(Event):
    """The whole limit is extended once, by what the procedure allows."""


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """The household withdraws."""


@dataclass(frozen=True, slots=True)
class Superseded(Event):
    """Another case of the same household and matter takes over."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """Closed for a reason of the procedure, without a decision."""

    reason: str = ""


EVENTS: Mapping[str, type[Event]] = {
    "opened": Opened,
    "step_done": StepDone,
    "suspended": Suspended,
    "resumed": Resumed,
    "returned": Returned,
    "objection": Objection,
    "barred": Barred,
    "extended": Extended,
    "withdrawn": Withdrawn,
    "superseded": Superseded,
    "closed": Closed,
}
"""Every kind of event by the word that a stored one carries. A decision is a step done that leaves a decision."""
