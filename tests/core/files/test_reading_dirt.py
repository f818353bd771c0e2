"""Every kind of dirt of spec/files.md that has one right answer, in a real file."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from file_factory import HEADER, ONE, PERSONS, TWO, codes, with_cell, write_csv, write_xlsx
from openpyxl import Workbook

from bangfu.core.files.reader import read_table

EXPECTED_ONE = [
    "P1",
    "H1",
    "张三",
    "341225198801011230",
    "male",
    1,
    date(1988, 1, 1),
    120050,
    6,
    Decimal("1.5"),
    True,
]
EXPECTED_TWO = [
    "P2",
    "H1",
    "李四",
    "341225199001011230",
    "female",
    None,
    date(1990, 1, 1),
    0,
    None,
    None,
    False,
]


def rows_of(reading) -> list[list]:  # type: ignore[no-untyped-def]
    return [list(row) for row in zip(*(reading.column(c.name) for c in PERSONS.columns), strict=True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_encoding_and_with_every_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = write_csv(tmp_path / "persons.csv", [HEADER, ONE, TWO], encoding, delimiter)
    reading = read_table(path, PERSONS)
    assert rows_of(reading) == [EXPECTED_ONE, EXPECTED_TWO]
    assert reading.problems == ()
    assert reading.row_of.to_pylist() == [2, 3]


def test_columns_are_found_by_identifier_as_well(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "persons.csv", [[c.name for c in PERSONS.columns], ONE])
    assert rows_of(read_table(path, PERSONS)) == [EXPECTED_ONE]


def test_a_quoted_line_break_stays_within_its_cell(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "persons.csv", [HEADER, with_cell("姓名", "张\n三"), TWO])
    assert read_table(path, PERSONS).row_of.to_pylist() == [2, 3]


def test_a_workbook_with_numbers_dates_and_booleans_reads_as_its_text_does(tmp_path: Path) -> None:
    row = ["P1", "H1", "张三", "341225198801011230", "男", "一级", datetime(1988, 1, 1), 1200.5, 6, 1.5, True]
    assert rows_of(read_table(write_xlsx(tmp_path / "persons.xlsx", [HEADER, row, TWO]), PERSONS)) == [
        EXPECTED_ONE,
        EXPECTED_TWO,
    ]


def test_a_title_above_and_totals_and_notes_below_are_left_out_and_told(tmp_path: Path) -> None:
    rows = [
        ["某县人员信息表"],
        ["填报单位：某镇"],
        [],
        HEADER,
        ONE,
        [],
        TWO,
        ["合计", *[""] * 6, 1200.5, 6, 1.5],
    ]
    rows += [["注：本表由系统导出，金额单位为元。"], ["填表人：王某", "", "", "审核人：李某"]]
    for path in (
        write_xlsx(tmp_path / "a.xlsx", rows),
        write_csv(tmp_path / "b.csv", [r + [""] * (11 - len(r)) for r in rows]),
    ):
        reading = read_table(path, PERSONS)
        assert rows_of(reading) == [EXPECTED_ONE, EXPECTED_TWO]
        assert reading.row_of.to_pylist() == [5, 7]
        assert reading.problems == ()
        told = {(note.row, note.code) for note in reading.notes}
        assert {
            (1, "title_line"),
            (2, "title_line"),
            (8, "total_row"),
            (9, "text_line"),
            (10, "text_line"),
        } <= told


def test_a_total_row_whose_word_is_spaced_out_is_a_total_row(tmp_path: Path) -> None:
    reading = read_table(write_xlsx(tmp_path / "p.xlsx", [HEADER, ONE, ["合 计", "", "", "", "", "", "", 5]]), PERSONS)
    assert reading.column("person_no") == ["P1"]
    assert codes(reading.notes) == ["total_row"]


def test_a_two_row_header_with_merged_cells_is_joined_or_its_lower_row_taken(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["人员信息表"])
    sheet.append([*HEADER[:7], "收入", "", "土地", "是否参保"])
    sheet.append([""] * 7 + ["年工资性收入", "务工时间", "耕地面积", ""])
    sheet.append(ONE)
    sheet.merge_cells("A1:K1")
    for column in "ABCDEFGK":
        sheet.merge_cells(f"{column}2:{column}3")
    sheet.merge_cells("H2:I2")
    book.save(tmp_path / "persons.xlsx")
    reading = read_table(tmp_path / "persons.xlsx", PERSONS)
    assert rows_of(reading) == [EXPECTED_ONE]
    assert reading.problems == ()


def test_a_csv_made_from_a_two_row_header_is_read_too(tmp_path: Path) -> None:
    upper = [*HEADER[:7], "收入", "", "土地", "是否参保"]
    lower = [""] * 7 + ["年工资性收入", "务工时间", "耕地面积", ""]
    reading = read_table(write_csv(tmp_path / "persons.csv", [upper, lower, ONE]), PERSONS)
    assert rows_of(reading) == [EXPECTED_ONE]


def test_a_merged_household_number_belongs_to_each_of_its_rows(tmp_path: Path) -> None:
    book = Workbook()
    for row in (HEADER, ONE, with_cell("户编号", "", TWO)):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "persons.xlsx")
    reading = read_table(tmp_path / "persons.xlsx", PERSONS)
    assert reading.column("household_no") == ["H1", "H1"]
    assert [(note.code, note.rows) for note in reading.notes] == [("merged_filled", (2, 3))]


def test_a_merged_amount_is_given_to_nobody_since_it_would_count_twice(tmp_path: Path) -> None:
    book = Workbook()
    for row in (HEADER, ONE, with_cell("年工资性收入", "", TWO)):
        book.active.append(row)
    book.active.merge_cells("H2:H3")
    book.save(tmp_path / "persons.xlsx")
    reading = read_table(tmp_path / "persons.xlsx", PERSONS)
    assert reading.column("wage") == [None, None]
    assert codes(reading.problems) == ["merged_number", "merged_number"]


def test_headers_are_matched_through_stars_spaces_line_breaks_and_full_width(tmp_path: Path) -> None:
    dirty = ["*人编号", "户 编号", "姓名\n", "身份证号（必填）", "＊性别", "残疾等级", "出生日期（年月日）"]
    dirty += ["年工资性收入(元)", "务工时间(月)", "耕地面积（亩）", "是否参保"]
    assert rows_of(read_table(write_xlsx(tmp_path / "persons.xlsx", [dirty, ONE]), PERSONS)) == [EXPECTED_ONE]


def test_a_header_in_ten_thousand_yuan_multiplies_and_one_by_the_month_is_not_the_yearly_column(
    tmp_path: Path,
) -> None:
    header = ["年工资性收入（万元）" if title == "年工资性收入" else title for title in HEADER]
    path = write_csv(tmp_path / "a.csv", [header, with_cell("年工资性收入", "1.2")])
    reading = read_table(path, PERSONS)
    assert (reading.column("wage"), codes(reading.notes)) == ([1_200_000], ["unit"])
    header = ["年工资性收入（元/月）" if title == "年工资性收入" else title for title in HEADER]
    reading = read_table(write_csv(tmp_path / "b.csv", [header, ONE]), PERSONS)
    assert reading.column("wage") == [None]
    assert ("unknown_columns", "年工资性收入（元/月）") in [(n.code, n.detail) for n in reading.notes]


def test_repeated_and_unknown_columns_are_told(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "persons.csv", [[*HEADER, "姓名", "身份证号", "备注甲"], [*ONE, "王五", "x", "y"]])
    reading = read_table(path, PERSONS)
    assert reading.column("name") == ["张三"]
    assert [(p.code, p.column, p.value) for p in reading.problems] == [("duplicate_header", "姓名", "2")]
    told = [(n.code, n.column, n.detail) for n in reading.notes]
    assert ("two_synonyms", "身份证号", "证件号码") in told
    assert ("unknown_columns", "", "备注甲") in told


@pytest.mark.parametrize(
    ("header", "value", "expected", "note"),
    [
        ("姓名", "　张三 ", "张三", "trimmed"),
        ("姓名", "张\u200b三", "张三", "trimmed"),
        ("户编号", "１００１.0", "1001", "key_repaired"),
        ("出生日期", "201904", date(2019, 4, 1), "month_only"),
        ("出生日期", "2019/4", date(2019, 4, 1), "month_only"),
        ("出生日期", "43556", date(2019, 4, 1), "excel_serial"),
        ("出生日期", "20040229.0", date(2004, 2, 29), "float_text"),
        ("年工资性收入", "无", 0, "declared_zero"),
        ("年工资性收入", "1.005", 101, "rounded"),
        ("务工时间", "无", 0, "declared_zero"),
        ("务工时间", "6个月", 6, "unit"),
        ("耕地面积", "1.5亩", Decimal("1.5"), "unit"),
        ("残疾等级", "01一级", 1, "numbered_label"),
        ("残疾等级", "1.0", 1, "float_text"),
        ("性别", "1.男", "male", "numbered_label"),
    ],
)
def test_what_has_one_right_answer_is_repaired_with_a_note(
    tmp_path: Path, header: str, value: str, expected: object, note: str
) -> None:
    reading = read_table(write_csv(tmp_path / "persons.csv", [HEADER, TWO, with_cell(header, value)]), PERSONS)
    assert reading.column(PERSONS.columns[HEADER.index(header)].name)[1] == expected
    assert [(n.code, n.rows) for n in reading.notes] == [(note, (3,))]
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("yes", "no"),
    [("是", "否"), ("有", "无"), ("Y", "N"), ("TRUE", "false"), ("1", "0"), ("√", "×"), ("１", "０")],
)
def test_yes_and_no_are_known_in_every_form(tmp_path: Path, yes: str, no: str) -> None:
    rows = [HEADER, with_cell("是否参保", yes), with_cell("是否参保", no, TWO)]
    assert read_table(write_csv(tmp_path / "p.csv", rows), PERSONS).column("insured") == [True, False]


@pytest.mark.parametrize("blank", ["", " ", "/", "-", "—", "　", "NULL", "#N/A"])
def test_blanks_are_missing_never_zero_and_never_no(tmp_path: Path, blank: str) -> None:
    row = ["P9", "H9", "赵六", *[blank] * 8]
    reading = read_table(write_csv(tmp_path / "p.csv", [HEADER, ONE, row, TWO]), PERSONS)
    assert rows_of(reading)[1] == ["P9", "H9", "赵六", *[None] * 8]
    assert reading.problems == ()


def test_hidden_rows_and_sheets_are_read_with_a_note(tmp_path: Path) -> None:
    book = Workbook()
    for row in (HEADER, ONE, TWO):
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True
    book.create_sheet("说明").append(["填表说明"])
    hidden = book.create_sheet("二月")
    for row in (HEADER, with_cell("人编号", "P3")):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "persons.xlsx")
    reading = read_table(tmp_path / "persons.xlsx", PERSONS)
    assert reading.column("person_no") == ["P1", "P2", "P3"]
    told = [(n.sheet, n.code, n.count) for n in reading.notes]
    assert ("Sheet", "hidden_rows", 1) in told
    assert ("二月", "hidden_sheet", 1) in told
    assert ("说明", "other_sheet", 1) in told
    assert (reading.sheets, reading.sheet_of.to_pylist()) == (("Sheet", "二月"), [0, 0, 1])


def test_an_xls_that_is_a_web_page_is_read_as_its_table(tmp_path: Path) -> None:
    def cells(row: list[str], tag: str = "td") -> str:
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>"

    page = f"<html><meta charset=gb2312><table><tr><td colspan=11>人员&nbsp;表</td></tr>{cells(HEADER, 'th')}"
    page += cells(ONE) + cells(TWO).replace("</td>", "") + "</table></html>"
    path = tmp_path / "persons.xls"
    path.write_bytes(page.encode("gb18030"))
    reading = read_table(path, PERSONS)
    assert rows_of(reading) == [EXPECTED_ONE, EXPECTED_TWO]
    assert "html" in codes(reading.notes)


def test_a_rowspan_of_a_web_page_is_a_merged_cell(tmp_path: Path) -> None:
    head = "".join(f"<th>{title}</th>" for title in HEADER)
    first = "".join(f"<td{' rowspan=2' if i == 1 else ''}>{cell}</td>" for i, cell in enumerate(ONE))
    second = "".join(f"<td>{cell}</td>" for i, cell in enumerate(TWO) if i != 1)
    path = tmp_path / "persons.xls"
    path.write_text(f"<table><tr>{head}</tr><tr>{first}</tr><tr>{second}</tr></table>", "utf-8")
    assert rows_of(read_table(path, PERSONS)) == [EXPECTED_ONE, EXPECTED_TWO]


def test_a_csv_named_xls_and_a_workbook_named_csv_are_read_by_what_they_hold(tmp_path: Path) -> None:
    text = write_csv(tmp_path / "a.xls", [HEADER, ONE], "gb18030", "\t")
    write_xlsx(tmp_path / "b.xlsx", [HEADER, ONE]).rename(tmp_path / "b.csv")
    for path in (text, tmp_path / "b.csv"):
        reading = read_table(path, PERSONS)
        assert rows_of(reading) == [EXPECTED_ONE]
        assert "ending" in codes(reading.notes)


def test_a_header_that_is_repeated_on_each_printed_page_is_left_out(tmp_path: Path) -> None:
    reading = read_table(write_csv(tmp_path / "p.csv", [HEADER, ONE, HEADER, TWO]), PERSONS)
    assert rows_of(reading) == [EXPECTED_ONE, EXPECTED_TWO]
    assert codes(reading.notes) == ["repeated_header"]


def test_an_id_number_typed_as_a_number_shows_that_it_lost_digits(tmp_path: Path) -> None:
    reading = read_table(
        write_xlsx(tmp_path / "p.xlsx", [HEADER, with_cell("证件号码", 3.412251988010112e17)]), PERSONS
    )
    assert reading.column("id_number") == ["3.41225198801011e+17"]


def test_a_file_longer_than_one_chunk_keeps_its_row_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bangfu.core.files.reader.CHUNK_ROWS", 7)
    rows = [with_cell("人编号", f"P{n}") for n in range(40)]
    rows[25] = with_cell("出生日期", "x", rows[25])
    reading = read_table(write_csv(tmp_path / "p.csv", [HEADER, *rows]), PERSONS)
    assert reading.column("person_no") == [f"P{n}" for n in range(40)]
    assert [problem.row for problem in reading.problems] == [27]


def test_a_workbook_of_1997_is_read() -> None:
    reading = read_table(Path(__file__).parent / "data" / "persons.xls", PERSONS)
    assert rows_of(reading) == [EXPECTED_ONE, EXPECTED_TWO]


def test_a_caption_between_groups_of_rows_is_no_person(tmp_path: Path) -> None:
    rows = [HEADER, ["第一组"], ONE, ["第二组"], TWO]
    reading = read_table(write_xlsx(tmp_path / "persons.xlsx", rows), PERSONS)
    assert rows_of(reading) == [EXPECTED_ONE, EXPECTED_TWO]
    assert [(note.row, note.code, note.value) for note in reading.notes] == [
        (2, "text_line", "第一组"),
        (4, "text_line", "第二组"),
    ]


def test_a_bare_list_of_numbers_is_a_table_of_one_column(tmp_path: Path) -> None:
    reading = read_table(write_csv(tmp_path / "persons.csv", [["人编号"], ["P1"], ["P2"]]), PERSONS)
    assert reading.column("person_no") == ["P1", "P2"]
