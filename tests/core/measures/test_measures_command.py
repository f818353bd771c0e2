"""`bangfu measures`: what it refuses, what it counts, and the keys that it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.cli import main

KEYS = [
    "poverty_line", "headcount_ratio", "fgt1", "fgt2", "watts", "sen", "gini", "quintile_share_ratio",
    "relative_median_gap",
]  # fmt: skip
ROWS = "no,income,w,area,paid\n1,100,1,东村,是\n2,110,2,东村,否\n3,150,1,西村,否\n4,160,1,西村,是\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "sample.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def called(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = main(["measures", *map(str, argv)])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def measured(capsys: pytest.CaptureFixture[str], *argv: object) -> dict[str, Any]:
    code, out, err = called(capsys, *argv, "--format", "json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_file_a_column_and_a_line_that_do_not_exist_are_refused_by_name(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = called(capsys, tmp_path / "none.csv", "--income", "income")
    assert (code, err) == (2, f"bangfu: {tmp_path / 'none.csv'}: 不存在 / no such file or folder\n")
    code, _, err = called(capsys, table, "--income", "wage", "--weight", "weight")
    assert (code, err) == (
        1,
        "bangfu: sample.csv: 没有“wage、weight”列；表中有：no、income、w、area、paid / "
        "no column wage, weight; the table has: no、income、w、area、paid\n",
    )
    code, _, err = called(capsys, table, "--income", "income", "--line", "0")
    assert code == 2
    assert "'0': 应为大于0的数 / expected a number above 0" in err
    code, _, err = called(capsys, table, "--income", "income", "--line", "5", "--line-share", "0.5")
    assert code == 2


def test_a_column_without_any_number_and_a_negative_weight_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("income,w\n很多,1\n更多,-1\n", encoding="utf-8")
    code, _, err = called(capsys, path, "--income", "income")
    assert (code, err) == (
        1,
        "bangfu: bad.csv：读到 2 行，没有一行可以计算：2 行的“income”列没有数，其余没有大于0的权数 / "
        "2 rows, none of which can be measured: 2 without a number in income, the others without a weight above 0\n",
    )
    path.write_text("income,w\n5,1\n6,-1\n", encoding="utf-8")
    code, _, err = called(capsys, path, "--income", "income", "--weight", "w")
    assert "有 1 行小于0" in err
    assert code == 1


def test_the_documented_keys_come_first(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = measured(capsys, table, "--income", "income", "--line", "125", "--by", "area")
    assert list(found)[: len(KEYS)] == KEYS
    assert [list(group)[: len(KEYS) + 1] for group in found["groups"]] == [["group", *KEYS]] * 2
    assert found["fgt1"] == pytest.approx(0.08)
    assert found["fgt2"] == pytest.approx(0.0136)


def test_a_missing_income_is_left_out_and_counted_never_taken_as_nothing(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = measured(capsys, table, "--income", "income", "--line", "125", "--weight", "w")
    table.write_text(ROWS + "5,,1,东村,是\n6,—,1,,是\n7,不详,1,,是\n8,90,,,\n9,1,0,,\n", encoding="utf-8")
    found = measured(capsys, table, "--income", "income", "--line", "125", "--weight", "w")
    assert [found[key] for key in KEYS] == [whole[key] for key in KEYS]
    assert found["rows"] == {
        "read": 9, "without_income": 3, "income_not_a_number": 1, "not_read": 0, "no_rows_of_data": 0,
        "without_weight": 1, "weight_zero": 1, "measured": 4, "income_zero": 0, "income_negative": 0,
    }  # fmt: skip
    code, out, _ = called(capsys, table, "--income", "income")
    assert code == 0
    assert "sample.csv: 读到 9 行，计算 6 行\n  没有收入数，未计入: 3\n  其中写的不是数: 1\n" in out


def test_csv_excel_and_parquet_give_the_same(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split(",") for line in ROWS.splitlines()]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["抽样调查表"])
    for row in lines:
        sheet.append([float(cell) if cell.isdigit() else cell for cell in row])
    sheet.append(["合计", 520])
    book.save(tmp_path / "sample.xlsx")
    columns = {name: [row[at] for row in lines[1:]] for at, name in enumerate(lines[0])}
    columns["income"], columns["w"] = ([float(cell) for cell in columns[name]] for name in ("income", "w"))
    pq.write_table(pa.table(columns), tmp_path / "sample.parquet")
    asked = ("--income", "income", "--weight", "w", "--by", "area")
    want = measured(capsys, table, *asked)
    for name in ("sample.xlsx", "sample.parquet"):
        found = measured(capsys, tmp_path / name, *asked)
        assert [found[key] for key in KEYS] == [want[key] for key in KEYS]
        assert found["groups"] == want["groups"]
    assert measured(capsys, tmp_path / "sample.xlsx", *asked)["rows"]["no_rows_of_data"] == 1


def test_money_is_read_as_people_write_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "yuan.csv"
    path.write_text('人均收入,w\n"1,200",1\n０．５万元,1\n￥800元,1\n(100),1\n', encoding="gb18030")
    found = measured(capsys, path, "--income", "人均收入", "--line", "1000")
    assert found["mean"] == pytest.approx((1200 + 5000 + 800 - 100) / 4)
    assert found["rows"]["income_negative"] == 1
    path.write_text("收入(万元),w\n1.5,1\n2,1\n", encoding="utf-8")
    assert measured(capsys, path, "--income", "收入(万元)")["mean"] == 17500
    assert measured(capsys, path, "--income", "收入")["mean"] == 17500


def test_a_title_that_stands_twice_is_told_and_the_first_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("income,w,income\n100,1,5\n200,1,6\n", encoding="utf-8")
    found = measured(capsys, path, "--income", "income")
    assert found["mean"] == 150
    assert len(found["problems"]) == 1
    assert "income" in found["problems"][0]["zh"]


def test_who_receives_is_judged_against_who_is_poor(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = measured(capsys, table, "--income", "income", "--weight", "w", "--line", "125", "--receives", "paid")
    assert found["targeting"]["exclusion_error"] == pytest.approx(2 / 3)
    assert found["targeting"]["inclusion_error"] == pytest.approx(1 / 2)
    assert found["targeting"]["targeting_differential"] == pytest.approx(1 / 3 - 1 / 2)


def test_the_table_for_people_has_two_languages_and_says_what_is_not_defined(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write_text(ROWS + "5,0,1,东村,是\n", encoding="utf-8")
    asked = (table, "--income", "income", "--by", "area", "--replicates", "20", "--cluster", "no")
    chinese, english = (called(capsys, *asked, "--lang", lang)[1] for lang in ("zh", "en"))
    assert "有贫困者收入不大于0，Watts 指数无定义。" in chinese
    assert "重抽样 20 次，种子 1" in chinese
    assert "A poor person has no income above 0: the Watts index is not defined." in english
    assert chinese.count("\n") == english.count("\n")
    assert not any("一" <= letter <= "鿿" for letter in english.replace("东村", "").replace("西村", ""))
