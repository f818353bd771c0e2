"""What people wrote into the worklists comes back, and what cannot be taken is reported."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from worklists_factory import NAMES, TITLES, write_run

from bangfu.core.files.answer_cells import day_of
from bangfu.core.screening.answers import AnswersResult, read_answers
from bangfu.core.screening.worklists import write_worklists

SHEET = "应享未享（漏保）"
GOOD = {"核实结果": "属实", "处理": "立案办理", "核实人": "周核实", "日期": datetime(2024, 9, 3)}


@pytest.fixture
def lists(tmp_path: Path) -> dict[str, Path]:
    paths = write_worklists(write_run(tmp_path / "run"), NAMES, TITLES, tmp_path / "run")
    return {path.name.split("_")[-2]: path for path in paths}


def fill(path: Path, sheet: str = SHEET, row: int = 2, **cells: Any) -> Path:
    book = openpyxl.load_workbook(path)
    at = {cell.value: cell.column for cell in book[sheet][1]}
    for header, value in cells.items():
        book[sheet].cell(row, at[header]).value = value
    book.save(path)
    return path


def taken(result: AnswersResult) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(result.table).to_pylist()
    return rows


# Refusals


def test_a_file_that_is_not_ours_is_named_and_said_so(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "别的表.xlsx")
    (tmp_path / "坏的.xlsx").write_bytes(b"PK not a workbook")
    result = read_answers([tmp_path / name for name in ("别的表.xlsx", "坏的.xlsx", "没有.xlsx")], tmp_path / "out")
    assert {one.file: one.problem for one in result.problems} == {
        "别的表.xlsx": "不是核查清单：没有一张表同时有“核实结果”和“编号”两列",
        "坏的.xlsx": "打不开：文件损坏、加了密码，或不是 Excel 表格",
        "没有.xlsx": "找不到这个文件",
    }
    assert (result.answers, taken(result)) == (0, [])


@pytest.mark.parametrize(
    ("cells", "column", "problem"),
    [
        ({"核实结果": "对的"}, "核实结果", "不是可选的核实结果"),
        ({"核实结果": None}, "核实结果", "填了其他内容，但没有核实结果"),
        ({"处理": "停发"}, "处理", "不是可选的处理办法"),
        ({"日期": "9月3日"}, "日期", "看不出是哪一天"),
        ({"日期": "2024-02-30"}, "日期", "看不出是哪一天"),
        ({"核实人": "990101197001011234"}, "核实人", "核实人一栏写的是号码"),
        ({"编号": None}, "编号", "编号是空的，不知道这一行是哪一户"),
        ({"编号": "dibao|H9||entitled_not_receiving|00000"}, "编号", "编号被改动过，不知道这一行是哪一户"),
    ],
)
def test_a_row_that_cannot_be_taken_is_reported_with_its_place(
    lists: dict[str, Path], tmp_path: Path, cells: dict[str, Any], column: str, problem: str
) -> None:
    result = read_answers([fill(lists["河湾村"], **{**GOOD, **cells})], tmp_path / "out")
    (one,) = result.problems
    assert (one.file, one.sheet, one.row) == (lists["河湾村"].name, SHEET, 2)
    assert (one.column, one.problem, one.taken) == (column, problem, False)
    assert "990101197001011234" not in one.found
    assert taken(result) == []
    report = openpyxl.load_workbook(result.report)["问题"]
    assert [cell.value for cell in report[2]][:4] == [lists["河湾村"].name, SHEET, 2, column]


def test_one_line_answered_in_two_ways_is_taken_from_neither(lists: dict[str, Path], tmp_path: Path) -> None:
    village, township = fill(lists["河湾村"], **GOOD), fill(lists["丰乐镇"], **{**GOOD, "核实结果": "不属实"})
    result = read_answers([village, township], tmp_path / "out")
    assert (result.conflicts, result.answers, taken(result)) == (1, 0, [])
    first, second = result.problems
    assert {first.file, second.file} == {village.name, township.name}
    assert first.problem.startswith("同一条在别处填得不一样：")
    assert second.file in first.problem


def test_a_renamed_answer_column_is_reported(lists: dict[str, Path], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(fill(lists["河湾村"], **GOOD))
    for cell in book[SHEET][1]:
        cell.value = "谁" if cell.value == "核实人" else cell.value
    book.save(lists["河湾村"])
    problems = read_answers([lists["河湾村"]], tmp_path / "out").problems
    assert "缺少“核实人”列" in [one.problem for one in problems]


# What comes back


def test_an_answer_comes_back_with_its_finding(lists: dict[str, Path], tmp_path: Path) -> None:
    result = read_answers([fill(lists["河湾村"], **GOOD)], tmp_path / "out")
    (row,) = taken(result)
    assert (row["policy"], row["household_no"], row["person_no"], row["finding"]) == (
        *("dibao", "H2", None),
        "entitled_not_receiving",
    )
    assert (row["result"], row["action"], row["verifier"]) == ("属实", "立案办理", "周核实")
    assert row["verified_on"] == date(2024, 9, 3)
    # The village's other lines: one wrongly received, one amount, two checks.
    assert (result.answers, result.empty, result.problems) == (1, 4, ())
    assert openpyxl.load_workbook(result.report)["问题"]["A2"].value == "没有问题，全部收下。"


def test_an_answer_to_an_unknown_line_counts_for_every_policy_that_waits(
    lists: dict[str, Path], tmp_path: Path
) -> None:
    result = read_answers([fill(lists["石岭村"], "无法判定", **GOOD)], tmp_path / "out")
    assert [(row["policy"], row["household_no"]) for row in taken(result)] == [
        ("dibao", "H3"),
        ("extreme_hardship", "H3"),
    ]
    assert result.answers == 1


def test_rows_moved_below_a_title_in_another_workbook_still_count(lists: dict[str, Path], tmp_path: Path) -> None:
    source = openpyxl.load_workbook(fill(lists["云溪县"], "疑点数据", 3, **GOOD))["疑点数据"]
    target = openpyxl.Workbook()
    sheet = target.active
    sheet.append(["丰乐镇汇总"])
    header, *rows = source.iter_rows(values_only=True)
    for row in (header, *reversed(rows)):
        sheet.append(tuple(reversed(row)))
    target.save(tmp_path / "汇总.xlsx")
    result = read_answers([tmp_path / "汇总.xlsx"], tmp_path / "out")
    assert [(row["policy"], row["finding"], row["row"]) for row in taken(result)] == [("DQ013", "check.2", 3)]
    assert (result.empty, result.problems) == (1, ())


def test_copies_that_agree_or_complete_each_other_are_one_answer(lists: dict[str, Path], tmp_path: Path) -> None:
    village = fill(lists["河湾村"], 核实结果="属实", 处理="立案办理")
    county = fill(lists["云溪县"], 核实结果="属实", 核实人="周核实", 日期="2024.9.3")
    (row,) = taken(read_answers([village, county], tmp_path / "out"))
    assert (row["action"], row["verifier"], row["verified_on"]) == ("立案办理", "周核实", date(2024, 9, 3))


def test_an_answer_without_a_name_or_day_is_taken_and_asked_for(lists: dict[str, Path], tmp_path: Path) -> None:
    result = read_answers([fill(lists["河湾村"], 核实结果="不属实")], tmp_path / "out")
    assert [(one.column, one.taken) for one in result.problems] == [("日期", True), ("核实人", True)]
    assert result.answers == 1


def test_reading_again_gives_the_same_bytes(lists: dict[str, Path], tmp_path: Path) -> None:
    paths = [fill(lists["河湾村"], **GOOD), fill(lists["石岭村"], "预警", 核实结果="错的")]
    first = read_answers(paths, tmp_path / "out")
    before = [path.read_bytes() for path in (first.table, first.report)]
    again = read_answers(paths[::-1], tmp_path / "out")
    assert again == first
    assert [path.read_bytes() for path in (again.table, again.report)] == before


@pytest.mark.parametrize(
    "written",
    [
        *(date(2024, 9, 3), datetime(2024, 9, 3, 8), 45538, 45538.0, "45538", "2024-9-3", "2024/09/03"),
        *("2024.9.3", "2024年9月3日", "20240903", "２０２４－９－３", " 2024-09-03 00:00:00 "),
    ],
)
def test_a_day_is_read_however_it_is_written(written: object) -> None:
    assert day_of(written) == date(2024, 9, 3)


@pytest.mark.parametrize("written", ["", None, "昨天", "9.3", 3, "2024-13-01", "99999999", "24/9/3"])
def test_a_day_that_is_not_certain_is_no_day(written: object) -> None:
    assert day_of(written) is None
