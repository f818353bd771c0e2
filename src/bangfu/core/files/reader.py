"""The one reader of tables as counties have them.

Parquet, CSV and Excel in, typed columns and remarks out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from bangfu.core.files.arrays import ColumnReader, arrow_type
from bangfu.core.files.header import SEARCHED_ROWS, Found, Header, find_headers, keep_rest
from bangfu.core.files.identity import NAME
from bangfu.core.files.keys import keep_first
from bangfu.core.files.layout import VERBATIM, ColumnLayout, TableLayout
from bangfu.core.files.open_book import open_book
from bangfu.core.files.parquet import read_parquet
from bangfu.core.files.reading import Remarks, TableReading
from bangfu.core.files.remarks import FileError
from bangfu.core.files.rows import is_text_line, is_total, suspects
from bangfu.core.files.sheet import Book, Row, Sheet
from bangfu.core.values.money import read_number
from bangfu.core.values.text import half_width, mask, name_problem, squeeze

CHUNK_ROWS = 50_000
"""Rows that are held as text at a time, so that memory does not grow with the file."""
_LONGEST_PLAIN_NAME = 4


def read_table(path: Path, layout: TableLayout, book: Book | None = None) -> TableReading:
    """Read a table. Raises FileError where the file as a whole cannot be read.

    Bad cells and rows never raise. `book` is the file where the caller has opened it already.
    """
    if path.is_dir() or path.suffix.lower() == ".parquet":
        return read_parquet(path, layout)
    book = book or open_book(path)
    found = find_headers(book, layout)
    _require_header(path, layout, found)
    if layout.rest:
        found, layout = keep_rest(found, layout)
    collector = _Collector(path, layout)
    for code, detail in book.remarks:
        collector.remarks.note("", None, "", "", code, detail=detail)
    for name in found.others:
        collector.remarks.note(name, None, "", "", "other_sheet")
    for sheet, header in found.sheets:
        collector.add_sheet(sheet, header, len(book.sheets) > 1)
    return collector.finish()


def _require_header(path: Path, layout: TableLayout, found: Found) -> None:
    key = layout.key
    if not found.sheets:
        titled = [column.headers[0] for column in layout.columns if column.headers]
        expected = "、".join(titled[:12] or [column.name for column in layout.columns[:12]])
        seen = "、".join(_unmistakable(found.seen)) or "（空）"
        raise FileError("no_header", path.name, expected=expected, found=seen, rows=str(SEARCHED_ROWS))
    if key is not None and not any(key.name in header.at for _, header in found.sheets):
        seen = "、".join(title for title in found.sheets[0][1].titles if title)
        raise FileError("no_key_column", path.name, expected="、".join((key.name, *key.headers)), found=seen)


class _Collector:
    """Gathers the chunks of every sheet of one file."""

    def __init__(self, path: Path, layout: TableLayout) -> None:
        self.path, self.layout = path, layout
        self.remarks = Remarks(path.name)
        self._chunks: dict[str, list[Any]] = {column.name: [] for column in layout.columns}
        self._found: set[str] = set()
        self._sheets: list[str] = []
        self._sheet_of: list[Any] = []
        self._row_of: list[Any] = []
        self._headers: dict[str, str] = {}
        self._rejected: list[tuple[str, int]] = []
        self._seen = 0

    def add_sheet(self, sheet: Sheet, header: Header, named: bool) -> None:
        """Read all rows below the header."""
        name = sheet.name if named or sheet.even else ""
        self._sheets.append(name)
        self._remark_sheet(sheet, header, name)
        for column in self.layout.columns:
            if column.name in header.at:
                self._found.add(column.name)
                title = header.titles[header.at[column.name]]
                self._headers.setdefault(column.name, " ".join(title.split()))
        readers = {
            column.name: ColumnReader(column, header.factors.get(column.name, 1)) for column in self.layout.columns
        }
        body = _filled(sheet, header, self.layout, self.remarks, name)
        at = header.last + 1
        while chunk := list(islice(body, CHUNK_ROWS)):
            numbers = range(at, at + len(chunk))
            at += len(chunk)
            self._add_chunk(sheet, header, name, readers=readers, chunk=chunk, numbers=numbers)

    def _remark_sheet(self, sheet: Sheet, header: Header, name: str) -> None:
        remarks = self.remarks
        for number, row in enumerate(islice(sheet.rows(), header.first - 1), 1):
            text = " ".join(cell.strip() for cell in row if cell.strip())
            if text:
                remarks.note(name, number, "", _without_numbers(text), "title_line")
        if sheet.hidden:
            remarks.note(name, None, "", "", "hidden_sheet")
        if hidden := sheet.hidden_rows():
            remarks.note(name, None, "", "", "hidden_rows", count=hidden)
        for title, count in header.repeated:
            remarks.problem(name, header.last, title, str(count), "duplicate_header")
        for title, chosen in header.synonyms:
            remarks.note(name, header.last, title, "", "two_synonyms", detail=chosen)
        if unknown := header.unknown():
            remarks.note(name, header.last, "", "", "unknown_columns", detail="、".join(unknown))
        if self.layout.rest and (untitled := header.untitled()):
            numbers = "、".join(str(index + 1) for index in untitled)
            remarks.problem(name, header.last, "", "", "untitled_columns", detail=numbers)
        absent = [column.name for column in self.layout.columns if not column.optional and column.name not in header.at]
        if absent:
            remarks.note(name, header.last, "", "", "absent_columns", detail="、".join(absent))

    def _add_chunk(
        self,
        sheet: Sheet,
        header: Header,
        name: str,
        *,
        readers: dict[str, ColumnReader],
        chunk: list[Row],
        numbers: range,
    ) -> None:
        import pyarrow as pa

        kept, rows = self._data_rows(sheet, header, name, chunk, numbers)
        if not kept:
            return
        self._seen += len(kept)
        width = header.width
        whole = sheet.even or all(len(row) == width for row in kept)
        columns = list(zip(*(kept if whole else (row[:width] for row in kept)), strict=True))
        typed: dict[str, Any] = {}
        for column in self.layout.columns:
            index = header.at.get(column.name)
            if index is None or index >= len(columns):
                typed[column.name] = pa.nulls(len(kept), arrow_type(column))
                continue
            values, found = readers[column.name].read(pa.array(columns[index], pa.string()))
            typed[column.name] = values
            self.remarks.cells(name, rows, column, _title(header, column), found)
        self._keep_keyed(header, name, typed, rows)

    def _keep_keyed(self, header: Header, name: str, typed: dict[str, Any], rows: list[int]) -> None:
        """Append the chunk without the rows that lack their key."""
        import pyarrow as pa
        import pyarrow.compute as pc

        positions = pa.array(rows, pa.int32())
        key = self.layout.key
        if key is not None and typed[key.name].null_count:
            valid = pc.is_valid(typed[key.name])
            for row in positions.filter(pc.invert(valid)).to_pylist():
                self.remarks.problem(name, row, _title(header, key), "", "no_key")
                self._rejected.append((name, row))
            positions = positions.filter(valid)
            typed = {column: values.filter(valid) for column, values in typed.items()}
        for column, values in typed.items():
            self._chunks[column].append(values)
        self._row_of.append(positions)
        self._sheet_of.append(pa.array([len(self._sheets) - 1] * len(positions), pa.int16()))

    def _data_rows(
        self, sheet: Sheet, header: Header, name: str, chunk: list[Row], numbers: range
    ) -> tuple[list[Row], list[int]]:
        """The rows that carry data, with their numbers; what is left out is noted or rejected."""
        left_out = self._special_rows(header, name, chunk, numbers)
        width = header.width
        kept: list[Row] = []
        rows: list[int] = []
        for index, row in enumerate(chunk):
            if index in left_out or not any(row):
                continue
            if not sheet.even and len(row) != width and not _padded(row, width):
                self.remarks.problem(name, numbers[index], "", str(len(row)), "ragged", detail=str(width))
                self._rejected.append((name, numbers[index]))
                self._seen += 1
                continue
            kept.append(row)
            rows.append(numbers[index])
        return kept, rows

    def _special_rows(self, header: Header, name: str, chunk: list[Row], numbers: range) -> set[int]:
        """Rows of totals, text lines, repeated headers and rows of spaces only."""
        key = self.layout.key
        key_at = header.at.get(key.name) if key is not None else None
        first = key_at if key_at is not None else min(header.at.values())
        remarks, found = self.remarks, set()
        for index in suspects(chunk, header.width):
            row = chunk[index]
            if not any(cell.strip() for cell in row):
                found.add(index)
            elif is_text_line(row, key_at) and not (key is None and _names_somebody(row, header)):
                text = " ".join(cell.strip() for cell in row if cell.strip())
                remarks.note(name, numbers[index], "", _without_numbers(text), "text_line")
                found.add(index)
        for index, row in enumerate(chunk):
            lead = row[0] if row else ""
            keyed = row[first] if first < len(row) else ""
            if ((len(lead) > 8 or not lead) and len(keyed) > 8) or index in found:
                continue
            if is_total(row, first):
                remarks.note(name, numbers[index], "", "", "total_row")
                found.add(index)
            elif keyed and keyed == header.titles[first] and _repeats(row, header):
                remarks.note(name, numbers[index], "", "", "repeated_header")
                found.add(index)
        return found

    def finish(self) -> TableReading:
        """Join the chunks, keep the first of rows with the same key."""
        import pyarrow as pa

        layout = self.layout
        names = [column.name for column in layout.columns if column.name in self._found]
        types = {column.name: arrow_type(column) for column in layout.columns}
        table = pa.table({name: pa.chunked_array(self._chunks[name], types[name]) for name in names})
        sheet_of = pa.chunked_array(self._sheet_of, pa.int16())
        row_of = pa.chunked_array(self._row_of, pa.int32())
        reading = TableReading(
            self.path,
            layout,
            table,
            tuple(self._sheets),
            sheet_of,
            row_of,
            self._headers,
            (),
            (),
            tuple(self._rejected),
            self._seen,
        )
        return keep_first(reading, self.remarks)


def _names_somebody(row: Row, header: Header) -> bool:
    """Whether a row with hardly anything in it has a name where names stand: somebody without a number."""
    at = header.at.get(NAME)
    cell = row[at].strip() if at is not None and at < len(row) else ""
    return name_problem(cell) is False and (len(cell) <= _LONGEST_PLAIN_NAME or "·" in cell)


def _title(header: Header, column: ColumnLayout) -> str:
    index = header.at.get(column.name)
    title = header.titles[index] if index is not None else (column.headers or (column.name,))[0]
    return " ".join(title.split())


def _unmistakable(cells: tuple[str, ...]) -> tuple[str, ...]:
    """What stood where a header was looked for; a row with long numbers is somebody's, not a header."""
    return tuple(map(mask, cells)) if any(re.search(r"\d{7}", half_width(cell)) for cell in cells) else cells


def _without_numbers(text: str) -> str:
    """The beginning of a line of text; long numbers in it may be somebody's phone or ID."""
    return re.sub(r"\d{7,}[\dXx]?", lambda found: mask(found[0]), text[:60])


def _padded(row: Row, width: int) -> bool:
    """A row that is longer than the header only by empty cells, as spreadsheets write them."""
    return len(row) > width and not any(cell.strip() for cell in row[width:])


def _repeats(row: Row, header: Header) -> bool:
    matching = sum(row[index] == header.titles[index] for index in header.at.values() if index < len(row))
    return matching * 2 > len(header.at)


def _filled(sheet: Sheet, header: Header, layout: TableLayout, remarks: Remarks, name: str) -> Iterator[Row]:
    """The rows below the header, a merged cell's value given to each row that it spans.

    A number is not: a household's total merged over its members would count once for each of them.
    """
    body = islice(sheet.rows(), header.last, None)
    merges = [merge for merge in sheet.merges if merge.last > header.last]
    if not merges:
        return body
    rows = list(body)
    carried = {index: column for column in layout.columns if (index := header.at.get(column.name)) is not None}
    for merge in merges:
        column = carried.get(merge.column)
        first = max(merge.first, header.last + 1)
        if column is None or first - header.last - 1 >= len(rows):
            continue
        title = _title(header, column)
        value = rows[first - header.last - 1][merge.column]
        if not value.strip():
            continue
        for number in range(first, min(merge.last, header.last + len(rows)) + 1):
            row = rows[number - header.last - 1]
            shown = mask(value) if column.personal else value
            if column.numeric or (column.kind == VERBATIM and read_number(squeeze(value)) is not None):
                row[merge.column] = ""
                remarks.problem(name, number, title, shown, "merged_number")
            else:
                row[merge.column] = value
                remarks.sum_up(name, number, title, shown, "merged_filled")
    return chain(rows)
