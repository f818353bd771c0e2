"""Reads who is who: the registered persons, and the identities in a bureau's file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.files.find import find_table
from bangfu.core.files.header import title_key
from bangfu.core.files.identity import BORN, HOUSEHOLD_NO, IDENTITY, NUMBER, PERSON_NAME, PERSON_NO, PLACES, SEX
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.parquet import parquet_columns, parquet_parts
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError, Note, Problem
from bangfu.core.matching.names import NO_NAME
from bangfu.core.matching.numbers import text_chunks
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import NO_DAY, Rows, read_rows
from bangfu.core.values.id_number import PROBLEMS


@dataclass(frozen=True)
class FileRows:
    """The identities of a file. `order`: for each of its data rows (row_no) the index into `rows`, −1 for a row that
    could not be read. `sheet_rows`: sheet and 1-based row of each row_no, where the file has such."""

    path: Path
    rows: Rows
    order: Any
    sheets: tuple[str, ...]
    sheet_of: Any
    row_of: Any
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]


def read_people(registry: Path, places: Collection[str] = ()) -> People:
    """The persons of a registry folder; with `places` (phone, region_code) also those, their own or their household's.

    Raises FileError where there is no table of persons, it has no key, or none of its rows carries an ID number:
    linking to it would find nobody and look like an answer.
    """
    path = registry_table(registry, "persons")
    wanted = [column for column in PLACES if column.name in places]
    columns = (PERSON_NO, HOUSEHOLD_NO, NUMBER, PERSON_NAME, BORN, SEX, *wanted)
    if _is_parquet(path):
        found = read_columns(path, columns)
    else:
        reading = read_table(path, TableLayout("persons", "persons", columns))
        found = {name: reading.table.column(name) for name in reading.table.column_names}
    for needed in (PERSON_NO, NUMBER):
        if needed.name not in found:
            expected = "、".join((needed.name, *needed.headers))
            raise FileError("no_key_column", path.name, expected=expected, found="、".join(found) or "（空）")
    if found["person_no"].null_count:
        raise FileError("empty_key", path.name, column=PERSON_NO.headers[0], count=str(found["person_no"].null_count))
    found |= _of_household(registry, found, [column for column in wanted if column.name not in found])
    rows = read_rows({name: column for name, column in found.items() if name not in ("person_no", "household_no")})
    if len(rows) and (rows.numbers.problems == PROBLEMS.index("missing")).all():
        raise FileError("empty_column", path.name, column=NUMBER.headers[0])
    return People(rows, found["person_no"], found.get("household_no"))


def _of_household(registry: Path, found: Mapping[str, Any], wanted: Sequence[ColumnLayout]) -> dict[str, Any]:
    """Columns that the persons table lacks, from the household's row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not wanted or "household_no" not in found:
        return {}
    try:
        path = registry_table(registry, "households")
    except FileError:
        return {}
    columns = (HOUSEHOLD_NO, *wanted)
    if _is_parquet(path):
        given = read_columns(path, columns)
    else:
        try:
            table = read_table(path, TableLayout("households", "households", columns)).table
        except FileError as error:
            if error.code != "no_header":
                raise
            return {}  # it has neither telephone nor area
        given = {name: table.column(name) for name in table.column_names}
    if "household_no" not in given:
        return {}
    own = found["household_no"].cast(pa.string())
    where = pc.index_in(own, value_set=given["household_no"].cast(pa.string()).combine_chunks())
    return {name: column.take(where) for name, column in given.items() if name != "household_no"}


def places_in(path: Path) -> tuple[str, ...]:
    """Which of `PLACES` a bureau's file may carry: by its footer, or all where only reading would tell."""
    if not _is_parquet(path):
        return tuple(column.name for column in PLACES)
    titles = {title_key(name) for name in parquet_columns(path)}
    return tuple(column.name for column in PLACES if titles.intersection(column.titles))


def registry_table(registry: Path, name: str) -> Path:
    """A registry table's file, at the top level or in `registry/`. Raises FileError where there is none."""
    for folder in (registry, registry / "registry"):
        found = find_table(folder, name)
        if found is not None:
            return found
    raise FileError("no_table", str(registry / name), expected=name)


def read_identities(path: Path) -> FileRows:
    """The identities of a bureau's file. Raises FileError where it cannot be read, has no columns to link by, or where
    these are empty in every row."""
    import numpy as np

    if _is_parquet(path):
        columns = read_columns(path, IDENTITY)
        _linkable(path, columns, parquet_columns(path))
        rows = read_rows(columns)
        _not_empty(path, columns, rows)
        every = np.arange(len(rows))
        return FileRows(path, rows, every, ("",), np.zeros(len(rows), np.int16), every + 1, (), ())
    reading = _read_sheets(path)
    columns = {name: reading.table.column(name) for name in reading.table.column_names}
    _linkable(path, columns, columns)
    rows = read_rows(columns)
    _not_empty(path, columns, rows)
    order, sheet_of, row_of = _in_order(reading)
    return FileRows(path, rows, order, reading.sheets, sheet_of, row_of, reading.notes, reading.problems)


def _read_sheets(path: Path) -> Any:
    try:
        return read_table(path, TableLayout("identities", path.stem, IDENTITY))
    except FileError as error:
        if error.code != "no_header":
            raise
        # one title is no header where several are looked for; numbers alone are enough to link by
        return read_table(path, TableLayout("identities", path.stem, (NUMBER,)))


def _in_order(reading: Any) -> tuple[Any, Any, Any]:
    """Rows of data in the order of the file, the rejected ones among them."""
    import numpy as np

    number = {name: at for at, name in enumerate(reading.sheets)}
    sheets = np.concatenate([np.asarray(reading.sheet_of), [number[name] for name, _ in reading.rejected]]).astype(int)
    rows = np.concatenate([np.asarray(reading.row_of), [row for _, row in reading.rejected]]).astype(int)
    order = np.lexsort((rows, sheets))
    kept = len(reading.row_of)
    return np.where(order < kept, order, -1), sheets[order], rows[order]


def _linkable(path: Path, columns: Mapping[str, Any], titles: Iterable[str]) -> None:
    """An absent column must never read as "nobody matches"."""
    if "id_number" not in columns and not ("name" in columns and "birth_date" in columns):
        expected = "、".join((NUMBER.name, *NUMBER.headers))
        raise FileError("no_key_column", path.name, expected=expected, found="、".join(list(titles)[:20]) or "（空）")


def _not_empty(path: Path, columns: Mapping[str, Any], rows: Rows) -> None:
    """Nor must an empty one: without a single number there must be rows with both a name and a date of birth."""
    if not len(rows) or not (rows.numbers.problems == PROBLEMS.index("missing")).all():
        return
    if not ((rows.names.keys != NO_NAME) & (rows.born != NO_DAY)).any():
        if rows.names.keys.any() and "birth_date" in columns and columns["birth_date"].null_count < len(rows):
            raise FileError("no_days", path.name, column=BORN.headers[0])
        empty = NUMBER if "id_number" in columns else PERSON_NAME if not rows.names.keys.any() else BORN
        raise FileError("empty_column", path.name, column=empty.headers[0])


def _is_parquet(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == ".parquet"


def read_columns(path: Path, wanted: Iterable[ColumnLayout]) -> dict[str, Any]:
    """The wanted columns of a Parquet file or folder of parts, under the layout's names, as they are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(parquet_columns(path))
    known = {title_key(name): name for name in reversed(names)}
    at: dict[str, str] = {}
    for column in wanted:
        hit = column.name if column.name in names else next((known[t] for t in column.titles if t in known), None)
        if hit is not None and hit not in at.values():
            at[column.name] = hit
    try:
        parts = [pq.read_table(part, columns=list(at.values())) for part in parquet_parts(path)]
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as error:
        raise FileError("damaged", path.name, found=" ".join(str(error).split())[:80]) from None
    found = {}
    for name, hit in at.items():
        columns = [_as_text(part.column(hit)) for part in parts]
        if len({column.type for column in columns}) > 1:  # numbers in one part, text in another
            columns = [pa.chunked_array(text_chunks(column), pa.string()) for column in columns]
        found[name] = pa.chunked_array([chunk for column in columns for chunk in column.chunks], columns[0].type)
    return found


def _as_text(column: Any) -> Any:
    """Dictionaries and long strings as plain text; anything else as it is."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view":
        return column.cast(pa.string())
    return column
