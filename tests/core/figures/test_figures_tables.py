"""Filled forms: totals down and across, whatever the header looks like; what is no sum is left alone."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bangfu.core.figures.files import read
from bangfu.core.figures.findings import Finding
from bangfu.core.figures.tables import check_tables, number, understood

Rows = list[list[object]]
HEAD: Rows = [
    ["青禾县2024年监测对象情况统计表"],
    ["序号", "乡镇", "监测对象", None, "其中", None, None, "户均人口"],
    [None, None, "户数（户）", "人数（人）", "脱贫不稳定户（户）", "边缘易致贫户（户）", "突发严重困难户（户）", None],
]
BODY: Rows = [
    [1, "东岭镇", 20, 66, 8, 7, 5, 3.3],
    [2, "西坡乡", 15, 48, 6, 6, 3, 3.2],
    [3, "南湾乡", 31, 97, 12, 11, 8, 3.1],
    [4, "北岭镇", 27, 83, 9, 10, 8, 3.1],
]
TOTAL: Rows = [["合计", None, 93, 294, 35, 34, 24, 3.2]]


def written(tmp_path: Path, rows: Rows, merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    path = tmp_path / "form.xlsx"
    book.save(path)
    return path


def wrong(path: Path) -> list[tuple[str, object, object]]:
    document = read(path)
    found: list[Finding] = check_tables(document)
    assert all(document.text.raw[f.start : f.end] == f.quote for f in found)
    return [(f.message_zh.split(" ")[0], f.stated, f.computed) for f in found if f.verdict == "inconsistent"]


def changed(row: int, column: int, value: object) -> Rows:
    rows = [list(r) for r in [*HEAD, *BODY, *TOTAL]]
    rows[row][column] = value
    return rows


MERGED = ("A1:H1", "C2:D2", "E2:G2")


def test_a_form_whose_totals_are_right_gives_no_alarm(tmp_path: Path) -> None:
    path = written(tmp_path, [*HEAD, *BODY, *TOTAL], MERGED)
    assert wrong(path) == []
    assert [f.kind for f in check_tables(read(path))] == ["subtotal"] * 10


def test_a_wrong_total_is_named_by_its_cell_down_and_across(tmp_path: Path) -> None:
    assert wrong(written(tmp_path, changed(7, 6, 25), MERGED)) == [("Sheet!G8", 25, 24), ("Sheet!C8", 93, 94)]


def test_a_wrong_part_shows_in_its_row_and_its_column(tmp_path: Path) -> None:
    assert wrong(written(tmp_path, changed(4, 4, 7), MERGED)) == [("Sheet!E8", 35, 36), ("Sheet!C5", 15, 16)]


def test_the_message_says_column_and_sum_in_both_languages(tmp_path: Path) -> None:
    (finding, _) = [
        f for f in check_tables(read(written(tmp_path, changed(7, 6, 25), MERGED))) if f.verdict != "consistent"
    ]
    assert (
        finding.message_zh
        == "Sheet!G8 其中·突发严重困难户（户）：合计不符，表中为25，各行之和为24；请核对该格和各分项。"
    )
    assert (
        finding.message_en
        == "Sheet!G8 其中·突发严重困难户（户）: the total is off, the form says 25, the rows add up to 24; check them."
    )
    assert (finding.quote, finding.unit) == ("25", "户")


def test_subtotals_of_groups_and_a_grand_total_are_each_of_their_own_rows(tmp_path: Path) -> None:
    rows: Rows = [
        ["片区", "村", "户数", "人数"],
        ["东片", "一村", 10, 33],
        ["东片", "二村", 12, 41],
        ["小计", None, 22, 74],
        ["西片", "三村", 8, 25],
        ["西片", "四村", 9, 30],
        ["小计", None, 18, 55],
        ["合计", None, 39, 129],
    ]
    assert wrong(written(tmp_path, rows)) == [("Sheet!C7", 18, 17)]


def test_a_total_above_its_rows_is_checked_as_well(tmp_path: Path) -> None:
    rows: Rows = [["单位", "户数", "人数"], ["全镇合计", 22, 75], ["一村", 10, 33], ["二村", 12, 41]]
    assert wrong(written(tmp_path, rows)) == [("Sheet!C2", 75, 74)]


def test_pairs_of_columns_under_headings_add_up_to_the_pair_under_total(tmp_path: Path) -> None:
    rows: Rows = [
        ["乡镇", "合计", None, "脱贫不稳定", None, "边缘易致贫", None],
        [None, "户", "人", "户", "人", "户", "人"],
        ["东岭镇", 20, 66, 12, 40, 8, 26],
        ["西坡乡", 15, 48, 9, 30, 6, 18],
        ["南湾乡", 31, 98, 19, 60, 12, 37],
        ["合计", 66, 212, 40, 130, 26, 81],
    ]
    found = wrong(written(tmp_path, rows, ("B1:C1", "D1:E1", "F1:G1", "A1:A2")))
    assert found == [("Sheet!C5", 98, 97), ("Sheet!C6", 212, 211)]


def test_one_column_alone_is_wrong_where_it_nearly_adds_up(tmp_path: Path) -> None:
    rows: Rows = [["村", "户数"], ["一村", 130], ["二村", 112], ["三村", 98], ["合计", 350]]
    assert wrong(written(tmp_path, rows)) == [("Sheet!B5", 350, 340)]


def test_a_total_column_is_told_by_what_most_rows_do(tmp_path: Path) -> None:
    rows: Rows = [
        ["村", "低保（人）", "特困（人）", "合计（人）"],
        ["一村", 10, 3, 13],
        ["二村", 12, 4, 16],
        ["三村", 9, 2, 12],
        ["四村", 7, 1, 8],
    ]
    assert wrong(written(tmp_path, rows)) == [("Sheet!D4", 12, 11)]


@pytest.mark.parametrize(
    "rows",
    [
        [["村", "贫困发生率（%）", "人均收入（元）"], ["一村", 1.2, 9800], ["二村", 0.8, 10200], ["合计", 1.0, 10000]],
        [["村", "户数"], ["一村", 10], ["二村", 12], ["备注：另有三村未报", 22]],
        [["村", "低保", "残疾", "总户数"], ["一村", 10, 3, 120], ["二村", 12, 4, 98], ["三村", 9, 2, 87]],
        [["村", "户数", "其中：低保户"], ["一村", 30, 4], ["二村", 25, 3], ["三村", 28, 6]],
        [["项目", "户数"], ["合计", 100], ["其中：低保户", 60], ["残疾人户", 48]],
        [["项目", "户数", "人数"], ["合计", 100, 320], ["其中：低保户", 40, 98], ["脱贫户", 75, 240]],
        [["序号", "村", "电话"], [1, "一村", 6712345], [2, "二村", 6712346], ["合计", None, 2]],
    ],
)  # fmt: skip
def test_what_is_no_sum_is_left_alone(tmp_path: Path, rows: Rows) -> None:
    assert wrong(written(tmp_path, rows)) == []


def test_a_row_that_numbers_the_columns_is_no_data(tmp_path: Path) -> None:
    rows: Rows = [
        ["村", "户数", "人数", "面积"],
        [1, 2, 3, 4],
        ["一村", 10, 33, 2],
        ["二村", 12, 41, 3],
        ["合计", 22, 74, 5],
    ]
    form = understood(read(written(tmp_path, rows)).tables[0])
    assert form is not None
    assert (form.rows, form.totals) == ((2, 3, 4), (4,))
    assert [c.name for c in form.columns] == ["村", "户数", "人数", "面积"]


@pytest.mark.parametrize(
    ("text", "value"), [("1,239", 1239), ("12.50", 12.5), ("11%", None), ("2024年", None), ("", None)]
)
def test_a_cell_holds_a_number_or_none(text: str, value: float | None) -> None:
    found = number(text)
    assert found == value if value is not None else found is None
