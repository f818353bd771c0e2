"""What a filled form's page shows: the sheet, where each figure comes from, and what a person should look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bangfu.core.documents.forms.package import read_package
from bangfu.core.documents.forms.scan import reference
from bangfu.core.values.text import mask

ROWS, COLUMNS = 60, 40
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

    Made once, by the worker: to open a long roster takes longer than a page may. Read row by row, because a workbook may
    be merged over all its cells, which no memory holds.
    """
    import openpyxl

    scans = {sheet.name: sheet.scan for sheet in read_package(path).sheets}
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    try:
        names = list(book.sheetnames)
        status = {(cell["sheet"], cell["cell"]): cell["status"] for cell in trace.get("cells", ())}
        wanted = {cell["sheet"] for cell in trace.get("cells", ())} | {r["sheet"] for r in trace.get("rosters", ())}
        sheets = [sheet for sheet in book.worksheets if sheet.title in wanted or len(names) == 1]
        return {"names": names, "sheets": [asdict(_sheet(s, scans[s.title], names, status)) for s in sheets]}
    finally:
        book.close()


def _sheet(sheet: Any, scan: Any, names: list[str], status: Mapping[tuple[str, str], str]) -> ShownSheet:
    last_row, last_column = _extent(scan)
    rows_shown, columns_shown = min(last_row, ROWS), min(last_column, COLUMNS)
    top, under = _merged(scan, rows_shown, columns_shown)
    sheet.reset_dimensions()
    rows: list[list[ShownCell]] = []
    for row, cells in enumerate(sheet.iter_rows(max_row=rows_shown, max_col=columns_shown), 1):
        shown_row = []
        for column in range(1, columns_shown + 1):
            if (row, column) in under:
                continue
            cell = cells[column - 1] if column <= len(cells) else None
            across, down = top.get((row, column), (1, 1))
            place = reference(row, column)
            found = status.get((sheet.title, place), "")
            mark = anchor(sheet.title, place, names) if found else ""
            text = text_of(cell.value, getattr(cell, "number_format", "General")) if cell is not None else ""
            shown_row.append(ShownCell(text, across, down, mark, found))
        rows.append(shown_row)
    return ShownSheet(sheet.title, rows, max(0, last_row - ROWS), max(0, last_column - COLUMNS))


def _extent(scan: Any) -> tuple[int, int]:
    """The last row and column with content: a form's borders often go on for a thousand rows."""
    places = [(c.row, c.column) for row in scan.rows for c in row.cells if c.value is not None or c.formula is not None]
    return max((row for row, _ in places), default=1), max((column for _, column in places), default=1)


def _merged(scan: Any, rows: int, columns: int) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """By upper left cell how many columns and rows a merged block covers of what is shown; and the cells under blocks."""
    top: dict[tuple[int, int], tuple[int, int]] = {}
    under: set[tuple[int, int]] = set()
    for first, left, last, right in scan.merges:
        if first > rows or left > columns:
            continue
        down, across = min(last, rows), min(right, columns)
        top[first, left] = (across - left + 1, down - first + 1)
        under |= {(r, c) for r in range(first, down + 1) for c in range(left, across + 1)} - {(first, left)}
    return top, under


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


ANSWERABLE = ("doubtful", "unknown", "row")


def questions_of(trace: Mapping[str, Any], english: bool) -> tuple[list[Asked], list[Asked]]:
    """What a person can answer, one for each header, and what is only to be looked at."""
    open_: dict[str, Asked] = {}
    told: list[Asked] = []
    for number, q in enumerate(trace.get("questions", ())):
        cells = "、".join(q["cells"][:6]) + ("…" if len(q["cells"]) > 6 else "")
        options = [(r["definition"], r["values"]) for r in q["readings"]]
        place = f"{q['sheet']}!{cells}" if q["sheet"] and cells else ""
        asked = Asked(number, q["kind"], q["header"], _said(q["en" if english else "zh"]), place, options)
        if q["kind"] not in ANSWERABLE or (q["kind"] in ("doubtful", "row") and not options):
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
    ("；可用 --unit 写明", ""),
    ("; --unit gives it", ""),
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
