"""The registry as a form needs it: areas by name, figures by area with what is not known, and rows of a roster."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from bangfu.core.compiler.lookup import Lookup
from bangfu.core.compiler.sql import quoted
from bangfu.core.documents.forms.definitions import HOUSEHOLDS, PERSONS, Ask
from bangfu.core.engines import duckdb_engine
from bangfu.core.engines.duckdb_engine import Connection, run
from bangfu.core.rulebook.mistakes import ExpressionError
from bangfu.core.rulebook.model import Expression, Indicator, Label, Place, Quantity, Rulebook
from bangfu.core.rulebook.parser import parse
from bangfu.core.rulebook.resolver import Resolver
from bangfu.core.screening import inputs
from bangfu.core.screening.chunks import chunks_of
from bangfu.core.screening.dataset import Dataset, Range
from bangfu.core.screening.decisions import column, create_enums
from bangfu.core.screening.figures import Figures
from bangfu.core.screening.snapshot import Snapshot, take_snapshot
from bangfu.core.screening.worker import Compilations, Wanted, Worker

_PLACE = Place("form", 1, 1)
_THOUSANDTHS = 1000


@dataclass(slots=True)
class Counted:
    """An Ask's figure by village code: what is known, how many rows are not, and how many rows make it up."""

    known: dict[str, int] = field(default_factory=dict)
    open_: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, area: str, value: int | None, is_open: bool) -> None:
        """Take one row in."""
        if is_open:
            self.open_[area] = self.open_.get(area, 0) + 1
        elif value:
            self.known[area] = self.known.get(area, 0) + value
            self.rows[area] = self.rows.get(area, 0) + 1

    def within(self, areas: Sequence[str]) -> tuple[int, int, int]:
        """(known, rows not known, rows) in the areas; codes are compared by their beginning."""

        def total(held: Mapping[str, int]) -> int:
            return sum(value for code, value in held.items() if any(code.startswith(area) for area in areas))

        return total(self.known), total(self.open_), total(self.rows)


@dataclass(slots=True)
class Registry:
    """An open registry. `missing` are asks that the rulebook's facts cannot express."""

    book: Rulebook
    as_of: date
    snapshot: Snapshot
    folder: Path
    connection: Connection
    data: Dataset
    lookup: Lookup
    counted: dict[Ask, Counted] = field(default_factory=dict)
    missing: set[Ask] = field(default_factory=set)
    grouped: dict[Ask, Counted] = field(default_factory=dict)
    """By villagers' group, for forms that have a row for each; only of households and persons."""

    def count(self, asks: Iterable[Ask]) -> None:
        """Compute what was not computed yet, all in one pass over each table."""
        resolver = Resolver(self.book)
        new = [ask for ask in dict.fromkeys(asks) if ask not in self.counted and ask not in self.missing]
        indicators: dict[str, Indicator] = {}
        by_id: dict[str, Ask] = {}
        for number, ask in enumerate(new):
            quantity = self._quantity(resolver, ask)
            if quantity is None:
                self.missing.add(ask)
                continue
            by_id[f"a{number}"] = ask
            indicators[f"a{number}"] = _indicator(f"a{number}", quantity)
            if ask.total:
                indicators[f"r{number}"] = _indicator(
                    f"r{number}", Quantity(quantity.table, None, quantity.where, Label())
                )
        figures = self._figures(indicators) if indicators else Figures()
        for ask in by_id.values():
            self.counted[ask] = Counted()
        for (identifier, area, _), value in figures.sums.items():
            ask = by_id["a" + identifier[1:]]
            held = self.counted[ask]
            if identifier.startswith("a"):
                held.known[area] = value
                held.open_[area] = figures.open_[identifier, area, "numerator"]
            if identifier.startswith("r") or not ask.total:
                held.rows[area] = value

    def _quantity(self, resolver: Resolver, ask: Ask) -> Quantity | None:
        table = resolver.units.table_of(ask.table)
        if not table:
            return None
        total = ask.total and (f"({ask.total}) * {_THOUSANDTHS}" if ask.kind == "decimal" else ask.total)
        try:
            where = _expression(ask.where) if ask.where else None
            summed = _expression(total) if total else None
            if where is not None:
                resolver.condition(where, table)
            if summed is not None:
                resolver.any_value(summed, table)
        except ExpressionError:
            return None
        return Quantity(table, summed, where, Label(ask.zh))

    def _figures(self, indicators: Mapping[str, Indicator]) -> Figures:
        total = Figures()
        for worker, chunk in self._workers(indicators):
            total.add(worker.connection, worker.compute(chunk))
        return total

    def _workers(self, indicators: Mapping[str, Indicator]) -> Iterable[tuple[Worker, Range]]:
        book = replace(self.book, indicators=dict(indicators))
        resolver = Resolver(book)
        units = self.data.units
        there = {table for table in book.tables if table in self.data.tables}
        used = {item.numerator.table for item in indicators.values()}
        inner = frozenset(table for table in there if units.in_household(table))
        for tables, chunks in ((inner, chunks_of(self.connection, self.data)), (frozenset(there) - inner, [Range()])):
            if not used & tables:
                continue
            wanted = Wanted(("indicators",), None, tables)
            shared = Compilations(book, resolver, self.data, self.lookup, wanted, self.connection, chunks)
            worker = Worker(shared, self.connection)
            for chunk in chunks:
                yield worker, chunk

    def count_by_group(self, asks: Iterable[Ask], code_of: Callable[[str, str], str]) -> None:
        """Likewise by villagers' group; `code_of` makes a code of a village and a group's name."""
        resolver = Resolver(self.book)
        new = [ask for ask in dict.fromkeys(asks) if ask not in self.grouped and ask.table in (HOUSEHOLDS, PERSONS)]
        for table in (HOUSEHOLDS, PERSONS):
            wanted = {
                f"a{n}": (ask, quantity) for n, ask in enumerate(new)
                if ask.table == table and (quantity := self._quantity(resolver, ask)) is not None
            }  # fmt: skip
            if not wanted:
                continue
            places = self._places(table, code_of)
            held = [self.grouped.setdefault(ask, Counted()) for ask, _ in wanted.values()]
            for worker, chunk in self._workers({name: _indicator(name, q) for name, (_, q) in wanted.items()}):
                compiled = worker.compute(chunk)
                roots, last = compiled.plan.roots[table], compiled.plan.last[table]
                columns = [quoted(f"k_{table}")] + [c for name in wanted for c in _pair(roots, name)]
                for key, *values in run(worker.connection, f"SELECT {', '.join(columns)} FROM {quoted(last.name)}"):
                    for at, counted in enumerate(held):
                        counted.add(places.get(key, ""), values[2 * at], values[2 * at + 1])

    def _places(self, table: str, code_of: Callable[[str, str], str]) -> dict[Any, str]:
        """The group's code of each row of households or persons."""
        entries = self.snapshot.directory.households
        homes = {key: code_of(e.region_code, e.group_name) for key, e in entries.items() if e.region_code}
        if table == HOUSEHOLDS:
            return homes
        belongs = self.book.tables[PERSONS].belongs_to or ""
        return {key: homes.get(row.get(belongs), "") for key, row in self.stored(PERSONS, [belongs]).items()}

    # -- rows -------------------------------------------------------------------------------------
    def rows(self, table: str, where: str, values: Mapping[str, Ask]) -> dict[Any, dict[str, int | None]]:
        """For each row of `table` that certainly holds `where`: its key, and each value (None: not known).

        Keys in the order of the file. An ask of a value is a sum over the row itself (`total`).
        """
        resolver = Resolver(self.book)
        indicators = {
            "chosen": _indicator("chosen", Quantity(table, None, _expression(where) if where else None, Label()))
        }
        usable = {}
        for number, (wanted, ask) in enumerate(values.items()):
            quantity = self._quantity(resolver, ask)
            if quantity is not None:
                usable[wanted] = f"v{number}"
                indicators[f"v{number}"] = _indicator(f"v{number}", quantity)
        found: dict[Any, dict[str, int | None]] = {}
        for worker, chunk in self._workers(indicators):
            compiled = worker.compute(chunk)
            roots, last = compiled.plan.roots[table], compiled.plan.last[table]
            columns = [quoted(f"k_{table}"), *_pair(roots, "chosen")]
            for identifier in usable.values():
                columns += _pair(roots, identifier)
            for row in run(worker.connection, f"SELECT {', '.join(columns)} FROM {quoted(last.name)} ORDER BY 1"):
                if row[1] and not row[2]:
                    found[row[0]] = {
                        wanted: None if row[4 + 2 * at] else row[3 + 2 * at] for at, wanted in enumerate(usable)
                    }
        return found

    def stored(self, table: str, columns: Sequence[str]) -> dict[Any, dict[str, Any]]:
        """Columns of the snapshot's table by key, as they stand there."""
        key = self.book.tables[table].key or ""
        types = self.data.tables[table].types
        there = [wanted for wanted in dict.fromkeys(columns) if wanted in types and wanted != key]
        source = duckdb_engine.parquet_source(self.data.tables[table].files)
        texts = ", ".join(quoted(wanted) for wanted in [key, *there])
        rows = run(self.connection, f"SELECT {texts} FROM {source}")
        return {row[0]: {key: row[0], **dict(zip(there, row[1:], strict=True))} for row in rows}


def _pair(roots: Mapping[str, Any], identifier: str) -> list[str]:
    """The columns of a row's contribution and of whether it is not known."""
    return [column(roots[f"{identifier}.numerator"]), column(roots[f"{identifier}.numerator.open"], "bool")]


def _expression(text: str) -> Expression:
    return Expression(text, parse(text), _PLACE)


def _indicator(identifier: str, quantity: Quantity) -> Indicator:
    return Indicator(
        identifier, Label(identifier), "户", "stock", quantity, None, ("area",), 0, "half_up", Fraction(1), {}, _PLACE
    )  # fmt: skip


Progress = Callable[[str, int, int], None]


@contextmanager
def open_registry(book: Rulebook, data: Path, as_of: date, progress: Progress | None = None) -> Any:
    """The registry of a data folder as a `Registry`, frozen in a folder that vanishes at the end.

    Raises FileError or DataError as a run does where the folder's tables cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="bangfu-") as scratch:
        folder = Path(scratch)
        if progress:
            progress("读取 read", 0, 2)
        snapshot = take_snapshot(book, data, as_of, folder / "snapshot")
        if progress:
            progress("读取 read", 1, 2)
        connection = duckdb_engine.connect([data, folder], threads=1, memory_mb=2048, scratch=folder / "scratch")
        try:
            files = {table: inputs.parquet_files(folder / "snapshot", table) for table in book.tables}
            found = {table: parts for table, parts in files.items() if parts}
            dataset = Dataset.open(connection, book, found, snapshot=True)
            create_enums(connection, book)
            tables = inputs.parameter_tables(connection, book, data, folder / "snapshot")
            yield Registry(book, as_of, snapshot, folder, connection, dataset, Lookup(book, as_of, tables))
        finally:
            connection.close()
