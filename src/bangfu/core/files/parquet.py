"""Parquet: columns whose types already fit are taken as they are, the others are read as text is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bangfu.core.files.arrays import ColumnReader, arrow_type
from bangfu.core.files.header import title_key
from bangfu.core.files.keys import keep_first
from bangfu.core.files.layout import ColumnLayout, TableLayout, own_names
from bangfu.core.files.reading import Remarks, TableReading
from bangfu.core.files.remarks import FileError
from bangfu.core.files.sheet import cell_text
from bangfu.core.values.reading import Reading


def parquet_parts(path: Path) -> tuple[Path, ...]:
    """The file itself, or the parts of a folder in the order of their names."""
    return tuple(sorted(path.glob("*.parquet"))) if path.is_dir() else (path,)


def parquet_columns(path: Path) -> dict[str, str]:
    """Names and Arrow types of a Parquet file's columns, from its footer: `{"wage": "int64", …}`.

    For a folder those of its first part. Raises FileError where it is no Parquet, or the folder has no part.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = parquet_parts(path)
    if not parts:
        raise FileError("not_a_table", path.name, found="文件夹中没有 .parquet / no .parquet in the folder")
    try:
        schema = pq.read_schema(parts[0])
    except (pa.ArrowInvalid, OSError) as error:
        raise FileError("damaged", path.name, found=str(error)[:80]) from None
    return {field.name: str(field.type) for field in schema}


def parquet_shape(path: Path) -> tuple[tuple[str, ...], int]:
    """A Parquet file's columns and its number of rows, from its footer. Raises FileError where it is no Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        footer = pq.read_metadata(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileError("damaged", path.name, found=str(error)[:80]) from None
    return tuple(footer.schema.to_arrow_schema().names), int(footer.num_rows)


def read_parquet(path: Path, layout: TableLayout) -> TableReading:
    """Read a Parquet file or a folder of parts. Row numbers count from 1 through each part.

    Parts are its sheets.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = parquet_parts(path)
    at, unknown = _columns(path, layout)
    if layout.rest:
        names = own_names(unknown, [column.name for column in layout.columns])
        at, unknown, layout = {**at, **dict(zip(names, unknown, strict=True))}, [], layout.with_rest(names)
    remarks = Remarks(path.name)
    tables = []
    for part in parts:
        try:
            tables.append(pq.ParquetFile(part).read(columns=list(dict.fromkeys(at.values()))))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as error:
            raise FileError("damaged", part.name, found=str(error)[:80]) from None
    sheets = tuple(part.name if path.is_dir() else "" for part in parts)
    if unknown:
        remarks.note("", None, "", "", "unknown_columns", detail="、".join(unknown))
    absent = [column.name for column in layout.columns if not column.optional and column.name not in at]
    if absent:
        remarks.note("", None, "", "", "absent_columns", detail="、".join(absent))
    read = [_read_part(table, layout, at, sheet, remarks) for table, sheet in zip(tables, sheets, strict=True)]
    rows = [pa.array(range(1, table.num_rows + 1), pa.int32()) for table in tables]
    number = [pa.array([index] * table.num_rows, pa.int16()) for index, table in enumerate(tables)]
    reading = TableReading(
        path,
        layout,
        _concatenate(read),
        sheets,
        pa.chunked_array(number, pa.int16()),
        pa.chunked_array(rows, pa.int32()),
        at,
        (),
        (),
        (),
        sum(table.num_rows for table in tables),
    )
    return keep_first(_without_keyless(reading, remarks), remarks)


def _columns(path: Path, layout: TableLayout) -> tuple[dict[str, str], list[str]]:
    """Layout column to file column, and the file's columns that no layout column has."""
    names = list(parquet_columns(path))
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(title_key(name), name)
    at = {}
    for column in layout.columns:
        hit = column.name if column.name in names else next((known[t] for t in column.titles if t in known), None)
        if hit is not None:
            at[column.name] = hit
    key = layout.key
    if key is not None and key.name not in at:
        expected = "、".join((key.name, *key.headers))
        raise FileError("no_key_column", path.name, expected=expected, found="、".join(names[:20]))
    return at, [name for name in names if name not in at.values()]


def _read_part(table: Any, layout: TableLayout, at: dict[str, str], sheet: str, remarks: Remarks) -> Any:
    import pyarrow as pa

    rows = range(1, table.num_rows + 1)
    columns = {}
    for column in layout.columns:
        if column.name in at:
            chunked = table.column(at[column.name])
            array = chunked.combine_chunks() if chunked.num_chunks != 1 else chunked.chunk(0)
            values, found = read_array(array, column)
            columns[column.name] = values
            remarks.cells(sheet, rows, column, at[column.name], found)
    return pa.table(columns)


def _concatenate(tables: Sequence[Any]) -> Any:
    import pyarrow as pa

    return pa.concat_tables(tables, promote_options="permissive")


def _without_keyless(reading: TableReading, remarks: Remarks) -> TableReading:
    import dataclasses

    import pyarrow.compute as pc

    key = reading.layout.key
    if key is None or not reading.table.column(key.name).null_count:
        return reading
    valid = pc.is_valid(reading.table.column(key.name))
    lost = pc.invert(valid)
    places = zip(reading.sheet_of.filter(lost).to_pylist(), reading.row_of.filter(lost).to_pylist(), strict=True)
    rejected = [(reading.sheets[sheet], row) for sheet, row in places]
    for sheet_name, row in rejected:
        remarks.problem(sheet_name, row, reading.headers[key.name], "", "no_key")
    return dataclasses.replace(
        reading,
        table=reading.table.filter(valid),
        sheet_of=reading.sheet_of.filter(valid),
        row_of=reading.row_of.filter(valid),
        rejected=tuple(rejected),
    )


def read_array(array: Any, column: ColumnLayout) -> tuple[Any, list[tuple[int, str, Reading]]]:
    """An Arrow array of any type as the column's own type, with (index, text.

    Reading) of what calls for a remark.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_floating(array.type):
        array = pc.if_else(pc.is_nan(array), None, array)
    fitting = _fitting(array, column)
    if fitting is not None:
        return _bounded(fitting, column)
    return ColumnReader(column).read(_as_text(array))


def _fitting(array: Any, column: ColumnLayout) -> Any | None:
    """The array as the column's type where no cell needs reading; None where each must be looked at."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, given = column.kind, array.type
    whole = pa.types.is_integer(given)
    if pa.types.is_null(given):
        return pa.nulls(len(array), arrow_type(column))
    if whole and (kind == "integer" or (kind == "money" and column.fen)):
        return array.cast(pa.int64())
    if whole and kind == "text" and (column.key or column.link):
        return array.cast(pa.int64())
    if kind == "money" and not column.fen:
        return _fen(array)
    if whole and kind == "decimal":
        return array.cast(pa.decimal128(18, 0)).cast(pa.decimal128(18, 6)) if _small(array) else None
    if kind == "decimal" and pa.types.is_decimal(given) and given.scale <= 6:
        return array.cast(pa.decimal128(18, 6))
    if kind == "boolean" and pa.types.is_boolean(given):
        return array
    if kind == "boolean" and whole:
        bounds = pc.min_max(array).as_py()
        return array.cast(pa.bool_()) if bounds["min"] in {None, 0, 1} and bounds["max"] in {None, 0, 1} else None
    if kind == "date" and pa.types.is_date(given):
        return array.cast(pa.date32())
    if kind == "date" and pa.types.is_timestamp(given):
        return array.cast(pa.date32(), safe=False)
    return _fitting_code(array, column) if kind == "code" else None


def _small(array: Any) -> bool:
    import pyarrow.compute as pc

    bounds = pc.min_max(array).as_py()
    return all(bound is None or abs(bound) < 10**12 for bound in bounds.values())


def _fen(array: Any) -> Any | None:
    """Yuan in whole numbers or decimals of at most two places, as fen."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(array.type) and _small(array):
        return pc.multiply(array.cast(pa.int64()), 100)
    if pa.types.is_decimal(array.type) and array.type.scale <= 2 and array.type.precision <= 17:
        scaled = pc.multiply(array, pa.scalar(100, pa.decimal128(3, 0)))
        return scaled.cast(pa.decimal128(22, array.type.scale)).cast(pa.int64())
    return None


def _fitting_code(array: Any, column: ColumnLayout) -> Any | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = arrow_type(column)
    values = set(column.labels.values())
    same = pa.types.is_integer(array.type) if wanted == pa.int64() else pa.types.is_string(array.type)
    if same and all(value is None or value in values for value in pc.unique(array).to_pylist()):
        return array.cast(wanted)
    return None


def _as_text(array: Any) -> Any:
    """The cells as text, for columns that must be read cell by cell."""
    import pyarrow as pa

    if pa.types.is_string(array.type):
        return array
    if pa.types.is_large_string(array.type) or pa.types.is_integer(array.type) or pa.types.is_decimal(array.type):
        return array.cast(pa.string())
    encoded = array.dictionary_encode() if not pa.types.is_nested(array.type) else None
    if encoded is None:
        return pa.array([None if cell is None else cell_text(cell) for cell in array.to_pylist()], pa.string())
    texts = pa.array([cell_text(cell) for cell in encoded.dictionary.to_pylist()], pa.string())
    return texts.take(encoded.indices)


def _bounded(array: Any, column: ColumnLayout) -> tuple[Any, list[tuple[int, str, Reading]]]:
    """The array with values outside the column's bounds taken out and listed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not column.numeric or (column.low is None and column.high is None):
        return array, []
    low = pa.scalar(column.low, array.type) if column.low is not None else None
    high = pa.scalar(column.high, array.type) if column.high is not None else None
    wrong = pc.fill_null(pc.less(array, low), False) if low is not None else None
    if high is not None:
        above = pc.fill_null(pc.greater(array, high), False)
        wrong = above if wrong is None else pc.or_(wrong, above)
    if not pc.any(wrong).as_py():
        return array, []
    indices = pc.indices_nonzero(wrong)
    outside = Reading(None, "", "out_of_range")
    found = [
        (index, str(value), outside)
        for index, value in zip(indices.to_pylist(), array.take(indices).to_pylist(), strict=True)
    ]
    return pc.if_else(wrong, pa.scalar(None, array.type), array), found
