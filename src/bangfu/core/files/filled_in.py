"""Takes back workbooks that people have filled in: rows by their headers, and what cannot be taken, with what to do.

Rows may have been sorted, filtered, moved or collected into other workbooks: nothing depends on where a row stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.files.answer_cells import cell_text
from bangfu.core.files.workbook import Workbook

HEADER_ROWS = 10
"""How far down the header may have been pushed by titles that people put above it."""
_COLUMNS = (
    *(("文件", 30), ("工作表", 16), ("行", 6), ("列", 10), ("填写内容", 22), ("问题", 46)),
    *(("怎么办", 40), ("是否已收", 9), ("编号", 20)),
)


@dataclass(frozen=True, slots=True, order=True)
class AnswerProblem:
    """What was not taken, or taken with a reservation (`taken`). `row` is 1-based; 0 means the whole file."""

    file: str
    sheet: str
    row: int
    column: str
    found: str
    problem: str
    advice: str
    taken: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """A sheet with the headers looked for. `header_row` is 1-based; `rows` are (1-based row, cells by header)."""

    name: str
    header_row: int
    headers: frozenset[str]
    rows: tuple[tuple[int, dict[str, Any]], ...]


class NotFilledIn(Exception):
    """A file that is no such list, or cannot be opened; the message and the advice are for people."""

    def __init__(self, problem: str, advice: str) -> None:
        self.problem, self.advice = problem, advice
        super().__init__(f"{problem}；{advice}")


def filled_sheets(path: Path, needed: Sequence[str], what: str) -> list[FilledSheet]:
    """The sheets of a workbook (.xlsx, .xls) that have all `needed` headers.

    Raises NotFilledIn where the file cannot be opened or none of its sheets has them; `what` names the list.
    """
    from python_calamine import CalamineWorkbook

    if not path.is_file():
        raise NotFilledIn("找不到这个文件", "检查文件名和路径")
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    # The reader raises several unrelated kinds for damaged, locked and foreign files; people get one answer.
    except Exception:
        raise NotFilledIn(
            "打不开：文件损坏、加了密码，或不是 Excel 表格", "用 WPS 打开，去掉密码，另存为 .xlsx 再交"
        ) from None
    found = [sheet for name, rows in sheets if (sheet := _sheet(name, rows, needed)) is not None]
    if not found:
        headers = "和".join(f"“{header}”" for header in needed)
        raise NotFilledIn(
            f"不是{what}：没有一张表同时有{headers}{'两' if len(needed) == 2 else ''}列",
            f"交回由系统生成的清单；表头名称和“{needed[-1]}”列不要改动、不要删除",
        )
    return found


def _sheet(name: str, rows: list[list[Any]], needed: Sequence[str]) -> FilledSheet | None:
    for start, names in _headers(rows):
        if all(header in names for header in needed):
            body = tuple(
                (number, {header: row[at] for header, at in names.items() if at < len(row)})
                for number, row in enumerate(rows[start + 1 :], start=start + 2)
            )
            return FilledSheet(name, start + 1, frozenset(names), body)
    return None


def _headers(rows: list[list[Any]]) -> Iterator[tuple[int, dict[str, int]]]:
    for at, row in enumerate(rows[:HEADER_ROWS]):
        names: dict[str, int] = {}
        for column, value in enumerate(row):
            names.setdefault(cell_text(value).replace("\n", ""), column)
        yield at, names


def write_problems(problems: Sequence[AnswerProblem], path: Path) -> Path:
    """A workbook of what to correct, row by row; one line that says so where there is nothing."""
    # The report has no date of its own, so that reading the same files again gives the same bytes.
    book = Workbook(path, "清单回收问题", date(2000, 1, 1))
    sheet = book.sheet("问题")
    sheet.set_landscape()
    sheet.freeze_panes(1, 0)
    for at, (header, size) in enumerate(_COLUMNS):
        sheet.set_column(at, at, size)
        book.text(sheet, 0, at, header, bold=True, bg_color="#E2E8F0", border=1, border_color="#CBD5E1")
    if not problems:
        book.text(sheet, 1, 0, "没有问题，全部收下。", text_wrap=False)
    for row, one in enumerate(problems, start=1):
        cells = (one.file, one.sheet, one.row or "", one.column, one.found, one.problem, one.advice)
        for at, value in enumerate((*cells, "已收" if one.taken else "未收", one.key)):
            book.text(sheet, row, at, value, border=1, border_color="#CBD5E1")
    sheet.autofilter(0, 0, max(len(problems), 1), len(_COLUMNS) - 1)
    book.close()
    return path
