"""Sheets on which people answer: lines in groups, drop-downs to fill in, a key by which a line is known again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bangfu.core.files.workbook import Cell, Workbook, height, letters, runs

GREEN, GREY, LINE, THICK = "#166534", "#94A3B8", "#CBD5E1", "#64748B"


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column: `kind` is text, centre, percent, answer, date or key; `choices` are the words of a drop-down."""

    header: str
    width: float
    kind: str = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line: its cells in the order of the columns, and whether a group begins with it."""

    cells: Sequence[Cell]
    starts: bool = False


def write_answer_sheet(
    book: Workbook,
    name: str,
    colour: str,
    columns: Sequence[AnswerColumn],
    lines: Iterable[AnswerLine],
    *,
    count: int,
    closing: str = "",
) -> None:
    """One sheet with a frozen header, filters and drop-downs over `count` lines; `closing` is written below them."""
    sheet = book.sheet(name, colour)
    sheet.set_landscape()
    _header(book, sheet, colour, columns)
    last = max(count, 1)
    _drop_downs(sheet, columns, last)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A2:{letters(len(columns) - 1)}{last + 1}"})
    keys = sum(column.kind == "key" for column in columns)
    sheet.print_area(0, 0, last, len(columns) - 1 - keys)  # the key is for reading back; on paper it takes room
    formats = _Formats(book, columns)
    row = 0
    for row, line in enumerate(lines, 1):
        _line(book, sheet, row, columns, line, formats)
    if closing:
        sheet.set_row(row + 1, 24)
        book.text(sheet, row + 1, 0, closing, text_wrap=False, bold=True, font_color="#B91C1C")


def _header(book: Workbook, sheet: Any, colour: str, columns: Sequence[AnswerColumn]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_row(0, 32)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        fill = {"answer": GREEN, "date": GREEN, "key": GREY}.get(column.kind, colour)
        look = {"bold": True, "font_color": "#FFFFFF", "bg_color": fill, "align": "center"}
        book.text(sheet, 0, at, column.header, border=1, border_color=LINE, **look)


def _drop_downs(sheet: Any, columns: Sequence[AnswerColumn], last: int) -> None:
    for at, column in enumerate(columns):
        if column.choices:
            rule = {
                "validate": "list",
                "source": list(column.choices),
                "error_title": column.header,
                "error_message": "请从下拉列表中选择：" + "、".join(column.choices),
            }
            sheet.data_validation(1, at, last, at, rule)


class _Formats:
    """The formats of each column, by whether a group begins and whether the text must be kept from running."""

    def __init__(self, book: Workbook, columns: Sequence[AnswerColumn]) -> None:
        self.by_column = [
            {(starts, quoted): book.format(**_look(column, starts, quoted)) for starts in (0, 1) for quoted in (0, 1)}
            for column in columns
        ]


def _look(column: AnswerColumn, starts: int, quoted: int) -> dict[str, object]:
    look: dict[str, object] = {"border": 1, "border_color": LINE}
    if starts:
        look |= {"top": 2, "top_color": THICK}
    if quoted:
        look["quote_prefix"] = True
    if column.kind in ("answer", "date"):
        look |= {"bg_color": "#F0FDF4", "locked": False, "align": "center"}
        if column.kind == "date":
            look["num_format"] = "yyyy-mm-dd"
    elif column.kind == "percent":
        look |= {"num_format": "0.0%", "align": "center"}
    elif column.kind == "centre":
        look["align"] = "center"
    elif column.kind == "key":
        look |= {"font_size": 6, "font_color": GREY, "text_wrap": False}
    return look


def _line(
    book: Workbook, sheet: Any, row: int, columns: Sequence[AnswerColumn], line: AnswerLine, formats: _Formats
) -> None:
    starts = int(line.starts)
    cells = [book.clean(value) if isinstance(value, str) and value else value for value in line.cells]
    long = [
        (value, column.width)
        for value, column in zip(cells, columns, strict=True)
        if isinstance(value, str) and len(value) * 2 > column.width - 1 and column.kind != "key"
    ]
    sheet.set_row(row, height(long))
    for at, value in enumerate(cells):
        look = formats.by_column[at]
        if value == "":
            sheet.write_blank(row, at, None, look[starts, 0])
        elif isinstance(value, str):
            sheet.write_string(row, at, value, look[starts, int(runs(value))])
        else:
            sheet.write_number(row, at, value, look[starts, 0])
