"""Takes back what reviewers wrote into review.xlsx, as decisions that next month's links use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.files.answer_cells import cell_text, choice, day_of
from bangfu.core.files.filled_in import AnswerProblem, FilledSheet, NotFilledIn, filled_sheets
from bangfu.core.matching.decisions import NO, YES, Decision, add_decisions
from bangfu.core.matching.review_books import ANSWERS, DAY, KEY, SAME, VERIFIER

_KEY = re.compile(r"([0-9a-f]{32}):(.*):([0-9a-f]{32})?")
_MEANING = {"是": YES, "否": NO}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What was read: decisions that were kept, lines left open (blank or 无法确定), and what was not taken."""

    kept: int
    left_open: int
    problems: tuple[AnswerProblem, ...]


def read_reviews(files: Sequence[Path], decisions: Path) -> Reviewed:
    """Read filled-in review lists and append what was decided to `decisions`.

    An answer without a verifier is not taken: a decision needs somebody who answers for it. Two persons for one row are
    not taken either.
    """
    found: list[Decision] = []
    problems: list[AnswerProblem] = []
    left_open = 0
    for path in files:
        try:
            sheets = filled_sheets(path, (SAME, KEY), "须核实的对应清单")
        except NotFilledIn as error:
            problems.append(AnswerProblem(path.name, "", 0, "", "", error.problem, error.advice))
            continue
        for sheet in sheets:
            left_open += _read_sheet(path, sheet, found, problems)
    kept = _without_doubles(found, problems)
    if kept:
        add_decisions(decisions, kept)
    return Reviewed(len(kept), left_open, tuple(problems))


def _read_sheet(path: Path, sheet: FilledSheet, found: list[Decision], problems: list[AnswerProblem]) -> int:
    """The decisions of a sheet, into `found`; returns how many lines were left open."""
    left_open = 0

    def refuse(row: int, column: str, value: Any, problem: str, advice: str) -> None:
        problems.append(AnswerProblem(path.name, sheet.name, row, column, cell_text(value), problem, advice))

    for number, cells in sheet.rows:
        key = _KEY.fullmatch(cell_text(cells.get(KEY)))
        answer = choice(cells.get(SAME), ANSWERS)
        verifier = cell_text(cells.get(VERIFIER))
        if key is None:
            if answer:
                refuse(number, KEY, cells.get(KEY), "编号缺失或被改动，不知道是哪一行", "从原清单复制“编号”列")
        elif answer is None:
            refuse(number, SAME, cells.get(SAME), "不是可选的答案", "填：" + "、".join(ANSWERS))
        elif answer not in _MEANING:
            left_open += 1
        elif not key[2]:
            refuse(number, SAME, cells.get(SAME), "这一行没有可能的人", "先在登记簿中找到此人，再重新运行")
        elif not verifier:
            refuse(number, VERIFIER, "", "没有填核实人", "填写核实人的姓名或工号")
        else:
            day = day_of(cells.get(DAY))
            said = _MEANING[answer]
            found.append(Decision(key[1], key[2], key[3] or "", said, verifier, day.isoformat() if day else ""))
    return left_open


def _without_doubles(found: list[Decision], problems: list[AnswerProblem]) -> list[Decision]:
    """Rows for which two persons were said to be the one are taken for neither."""
    persons: dict[str, set[str]] = {}
    for decision in found:
        if decision.answer == YES:
            persons.setdefault(decision.row, set()).add(decision.person_no)
    double = {row for row, who in persons.items() if len(who) > 1}
    for row in sorted(double):
        shown = "、".join(sorted(persons[row]))
        problems.append(AnswerProblem("", "", 0, SAME, shown, "同一行数据选了两个人", "只留一个“是”", key=row))
    return [decision for decision in found if decision.row not in double]
