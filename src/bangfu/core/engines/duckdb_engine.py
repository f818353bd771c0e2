"""DuckDB, locked to the run's own folders. Nothing outside this package imports it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

Connection = Any
"""A DuckDB connection; its package carries no usable types."""
VERSION = duckdb.__version__


class EngineError(Exception):
    """A step that the engine could not carry out; the message is for a person."""


def connect(folders: Iterable[Path], *, threads: int, memory_mb: int, scratch: Path | None = None) -> Connection:
    """A connection that reaches only the given folders and whose settings can no longer be changed."""
    connection = duckdb.connect(config={"threads": threads, "memory_limit": f"{memory_mb}MB"})
    allowed = [str(folder.resolve()) + "/" for folder in folders]
    if scratch is not None:
        connection.execute(f"SET temp_directory = {_text(str(scratch))}")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET allowed_directories = [{', '.join(map(_text, allowed))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def run(connection: Connection, sql: str, values: Mapping[str, str] | None = None) -> list[tuple[Any, ...]]:
    """Run one statement and fetch its rows."""
    try:
        cursor = connection.execute(sql, dict(values)) if values else connection.execute(sql)
        return list(cursor.fetchall())
    except duckdb.OutOfRangeException as error:
        raise EngineError(
            f"数值溢出：计算结果超出64位整数 / a number beyond 64 bits: {_first_line(error)}; "
            "look for absurd values in the money columns of the data"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise EngineError(f"memory limit reached: {_first_line(error)}; give --memory a larger value") from error
    except duckdb.InvalidInputException as error:
        raise EngineError(_first_line(error)) from error


def describe(connection: Connection, source: str) -> dict[str, str]:
    """Column names and types of a FROM text."""
    return {str(row[0]): str(row[1]) for row in run(connection, f"DESCRIBE SELECT * FROM {source}")}


def parquet_source(files: Sequence[Path]) -> str:
    """The FROM text of Parquet files."""
    return f"read_parquet([{', '.join(_text(str(f)) for f in files)}])"


def row_groups(connection: Connection, files: Sequence[Path]) -> list[tuple[int, int, str, int | None, Any, Any, int]]:
    """(file number, row group, column, nulls, least, most, rows) of Parquet files, from their footers."""
    listed = ", ".join(_text(str(f)) for f in files)
    return run(
        connection,
        "SELECT file_name, row_group_id, path_in_schema, stats_null_count, stats_min_value, stats_max_value, "
        f"row_group_num_rows FROM parquet_metadata([{listed}]) ORDER BY file_name, row_group_id",
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
