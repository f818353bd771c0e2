"""A superior's form is filled: figures as an independent count has them, all else of the file as it was."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from openpyxl import Workbook, load_workbook

from bangfu.core import api
from bangfu.core.cli.main import main
from bangfu.core.demo import generate
from bangfu.core.reporting.forms import FillResult, fill_form
from bangfu.core.reporting.forms_answers import Answer, read_answers
from bangfu.core.reporting.forms_registry import Registry, open_registry
from bangfu.core.reporting.forms_state import FillRequest
from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.model import Rulebook
from tests.core.support.form_factory import FORMS

RULES = Path(__file__).resolve().parents[3] / "rulebook" / "cn"
DAY = date(2026, 10, 31)
TOWN, HILLS = "990101101", "990101202"
Fill = Callable[..., tuple[FillResult, Any]]
Row = dict[str, str]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("forms") / "county"
    generate(out, households=600, seed=1)
    return out / "2026-10"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load(RULES, cases=False)


@pytest.fixture(scope="module")
def registry(county: Path, book: Rulebook) -> Iterator[Registry]:
    with open_registry(book, county, DAY) as opened:
        yield opened


@pytest.fixture(scope="module")
def fill(county: Path, book: Rulebook, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Fill:
    """Fills a form of the factory; the same filling is done once."""
    made: dict[tuple[str, str], tuple[FillResult, Any]] = {}

    def run(name: str, area: str = "", **more: Any) -> tuple[FillResult, Any]:
        if not more and (name, area) in made:
            return made[name, area]
        folder = tmp_path_factory.mktemp("filled")
        form = folder / f"{name}.xlsx"
        FORMS[name](form)
        result = fill_form(FillRequest(form, book, county, DAY, folder / f"{name}.filled.xlsx", area, **more), registry)
        found = result, load_workbook(result.out, data_only=True).worksheets[0]
        if not more:
            made[name, area] = found
        return found

    return run


def told(result: FillResult, kind: str) -> list[str]:
    return [question.key for question in result.questions if question.kind == kind]


# -- an independent count ---------------------------------------------------------------------------------


class Count:
    """Counts over the files themselves, row by row."""

    def __init__(self, folder: Path) -> None:
        self.households = self._sheet(folder / "households.xlsx", 1)
        self.persons = self._csv(folder / "persons.csv")
        self.benefits = self._csv(folder / "benefits.csv")
        self.home = {h["户编号"]: h for h in self.households}

    @staticmethod
    def _csv(path: Path) -> list[Row]:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig") if raw[:3] == b"\xef\xbb\xbf" else raw.decode("gb18030")
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(text.splitlines())]

    @staticmethod
    def _sheet(path: Path, head: int) -> list[Row]:
        rows = list(load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True))
        titles = [str(t) for t in rows[head]]
        return [
            {t: str(v or "").strip() for t, v in zip(titles, row, strict=False)}
            for row in rows[head + 1 :]
            if row[0] and str(row[0])[:1].isdigit()
        ]

    def area(self, person_or_household: Row) -> str:
        return self.home[person_or_household["户编号"]]["行政村代码"]

    def count(self, rows: list[Row], area: str, test: Callable[[Row], bool] = lambda _: True) -> int:
        return sum(self.area(row).startswith(area) and test(row) for row in rows)

    def dibao(self) -> set[str]:
        return {
            b["户编号"]
            for b in self.benefits
            if b["待遇项目"] in ("dibao", "低保", "最低生活保障", "农村低保", "城市低保")
        }

    def monitored(self, household: Row) -> bool:
        return household["监测对象类别"] not in ("", "无") and household["风险是否已消除"] == "否"


@pytest.fixture(scope="module")
def count(county: Path) -> Count:
    return Count(county)


def age(person: Row) -> int:
    found = re.findall(r"\d+", person["出生日期"]) or [
        person["证件号码"][6:10],
        person["证件号码"][10:12],
        person["证件号码"][12:14],
    ]
    if len(found) == 1 and len(found[0]) == 5:  # a day as a spreadsheet numbers it
        born = date(1899, 12, 30) + timedelta(days=int(found[0]))
        found = [str(born.year), str(born.month), str(born.day)]
    if len(found[0]) >= 6:
        found = [found[0][:4], found[0][4:6], found[0][6:8] or "1"]
    year, month, day = (int(n) for n in [*found, "1", "1"][:3])
    return DAY.year - year - ((DAY.month, DAY.day) < (month, day))


# -- what is filled ---------------------------------------------------------------------------------------


def test_villages_that_are_listed_by_their_short_names_get_their_own_figures(fill: Fill, count: Count) -> None:
    result, sheet = fill("villages_listed", TOWN)
    graduated = [h for h in count.households if h["户类型"].endswith("脱贫户")]
    keys = {h["户编号"] for h in graduated}
    watched = {h["户编号"] for h in count.households if count.monitored(h)}
    for row, village in zip(range(5, 9), ("201", "202", "203", "204"), strict=True):
        area = TOWN + village
        assert [sheet.cell(row, c).value for c in range(3, 9)] == [
            count.count(count.households, area),
            count.count(count.persons, area),
            count.count(graduated, area),
            count.count(count.persons, area, lambda p: p["户编号"] in keys),
            count.count(count.households, area, lambda h: h["户编号"] in watched),
            count.count(count.persons, area, lambda p: p["户编号"] in watched),
        ]
    assert sheet["C9"].value == count.count(count.households, TOWN)
    assert sheet["A2"].value == "填报单位（盖章）：示例城关镇"
    assert sheet["F2"].value == "填报时间：2026年10月31日"
    assert result.questions == ()


def test_rows_are_put_in_where_a_form_has_too_few(fill: Fill, count: Count) -> None:
    _, sheet = fill("three_rows_blank", TOWN)
    assert [sheet.cell(row, 2).value for row in range(8, 12)] == [
        "示例东风村",
        "示例新华村",
        "示例前进村",
        "示例红旗村",
    ]
    watched = count.count(count.households, TOWN, count.monitored)
    assert sheet["C7"].value == watched
    assert sum(sheet.cell(row, 3).value for row in range(8, 12)) == watched
    assert sheet["G7"].value == pytest.approx(round(watched * 100 / count.count(count.households, TOWN), 2))
    assert sheet["B11"].border.left.style == "thin"


def test_a_form_for_townships_gets_one_row_for_each_and_money_in_the_unit_of_its_header(
    fill: Fill, count: Count
) -> None:
    result, sheet = fill("township_rows")
    assert [sheet.cell(row, 1).value for row in (3, 4, 5)] == ["示例城关镇", "示例北山乡", "合计"]
    assert sheet["B3"].value == count.count(count.persons, TOWN)
    assert sheet["E5"].value == pytest.approx(sum(float(h["耕地面积"] or 0) for h in count.households))
    assert sheet["G3"].value is None
    assert sheet["H3"].value is None
    assert told(result, "unknown") == ["高标准农田面积(亩)", "本年退出低保户数"]


def test_a_sum_over_records_with_blanks_is_left_empty_with_the_reason(fill: Fill, count: Count) -> None:
    result, sheet = fill("township_rows")
    for row, area in ((3, TOWN), (4, HILLS)):
        held = [h["工资性收入"] for h in count.households if count.area(h).startswith(area)]
        known = [float(v) for v in held if v]
        if len(known) < len(held):
            assert sheet.cell(row, 3).value is None
            reasons = [q.zh for q in result.questions if q.key == "工资性收入(万元)"]
            assert any(f"{len(held) - len(known)}条记录缺资料" in reason for reason in reasons)
        else:
            assert sheet.cell(row, 3).value == pytest.approx(sum(known) / 10_000)


def test_bands_of_age_do_not_overlap_and_shares_are_fractions_where_the_cell_shows_percent(
    fill: Fill, count: Count
) -> None:
    _, sheet = fill("ages_and_sex")
    for row in range(3, 11):
        area = (TOWN if row < 7 else HILLS) + f"20{(row - 3) % 4 + 1}"
        everybody = count.count(count.persons, area)
        old = count.count(count.persons, area, lambda p: age(p) >= 60)
        assert [sheet.cell(row, c).value for c in range(2, 8)] == [
            everybody, count.count(count.persons, area, lambda p: p["性别"] in ("男", "男性")),
            count.count(count.persons, area, lambda p: p["性别"] in ("女", "女性")),
            count.count(count.persons, area, lambda p: age(p) < 16),
            count.count(count.persons, area, lambda p: 16 <= age(p) <= 59), old,
        ]  # fmt: skip
        assert sheet.cell(row, 8).value == pytest.approx(old / everybody, abs=0.00006)
        assert sheet.cell(row, 9).value == 0, "the form's own formula was computed"
        assert sheet.cell(row, 10).value == count.count(count.persons, area, lambda p: p["残疾类别"] not in ("", "无"))


def test_a_form_without_rows_for_anybody_is_about_the_area_that_fills_it_in(fill: Fill, count: Count) -> None:
    _, sheet = fill("single_row", HILLS)
    on = count.dibao()
    assert sheet["A4"].value == count.count(count.households, HILLS, lambda h: h["户编号"] in on)
    recorded = count.count(count.persons, HILLS, lambda p: p["享受低保政策情况"] in ("农村低保", "城市低保"))
    assert sheet["B4"].value == recorded
    assert sheet["E4"].value == count.count(count.households, HILLS, lambda h: h["主要致贫原因"] == "因病")


def test_what_is_counted_may_stand_in_the_rows_and_the_areas_in_the_columns(fill: Fill, count: Count) -> None:
    result, sheet = fill("indicator_rows")
    graduated = {h["户编号"] for h in count.households if h["户类型"].endswith("脱贫户")}
    assert [sheet.cell(row, 3).value for row in (3, 4, 7)] == [
        count.count(count.households, TOWN), count.count(count.persons, TOWN),
        count.count(count.persons, TOWN, lambda p: p["户编号"] in graduated),
    ]  # fmt: skip
    assert sheet["D5"].value + sheet["D6"].value == sheet["D4"].value
    assert sheet["C8"].value <= sheet["C7"].value, "其中 is part of the row above"
    assert sheet["E3"].value == len(count.households)
    assert told(result, "unknown") == ["五、公益林面积/亩·示例城关镇", "五、公益林面积/亩·北山乡"]


def test_subtotals_add_up_their_own_rows_and_the_total_no_row_twice(fill: Fill) -> None:
    _, sheet = fill("subtotals")
    rows = {number: [sheet.cell(number, c).value for c in range(3, 7)] for number in range(3, 9)}
    assert rows[5] == [a + b for a, b in zip(rows[3], rows[4], strict=True)]
    assert rows[7] == rows[6]
    assert rows[8] == [a + b for a, b in zip(rows[5], rows[7], strict=True)]


def test_a_name_that_two_villages_bear_is_asked_about_and_not_guessed(fill: Fill) -> None:
    result, sheet = fill("villages_listed")
    assert sheet["C5"].value is None
    assert "第5行“东风村”可以是：示例东风村（示例城关镇）、示例东风村（示例北山乡）" in [q.zh for q in result.questions]


def test_merged_cells_of_a_row_are_merged_in_the_rows_that_are_put_in(fill: Fill, count: Count) -> None:
    result, sheet = fill("merged_columns", TOWN)
    blocks = {str(block) for block in sheet.merged_cells.ranges}
    assert {"A3:B3", "A6:B6", "C6:D6", "A7:B7"} <= blocks
    assert [sheet.cell(row, 1).value for row in (3, 6, 7)] == ["示例东风村", "示例红旗村", "合计"]
    assert sheet["C7"].value == count.count(count.households, TOWN)
    assert sheet["E7"].value == count.count(count.persons, TOWN)
    assert load_workbook(result.out).active["E7"].value == "=SUM(E3:E6)"
    assert result.questions == ()


def test_a_table_counts_only_those_whom_its_title_names(fill: Fill, count: Count) -> None:
    _, sheet = fill("bands", TOWN)

    def disabled(low: int, high: int, sexes: str) -> int:
        fits = lambda p: p["残疾类别"] not in ("", "无") and low <= age(p) <= high and p["性别"][:1] in sexes  # noqa: E731
        return count.count(count.persons, TOWN, fits)

    everybody = disabled(0, 200, "男女")
    for row, (low, high) in zip(range(3, 7), ((0, 15), (16, 59), (60, 200), (0, 200)), strict=True):
        whole = disabled(low, high, "男女")
        expected = [disabled(low, high, "男"), disabled(low, high, "女"), whole]
        assert [sheet.cell(row, c).value for c in (2, 3, 4)] == expected
        assert sheet.cell(row, 5).value == pytest.approx(round(whole * 100 / everybody, 2), abs=0.006)


def test_what_all_would_be_is_told_where_only_the_title_says_whose_figures_are_wanted(fill: Fill, count: Count) -> None:
    result, sheet = fill("subject_in_title", TOWN)
    watched = count.count(count.households, f"{TOWN}201", count.monitored)
    every = count.count(count.households, f"{TOWN}201")
    assert [sheet["B3"].value, sheet["E3"].value] == [watched, every]
    assert sheet["F3"].value == pytest.approx(watched * 100 / every, abs=0.006)
    asked = next(q for q in result.questions if q.key == "户数")
    assert [zh for zh, _ in asked.options] == ["户数：监测对象（风险未消除）", "总户数"]
    assert "总户数" not in [q.key for q in result.questions]


def test_a_total_of_groups_is_of_those_groups_and_nobody_twice(fill: Fill, count: Count) -> None:
    result, sheet = fill("all_groups", TOWN)
    on = count.dibao() | {b["户编号"] for b in count.benefits if b["待遇项目"] == "extreme_hardship"}
    for row, village in ((4, "201"), (5, "203")):
        assert sheet.cell(row, 2).value == count.count(count.households, TOWN + village, lambda h: h["户编号"] in on)
    assert [zh for zh, _ in next(q for q in result.questions if q.key == "合计/户数").options][1] == "总户数"


# -- lists ------------------------------------------------------------------------------------------------


def test_a_list_of_households_names_those_of_its_title_and_masks_their_numbers(fill: Fill, count: Count) -> None:
    result, sheet = fill("household_roster", TOWN)
    watched = [h for h in count.households if count.area(h).startswith(TOWN) and count.monitored(h)]
    names = [sheet.cell(row, 4).value for row in range(3, 3 + len(watched))]
    assert sorted(names) == sorted(h["户主姓名"].replace(" ", "") for h in watched)
    assert all(re.fullmatch(r"\d{4}\*{10}.{4}", sheet.cell(row, 5).value) for row in range(3, 3 + len(watched)))
    assert sheet.cell(3 + max(len(watched), 2), 1).value == "填表人：", (
        "who signs comes behind the rows that were put in"
    )
    assert "身份证号" in told(result, "note")
    trace = result.trace.read_text(encoding="utf-8")
    assert not any(name in trace for name in names)


def test_whole_numbers_are_written_for_a_purpose_into_a_file_for_its_owner(fill: Fill) -> None:
    result, sheet = fill("household_roster", TOWN, purpose="县乡村振兴局核查")
    assert re.fullmatch(r"\d{17}[\dX]", sheet["E3"].value)
    assert json.loads(result.trace.read_text(encoding="utf-8"))["purpose"] == "县乡村振兴局核查"
    assert result.out.stat().st_mode & 0o077 == 0


def test_a_list_without_any_row_below_its_header_is_continued(fill: Fill, count: Count) -> None:
    _, sheet = fill("person_roster")
    severe = [p for p in count.persons if p["残疾等级"] in ("一级", "二级", "1", "2", "壹级", "贰级")]
    assert sheet.max_row == 2 + len(severe)
    assert {sheet.cell(row, 7).value for row in range(3, sheet.max_row + 1)} <= {"一级", "二级"}
    ages = sorted(sheet.cell(row, 4).value for row in range(3, sheet.max_row + 1))
    assert ages == sorted(age(p) for p in severe)


# -- the file ---------------------------------------------------------------------------------------------

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.mark.parametrize("name", ["villages_listed", "ages_and_sex", "single_row", "indicator_rows", "subtotals"])
def test_nothing_of_the_file_changes_but_the_cells_that_were_filled(fill: Fill, name: str) -> None:
    result, _ = fill(name, TOWN)
    before, after = zipfile.ZipFile(result.out.with_name(f"{name}.xlsx")), zipfile.ZipFile(result.out)
    assert before.namelist() == after.namelist()
    sheet = "xl/worksheets/sheet1.xml"
    for part in before.namelist():
        if part not in (sheet, "xl/workbook.xml"):
            assert before.read(part) == after.read(part), part
    old, new = ET.fromstring(before.read(sheet)), ET.fromstring(after.read(sheet))
    written = {cell["cell"] for cell in json.loads(result.trace.read_text(encoding="utf-8"))["cells"]}
    mine, theirs = cells(old), cells(new)
    assert list(mine) == list(theirs)
    for place, cell in theirs.items():
        assert cell.get("s") == mine[place].get("s")
        formula = cell.find(f"{MAIN}f")
        if formula is not None:
            assert formula.text == mine[place].find(f"{MAIN}f").text
        elif place not in written and mine[place].get("t") is not None and cell.get("t") != "inlineStr":
            assert ET.tostring(cell) == ET.tostring(mine[place]), place
    for root in (old, new):
        root.find(f"{MAIN}sheetData").clear()
    assert ET.tostring(old) == ET.tostring(new)


def cells(root: ET.Element) -> dict[str, ET.Element]:
    return {cell.get("r", ""): cell for cell in root.iter(f"{MAIN}c")}


def test_formulas_are_computed_again_when_the_file_is_opened(fill: Fill) -> None:
    result, _ = fill("villages_listed", TOWN)
    assert b'fullCalcOnLoad="1"' in zipfile.ZipFile(result.out).read("xl/workbook.xml")


def test_every_figure_says_what_it_counts_and_for_whom(fill: Fill) -> None:
    result, sheet = fill("villages_listed", TOWN)
    trace = json.loads(result.trace.read_text(encoding="utf-8"))
    cell = next(c for c in trace["cells"] if c["cell"] == "E5")
    assert cell["value"] == sheet["E5"].value == cell["numerator"] == cell["records"]
    assert cell["definition"]["numerator"] == {"count": "households", "where": "household_type = 'graduated'"}
    assert cell["area"] == ["示例东风村 990101101201"]
    assert set(trace["inputs"]) >= {"households.xlsx", "persons.csv"}


def test_a_form_is_filled_from_python_as_by_the_command(county: Path, tmp_path: Path) -> None:
    FORMS["single_row"](tmp_path / "form.xlsx")
    made = api.fill(
        tmp_path / "form.xlsx", rulebook=RULES, data=county, as_of=DAY, out=tmp_path / "a.xlsx", area=HILLS
    )  # fmt: skip
    arguments = [
        "fill",
        str(tmp_path / "form.xlsx"),
        "--data",
        str(county),
        "--area",
        f"{HILLS}000",
        "--as-of",
        "2026-10-31",
    ]
    assert main([*arguments, "--out", str(tmp_path / "b.xlsx")]) == 0
    assert made.out.read_bytes() == (tmp_path / "b.xlsx").read_bytes()


# -- questions and answers --------------------------------------------------------------------------------


def test_an_answer_about_a_header_is_remembered(fill: Fill, tmp_path: Path) -> None:
    result, _ = fill("township_rows")
    asked = load_workbook(result.questions_file)
    rows = {sheet_row[0].value: sheet_row for sheet_row in asked.active.iter_rows(min_row=2)}
    rows["本年退出低保户数"][6].value = "1"
    rows["高标准农田面积(亩)"][6].value = "空"
    asked.save(tmp_path / "answered.xlsx")
    answers = read_answers([tmp_path / "answered.xlsx"])
    again, sheet = fill("township_rows", answers=answers)
    assert sheet["H3"].value is not None
    assert told(again, "unknown") == []
    # next month the file of questions is the memory
    assert read_answers([again.questions_file])["高标准农田面积(亩)"] == Answer(blank=True)
    assert read_answers([again.questions_file])["本年退出低保户数"].reading.endswith("正在享受低保（待遇表有低保）")


def test_other_words_for_a_header_may_be_given(fill: Fill, tmp_path: Path, count: Count) -> None:
    (tmp_path / "a.json").write_text('{"本年退出低保户数": "监测对象户数"}', encoding="utf-8")
    _, sheet = fill("township_rows", answers=read_answers([tmp_path / "a.json"]))
    assert sheet["H5"].value == count.count(count.households, "", count.monitored)


# -- sums -------------------------------------------------------------------------------------------------


def test_a_total_that_was_typed_and_is_wrong_is_told_and_not_overwritten(
    county: Path, book: Rulebook, registry: Registry, tmp_path: Path, count: Count
) -> None:
    form = tmp_path / "form.xlsx"
    FORMS["villages_listed"](form)
    workbook = load_workbook(form)
    workbook.active["C9"] = 999
    workbook.save(form)
    result = fill_form(FillRequest(form, book, county, DAY, tmp_path / "out.xlsx", TOWN), registry)
    right = count.count(count.households, TOWN)
    assert [(q.kind, q.zh) for q in result.questions if q.key == "总户数(户)"] == [
        ("sum", f"C9为999，各行相加为{right}"), ("kept", "表中已有内容，没有改动"),
    ]  # fmt: skip
    assert load_workbook(result.out).active["C9"].value == 999


def test_parts_that_do_not_make_up_the_whole_beside_them_are_told(
    county: Path, book: Rulebook, registry: Registry, tmp_path: Path
) -> None:
    form, workbook = tmp_path / "form.xlsx", Workbook()
    rows = [["村名", "残疾人", None, None], [None, "合计", "一级", "二级"], ["东风村", None, None, None]]
    for row in rows:
        workbook.active.append(row)
    workbook.active.merge_cells("A1:A2")
    workbook.active.merge_cells("B1:D1")
    workbook.save(form)
    result = fill_form(FillRequest(form, book, county, DAY, tmp_path / "out.xlsx", TOWN), registry)
    assert [(q.key, q.zh) for q in result.questions if q.kind == "sum"] == [("残疾人/合计", "合计与同组各栏相加不等")]


# -- refusals ---------------------------------------------------------------------------------------------


def test_a_file_that_is_no_workbook_is_refused(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = tmp_path / "form.xlsx"
    form.write_text("户数,人数", encoding="utf-8")
    assert main(["fill", str(form), "--data", str(county), "--out", str(tmp_path / "o.xlsx")]) == 1
    told_ = capsys.readouterr().err
    assert "form.xlsx: 不是 .xlsx 工作簿，请用 WPS 或 Excel 打开后另存为 .xlsx 再试" in told_
    assert not (tmp_path / "o.xlsx").exists()


def test_an_area_that_the_data_do_not_hold_is_refused(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    FORMS["single_row"](tmp_path / "form.xlsx")
    arguments = ["fill", str(tmp_path / "form.xlsx"), "--data", str(county), "--area", "110101001"]
    assert main([*arguments, "--out", str(tmp_path / "o.xlsx")]) == 2
    assert "--area: 资料里没有区划代码以 110101001 开头的村" in capsys.readouterr().err


def test_the_empty_form_is_never_overwritten(county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = tmp_path / "form.xlsx"
    FORMS["single_row"](form)
    assert main(["fill", str(form), "--data", str(county), "--out", str(form)]) == 2
    assert "--out: 不能覆盖原来的空表" in capsys.readouterr().err


def test_an_old_xls_needs_libreoffice_and_says_so(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "form.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    monkeypatch.setattr("bangfu.core.reporting.forms_convert.shutil.which", lambda _: None)
    arguments = ["fill", str(tmp_path / "form.xls"), "--data", str(county)]
    assert main([*arguments, "--out", str(tmp_path / "o.xlsx")]) == 1
    assert "form.xls: 旧格式要先转成 .xlsx，这台机器没有安装 LibreOffice" in capsys.readouterr().err
