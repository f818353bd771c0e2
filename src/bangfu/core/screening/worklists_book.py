"""Lays out the workbooks of worklists: sheets of findings with the columns where people answer."""

from __future__ import annotations

import math
from typing import Any

from bangfu.core.files.workbook import Workbook, height, letters
from bangfu.core.screening.worklists_lines import Line
from bangfu.core.screening.worklists_sheets import ACTIONS, RESULTS, Cell, Column, Sheet

ROW_LIMIT = 200_000
"""Rows of one sheet before it continues in the next: more than that no office computer sorts."""


class Book(Workbook):
    """One workbook of worklists; `created` is the date of the run."""

    elsewhere = "findings.parquet"

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
        sheet.ignore_errors({"number_stored_as_text": f"A2:{letters(len(columns) - 1)}{last + 1}"})
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
    """The height of a line; its key takes no room."""
    return height((value, column.width) for column, value in zip(columns, cells, strict=True) if column.kind != "key")
