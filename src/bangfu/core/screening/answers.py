"""Takes back what people wrote into the answer columns of the worklists.

Rows may have been sorted, filtered, moved or collected into other workbooks: a row is known by its key alone.
What cannot be taken is reported with file, sheet, row, what was found and what to do; nothing is guessed.
A line that was answered differently in two places is taken from neither.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.files.answer_cells import cell_text, choice, day_of, number_like
from bangfu.core.files.filled_in import AnswerProblem as Problem
from bangfu.core.files.filled_in import NotFilledIn, filled_sheets, write_problems
from bangfu.core.screening.labels import hide_numbers
from bangfu.core.screening.worklists_keys import LineKey, parse_key
from bangfu.core.screening.worklists_sheets import (
    ACTION,
    ACTIONS,
    ANSWERS,
    KEY,
    RESULT,
    RESULTS,
    VERIFIED_ON,
    VERIFIER,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was written beside one line, and where."""

    key: LineKey
    result: str
    action: str
    verifier: str
    verified_on: date | None
    file: str
    sheet: str
    row: int

    @property
    def values(self) -> tuple[object, ...]:
        """What was answered, in the order of the columns."""
        return (self.result, self.action, self.verifier, self.verified_on)


@dataclass(frozen=True, slots=True)
class AnswersResult:
    """`answers` counts lines taken, `empty` lines not filled in yet, `conflicts` lines answered in two ways.

    `table` and `report` are the files written: answers.parquet (one row per line and policy) and
    answers_problems.xlsx.
    """

    files: int
    answers: int
    empty: int
    conflicts: int
    problems: tuple[Problem, ...]
    table: Path
    report: Path


@dataclass(slots=True)
class _Reading:
    answers: list[Answer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    empty: set[LineKey] = field(default_factory=set)


def read_answers(paths: list[Path], out: Path) -> AnswersResult:
    """Read filled-in workbooks (.xlsx, .xls); write answers.parquet and answers_problems.xlsx into `out`.

    Reading the same files again gives the same result. No exception for what people wrote: a file that cannot
    be read is a problem in the result.
    """
    from bangfu.core.screening.answers_report import write_table

    reading = _Reading()
    for path in sorted(paths):
        _read_file(path, reading)
    taken, conflicts = _settle(reading)
    out.mkdir(parents=True, exist_ok=True)
    problems = tuple(sorted(reading.problems, key=astuple))
    return AnswersResult(
        files=len(paths),
        answers=len(taken),
        empty=len(reading.empty - {one.key for one in reading.answers}),
        conflicts=conflicts,
        problems=problems,
        table=write_table(taken, out / "answers.parquet"),
        report=write_problems(problems, out / "answers_problems.xlsx"),
    )


def _read_file(path: Path, reading: _Reading) -> None:
    try:
        sheets = filled_sheets(path, (RESULT, KEY), "核查清单")
    except NotFilledIn as error:
        reading.problems.append(Problem(path.name, "", 0, "", "", error.problem, error.advice))
        return
    for sheet in sheets:
        for column in (column for column in ANSWERS if column not in sheet.headers):
            advice = "恢复这一列的表头；该列内容本次没有收"
            problem = f"缺少“{column}”列"
            reading.problems.append(Problem(path.name, sheet.name, sheet.header_row, column, "", problem, advice))
        for number, cells in sheet.rows:
            _read_row(path.name, sheet.name, number, cells, reading)


def _read_row(file: str, sheet: str, number: int, cells: dict[str, Any], reading: _Reading) -> None:
    written = {name: cells.get(name, "") for name in ANSWERS}
    filled = any(cell_text(value) for value in written.values())
    key_text = cell_text(cells.get(KEY))
    key = parse_key(key_text) if key_text else None
    if not filled:
        # A key that someone damaged matters only where there is an answer to place.
        if key is not None:
            reading.empty.add(key)
        return

    def report(column: str, value: object, problem: str, advice: str, *, taken: bool = False) -> None:
        found = hide_numbers(cell_text(value))
        reading.problems.append(Problem(file, sheet, number, column, found, problem, advice, taken, key_text))

    if key is None:
        problem = "编号被改动过" if key_text else "编号是空的"
        report(KEY, key_text, f"{problem}，不知道这一行是哪一户", "从原清单把这一行的编号复制回来再交")
        return
    result, action = choice(written[RESULT], RESULTS), choice(written[ACTION], ACTIONS)
    day = day_of(written[VERIFIED_ON])
    verifier = cell_text(written[VERIFIER])
    before = len(reading.problems)
    if result is None:
        report(RESULT, written[RESULT], "不是可选的核实结果", "改为：" + "、".join(RESULTS))
    elif not result:
        report(RESULT, "", "填了其他内容，但没有核实结果", "从下拉列表中选择核实结果")
    if action is None:
        report(ACTION, written[ACTION], "不是可选的处理办法", "改为：" + "、".join(ACTIONS))
    if day is None and cell_text(written[VERIFIED_ON]):
        report(VERIFIED_ON, written[VERIFIED_ON], "看不出是哪一天", "写全年月日，如 2024-09-03")
    if number_like(verifier):
        report(VERIFIER, verifier, "核实人一栏写的是号码", "只写姓名，不要写身份证号或电话")
    if len(reading.problems) > before or result is None or action is None:
        return
    for column, missing in ((VERIFIER, not verifier), (VERIFIED_ON, day is None)):
        if missing:
            report(column, "", f"没有填{column}", "已收下；请补上", taken=True)
    reading.answers.append(Answer(key, result, action, verifier, day, file, sheet, number))


def _settle(reading: _Reading) -> tuple[list[Answer], int]:
    """One answer for each line: equal or complementary ones are joined, contradicting ones are left out."""
    by_key: dict[LineKey, list[Answer]] = {}
    for one in sorted(reading.answers, key=lambda it: (it.key, it.file, it.sheet, it.row)):
        by_key.setdefault(one.key, []).append(one)
    taken: list[Answer] = []
    conflicts = 0
    for key, answers in by_key.items():
        joined = _join(answers)
        if joined is not None:
            taken.append(joined)
            continue
        conflicts += 1
        for one in answers:
            others = "；".join(
                f"{it.file} {it.sheet} 第{it.row}行：{_told(it)}" for it in answers if it.values != one.values
            )
            reading.problems.append(
                Problem(
                    *(one.file, one.sheet, one.row, RESULT, _told(one)),
                    f"同一条在别处填得不一样：{others or _told(one)}",
                    "商量后改成一致再交；这一条两处都没有收",
                    key=str(key),
                )
            )
    return taken, conflicts


def _join(answers: list[Answer]) -> Answer | None:
    columns = list(zip(*(one.values for one in answers), strict=True))
    values: list[Any] = []
    for column in columns:
        told = {value for value in column if value not in ("", None)}
        if len(told) > 1:
            return None
        values.append(told.pop() if told else column[0])
    return replace(answers[0], result=values[0], action=values[1], verifier=values[2], verified_on=values[3])


def _told(answer: Answer) -> str:
    return "、".join(str(value) for value in answer.values if value)
