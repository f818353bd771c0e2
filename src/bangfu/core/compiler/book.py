"""A rulebook under assumptions, compiled: named output columns by unit, and the plan that computes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from bangfu.core.compiler.assumptions import Assumptions
from bangfu.core.compiler.ir import BOOL, INT, E
from bangfu.core.compiler.knowledge import Bool, Mask, Num
from bangfu.core.compiler.lowering import PRESENT, InputKey
from bangfu.core.compiler.plan import Plan, make_plan
from bangfu.core.compiler.policies import LoweredPolicy, PolicyLowering
from bangfu.core.rulebook.model import Alert, Check, Indicator, Quantity, Rulebook
from bangfu.core.rulebook.resolver import Resolver

ROWS = "rows of "
AREA = "area"
PARENT = "household row"
DECISION_COLUMNS = (
    "status", "amount", "amount_min", "amount_max", "failed", "unknown", "missing",
    "receives", "finding", "paid", "overlap",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoweredCondition:
    """An alert or a check: where it holds, and what is missing where it cannot be told."""

    id: str
    unit: str
    found: Bool


@dataclass(frozen=True, slots=True)
class LoweredQuantity:
    """One side of an indicator: 0 or the row's contribution, and whether it is not known."""

    indicator: str
    side: str
    unit: str
    value: E
    open_: E


@dataclass(frozen=True, slots=True)
class CompiledBook:
    """Everything a run needs of a rulebook; `inputs` are the missing-able inputs in mask order."""

    book: Rulebook
    assume: Assumptions
    policies: tuple[LoweredPolicy, ...]
    conditions: tuple[LoweredCondition, ...]
    quantities: tuple[LoweredQuantity, ...]
    inputs: tuple[InputKey, ...]
    plan: Plan
    lowering: PolicyLowering


Tracing = Callable[[PolicyLowering, tuple[LoweredPolicy, ...]], Iterable[tuple[str, str, E]]]
"""Asks for further columns, as (unit, name, node), from the same operations that decide."""


def in_force(start: date | None, end: date | None, day: date) -> bool:
    """Whether `day` lies within [start, end)."""
    return (start is None or start <= day) and (end is None or day < end)


def compile_book(
    book: Rulebook,
    resolver: Resolver,
    assume: Assumptions,
    *,
    policies: Iterable[str] | None = None,
    what: Iterable[str] = ("decisions", "alerts", "checks", "indicators"),
    only_units: frozenset[str] | None = None,
    guard: bool = False,
    tracing: Tracing | None = None,
) -> CompiledBook:
    """Lower the wanted definitions that are in force; `only_units` leaves out those about other tables."""
    compiler = _BookCompiler(book, resolver, assume, only_units)
    wanted = frozenset(what)
    if "decisions" in wanted:
        compiler.policies(policies)
    if "alerts" in wanted:
        compiler.conditions(a for a in book.alerts.values() if in_force(a.valid_from, a.valid_to, assume.as_of))
    if "checks" in wanted:
        compiler.conditions(book.checks.values())
    if "indicators" in wanted:
        compiler.indicators(book.indicators.values())
    if tracing is not None:
        compiler.traced(tracing)
    if guard:
        compiler.guard()
    return compiler.done()


class _BookCompiler:
    def __init__(
        self, book: Rulebook, resolver: Resolver, assume: Assumptions, only_units: frozenset[str] | None
    ) -> None:
        self.book, self.resolver, self.assume, self.only_units = book, resolver, assume, only_units
        self.lowering = PolicyLowering(book, resolver, assume)
        self.roots: dict[str, dict[str, E]] = {}
        self._policies: list[LoweredPolicy] = []
        self._conditions: list[LoweredCondition] = []
        self._quantities: list[LoweredQuantity] = []

    def _wanted(self, unit: str) -> bool:
        return self.only_units is None or unit in self.only_units

    def _root(self, unit: str, name: str, node: E) -> None:
        self.roots.setdefault(unit, {})[name] = node

    def policies(self, names: Iterable[str] | None) -> None:
        """The policies in force, all or those named."""
        for name in self.book.policies if names is None else names:
            policy = self.book.policies[name]
            if not self.lowering.in_force(policy) or not self._wanted(self.lowering.unit(policy)):
                continue
            found = self.lowering.lower(name)
            self._policies.append(found)
            for column in DECISION_COLUMNS:
                node = getattr(found.output, column)
                if node is not None:
                    self._root(found.unit, f"{name}.{column}", node)

    def traced(self, tracing: Tracing) -> None:
        """What an explanation reads beside the decisions."""
        for unit, name, node in tracing(self.lowering, tuple(self._policies)):
            self._root(unit, name, node)

    def conditions(self, items: Iterable[Alert | Check]) -> None:
        """Alerts or checks."""
        for item in items:
            unit = self.resolver.units.table_of(item.of)
            if not self._wanted(unit):
                continue
            found = self.lowering.condition(item.when, unit)
            self._conditions.append(LoweredCondition(item.id, unit, found))
            self._root(unit, f"{item.id}.holds", found.v)
            self._mask(unit, item.id, found.mask)

    def _mask(self, unit: str, name: str, mask: Mask) -> None:
        for word, node in mask:
            self._root(unit, f"{name}.missing{word}", node)

    def indicators(self, items: Iterable[Indicator]) -> None:
        """Numerators and denominators as one contribution per row."""
        for item in items:
            for side, quantity in (("numerator", item.numerator), ("denominator", item.denominator)):
                if quantity is not None:
                    self._quantity(item.id, side, quantity)

    def _quantity(self, name: str, side: str, quantity: Quantity) -> None:
        unit, b = self.resolver.units.table_of(quantity.table), self.lowering.b
        if not self._wanted(unit):
            return
        value, open_ = b.const(1, INT), b.false
        if quantity.sum is not None:
            number = self.lowering.low.num(self.resolver.any_value(quantity.sum, unit))
            value, open_ = self._summand(number)
        if quantity.where is not None:
            where = self.lowering.condition(quantity.where, unit)
            value = b.pick(b.coalesce(where.v, b.false), value, b.zero)
            undecided = b.isnull(where.v)
            open_ = b.any(undecided, b.all(b.coalesce(where.v, b.false), open_))
        self._area(unit)
        self._quantities.append(LoweredQuantity(name, side, unit, value, open_))
        self._root(unit, f"{name}.{side}", value)
        self._root(unit, f"{name}.{side}.open", open_)

    def _area(self, unit: str) -> None:
        """The area code of every row, for figures by area."""
        units = self.resolver.units
        for table in units.chain(unit):
            column = self.book.tables[table].area
            fact = self.book.facts.get((table, column or ""))
            if fact is None:
                continue
            node = self.lowering.low.raw(fact)
            path = units.chain(unit)
            for child in reversed(path[: path.index(table)]):
                node = self.lowering.b.lift(child, node, loose=True)
            self._root(unit, AREA, node)
            return

    def _summand(self, number: Num) -> tuple[E, E]:
        """A number's known value or 0, and whether it is not known; money stays fen, decimals are floored."""
        b, intervals = self.lowering.b, self.lowering.low.intervals
        whole = intervals.floor(number) if number.lo.d != 1 else number
        known = intervals.determined(whole)
        return b.pick(known, b.coalesce(whole.lo.n, b.zero), b.zero), b.inv(known)

    def guard(self) -> None:
        """Columns that show where an assumption about rows does not hold."""
        units, b = self.resolver.units, self.lowering.b
        for table in self.assume.filled:
            owner = units.parent(table)
            rows = b.agg(owner, table, "rows", (), INT, nullable=False, filled=True)
            self._root(owner, ROWS + table, rows)
        for unit in list(self.roots):
            if unit != units.household and units.in_household(unit) and not self.assume.orphans:
                column = b.col(units.household, PRESENT, BOOL, nullable=False)
                path = units.chain(unit)
                for child in reversed(path[: path.index(units.household)]):
                    column = b.lift(child, column)
                self._root(unit, PARENT, column)

    def done(self) -> CompiledBook:
        """The compiled book with its plan."""
        plan = make_plan(self.roots, self.resolver.units)
        inputs = tuple(self.lowering.low.inputs)
        return CompiledBook(
            self.book, self.assume, tuple(self._policies), tuple(self._conditions), tuple(self._quantities),
            inputs, plan, self.lowering,
        )  # fmt: skip
