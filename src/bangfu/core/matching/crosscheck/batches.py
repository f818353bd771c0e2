"""Files of any size, batch by batch: who each row is about, and its columns as typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bangfu.core.files.header import title_key
from bangfu.core.files.identity import BIRTH_DATE, ID_NUMBER, IDENTITY, NAME, NUMBER
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.parquet import parquet_columns, parquet_parts, read_array
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.rows import Rows, only_months, read_days, read_rows

BATCH_ROWS = 1 << 19
_IDENTITY = tuple(column.name for column in IDENTITY)


class Batch(NamedTuple):
    """Rows of a file. `row_no`: int64, 0-based place in the file, rows that could not be read counted. `columns`: typed
    Arrow arrays by name, those that the file has; identity is in `who`. `unreadable`: cells that became blank."""

    row_no: Any
    who: Rows
    columns: dict[str, Any]
    unreadable: int


class Opened(NamedTuple):
    """A file whose header is known. `found`: names of the columns it has; `rejected`: rows that could not be read,
    known once all batches were taken."""

    found: frozenset[str]
    batches: Iterator[Batch]
    rejected: list[int]


def open_file(path: Path, layout: TableLayout) -> Opened:
    """Look at the header and prepare to read. Raises FileError where the file cannot be read or has nothing to tell by
    whom a row is about."""
    opened = _open_parquet(path, layout) if is_parquet(path) else _open_sheets(path, layout)
    if ID_NUMBER not in opened.found and not {NAME, BIRTH_DATE} <= opened.found:
        expected = "、".join((NUMBER.name, *NUMBER.headers))
        raise FileError(
            "no_key_column", path.name, expected=expected, found="、".join(sorted(opened.found)) or "（空）"
        )
    return opened


def is_parquet(path: Path) -> bool:
    """A Parquet file, or a folder of parts."""
    return path.is_dir() or path.suffix.lower() == ".parquet"


def _open_parquet(path: Path, layout: TableLayout) -> Opened:
    names = list(parquet_columns(path))
    known = {title_key(name): name for name in reversed(names)}
    at: dict[str, str] = {}
    for column in layout.columns:
        hit = column.name if column.name in names else next((known[t] for t in column.titles if t in known), None)
        if hit is not None and hit not in at.values():
            at[column.name] = hit
    if BIRTH_DATE in at and _only_months(path, at[BIRTH_DATE]):
        del at[BIRTH_DATE]  # the whole file tells months from days, a batch of it may not
    return Opened(frozenset(at), _parquet_batches(path, layout, at), [])


def _only_months(path: Path, name: str) -> bool:
    """Whether every date of birth of a file is the first of a month."""
    import numpy as np
    import pyarrow.parquet as pq

    days = [read_days(pq.read_table(part, columns=[name]).column(0)) for part in parquet_parts(path)]
    return only_months(np.concatenate(days))


def _parquet_batches(path: Path, layout: TableLayout, at: dict[str, str]) -> Iterator[Batch]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    start = 0
    for part in parquet_parts(path):
        try:
            for batch in pq.ParquetFile(part).iter_batches(BATCH_ROWS, columns=list(at.values())):
                row_no = np.arange(start, start + batch.num_rows, dtype=np.int64)
                start += batch.num_rows
                yield _batch(row_no, {name: batch.column(hit) for name, hit in at.items()}, layout)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as error:
            raise FileError("damaged", part.name, found=str(error)[:80]) from None
    if not start:
        empty = pq.read_schema(parquet_parts(path)[0]).empty_table().combine_chunks()
        none = {name: _one_array(empty.column(hit)) for name, hit in at.items()}
        yield _batch(np.empty(0, np.int64), none, layout)


def _one_array(column: Any) -> Any:
    import pyarrow as pa

    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _batch(row_no: Any, columns: dict[str, Any], layout: TableLayout) -> Batch:
    identity = {name: _plain(columns[name]) for name in _IDENTITY if name in columns}
    typed, unreadable = {}, 0
    for column in layout.columns:
        if column.name in columns and column.name not in _IDENTITY:
            typed[column.name], found = read_array(columns[column.name], column)
            unreadable += sum(bool(reading.problem) for _, _, reading in found)
    return Batch(row_no, read_rows(identity), typed, unreadable)


def _plain(column: Any) -> Any:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view":
        return column.cast(pa.string())
    return column


def _open_sheets(path: Path, layout: TableLayout) -> Opened:
    """CSV and workbooks, which are read whole: no county's office can handle one that does not fit."""
    import numpy as np

    reading = read_table(path, layout)
    number = {name: at for at, name in enumerate(reading.sheets)}
    sheets = np.concatenate([np.asarray(reading.sheet_of), [number[name] for name, _ in reading.rejected]]).astype(int)
    rows = np.concatenate([np.asarray(reading.row_of), [row for _, row in reading.rejected]]).astype(int)
    place = np.empty(len(rows), np.int64)
    place[np.lexsort((rows, sheets))] = np.arange(len(rows))
    kept = len(reading.row_of)
    columns = {name: reading.table.column(name) for name in reading.table.column_names}
    who = read_rows({name: column for name, column in columns.items() if name in _IDENTITY})
    typed = {name: column.combine_chunks() for name, column in columns.items() if name not in _IDENTITY}
    batch = Batch(place[:kept], who, typed, sum(problem.row is not None for problem in reading.problems))
    return Opened(frozenset(columns), iter([batch]), place[kept:].tolist())


def layout_with(name: str, columns: tuple[ColumnLayout, ...]) -> TableLayout:
    """A table's layout by its file's name."""
    return TableLayout(name, name, columns)
