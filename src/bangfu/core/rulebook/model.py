"""What a rulebook says, as plain records. Loading fills them; nothing here reads a file.

Money is an integer of fen, dates are `datetime.date`, ranges of dates include `from` and exclude `to`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from bangfu.core.rulebook.syntax import Node

if TYPE_CHECKING:
    from bangfu.core.rulebook.campaign_model import CampaignTemplate
    from bangfu.core.rulebook.procedure_model import CalendarYear, Procedure
    from bangfu.core.rulebook.visit_model import VisitForm

Value = int | bool | str | date | Decimal | None
"""A value as the evaluators see it: money in fen (int), decimal as Decimal, code and text as str or int."""

ABSENT = object()
"""No `missing:` was declared: a blank stays unknown."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file, and a 1-based line and column."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Label:
    """A text in Chinese and English; English falls back to Chinese."""

    zh: str = ""
    en: str = ""

    def get(self, language: str) -> str:
        """The text in `zh` or `en`."""
        return (self.en or self.zh) if language == "en" else (self.zh or self.en)


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression with its own text and the place of its first character.

    `runs` is filled where the text does not stand in the file letter by letter (escapes, several lines):
    (offset, 1-based line, 1-based column) of each run that does.
    """

    text: str
    tree: Node
    place: Place
    runs: tuple[tuple[int, int, int], ...] = ()

    def place_of(self, at: int) -> Place:
        """Where the character at the 0-based offset `at` stands in the file."""
        offset, line, column = 0, self.place.line, self.place.column
        for run in self.runs:
            if run[0] > at:
                break
            offset, line, column = run
        return Place(self.place.file, line, column + max(at - offset, 0))


@dataclass(frozen=True, slots=True)
class Type:
    """kind is integer, money, decimal, boolean, date, text or code.

    `period` is month, year, "" (none declared) or "any" (money times a plain number);
    `code` names the code list.
    """

    kind: str
    period: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class CodeValue:
    """One entry of a code list; `headers`-like synonyms in `also`."""

    value: int | str
    label: Label
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes in order; all values are of one kind, int or str."""

    id: str
    values: tuple[CodeValue, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the data.

    With a `key` it defines the entity `of`; without one its rows belong to the entity `of`
    (and to a person too where the rows carry the person key). `belongs_to` is the column that holds
    the parent's key. A bureau table is silent, not empty, where its manifest does not cover a household.
    `area` names the column with the 12-digit code that parameters are scoped by.
    """

    id: str
    file: str
    of: str
    key: str | None
    belongs_to: str | None
    area: str | None
    bureau: bool
    label: Label
    place: Place


@dataclass(frozen=True, slots=True)
class Fact:
    """A column, or a derived value, of the rows of one table.

    `table` is the id of the table whose rows carry it. `low`/`high` bound what an unknown value could be,
    in the evaluator's own unit (fen for money). `missing` is the value that a blank means, or ABSENT.
    """

    name: str
    table: str
    type: Type
    column: str
    fen: bool
    low: int | Decimal | None
    high: int | Decimal | None
    label: Label
    headers: tuple[str, ...]
    derive: Expression | None
    missing: object
    missing_reason: str
    reads: str
    personal: bool
    place: Place

    @property
    def id(self) -> tuple[str, str]:
        """Facts are known by table and name, since a person and a household may both have `wage_income`."""
        return (self.table, self.name)


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """One dated, scoped and cited value; `match` holds further keys (`urban: true`)."""

    area: str
    start: date | None
    end: date | None
    match: tuple[tuple[str, Value], ...]
    value: Value
    source: str
    place: Place


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """A parameter whose values come with the data: columns of the file `table` in the data folder."""

    table: str
    match: tuple[str, ...]
    start: str
    end: str
    value: str
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated, cited and scoped number of the law; without any value it is an unknown, never a default."""

    id: str
    type: Type
    fen: bool
    low: int | Decimal | None
    high: int | Decimal | None
    label: Label
    values: tuple[ParameterValue, ...]
    table: ParameterTable | None
    place: Place


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition that must hold, or an exclusion that must not."""

    id: str
    text: Label
    cite: str
    when: Expression
    place: Place


@dataclass(frozen=True, slots=True)
class Amount:
    """What a policy pays; `round` is `floor_fen` (default), `half_up_fen`, `floor_yuan` or `half_up_yuan`."""

    formula: Expression
    per: str
    round: str


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a decision under a policy enters in the registry, where it moves, and when it is looked at again.

    `table`, `values`, `amount` and `since`: a row of a registry table and the columns for the monthly amount and the
    first day. `episode`: a kind of status episode. `begins`, `ends` and `natural`: facts of the household as they are
    stated when it is granted, stopped, or ends because the household is no more; the text `$day` stands for the day.
    `review`: parameters with months by class, "" for any other class. `moves` is a word of MOVES.
    """

    table: str
    values: Mapping[str, str]
    amount: str
    since: str
    episode: str
    begins: Mapping[str, str | bool]
    ends: Mapping[str, str | bool]
    natural: Mapping[str, str | bool]
    review: Mapping[str, str]
    moves: str
    place: Place


MOVES = ("continues", "continues_in_county", "ends_with_month")
"""What becomes of an entitlement when the household moves to another area: it goes on, inside the county only, or not."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A benefit or a status as dated conditions and exclusions with an amount."""

    id: str
    title: Label
    of: str
    authority: Mapping[str, str]
    valid_from: date | None
    valid_to: date | None
    conditions: tuple[Clause, ...]
    exclusions: tuple[Clause, ...]
    amount: Amount | None
    not_with: tuple[str, ...]
    receives: Expression | None
    paid: Expression | None
    paid_per: str
    tolerance: int
    evidence: tuple[str, ...]
    place: Place
    entitlement: Entitlement | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """An early warning."""

    id: str
    of: str
    title: Label
    when: Expression
    severity: str
    channel: str
    respond_days: int | None
    who: str
    source: str
    valid_from: date | None
    valid_to: date | None
    place: Place


@dataclass(frozen=True, slots=True)
class Check:
    """A test of the data; `show` names the fields to look at (`persons.relation`)."""

    id: str
    of: str
    severity: str
    message: Label
    when: Expression
    show: tuple[str, ...]
    source: str
    place: Place


@dataclass(frozen=True, slots=True)
class Quantity:
    """One side of an indicator: how many rows, or the sum of an expression over them."""

    table: str
    sum: Expression | None
    where: Expression | None
    name: Label


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure: a count or a sum, or a ratio that names its denominator. `stated` holds printed figures.

    `flow` is `stock` or `flow`. `balance` names, for a stock, the indicators that are its `start`, what came `in` and
    what went `out`: the stock is start - out + in.
    """

    id: str
    title: Label
    unit: str
    flow: str
    numerator: Quantity
    denominator: Quantity | None
    by: tuple[str, ...]
    digits: int
    rounding: str
    per: Fraction
    stated: Mapping[str, str]
    place: Place
    balance: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A worked example that an officer can read; `tables` hold raw YAML scalars already typed."""

    name: str
    as_of: date
    area: str
    rows: Mapping[str, tuple[Mapping[str, Value], ...]]
    parameters: Mapping[str, Value]
    expect: Mapping[str, object]
    place: Place


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A validated rulebook with everything that it extends already merged in."""

    name: str
    version: str
    country: str
    title: Label
    licence: str
    root: Path
    lineage: tuple[Path, ...]
    digest: str
    tables: Mapping[str, Table]
    facts: Mapping[tuple[str, str], Fact]
    codes: Mapping[str, CodeList]
    parameters: Mapping[str, Parameter]
    policies: Mapping[str, Policy]
    alerts: Mapping[str, Alert]
    checks: Mapping[str, Check]
    indicators: Mapping[str, Indicator]
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    calendar: Mapping[int, CalendarYear] = field(default_factory=dict)
    visits: Mapping[str, VisitForm] = field(default_factory=dict)
    campaigns: Mapping[str, CampaignTemplate] = field(default_factory=dict)
    cases: tuple[Case, ...] = field(default=())
