"""A file of what people have decided: it only grows, and of several answers to one question the newest holds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.files.remarks import FileError

FIRST_DAY = date(1, 1, 1)
"""What an answer without a date counts as: any dated one is newer."""


def read_log(path: Path, schema: Any, expected: str) -> list[dict[str, Any]]:
    """The rows of a file of decisions in the order in which they were added.

    Raises FileError where it is none; `expected` names the command that writes such a file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileError("damaged", path.name, found=str(error)[:80]) from None
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise FileError("not_decisions", path.name, found="、".join(missing), expected=expected)
    rows: list[dict[str, Any]] = table.select(schema.names).cast(schema).to_pylist()
    return rows


def write_log(path: Path, rows: Sequence[dict[str, Any]], schema: Any) -> None:
    """Write a file of decisions whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), made)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def added(old: Sequence[dict[str, Any]], new: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of `new` that are not in `old` yet: reading the same list twice adds nothing."""
    known = {tuple(row.values()) for row in old}
    return [row for row in new if tuple(row.values()) not in known]


def newest(rows: Sequence[dict[str, Any]], key: Sequence[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """For each key the answer of the latest day; of one day the one added last."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["decided_on"] or FIRST_DAY):
        found[tuple(row[name] for name in key)] = row
    return found
