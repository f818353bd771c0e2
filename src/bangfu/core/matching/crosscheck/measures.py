"""What the facts need of each row of a bureau's file, as arrays of small numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bangfu.core.files.layout import ColumnLayout
from bangfu.core.matching.crosscheck.catalogue import BureauTable, FactSpec
from bangfu.core.matching.crosscheck.store import NO_VALUE
from bangfu.core.matching.rows import NO_DAY, read_days
from bangfu.core.values.dates import parse_date
from bangfu.core.values.text import label_key

MICRO = 1_000_000
"""Parts of a square metre in which areas are summed: a decimal has six places."""
UNKNOWN_CODE = 255
COUNTED = "counted"
"""The lane that says whether a row counts at all; absent where every row does."""


def lanes_of(table: BureauTable, facts: tuple[FactSpec, ...], columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """The lanes of a table from its typed Arrow columns (absent ones count as blank in every row).

    `counted` (uint8), one lane per fact that sums (int64 in fen, or in MICRO of a square metre; NO_VALUE where a term
    is blank), dates (int32 days since 1970, NO_DAY), whole numbers (int64), yes or no and codes (uint8,
    UNKNOWN_CODE), and `class_COLUMN` (uint8, 0 where the text is in no class).
    """
    found: dict[str, Any] = {}
    if table.excluded:
        found[COUNTED] = _counted(table, columns, rows)
    for fact in facts:
        if fact.make in ("sum", "average"):
            found[fact.name] = _sum(table, fact, columns, rows)
        for name in [condition.column for condition in fact.rows] + (
            [term.column for term in fact.value] if fact.make in ("earliest", "worst") else []
        ):
            found[name] = plain_lane(table.column(name), columns.get(name), rows)
    for name, classes in table.classes.items():
        found[f"class_{name}"] = _by_text(columns.get(name), rows, classes, 0)
    if table.month:
        column = columns.get(table.month)
        found[table.month] = _no_days(rows) if column is None else _months(column)
    return found


def _months(column: Any) -> Any:
    """A column of months as the first day of each (days since 1970, NO_DAY where it is blank or no month)."""
    import numpy as np
    import pyarrow as pa

    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = array.cast(pa.string()).dictionary_encode()
    read = [parse_date(text or "").value for text in encoded.dictionary.to_pylist()]
    table = [NO_DAY if day is None else (day - date(1970, 1, 1)).days for day in read]
    return np.array([*table, NO_DAY], np.int32)[np.asarray(encoded.indices.fill_null(len(table)))]


def _no_days(rows: int) -> Any:
    import numpy as np

    return np.full(rows, NO_DAY, np.int32)


def _counted(table: BureauTable, columns: Mapping[str, Any], rows: int) -> Any:
    import numpy as np

    found = np.ones(rows, np.uint8)
    for name, texts in table.excluded.items():
        found &= _by_text(columns.get(name), rows, dict.fromkeys(texts, 0), 1)
    return found


def _by_text(column: Any, rows: int, known: Mapping[str, int], other: int) -> Any:
    """A number for each row by its text; `other` for a blank and for a text that is not known."""
    import numpy as np
    import pyarrow as pa

    if column is None:
        return np.full(rows, other, np.uint8)
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = array.cast(pa.string()).dictionary_encode()
    table = [known.get(label_key(text), other) for text in encoded.dictionary.to_pylist()]
    return np.array([*table, other], np.uint8)[np.asarray(encoded.indices.fill_null(len(table)))]


def _sum(table: BureauTable, fact: FactSpec, columns: Mapping[str, Any], rows: int) -> Any:
    """Σ of the fact's terms per row, at least its floor; NO_VALUE where one of them is blank."""
    import numpy as np

    total = np.zeros(rows, np.int64)
    blank = np.zeros(rows, bool)
    for term in fact.value:
        layout = table.column(term.column)
        numbers, missing = _numbers(layout, columns.get(term.column), rows)
        total += term.sign * numbers
        blank |= missing
    if fact.floor is not None:
        np.maximum(total, fact.floor, out=total)
    total[blank] = NO_VALUE
    return total


def _numbers(layout: ColumnLayout, column: Any, rows: int) -> tuple[Any, Any]:
    """A numeric column as int64 with zero for a blank, and which rows are blank."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if column is None:
        return np.zeros(rows, np.int64), np.ones(rows, bool)
    if layout.kind == "decimal":
        factor = pa.scalar(MICRO, pa.decimal128(7, 0))
        column = pc.multiply(column, factor).cast(pa.decimal128(38, 0), safe=False).cast(pa.int64())
    missing = np.asarray(pc.is_null(column))
    return np.asarray(pc.fill_null(column, 0)).astype(np.int64, copy=False), missing


def plain_lane(layout: ColumnLayout, column: Any, rows: int) -> Any:
    """A date (int32), whole number or money (int64), yes or no, or code of a few values (uint8), as it is."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if layout.kind == "date":
        return _no_days(rows) if column is None else read_days(column)
    if layout.kind in ("integer", "money"):
        if column is None:
            return np.full(rows, NO_VALUE, np.int64)
        return np.asarray(pc.fill_null(column, NO_VALUE)).astype(np.int64, copy=False)
    if column is None:
        return np.full(rows, UNKNOWN_CODE, np.uint8)
    return np.asarray(pc.fill_null(column.cast(pa.uint8()), UNKNOWN_CODE)).astype(np.uint8, copy=False)
