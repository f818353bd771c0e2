"""The township of source D5: its registry files give the figures of its printed summary."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pytest
from demo_reading import Row, by, fen, table

from bangfu.core.demo import DemoResult

CODE = "990101201"


class Township(NamedTuple):
    """The township's rows in the last month."""

    households: list[Row]
    persons: list[Row]
    villages: list[Row]
    tables: dict[str, list[Row]]

    def members(self, households: list[Row]) -> list[Row]:
        """The persons of these households."""
        wanted = {h["户编号"] for h in households}
        return [p for p in self.persons if p["户编号"] in wanted]


@pytest.fixture(scope="module", params=[1, 0], ids=["last month", "first month"])
def township(request: pytest.FixtureRequest, county: DemoResult) -> Township:
    folder = county.out / county.months[request.param][0]
    inside = {}
    for name in ("posts", "contracts", "stations", "groups", "natural_villages", "benefits", "villages"):
        rows = table(folder, name)
        key = "行政村代码" if "行政村代码" in rows[0] else "户编号" if "户编号" in rows[0] else "人编号"
        inside[name] = [row for row in rows if row[key].startswith(CODE)]
    households = [h for h in table(folder, "households") if h["行政村代码"].startswith(CODE)]
    persons = [p for p in table(folder, "persons") if p["户编号"].startswith(CODE)]
    return Township(households, persons, inside["villages"], inside)


def test_seven_villages_three_of_them_poor_and_exited(township: Township) -> None:
    assert len(township.villages) == 7
    assert sum(v["是否贫困村"] == v["是否出列"] == "是" for v in township.villages) == 3
    assert {v["乡镇名称"] for v in township.villages} == {"示例龙王乡"}


def test_108_natural_villages_and_138_groups(township: Township) -> None:
    assert len(township.tables["natural_villages"]) == 108
    assert len(township.tables["groups"]) == 138


def test_every_household_lives_in_a_natural_village_and_group_that_is_listed(township: Township) -> None:
    groups = {(g["行政村代码"], g["村民组名称"]) for g in township.tables["groups"]}
    places = {(n["行政村代码"], n["自然村名称"]) for n in township.tables["natural_villages"]}
    assert {(h["行政村代码"], h["村民组"]) for h in township.households} == groups
    assert {(h["行政村代码"], h["自然村"]) for h in township.households} <= places


def test_8848_households_with_34830_persons(township: Township) -> None:
    assert len(township.households) == 8848
    assert len(township.persons) == 34830
    assert sum(int(v["总户数"]) for v in township.villages) == 8848
    assert sum(int(v["总人口"]) for v in township.villages) == 34830


def test_1239_households_with_4166_persons_were_registered_in_2014(township: Township) -> None:
    registered = [h for h in township.households if h["建档立卡年度"]]
    assert {h["建档立卡年度"] for h in registered} == {"2014"}
    assert (len(registered), len(township.members(registered))) == (1239, 4166)


def test_1201_households_with_4045_persons_were_lifted_out_before_2020_and_38_with_121_in_2020(
    township: Township,
) -> None:
    before = [h for h in township.households if "2014" <= h["脱贫年度"] <= "2019"]
    in_2020 = [h for h in township.households if h["脱贫年度"] == "2020"]
    assert (len(before), len(township.members(before))) == (1201, 4045)
    assert (len(in_2020), len(township.members(in_2020))) == (38, 121)


def test_396_persons_of_the_registered_poor_are_on_dibao_and_68_in_extreme_hardship(
    township: Township,
) -> None:
    poor = township.members([h for h in township.households if h["建档立卡年度"]])
    assert Counter(p["享受低保政策情况"] for p in poor)["农村低保"] == 396
    assert Counter(p["享受特困供养政策情况"] for p in poor)["农村特困"] == 68


def test_what_the_person_sheet_says_of_dibao_is_what_is_paid(township: Township) -> None:
    paid = by(township.tables["benefits"], "待遇项目")
    on_sheet = {p["户编号"] for p in township.persons if p["享受低保政策情况"] == "农村低保"}
    assert on_sheet == {b["户编号"] for b in paid["dibao"]}
    hardship = {p["人编号"] for p in township.persons if p["享受特困供养政策情况"] == "农村特困"}
    assert hardship == {b["人编号"] for b in paid["extreme_hardship"]}


def test_623_households_have_an_industry_project_and_684_share_photovoltaic_income(
    township: Township,
) -> None:
    assert sum(h["是否申报到户产业"] == "是" for h in township.households) == 623
    assert sum(h["是否享受光伏收益"] == "是" for h in township.households) == 684


def test_fourteen_stations_six_of_3_four_of_5_and_four_of_60_kilowatts(township: Township) -> None:
    capacities = Counter(float(s["装机容量（千瓦）"]) for s in township.tables["stations"])
    assert capacities == {3.0: 6, 5.0: 4, 60.0: 4}


def test_908_pupils_and_students_and_more_than_300_grants_of_more_than_350_000_yuan(
    township: Township,
) -> None:
    assert sum(p["在校生状况"] not in ("", "学龄前儿童") for p in township.persons) == 908
    assert 300 < sum(int(p["教育资助次数"] or 0) for p in township.persons) < 400
    assert 350_000_00 < sum(fen(p["教育资助金额"]) for p in township.persons) < 360_000_00


def test_three_job_bases_take_on_17_persons_of_registered_households(township: Township) -> None:
    workers = [p for p in township.persons if p["就业扶贫基地"]]
    registered = {h["户编号"] for h in township.households if h["建档立卡年度"]}
    assert len({p["就业扶贫基地"] for p in workers}) == 3
    assert len(workers) == 17
    assert {p["户编号"] for p in workers} <= registered


def test_1502_doctor_contracts_and_1034_chronic_disease_cards(township: Township) -> None:
    assert len({c["人编号"] for c in township.tables["contracts"]}) == 1502
    assert len(township.tables["contracts"]) == 1502
    assert sum(p["是否办理慢性病卡"] == "是" for p in township.persons) == 1034


def test_five_forest_rangers_at_about_8000_yuan_a_year(township: Township) -> None:
    rangers = [p for p in township.tables["posts"] if p["岗位类别"] == "护林员"]
    assert [fen(r["年岗位补贴"]) for r in rangers] == [8000_00] * 5


@pytest.mark.parametrize("seed", [2, 11])
def test_the_figures_do_not_depend_on_the_seed(seed: int) -> None:
    from bangfu.core.demo import plan

    county = plan.county(12_000)
    township = [v for v in plan.villages(county, seed) if v.exact]
    places = [place for village in township for place in village.places]
    assert (len(places), sum(p.size for p in places), sum(p.students for p in places)) == (8848, 34830, 908)
    assert sum(p.industry for p in places) == 623
    assert sum(p.pv for p in places) == 684
    assert sum(p.size for p in places if p.kind == "poor" and p.registered) == 396
    assert sum(p.size for p in places if p.kind == "hardship" and p.registered) == 68
    quotas = [v.quotas for v in township if v.quotas]
    assert sum(q.contracts for q in quotas) == 1502
    assert sum(q.cards for q in quotas) == 1034
    assert sum(q.rangers for q in quotas) == 5
    assert sum(q.base_workers for q in quotas) == 17
