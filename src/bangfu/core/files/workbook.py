"""Workbooks for people: plain sheets that Excel and WPS open, sort, filter and print.

Sheets are not protected: people must be able to sort them, hide columns and collect them. Cells for answers are
unlocked all the same, for whoever switches protection on; an edited key is noticed when it is read back.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

Cell = str | int | float
TEXT_LIMIT = 2000
FONT = "宋体"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Workbook:
    """One workbook, written row by row (constant memory) and complete only when closed.

    `created` stands for the clock, so that the same results give the same bytes. `footer` is printed below each page;
    `elsewhere` names the file that holds what a cell cannot.
    """

    footer = "核实后请填写核实结果、处理、核实人、日期"
    elsewhere = ""

    def __init__(self, path: Path, title: str, created: date) -> None:
        import xlsxwriter

        self.path = path
        self.title = title
        self._book = xlsxwriter.Workbook(
            str(path),
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._book.set_properties({"title": title, "created": datetime(created.year, created.month, created.day)})
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
        sheet.set_footer(f"&L&9{self.footer}&R&9第 &P 页，共 &N 页")
        if colour:
            sheet.set_tab_color(colour)
        return sheet

    def text(self, sheet: Any, row: int, column: int, value: Cell, **properties: object) -> None:
        """One cell. Text stays text: what begins with = + - @ becomes no formula, not even when edited."""
        if value == "":
            sheet.write_blank(row, column, None, self.format(**properties))
        elif isinstance(value, str):
            value = self.clean(value)
            if runs(value):
                properties["quote_prefix"] = True
            sheet.write_string(row, column, value, self.format(**properties))
        else:
            sheet.write_number(row, column, value, self.format(**properties))

    def clean(self, text: str) -> str:
        """Text that a cell can hold: no control characters, not too long to read."""
        text = _CONTROL.sub("", text)
        if len(text) <= TEXT_LIMIT:
            return text
        return text[:TEXT_LIMIT] + (f"……（余下略，全文见 {self.elsewhere}）" if self.elsewhere else "……（余下略）")


def runs(text: str) -> bool:
    """Whether a spreadsheet would take an edited cell of this text for a formula."""
    return text[:1] in ("=", "+", "-", "@")


def width(text: str) -> int:
    """How many characters of the default font the text is wide: a Chinese character counts for two."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def height(cells: Iterable[tuple[Cell, float]]) -> float:
    """The height that wrapped text needs in columns of given widths: not every reader lays out a file without."""
    lines = 1
    for value, room in cells:
        if isinstance(value, str) and value:
            lines = max(lines, sum(math.ceil(width(part) / (room - 1)) or 1 for part in value.split("\n")))
    return min(13.5 * lines + 6, 400.0)


def letters(index: int) -> str:
    """The letters of a column, counted from 0."""
    return chr(65 + index) if index < 26 else chr(64 + index // 26) + chr(65 + index % 26)


def _header(text: str) -> str:
    return text.replace("&", "&&")[:120]
