"""The list of everything that is wrong with the files, as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bangfu.core.files.remarks import Remark

_HEADER = ("文件", "工作表", "行", "列", "值", "问题", "怎样改正", "Problem", "What to do")
_WIDTHS = (22, 14, 8, 18, 20, 44, 44, 44, 44)
_SHEET_ROWS = 1_000_000
_FIXED = datetime(2000, 1, 1)


def write_problem_list(problems: Sequence[Remark], notes: Sequence[Remark], path: Path) -> Path:
    """Write all problems on one sheet and all notes on another; personal values are masked already."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"created": _FIXED})
        for title, remarks in (("问题", problems), ("说明", notes)):
            _write_sheet(workbook, title, remarks)
    return path


def _write_sheet(workbook: Any, title: str, remarks: Iterable[Remark]) -> None:
    sheet = workbook.add_worksheet(title)
    bold = workbook.add_format({"bold": True})
    for column, (cell, width) in enumerate(zip(_HEADER, _WIDTHS, strict=True)):
        sheet.write_string(0, column, cell, bold)
        sheet.set_column(column, column, width)
    number = 0
    for number, remark in enumerate(remarks, 1):
        if number >= _SHEET_ROWS:
            sheet.write_string(number, 0, "……其余未列出，请先改正以上各项。 More follow; correct these first.")
            break
        row = "" if remark.row is None else str(remark.row)
        told = (remark.message(), remark.advice(), remark.message("en"), remark.advice("en"))
        for column, text in enumerate((remark.file, remark.sheet, row, remark.column, remark.value, *told)):
            sheet.write_string(number, column, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(number, 1), len(_HEADER) - 1)
