"""What a filled form's page shows: the sheet, where each figure comes from, and what a person should look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bangfu.core.values.text import mask

ROWS, COLUMNS = 60, 40
_LARGE = 2 << 20
_ROW = re.compile(r"\d+$")
_BETWEEN = re.compile(r"\s*/ (?=[A-Za-z])")
_NUMBER = re.compile(r"(?<!\d)\d{7,19}[\dXx]?(?!\d)")


@dataclass(frozen=True)
class ShownCell:
    """A cell of the sheet: its text with long numbers starred out, the cells that it covers, what was done with it."""

    text: str
    across: int
    down: int
    anchor: str
    status: str


@dataclass(frozen=True)
class ShownSheet:
    """The first rows of a sheet."""

    name: str
    rows: list[list[ShownCell]]
    more_rows: int
    more_columns: int


@dataclass(frozen=True)
class Source:
    """One filled cell: its area, its value as figures and what it was made of."""

    anchor: str
    place: str
    area: str
    value: str
    numerator: str
    denominator: str
    records: str
    doubtful: bool


@dataclass
class SourceColumn:
    """The cells of one header, and the definition by which they were counted."""

    sheet: str
    header: str
    definition: str
    unit: str
    cells: list[Source] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Asked:
    """Something to look at; `number` tells its fields apart, `options` are readings, the first is what was written."""

    number: int
    kind: str
    header: str
    said: str
    place: str
    options: list[tuple[str, str]]


def anchor(sheet: str, cell: str, sheets: list[str]) -> str:
    """The mark of a cell in the page."""
    return f"s{sheets.index(sheet) if sheet in sheets else 0}-{cell}"


def shown(path: Path, trace: Mapping[str, Any]) -> dict[str, Any]:
    """The first rows of the sheets in which something was filled, as they stand in the workbook, and the names of all.

    Made once, by the worker: to open a long roster takes longer than a page may. Of a very large workbook the merged cells
    are not known, since only its first rows are read.
    """
    import openpyxl

    large = path.stat().st_size > _LARGE
    book = openpyxl.load_workbook(path, data_only=True, read_only=large)
    try:
        names = list(book.sheetnames)
        status = {(cell["sheet"], cell["cell"]): cell["status"] for cell in trace.get("cells", ())}
        wanted = {cell["sheet"] for cell in trace.get("cells", ())} | {r["sheet"] for r in trace.get("rosters", ())}
        sheets = [sheet for sheet in book.worksheets if sheet.title in wanted or len(names) == 1]
        make = _first_rows if large else _sheet
        return {"names": names, "sheets": [asdict(make(sheet, names, status)) for sheet in sheets]}
    finally:
        book.close()


def _first_rows(sheet: Any, names: list[str], status: Mapping[tuple[str, str], str]) -> ShownSheet:
    rows = []
    for row in sheet.iter_rows(max_row=ROWS, max_col=COLUMNS):
        cells = []
        for cell in row:
            place = getattr(cell, "coordinate", "")
            found = status.get((sheet.title, place), "") if place else ""
            mark = anchor(sheet.title, place, names) if found else ""
            cells.append(ShownCell(text_of(cell.value, getattr(cell, "number_format", "General")), 1, 1, mark, found))
        rows.append(cells)
    return ShownSheet(sheet.title, rows, max(0, (sheet.max_row or 0) - ROWS), max(0, (sheet.max_column or 0) - COLUMNS))


def _sheet(sheet: Any, names: list[str], status: Mapping[tuple[str, str], str]) -> ShownSheet:
    last_row, last_column = _extent(sheet)
    top = {(r.min_row, r.min_col): r for r in sheet.merged_cells.ranges}
    under = {(row, column) for r in top.values() for row, column in _within(r)} - set(top)
    rows = []
    for row in range(1, min(last_row, ROWS) + 1):
        shown = []
        for column in range(1, min(last_column, COLUMNS) + 1):
            if (row, column) in under:
                continue
            cell, merged = sheet.cell(row, column), top.get((row, column))
            across = min(merged.max_col, last_column, COLUMNS) - column + 1 if merged else 1
            down = min(merged.max_row, last_row, ROWS) - row + 1 if merged else 1
            found = status.get((sheet.title, cell.coordinate), "")
            mark = anchor(sheet.title, cell.coordinate, names) if found else ""
            shown.append(ShownCell(text_of(cell.value, cell.number_format), across, down, mark, found))
        rows.append(shown)
    return ShownSheet(sheet.title, rows, max(0, last_row - ROWS), max(0, last_column - COLUMNS))


def _extent(sheet: Any) -> tuple[int, int]:
    """The last row and column with content: a form's borders often go on for a thousand rows."""
    last_row = last_column = 1
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                last_row, last_column = max(last_row, cell.row), max(last_column, cell.column)
    return last_row, last_column


def _within(area: Any) -> Iterator[tuple[int, int]]:
    for row in range(area.min_row, min(area.max_row, ROWS) + 1):
        for column in range(area.min_col, min(area.max_col, COLUMNS) + 1):
            yield row, column


def text_of(value: Any, number_format: str = "General") -> str:
    """A cell's value as a page shows it; ID numbers, telephones and accounts with their middle starred out."""
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    if isinstance(value, float):
        places = len(number_format.partition(".")[2].rstrip("%_) ")) if "." in number_format else 0
        plain = value * 100 if number_format.endswith("%") else value
        return f"{plain:.{places}f}{'%' if number_format.endswith('%') else ''}" if places else f"{plain:g}"
    return _NUMBER.sub(lambda found: mask(found[0]), str(value))


def sources_of(trace: Mapping[str, Any], sheets: list[str]) -> list[SourceColumn]:
    """The filled cells of the rows that are shown, by header, with the definition and what was counted."""
    found: dict[tuple[str, str], SourceColumn] = {}
    for cell in trace.get("cells", ()):
        key = (cell["sheet"], cell["header"])
        column = found.setdefault(key, SourceColumn(*key, cell["definition"].get("zh", ""), cell["unit"]))
        row = _ROW.search(cell["cell"])
        if row and int(row[0]) > ROWS:
            column.more += 1
            continue
        column.cells.append(
            Source(
                anchor(cell["sheet"], cell["cell"], sheets), cell["cell"], "、".join(a.rpartition(" ")[0] or a for a in cell["area"]),
                _figure(cell["value"]), _figure(cell["numerator"]), _figure(cell["denominator"]), _figure(cell["records"]),
                cell["status"] == "doubtful",
            )
        )  # fmt: skip
    return list(found.values())


def _figure(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,g}" if isinstance(value, float) else str(value)


ANSWERABLE = ("doubtful", "unknown")


def questions_of(trace: Mapping[str, Any], english: bool) -> tuple[list[Asked], list[Asked]]:
    """What a person can answer, one for each header, and what is only to be looked at."""
    open_: dict[str, Asked] = {}
    told: list[Asked] = []
    for number, q in enumerate(trace.get("questions", ())):
        cells = "、".join(q["cells"][:6]) + ("…" if len(q["cells"]) > 6 else "")
        options = [(r["definition"], r["values"]) for r in q["readings"]]
        place = f"{q['sheet']}!{cells}" if q["sheet"] and cells else ""
        asked = Asked(number, q["kind"], q["header"], _said(q["en" if english else "zh"]), place, options)
        if q["kind"] not in ANSWERABLE or (q["kind"] == "doubtful" and not options):
            told.append(asked)
            continue
        held = open_.get(asked.header)
        if held is None:
            open_[asked.header] = asked
        else:  # several doubts of one column are one question
            more = asked.options if len(asked.options) >= len(held.options) else held.options
            open_[asked.header] = replace(held, said=f"{held.said}；{asked.said}", options=more)
    return list(open_.values()), told


_OFFICE = (
    ("没有给 --area，或", ""),
    ("no --area was given, or its", "its"),
    ("用 --purpose 说明用途", "请在上传时勾选并说明用途"),
    ("--purpose TEXT writes whole numbers", "tick the box at upload and state a purpose for whole numbers"),
)
"""What the core says to somebody at a command, as the office says it."""


def _said(text: str) -> str:
    for command, here in _OFFICE:
        text = text.replace(command, here)
    return text


def answers_in(sent: Mapping[str, str], asked: list[Asked]) -> dict[str, dict[str, Any]]:
    """What a form of questions says, by header; a question that changed meanwhile is left out."""
    said: dict[str, dict[str, Any]] = {}
    for question in asked:
        choice, phrase = sent.get(f"answer-{question.number}", ""), sent.get(f"phrase-{question.number}", "").strip()
        if sent.get(f"header-{question.number}") != question.header:
            continue
        if choice == "blank":
            said[question.header] = {"blank": True}
        elif choice == "phrase" and phrase:
            said[question.header] = {"phrase": phrase}
        elif choice in {zh for zh, _values in question.options}:
            said[question.header] = {"reading": choice}
    return said


def in_language(message: str, english: bool) -> str:
    """The reader's half of a message of the core, `中文 / English`, without the name of a command's option."""
    halves = _BETWEEN.split(message, maxsplit=1)
    return re.sub(r"^--[a-z-]+: ", "", halves[-1] if english else halves[0])
