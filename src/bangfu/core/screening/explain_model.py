"""What an explanation says, as plain records that become JSON, a letter or a page."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bangfu.core.rulebook.model import Label, Rulebook, Type
from bangfu.core.screening.explain_words import Told


@dataclass(frozen=True, slots=True)
class Source:
    """The parameter value that was used: its document, area prefix, and validity (`to` excluded)."""

    parameter: str
    document: str
    area: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Operand:
    """A value that a clause or an amount rests on.

    `low` and `high` are its ends (fen for money), equal where it is known; `whose` is the person or row it
    belongs to; `source` is there for a parameter that has a value; `parts` are what it was computed from; a
    `literal` is a number of the rule itself.
    """

    name: str
    label: Label
    type: Type
    low: Told
    high: Told
    whose: str = ""
    source: Source | None = None
    parameter: bool = False
    parts: tuple[Operand, ...] = ()
    literal: bool = False

    @property
    def known(self) -> bool:
        """Whether the value is known exactly."""
        return self.low is not None and self.low == self.high


@dataclass(frozen=True, slots=True)
class Compared:
    """`left op right` with values; `gap` is left minus right (fen, numbers, days), None where not known."""

    op: str
    left: Operand
    right: Operand
    holds: bool | None
    gap: int | Fraction | None


@dataclass(frozen=True, slots=True)
class ClauseSaid:
    """One clause. `verdict` is `met`, `not_met` or `unknown`: an exclusion that applies is `not_met`."""

    id: str
    kind: str
    text: Label
    cite: str
    when: str
    verdict: str
    compared: tuple[Compared, ...]
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class AmountSaid:
    """The amount in fen, or its range. `formula` is, in words, the formula or the branch of it that holds, `parts` its
    operands, `text` the whole formula as written."""

    fen: int | None
    min_fen: int | None
    max_fen: int | None
    per: str
    formula: Label
    text: str
    parts: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class MissingSaid:
    """A missing input: whose it is (empty: the household's or the county's) and who can supply it."""

    id: str
    kind: str
    label: Label
    persons: tuple[str, ...]
    who: Label


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """One fact of one row that would have to be otherwise; `direction` is `at_least`, `at_most` or `is`."""

    table: str
    fact: str
    label: Label
    type: Type
    whose: str
    now: Told
    then: Told
    direction: str


@dataclass(frozen=True, slots=True)
class Change:
    """One or two facts that together would turn the answer into `status`."""

    facts: tuple[ChangedFact, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One policy and one unit, explained. Amounts in fen; keys as in the data."""

    rulebook: str
    version: str
    as_of: date
    policy: str
    title: Label
    authority: str
    unit: str
    row: int
    household_no: Any
    person_no: Any
    status: str
    clauses: tuple[ClauseSaid, ...]
    amount: AmountSaid | None
    missing: tuple[MissingSaid, ...]
    receives: bool | None
    paid_fen: int | None
    finding: str | None
    overlap: bool
    not_with: tuple[Label, ...]
    evidence: tuple[str, ...]
    changes: tuple[Change, ...] | None
    book: Rulebook = dataclasses.field(repr=False, compare=False)


def as_json(found: Sequence[Explanation]) -> str:
    """Explanations as JSON; money is integer fen, dates ISO, numbers that are not whole as text."""
    return json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    match value:
        case Type():
            return " ".join(part for part in (value.kind, value.period, value.code) if part)
        case Rulebook():
            return None
        case date():
            return value.isoformat()
        case Fraction():
            return value.numerator if value.denominator == 1 else str(Decimal(value.numerator) / value.denominator)
        case Decimal():
            return str(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case None | bool() | int() | str():
            return value
        case _ if dataclasses.is_dataclass(value):
            names = [item.name for item in dataclasses.fields(value) if item.name != "book"]
            return {name: _plain(getattr(value, name)) for name in names}
        case _:
            return str(value)
