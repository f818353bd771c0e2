"""What `match` reads: files as bureaus send them, refused where there is nothing to link by."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from linking_cast import numbered
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook

from bangfu.core.files.remarks import FileError
from bangfu.core.matching.linking import link
from bangfu.core.matching.links import links_table
from bangfu.core.matching.reading import FileRows, read_identities, read_people

WEIMIN, XIAOHONG, STRANGER = (
    numbered(date(1980, 5, 6), 11),
    numbered(date(1975, 3, 4), 22),
    numbered(date(1999, 9, 9), 1),
)
HEADER = ["证件号码", "姓名", "出生日期"]
PERSONS = {
    "person_no": ["P1", "P2"],
    "household_no": ["H1", "H2"],
    "name": ["张伟民", "李晓红"],
    "id_number": [WEIMIN, XIAOHONG],
}


def csv(path: Path, *rows: list[str]) -> Path:
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def xlsx(path: Path, *rows: list[Any], sheets: tuple[str, ...] = ("Sheet1",)) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def parquet(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def registry(folder: Path, **columns: Any) -> Path:
    folder.mkdir(exist_ok=True)
    parquet(folder / "persons.parquet", **(columns or PERSONS))
    return folder


def refused(work: Any) -> FileError:
    with pytest.raises(FileError) as caught:
        work()
    return caught.value


def said(folder: Path, file: Path) -> list[tuple[int, str | None, str]]:
    """What becomes of each row of a file: row_no, person, method."""
    people, rows = read_people(registry(folder / "registry")), read_identities(file)
    table = links_table(people, rows, link(people, rows.rows))
    return list(zip(*(table.column(name).to_pylist() for name in ("row_no", "person_no", "method")), strict=True))


def places(rows: FileRows) -> list[tuple[str, int]]:
    return [(rows.sheets[sheet], int(row)) for sheet, row in zip(rows.sheet_of, rows.row_of, strict=True)]


# -- refusals ---------------------------------------------------------------------------------------------------

NOTHING: dict[str, Any] = {
    "null": pa.nulls(3, pa.string()),
    "of no type": pa.nulls(3),
    "empty": ["", "", ""],
    "spaces": [" ", "　", "\u200b"],
    "dashes": ["/", "-", "—"],
    "无": ["无", "无", "无"],
    "not a number": pa.array([float("nan")] * 3),
    "whole numbers": pa.nulls(3, pa.int64()),
    "a dictionary": pa.array(["", None, ""]).dictionary_encode(),
}


@pytest.mark.parametrize("column", NOTHING)
def test_an_empty_column_of_numbers_is_refused_and_never_reads_as_no_matches(tmp_path: Path, column: str) -> None:
    file = parquet(tmp_path / "vehicles.parquet", id_number=NOTHING[column], name=["张伟民", "李晓红", "王"])
    error = refused(lambda: read_identities(file))
    assert error.code == "empty_column"
    assert str(error) == (
        "vehicles.parquet：“证件号码”列没有一行有内容，无法对应到人员；这不等于“没有匹配”。 请来源单位重新导出，或检查列是否放错。"
    )
    assert "that is not “no matches”" in error.line("en")
    people = registry(tmp_path / "registry", person_no=["1", "2", "3"], id_number=NOTHING[column])
    error = refused(lambda: read_people(people))
    assert (error.code, error.file) == ("empty_column", "persons.parquet")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("blank", ["", "/", "无"])
def test_so_it_is_in_a_table_of_text(tmp_path: Path, ending: str, blank: str) -> None:
    write = csv if ending == "csv" else xlsx
    for header, rows in (
        (["证件号码", "姓名"], [[blank, "张伟民"], [blank, "李晓红"]]),
        (["姓名", "证件号码"], [["张伟民", blank], ["李晓红", blank]]),
        (["姓名", "证件号码", "车牌", "备注"], [["张伟民", blank, "", ""], ["李晓红", blank, "", ""]]),
    ):
        file = write(tmp_path / f"vehicles.{ending}", header, *rows)
        assert refused(lambda file=file: read_identities(file)).code == "empty_column"


def test_dates_of_birth_alone_are_nothing_to_link_by(tmp_path: Path) -> None:
    file = csv(tmp_path / "a.csv", HEADER, ["", "", "1980-05-06"], ["", "", "1975-03-04"])
    assert refused(lambda: read_identities(file)).code == "empty_column"
    file = csv(tmp_path / "b.csv", ["姓名", "出生日期"], ["", "1980-05-06"], ["", "1975-03-04"])
    error = refused(lambda: read_identities(file))
    assert (error.code, error.details["column"]) == ("empty_column", "姓名")


def test_names_with_months_of_birth_are_nothing_to_link_by_and_the_reason_is_said(tmp_path: Path) -> None:
    rows = [[f"张伟{c}", f"19{80 + n}年5月"] for n, c in enumerate("民明铭军君")]
    error = refused(lambda: read_identities(csv(tmp_path / "a.csv", ["姓名", "出生年月"], *rows)))
    assert error.code == "no_days"
    assert "只有年月" in str(error)
    assert "only months" in error.line("en")


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"name": ["张伟民"]}, "name"),
        ({"车牌": ["A1"], "估值": ["1"]}, "车牌、估值"),
        ({"birth_date": ["1980-05-06"]}, "birth_date"),
    ],
)
def test_a_file_without_a_column_to_link_by_names_what_was_expected_and_what_was_seen(
    tmp_path: Path, columns: dict[str, Any], found: str
) -> None:
    error = refused(lambda: read_identities(parquet(tmp_path / "vehicles.parquet", **columns)))
    assert error.code == "no_key_column"
    assert str(error).startswith("vehicles.parquet：表头中没有“id_number、证件号码、身份证号")
    assert f"所见：{found}。" in str(error)
    text = refused(lambda: read_identities(csv(tmp_path / "v.csv", list(columns), ["x"] * len(columns))))
    assert text.code in ("no_header", "no_key_column")
    assert f"所见：{found}。" in str(text)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"person_no": ["1"]}, "no_key_column"),
        ({"id_number": [WEIMIN]}, "no_key_column"),
        ({"person_no": ["1", None], "id_number": [WEIMIN, XIAOHONG]}, "empty_key"),
    ],
)
def test_a_registry_without_keys_or_numbers_is_refused(tmp_path: Path, columns: dict[str, Any], code: str) -> None:
    people = registry(tmp_path / "registry", **columns)
    assert refused(lambda: read_people(people)).code == code


def test_a_folder_without_persons_is_no_registry(tmp_path: Path) -> None:
    assert refused(lambda: read_people(tmp_path)).code == "no_table"
    assert refused(lambda: read_people(tmp_path / "file")).code == "no_table"


@pytest.mark.parametrize("inside", [None, "notes.txt", "vehicles.csv"])
def test_a_folder_without_parts_is_no_table(tmp_path: Path, inside: str | None) -> None:
    folder = tmp_path / "vehicles"
    folder.mkdir()
    if inside:
        (folder / inside).write_text("证件号码\n", encoding="utf-8")
    error = refused(lambda: read_identities(folder))
    assert error.code == "not_a_table"
    assert "no .parquet in the folder" in error.line("en")


def test_a_locked_workbook_says_how_to_unlock_it(tmp_path: Path) -> None:
    plain, locked = xlsx(tmp_path / "plain.xlsx", HEADER, [WEIMIN, "张伟民", ""]), tmp_path / "vehicles.xlsx"
    with plain.open("rb") as source, locked.open("wb") as target:
        OOXMLFile(source).encrypt("secret", target)
    error = refused(lambda: read_identities(locked))
    assert (error.code, error.file) == ("password", "vehicles.xlsx")


@pytest.mark.parametrize("name", ["vehicles.parquet", "vehicles.xlsx", "vehicles.csv"])
def test_what_is_no_table_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04\xff\xfe broken")
    assert refused(lambda: read_identities(tmp_path / name)).code in ("damaged", "not_a_table", "encoding")


# -- row_no -----------------------------------------------------------------------------------------------------


def test_row_no_counts_rows_of_data_from_0_and_passes_over_titles_totals_notes_and_blank_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["示例县车辆登记名册", "", ""],
        ["填报单位：车管所", "", ""],
        [],
        ["姓名", "身份证号", "车牌"],
        ["张伟民", WEIMIN, "A1"],
        [],
        ["李晓红", XIAOHONG, "A2"],
        ["合计", "", "2"],
        ["路人甲", STRANGER, "A3"],
        ["制表人：王五", "", ""],
    ]
    file = xlsx(tmp_path / "vehicles.xlsx", *rows)
    assert said(tmp_path, file) == [(0, "P1", "id_name"), (1, "P2", "id_name"), (2, None, "not_registered")]
    assert places(read_identities(file)) == [("Sheet1", 5), ("Sheet1", 7), ("Sheet1", 9)]


def test_a_row_that_could_not_be_read_keeps_its_place(tmp_path: Path) -> None:
    file = csv(
        tmp_path / "vehicles.csv",
        HEADER,
        [WEIMIN, "张伟民", ""],
        [STRANGER, "路人", "1999-09-09", "多出一列"],
        [],
        [XIAOHONG, "李晓红", ""],
        ["合计", "", ""],
        [STRANGER],
    )
    assert said(tmp_path, file) == [
        (0, "P1", "id_name"), (1, None, "unreadable_row"), (2, "P2", "id_name"), (3, None, "unreadable_row"),
    ]  # fmt: skip
    assert places(read_identities(file)) == [("", 2), ("", 3), ("", 5), ("", 7)]


def test_a_file_of_which_no_row_could_be_read_says_so_of_each(tmp_path: Path) -> None:
    file = csv(tmp_path / "vehicles.csv", HEADER, [WEIMIN], [XIAOHONG])
    assert said(tmp_path, file) == [(0, None, "unreadable_row"), (1, None, "unreadable_row")]


def test_sheets_follow_one_another(tmp_path: Path) -> None:
    file = xlsx(
        tmp_path / "vehicles.xlsx",
        HEADER,
        [WEIMIN, "张伟民", None],
        [XIAOHONG, "李晓红", None],
        sheets=("城关镇", "北关镇"),
    )
    assert [row for row, _, _ in said(tmp_path, file)] == [0, 1, 2, 3]
    assert places(read_identities(file)) == [("城关镇", 2), ("城关镇", 3), ("北关镇", 2), ("北关镇", 3)]


def test_parts_follow_one_another_by_name_whatever_types_their_columns_have(tmp_path: Path) -> None:
    folder = tmp_path / "vehicles"
    folder.mkdir()
    parquet(folder / "part-2.parquet", 身份证号=pa.array([int(XIAOHONG)]), 姓名=["李晓红"])
    parquet(folder / "part-1.parquet", 身份证号=[WEIMIN, STRANGER], 姓名=["张伟民", "路人"])
    assert said(tmp_path, folder) == [(0, "P1", "id_name"), (1, None, "not_registered"), (2, "P2", "id_name")]


def test_a_row_without_a_number_in_a_narrow_table_is_a_row(tmp_path: Path) -> None:
    file = csv(
        tmp_path / "vehicles.csv", ["姓名", "证件号码"], ["张伟民", WEIMIN], ["李晓红", ""], ["阿依古丽·买买提", ""]
    )
    assert said(tmp_path, file) == [(0, "P1", "id_name"), (1, None, "no_candidate"), (2, None, "no_candidate")]


def test_a_file_without_rows_has_no_links(tmp_path: Path) -> None:
    assert said(tmp_path, csv(tmp_path / "a.csv", HEADER)) == []
    assert said(tmp_path, parquet(tmp_path / "a.parquet", id_number=pa.array([], pa.string()))) == []
    assert said(tmp_path, xlsx(tmp_path / "a.xlsx", HEADER)) == []


# -- what columns there are -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "证件号码",
        "身份证号",
        "身份证号码*",
        "公民身份号码",
        "身份证号（必填）",
        "残疾人证号",
        "id_number",
        "居民身份证号码",
        "sfzh",
    ],
)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_of_numbers_alone_is_linked(tmp_path: Path, title: str, ending: str) -> None:
    file = tmp_path / f"vehicles.{ending}"
    if ending == "csv":
        csv(file, [title], [WEIMIN], [XIAOHONG + "43"])
    else:
        parquet(file, **{title: [WEIMIN, XIAOHONG + "43"]})
    assert said(tmp_path, file) == [(0, "P1", "id_only"), (1, "P2", "id_only")]


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_file_of_names_and_dates_of_birth_is_linked(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"deaths.{ending}"
    births = ["1980-05-06", "1975年3月4日"]
    if ending == "parquet":
        parquet(file, 姓名=["张伟民", "李晓红"], 出生日期=births)
    else:
        (csv if ending == "csv" else xlsx)(file, ["姓名", "出生日期"], ["张伟民", births[0]], ["李晓红", births[1]])
    assert said(tmp_path, file) == [(0, "P1", "name_birth"), (1, "P2", "name_birth")]


def test_numbers_that_a_spreadsheet_keeps_as_numbers_are_read_as_far_as_it_holds_them(tmp_path: Path) -> None:
    old = int(XIAOHONG[:6] + XIAOHONG[8:17])
    file = xlsx(
        tmp_path / "vehicles.xlsx",
        HEADER,
        [int(WEIMIN), "张伟民", date(1980, 5, 6)],
        [old, "李晓红", None],
        [int(WEIMIN), "孙悟空", None],
    )
    assert said(tmp_path, file) == [(0, "P1", "number_partly"), (1, "P2", "id_name"), (2, None, "no_candidate")]
    file = parquet(
        tmp_path / "whole.parquet", id_number=pa.array([int(WEIMIN), old, None]), name=["张伟民", "李晓红", "张伟民"]
    )
    assert said(tmp_path, file) == [(0, "P1", "id_name"), (1, "P2", "id_name"), (2, None, "no_candidate")]
    file = parquet(
        tmp_path / "floats.parquet", id_number=pa.array([float(WEIMIN), float(old)]), name=["张伟民", "李晓红"]
    )
    assert said(tmp_path, file) == [(0, "P1", "number_partly"), (1, "P2", "id_name")]


def test_titles_above_the_header_and_a_header_of_two_rows_are_read(tmp_path: Path) -> None:
    file = xlsx(
        tmp_path / "vehicles.xlsx",
        ["车辆登记信息表"],
        ["", "", ""],
        ["人员信息", "", "车辆"],
        ["姓名", "证件号码", "车牌"],
        ["张伟民", WEIMIN, "A1"],
    )
    assert said(tmp_path, file) == [(0, "P1", "id_name")]


def test_the_registry_may_be_a_table_of_any_kind_in_any_place(tmp_path: Path) -> None:
    for place, ending in ((tmp_path / "a", "csv"), (tmp_path / "b" / "registry", "xlsx")):
        place.mkdir(parents=True)
        (csv if ending == "csv" else xlsx)(
            place / f"persons.{ending}", ["人编号", "户编号", "姓名", "身份证号"], ["P1", "H1", "张伟民", WEIMIN]
        )
        people = read_people(place if place.name == "a" else place.parent)
        assert (people.person_no.to_pylist(), people.household_no.to_pylist()) == (["P1"], ["H1"])
    whole = registry(tmp_path / "c", **{**PERSONS, "person_no": pa.array([7, 8])})
    assert read_people(whole).person_no.to_pylist() == [7, 8]


@pytest.mark.parametrize(
    "households",
    [["户编号", "户主"], ["户编号", "联系电话"], ["户编号", "行政村代码"], ["编号", "户主"]],
    ids="、".join,
)
def test_a_households_table_without_telephone_and_area_is_no_reason_to_refuse(
    tmp_path: Path, households: list[str]
) -> None:
    csv(tmp_path / "persons.csv", ["人编号", "户编号", "姓名", "证件号码"], ["P1", "H1", "张伟民", WEIMIN])
    csv(tmp_path / "households.csv", households, ["H1", "13911112222"])
    people = read_people(tmp_path, ("phone", "region_code"))
    assert len(people) == 1
    assert (people.rows.phone is not None) == ("联系电话" in households)
