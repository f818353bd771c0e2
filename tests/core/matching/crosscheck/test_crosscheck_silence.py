"""What is known, what is silent, what contradicts: a named cast of three households in two villages.

Wang (H1) and his wife Li live in the village that files cover, Zhao (H2) next door, Qian (H3) where they do not.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.matching.crosscheck.run import crosscheck
from bangfu.core.matching.numbers import number_text

COVERED, SILENT = "990101101201", "990101202201"
WANG = ("P1", "H1", number_text(99010119600101001), "王伟")
LI = ("P2", "H1", number_text(99010119610202002), "李芳")
ZHAO = ("P3", "H2", number_text(99010119700303003), "赵刚")
QIAN = ("P4", "H3", number_text(99010119800404004), "钱多")
CAST = (WANG, LI, ZHAO, QIAN)


class Office:
    """A registry and what bureaus sent; `check` gives facts by key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bureau").mkdir(parents=True)
        households = {"household_no": ["H1", "H2", "H3"], "region_code": [COVERED, COVERED, SILENT]}
        pq.write_table(pa.table(households), folder / "households.parquet")
        self.register(CAST)

    def register(self, persons: tuple[tuple[str, ...], ...], **more: list[Any]) -> None:
        names = ("person_no", "household_no", "id_number", "name")
        columns = {name: [person[at] for person in persons] for at, name in enumerate(names)}
        pq.write_table(pa.table({**columns, **more}), self.folder / "persons.parquet")

    def send(self, table: str, who: list[tuple[str, ...]], *, covers: bool = True, **columns: list[Any]) -> None:
        identity = {"id_number": [person[2] for person in who], "name": [person[3] for person in who]}
        typed = {name: pa.array(values, TYPES.get(name)) for name, values in columns.items()}
        pq.write_table(pa.table({**identity, **typed}), self.folder / "bureau" / f"{table}.parquet")
        if covers:
            manifest = {"source": "某局", "as_of": "2026-09-30", "covers": {"areas": ["990101101"]}}
            (self.folder / "bureau" / f"{table}.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    def check(self, **options: Any) -> dict[str, dict[str, Any]]:
        out = self.folder / "out"
        crosscheck(self.folder, self.folder, out, as_of=date(2026, 9, 30), **options)
        found = {}
        for entity in ("household", "person"):
            for row in pq.read_table(out / f"{entity}_facts.parquet").to_pylist():
                found[row[f"{entity}_no"]] = row
        return found

    def conflicts(self) -> list[tuple[str, str, str]]:
        rows = pq.read_table(self.folder / "out" / "conflicts.parquet").to_pylist()
        return [(row["person_no"], row["message_zh"], row["message_en"]) for row in rows]


YUAN = pa.decimal128(12, 2)
TYPES = {"died_on": pa.date32(), "valid_to": pa.date32(), "monthly_wage": pa.string(), "value": pa.string()}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "county")


def told(row: dict[str, Any], fact: str) -> tuple[Any, ...]:
    """The fact (money in yuan), its file and its coverage."""
    return row[fact], row[f"{fact}_source"], row[f"{fact}_coverage"]


# -- silence ---------------------------------------------------------------------------------------------------


def test_no_row_is_none_only_where_the_file_covers(office: Office) -> None:
    office.send("vehicles", [WANG], value=["50000"], kind=["小型轿车"])
    found = office.check()
    assert told(found["H1"], "vehicle_value") == (Decimal("50000.00"), "vehicles.parquet", "covered")
    assert told(found["H2"], "vehicle_value") == (0, "vehicles.parquet", "covered")
    assert told(found["H3"], "vehicle_value") == (None, "vehicles.parquet", "not_covered")
    assert told(found["H1"], "property_count") == (None, None, "no_file")
    assert found["H1"]["vehicle_value_as_of"] == date(2026, 9, 30)


def test_without_a_manifest_a_file_covers_nobody(office: Office) -> None:
    office.send("vehicles", [WANG], covers=False, value=["50000"])
    found = office.check()
    assert told(found["H1"], "vehicle_count") == (None, "vehicles.parquet", "no_manifest")
    assert told(found["H2"], "vehicle_count") == (None, "vehicles.parquet", "no_manifest")
    assert found["H1"]["vehicle_count_as_of"] is None


def test_what_is_found_where_the_file_does_not_cover_is_said_beside_the_fact(office: Office) -> None:
    office.send("vehicles", [QIAN, QIAN], value=["100", "200"])
    row = office.check()["H3"]
    assert (row["vehicle_count"], row["vehicle_count_found"]) == (None, 2)
    assert (row["vehicle_value"], row["vehicle_value_found"]) == (None, Decimal("300.00"))


def test_a_death_is_certain_whoever_sent_it_and_life_only_where_the_file_covers(office: Office) -> None:
    office.send("deaths", [QIAN], died_on=[date(2026, 5, 6)])
    found = office.check()
    assert (found["P4"]["deceased"], found["P4"]["died_on"]) == (True, date(2026, 5, 6))
    assert found["P4"]["deceased_coverage"] == "not_covered"
    assert (found["P1"]["deceased"], found["P1"]["died_on"]) == (False, None)


def test_a_blank_amount_is_no_nought(office: Office) -> None:
    office.send("vehicles", [WANG, WANG], value=["100", None])
    row = office.check()["H1"]
    assert (row["vehicle_count"], row["vehicle_value"], row["vehicle_value_found"]) == (2, None, Decimal("100.00"))


# -- doubt -----------------------------------------------------------------------------------------------------


def test_a_row_under_review_counts_for_nobody_and_leaves_its_candidate_unknown(office: Office) -> None:
    mistaken = ("", "", WANG[2], "孙权")
    office.send("vehicles", [mistaken, LI], value=["100", "200"])
    found = office.check()
    assert told(found["H1"], "vehicle_count") == (None, "vehicles.parquet", "under_review")
    assert found["H1"]["vehicle_count_found"] == 1
    assert told(found["H2"], "vehicle_count") == (0, "vehicles.parquet", "covered")


def test_doubt_about_one_member_leaves_the_others_known(office: Office) -> None:
    office.send("payroll", [("", "", WANG[2], "孙权"), LI], monthly_wage=["100", "200"])
    found = office.check()
    assert told(found["P1"], "monthly_wage") == (None, "payroll.parquet", "under_review")
    assert told(found["P2"], "monthly_wage") == (Decimal("200.00"), "payroll.parquet", "covered")
    assert told(found["H1"], "monthly_wage") == (None, "payroll.parquet", "under_review")


def test_a_number_of_two_registered_persons_concerns_both_unless_the_name_decides(office: Office) -> None:
    office.register((WANG, LI, ("P3", "H2", WANG[2], "赵刚"), QIAN))
    office.send("vehicles", [WANG], value=["100"])
    assert told(office.check()["H1"], "vehicle_count") == (1, "vehicles.parquet", "covered")
    assert told(office.check()["H2"], "vehicle_count") == (0, "vehicles.parquet", "covered")
    office.send("vehicles", [("", "", WANG[2], "")], value=["100"])
    found = office.check()
    assert told(found["H1"], "vehicle_count") == (None, "vehicles.parquet", "under_review")
    assert told(found["H2"], "vehicle_count") == (None, "vehicles.parquet", "under_review")


# -- authorisation ---------------------------------------------------------------------------------------------


def test_a_household_that_authorised_nothing_is_not_looked_at(office: Office) -> None:
    office.send("vehicles", [WANG, ZHAO, ("", "", ZHAO[2], "孙权")], value=["100", "200", "300"])
    office.send("deaths", [ZHAO], died_on=[date(2026, 1, 1)])
    found = office.check(allowed=lambda table, _: {"H1"} if table == "vehicles" else None)
    assert told(found["H1"], "vehicle_count") == (1, "vehicles.parquet", "covered")
    assert told(found["H2"], "vehicle_count") == (None, "vehicles.parquet", "not_authorised")
    assert found["H2"]["vehicle_count_found"] is None
    assert found["P3"]["deceased"] is True
    links = pq.read_table(office.folder / "out" / "links" / "vehicles.parquet").to_pylist()
    assert [(row["person_no"], row["method"], row["review"]) for row in links] == [
        ("P1", "id_name", False),
        (None, "not_authorised", False),
        (None, "not_authorised", False),
    ]
    sources = pq.read_table(office.folder / "out" / "sources.parquet").to_pylist()
    told_of = {row["table"]: row for row in sources}["vehicles"]
    assert [told_of[name] for name in ("rows", "linked", "review", "unlinked")] == [3, 1, 0, 2]


# -- several files, contradictions -----------------------------------------------------------------------------


def test_payroll_is_believed_before_tax_and_the_difference_is_told(office: Office) -> None:
    office.send("payroll", [WANG, WANG], monthly_wage=["3000", "3001"], month=["2026-08", "2026-09"])
    office.send("tax", [WANG, LI], monthly_wage=["2900", "1000"], month=["2026-09", "2026-09"])
    found = office.check()
    assert told(found["P1"], "monthly_wage") == (Decimal("3000.50"), "payroll.parquet", "covered")
    assert told(found["P2"], "monthly_wage") == (Decimal("1000.00"), "tax.parquet", "covered")
    assert told(found["H1"], "monthly_wage") == (Decimal("4000.50"), "payroll.parquet", "covered")
    assert office.conflicts() == [
        (
            "P1",
            "工资发放月均3,000.50元，个税申报月均2,900.00元，请核实",
            "the payroll's average month is 3,000.50 yuan, the tax return's 2,900.00",
        )
    ]


def test_who_is_dead_and_still_paid_is_told(office: Office) -> None:
    office.send("deaths", [WANG, WANG], died_on=[date(2026, 5, 6), date(2026, 6, 7)])
    office.send("payroll", [WANG, WANG], monthly_wage=["1", "1"], month=["2026-05", "2026-08"])
    office.send("pensions", [WANG], monthly_amount=[100], kind=["退休金"])
    benefits = {"household_no": ["H1", "H2"], "person_no": ["P1", "P3"], "programme": ["高龄津贴", "低保"]}
    pq.write_table(pa.table(benefits), office.folder / "benefits.parquet")
    assert office.check()["P1"]["died_on"] == date(2026, 5, 6)
    assert [text for _, text, _ in office.conflicts()] == [
        "死亡登记有两个日期：2026-05-06和2026-06-07，请向来源单位核实",
        "2026-05-06死亡，2026-08仍有工资发放或申报记录，请核实是否误报死亡或冒领",
        "2026-05-06死亡，截至2026-09-30仍在发放养老金，请核实",
        "2026-05-06死亡，登记簿中仍享受待遇“高龄津贴”，请核实；停发须按程序办理",
    ]
    assert {who for who, _, _ in office.conflicts()} == {"P1"}


def test_the_month_of_death_may_still_be_paid(office: Office) -> None:
    office.send("deaths", [WANG], died_on=[date(2026, 9, 1)])
    office.send("payroll", [WANG], monthly_wage=["1"], month=["2026-09"])
    office.send("pensions", [WANG], monthly_amount=[100])
    office.check()
    assert office.conflicts() == []


def test_a_benefit_of_the_household_counts_against_the_dead_only_where_nobody_is_left(office: Office) -> None:
    office.send("deaths", [WANG, ZHAO], died_on=[date(2026, 5, 6), date(2026, 5, 6)])
    benefits = {"household_no": ["H1", "H2"], "person_no": pa.nulls(2, pa.string()), "programme": ["低保", "低保"]}
    pq.write_table(pa.table(benefits), office.folder / "benefits.parquet")
    office.check()
    assert [who for who, _, _ in office.conflicts()] == ["P3"]


def test_what_the_registry_declares_is_held_against_what_bureaus_say(office: Office) -> None:
    office.register(
        CAST,
        wage_income=[35_000, 36_000, None, 0],
        disability_grade=["二级", None, None, "一级"],
        resident_insurance=[True, False, True, False],
        employee_insurance=[False, False, False, False],
    )
    office.send("payroll", [WANG, LI, ZHAO], monthly_wage=["3000", "3000", "3000"])
    office.send("disability_certificates", [WANG, LI], kind=[4, 4], grade=[2, 3], valid_to=[None, date(2026, 9, 30)])
    enrolled = {"kind": ["居民医保", "职工医保", "居民医保"], "year": [2026] * 3, "paid": [True] * 3}
    office.send("insurance_enrolment", [WANG, WANG, LI], **enrolled)
    office.check()
    assert office.conflicts() == [
        (
            "P1",
            "工资记录折算全年36,000.00元，登记簿填报35,000.00元，请核实收入",
            "36,000.00 yuan a year by the payroll, 35,000.00 declared in the registry",
        ),
        (
            "P1",
            "同一年度既参加城乡居民基本医保又参加职工基本医保，请核实",
            "in the same year both resident insurance and employee insurance",
        ),
        (
            "P2",
            "残联有效证件：三级；登记簿：无，请核对残疾人证",
            "valid certificate: grade 3; registry: none; look at the certificate",
        ),
        ("P2", "医保部门：已参保；登记簿：未参保，请核对参保情况", "insurer: insured; registry: not insured"),
        ("P3", "医保部门：未参保；登记簿：已参保，请核对参保情况", "insurer: not insured; registry: insured"),
    ]


def test_a_certificate_counts_to_its_last_day(office: Office) -> None:
    people, until = [WANG, LI, ZHAO], [date(2026, 9, 30), date(2026, 9, 29), None]
    office.send("disability_certificates", people, kind=[1, 2, 3], grade=[1, 2, 3], valid_to=until)
    found = office.check()
    grades = {who: (found[who]["disability_kind"], found[who]["disability_grade"]) for who in ("P1", "P2", "P3", "P4")}
    assert grades == {"P1": (1, 1), "P2": (0, 0), "P3": (3, 3), "P4": (None, None)}


def test_the_workbook_of_contradictions_masks_names_and_leaves_room_for_answers(office: Office) -> None:
    villages = {"region_code": [COVERED], "township_name": ["城关镇"], "name": ["新华村"]}
    pq.write_table(pa.table(villages), office.folder / "villages.parquet")
    office.send("school_enrolment", [WANG], school=["示例小学"])
    office.send("dropouts", [WANG], reason=["外出"])
    office.check()
    rows = list(openpyxl.load_workbook(office.folder / "out" / "conflicts.xlsx").active.iter_rows(values_only=True))
    assert rows[0] == (
        *("序号", "乡镇", "村", "户编号", "人编号", "姓名", "矛盾事项", "内容", "来源", "对方来源"),
        *("核实结果", "处理", "核实人", "日期", "English"),
    )
    assert [cell or "" for cell in rows[1]] == [
        *("1", "城关镇", "新华村", "H1", "P1", "王*", "有学籍又在辍学名单"),
        *("教育部门学籍名单和辍学名单上都有此人，请核实是否在校", "school_enrolment.parquet", "dropouts.parquet"),
        *("", "", "", ""),
        "enrolled and on the list of dropouts: both enrolled and on the list of dropouts; is the child at school",
    ]
