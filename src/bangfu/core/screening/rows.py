"""One household's rows of every table, as the Python evaluator reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from bangfu.core.compiler.gathering import COVERED
from bangfu.core.compiler.lowering import DECIMAL_SCALE
from bangfu.core.compiler.plan import links_of
from bangfu.core.compiler.sql import quoted
from bangfu.core.engines.duckdb_engine import Connection, run
from bangfu.core.rulebook.model import Fact
from bangfu.core.screening.dataset import DataError, Dataset, Range, literal

_EVERY = Range()
_WHOLE = ("INT", "BIGINT")


def household_rows(connection: Connection, data: Dataset, household_no: str) -> dict[str, list[dict[str, Any]]]:
    """Rows by table of one household: its own, those that belong to it, and those above it (its village).

    Money in fen, decimals as Decimal, missing as None; columns under the data's own names, keys in the data's type.
    A household that persons name but that has no row of its own
    comes without one. Raises DataError where nothing names the household.
    """
    units = data.units
    if units.household not in data.tables:
        raise DataError("没有户表 / there is no table of households in the data")
    key = data.book.tables[units.household].key or ""
    number = _typed_key(household_no, data.tables[units.household].types[key])
    found: dict[str, list[dict[str, Any]]] = {}
    for table in data.tables:
        if units.in_household(table):
            found[table] = _rows(connection, data, table, f"k_{units.household}", number)
    if not any(found.values()):
        raise DataError(
            f"--household: 数据中没有户编号 {household_no} / there is no household {household_no} in the data; "
            f"look in column {key} of {data.tables[units.household].files[0].name}"
        )
    for below, above in zip(units.chain(units.household), units.chain(units.household)[1:], strict=False):
        column = data.book.tables[below].belongs_to or data.book.tables[above].key or ""
        parents = {row.get(column) for row in found.get(below, ())} - {None}
        if above in data.tables and parents:
            found[above] = _rows(connection, data, above, f"k_{above}", next(iter(parents)))
    return found


def rows_of_households(
    connection: Connection, data: Dataset, numbers: Sequence[object]
) -> dict[object, dict[str, list[dict[str, Any]]]]:
    """Rows by household and table of many households at once, one query for each table."""
    units = data.units
    connection.execute("CREATE OR REPLACE TEMP TABLE wanted_keys AS SELECT unnest($1) AS k", [list(numbers)])
    found: dict[object, dict[str, list[dict[str, Any]]]] = {number: {} for number in numbers}
    for table in data.tables:
        if units.in_household(table):
            for number in numbers:
                found[number][table] = []
            link = f"k_{units.household}"
            test = f"{quoted(link)} IN (SELECT k FROM wanted_keys)"
            for number, row in _read(connection, data, table, link, test):
                found[number][table].append(row)
    for below, above in zip(units.chain(units.household), units.chain(units.household)[1:], strict=False):
        if above in data.tables:
            column = data.book.tables[below].belongs_to or data.book.tables[above].key or ""
            parents = dict(_read(connection, data, above, f"k_{above}", "true"))
            for held in found.values():
                keys = [row.get(column) for row in held.get(below, ())]
                held[above] = [parents[key] for key in keys[:1] if key in parents]
    return found


def coverage(data: Dataset) -> dict[str, str]:
    """Whether each table's rows are complete: registry tables where they are there, bureau tables as they say."""
    household = data.tables.get(data.units.household)
    found = {}
    for table in data.book.tables.values():
        if table.id not in data.tables:
            found[table.id] = "no"
        elif table.bureau:
            told = household is not None and COVERED + table.id in household.types
            found[table.id] = "some" if told else "no"
        else:
            found[table.id] = "yes"
    return found


def _rows(connection: Connection, data: Dataset, table: str, link: str, number: object) -> list[dict[str, Any]]:
    return [row for _, row in _read(connection, data, table, link, f"{quoted(link)} = {literal(number)}")]


def _read(
    connection: Connection, data: Dataset, table: str, link: str, test: str
) -> Iterator[tuple[object, dict[str, Any]]]:
    """The rows that pass the test, each with the value of `link`."""
    facts = {f.column: f for f in data.book.facts.values() if f.table == table and not f.personal}
    present = data.tables[table].types
    keys = {data.book.tables[other].key for other in links_of(data.units, table)} | {data.book.tables[table].belongs_to}
    columns = [column for column in facts if column in present and column not in keys]
    columns += [column for column in present if column.startswith(COVERED)]
    links = links_of(data.units, table)
    wanted = [*(f"k_{other}" for other in links), *columns]
    source = data.source(table, columns, _EVERY)
    for values in run(connection, f"SELECT {', '.join(map(quoted, wanted))} FROM {source} r WHERE {test}"):
        read = dict(zip(wanted, values, strict=True))
        yield read[link], _row(data, table, links, facts, read)


def _row(
    data: Dataset, table: str, links: tuple[str, ...], facts: dict[str, Fact], read: dict[str, Any]
) -> dict[str, Any]:
    """The link columns under the names of the keys, decimals as they are written."""
    record, units = data.book.tables[table], data.units
    row: dict[str, Any] = {}
    for other in links:
        parent = record.key and other != table and units.parent(table) == other
        column = (record.belongs_to if parent else data.book.tables[other].key) or ""
        row[column] = read.pop(f"k_{other}")
    for column, value in read.items():
        fact = facts.get(column)
        scaled = fact is not None and fact.type.kind == "decimal" and value is not None
        row[column] = Decimal(value) / DECIMAL_SCALE if scaled else value
    return row


def _typed_key(text: str, kind: str) -> object:
    if any(word in kind for word in _WHOLE):
        if not text.lstrip("-").isdigit():
            raise DataError(f"--household: 户编号应为数字 / {text!r} is not a number; household keys in the data are")
        return int(text)
    return text
