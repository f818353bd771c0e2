"""What an officer opens: workbooks for the county, each township and each village."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from worklists_factory import (
    ALERTS,
    CHECKS,
    HILL,
    NAMES,
    RIVER,
    ROWS,
    TITLES,
    Names,
    event,
    finding,
    write_run,
)

from bangfu.core.screening import worklists_book
from bangfu.core.screening.labels import HouseholdLabel, hide_numbers
from bangfu.core.screening.worklists import LineKey, parse_key, write_worklists

COUNTY = "全县_云溪县_990101.xlsx"
ENTITLED, RECEIVING, UNKNOWN = "应享未享（漏保）", "享受不符（错保）", "无法判定"


def books(tmp_path: Path, *given: Any, names: Names = NAMES, **more: Any) -> dict[str, Any]:
    results = write_run(tmp_path, *given, **more)
    paths = write_worklists(results, names, TITLES, tmp_path)
    assert all(path.parent == tmp_path / "worklists" for path in paths)
    return {path.name: openpyxl.load_workbook(path) for path in paths}


def lines(sheet: Any) -> list[dict[str, Any]]:
    """The rows of a sheet by header; the row that says there is nothing has no key and is left out."""
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows if row[-1]]


def texts(book: Any) -> str:
    return "\n".join(
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None
    )


# What must not happen


def test_no_cell_is_a_formula_whatever_a_name_or_a_field_begins_with(tmp_path: Path) -> None:
    evil = ["=HYPERLINK(1)", "+1", "-2+3", "@SUM(A1)"]
    names = Names({f"H{n}": HouseholdLabel(text, RIVER, text) for n, text in enumerate(evil)})
    rows = [finding("dibao", f"H{n}", None, "entitled_not_receiving", reason_zh=text) for n, text in enumerate(evil)]
    book = books(tmp_path, rows, names=names)[COUNTY]
    cells = [cell for row in book[ENTITLED].iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells if cell.value in evil} == {"s"}
    assert {line["户主"] for line in lines(book[ENTITLED])} == set(evil)
    assert all(cell.quotePrefix for cell in cells if cell.value in evil)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_no_id_number_reaches_a_workbook_not_even_as_a_key(tmp_path: Path) -> None:
    number = "99010119700101123X"
    rows = [*ROWS, finding("old_age_allowance", "H1", number, "entitled_not_receiving", missing=[])]
    for book in books(tmp_path, rows).values():
        assert not re.search(r"\d{14,}[\dXx]", texts(book))
        assert "990101197001011234" not in texts(book)


def test_a_mistyped_id_number_is_hidden_by_the_name_of_its_field() -> None:
    assert hide_numbers("id_number=9901O1197001；name=李") == "id_number=****7001；name=李"
    assert hide_numbers("身份证 990101197001011234 名下") == "身份证 ****1234 名下"
    assert hide_numbers("电话13812345678") == "电话138****5678"
    assert hide_numbers("存款 398000.00 元，户编号 990101100201") == "存款 398000.00 元，户编号 990101100201"


def test_what_was_not_computed_is_said_and_has_no_empty_sheet(tmp_path: Path) -> None:
    book = books(tmp_path, alerts=None)[COUNTY]
    assert "预警" not in book.sheetnames
    front = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    assert front["预警"] == "未计算"
    assert front["疑点数据"] == len(CHECKS)


def test_an_edited_key_is_no_key() -> None:
    key = LineKey(("dibao", "near_dibao"), "H|1+%", "", "cannot_tell")
    assert parse_key(str(key)) == key
    assert parse_key(str(key).replace("H", "K")) is None
    assert parse_key("") is None
    assert parse_key("dibao|H1||x") is None


# What an officer gets


def test_there_is_a_workbook_for_the_county_each_township_and_each_village(tmp_path: Path) -> None:
    given = books(tmp_path, [], alerts=[], checks=[])
    assert list(given) == [
        COUNTY,
        "丰乐镇_990101100.xlsx",
        "丰乐镇_河湾村_990101100201.xlsx",
        "青山乡_990101101.xlsx",
        "青山乡_石岭村_990101101202.xlsx",
    ]
    sheet = given[COUNTY][ENTITLED]
    assert sheet.cell(2, 2).value == "本次没有此类事项"


def test_a_finding_is_one_line_with_place_law_reason_and_money(tmp_path: Path) -> None:
    given = books(tmp_path)
    for name in (COUNTY, "丰乐镇_990101100.xlsx", "丰乐镇_河湾村_990101100201.xlsx"):
        (line,) = lines(given[name][ENTITLED])
        assert line | {"编号": ""} == {
            **{
                "序号": 1,
                "乡镇": "丰乐镇",
                "村": "河湾村",
                "村民组": "第二组",
                "户编号": "H2",
                "户主": "王无助",
            },
            **{"人员": None, "政策/事项": "最低生活保障", "判定": "应享未享"},
            "依据（条款及原文）": (
                "《社会救助暂行办法》（国务院令第649号）\n"
                "第九条“家庭人均收入低于当地低保标准”；第九条“持有当地常住户口”"
            ),
            "原因说明": "家庭人均月收入 376.50 元，低于当地标准 650.00 元；没有领取记录。",
            **{"计发": "每月", "应发（元）": 820.5, "核对报告": "有效", "与上月比": "新增"},
            **{"核实结果": None, "处理": None, "核实人": None, "日期": None, "编号": ""},
        }
        assert parse_key(line["编号"]) == LineKey(("dibao",), "H2", "", "entitled_not_receiving")
    assert lines(given["青山乡_990101101.xlsx"][ENTITLED]) == []


def test_a_refusal_names_the_clause_that_fails_and_an_overlap_says_so(tmp_path: Path) -> None:
    first, gone = lines(books(tmp_path)[COUNTY][RECEIVING])
    assert "不符合：实施细则第六条“人均金融资产超过24倍月标准”" in first["依据（条款及原文）"]
    assert (first["实发（元）"], first["与上月比"]) == (410, "持续")
    assert (gone["判定"], gone["与上月比"], gone["户编号"]) == ("重复享受", "消失", "H4")


def test_what_is_gone_comes_last_and_is_not_counted(tmp_path: Path) -> None:
    front = {row[0]: row[1:4] for row in books(tmp_path)[COUNTY]["说明"].iter_rows(values_only=True)}
    assert front[RECEIVING] == (1, 0, 1)


def test_an_amount_that_differs_shows_both_and_the_difference(tmp_path: Path) -> None:
    (line,) = lines(books(tmp_path)[COUNTY]["金额不符"])
    assert (line["人员"], line["应发（元）"], line["实发（元）"], line["差额（元）"]) == (
        "李有余",
        100,
        80.5,
        19.5,
    )


def test_an_amount_known_only_as_a_range_is_shown_as_a_range_and_makes_no_difference(tmp_path: Path) -> None:
    row = finding("dibao", "H1", None, "amount_differs", amount_min_fen=100, amount_max_fen=250, paid_fen=900)
    (line,) = lines(books(tmp_path, [row])[COUNTY]["金额不符"])
    assert (line["应发（元）"], line["差额（元）"]) == ("1.00～2.50", None)


def test_one_unknown_line_asks_a_household_once_for_all_policies_that_wait(tmp_path: Path) -> None:
    household, person = lines(books(tmp_path)[COUNTY][UNKNOWN])
    assert household["先补这一项"] == "工资性收入"
    assert household["谁能提供"] == "村干部入户核实"
    assert household["等待判定的政策"] == "最低生活保障、特困人员救助供养"
    assert household["全部缺项"] == "缺 赵不详：工资性收入；赵小详：养老金"
    key = LineKey(("dibao", "extreme_hardship"), "H3", "", "cannot_tell")
    assert parse_key(household["编号"]) == key
    assert (person["人员"], person["全部缺项"]) == ("赵小详", "缺 工资性收入")


def test_what_only_a_county_can_settle_is_counted_but_asked_of_no_village(tmp_path: Path) -> None:
    given = books(tmp_path)
    assert lines(given["丰乐镇_河湾村_990101100201.xlsx"][UNKNOWN]) == []
    rows = list(given[COUNTY]["缺项汇总"].iter_rows(values_only=True))[1:]
    assert [(row[0], row[2], *row[3:7]) for row in rows] == [
        ("工资性收入", "村干部入户核实", 1, 1, 3, 2),
        ("低保标准", "县民政局发文", 1, 0, 1, 1),
        ("养老金", "县人社局", 1, 0, 1, 0),
    ]
    assert rows[1][8] == "否，由县里统一补，村里不用办"


def test_an_unknown_without_a_named_input_is_still_listed(tmp_path: Path) -> None:
    row = finding("dibao", "H1", None, None, reason_zh="找不到所在户的记录")
    (line,) = lines(books(tmp_path, [row])[COUNTY][UNKNOWN])
    assert (line["先补这一项"], line["全部缺项"]) == ("其他（见原因说明）", "找不到所在户的记录")


def test_a_household_without_a_village_is_in_the_county_workbook(tmp_path: Path) -> None:
    given = books(tmp_path, [finding("dibao", "H404", None, "entitled_not_receiving")])
    assert [line["户编号"] for line in lines(given[COUNTY][ENTITLED])] == ["H404"]


def test_alerts_and_checks_are_sheets_with_severity_deadline_and_fields(tmp_path: Path) -> None:
    book = books(tmp_path)[COUNTY]
    (alert,) = lines(book["预警"])
    assert (alert["级别"], alert["责任与时限"]) == ("高", "村，2个工作日内")
    assert alert["情况"] == ALERTS[0]["fields"]
    first, second = lines(book["疑点数据"])
    assert first["程度"] == "必须更正"
    assert "id_number=****123X" in first["台账内容"] + second["台账内容"]
    assert first["编号"] != second["编号"]


def test_lines_are_grouped_by_village_then_group_then_household(tmp_path: Path) -> None:
    places = [
        (HILL, "2组", "H9"),
        (RIVER, "10组", "H8"),
        (RIVER, "2组", "H10"),
        (RIVER, "2组", "H7"),
        (HILL, "1组", "H6"),
    ]
    names = Names({number: HouseholdLabel("某", code, group) for code, group, number in places})
    rows = [finding("dibao", number, None, "entitled_not_receiving") for _, _, number in places]
    found = [line["户编号"] for line in lines(books(tmp_path, rows, names=names)[COUNTY][ENTITLED])]
    assert found == ["H7", "H10", "H8", "H6", "H9"]


def test_a_sheet_freezes_its_header_filters_and_prints_on_landscape_a4(tmp_path: Path) -> None:
    sheet = books(tmp_path)["丰乐镇_河湾村_990101100201.xlsx"][ENTITLED]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:T2")
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.print_title_rows) == (
        9,
        "landscape",
        "$1:$1",
    )
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {"P2": '"属实,不属实,无法联系,需上会"', "Q2": '"立案办理,更正数据,不予处理,继续跟踪"'}
    assert [sheet[f"{column}2"].protection.locked for column in "OPQRST"] == [True, *[False] * 4, True]


def test_a_long_sheet_continues_in_a_second_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklists_book, "ROW_LIMIT", 2)
    rows = [finding("dibao", f"H{n}", None, "entitled_not_receiving") for n in range(5)]
    book = books(tmp_path, rows)[COUNTY]
    parts = [book[name] for name in (ENTITLED, f"{ENTITLED}(2)", f"{ENTITLED}(3)")]
    assert [[line["序号"] for line in lines(part)] for part in parts] == [[1, 2], [3, 4], [5]]


def test_names_of_files_carry_no_path(tmp_path: Path) -> None:
    village = replace(NAMES.villages[RIVER], village_name="../河/湾", township_name="丰乐镇")
    names = Names(NAMES.households, NAMES.persons, {**NAMES.villages, RIVER: village})
    assert "丰乐镇_..河湾_990101100201.xlsx" in books(tmp_path, names=names)


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    runs = [write_worklists(write_run(tmp_path / at), NAMES, TITLES, tmp_path / at) for at in "ab"]
    assert [path.read_bytes() for path in runs[0]] == [path.read_bytes() for path in runs[1]]


def test_an_alert_of_no_household_is_kept(tmp_path: Path) -> None:
    book = books(tmp_path, [], alerts=[event("station_idle", None, message="光伏电站停发")], checks=[])[COUNTY]
    (line,) = lines(book["预警"])
    assert (line["预警事项"], line["户编号"]) == ("光伏电站停发", None)


def test_keys_may_be_numbers(tmp_path: Path) -> None:
    results = write_run(tmp_path)
    path = tmp_path / "findings.parquet"
    table = pq.read_table(path)
    at = table.schema.get_field_index("household_no")
    numbers = pa.array([int(number[1:]) for number in table["household_no"].to_pylist()])
    pq.write_table(table.set_column(at, "household_no", numbers).drop_columns(["change"]), path)
    names = Names({key[1:]: value for key, value in NAMES.households.items()}, NAMES.persons)
    book = openpyxl.load_workbook(write_worklists(results, names, TITLES, tmp_path)[0])
    (line,) = lines(book[ENTITLED])
    assert (line["户编号"], line["户主"], line["与上月比"]) == ("2", "王无助", None)
