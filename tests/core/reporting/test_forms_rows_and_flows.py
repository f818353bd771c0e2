"""Forms whose rows are villagers' groups or villages of one name, columns of flows, and who reports; by an independent count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bangfu.core.reporting.forms import FillResult, fill_form
from bangfu.core.reporting.forms_answers import Answer, read_answers
from bangfu.core.reporting.forms_registry import Registry
from bangfu.core.reporting.forms_state import FillRequest
from bangfu.core.rulebook.model import Rulebook
from tests.core.reporting.test_forms import DAY, HILLS, TOWN, Count, book, count, county, registry, told  # noqa: F401

VILLAGE = TOWN + "201"


@pytest.fixture
def filled(county: Path, book: Rulebook, registry: Registry, tmp_path: Path) -> Any:  # noqa: F811
    """Fill rows of cells; the sheet's values and the result."""

    def run(rows: list[list[Any]], area: str = "", merges: tuple[str, ...] = (), **more: Any) -> tuple[FillResult, Any]:
        made = Workbook()
        for row in rows:
            made.active.append(row)
        for block in merges:
            made.active.merge_cells(block)
        form = tmp_path / "form.xlsx"
        made.save(form)
        result = fill_form(FillRequest(form, book, county, DAY, tmp_path / "filled.xlsx", area, **more), registry)
        return result, [
            list(row) for row in load_workbook(result.out, data_only=True).active.iter_rows(values_only=True)
        ]

    return run


GROUPS = [["村民小组人口统计表"], ["村", "村民小组", "户数（户）", "人口（人）", "其中：女性（人）"]]


def of_group(count: Count, group: str) -> tuple[int, int, int]:  # noqa: F811
    """(households, persons, women) of a group of the first village, row by row."""
    homes = {h["户编号"] for h in count.households if h["行政村代码"] == VILLAGE and h["村民组"] == group}
    people = [p for p in count.persons if p["户编号"] in homes]
    return len(homes), len(people), sum(p["性别"] == "女" for p in people)


def test_rows_of_groups_count_the_group_and_not_the_village(filled: Any, count: Count) -> None:  # noqa: F811
    rows = [*GROUPS, ["东风村", "第1组"], [None, "二组"], ["合计"]]
    result, sheet = filled(rows, TOWN, ("A3:A4",))
    assert [tuple(row[2:5]) for row in sheet[2:4]] == [of_group(count, "第1组"), of_group(count, "第2组")]
    assert sheet[4][2] == count.count(count.households, VILLAGE)
    assert told(result, "sum") == []


def test_a_group_that_the_registry_does_not_have_is_told_and_left_empty(filled: Any) -> None:
    result, sheet = filled([*GROUPS, ["东风村", "第1组"], ["东风村", "第77组"], ["合计"]], TOWN)
    assert sheet[3][2:5] == [None, None, None]
    assert sheet[4][2] is None
    assert told(result, "row") == ["行：东风村第77组", "行：合计"]


def test_a_column_that_says_how_many_groups_there_are_is_still_one(filled: Any, count: Count) -> None:  # noqa: F811
    _, sheet = filled([["各村基本情况"], ["村名", "村民小组", "户数（户）"], ["东风村"]], TOWN)
    assert sheet[2][1] == len({h["村民组"] for h in count.households if h["行政村代码"] == VILLAGE})
    assert sheet[2][2] == count.count(count.households, VILLAGE)


# -- a name that two townships share ------------------------------------------------------------------------

SHARED = [["各村低保情况"], ["村名", "总户数（户）"], ["东风村"], ["合计"]]


def test_a_village_s_name_that_two_townships_share_is_asked_and_the_answer_remembered(
    filled: Any, count: Count, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    result, sheet = filled(SHARED)
    assert sheet[2][1] is None
    asked = next(q for q in result.questions if q.key == "行:东风村")
    assert [option for option, _ in asked.options] == [
        f"示例城关镇示例东风村 {VILLAGE}",
        f"示例北山乡示例东风村 {HILLS}201",
    ]
    book_of_questions = load_workbook(result.questions_file)
    row = next(r for r in book_of_questions.active.iter_rows(min_row=2) if r[0].value == "行:东风村")
    row[6].value = "2"
    book_of_questions.save(tmp_path / "answered.xlsx")
    again, sheet = filled(SHARED, answers=read_answers([tmp_path / "answered.xlsx"]))
    assert sheet[2][1] == sheet[3][1] == count.count(count.households, HILLS + "201")
    assert told(again, "row") == []
    assert read_answers([again.questions_file])["行:东风村"].reading.endswith(HILLS + "201")


def test_the_township_beside_or_above_says_which_is_meant(filled: Any, count: Count) -> None:  # noqa: F811
    rows = [
        ["各村情况"],
        ["乡镇", "村名", "总户数（户）"],
        ["示例北山乡", "东风村"],
        [None, "新华村"],
        ["示例城关镇", "东风村"],
    ]
    result, sheet = filled(rows, merges=("A3:A4",))
    wanted = [HILLS + "201", HILLS + "202", VILLAGE]
    assert [row[2] for row in sheet[2:5]] == [count.count(count.households, code) for code in wanted]
    assert told(result, "row") == []


def test_a_township_that_is_not_there_lends_its_villages_to_nobody(filled: Any) -> None:
    result, sheet = filled([["各村情况"], ["乡镇", "村名", "总户数（户）"], ["外乡", "东风村"]])
    assert sheet[2][2] is None
    assert [q.zh for q in result.questions if q.kind == "row"] == ["第3行“外乡东风村”在资料里没有对应的单位"]


def test_an_answer_that_is_none_of_the_areas_changes_nothing(filled: Any) -> None:
    _, sheet = filled(SHARED, answers={"行:东风村": Answer(phrase="990199999999")})
    assert sheet[2][1] is None


# -- flows, shares, who reports ------------------------------------------------------------------------------


def test_what_came_this_year_is_counted_by_its_date(filled: Any, count: Count) -> None:  # noqa: F811
    head = [
        "村名",
        "监测对象户数",
        "本年新增监测对象（户）",
        "本年消除风险监测对象（户）",
        "退出低保户数（户）",
        "本月新增低保（户）",
    ]
    result, sheet = filled([["监测对象动态管理月报"], head, ["东风村"], ["新华村"]], TOWN)
    for row, village in ((sheet[2], VILLAGE), (sheet[3], TOWN + "202")):
        mine = [h for h in count.households if h["行政村代码"] == village and h["监测对象类别"]]
        new = [h for h in mine if h["识别监测时间"].startswith(str(DAY.year))]
        gone = [h for h in mine if h["消除监测时间"].startswith(str(DAY.year))]
        assert row[2:4] == [len(new), len(gone)]
    assert [row[4:6] for row in sheet[2:4]] == [[None, None]] * 2, "no date of leaving is kept: never the stock instead"
    assert told(result, "unknown") == ["退出低保户数(户)", "本月新增低保(户)"]


def test_a_share_of_all_persons_counts_persons(filled: Any, count: Count) -> None:  # noqa: F811
    _, sheet = filled([["各村情况"], ["村名", "总人口（人）", "低保", None], [None, None, "人数（人）", "占总人口比例（%）"], ["东风村"]],
                      TOWN, ("A2:A3", "B2:B3", "C2:D2"))  # fmt: skip
    row = sheet[3]
    assert row[3] == pytest.approx(row[2] / row[1] * 100, abs=0.005)


def test_the_county_s_name_is_written_where_the_form_asks_who_reports(filled: Any) -> None:
    rows = [
        ["各乡镇情况"],
        ["填报单位：", None, "填报时间：    年  月  日"],
        ["乡镇", "总户数（户）", "总人口（人）"],
        [],
        [],
    ]
    result, sheet = filled(rows, "990101", unit="示例县")
    assert sheet[1][0] == "填报单位：示例县"
    assert told(result, "note") == []
    result, sheet = filled(rows, "990101")
    assert sheet[1][0] == "填报单位："
    assert told(result, "note") == ["填报单位"]
