import json
from datetime import date
from pathlib import Path

import pytest
from file_factory import HEADER, ONE, PERSONS, TWO, with_cell, write_csv, write_xlsx
from openpyxl import load_workbook

from bangfu.core.files.manifest import read_manifest
from bangfu.core.files.reader import read_table
from bangfu.core.files.returned import write_returned

ENTRY = {
    "source": "某县民政局",
    "as_of": "2024-08-31",
    "received_on": "2024-09-02",
    "covers": {"areas": ["341225", "341226100000"], "period": {"from": "2024-01-01", "to": "2025-01-01"}},
    "legal_basis": "社会救助暂行办法第五十八条",
    "authorisation": "A-1",
}


def manifest(folder: Path, entry: object, name: str = "deaths.manifest.json"):  # type: ignore[no-untyped-def]
    (folder / name).write_text(json.dumps(entry, ensure_ascii=False), "utf-8")
    return read_manifest(folder / "deaths.csv")


def test_a_file_without_a_manifest_covers_nobody_and_says_so(tmp_path: Path) -> None:
    found, problem = read_manifest(tmp_path / "deaths.csv")
    assert found is None
    assert problem is not None
    assert problem.line() == (
        "deaths.csv：缺少说明文件，不知道本表覆盖哪些地区和时段 请补充 deaths.manifest.json；"
        "在此之前，表中没有的人按“未知”处理，不按“没有”处理。"
    )


@pytest.mark.parametrize(
    "entry",
    [
        [],
        {},
        ENTRY | {"covers": {}},
        ENTRY | {"covers": {"areas": []}},
        ENTRY | {"covers": {"areas": ["某县"]}},
        ENTRY | {"covers": {"areas": ["341225"], "period": {"from": "not a date"}}},
        ENTRY | {"covers": {"areas": ["341225"], "period": ["2024"]}},
        ENTRY | {"as_of": "2024-02-30"},
    ],
)
def test_a_malformed_manifest_covers_nobody(tmp_path: Path, entry: object) -> None:
    found, problem = manifest(tmp_path, entry)
    assert found is None
    assert problem is not None
    assert problem.code == "bad_manifest"


def test_broken_json_is_malformed_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "deaths.manifest.json").write_text("{", "utf-8")
    found, problem = read_manifest(tmp_path / "deaths.csv")
    assert found is None
    assert problem is not None
    assert problem.code == "bad_manifest"


def test_a_shared_manifest_without_the_file_is_no_manifest(tmp_path: Path) -> None:
    found, problem = manifest(tmp_path, {"vehicles": ENTRY}, "manifest.json")
    assert found is None
    assert problem is not None
    assert problem.code == "no_manifest"


@pytest.mark.parametrize(
    ("area", "on", "covered"),
    [
        ("341225100201", date(2024, 9, 1), True),
        ("341226100201", date(2024, 9, 1), True),
        ("341226200201", date(2024, 9, 1), False),
        ("341227100201", date(2024, 9, 1), False),
        ("341225100201", date(2024, 1, 1), True),
        ("341225100201", date(2023, 12, 31), False),
        ("341225100201", date(2024, 12, 31), True),
        ("341225100201", date(2025, 1, 1), False),
        (None, date(2024, 9, 1), False),
    ],
)
def test_a_manifest_covers_its_areas_from_the_first_day_to_before_the_last(
    tmp_path: Path, area: str | None, on: date, covered: bool
) -> None:
    found, problem = manifest(tmp_path, ENTRY)
    assert problem is None
    assert found is not None
    assert found.covers(area, on) is covered


def test_a_manifest_may_be_yaml_shared_and_open_ended(tmp_path: Path) -> None:
    (tmp_path / "manifest.yml").write_text(
        "deaths: {source: 民政局, as_of: 2024-08-31, covers: {areas: [341225], period: {from: 2024-01-01}}}",
        "utf-8",
    )
    found, problem = read_manifest(tmp_path / "deaths.csv")
    assert problem is None
    assert found is not None
    assert (found.source, found.as_of, found.areas) == ("民政局", date(2024, 8, 31), ("341225",))
    assert found.covers("341225100201", date(2030, 1, 1))


def test_nothing_goes_back_where_nothing_is_wrong(tmp_path: Path) -> None:
    reading = read_table(write_csv(tmp_path / "persons.csv", [HEADER, ONE]), PERSONS)
    assert write_returned([reading], tmp_path / "returned.xlsx") == 0
    assert not (tmp_path / "returned.xlsx").exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_bad_rows_go_back_as_they_stood_with_the_reason_last(tmp_path: Path, kind: str) -> None:
    evil = with_cell("姓名", '=HYPERLINK("x")', with_cell("性别", "甲", with_cell("务工时间", "13")))
    rows = [["人员表", *[""] * 10], HEADER, TWO, evil, with_cell("人编号", "")]
    write = write_csv if kind == "csv" else write_xlsx
    reading = read_table(write(tmp_path / f"persons.{kind}", rows), PERSONS)
    assert write_returned([reading], tmp_path / "returned.xlsx") == 2
    sheet = load_workbook(tmp_path / "returned.xlsx").active
    header, first, second = sheet.iter_rows()
    assert [cell.value for cell in header] == [*HEADER, "退回原因"]
    values = [cell.value for cell in first]
    if kind == "csv":
        assert values[:11] == evil
    assert first[2].data_type != "f"
    assert first[3].data_type == "s"
    assert first[3].number_format == "@"
    assert values[11] == (
        "性别：“甲”不在代码表中；可填：男、女。请按标签（文字）填写，不要填编号。 "
        "务工时间：“13”超出范围 0 – 12。请核对后改正该单元格；在此之前按“未知”处理。"
    )
    assert second[11].value == "人编号：缺少“人编号”。请改正后重新提交该行；该行未读入。"


def test_the_same_bad_rows_make_the_same_workbook(tmp_path: Path) -> None:
    reading = read_table(write_csv(tmp_path / "persons.csv", [HEADER, with_cell("性别", "甲")]), PERSONS)
    for name in ("a.xlsx", "b.xlsx"):
        write_returned([reading], tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
