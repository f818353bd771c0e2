"""The tables a run reads, as Parquet: their columns, what their footers say, and the FROM text of a chunk.

A dataset is either a county's own clean Parquet (columns under the rulebook's identifiers) or a snapshot that
was taken of its files; in both, nothing personal is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bangfu.core.compiler.gathering import COVERED
from bangfu.core.compiler.lowering import DECIMAL_SCALE, PRESENT
from bangfu.core.compiler.plan import links_of
from bangfu.core.compiler.sql import quoted
from bangfu.core.engines import duckdb_engine
from bangfu.core.rulebook.model import Fact, Rulebook
from bangfu.core.rulebook.units import Units

LIMIT = 10**12
PARAMETER = "p:"
"""Prefix of the columns in which parameters are joined to the rows of a unit."""
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")


class DataError(Exception):
    """Data that cannot be run on; the message says which file and column, what was found, and what to do."""


@dataclass(frozen=True, slots=True)
class RowGroup:
    """One row group of a file: rows, and per column the nulls (None: not recorded) and least and greatest value."""

    rows: int
    nulls: Mapping[str, int | None]
    least: Mapping[str, str | None]
    most: Mapping[str, str | None]


@dataclass(slots=True)
class TableData:
    """One table's files. `money_in_fen` says that a snapshot has already made fen of yuan."""

    id: str
    files: tuple[Path, ...]
    types: Mapping[str, str]
    groups: tuple[RowGroup, ...] = field(default=())

    @property
    def rows(self) -> int:
        """Rows in all files."""
        return sum(group.rows for group in self.groups)


@dataclass(frozen=True, slots=True)
class Range:
    """Household keys in (low, high]; None is open; the last range also takes rows without a key."""

    low: object = None
    high: object = None
    last: bool = True


class Dataset:
    """All tables of a run and how to read them."""

    def __init__(self, book: Rulebook, tables: Mapping[str, TableData], *, snapshot: bool) -> None:
        self.book, self.tables, self.snapshot = book, tables, snapshot
        self.units = Units(book.tables)
        self._facts = {(fact.table, fact.column): fact for fact in reversed([*book.facts.values()])}
        """The fact that a column carries, the first declared where several name it."""

    # -- reading footers --------------------------------------------------------------------------
    @classmethod
    def open(
        cls,
        connection: duckdb_engine.Connection,
        book: Rulebook,
        files: Mapping[str, Sequence[Path]],
        *,
        snapshot: bool,
    ) -> Dataset:
        """Read the footers of every table's files."""
        tables = {}
        for table, found in files.items():
            types = duckdb_engine.describe(connection, duckdb_engine.parquet_source(found))
            tables[table] = TableData(table, tuple(found), types, _groups(connection, found))
        return cls(book, tables, snapshot=snapshot)

    def present(self) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs that facts can be read from."""
        return frozenset(
            (fact.table, fact.column)
            for fact in self.book.facts.values()
            if fact.table in self.tables and fact.column in self.tables[fact.table].types
        )

    def problems(self) -> list[str]:
        """Columns whose type cannot be read as declared, and numbers beyond what can be computed with."""
        found = []
        for fact in self.book.facts.values():
            table = self.tables.get(fact.table)
            if table is None or fact.column not in table.types or fact.personal:
                continue
            kind = table.types[fact.column]
            if not self._readable(fact, kind):
                found.append(f"{table.files[0].name}: column {fact.column} is {kind}, declared {fact.type.kind}")
            elif kind in _WHOLE:
                found += self._beyond(fact, table)
        return found

    def _beyond(self, fact: Fact, table: TableData) -> list[str]:
        bound = 1 if fact.type.kind == "boolean" else LIMIT
        for group in table.groups:
            ends = (group.least.get(fact.column), group.most.get(fact.column))
            if any(end is not None and abs(int(end)) > bound for end in ends):
                value = next(end for end in ends if end is not None and abs(int(end)) > bound)
                wanted = "0 or 1" if bound == 1 else "at most 10^12"
                return [f"{table.files[0].name}: column {fact.column} holds {value}, expected {wanted}"]
        return []

    def _readable(self, fact: Fact, kind: str) -> bool:
        number = kind in _WHOLE or kind.startswith("DECIMAL") or kind in ("DOUBLE", "FLOAT")
        match fact.type.kind:
            case "integer":
                return kind in _WHOLE
            case "money":
                return kind in _WHOLE if self._fen(fact) else number
            case "decimal":
                return number
            case "boolean":
                return kind == "BOOLEAN" or kind in _WHOLE
            case "date":
                return kind == "DATE" or kind.startswith("TIMESTAMP")
            case "code":
                values = self.book.codes[fact.type.code].values
                whole = bool(values) and all(isinstance(v.value, int) for v in values)
                return kind in _WHOLE if whole else kind == "VARCHAR"
            case _:
                return kind == "VARCHAR" or kind in _WHOLE
        return False

    def _fen(self, fact: Fact) -> bool:
        return fact.fen or self.snapshot

    # -- which rows -------------------------------------------------------------------------------
    def nullable(self, chunk: Range) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs that may have blanks within a range of households."""
        found = set()
        for table in self.tables.values():
            key = self.household_column(table.id)
            groups = [g for g in table.groups if key is None or _overlaps(g, key, chunk)]
            for column in table.types:
                if any(g.nulls.get(column, None) != 0 for g in groups):
                    found.add((table.id, column))
        return frozenset(found)

    def nonneg(self) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs of whole numbers that the footers show to be never negative."""
        found = set()
        for table in self.tables.values():
            for column, kind in table.types.items():
                least = [g.least.get(column) for g in table.groups]
                if kind in _WHOLE and least and all(v is not None and int(v) >= 0 for v in least):
                    found.add((table.id, column))
        return frozenset(found)

    def household_column(self, table: str) -> str | None:
        """The column of a table that holds the household's key, or None."""
        if not self.units.in_household(table):
            return None
        key = self.book.tables[self.units.household].key
        record = self.book.tables[table]
        if table == self.units.household:
            return key
        if record.belongs_to and self.units.parent(table) == self.units.household and record.key:
            return record.belongs_to
        return key if key in self.tables[table].types else None

    # -- FROM texts -------------------------------------------------------------------------------
    def source(self, table: str, columns: Iterable[str], chunk: Range | None, extra: str = "") -> str:
        """The FROM text of a table's rows: link columns and the wanted ones, of one range of households."""
        data = self.tables.get(table)
        links = links_of(self.units, table)
        if data is None:
            # the file is not there: a table without rows, which the compiler knows to be silent
            parts = [f"CAST(NULL AS VARCHAR) AS k_{link}" for link in links]
            parts += [f"NULL AS {quoted(c)}" for c in columns]
            return f"(SELECT {', '.join(parts)} WHERE false)"
        base, where = self._base(table, chunk)
        parts = [f"{self._link(table, link)} AS k_{link}" for link in links]
        parts += [f"{self._column(table, c)} AS {quoted(c)}" for c in columns]
        return f"(SELECT {', '.join(parts)} FROM {base} s{extra}{where})"

    def _base(self, table: str, chunk: Range | None) -> tuple[str, str]:
        data = self.tables[table]
        text = duckdb_engine.parquet_source(data.files)
        if chunk is None or not self.units.in_household(table):
            return text, ""
        column = self.household_column(table)
        if column is not None:
            return text, where_text(f"s.{quoted(column)}", chunk)
        # rows that name a person only are found through the person
        person = self.book.tables[self.units.person]
        owner = duckdb_engine.parquet_source(self.tables[self.units.person].files)
        household = quoted(person.belongs_to or "")
        joined = (
            f"(SELECT r.*, o.{household} AS {quoted('k household')} FROM {text} r "
            f"LEFT JOIN {owner} o ON r.{quoted(person.key or '')} = o.{quoted(person.key or '')})"
        )
        return joined, where_text(f"s.{quoted('k household')}", chunk)

    def _link(self, table: str, link: str) -> str:
        record, target = self.book.tables[table], self.book.tables[link]
        types = self.tables[table].types
        if link == self.units.household:
            column = self.household_column(table)
            return f"s.{quoted(column or 'k household')}"
        if link == table:
            return f"s.{quoted(record.key or '')}"
        if self.units.parent(table) == link and record.key:
            return f"s.{quoted(record.belongs_to or '')}"
        return f"s.{quoted(target.key or '')}" if (target.key or "") in types else "NULL"

    def _column(self, table: str, column: str) -> str:
        text = f"s.{quoted(column)}"
        if column == PRESENT:
            return "true"
        if column.startswith("k_") and column[2:] in self.book.tables:
            return f"CAST({self._link(table, column[2:])} AS VARCHAR)"
        if column.startswith(COVERED):
            return f"coalesce({text}, false)" if column in self.tables[table].types else "false"
        fact = self._facts.get((table, column))
        if fact is None:
            return quoted(PARAMETER + column)
        return self._typed(fact, text, self.tables[table].types[column])

    def _typed(self, fact: Fact, text: str, kind: str) -> str:
        """A column as the evaluators' integers, conditions, dates and texts."""
        match fact.type.kind:
            case "money" if not self._fen(fact):
                if kind in _WHOLE:
                    return f"CAST({text} AS BIGINT) * 100"
                return f"CAST(round(CAST({text} AS DECIMAL(30, 6)) * 100) AS BIGINT)"
            case "decimal":
                return f"CAST(CAST({text} AS DECIMAL(30, 6)) * {DECIMAL_SCALE} AS BIGINT)"
            case "boolean":
                return text if kind == "BOOLEAN" else f"({text} <> 0)"
            case "date":
                return text if kind == "DATE" else f"CAST({text} AS DATE)"
            case "text":
                return text if kind == "VARCHAR" else f"CAST({text} AS VARCHAR)"
            case _:
                return text if kind in ("BIGINT", "VARCHAR") else f"CAST({text} AS BIGINT)"

    def stored_key(self, table: str, column: str) -> str:
        """A key column of a parameter as the file has it."""
        fact = self.book.facts[table, column]
        here = table in self.tables and fact.column in self.tables[table].types
        return f"s.{quoted(fact.column)}" if here else "NULL"

    def key_test(self, table: str, column: str, value: str) -> str:
        """Whether a row's key is `value`; numbers that stand for text are compared as numbers."""
        fact = self.book.facts[table, column]
        kind = self.tables[table].types.get(fact.column, "") if table in self.tables else ""
        if fact.type.kind == "text" and kind in _WHOLE:
            return f"{self.stored_key(table, column)} IS NOT DISTINCT FROM TRY_CAST({value} AS {kind})"
        return f"{self.raw_key(table, column)} IS NOT DISTINCT FROM {value}"

    def raw_key(self, table: str, column: str) -> str:
        """A key column of a parameter as it stands."""
        fact = self.book.facts[table, column]
        if table not in self.tables or fact.column not in self.tables[table].types:
            return "NULL"
        return self._typed(fact, f"s.{quoted(fact.column)}", self.tables[table].types[fact.column])


def _groups(connection: duckdb_engine.Connection, files: Sequence[Path]) -> tuple[RowGroup, ...]:
    found: dict[tuple[Any, int], RowGroup] = {}
    for file, number, column, nulls, least, most, rows in duckdb_engine.row_groups(connection, files):
        group = found.setdefault((file, number), RowGroup(rows, {}, {}, {}))
        group.nulls[column] = nulls  # type: ignore[index]
        group.least[column] = least  # type: ignore[index]
        group.most[column] = most  # type: ignore[index]
    return tuple(found.values())


def _overlaps(group: RowGroup, key: str, chunk: Range) -> bool:
    least, most = group.least.get(key), group.most.get(key)
    if least is None or most is None:
        return True
    number = isinstance(chunk.low, int) or isinstance(chunk.high, int)
    low, high = (int(least), int(most)) if number else (least, most)
    above = chunk.low is None or high > chunk.low  # type: ignore[operator]
    below = chunk.high is None or low <= chunk.high  # type: ignore[operator]
    return bool(above and below) or (chunk.last and group.nulls.get(key) != 0)


def literal(value: object) -> str:
    """A household key as SQL; keys come from the data, so text is quoted."""
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def where_text(column: str, chunk: Range) -> str:
    """The WHERE of a range of household keys, or nothing."""
    tests = []
    if chunk.low is not None:
        tests.append(f"{column} > {literal(chunk.low)}")
    if chunk.high is not None:
        tests.append(f"{column} <= {literal(chunk.high)}")
    if not tests:
        return ""
    text = " AND ".join(tests)
    return f" WHERE {text} OR {column} IS NULL" if chunk.last else f" WHERE {text}"
