"""Why figures differ, which records changed, and whether stocks are their start less what went plus what came."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bangfu.core.cli import main
from bangfu.core.reporting.cells import CellError, read_run
from bangfu.core.reporting.cells_behind import Opener
from bangfu.core.reporting.cells_compared import balances, carried_over, difference
from tests.core.support.cells_runs import BOOK, screened
from tests.core.support.indicator_county import VILLAGES, YEAR, Tables


def copied(tables: Tables) -> Tables:
    return {name: [dict(row) for row in rows] for name, rows in tables.items()}


# -- differences --------------------------------------------------------------------------------------


def test_two_indicators_and_two_units_are_not_compared(run_dir: Path) -> None:
    run = read_run(run_dir)
    with pytest.raises(CellError, match="是不同指标，不能比较 / households and persons are different indicators"):
        difference(run.cell("households"), run.cell("persons"))
    cell = run.cell("households")
    with pytest.raises(CellError, match="两次的单位不同（户、户次）"):
        difference(cell, dataclasses.replace(cell, unit="户次"))


def test_a_figure_compared_with_itself_has_no_reason(run_dir: Path) -> None:
    cell = read_run(run_dir).cell("households")
    found = difference(cell, cell)
    assert (found.by, found.relative, found.reasons) == (0, 0, ())


def test_every_change_between_two_months_is_accounted_for_by_the_records_that_changed(
    month_before: Path, run_dir: Path
) -> None:
    before, after = read_run(month_before), read_run(run_dir)
    changed = 0
    with Opener(month_before, BOOK) as old, Opener(run_dir, BOOK) as new:
        for (name, area), one in before.found.items():
            if area:
                continue
            other = after.cell(name)
            sides = ("numerator", "denominator")[: 1 + one.ratio]
            opened = [tuple(opener.behind(cell, side) for side in sides) for opener, cell in ((old, one), (new, other))]
            found = difference(one, other, before=opened[0], after=opened[1])
            assert found.changes is not None
            for side in sides:
                moved = sum(change.after - change.before for change in found.changes if change.side == side)
                assert moved == getattr(other, side) - getattr(one, side), name
            assert "other_date" in [reason.code for reason in found.reasons]
            assert ("changed_records" in [reason.code for reason in found.reasons]) == bool(found.changes)
            changed += bool(found.changes)
    assert changed > 40


def test_the_changed_records_are_named(month_before: Path, run_dir: Path) -> None:
    one, other = read_run(month_before).cell("households"), read_run(run_dir).cell("households")
    with Opener(month_before, BOOK) as old, Opener(run_dir, BOOK) as new:
        found = difference(one, other, before=(old.behind(one),), after=(new.behind(other),))
    assert [(c.row.household_no, c.before, c.after) for c in found.changes or ()] == [("H000", 0, 1)]
    assert [reason.zh for reason in found.reasons] == ["日期不同：2026-09-01 与 2026-10-01", "1 条记录计法有变"]


def test_percents_differ_by_percentage_points_and_a_changed_denominator_is_named(
    month_before: Path, run_dir: Path
) -> None:
    one, other = read_run(month_before).cell("dibao_coverage"), read_run(run_dir).cell("dibao_coverage")
    found = difference(one, other)
    assert found.unit == "percentage_point"
    assert found.by == Fraction(100 * other.numerator, other.denominator or 1) - Fraction(
        100 * one.numerator, one.denominator or 1
    )
    assert found.relative == found.by / (one.exact or 1)
    said = {reason.code: reason.zh for reason in found.reasons}
    assert said["denominator_changed"] == f"分母由 {one.denominator} 变为 {other.denominator}"
    assert said["other_data"] == "数据或规则不同；给出规则集可列出变化的记录"


def test_another_area_and_another_definition_of_the_denominator_are_reasons(run_dir: Path) -> None:
    run = read_run(run_dir)
    one, other = run.cell("headcount_rate_2020", VILLAGES[0]), run.cell("headcount_rate_2020", VILLAGES[1])
    found = difference(one, other)
    assert found.reasons[0].zh == f"地区不同：{VILLAGES[0]} 与 {VILLAGES[1]}"
    rural = run.cell("headcount_rate_rural", VILLAGES[0])
    renamed = dataclasses.replace(rural, indicator=one.indicator)
    said = [reason.zh for reason in difference(one, renamed).reasons]
    assert "分母不同：全部登记人口 与 农业户籍人口" in said


# -- stocks and flows ---------------------------------------------------------------------------------


def test_every_stock_of_monitored_households_and_persons_is_start_less_out_plus_in(run_dir: Path) -> None:
    found = balances(read_run(run_dir))
    assert {one.end.indicator for one in found} == {"monitored_households", "monitored_persons"}
    assert {one.end.area for one in found} >= {"", "990101", *VILLAGES}
    whole = next(one for one in found if one.end.indicator == "monitored_households" and not one.end.area)
    assert min(whole.start.numerator, whole.came.numerator, whole.went.numerator) > 3  # the county moves
    assert [one.gap for one in found] == [0] * len(found)


def test_a_date_that_cannot_be_breaks_the_identity_and_the_command_says_where(
    county: Tables, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = copied(county)
    home = next(h for h in tables["households"] if h["monitored_kind"] and not h["risk_resolved"])
    home["monitored_since"] = date(2027, 5, 1)  # in the future: monitored, though it never came
    out = screened(tables, tmp_path)
    broken = [one for one in balances(read_run(out)) if one.gap]
    assert {one.end.area for one in broken} == {"", "990101", home["region_code"][:9], home["region_code"]}
    assert {one.gap for one in broken if one.end.unit == "户"} == {1}
    assert main(["cells", "check", str(out), "--area", home["region_code"]]) == 1
    assert "不符，差 1" in capsys.readouterr().out


def test_a_blank_date_leaves_the_identity_open_and_is_no_error(
    county: Tables, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = copied(county)
    home = next(h for h in tables["households"] if h["monitored_kind"] and not h["risk_resolved"])
    home["monitored_since"] = None
    out = screened(tables, tmp_path)
    one = next(one for one in balances(read_run(out), "") if one.end.unit == "户")
    assert (one.gap, one.decided) == (1, False)
    assert main(["cells", "check", str(out), "--area", ""]) == 0
    assert "差 1，有行无法判定" in capsys.readouterr().out


def test_a_years_opening_stock_is_the_closing_stock_of_its_first_day(
    county: Tables, run_dir: Path, month_before: Path, tmp_path: Path
) -> None:
    opening = copied(county)
    for home in opening["households"]:  # as the registry stood on 1 January: nothing later was known
        if home["monitored_since"] and home["monitored_since"] >= YEAR:
            home["monitored_kind"] = home["monitored_since"] = home["risk_resolved"] = home["risk_resolved_on"] = None
        elif home["risk_resolved_on"] and home["risk_resolved_on"] >= YEAR:
            home["risk_resolved"], home["risk_resolved_on"] = False, None
    first = read_run(screened(opening, tmp_path, YEAR))
    later = read_run(run_dir)
    for area in ("", *VILLAGES):
        assert carried_over(first, later, "monitored_households", area) == 0
    with pytest.raises(CellError, match="期初应为 2026-01-01 的筛查，给出的是 2026-09-01"):
        carried_over(read_run(month_before), later, "monitored_households")
    with pytest.raises(CellError, match="没有写明期初数"):
        carried_over(first, later, "households")


# -- commands ------------------------------------------------------------------------------------------


def printed(capsys: pytest.CaptureFixture[str], *argv: object) -> Any:
    assert main(["cells", *map(str, argv), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_commands_list_open_and_compare(
    run_dir: Path, month_before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = printed(capsys, "list", run_dir, "--indicator", "households", "--area", VILLAGES[0])
    assert [(cell["indicator"], cell["unit"], cell["kind"]) for cell in listed] == [("households", "户", "stock")]
    opened = printed(
        capsys, "open", run_dir, "--rulebook", BOOK, "--indicator", "dibao_top_up", "--side", "denominator"
    )
    assert len(opened["persons"]) == opened["total"] == opened["cell"]["denominator"]
    compared = printed(
        capsys, "compare", month_before, run_dir, "--rulebook", BOOK, "--indicator", "persons", "--area", VILLAGES[0]
    )
    moved = sum(change["after"] - change["before"] for change in compared["changes"])
    assert moved == compared["difference"] == compared["second"]["numerator"] - compared["first"]["numerator"]


def test_the_tables_for_people_exist_in_two_languages(
    run_dir: Path, month_before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[object]] = [
        ["list", run_dir],
        ["open", run_dir, "--rulebook", BOOK, "--indicator", "monitored_share"],
        ["compare", month_before, run_dir, "--rulebook", BOOK, "--indicator", "dibao_coverage"],
        ["check", run_dir],
    ]
    for words in asked:
        texts = []
        for language in ("zh", "en"):
            assert main(["cells", *map(str, words), "--lang", language]) == 0
            texts.append(capsys.readouterr().out)
        assert texts[0].count("\n") == texts[1].count("\n")
        assert not any("一" <= letter <= "鿿" for letter in texts[1]), texts[1]
    assert "个百分点" in texts[0] or "相符" in texts[0]


def test_mistakes_are_told_without_a_traceback(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cells", "open", str(run_dir), "--rulebook", str(BOOK), "--indicator", "monitored"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"bangfu: {run_dir}: 没有指标“monitored”；是否 ")
    assert main(["cells", "list", str(run_dir / "none")]) == 2
    assert main(["cells", "list", str(run_dir), "--area", "77"]) == 2
    assert "没有这个地区的数 / no figures of this area" in capsys.readouterr().err


def test_a_day_before_and_on_new_year_counts_for_the_year_it_lies_in(county: Tables, tmp_path: Path) -> None:
    tables = copied(county)
    homes = [h for h in tables["households"] if h["monitored_kind"]][:2]
    for home, since in zip(homes, (YEAR - timedelta(days=1), YEAR), strict=True):
        home.update(monitored_since=since, risk_resolved=False, risk_resolved_on=None)
    run = screened(tables, tmp_path)
    with Opener(run, BOOK) as opener:
        started = opener.behind(opener.run.cell("monitored_at_year_start_households")).households
        came = opener.behind(opener.run.cell("monitored_new_households")).households
    assert homes[0]["household_no"] in started
    assert homes[1]["household_no"] in came
    assert not set(started) & set(came)


def test_a_comparison_of_runs_without_snapshots_reads_the_data_that_is_named(
    run_dir: Path, month_before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    folders = []
    for name, run in (("before", month_before), ("now", run_dir)):
        bare = tmp_path / name
        shutil.copytree(run, bare)
        data = tmp_path / f"{name}-data"
        shutil.move(bare / "snapshot", data)
        folders.append((bare, data))
    (before, old), (now, new) = folders
    arguments = ["compare", before, now, "--rulebook", BOOK, "--indicator", "persons"]
    with_snapshot = printed(capsys, "compare", month_before, run_dir, "--rulebook", BOOK, "--indicator", "persons")
    assert printed(capsys, *arguments, "--data", old, "--data", new)["changes"] == with_snapshot["changes"]
    assert main(["cells", *map(str, [*arguments, "--data", old, "--data", old])]) == 1, "data that is not the run's"
    for wrong in (["--data", old] * 3, ["--data", old]):
        told = main(["cells", "compare", str(before), str(now), "--indicator", "persons", *map(str, wrong)])
        assert told == 2
        assert "一次（两次结果同一份资料）或两次（先前、后来），并同时给 --rulebook" in capsys.readouterr().err
