"""What people answered about a form's columns, and the workbook in which they are asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bangfu.core.documents.forms.labels import squeezed
from bangfu.core.documents.forms.package import FormError

HEADS = ("列标题（请勿改动）", "情况", "问题", "可选的理解（答复填编号）", "本次填写", "单元格", "您的答复")
"""Columns of the questions' workbook; the first is the key by which an answer is remembered."""
_OPTION = re.compile(r"^(\d+)[.、]\s*(.+)$")
_YES = frozenset({"是", "对", "确认", "同意", "可以", "正确", "yes", "y", "ok", "√"})
BLANK = frozenset({"空", "不填", "留空", "否", "不知道", "blank", "leave blank"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of a column: `reading` is the definition chosen, `phrase` other words for its header."""

    blank: bool = False
    reading: str = ""
    phrase: str = ""


@dataclass(slots=True)
class Question:
    """Something that a person should look at. `kind`: doubtful (written), unknown or incomplete (left empty), sum, kept.

    `key` is the header's text, `options` the readings as (definition, value in words).
    """

    key: str
    kind: str
    zh: str
    en: str
    sheet: str = ""
    cells: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    written: str = ""
    answered: str = ""


KINDS = {
    "doubtful": "已填，请确认",
    "unknown": "不能识别，未填",
    "incomplete": "资料不全，未填",
    "sum": "合计不符",
    "row": "行未能对应，未填",
    "kept": "表中原有内容，未改",
    "note": "说明",
}


def read_answers(paths: Iterable[Path]) -> dict[str, Answer]:
    """Answers by header key; of several files the later one counts. Raises FormError for a file that is none."""
    found: dict[str, Answer] = {}
    for path in paths:
        if path.suffix.lower() == ".json":
            found |= _from_json(path)
        else:
            found |= _from_workbook(path)
    return found


def _from_json(path: Path) -> dict[str, Answer]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
        assert isinstance(raw, dict)
        return {squeezed(str(key)): parse_answer(str(value), []) for key, value in raw.items()}
    except (ValueError, AssertionError) as error:
        raise FormError(
            f"{path.name}: 答复文件应为 {{列标题: 答复}} 的 JSON / expected a JSON object of header to answer"
        ) from error


def _from_workbook(path: Path) -> dict[str, Answer]:
    from bangfu.core.documents.forms.grid import make_grid
    from bangfu.core.documents.forms.package import read_package

    package = read_package(path)
    grid = make_grid(package, package.sheets[0])
    heads = [grid.text(1, column) for column in range(1, len(HEADS) + 1)]
    if heads != list(HEADS):
        raise FormError(
            f"{path.name}: 不是本程序写出的待确认表，首行应为 {'、'.join(HEADS)} / "
            f"is no list of questions; its first row should be {', '.join(HEADS)}"
        )
    found = {}
    for row in range(2, grid.last_row + 1):
        said = grid.text(row, len(HEADS))
        if said:
            options = [m[2] for line in grid.text(row, 4).splitlines() if (m := _OPTION.match(line.strip()))]
            found[squeezed(grid.text(row, 1))] = parse_answer(said, [o.rpartition(" → ")[0] or o for o in options])
    return found


def parse_answer(said: str, options: Sequence[str]) -> Answer:
    """A number picks an option, 是 the first, 空 leaves the column blank; other words say what the header means."""
    text = squeezed(said).casefold().rstrip("。.")
    if text in BLANK:
        return Answer(blank=True)
    if text in _YES or text == "1":
        return Answer(reading=options[0] if options else "*")
    if text.isdigit() and 0 < int(text) <= len(options):
        return Answer(reading=options[int(text) - 1])
    if said in options:
        return Answer(reading=said)
    if said.startswith("="):
        return Answer(reading=said[1:])
    return Answer(phrase=said)


def write_questions(path: Path, questions: Sequence[Question], answers: Mapping[str, Answer]) -> None:
    """The questions as a workbook; what was answered before stands in the last column, so that it is the memory, too."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("待确认")
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    mine = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "bg_color": "#FFF2CC"})
    for column, (title, width) in enumerate(zip(HEADS, (30, 14, 44, 52, 22, 24, 24), strict=True)):
        sheet.write_string(0, column, title, head)
        sheet.set_column(column, column, width)
    asked = {question.key for question in questions}
    rows: list[tuple[Any, ...]] = [_row(question, answers) for question in questions]
    rows += [
        (key, "已答复", "", "", "", "", _said(answer)) for key, answer in answers.items() if key and key not in asked
    ]
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            sheet.write_string(number, column, str(text), mine if column == len(HEADS) - 1 else cell)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()


def _row(question: Question, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    options = "\n".join(
        f"{n}. {zh} → {value}" if value else f"{n}. {zh}" for n, (zh, value) in enumerate(question.options, 1)
    )
    cells = "、".join(question.cells[:12]) + ("…" if len(question.cells) > 12 else "")
    place = f"{question.sheet}!{cells}" if question.sheet and cells else cells
    said = _said(answers[question.key]) if question.key in answers else ""
    return (question.key, KINDS[question.kind], f"{question.zh}\n{question.en}", options, question.written, place, said)


def _said(answer: Answer) -> str:
    if answer.blank:
        return "空"
    if answer.reading:
        return "是" if answer.reading == "*" else f"={answer.reading}"
    return answer.phrase
