"""Bad rows go back as they stood, with the reason in a last column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from bangfu.core.files.header import find_headers
from bangfu.core.files.open_book import open_book
from bangfu.core.files.parquet import parquet_parts
from bangfu.core.files.reading import TableReading
from bangfu.core.files.remarks import Problem
from bangfu.core.files.sheet import Row, text_rows

REASON = "退回原因"
_FIXED = datetime(2000, 1, 1)  # a workbook made from the same rows is the same file, whenever it is made


def write_returned(readings: Iterable[TableReading], path: Path) -> int:
    """Write a workbook with every row that has a problem, as it stood, and the reason in a last column.

    A sheet for each file and sheet concerned; every cell is text, so that ID numbers keep their digits
    and nothing that begins with = + - @ is run. Returns how many rows went back; no file is written
    where that is none.
    """
    import xlsxwriter

    groups = [group for reading in readings for group in _groups(reading)]
    if not groups:
        return 0
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"created": _FIXED})
        bold = workbook.add_format({"bold": True})
        text = workbook.add_format({"num_format": "@"})
        names: set[str] = set()
        for title, header, rows in groups:
            sheet = workbook.add_worksheet(_sheet_name(title, names))
            sheet.set_column(0, len(header), 14, text)
            sheet.set_column(len(header), len(header), 60, text)
            for column, cell in enumerate((*header, REASON)):
                sheet.write_string(0, column, cell, bold)
            for number, (row, reason) in enumerate(rows, 1):
                for column, cell in enumerate(row[: len(header)]):
                    sheet.write_string(number, column, cell, text)
                sheet.write_string(number, len(header), reason, text)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, len(rows), len(header))
    return sum(len(rows) for _, _, rows in groups)


def reasons(problems: Iterable[Problem]) -> dict[tuple[str, int], str]:
    """Per (sheet, row) all its problems in words."""
    found: dict[tuple[str, int], list[str]] = {}
    for problem in problems:
        if problem.row is not None and problem.code != "duplicate_header":
            where = f"{problem.column}：" if problem.column else ""
            text = f"{where}{problem.message()}。{problem.advice()}"
            found.setdefault((problem.sheet, problem.row), []).append(text)
    return {place: " ".join(dict.fromkeys(texts)) for place, texts in found.items()}


def _groups(reading: TableReading) -> Iterator[tuple[str, Row, list[tuple[Row, str]]]]:
    """Title, header and bad rows for each sheet of a file that has any."""
    wanted = reasons(reading.problems)
    if not wanted:
        return
    for sheet, header, rows, offset in _sources(reading):
        last = max((row for name, row in wanted if name == sheet), default=0)
        numbered = enumerate(islice(rows, max(0, last - offset)), offset + 1)
        bad = [(row, wanted[sheet, number]) for number, row in numbered if (sheet, number) in wanted]
        if bad:
            width = max(len(header), *(len(row) for row, _ in bad))
            title = reading.path.stem + (f"-{sheet}" if sheet and len(reading.sheets) > 1 else "")
            yield title, header + [""] * (width - len(header)), bad


def _sources(reading: TableReading) -> Iterator[tuple[str, Row, Iterator[Row], int]]:
    """Each sheet's name, header, the rows below it, and how many rows stand above these."""
    path = reading.path
    if path.is_dir() or path.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        for part, sheet in zip(parquet_parts(path), reading.sheets, strict=True):
            table = pq.ParquetFile(part).read()
            columns = [column.to_pylist() for column in table.columns]
            yield sheet, list(table.column_names), text_rows(zip(*columns, strict=True)), 0
        return
    found = find_headers(open_book(path), reading.layout)
    for (sheet_found, header), name in zip(found.sheets, reading.sheets, strict=True):
        rows = islice(sheet_found.rows(), header.last, None)
        yield name, [" ".join(title.split()) for title in header.titles], rows, header.last


def _sheet_name(title: str, taken: set[str]) -> str:
    plain = "".join(" " if mark in "[]:*?/\\'" else mark for mark in title)[:28].strip() or "sheet"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain}{number}"
    taken.add(name.casefold())
    return name
