"""A layout that keeps the rest: columns that it does not name are read as they stand, under their own titles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from file_factory import codes, write_csv, write_xlsx
from openpyxl import Workbook

from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError

KEEPS = TableLayout("bureau", "bureau", (ColumnLayout("id_number", headers=("证件号码",), personal=True),), rest=True)


def test_other_columns_keep_every_character_and_their_order(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "b.csv", [["估值", "证件号码", "备 注"], ["/", "X1", " 无 "], ["", "X2", "00１2.50"]])
    reading = read_table(path, KEEPS)
    assert reading.table.to_pydict() == {
        "id_number": ["X1", "X2"], "估值": ["/", None], "备 注": [" 无 ", "00１2.50"]
    }  # fmt: skip
    assert (reading.notes, reading.problems) == ((), ())
    assert [column.name for column in reading.layout.columns] == ["id_number", "估值", "备 注"]


def test_columns_with_one_title_are_both_kept(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "b.csv", [["证件号码", "备注", "备注"], ["X1", "a", "b"]])
    assert read_table(path, KEEPS).table.to_pydict() == {"id_number": ["X1"], "备注": ["a"], "备注 (2)": ["b"]}


def test_a_column_without_a_title_is_told(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "b.csv", [["证件号码", "", "备注"], ["X1", "lost", "b"]])
    reading = read_table(path, KEEPS)
    assert reading.table.column_names == ["id_number", "备注"]
    assert [p.line() for p in reading.problems] == ["b.csv 第1行：第2列没有标题，未读入 如需保留，请补上标题。"]


@pytest.mark.parametrize(
    "above",
    [
        [["车辆信息表"]],
        [["车辆信息表", "", ""], ["制表：县公安局", "", "2026年9月"]],
        [["", "车辆信息", ""]],
        [["人员", "车辆信息", ""]],
    ],
)
def test_what_stands_above_the_header_is_no_part_of_a_title(tmp_path: Path, above: list[list[str]]) -> None:
    rows = [*([*row, "", ""][:3] for row in above), ["证件号码", "车辆类型", "估值"], ["X1", "小型汽车", "5"]]
    for path in (write_csv(tmp_path / "b.csv", rows), write_xlsx(tmp_path / "b.xlsx", rows)):
        reading = read_table(path, KEEPS)
        assert reading.table.to_pydict() == {"id_number": ["X1"], "车辆类型": ["小型汽车"], "估值": ["5"]}
        assert codes(reading.notes) == ["title_line"] * len(above)


def test_groups_tell_columns_of_one_title_apart(tmp_path: Path) -> None:
    rows = [["", "一季度", "", "二季度", ""], ["证件号码", "次数", "金额", "次数", "金额"], ["X1", "1", "2", "3", "4"]]
    assert read_table(write_xlsx(tmp_path / "b.xlsx", rows), KEEPS).table.to_pydict() == {
        "id_number": ["X1"], "一季度次数": ["1"], "一季度金额": ["2"], "二季度次数": ["3"], "二季度金额": ["4"]
    }  # fmt: skip


def test_parquet_of_any_type_is_kept_as_text(tmp_path: Path) -> None:
    table = pa.table(
        {"when": [date(2026, 1, 2), None], "证件号码": ["X1", "X2"], "sum": [1.5, 2.0], "yes": [True, None]}
    )
    pq.write_table(table, tmp_path / "b.parquet")
    assert read_table(tmp_path / "b.parquet", KEEPS).table.to_pydict() == {
        "id_number": ["X1", "X2"], "when": ["2026-01-02", None], "sum": ["1.5", "2"], "yes": ["TRUE", None]
    }  # fmt: skip


def test_sheets_of_one_table_bring_their_columns_together(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "一"
    for row in (["证件号码", "估值"], ["X1", 5]):
        book.active.append(row)
    other = book.create_sheet("二")
    for row in (["证件号码", "面积", "估值"], ["X2", 80, 6]):
        other.append(row)
    book.save(tmp_path / "b.xlsx")
    assert read_table(tmp_path / "b.xlsx", KEEPS).table.to_pydict() == {
        "id_number": ["X1", "X2"], "估值": ["5", "6"], "面积": [None, "80"]
    }  # fmt: skip


def test_a_number_merged_over_rows_is_given_to_none_of_them(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "b.xlsx", [["证件号码", "余额", "银行"], ["X1", 1200, "甲行"], ["X2", None, None]])
    from openpyxl import load_workbook

    book = load_workbook(path)
    book.active.merge_cells("B2:B3")
    book.active.merge_cells("C2:C3")
    book.save(path)
    reading = read_table(path, KEEPS)
    assert reading.table.to_pydict() == {"id_number": ["X1", "X2"], "余额": [None, None], "银行": ["甲行", "甲行"]}
    assert codes(reading.problems) == ["merged_number", "merged_number"]
    assert reading.problems[0].value == "1***"


def test_a_file_without_a_header_shows_nobody(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "b.csv", [["钱五", "99010119900307123X", "13800000000"]] * 2)
    with pytest.raises(FileError) as caught:
        read_table(path, KEEPS)
    for language in ("zh", "en"):
        said = caught.value.line(language)
        assert "钱*、9901**********123X、13*******00" in said
        assert "钱五" not in said
