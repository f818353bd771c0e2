"""A small rulebook and a small county's folder, for what a snapshot must do."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bangfu.core.rulebook.model import (
    ABSENT,
    CodeList,
    CodeValue,
    Expression,
    Fact,
    Label,
    Parameter,
    ParameterTable,
    Place,
    Rulebook,
    Table,
    Type,
)
from bangfu.core.rulebook.syntax import Truth

HERE = Place("facts.yml", 1, 1)
DERIVED = Expression("true", Truth(0, True), HERE)


def table(name: str, of: str, key: str | None = None, **given: Any) -> Table:
    values = {
        "file": name,
        "belongs_to": None,
        "area": None,
        "bureau": False,
        "label": Label(name, name),
    } | given
    return Table(id=name, of=of, key=key, place=HERE, **values)


def fact(of: str, name: str, kind: str = "text", *headers: str, **given: Any) -> Fact:
    values: dict[str, Any] = {
        "type": Type(kind, given.pop("period", ""), given.pop("code", "")),
        "column": name,
        "fen": False,
        "low": None,
        "high": None,
        "label": Label(headers[0] if headers else name, name),
        "headers": headers,
        "derive": None,
        "missing": ABSENT,
        "missing_reason": "",
        "reads": "",
        "personal": False,
        "place": HERE,
    }
    return Fact(name=name, table=of, **(values | given))


def codes(name: str, *pairs: tuple[int | str, str]) -> CodeList:
    return CodeList(name, tuple(CodeValue(value, Label(label, str(value))) for value, label in pairs), HERE)


TABLES = (
    table("households", "household", "household_no", area="region_code", belongs_to="region_code"),
    table("persons", "person", "person_no", belongs_to="household_no"),
    table("villages", "village", "region_code", area="region_code"),
    table("benefits", "household"),
    table("work_records", "person"),
    table("deaths", "person", bureau=True),
    table("bank_balances", "person", bureau=True, file="financial_assets"),
)
FACTS = (
    fact("households", "household_no", "text", "户编号"),
    fact("households", "region_code", "text", "行政村代码"),
    fact("households", "head_name", "text", "户主姓名", personal=True),
    fact("households", "phone", "text", "联系电话", personal=True),
    fact("households", "group_name", "text", "村民组"),
    fact("households", "income", "money", "家庭收入", low=0, period="year"),
    fact("households", "members", "integer", derive=DERIVED),
    fact("households", "phone_problem", "boolean", reads="phone.problem"),
    fact("households", "phone_households", "integer", reads="phone.groups"),
    fact("persons", "person_no", "text", "人编号"),
    fact("persons", "household_no", "text", "户编号"),
    fact("persons", "name", "text", "姓名", personal=True),
    fact("persons", "id_number", "text", "证件号码", personal=True),
    fact("persons", "birth_date", "date", "出生日期"),
    fact("persons", "sex", "code", "性别", code="sex"),
    fact("persons", "age", "integer", derive=DERIVED),
    fact("persons", "id_problem", "code", reads="id_number.problem", code="id_problem"),
    fact("persons", "id_birth_date", "date", reads="id_number.birth_date"),
    fact("persons", "id_sex", "code", reads="id_number.sex", code="sex"),
    fact("persons", "id_households", "integer", reads="id_number.groups"),
    fact("persons", "id_in_household", "integer", reads="id_number.in_group"),
    fact("persons", "id_disability_grade", "integer", reads="id_number.disability_grade"),
    fact("persons", "name_problem", "boolean", reads="name.problem"),
    fact("villages", "region_code", "text", "行政村代码"),
    fact("villages", "name", "text", "行政村名称"),
    fact("villages", "township_name", "text", "乡镇名称"),
    fact("benefits", "household_no", "text", "户编号"),
    fact("benefits", "person_no", "text", "人编号"),
    fact("benefits", "programme", "text", "待遇项目"),
    fact("benefits", "account", "text", "银行账号", personal=True),
    fact("work_records", "person_no", "text", "人编号"),
    fact("work_records", "employer", "text", "务工企业"),
    fact("deaths", "died_on", "date", "死亡日期"),
    fact("bank_balances", "balance", "money", "余额", low=0),
)
LISTS = (
    codes("sex", ("male", "男"), ("female", "女")),
    codes(
        "id_problem",
        ("ok", "正常"),
        ("missing", "空"),
        ("bad_checksum", "校验位不对"),
        ("placeholder", "占位"),
    ),
)
LINES = Parameter(
    "line",
    Type("money", "month"),
    True,
    0,
    None,
    Label("标准", "line"),
    (),
    ParameterTable("lines", ("region_code",), "valid_from", "valid_to", "line"),
    HERE,
)


def rulebook(facts: Sequence[Fact] = FACTS, *parameters: Parameter) -> Rulebook:
    return Rulebook(
        name="small",
        version="1",
        country="CN",
        title=Label("小", "small"),
        licence="Apache-2.0",
        root=Path("."),
        lineage=(),
        digest="",
        tables={one.id: one for one in TABLES},
        facts={one.id: one for one in facts},
        codes={one.id: one for one in LISTS},
        parameters={one.id: one for one in parameters},
        policies={},
        alerts={},
        checks={},
        indicators={},
    )


ID1, ID2, ID3 = "341225198801011230", "341225199001011237", "341225196002031236"
VILLAGE, OTHER = "341225100201", "341226100201"


def write(folder: Path, name: str, *rows: Sequence[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def manifest(folder: Path, name: str, **covers: Any) -> None:
    entry = {"source": "民政局", "as_of": "2024-08-31", "covers": {"areas": ["341225"]} | covers}
    (folder / f"{name}.manifest.json").write_text(json.dumps(entry), "utf-8")


def county(folder: Path) -> Path:
    """Two households in two counties, three persons, and a bureau's file that covers one county."""
    home = ["户编号", "行政村代码", "户主姓名", "联系电话", "村民组", "家庭收入"]
    write(
        folder,
        "households",
        home,
        ["H2", OTHER, "王五", "13912345678", "二组", "100"],
        ["H1", VILLAGE, "张三", "13912345678.0", "一组", ""],
    )
    who = ["人编号", "户编号", "姓名", "证件号码", "出生日期", "性别"]
    write(
        folder,
        "persons",
        who,
        ["P3", "H2", "王五", ID3 + "43", "1960-02-03", "男"],
        ["P1", "H1", "张三", ID1.lower(), "1988-01-01", "男"],
        ["P2", "H1", "李 四", ID2, "1990-01-01", "女"],
    )
    return folder
