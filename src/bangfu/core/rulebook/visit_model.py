"""What a form of a home visit says, as plain records. Nothing here reads a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bangfu.core.rulebook.model import Label, Place

ANSWERS = ("yes_no", "choice", "money", "number", "date", "text", "photo")
"""How an item is answered. Money is kept in fen, a date as ISO text, a number as an integer or as text with decimals."""
UNCLEAR = "unclear"
"""The answer of who could not find out. It is neither no nor zero, and establishes nothing."""
SUBJECTS = ("household", "person")
SEVERITIES = ("serious", "minor")
MONITORED, GRADUATED = "monitored", "graduated"
"""Statuses by which visits are due, beside the kinds of status of the registry (低保, 特困 …)."""


@dataclass(frozen=True, slots=True)
class Found:
    """What makes an answer a finding: one of the words `on`. `opens` is the procedure that begins with it, "" for none."""

    on: tuple[str, ...]
    text: Label
    severity: str
    opens: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An item is asked where the item `item` was answered with one of `words`."""

    item: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    `of` is household or person (asked for every member, those of `ages` only where it is given: both ends count). `code` is
    a code list, or `choices` are words of the form's own. `fact` is the field of the registry that the answer establishes.
    `photo` are the answers that need a picture (`always` for any). `each` asks everybody who was met besides the visitor.
    `sum_of` are items of money that together must be this one. `prefill` puts in what the registry knows; an item that can
    be a finding is looked at afresh.
    """

    id: str
    ask: Label
    hint: Label
    answer: str
    of: str
    code: str
    choices: Mapping[str, Label]
    fact: str
    ages: tuple[int, int] | None
    when: Asked | None
    required: bool
    prefill: bool
    photo: tuple[str, ...]
    finding: Found | None
    each: bool
    sum_of: tuple[str, ...]
    cite: str
    place: Place


@dataclass(frozen=True, slots=True)
class Section:
    """Items that stand on one page of the telephone."""

    id: str
    title: Label
    note: Label
    items: tuple[Item, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Every:
    """How often who has the status `status` is visited: the parameter `months` says it."""

    status: str
    months: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a condition of a procedure follows from answers: `all` of these items are yes, or `any` of them is a finding."""

    condition: str
    all: tuple[str, ...]
    any: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """Clauses of a policy that are worked out on the household's page after such a visit."""

    policy: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitForm:
    """A form of a home visit. `definition` is the whole of it as text, `digest` the sha256 of that text.

    The text reads back to an equal form, so that a visit can keep the version by which it was made. `persons` is how many
    go together.
    """

    id: str
    title: Label
    authority: Mapping[str, str]
    source: str
    valid_from: date | None
    valid_to: date | None
    persons: int
    every: tuple[Every, ...]
    sections: tuple[Section, ...]
    conclusions: tuple[Conclusion, ...]
    works_out: tuple[WorkedOut, ...]
    definition: str
    digest: str
    place: Place

    def in_force(self, on: date) -> bool:
        """Whether a visit may be made with it on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)

    def items(self) -> Iterator[Item]:
        """Every item, in order."""
        for section in self.sections:
            yield from section.items

    def item(self, name: str) -> Item | None:
        """An item by its id."""
        return next((item for item in self.items() if item.id == name), None)
