"""Indicators as cells: each equals a count by hand, opens into exactly what it counts, and adds up only where it may."""

from __future__ import annotations

import dataclasses
import json
import shutil
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from bangfu.core.reporting.cells import Cell, CellError, cells, contains, read_run, total
from bangfu.core.reporting.cells_behind import Opener, households_behind
from bangfu.core.rulebook.loader import load
from tests.core.support.cells_runs import BOOK, screened
from tests.core.support.indicator_county import AS_OF, PAIRS, RATIOS, VILLAGES, Tables, expected


@pytest.fixture(scope="module")
def found(run_dir: Path) -> dict[tuple[str, str], Cell]:
    return {(cell.indicator, cell.area): cell for cell in cells(run_dir)}


def test_the_rulebook_has_well_over_sixty_indicators_and_says_of_each_what_it_is() -> None:
    indicators = load(BOOK, cases=False).indicators
    assert len(indicators) >= 110
    for item in indicators.values():
        assert item.title.zh
        assert item.title.en, item.id
        assert item.flow in ("stock", "flow")
        # the word for the unit stands in the title where counting could be mistaken
        if item.unit in ("人次", "户次"):
            assert item.unit in item.title.zh, item.id
            assert item.flow == "flow"
        if item.unit == "户" and item.denominator is None:
            assert "人" not in item.title.zh[-2:], item.id


def test_every_figure_that_can_be_counted_by_hand_is_as_counted_by_hand(
    county: Tables, found: dict[tuple[str, str], Cell]
) -> None:
    by_hand = expected(county)
    assert len({name for name, _ in by_hand}) >= 80
    assert {key: found[key].numerator for key in by_hand} == by_hand
    assert not [key for key in by_hand if found[key].undecided]
    for name, (top, bottom) in RATIOS.items():
        for area in ("", *VILLAGES):
            assert (found[name, area].numerator, found[name, area].denominator) == (
                by_hand[top, area],
                by_hand[bottom, area],
            )


def test_households_and_persons_of_a_pair_are_two_figures_of_one_definition(found: dict[tuple[str, str], Cell]) -> None:
    for base in PAIRS:
        homes, people = found[f"{base}_households", ""], found[f"{base}_persons", ""]
        assert (homes.unit, people.unit) == ("户", "人")
        assert homes.kind == people.kind


def test_a_cell_says_what_it_rests_on(run_dir: Path, found: dict[tuple[str, str], Cell]) -> None:
    cell = found["monitored_share", ""]
    assert (cell.unit, cell.kind, cell.period, cell.as_of) == ("percent", "stock", "2026-10", AS_OF)
    assert cell.numerator_query == "count(households where monitored and not urban)"
    assert cell.denominator_query == "count(households where not urban)"
    assert cell.denominator_name == "农村户"
    assert cell.exact == Fraction(100 * cell.numerator, cell.denominator or 0)
    assert abs(cell.exact - Fraction(cell.value or 0)) <= Fraction(1, 200)
    assert cell.snapshot_hash == read_run(run_dir).snapshot_hash
    assert len(cell.snapshot_hash) == 64
    assert cell.approximate == ""


def test_money_is_exact_in_fen_and_printed_in_yuan(found: dict[tuple[str, str], Cell]) -> None:
    cell = found["dibao_spending", ""]
    assert (cell.unit, cell.kind) == ("元", "flow")
    assert cell.value == Decimal(cell.numerator) / 100
    assert cell.exact == Fraction(cell.numerator, 100)


@pytest.mark.parametrize("area", ["", VILLAGES[2]])
def test_every_cell_opens_into_rows_that_count_exactly_what_it_says(run_dir: Path, area: str) -> None:
    run = read_run(run_dir)
    sides = 0
    with Opener(run_dir, BOOK) as opener:
        for (_, code), cell in run.found.items():
            if code != area:
                continue
            for side in ("numerator", "denominator")[: 1 + cell.ratio]:
                behind = opener.behind(cell, side)
                want = cell.numerator if side == "numerator" else cell.denominator
                assert sum(row.amount for row in behind.counted) == want, (cell.indicator, side)
                assert all(row.area.startswith(area) for row in behind.counted)
                if cell.unit == "户" and side == "numerator":
                    assert len(behind.households) == want, cell.indicator
                if cell.unit == "人" and not cell.ratio:
                    assert len(behind.persons) == want, cell.indicator
                sides += 1
    assert sides > 110


def test_the_households_behind_are_the_ones_of_the_files(run_dir: Path, county: Tables) -> None:
    cell = read_run(run_dir).cell("unsafe_water_persons", VILLAGES[1])
    behind = households_behind(run_dir, cell, rulebook=BOOK)
    homes = {h["household_no"] for h in county["households"] if not h["safe_water"] and h["region_code"] == VILLAGES[1]}
    assert set(behind.households) == homes
    assert behind.persons == tuple(sorted(p["person_no"] for p in county["persons"] if p["household_no"] in homes))
    villages = households_behind(run_dir, read_run(run_dir).cell("poor_villages"), rulebook=BOOK)
    assert [row.unit_no for row in villages.counted] == sorted(VILLAGES[:2])
    assert villages.households == ()


def test_rows_that_could_not_be_told_are_listed_apart_and_the_figure_is_at_least(
    county: Tables, tmp_path: Path
) -> None:
    tables = {name: [dict(row) for row in rows] for name, rows in county.items()}
    tables["households"][3]["safe_water"] = None
    out = screened(tables, tmp_path)
    cell = read_run(out).cell("unsafe_water_households")
    assert (cell.undecided, cell.approximate) == (1, "以上")
    behind = households_behind(out, cell, rulebook=BOOK)
    assert [row.household_no for row in behind.undecided] == ["H003"]
    assert "H003" not in behind.households


# -- what is refused ---------------------------------------------------------------------------------


def test_a_folder_that_is_no_run_and_an_indicator_that_is_none_are_refused(run_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(CellError) as told:
        cells(tmp_path)
    assert str(told.value) == (
        f"{tmp_path}: 不是 bangfu screen 的结果文件夹（没有可读的 run.json） / "
        "not a folder that bangfu screen wrote (no run.json that can be read)"
    )
    shutil.copy(run_dir / "run.json", tmp_path / "run.json")
    with pytest.raises(CellError, match=r"没有 indicators\.parquet"):
        cells(tmp_path)
    run = read_run(run_dir)
    with pytest.raises(CellError, match="没有指标“monitored_household”；是否 monitored_households？"):
        run.cell("monitored_household")
    with pytest.raises(CellError, match="没有地区 123456；有 '', 990101, 990101101"):
        run.cell("monitored_households", "123456")


def test_another_rulebook_another_run_and_data_that_changed_are_refused(
    run_dir: Path, month_before: Path, tmp_path: Path
) -> None:
    cell = read_run(run_dir).cell("monitored_households")
    with pytest.raises(CellError, match="规则集与筛查时不同，请用当时的规则集"):
        households_behind(run_dir, cell, rulebook=BOOK.parent / "demo-county")
    with pytest.raises(CellError, match="这个数不是出自这次筛查 / the figure monitored_households does not come from"):
        households_behind(month_before, cell, rulebook=BOOK)
    with pytest.raises(CellError, match="没有分母 / monitored_households has no denominator"):
        households_behind(run_dir, cell, rulebook=BOOK, side="denominator")
    changed = tmp_path / "run"
    shutil.copytree(run_dir, changed)
    shutil.copy(month_before / "snapshot" / "households.parquet", changed / "snapshot" / "households.parquet")
    with pytest.raises(CellError, match="数据在筛查后改动过；请重新筛查"):
        households_behind(changed, read_run(changed).cell("households"), rulebook=BOOK)


def test_a_run_that_kept_no_snapshot_asks_for_its_data(run_dir: Path, tmp_path: Path) -> None:
    bare = tmp_path / "run"
    shutil.copytree(run_dir, bare)
    shutil.rmtree(bare / "snapshot")
    with pytest.raises(CellError, match="请用 --data 给出当时的数据文件夹"):
        households_behind(bare, read_run(bare).cell("households"), rulebook=BOOK)


ADDING = {
    "a ratio": (("dibao_coverage", ""), ("dibao_coverage", ""), "是比率，不能相加；请用分子之和除以分母之和"),
    "户 and 户次": (("measure_households", ""), ("measure_times", ""), "单位不同（户、户次），不能相加"),
    "户 and 人": (("monitored_households", ""), ("monitored_persons", ""), "单位不同（户、人），不能相加"),
    "人 and 人次": (("off_farm_workers", ""), ("work_times", ""), "单位不同（人、人次），不能相加"),
    "stock and flow": (("monitored_households", ""), ("monitored_new_households", ""), "一个是时点数、一个是时期数"),
    "two indicators": (("on_dibao_persons", ""), ("hardship_recipients", ""), "同一户或同一人可能两边都有"),
    "an area within another": (("persons", "990101"), ("persons", VILLAGES[0]), "会重复计算"),
    "an area twice": (("persons", VILLAGES[0]), ("persons", VILLAGES[0]), "会重复计算"),
}


@pytest.mark.parametrize("case", ADDING)
def test_what_does_not_add_up_is_refused(found: dict[tuple[str, str], Cell], case: str) -> None:
    one, other, message = ADDING[case]
    with pytest.raises(CellError, match=message):
        total([found[one], found[other]])


def test_figures_of_other_dates_or_other_data_are_not_added(
    run_dir: Path, month_before: Path, found: dict[tuple[str, str], Cell]
) -> None:
    earlier = read_run(month_before).cell("persons", VILLAGES[0])
    with pytest.raises(CellError, match="日期不同（2026-10-01、2026-09-01），不能相加"):
        total([found["persons", VILLAGES[1]], earlier])
    other = dataclasses.replace(found["persons", VILLAGES[0]], snapshot_hash="0" * 64)
    with pytest.raises(CellError, match="出自不同的数据或规则"):
        total([found["persons", VILLAGES[1]], other])
    with pytest.raises(CellError, match="没有可以相加的数"):
        total([])


def test_villages_add_up_to_the_county_for_every_figure_that_is_no_ratio(found: dict[tuple[str, str], Cell]) -> None:
    for name in {name for name, _ in found}:
        parts = [found[name, code] for code in VILLAGES if (name, code) in found]
        if parts and not parts[0].ratio:
            added = total(parts)
            assert (added.numerator, added.value) == (found[name, ""].numerator, found[name, ""].value), name


def test_a_sum_opens_too(run_dir: Path, found: dict[tuple[str, str], Cell]) -> None:
    added = total([found["persons", VILLAGES[0]], found["persons", VILLAGES[2]]])
    assert added.area == f"{VILLAGES[0]}+{VILLAGES[2]}"
    assert len(households_behind(run_dir, added, rulebook=BOOK).persons) == added.numerator


def test_areas_contain_one_another_by_their_codes() -> None:
    assert contains("", "990101")
    assert contains("990101", "990101101201")
    assert not contains("990101101201", "990101")
    assert not contains("990101101", "990101102201")


def test_a_cell_as_json_has_the_documented_keys(found: dict[tuple[str, str], Cell]) -> None:
    shown = json.loads(json.dumps(found["monitored_share", ""].as_dict(), ensure_ascii=False))
    assert {
        "indicator", "value", "unit", "kind", "area", "period", "as_of", "numerator", "denominator",
        "numerator_query", "denominator_query", "snapshot_hash", "approximate",
    } <= set(shown)  # fmt: skip
    assert date.fromisoformat(shown["as_of"]) == AS_OF
