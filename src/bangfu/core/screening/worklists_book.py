"""Lays out one workbook with xlsxwriter: plain sheets that Excel and WPS open, sort, filter and print.

Sheets are not protected: people must be able to sort them, hide columns and collect them. The answer cells
are unlocked all the same, for whoever switches protection on; an edited key is noticed when it is read back.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bangfu.core.screening.worklists_lines import Line
from bangfu.core.screening.worklists_sheets import ACTIONS, RESULTS, Cell, Column, Sheet

ROW_LIMIT = 200_000
"""Rows of one sheet before it continues in the next: more than that no office computer sorts."""

TEXT_LIMIT = 2000
FONT = "宋体"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Book:
    """One workbook, written row by row (constant memory) and complete only when closed."""

    def __init__(self, path: Path, title: str, as_of: date) -> None:
        import xlsxwriter

        self.path = path
        self.title = title
        self._book = xlsxwriter.Workbook(
            str(path),
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        # The same run gives the same bytes: the creation date is the run's, not the clock's.
        self._book.set_properties({"title": title, "created": datetime(as_of.year, as_of.month, as_of.day)})
        self._book.set_size(2400, 1500)
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def close(self) -> None:
        """Write the file."""
        self._book.close()

    def format(self, **properties: object) -> Any:
        """A cell format, made once for the same properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 10, "valign": "vcenter", "text_wrap": True}
            self._formats[key] = self._book.add_format({**base, **properties})
        return self._formats[key]

    def sheet(self, name: str, colour: str = "") -> Any:
        """A new sheet set up for printing on A4."""
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_margins(left=0.35, right=0.35, top=0.65, bottom=0.55)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f'&L&"{FONT},Regular"&9{_header(self.title)}&R&9&A')
        sheet.set_footer("&L&9核实后请填写核实结果、处理、核实人、日期&R&9第 &P 页，共 &N 页")
        if colour:
            sheet.set_tab_color(colour)
        return sheet

    def text(self, sheet: Any, row: int, column: int, value: Cell, **properties: object) -> None:
        """One cell. Text stays text: what begins with = + - @ becomes no formula, not even when edited."""
        if value == "":
            sheet.write_blank(row, column, None, self.format(**properties))
        elif isinstance(value, str):
            value = clean(value)
            if value[:1] in ("=", "+", "-", "@"):
                properties["quote_prefix"] = True
            sheet.write_string(row, column, value, self.format(**properties))
        else:
            sheet.write_number(row, column, value, self.format(**properties))

    def lines(self, kind: Sheet, lines: list[Line], hidden: frozenset[str] = frozenset()) -> None:
        """The sheet of one finding, continued in a second one past the row limit; columns may be hidden."""
        parts = range(max(1, math.ceil(len(lines) / ROW_LIMIT)))
        for part in parts:
            name = kind.name if part == 0 else f"{kind.name}({part + 1})"
            first = part * ROW_LIMIT
            self._lines(name, kind, lines[first : first + ROW_LIMIT], first, hidden)

    def _lines(self, name: str, kind: Sheet, lines: list[Line], first: int, hidden: frozenset[str]) -> None:
        sheet = self.sheet(name, kind.colour)
        sheet.set_landscape()
        columns = (Column("序号", 5, lambda _: "", "centre"), *kind.columns)
        self._header(sheet, columns, kind.colour, hidden)
        last = max(len(lines), 1)
        self._validations(sheet, columns, last)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A2:{_letters(len(columns) - 1)}{last + 1}"})
        # The key is for reading back; on paper it only takes room.
        sheet.print_area(0, 0, last, len(columns) - 2)
        if not lines:
            sheet.set_row(1, 24)
            self.text(sheet, 1, 1, "本次没有此类事项", text_wrap=False, font_color="#475569")
        before = None
        for number, line in enumerate(lines, start=1):
            village = (line.settles, line.place.township, line.place.village)
            self._line(sheet, number, first + number, columns, line, new_group=before not in (None, village))
            before = village

    def _header(self, sheet: Any, columns: tuple[Column, ...], colour: str, hidden: frozenset[str]) -> None:
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_row(0, 32)
        for at, column in enumerate(columns):
            options = {"hidden": True} if column.header in hidden else {}
            sheet.set_column(at, at, column.width, None, options)
            fill = {"answer": "#166534", "date": "#166534", "key": "#94A3B8"}.get(column.kind, colour)
            self.text(
                sheet,
                0,
                at,
                column.header,
                bold=True,
                font_color="#FFFFFF",
                bg_color=fill,
                align="center",
                border=1,
                border_color="#CBD5E1",
            )

    def _validations(self, sheet: Any, columns: tuple[Column, ...], last: int) -> None:
        for at, column in enumerate(columns):
            allowed = {"核实结果": RESULTS, "处理": ACTIONS}.get(column.header)
            if allowed:
                rule = {
                    "validate": "list",
                    "source": list(allowed),
                    "error_title": column.header,
                    "error_message": "请从下拉列表中选择：" + "、".join(allowed),
                }
                sheet.data_validation(1, at, last, at, rule)

    def _line(
        self, sheet: Any, row: int, number: int, columns: tuple[Column, ...], line: Line, *, new_group: bool
    ) -> None:
        cells = [number, *(column.cell(line) for column in columns[1:])]
        sheet.set_row(row, _height(cells, columns))
        for at, (column, value) in enumerate(zip(columns, cells, strict=True)):
            self.text(sheet, row, at, value, **_look(column, value, new_group=new_group, gone=line.gone))


def _look(column: Column, value: Cell, *, new_group: bool, gone: bool) -> dict[str, object]:
    look: dict[str, object] = {"border": 1, "border_color": "#CBD5E1"}
    if new_group:
        look |= {"top": 2, "top_color": "#64748B"}
    if gone:
        look["font_color"] = "#64748B"
    if column.kind in ("answer", "date"):
        look |= {"bg_color": "#F0FDF4", "locked": False, "align": "center"}
        if column.kind == "date":
            look["num_format"] = "yyyy-mm-dd"
    elif column.kind == "money":
        look["align"] = "right"
        if not isinstance(value, str):
            look["num_format"] = "#,##0.00"
    elif column.kind == "centre":
        look["align"] = "center"
    elif column.kind == "key":
        look |= {"font_size": 6, "font_color": "#94A3B8", "text_wrap": False}
    return look


def _height(cells: list[Cell], columns: tuple[Column, ...]) -> float:
    """The height that the wrapped text needs, since not every reader lays out a file without heights."""
    lines = 1
    for column, value in zip(columns, cells, strict=True):
        if isinstance(value, str) and value and column.kind != "key":
            lines = max(lines, sum(math.ceil(width(part) / (column.width - 1)) or 1 for part in value.split("\n")))
    return min(13.5 * lines + 6, 400.0)


def width(text: str) -> int:
    """How many characters of the default font the text is wide: a Chinese character counts for two."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def clean(text: str) -> str:
    """Text that a cell can hold: no control characters, not too long to read."""
    text = _CONTROL.sub("", text)
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "……（余下略，全文见 findings.parquet）"


def _header(text: str) -> str:
    return text.replace("&", "&&")[:120]


def _letters(index: int) -> str:
    return chr(65 + index) if index < 26 else chr(64 + index // 26) + chr(65 + index % 26)
