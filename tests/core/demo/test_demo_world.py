"""The world without its planted errors is a plausible county whose sheets agree with themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest
from demo_reading import Row, age, by, day, fen, table

from bangfu.core.demo import DemoResult

LINES = {"否": (560_00 * 12, 8500_00), "是": (800_00 * 12, 0)}


class Sound:
    """Households of the last month about which nothing is planted, and nothing was ever."""

    def __init__(self, result: DemoResult) -> None:
        month, self.as_of = result.months[-1]
        folder = result.out / month
        planted = set(pq.read_table(result.out / "truth.parquet")["household_no"].to_pylist())
        self.persons = table(folder, "persons")
        self._members = by(self.persons, "户编号")
        self._benefits = by(table(folder, "benefits"), "户编号")
        self._households = [h for h in table(folder, "households") if h["户编号"] not in planted]

    def __iter__(self) -> Iterator[tuple[Row, list[Row], dict[tuple[str, str], int]]]:
        for household in self._households:
            number = household["户编号"]
            paid = {(b["待遇项目"], b["人编号"]): fen(b["月发放金额"]) for b in self._benefits[number]}
            yield household, self._members[number], paid

    def complete(self) -> Iterator[tuple[Row, list[Row], dict[tuple[str, str], int]]]:
        """Those in which no wage was left blank."""
        return ((h, p, b) for h, p, b in self if all(person["年工资性收入"] for person in p))


@pytest.fixture(scope="module")
def sound(county: DemoResult) -> Sound:
    return Sound(county)


def counted(h: Row) -> int:
    """Income without assistance, preferential money and basic pension, fen a year."""
    left_out = ("其中社会救助金", "其中优抚计生奖励", "其中基础养老金")
    return fen(h["家庭纯收入"]) - sum(fen(h[column]) for column in left_out)


def test_every_household_has_one_head_and_as_many_members_as_it_declares(sound: Sound) -> None:
    for household, persons, _ in sound:
        assert sum(p["与户主关系"] == "户主" for p in persons) == 1
        assert sum(p["与户主关系"] == "配偶" for p in persons) <= 1
        assert len(persons) == int(household["户人口数"])


def test_incomes_add_up(sound: Sound) -> None:
    for h, persons, _ in sound.complete():
        wages = sum(fen(p["年工资性收入"]) for p in persons)
        assert wages == fen(h["工资性收入"])
        business = fen(h["生产经营性收入"]) - fen(h["生产经营性支出"])
        net = wages + business + fen(h["财产性收入"]) + fen(h["转移性收入"])
        assert net == fen(h["家庭纯收入"])
        assert abs(net / len(persons) - fen(h["人均纯收入"])) <= 1
        assert business >= 0


def test_incomes_keep_away_from_the_posted_lines(sound: Sound) -> None:
    for h, persons, paid in sound.complete():
        line, monitoring = LINES[h["是否城镇户"]]
        per_person = counted(h) / len(persons)
        if ("dibao", "") in paid:
            with_pension = per_person + fen(h["其中基础养老金"]) / len(persons)
            assert with_pension < 0.97 * line
        elif not any(programme == "extreme_hardship" for programme, _ in paid):
            assert per_person > 1.03 * line
        if monitoring:
            assert abs(fen(h["家庭纯收入"]) / len(persons) / monitoring - 1) > 0.03


def test_dibao_is_the_posted_standard_less_the_monthly_income(sound: Sound) -> None:
    seen = 0
    for h, persons, paid in sound.complete():
        if ("dibao", "") in paid:
            line, _ = LINES[h["是否城镇户"]]
            assert paid["dibao", ""] == (line * len(persons) - counted(h)) // 12
            seen += 1
    assert seen > 150


def test_everybody_of_eighty_and_nobody_younger_has_the_old_age_allowance(sound: Sound) -> None:
    for _, persons, paid in sound:
        for p in persons:
            old = age(day(p["出生日期"]), sound.as_of) >= 80
            assert old == (("old_age_allowance", p["人编号"]) in paid)


def test_disability_subsidies_follow_grade_and_dibao(sound: Sound) -> None:
    for _, persons, paid in sound:
        for p in persons:
            severe = p["残疾等级"] in ("一级", "二级")
            assert severe == (("disability_nursing_subsidy", p["人编号"]) in paid)
            living = bool(p["残疾等级"]) and ("dibao", "") in paid
            assert living == (("disability_living_subsidy", p["人编号"]) in paid)


def test_children_of_school_age_are_in_school(sound: Sound) -> None:
    for _, persons, _ in sound:
        for p in persons:
            if 6 <= age(day(p["出生日期"]), sound.as_of) <= 15:
                assert p["在校生状况"] not in ("", "学龄前儿童")
            assert bool(p["在校生状况"]) != bool(p["文化程度"])


def test_the_county_looks_like_one(sound: Sound) -> None:
    persons = sound.persons
    disabled = sum(bool(p["残疾等级"]) for p in persons) / len(persons)
    assert 0.055 < disabled < 0.075
    old = sum(age(day(p["出生日期"]), sound.as_of) >= 60 for p in persons if "-13-" not in p["出生日期"])
    assert 0.2 < old / len(persons) < 0.35
    working = sum(bool(p["务工区域"]) for p in persons) / len(persons)
    assert 0.25 < working < 0.42


def test_some_households_cannot_be_decided_since_a_wage_was_not_written_down(sound: Sound) -> None:
    blank = [h for h, persons, _ in sound if any(not p["年工资性收入"] for p in persons)]
    assert 20 < len(blank) < 200
    assert all(h["家庭纯收入"] == "" for h in blank)


def test_ids_carry_the_dirt_of_real_files_at_a_low_rate(sound: Sound) -> None:
    numbers = [p["证件号码"] for p in sound.persons]
    fifteen = sum(len(n) == 15 for n in numbers)
    suffix = sum(len(n) in (20, 22) for n in numbers)
    wide = sum("\uff10" <= n[0] <= "\uff19" for n in numbers)
    spaced = sum(n.endswith(" ") for n in numbers)
    lower = sum(n.endswith("x") for n in numbers)
    for found in (fifteen, suffix, wide, spaced, lower):
        assert 0 < found < len(numbers) / 50
    births = [p["出生日期"] for p in sound.persons]
    for mark in ("/", "."):
        assert any(mark in b for b in births)
    assert any(len(b) == 5 for b in births)
