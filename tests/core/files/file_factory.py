"""Real files of every kind that a county sends, made on the spot, and the layout that they are read by."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reading import TableReading

SEXES = {"男": "male", "male": "male", "女": "female", "female": "female"}
GRADES = {"1": 1, "一级": 1, "2": 2, "二级": 2}
PERSONS = TableLayout(
    "persons",
    "persons",
    (
        ColumnLayout("person_no", headers=("人编号",), key=True),
        ColumnLayout("household_no", headers=("户编号",), link=True),
        ColumnLayout("name", headers=("姓名",), personal=True),
        ColumnLayout("id_number", headers=("证件号码", "身份证号"), personal=True),
        ColumnLayout("sex", "code", headers=("性别",), labels=SEXES),
        ColumnLayout("grade", "code", headers=("残疾等级",), labels=GRADES),
        ColumnLayout("birth_date", "date", headers=("出生日期",)),
        ColumnLayout("wage", "money", headers=("年工资性收入",), low=0, period="year"),
        ColumnLayout("months", "integer", headers=("务工时间", "务工时间（月）"), low=0, high=12),
        ColumnLayout("land", "decimal", headers=("耕地面积",), low=0),
        ColumnLayout("insured", "boolean", headers=("是否参保",)),
    ),
)
HEADER = [
    "人编号",
    "户编号",
    "姓名",
    "证件号码",
    "性别",
    "残疾等级",
    "出生日期",
    "年工资性收入",
    "务工时间",
    "耕地面积",
    "是否参保",
]
ONE = ["P1", "H1", "张三", "341225198801011230", "男", "一级", "1988-01-01", "1200.50", "6", "1.5", "是"]
TWO = ["P2", "H1", "李四", "341225199001011230", "女", "", "1990-01-01", "0", "", "", "否"]


def with_cell(header: str, value: Any, row: Sequence[Any] = ONE) -> list[Any]:
    """A good row with one cell replaced."""
    changed = list(row)
    changed[HEADER.index(header)] = value
    return changed


def write_csv(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "Sheet1") -> Path:
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def codes(remarks: Sequence[Any]) -> list[str]:
    return [remark.code for remark in remarks]


def only_problem(reading: TableReading) -> Any:
    (problem,) = reading.problems
    return problem
