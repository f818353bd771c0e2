"""The specification's own example, as files: what is written there holds to the letter."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from bangfu.core import api

FILES = {
    "rulebook.yml": "{name: sample, version: '1', country: CN, title: 样例, licence: Apache-2.0}",
    "facts/f.yml": """
tables:
  persons:    {file: persons,    key: person_no,    of: person,    belongs_to: household_no}
  households: {file: households, key: household_no, of: household}
  benefits:   {file: benefits,   of: household}
facts:
  wage:        {of: person, type: money, period: month, min: 0, headers: [工资性收入]}
  birth_date:  {of: person, type: date}
  disability:  {of: person, type: code, code: grade}
  relation:    {of: person, type: text, headers: [与户主关系]}
  age:         {of: person, type: integer, min: 0, max: 120, derive: "years(birth_date, as_of)"}
  severe:      {of: person, type: boolean, derive: "disability in (1, 2)"}
  members:     {of: household, type: integer, derive: "count(persons)"}
  region_code: {of: household, type: text, headers: [村代码]}
  urban:       {of: household, type: boolean}
  monthly_income: {of: household, type: money, period: month, derive: "sum(persons.wage)"}
  income_per_member: {of: household, type: money, period: month, derive: "monthly_income // members"}
""",
    "codes/c.yml": "grade: {values: [0, 1, 2, 3, 4]}",
    "parameters/p.yml": """
dibao_line:
  type: money
  per: month
  values:
    - {area: "",   from: 2023-01-01, to: 2024-07-01, value: 650.00, source: "示例文号〔2022〕1号"}
    - {area: "9901", urban: true, from: 2024-07-01, value: 800.00, source: "示例文号〔2024〕3号"}
""",
    "policies/d.yml": """
id: dibao
title: {zh: 最低生活保障, en: minimum living guarantee}
of: household
conditions: [{id: income, text: {zh: 家庭人均收入低于当地低保标准}, cite: 第九条, when: "income_per_member < dibao_line"}]
amount: {formula: "dibao_line * members - monthly_income", per: month, round: floor_fen}
receives: "any(benefits where programme = 'dibao')"
paid: "sum(benefits.monthly_amount where programme = 'dibao')"
""",
    "policies/t.yml": """
id: tekun
title: 特困
of: person
conditions: [{id: no_labour, text: {zh: 无劳动能力}, when: "age >= 60 or age < 16 or severe"}]
receives: "any(benefits where programme = 'tekun')"
""",
    "checks/c.yml": """
id: DQ013
of: household
severity: must_fix
message: {zh: 一户多户主}
when: "count(persons where relation = 'head') > 1"
show: [persons.relation]
""",
    "data/households.csv": """household_no,村代码,urban
H1,990100000001,1
H2,990100000001,0
H3,990100000001,1
""",
    "data/persons.csv": """person_no,household_no,工资性收入,birth_date,disability,与户主关系
P1,H1,300,1980-05-01,0,head
P2,H1,,2010-05-01,0,head
P3,H2,10,1950-01-01,,head
P4,H3,100,1990-01-01,1,head
P5,H9,0,1990-01-01,1,head
""",
    "data/benefits.csv": """household_no,person_no,programme,monthly_amount
H1,,dibao,100
H2,P3,tekun,50
H3,,dibao,650
""",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sample")
    for name, text in FILES.items():
        path = root / "book" / name if not name.startswith("data/") else root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return api.screen(rulebook=root / "book", data=root / "data", as_of=date(2024, 9, 1), out=root / "out")


def decision(run: Path, policy: str, household: str, person: str | None = None) -> dict[str, Any]:
    rows = api.read_decisions(run).to_pylist()
    return next(r for r in rows if (r["policy"], r["household_no"], r["person_no"]) == (policy, household, person))


def test_a_missing_wage_leaves_the_household_unknown_and_names_the_person(run: Path) -> None:
    found = decision(run, "dibao", "H1")
    assert (found["status"], found["missing"], found["finding"]) == ("unknown", ["wage"], "cannot_tell")
    assert (found["amount_min_fen"], found["amount_max_fen"]) == (0, 130_000)
    rows = pq.read_table(run / "findings.parquet").to_pylist()
    assert [r["missing"] for r in rows if (r["policy"], r["household_no"]) == ("dibao", "H1")] == [["P2.wage"]]


def test_no_value_for_the_place_and_date_is_an_unknown_with_the_parameters_own_id(run: Path) -> None:
    assert decision(run, "dibao", "H2")["missing"] == ["dibao_line"]


def test_what_is_paid_and_what_is_due_are_compared(run: Path) -> None:
    found = decision(run, "dibao", "H3")
    assert (found["status"], found["amount_fen"], found["finding"]) == ("eligible", 70_000, "amount_differs")


def test_a_benefit_that_names_a_person_is_that_persons(run: Path) -> None:
    assert decision(run, "tekun", "H2", "P3")["finding"] == "agrees"
    assert decision(run, "tekun", "H3", "P4")["finding"] == "entitled_not_receiving"


def test_a_person_without_a_household_row_is_unknown_and_told(run: Path) -> None:
    assert decision(run, "tekun", "H9", "P5")["status"] == "unknown"
    assert "persons.parquet: 1 人" in " ".join(json.loads((run / "run.json").read_text(encoding="utf-8"))["warnings"])


def test_two_heads_are_a_record_to_correct(run: Path) -> None:
    rows = pq.read_table(run / "checks").to_pylist()
    assert [(r["id"], r["household_no"], r["message"], r["fields"]) for r in rows] == [
        ("DQ013", "H1", "一户多户主", "relation=head、head")
    ]
