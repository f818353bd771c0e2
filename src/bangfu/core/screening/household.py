"""One household through the generated Python evaluator: a page, a call, a case, an explanation.

Rows come as plain dictionaries by table, under the columns' names; money in fen, decimals as Decimal, missing
as None or left out. Complete rows take the plain formula; rows with blanks take the one with ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.core.compiler.assumptions import Assumptions
from bangfu.core.compiler.book import CompiledBook, Tracing, compile_book
from bangfu.core.compiler.gathering import COVERED
from bangfu.core.compiler.lookup import Lookup, Shapes
from bangfu.core.compiler.lowering import DECIMAL_SCALE, LINK, PRESENT, InputKey
from bangfu.core.compiler.policies import FINDINGS, STATUSES
from bangfu.core.compiler.python import INPUT_LIMIT, Evaluator, compile_plan
from bangfu.core.rulebook.model import ABSENT, ParameterValue, Rulebook
from bangfu.core.rulebook.resolver import Resolver
from bangfu.core.screening.decisions import input_names
from bangfu.core.screening.findings import Names, names_of

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says of one unit; `row` is the unit's position in its table."""

    policy: str
    unit: str
    row: int
    household_no: Any
    person_no: Any
    status: str
    amount_fen: int | None
    amount_min_fen: int | None
    amount_max_fen: int | None
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    missing_keys: tuple[InputKey, ...]
    receives: bool | None
    finding: str | None
    paid_fen: int | None
    overlap: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One compilation: for complete rows, or for any."""

    compiled: CompiledBook
    run: Evaluator
    shapes: Shapes
    sources: Mapping[str, tuple[str, ...]]
    index: Mapping[str, Mapping[str, int]]
    names: dict[str, Names] = field(default_factory=dict)

    def names_of(self, policy: str) -> Names:
        """What the masks of a policy mean."""
        if policy not in self.names:
            lowered = next(item for item in self.compiled.policies if item.policy.id == policy)
            self.names[policy] = names_of(self.compiled, lowered)
        return self.names[policy]

    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """The root columns of every unit row, and how to read them."""

    variant: Variant
    rows: dict[str, list[dict[str, Any]]]
    columns: dict[str, list[tuple[Any, ...]]]

    def value(self, unit: str, row: int, column: str) -> Any:
        """One root column of one row; None where the column does not exist."""
        position = self.variant.index.get(unit, {}).get(column)
        return None if position is None else self.columns[unit][row][position]


@dataclass(slots=True)
class HouseholdEvaluator:
    """Evaluates one household after another under one rulebook and date."""

    book: Rulebook
    as_of: date
    tables: Mapping[str, tuple[ParameterValue, ...]] = field(default_factory=dict)
    what: tuple[str, ...] = ("decisions", "alerts", "checks")
    policies: tuple[str, ...] | None = None
    covered: Mapping[str, str] = field(default_factory=dict)
    tracing: Tracing | None = None
    resolver: Resolver = field(init=False)
    lookup: Lookup = field(init=False)
    _variants: dict[tuple[Any, ...], Variant] = field(init=False, default_factory=dict)
    _columns: dict[str, dict[str, Any]] = field(init=False, default_factory=dict)
    _base: frozenset[tuple[str, str]] = field(init=False, default_factory=frozenset)
    singles: dict[str, HouseholdEvaluator] = field(init=False, default_factory=dict)
    """Evaluators of single policies, for a search that tries many values."""

    def __post_init__(self) -> None:
        self.resolver = Resolver(self.book)
        self.lookup = Lookup(self.book, self.as_of, self.tables)
        for fact in self.book.facts.values():
            self._columns.setdefault(fact.table, {})[fact.column] = fact
        self._base = frozenset((f.table, f.column) for f in self.book.facts.values() if f.derive is None)

    # -- evaluating -------------------------------------------------------------------------------
    def evaluate(self, rows: Rows) -> Outcome:
        """Run the variant that fits the rows."""
        given = self._given(rows)
        units = self.resolver.units
        whole = len(rows.get(units.household, ())) == 1 and bool(rows.get(units.person))
        if whole:
            variant = self.variant(given, complete=True)
            found = self._prepared(variant, rows, strict=True)
            if found is not None:
                return Outcome(variant, *found)
        variant = self.variant(given, complete=False)
        found = self._prepared(variant, rows, strict=False)
        assert found is not None
        return Outcome(variant, *found)

    def decisions(self, rows: Rows) -> list[Decision]:
        """Every policy's decision on every unit of the household."""
        return self.read(self.evaluate(rows))

    def read(self, outcome: Outcome) -> list[Decision]:
        """The decisions of an outcome."""
        compiled = outcome.variant.compiled
        found = []
        for policy in compiled.policies:
            ids = [clause.id for clause, *_ in policy.clauses]
            names = input_names(policy.inputs, self.book)
            for row, record in enumerate(outcome.rows[policy.unit]):
                get = _getter(outcome, policy.unit, row, policy.policy.id)
                missing = get("missing") or 0
                bits = [i for i in range(len(names)) if missing >> i & 1]
                finding = get("finding")
                found.append(
                    Decision(
                        policy.policy.id, policy.unit, row, *self.keys(policy.unit, record), STATUSES[get("status")],
                        get("amount"), get("amount_min"), get("amount_max"), _named(get("failed"), ids),
                        _named(get("unknown"), ids), tuple(names[i] for i in bits),
                        tuple(policy.inputs[i] for i in bits), get("receives"),
                        None if finding is None else FINDINGS[finding], get("paid"), bool(get("overlap")),
                    )
                )  # fmt: skip
        return found

    def keys(self, unit: str, record: Mapping[str, Any]) -> tuple[Any, Any]:
        """The household and person key of a unit row."""
        units, tables = self.resolver.units, self.book.tables
        household = tables[units.household].key if units.household else None
        direct = unit != units.household and units.parent(unit) == units.household and tables[unit].key
        own = tables[unit].belongs_to if direct else household
        person = tables[units.person].key if units.person and units.person in units.chain(unit) else None
        return record.get(own or ""), record.get(person or "") if person else None

    # -- variants ---------------------------------------------------------------------------------
    def variant(self, given: frozenset[tuple[str, str]], *, complete: bool) -> Variant:
        """The compilation for rows that carry the given derived facts."""
        key = (given, complete)
        if key not in self._variants:
            self._variants[key] = self._compiled(given, complete)
        return self._variants[key]

    def _compiled(self, given: frozenset[tuple[str, str]], complete: bool) -> Variant:
        shapes = Shapes(self.lookup, None, ranged=not complete)
        present = self._base | given
        person = self.resolver.units.person
        assume = Assumptions(
            self.as_of,
            present,
            frozenset() if complete else present,
            shapes,
            self.covered,
            frozenset((person,)) if complete else frozenset(),
            orphans=not complete,
        )
        compiled = compile_book(
            self.book, self.resolver, assume, policies=self.policies, what=self.what, tracing=self.tracing
        )
        sources: dict[str, tuple[str, ...]] = {}
        for step in compiled.plan.steps:
            if step.previous is None:
                labels = (node.value[0] for node in step.sources if isinstance(node.value, tuple))
                sources[step.key.unit] = tuple(dict.fromkeys(map(str, labels)))
        index = {unit: {name: i for i, name in enumerate(columns)} for unit, columns in compiled.plan.roots.items()}
        return Variant(compiled, compile_plan(compiled.plan), shapes, sources, index, reads=self._reads(compiled))

    def _reads(self, compiled: CompiledBook) -> dict[str, tuple[str, ...]]:
        """The columns that expressions read, by table, without those whose blank means a value."""
        found: dict[str, list[str]] = {}
        for table, column in sorted(compiled.lowering.low.reads):
            fact = self._columns.get(table, {}).get(column)
            if fact is not None and fact.missing is ABSENT:
                found.setdefault(table, []).append(column)
        return {table: tuple(columns) for table, columns in found.items()}

    def _given(self, rows: Rows) -> frozenset[tuple[str, str]]:
        """Derived facts that the rows give directly, and are then not derived."""
        found = set()
        for table, records in rows.items():
            for record in records:
                for column in record:
                    fact = self._columns.get(table, {}).get(column)
                    if fact is not None and fact.derive is not None:
                        found.add((table, column))
        return frozenset(found)

    # -- preparing rows ---------------------------------------------------------------------------
    def _prepared(
        self, variant: Variant, rows: Rows, *, strict: bool
    ) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[tuple[Any, ...]]]] | None:
        """Rows with every source column, links, and the result; None where `strict` rows have a blank."""
        if strict and self._blank(variant, rows):
            return None
        ready: dict[str, list[dict[str, Any]]] = {}
        for unit in {step.key.unit for step in variant.compiled.plan.steps}:
            made = []
            for record in self._with_household(unit, rows):
                row = self._row(variant, unit, record)
                if strict and any(row[column] is None for column in variant.sources.get(unit, ())):
                    return None
                made.append(row)
            ready[unit] = made
        links = {}
        for child, parents in variant.compiled.plan.links.items():
            for parent in parents:
                if parent != child and parent in ready:
                    links[(child, parent)] = self.link(child, parent, ready)
        return ready, variant.run(ready, links)

    def _blank(self, variant: Variant, rows: Rows) -> bool:
        """Whether a column that any expression reads is blank, also where only `is null` asks for it."""
        for unit, columns in variant.reads.items():
            for record in rows.get(unit, ()):
                for column in columns:
                    if record.get(column) is None:
                        return True
        return False

    def _with_household(self, unit: str, rows: Rows) -> Sequence[Mapping[str, Any]]:
        """The rows of a table; those that name only their person (bills) get the person's household key."""
        units, tables = self.resolver.units, self.book.tables
        found = rows.get(unit, ())
        if units.person not in units.chain(unit)[1:] or not units.household:
            return found
        key, person = tables[units.household].key or "", tables[units.person]
        homes = {row.get(person.key or ""): row.get(person.belongs_to or "") for row in rows.get(units.person, ())}
        return [
            row if key in row or homes.get(row.get(person.key or "")) is None
            else {**row, key: homes[row.get(person.key or "")]}
            for row in found
        ]  # fmt: skip

    def _row(self, variant: Variant, unit: str, record: Mapping[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = dict(record)
        facts = self._columns.get(unit, {})
        for column in variant.sources.get(unit, ()):
            fact = facts.get(column)
            if fact is not None:
                value = record.get(column)
                if value is None and fact.missing is not ABSENT:
                    value = fact.missing
                row[column] = _scaled(value, fact.type.kind)
            elif column == PRESENT:
                row[column] = True
            elif column.startswith(COVERED):
                row[column] = bool(record.get(column))
            elif column.startswith(LINK):
                key = self.book.tables[column[len(LINK) :]].key or ""
                value = record.get(key)
                row[column] = None if value is None else str(value)
        for (where, label), reading in variant.shapes.readings.items():
            if where == unit and variant.shapes[where, label].column:
                found = self.lookup.find(reading, tuple(_plain(row.get(c), facts.get(c)) for c in reading.columns))
                if variant.shapes[where, label].ranged:
                    row[f"{label}:low"], row[f"{label}:high"] = found.low, found.high
                    row.update({f"{label}:missing{i}": flag for i, flag in enumerate(found.missing)})
                else:
                    row[label] = None if any(found.missing) else found.low
        return row

    def link(self, child: str, parent: str, ready: Mapping[str, list[dict[str, Any]]]) -> list[int | None]:
        """For each child row the position of its parent row, None where there is none."""
        units, tables = self.resolver.units, self.book.tables
        column = tables[parent].key or ""
        if tables[child].key and units.parent(child) == parent:
            column = tables[child].belongs_to or column
        where = {row.get(tables[parent].key or ""): i for i, row in enumerate(ready[parent])}
        found = []
        for row in ready[child]:
            value = row.get(column)
            if value is None and parent == units.household and column not in row:
                found.append(0 if ready[parent] else None)
            else:
                found.append(where.get(value))
        return found


def _getter(outcome: Outcome, unit: str, row: int, policy: str) -> Callable[[str], Any]:
    return lambda column: outcome.value(unit, row, f"{policy}.{column}")


def _named(mask: int | None, ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for i, name in enumerate(ids) if (mask or 0) >> i & 1)


def _scaled(value: Any, kind: str) -> Any:
    """A value as the evaluators' integer; numbers beyond the limit are refused."""
    if kind == "decimal" and value is not None:
        return int(Decimal(value) * DECIMAL_SCALE)
    if isinstance(value, Decimal):
        value = int(value)
    if isinstance(value, int) and not -INPUT_LIMIT <= value <= INPUT_LIMIT:
        raise OverflowError(f"{value}: beyond what can be computed with, 10^12")
    if kind == "boolean" and isinstance(value, int):
        return bool(value)
    return value


def plain_key(book: Rulebook, table: str, column: str, value: Any) -> Any:
    """A key part of a parameter, of a prepared row."""
    return _plain(value, book.facts.get((table, column)))


def _plain(value: Any, fact: Any) -> Any:
    """A key part as the parameter's match has it."""
    return bool(value) if fact is not None and fact.type.kind == "boolean" and value is not None else value
