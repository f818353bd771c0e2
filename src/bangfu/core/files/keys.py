"""A key names one row: the first of several is kept, and both sides are told."""

from __future__ import annotations

from dataclasses import replace

from bangfu.core.files.reading import Remarks, TableReading
from bangfu.core.values.text import mask


def keep_first(reading: TableReading, remarks: Remarks) -> TableReading:
    """The reading with its remarks, and without the later ones of rows that carry the same key."""
    import pyarrow.compute as pc

    key = reading.layout.key
    if key is not None and key.name in reading.table.column_names:
        column = reading.table.column(key.name)
        if pc.count_distinct(column).as_py() < len(column):
            reading = _without_repeats(reading, remarks, key.name, key.personal)
    return replace(reading, notes=remarks.notes(), problems=tuple(remarks.problems))


def _without_repeats(reading: TableReading, remarks: Remarks, key: str, personal: bool) -> TableReading:
    import pyarrow as pa

    title = reading.headers.get(key, key)
    sheets, rows = reading.sheet_of.to_pylist(), reading.row_of.to_pylist()
    first: dict[object, int] = {}
    told: set[int] = set()
    keep = [True] * len(rows)
    rejected = list(reading.rejected)
    for index, value in enumerate(reading.table.column(key).to_pylist()):
        at = first.setdefault(value, index)
        if at == index:
            continue
        keep[index] = False
        shown = mask(str(value)) if personal else str(value)
        here, there = _place(reading, sheets[index], rows[index]), _place(reading, sheets[at], rows[at])
        if at not in told:
            told.add(at)
            remarks.problem(reading.sheets[sheets[at]], rows[at], title, shown, "duplicated_key", detail=here)
        remarks.problem(reading.sheets[sheets[index]], rows[index], title, shown, "duplicate_key", detail=there)
        rejected.append((reading.sheets[sheets[index]], rows[index]))
    mask_array = pa.array(keep)
    return replace(
        reading,
        table=reading.table.filter(mask_array),
        sheet_of=reading.sheet_of.filter(mask_array),
        row_of=reading.row_of.filter(mask_array),
        rejected=tuple(rejected),
    )


def _place(reading: TableReading, sheet: int, row: int) -> str:
    name = reading.sheets[sheet]
    return f"{name} 第{row}行" if name and len(reading.sheets) > 1 else f"第{row}行"
