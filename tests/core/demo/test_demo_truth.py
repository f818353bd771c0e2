"""What is planted: rows of truth.parquet against the files that were written beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from demo_reading import Row, age, by, day, fen, identity, table, well_formed

from bangfu.core.demo import CAUSES, DemoResult
from bangfu.core.demo.layout import BUREAU, REGISTRY

KINDS = {"missed", "wrongly_paid", "wrong_amount", "at_risk", "bad_record", "trap"}
Truth = dict[str, Any]


def truths(result: DemoResult) -> list[Truth]:
    rows: list[Truth] = pq.read_table(result.out / "truth.parquet").to_pylist()
    return rows


class Month:
    """The files of one month, keyed."""

    def __init__(self, result: DemoResult, number: int = 0) -> None:
        self.name, self.as_of = result.months[number]
        folder: Path = result.out / self.name
        self.households = {h["户编号"]: h for h in table(folder, "households")}
        self.persons = {p["人编号"]: p for p in table(folder, "persons")}
        for person in self.persons.values():
            person["证件号码"] = identity(person["证件号码"])
        self.members = by(list(self.persons.values()), "户编号")
        self.benefits = by(table(folder, "benefits"), "户编号")
        self.bureau = {name: by(table(folder / "bureau", name), "证件号码") for name in BUREAU}
        self.truths: dict[str, list[Truth]] = defaultdict(list)
        for truth in truths(result):
            if truth["month"] == self.name:
                self.truths[truth["cause"]].append(truth)

    def told(self, cause: str) -> list[Truth]:
        """Truths of a cause whose bureau row carries a sound identity."""
        return [t for t in self.truths[cause] if t["detectable"] and not t["needs_linking"]]

    def paid(self, truth: Truth, programme: str) -> list[Row]:
        wanted = truth["person_no"] or ""
        rows = self.benefits[truth["household_no"]]
        return [b for b in rows if b["待遇项目"] == programme and b["人编号"] == wanted]


@pytest.fixture(scope="module")
def month(county: DemoResult) -> Month:
    return Month(county)


def test_a_truth_that_nothing_reveals_is_not_called_detectable(county: DemoResult) -> None:
    for truth in truths(county):
        assert truth["detectable"] == (truth["revealed_by"] != "" and truth["kind"] != "trap")


def test_every_truth_points_at_rows_that_its_month_has(county: DemoResult) -> None:
    for number, (name, _) in enumerate(county.months):
        month = Month(county, number)
        here = [t for t in truths(county) if t["month"] == name]
        assert {t["household_no"] for t in here} <= month.households.keys()
        assert {t["person_no"] for t in here if t["person_no"]} <= month.persons.keys()
        assert all(t["person_no"].startswith(t["household_no"]) for t in here if t["person_no"])


def test_what_reveals_a_truth_is_a_file_and_column_of_the_county(county: DemoResult) -> None:
    for revealed_by in {t["revealed_by"] for t in truths(county)} - {""}:
        name, _, header = revealed_by.partition(".")
        assert name in REGISTRY | BUREAU
        assert not header or header in (REGISTRY | BUREAU)[name]


@pytest.mark.parametrize("size", ["small", "county"])
def test_every_cause_occurs(size: str, request: pytest.FixtureRequest) -> None:
    result: DemoResult = request.getfixturevalue(size)
    assert {t["cause"] for t in truths(result)} == {cause.id for cause in CAUSES}
    assert {t["kind"] for t in truths(result)} == KINDS


def test_some_truths_end_and_some_begin_between_the_months(county: DemoResult) -> None:
    first, second = (
        {(t["cause"], t["household_no"]) for t in truths(county) if t["month"] == m} for m, _ in county.months
    )
    assert len(first - second) > 20
    assert len(second - first) > 50
    assert len(first & second) > 300


def test_the_causes_have_distinct_names_and_chinese_notes(county: DemoResult) -> None:
    assert max(Counter(cause.id for cause in CAUSES).values()) == 1
    assert all(any("\u4e00" <= c <= "\u9fff" for c in t["note_zh"]) for t in truths(county))


def test_who_is_missed_receives_nothing_of_the_programme(month: Month) -> None:
    missed = [t for rows in month.truths.values() for t in rows if t["kind"] == "missed"]
    assert missed
    assert all(month.paid(t, t["programme"]) == [] for t in missed)


def test_who_is_wrongly_paid_is_paid(month: Month) -> None:
    wrongly = [t for rows in month.truths.values() for t in rows if t["kind"] == "wrongly_paid"]
    assert wrongly
    assert all(month.paid(t, t["programme"]) for t in wrongly)


def test_a_death_kept_quiet_stands_in_the_deaths_file(month: Month) -> None:
    assert len(month.told("death_kept_quiet_old_age")) > 3
    for truth in month.told("death_kept_quiet_old_age"):
        person = month.persons[truth["person_no"]]
        (death,) = month.bureau["deaths"][person["证件号码"]]
        assert day(death["死亡日期"]) < month.as_of
        assert age(day(person["出生日期"]), month.as_of) >= 80


def test_an_undeclared_wage_stands_in_the_payroll_and_not_on_the_sheet(month: Month) -> None:
    assert month.told("undeclared_wage")
    for truth in month.told("undeclared_wage"):
        members = month.members[truth["household_no"]]
        (worker,) = [p for p in members if month.bureau["payroll"][p["证件号码"]]]
        assert fen(worker["年工资性收入"]) == 0
        assert fen(month.bureau["payroll"][worker["证件号码"]][0]["月工资"]) > 800_00 * len(members)


@pytest.mark.parametrize(
    ("cause", "file"),
    [
        ("hidden_car", "vehicles"),
        ("hidden_company", "business_registrations"),
        ("second_home", "real_estate"),
    ],
)
def test_hidden_wealth_stands_in_its_bureaus_file(month: Month, cause: str, file: str) -> None:
    assert month.told(cause)
    for truth in month.told(cause):
        assert any(month.bureau[file][p["证件号码"]] for p in month.members[truth["household_no"]])


def test_a_car_where_the_vehicle_file_does_not_reach_stands_in_no_file(county: DemoResult) -> None:
    for number in (0, 1):
        month = Month(county, number)
        for truth in month.truths["hidden_car_unseen"]:
            assert not truth["detectable"]
            assert not any(month.bureau["vehicles"][p["证件号码"]] for p in month.members[truth["household_no"]])


def test_the_son_who_died_is_gone_from_the_sheet_and_his_wage_with_him(month: Month) -> None:
    everyone = {p["证件号码"] for p in month.persons.values()}
    strangers = [rows[0] for number, rows in month.bureau["deaths"].items() if number not in everyone]
    assert len(strangers) >= len(month.truths["son_died_with_wage"]) > 0
    for truth in month.truths["son_died_with_wage"]:
        household = month.households[truth["household_no"]]
        assert fen(household["上年人均纯收入"]) > fen(household["人均纯收入"]) + 5000_00


def test_a_mistyped_id_fails_its_check_character(month: Month) -> None:
    assert month.truths["id_digit_mistyped"]
    for truth in month.truths["id_digit_mistyped"]:
        assert not well_formed(month.persons[truth["person_no"]]["证件号码"])


def test_a_person_in_two_households_is_noted_in_both(month: Month) -> None:
    pairs = by(
        [{"n": month.persons[t["person_no"]]["证件号码"], **t} for t in month.truths["person_in_two_households"]],
        "n",
    )
    assert pairs
    assert all(len({t["household_no"] for t in pair}) == 2 for pair in pairs.values())


def test_two_heads_and_no_head_are_what_they_say(month: Month) -> None:
    for cause, number in (("two_heads", 2), ("no_head", 0)):
        assert month.truths[cause]
        for truth in month.truths[cause]:
            heads = [p for p in month.members[truth["household_no"]] if p["与户主关系"] == "户主"]
            assert len(heads) == number


def test_the_outdated_amount_is_forty_yuan_a_head_too_low_in_the_country(month: Month) -> None:
    seen = 0
    for truth in month.truths["outdated_standard"]:
        household = month.households[truth["household_no"]]
        if household["是否城镇户"] == "否":
            (paid,) = month.paid(truth, "dibao")
            counted = fen(household["家庭纯收入"]) - sum(
                fen(household[column]) for column in ("其中社会救助金", "其中优抚计生奖励", "其中基础养老金")
            )
            right = (560_00 * 12 * int(household["户人口数"]) - counted) // 12
            assert right - fen(paid["月发放金额"]) == 40_00 * int(household["户人口数"])
            seen += 1
    assert seen > 3


def test_a_child_out_of_school_is_on_the_dropout_list(month: Month) -> None:
    assert month.truths["child_out_of_school"]
    for truth in month.truths["child_out_of_school"]:
        child = month.persons[truth["person_no"]]
        assert child["在校生状况"] == child["义务教育阶段未上学原因"] == ""
        assert month.bureau["dropouts"][child["证件号码"]]
        assert not month.bureau["school_enrolment"][child["证件号码"]]
