"""What people found out about duplicates: read back from the worklist, kept, and used next month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.files.answer_cells import cell_text, choice, day_of, number_like
from bangfu.core.files.filled_in import AnswerProblem, NotFilledIn, filled_sheets, write_problems
from bangfu.core.files.whole import whole_folder
from bangfu.core.matching.answer_log import added, newest, read_log, write_log
from bangfu.core.matching.duplicates.book import ACTION, KEY, RESULT, VERIFIED_ON, VERIFIER, parse_line_key
from bangfu.core.matching.duplicates.kinds import ACTIONS, ANSWERS

DECISIONS = "decisions.parquet"
WRITTEN_BY = "bangfu duplicates read"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered about one group, and where."""

    fingerprint: str
    result: str
    action: str
    verifier: str
    decided_on: date | None
    file: str
    sheet: str
    row: int

    @property
    def values(self) -> tuple[object, ...]:
        """What was answered."""
        return (self.result, self.action, self.verifier, self.decided_on)


@dataclass(frozen=True, slots=True)
class Taken:
    """`answers`: groups answered; `new`: of these not known before; `empty`: groups not answered yet; `changed`: groups
    answered otherwise before; `conflicts`: groups answered in two ways at once."""

    files: int
    answers: int
    new: int
    empty: int
    changed: int
    conflicts: int
    problems: tuple[AnswerProblem, ...]
    table: Path


@dataclass(slots=True)
class _Reading:
    answers: list[Answer] = field(default_factory=list)
    problems: list[AnswerProblem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def schema() -> Any:
    """The columns of decisions.parquet."""
    import pyarrow as pa

    texts = ("fingerprint", "result", "action", "verifier")
    return pa.schema([*((name, pa.string()) for name in texts), ("decided_on", pa.date32()), ("file", pa.string()),
                      ("sheet", pa.string()), ("row", pa.int32())])  # fmt: skip


def read_decisions(path: Path) -> dict[str, dict[str, Any]]:
    """The newest answer to each group by its fingerprint. Raises FileError where `path` is no file of decisions."""
    rows = read_log(path / DECISIONS if path.is_dir() else path, schema(), WRITTEN_BY)
    return {key[0]: row for key, row in newest(rows, ("fingerprint",)).items()}


def read_answers(paths: Sequence[Path], out: Path) -> Taken:
    """Read filled-in worklists; write decisions.parquet, added to what `out` held, and answers_problems.xlsx.

    Nothing raises for what people wrote: what cannot be taken is a problem in the result. A group that was answered in
    two ways at once is taken from neither; one that was answered otherwise before takes the newer answer, and says so.
    """
    reading = _Reading()
    for path in sorted(paths):
        _read_file(path, reading)
    taken, conflicts = _settled(reading)
    before = out / DECISIONS
    old = read_log(before, schema(), WRITTEN_BY) if before.is_file() else []
    rows = [_row(one) for one in taken]
    new = added(old, rows)
    changed = _report_changes(old, taken, reading)
    problems = tuple(sorted(reading.problems, key=astuple))
    with whole_folder(out, DECISIONS) as made:
        write_log(made / DECISIONS, [*old, *new], schema())
        write_problems(problems, made / "answers_problems.xlsx")
    empty = len(reading.seen - {one.fingerprint for one in reading.answers})
    return Taken(len(paths), len(taken), len(new), empty, changed, conflicts, problems, out / DECISIONS)


def _row(one: Answer) -> dict[str, Any]:
    return {name: getattr(one, name) or None if name in ("action", "verifier") else getattr(one, name)
            for name in schema().names}  # fmt: skip


def _read_file(path: Path, reading: _Reading) -> None:
    try:
        sheets = filled_sheets(path, (RESULT, KEY), "重复登记核查清单")
    except NotFilledIn as error:
        reading.problems.append(AnswerProblem(path.name, "", 0, "", "", error.problem, error.advice))
        return
    for sheet in sheets:
        for number, cells in sheet.rows:
            _read_row(path.name, sheet.name, number, cells, reading)


def _read_row(file: str, sheet: str, number: int, cells: dict[str, Any], reading: _Reading) -> None:
    written = {name: cells.get(name, "") for name in (RESULT, ACTION, VERIFIER, VERIFIED_ON)}
    key_text = cell_text(cells.get(KEY))
    fingerprint = parse_line_key(key_text)
    if fingerprint is not None:
        reading.seen.add(fingerprint)
    if not any(cell_text(value) for value in written.values()):
        return

    def report(column: str, value: object, problem: str, advice: str, *, taken: bool = False) -> None:
        found = cell_text(value) if not number_like(cell_text(value)) or column == KEY else "（号码）"
        reading.problems.append(AnswerProblem(file, sheet, number, column, found, problem, advice, taken, key_text))

    before = len(reading.problems)
    if fingerprint is None:
        problem = "编号被改动过" if key_text else "编号是空的"
        report(KEY, key_text, f"{problem}，不知道这一行是哪一组", "从原清单把这一行的编号复制回来再交")
    result, action = choice(written[RESULT], tuple(ANSWERS)), choice(written[ACTION], ACTIONS)
    day, verifier = day_of(written[VERIFIED_ON]), cell_text(written[VERIFIER])
    if result is None:
        report(RESULT, written[RESULT], "不是可选的核实结果", "改为：" + "、".join(ANSWERS))
    elif not result:
        report(RESULT, "", "填了其他内容，但没有核实结果", "从下拉列表中选择核实结果")
    if action is None:
        report(ACTION, written[ACTION], "不是可选的处理办法", "改为：" + "、".join(ACTIONS))
    if day is None and cell_text(written[VERIFIED_ON]):
        report(VERIFIED_ON, written[VERIFIED_ON], "看不出是哪一天", "写全年月日，如 2026-09-03")
    if number_like(verifier):
        report(VERIFIER, verifier, "核实人一栏写的是号码", "只写姓名，不要写身份证号或电话")
    if len(reading.problems) > before or fingerprint is None or not result or action is None:
        return
    for column, missing in ((VERIFIER, not verifier), (VERIFIED_ON, day is None)):
        if missing:
            report(column, "", f"没有填{column}", "已收下；请补上", taken=True)
    reading.answers.append(Answer(fingerprint, ANSWERS[result], action, verifier, day, file, sheet, number))


def _settled(reading: _Reading) -> tuple[list[Answer], int]:
    """One answer for each group: equal or complementary lines are joined, contradicting ones are left out."""
    by_group: dict[str, list[Answer]] = {}
    for one in sorted(reading.answers, key=lambda it: (it.fingerprint, it.file, it.sheet, it.row)):
        by_group.setdefault(one.fingerprint, []).append(one)
    taken: list[Answer] = []
    conflicts = 0
    for answers in by_group.values():
        joined = _join(answers)
        if joined is not None:
            taken.append(joined)
            continue
        conflicts += 1
        for one in answers:
            others = "；".join(f"{it.file} {it.sheet} 第{it.row}行" for it in answers if it.values != one.values)
            problem = f"同一组在别处填得不一样：{others}"
            advice = (
                "一组只填一行，或各行填得一样；组内只有部分是同一人的，先更正能确定的，下月自动重新分组。本组没有收"
            )
            told = {code: word for word, code in ANSWERS.items()}[one.result]
            reading.problems.append(AnswerProblem(one.file, one.sheet, one.row, RESULT, told, problem, advice))
    return taken, conflicts


def _join(answers: list[Answer]) -> Answer | None:
    values: list[Any] = []
    for column in zip(*(one.values for one in answers), strict=True):
        told = {value for value in column if value not in ("", None)}
        if len(told) > 1:
            return None
        values.append(told.pop() if told else column[0])
    return replace(answers[0], result=values[0], action=values[1], verifier=values[2], decided_on=values[3])


def _report_changes(old: list[dict[str, Any]], taken: list[Answer], reading: _Reading) -> int:
    """Groups that were answered otherwise before: the newer answer holds, and people are told."""
    known = newest(old, ("fingerprint",))
    words = {code: word for word, code in ANSWERS.items()}
    changed = 0
    for one in taken:
        before = known.get((one.fingerprint,))
        if before is None or before["result"] == one.result:
            continue
        changed += 1
        newer = before["decided_on"] is None or (one.decided_on or date.min) >= before["decided_on"]
        problem = f"以前核实为“{words[before['result']]}”（{before['decided_on'] or '无日期'}）"
        advice = "以日期较新的为准：" + words[one.result if newer else before["result"]]
        place = (one.file, one.sheet, one.row, RESULT, words[one.result])
        reading.problems.append(AnswerProblem(*place, problem, advice, taken=True))
    return changed
