"""One chunk of households, from source rows to step tables, on one single-threaded connection.

A chunk is first computed under assumptions that its footers allow (no blanks) and that nearly always hold
(every person has a household, every household a person). Where they turn out wrong the chunk is computed
again without them, so an assumption can cost time but never an answer.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bangfu.core.compiler.assumptions import Assumptions
from bangfu.core.compiler.book import PARENT, ROWS, CompiledBook, InputOrder, compile_book, input_order
from bangfu.core.compiler.gathering import COVERED
from bangfu.core.compiler.lookup import Key, Lookup, Reading, Shapes
from bangfu.core.compiler.sql import TYPES, SqlPrinter, Statement, name, quoted
from bangfu.core.engines import duckdb_engine
from bangfu.core.engines.duckdb_engine import Connection, run
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.rulebook.resolver import Resolver
from bangfu.core.screening.dataset import PARAMETER, DataError, Dataset, Range, where_text


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run was asked for."""

    what: tuple[str, ...]
    policies: tuple[str, ...] | None
    units: frozenset[str]


class Compilations:
    """Compiled books by assumptions, shared by all workers; parameters are looked up once."""

    def __init__(
        self,
        book: Rulebook,
        resolver: Resolver,
        data: Dataset,
        lookup: Lookup,
        wanted: Wanted,
        connection: Connection,
        chunks: int = 1,
    ) -> None:
        self.book, self.resolver, self.data, self.wanted = book, resolver, data, wanted
        self.as_of: date = lookup.as_of
        self._connection = connection
        self.shapes = Shapes(lookup, self._combos)
        self._made: dict[tuple[object, ...], tuple[CompiledBook, list[Statement]]] = {}
        self._lock = threading.Lock()
        self._covered = self._coverage()
        self._nonneg = data.nonneg()
        self._order: InputOrder | None = None
        self.strays = False
        """Whether some chunk had rows without their household."""
        if chunks > 1 and "decisions" in wanted.what:
            # masks must mean the same in every chunk, whatever happens to be blank in it
            everywhere = self._assumptions(data.nullable(Range()), careful=True)
            self._order = input_order(book, resolver, everywhere, policies=wanted.policies, only_units=wanted.units)

    def _combos(self, reading: Reading) -> Iterable[Key]:
        """The distinct keys that rows of a unit look a parameter up by."""
        if reading.unit not in self.data.tables:
            return []
        columns = ", ".join(self.data.raw_key(reading.unit, column) for column in reading.columns)
        source = duckdb_engine.parquet_source(self.data.tables[reading.unit].files)
        return run(self._connection, f"SELECT DISTINCT {columns} FROM {source} s")

    def _coverage(self) -> dict[str, str]:
        """Whether each table's rows are complete: registry tables are when they are there, bureau tables as they say."""
        household = self.data.tables.get(self.resolver.units.household)
        found = {}
        for table in self.book.tables.values():
            if table.id not in self.data.tables:
                found[table.id] = "no"
            elif table.bureau:
                told = household is not None and COVERED + table.id in household.types
                found[table.id] = "some" if told else "no"
            else:
                found[table.id] = "yes"
        return found

    def get(self, chunk: Range, *, careful: bool) -> tuple[CompiledBook, list[Statement]]:
        """The compiled book and its SQL for a chunk's assumptions."""
        nullable = self.data.nullable(chunk)
        key = (nullable, careful)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._compile(nullable, careful)
            return self._made[key]

    def _assumptions(self, nullable: frozenset[tuple[str, str]], *, careful: bool) -> Assumptions:
        units = self.resolver.units
        filled = frozenset() if careful or units.person not in self.data.tables else frozenset((units.person,))
        return Assumptions(
            self.as_of,
            self.data.present(),
            nullable,
            self.shapes,
            self._covered,
            filled,
            self._nonneg,
            orphans=careful,
        )

    def _compile(self, nullable: frozenset[tuple[str, str]], careful: bool) -> tuple[CompiledBook, list[Statement]]:
        assume = self._assumptions(nullable, careful=careful)
        compiled = compile_book(
            self.book,
            self.resolver,
            assume,
            policies=self.wanted.policies,
            what=self.wanted.what,
            only_units=self.wanted.units,
            guard=True,
            order=self._order,
        )
        printer = SqlPrinter(compiled.plan, self._source)
        return compiled, printer.statements()

    def _source(self, unit: str, columns: tuple[str, ...]) -> str:
        """The FROM text of a unit's rows, with a mark where the chunk's range goes."""
        joins = "".join(
            f" LEFT JOIN {quoted(table)} v{number} ON " + " AND ".join(
                f"{self.data.raw_key(unit, column)} IS NOT DISTINCT FROM v{number}.k{position}"
                for position, column in enumerate(keys)
            )
            for number, (table, keys) in enumerate(self.parameter_tables(unit))
        )  # fmt: skip
        return self.data.source(unit, columns, _MARK, joins)

    # -- parameters -------------------------------------------------------------------------------
    def parameter_tables(self, unit: str) -> list[tuple[str, tuple[str, ...]]]:
        """The lookup tables of a unit: name and key columns."""
        found: dict[tuple[str, ...], str] = {}
        for where, reading in self.shapes.readings.items():
            if where[0] == unit and self.shapes[where].column:
                found.setdefault(reading.columns, f"parameters_{unit}_{len(found)}")
        return [(table, keys) for keys, table in found.items()]

    def create_parameters(self, connection: Connection) -> None:
        """Write the lookup tables into a worker's connection."""
        for unit in {where[0] for where in self.shapes.readings}:
            for table, keys in self.parameter_tables(unit):
                self._create_parameters(connection, unit, table, keys)

    def _create_parameters(self, connection: Connection, unit: str, table: str, keys: tuple[str, ...]) -> None:
        members = [w for w, r in self.shapes.readings.items() if w[0] == unit and r.columns == keys]
        members = [w for w in members if self.shapes[w].column]
        low = self.lower_kinds()
        columns = [f"k{i} {TYPES[low[(unit, key)]]}" for i, key in enumerate(keys)]
        for _, label in members:
            kind = TYPES[low[("", label.partition("@")[0])]]
            if self.shapes[(unit, label)].ranged:
                columns += [f"{quoted(PARAMETER + label + end)} {kind}" for end in (":low", ":high")]
                count = len(self.shapes[(unit, label)].missing)
                columns += [f"{quoted(f'{PARAMETER}{label}:missing{i}')} BOOLEAN" for i in range(count)]
            else:
                columns.append(f"{quoted(PARAMETER + label)} {kind}")
        run(connection, f"CREATE OR REPLACE TEMP TABLE {quoted(table)} ({', '.join(columns)})")
        rows = [self._parameter_row(key, members) for key in self.shapes.found[members[0]]]
        if rows:
            marks = ", ".join("?" for _ in columns)
            connection.executemany(f"INSERT INTO {quoted(table)} VALUES ({marks})", rows)

    def _parameter_row(self, key: Key, members: list[tuple[str, str]]) -> list[object]:
        row: list[object] = list(key)
        for where in members:
            found = self.shapes.found[where][key]
            if self.shapes[where].ranged:
                row += [found.low, found.high, *found.missing]
            else:
                row.append(found.low)
        return row

    def lower_kinds(self) -> Mapping[tuple[str, str], str]:
        """The column kind of every fact by (table, name), and of every parameter by ("", id)."""
        first = next(iter(self._made.values()))[0] if self._made else None
        assert first is not None
        low = first.lowering.low
        kinds = {fact.id: low.kind_of(fact.type)[0] for fact in self.book.facts.values()}
        kinds.update({("", p.id): low.kind_of(p.type)[0] for p in self.book.parameters.values()})
        return kinds


_RANGE = re.compile(r" WHERE (s\.\".+?\") > '\x00low' AND \1 <= '\x00high'")
_MARK = Range(low="\x00low", high="\x00high", last=False)


class Worker:
    """One connection that computes chunks one after another."""

    def __init__(self, shared: Compilations, connection: Connection) -> None:
        self.shared, self.connection = shared, connection
        self._parameters = 0

    def compute(self, chunk: Range) -> CompiledBook:
        """Leave the last step table of every unit in the connection and return what they hold."""
        compiled = self._run(chunk, careful=False)
        if not self._holds(compiled):
            compiled = self._run(chunk, careful=True)
        return compiled

    def _run(self, chunk: Range, *, careful: bool) -> CompiledBook:
        compiled, statements = self.shared.get(chunk, careful=careful)
        if len(self.shared.shapes.readings) != self._parameters:
            self.shared.create_parameters(self.connection)
            self._parameters = len(self.shared.shapes.readings)
        for statement in statements:
            text = ranged(statement.select, chunk)
            run(self.connection, f"CREATE OR REPLACE TEMP TABLE {quoted(statement.name)} AS\n{text}", statement.values)
        return compiled

    def _holds(self, compiled: CompiledBook) -> bool:
        """Whether the optimistic assumptions were true, and refusal of duplicate households."""
        plan = compiled.plan
        for unit, columns in plan.roots.items():
            guards = [node for label, node in columns.items() if label.startswith((ROWS, PARENT))]
            tests = [f"{name(node)} IS NULL" for node in guards]
            table = quoted(plan.last[unit].name)
            if unit == self.shared.resolver.units.household:
                self._refuse_duplicates(unit, table)
            if tests and run(self.connection, f"SELECT 1 FROM {table} WHERE {' OR '.join(tests)} LIMIT 1"):
                self.shared.strays |= any(label.startswith(PARENT) for label in columns)
                return False
        return True

    def _refuse_duplicates(self, unit: str, table: str) -> None:
        key = quoted(f"k_{unit}")
        total, different = run(self.connection, f"SELECT count({key}), count(DISTINCT {key}) FROM {table}")[0]
        if total == different:
            return
        twice = run(self.connection, f"SELECT {key} FROM {table} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 5")
        shown = ", ".join(str(row[0]) for row in twice)
        file = self.shared.data.tables[unit].files[0].name
        raise DataError(
            f"{file}: 户编号重复 / household keys that stand in more than one row: {shown}; "
            "每户只能有一行，请合并或改正后重跑 / keep one row for each household and run again"
        )


def ranged(text: str, chunk: Range) -> str:
    """The statement with the chunk's own range in place of the mark."""
    return _RANGE.sub(lambda match: where_text(match.group(1), chunk), text)
