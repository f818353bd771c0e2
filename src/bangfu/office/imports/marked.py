"""The file as it came, as a workbook with the bad cells coloured and commented, and a sheet that lists what is wrong.

Every cell is text, so that ID numbers keep their digits and nothing that begins with = + - @ is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from bangfu.core.files.header import find_headers
from bangfu.core.files.open_book import open_book
from bangfu.core.files.sheet import Sheet, text_rows
from bangfu.office.imports import storage, tables
from bangfu.office.imports.models import Batch, Issue
from bangfu.office.imports.recognise import plain
from bangfu.office.imports.wording import words

LIST = "错误清单"
_COMMENTED = 20_000
"""Comments beyond this number make a workbook that nobody can open; the colour and the list stay."""
_MARKS = {Issue.ERROR: "#F8C9C4", Issue.WARNING: "#FCE8B2"}
_HEADS = ("工作表 sheet", "行 row", "列 column", "内容 value", "问题", "problem", "怎么办", "what to do")
Marks = dict[tuple[str, int], list[Issue]]


def write(batch: Batch) -> None:
    """Make the workbook of a checked batch."""
    import xlsxwriter

    issues = list(batch.issues.filter(severity__in=(Issue.ERROR, Issue.WARNING)).order_by("id"))
    marks: Marks = {}
    for issue in issues:
        if issue.row is not None:
            marks.setdefault((issue.sheet, issue.row), []).append(issue)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with storage.private_file(storage.marked_path(batch)) as path, xlsxwriter.Workbook(str(path), options) as book:
        formats = {level: book.add_format({"bg_color": colour, "num_format": "@"}) for level, colour in _MARKS.items()}
        formats[""] = book.add_format({"num_format": "@"})
        taken = {LIST}
        left = [_COMMENTED]
        for name, key, titles, rows in _sheets(batch):
            sheet = book.add_worksheet(_name(name, taken))
            _copy(sheet, key, titles, rows, marks, formats, left, batch.ending == ".parquet")
        _list(book, issues)


def _sheets(batch: Batch) -> Iterator[tuple[str, str, list[str], Iterator[list[str]]]]:
    """Each sheet: its name, its name in issues, the titles of its columns, all its rows."""
    path = storage.upload_path(batch)
    if batch.ending == ".parquet":
        import pyarrow.parquet as pq

        file = pq.ParquetFile(path)
        titles = list(file.schema_arrow.names)
        parts = (part.columns for part in file.iter_batches(5000))
        yield (
            "数据",
            "",
            titles,
            (row for columns in parts for row in text_rows(zip(*(c.to_pylist() for c in columns), strict=True))),
        )
        return
    book = open_book(path)
    layout = tables.layout_for(tables.kinds()[batch.table], batch.columns, frozenset(batch.by_hand))
    headers = {sheet.name: header for sheet, header in find_headers(book, layout).sheets}
    for sheet in book.sheets:
        header = headers.get(sheet.name)
        titles = [plain(title) for title in header.titles] if header else []
        yield sheet.name, _key(batch, sheet), titles, sheet.rows()


def _key(batch: Batch, sheet: Sheet) -> str:
    return sheet.name[:64] if sheet.name in batch.sheets else ""


def _copy(
    sheet: Any,
    key: str,
    titles: list[str],
    rows: Iterator[list[str]],
    marks: Marks,
    formats: Any,
    left: list[int],
    above: bool,
) -> None:
    if above:  # Parquet has its titles beside its rows
        for at, title in enumerate(titles):
            sheet.write_string(0, at, title, formats[""])
    first = 1 if above else 0
    for number, row in enumerate(rows, 1):
        found = marks.get((key, number)) if titles else None
        if not found:
            for at, cell in enumerate(row):
                if cell:
                    sheet.write_string(number - 1 + first, at, cell[:32767], formats[""])
            continue
        by_column: dict[int, list[Issue]] = {}
        for issue in found:
            by_column.setdefault(titles.index(issue.column) if issue.column in titles else 0, []).append(issue)
        for at in range(max(len(row), max(by_column) + 1)):
            cell = row[at] if at < len(row) else ""
            here = by_column.get(at)
            level = min((issue.severity for issue in here), key=list(_MARKS).index) if here else ""
            sheet.write_string(number - 1 + first, at, cell[:32767], formats[level])
            if here and left[0] > 0:
                left[0] -= 1
                sheet.write_comment(number - 1 + first, at, _text(here), {"x_scale": 2})


def _text(issues: list[Issue]) -> str:
    lines = []
    for issue in issues:
        for english in (False, True):
            said = words(issue, english)
            lines.append(f"{said.message} {said.advice}".strip())
    return "\n".join(lines)[:1500]


def _list(book: Any, issues: list[Issue]) -> None:
    sheet = book.add_worksheet(LIST)
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 3, 14)
    sheet.set_column(4, 7, 50)
    for at, head in enumerate(_HEADS):
        sheet.write_string(0, at, head, bold)
    for number, issue in enumerate(islice(issues, 1_000_000), 1):
        zh, en = words(issue, False), words(issue, True)
        cells = (
            issue.sheet,
            str(issue.row or ""),
            issue.column,
            issue.value,
            zh.message,
            en.message,
            zh.advice,
            en.advice,
        )
        for at, cell in enumerate(cells):
            sheet.write_string(number, at, cell)
    sheet.freeze_panes(1, 0)


def _name(title: str, taken: set[str]) -> str:
    base = "".join(" " if mark in "[]:*?/\\'" else mark for mark in title)[:28].strip() or "sheet"
    name, number = base, 1
    while name.casefold() in {other.casefold() for other in taken}:
        number += 1
        name = f"{base}{number}"
    taken.add(name)
    return name
