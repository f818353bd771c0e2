"""From a data folder to a dataset: clean Parquet as it stands, anything else through a snapshot."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from bangfu.core.compiler.sql import quoted
from bangfu.core.engines import duckdb_engine
from bangfu.core.engines.duckdb_engine import Connection, run
from bangfu.core.rulebook.model import Parameter, ParameterValue, Rulebook
from bangfu.core.rulebook.parameters import rows_to_values
from bangfu.core.rulebook.units import Units
from bangfu.core.screening.dataset import DataError, Dataset


def parquet_files(folder: Path, name: str) -> list[Path]:
    """`name.parquet`, or the parts in a folder `name/`."""
    single = folder / f"{name}.parquet"
    if single.is_file():
        return [single]
    return sorted((folder / name).glob("*.parquet")) if (folder / name).is_dir() else []


def clean_files(book: Rulebook, data: Path) -> dict[str, list[Path]] | None:
    """The Parquet files of every table found, or None where some table comes in another form."""
    units = Units(book.tables)
    found: dict[str, list[Path]] = {}
    for table in book.tables.values():
        files = parquet_files(data, table.file)
        if files:
            found[table.id] = files
        elif any((data / f"{table.file}{end}").exists() for end in (".csv", ".xlsx", ".xls")):
            return None
    if units.household and units.household not in found:
        return None
    tables = {p.table.table for p in book.parameters.values() if p.table is not None}
    if any((data / f"{name}{end}").exists() for name in tables for end in (".xlsx", ".xls")):
        return None
    if any(book.tables[table].bureau for table in found) or (data / "registry").is_dir() or (data / "bureau").is_dir():
        return None
    return found


def open_clean(connection: Connection, book: Rulebook, files: Mapping[str, list[Path]]) -> Dataset | None:
    """The dataset of clean Parquet, or None where its columns are not those that the rulebook names."""
    dataset = Dataset.open(connection, book, files, snapshot=False)
    for table in files:
        record = book.tables[table]
        types = dataset.tables[table].types
        if record.key and record.key not in types:
            return None
        if record.key and dataset.units.parent(table) and (record.belongs_to or "") not in types:
            return None
    wanted = {f.table for f in book.facts.values() if f.reads and (f.table, f.column) not in dataset.present()}
    personal = {f.table for f in book.facts.values() if f.personal and f.column in _types(dataset, f.table)}
    if wanted & personal:
        return None
    problems = dataset.problems()
    if any("is VARCHAR" in problem for problem in problems):
        return None
    if problems:
        raise DataError("\n".join(problems))
    return dataset


def _types(dataset: Dataset, table: str) -> Mapping[str, str]:
    return dataset.tables[table].types if table in dataset.tables else {}


# -- parameters that come with the data -------------------------------------------------------------


def parameter_tables(
    connection: Connection, book: Rulebook, data: Path, snapshot: Path | None = None
) -> dict[str, tuple[ParameterValue, ...]]:
    """The values of parameters whose table lies in the data folder, or was read into the snapshot."""
    return {p.id: _rows(connection, book, p, data, snapshot) for p in book.parameters.values() if p.table is not None}


def _rows(
    connection: Connection, book: Rulebook, parameter: Parameter, data: Path, snapshot: Path | None
) -> tuple[ParameterValue, ...]:
    table = parameter.table
    assert table is not None
    files = parquet_files(data, table.table)
    frozen = parquet_files(snapshot, table.table) if snapshot is not None else []
    if frozen:
        # a snapshot has already made fen of yuan
        files, parameter = frozen, dataclasses.replace(parameter, fen=True)
    source = duckdb_engine.parquet_source(files) if files else _csv(data, table.table)
    if source is None:
        raise DataError(
            f"{data}: 缺少参数表 {table.table} / the table {table.table} of the parameter {parameter.id} is missing; "
            f"expected {table.table}.parquet, .csv or .xlsx"
        )
    types = duckdb_engine.describe(connection, source)
    wanted = [*table.match, table.start, table.end, table.value, *([table.area] if table.area else [])]
    absent = [column for column in wanted if column not in types]
    if absent:
        raise DataError(f"{table.table}: columns {', '.join(absent)} are missing; found {', '.join(types)}")
    rows = run(connection, f"SELECT {', '.join(map(quoted, wanted))} FROM {source}")
    kinds = {f.name: f.type for f in book.facts.values() if f.name in table.match and f.derive is None}
    records = (dict(zip(wanted, row, strict=True)) for row in rows)
    return rows_to_values(parameter, records, kinds=kinds, codes=book.codes)


def _csv(data: Path, name: str) -> str | None:
    path = data / f"{name}.csv"
    return "read_csv('" + str(path).replace("'", "''") + "')" if path.is_file() else None


def digests(files: Iterable[Path], root: Path) -> dict[str, str]:
    """sha256 of every file by its path under `root`."""
    found = {}
    for path in sorted(set(files)):
        with path.open("rb") as handle:
            label = str(path.relative_to(root)) if path.is_relative_to(root) else path.name
            found[label] = hashlib.file_digest(handle, "sha256").hexdigest()
    return found
