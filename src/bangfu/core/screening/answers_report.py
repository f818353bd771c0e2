"""Writes what was taken back from the worklists, and what was not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bangfu.core.screening.worklists_book import Book

if TYPE_CHECKING:
    from bangfu.core.screening.answers import Answer, Problem

_COLUMNS = (
    *(("文件", 30), ("工作表", 16), ("行", 6), ("列", 10), ("填写内容", 22), ("问题", 46)),
    *(("怎么办", 40), ("是否已收", 9), ("编号", 20)),
)


def write_table(answers: list[Answer], path: Path) -> Path:
    """answers.parquet: one row per line and policy, sorted by its keys."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.string()
    schema = pa.schema(
        [
            *((name, text) for name in ("line_key", "policy", "household_no", "person_no", "finding")),
            *((name, text) for name in ("result", "action", "verifier")),
            *(("verified_on", pa.date32()), ("file", text), ("sheet", text), ("row", pa.int32())),
        ]
    )
    rows: list[dict[str, Any]] = [
        {
            **{"line_key": str(one.key), "policy": policy, "finding": one.key.finding},
            **{"household_no": one.key.household_no or None, "person_no": one.key.person_no or None},
            **{"result": one.result, "action": one.action or None, "verifier": one.verifier or None},
            **{"verified_on": one.verified_on, "file": one.file, "sheet": one.sheet, "row": one.row},
        }
        for one in answers
        for policy in one.key.policies
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def write_problems(problems: tuple[Problem, ...], path: Path) -> Path:
    """answers_problems.xlsx: what to correct, row by row; one line that says so where there is nothing."""
    # The report has no date of its own, so that reading the same files again gives the same bytes.
    book = Book(path, "清单回收问题", date(2000, 1, 1))
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
