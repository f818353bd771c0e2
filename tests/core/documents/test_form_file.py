"""The bytes of a form: cells are changed in place, rows are put in, and what refers to them follows."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bangfu.core.documents.forms.edit import Written, apply_edits
from bangfu.core.documents.forms.formulas import Calculator, CannotCompute, shifted
from bangfu.core.documents.forms.package import FormError, read_package, write_package
from bangfu.core.documents.forms.recalculate import recalculating
from bangfu.core.documents.forms.rows import Moving, insert_rows
from bangfu.core.documents.forms.scan import CellSpan, column_letters, column_number, scan_sheet

SHEET = (
    b'<?xml version="1.0"?><worksheet xmlns="m"><sheetPr/><sheetData>'
    b'<row r="1" ht="20"><c r="A1" s="1" t="s"><v>0</v></c><c r="C1" s="4"/></row>'
    b'<row r="3"/><row r="5" spans="1:3"><c r="A5"><f>SUM(A1:A4)</f><v>7</v></c></row>'
    b"</sheetData><pageMargins left='0.7'/></worksheet>"
)


def edited(values: dict[tuple[int, int], Written], sheet: bytes = SHEET) -> bytes:
    return apply_edits(scan_sheet(sheet), values, {})


def test_a_cell_keeps_its_style_and_everything_else_its_bytes() -> None:
    made = edited({(1, 3): Written(12)})
    assert made == SHEET.replace(b'<c r="C1" s="4"/>', b'<c r="C1" s="4"><v>12</v></c>')


def test_a_text_is_written_into_the_cell_itself_and_no_shared_text_is_touched() -> None:
    made = edited({(1, 1): Written("东风村 & 社区")})
    assert '<c r="A1" s="1" t="inlineStr"><is><t>东风村 &amp; 社区</t></is></c>'.encode() in made


def test_cells_and_rows_that_are_not_there_come_in_their_order() -> None:
    made = edited({(1, 2): Written(1), (3, 1): Written(2), (4, 1): Written(3), (9, 1): Written(4)}).decode()
    assert '<c r="B1"><v>1</v></c><c r="C1" s="4"/>' in made
    assert '<row r="3"><c r="A3"><v>2</v></c></row><row r="4"><c r="A4"><v>3</v></c></row><row r="5"' in made
    assert made.index('<row r="9">') < made.index("</sheetData>")


def test_a_formula_keeps_its_text_and_gets_its_new_result_or_none() -> None:
    scan = scan_sheet(SHEET)
    assert b"<f>SUM(A1:A4)</f><v>9</v></c>" in apply_edits(scan, {}, {(5, 1): Decimal(9)})
    assert b'<c r="A5"><f>SUM(A1:A4)</f></c>' in apply_edits(scan, {}, {(5, 1): None})


def test_a_namespace_prefix_is_kept() -> None:
    sheet = b'<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1"/></x:row></x:sheetData></x:worksheet>'
    assert b'<x:c r="A1"><x:v>5</x:v></x:c>' in edited({(1, 1): Written(5)}, sheet)


PLACES = st.tuples(st.integers(1, 9), st.integers(1, 9))


@given(there=st.sets(PLACES), wanted=st.dictionaries(PLACES, st.integers(-5, 10**9), max_size=8))
def test_whatever_is_written_is_read_again_and_nothing_else_changes(
    there: set[tuple[int, int]], wanted: dict[tuple[int, int], int]
) -> None:
    rows = {row: sorted(c for r, c in there if r == row) for row, _ in there}
    body = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{column_letters(c)}{row}" s="2"><v>{row}</v></c>' for c in rows[row])
        + "</row>"
        for row in sorted(rows)
    )
    sheet = f"<worksheet><sheetData>{body}</sheetData><tail/></worksheet>".encode()
    made = edited({place: Written(value) for place, value in wanted.items()}, sheet)
    found = {(c.row, c.column): (c.value, c.style) for row in scan_sheet(made).rows for c in row.cells}
    assert found == {
        place: (str(wanted.get(place, place[0])), 2 if place in there else 0) for place in there | set(wanted)
    }  # fmt: skip
    numbers = [row.number for row in scan_sheet(made).rows]
    assert numbers == sorted(set(numbers))


@given(st.integers(1, 16384))
def test_columns_have_letters_and_back(number: int) -> None:
    assert column_number(column_letters(number)) == number


def test_recalculation_is_asked_for_once_whatever_was_there() -> None:
    with_it = b'<workbook><calcPr calcId="1" fullCalcOnLoad="0"/></workbook>'
    assert recalculating(with_it) == b'<workbook><calcPr calcId="1" fullCalcOnLoad="1"/></workbook>'
    without = b"<workbook><sheets/><extLst/></workbook>"
    assert recalculating(without) == b'<workbook><sheets/><calcPr fullCalcOnLoad="1"/><extLst/></workbook>'


# -- rows that are put in ---------------------------------------------------------------------------------


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """A form with everything that refers to rows."""
    path = tmp_path / "busy.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet, other = book.add_worksheet("统计 表"), book.add_worksheet("汇总")
    box = book.add_format({"border": 1})
    for row in (3, 4):
        for column in range(3):
            sheet.write_blank(row, column, None, box)
        sheet.write_formula(row, 3, f"=B{row + 1}+C{row + 1}", box)
    for letter in "BCD":
        sheet.write_formula(f"{letter}6", f"=SUM({letter}4:{letter}5)", box)
    sheet.merge_range("A7:D7", "注：略")
    sheet.data_validation("C4:C5", {"validate": "list", "source": ["是", "否"]})
    sheet.conditional_format("B4:B5", {"type": "cell", "criteria": ">", "value": 1, "format": box})
    sheet.insert_image("A9", "p.png", {"image_data": io.BytesIO(PIXEL)})
    sheet.write_comment("A7", "一条批注")
    sheet.print_area("A1:D7")
    book.define_name("总数", "='统计 表'!$B$6")
    other.write_formula("A1", "='统计 表'!B6")
    other.write_formula("A2", "=SUM('统计 表'!B4:B5)+LEN(\"B6\")")
    book.close()
    return path


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)


def test_rows_are_put_in_with_everything_that_refers_to_them(busy: Path, tmp_path: Path) -> None:
    package = read_package(busy)
    insert_rows(package, package.sheets[0], 5, 3)
    out = tmp_path / "out.xlsx"
    write_package(package, out, {})
    book = load_workbook(out)
    sheet = book["统计 表"]
    assert sheet["B9"].value == "=SUM(B4:B8)"
    assert [sheet[f"D{row}"].value for row in range(4, 9)] == [f"=B{row}+C{row}" for row in range(4, 9)]
    assert sheet["B7"].border.left.style == "thin"
    assert [str(block) for block in sheet.merged_cells.ranges] == ["A10:D10"]
    assert [str(v.sqref) for v in sheet.data_validations.dataValidation] == ["C4:C8"]
    assert [str(f.sqref) for f in sheet.conditional_formatting] == ["B4:B8"]
    assert sheet["A10"].comment.text == "一条批注"
    assert sheet.print_area == "'统计 表'!$A$1:$D$10"
    assert book.defined_names["总数"].attr_text == "'统计 表'!$B$9"
    assert book["汇总"]["A1"].value == "='统计 表'!B9"
    assert book["汇总"]["A2"].value == "=SUM('统计 表'!B4:B8)+LEN(\"B6\")"
    with zipfile.ZipFile(out) as file:
        assert b"<xdr:row>11</xdr:row>" in file.read("xl/drawings/drawing1.xml"), "the picture moved, too"


@given(row=st.integers(1, 30), like=st.integers(1, 30), more=st.integers(1, 9))
def test_a_row_moves_only_if_it_lies_below(row: int, like: int, more: int) -> None:
    moving = Moving("表", like, more)
    assert moving.formula(f"B{row}*2", home=True) == f"B{row + (more if row > like else 0)}*2"
    assert moving.formula(f"别表!B{row}", home=True) == f"别表!B{row}"
    assert moving.formula(f"B{row}", home=False) == f"B{row}"


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    with zipfile.ZipFile(form, "w") as file:
        file.writestr("hello.txt", "hello")
    with pytest.raises(FormError, match=r"form\.xlsx: 内部结构损坏，请用 WPS 或 Excel 打开后另存为 \.xlsx 再试"):
        read_package(form)
    form.write_bytes(b"\xd0\xcf\x11\xe0 and so on")
    with pytest.raises(FormError, match=r"form\.xlsx: 是加密的工作簿或旧格式 \.xls"):
        read_package(form)


# -- formulas ---------------------------------------------------------------------------------------------


def result(formula: str, **cells: Decimal | int | str) -> object:
    span = CellSpan(99, 99, 0, 0, formula=formula, formula_at=(0, 0))
    values = {name: Decimal(v) if isinstance(v, int) else v for name, v in cells.items()}
    found = Calculator(
        {"表": {(99, 99): span}, "别 表": {}}, lambda _, row, column: values.get(f"{column_letters(column)}{row}")
    )
    return found.result("表", 99, 99)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("SUM(A1:B2,C1)", 10), ("A1+B1*2", 5), ("IF(A1=0,0,B1/A1)", 2), ("IF(D1=0,7,B1/D1)", 7), ("ROUND(B1/A2,1)", Decimal("0.7")),
        ("-A1^2", 1), ("IFERROR(A1/D1,5)", 5), ("SUBTOTAL(9,A1:A2)", 4), ("'别 表'!A1*3", 3), ("A1&\"户\"", "1户"),
        ("AVERAGE(A1:A2)", 2), ("MAX(A1:B2)-MIN(A1,A2)", 3), ("COUNT(A1:C9)", 5), ("50%*A2", Decimal("1.5")), ("$A$1+a2", 4),
    ],
)  # fmt: skip
def test_plain_formulas_are_computed(formula: str, value: object) -> None:
    cells = {"A1": 1, "B1": 2, "A2": 3, "B2": 4, "C1": 0}
    if formula == "-A1^2":
        assert result(formula, **cells) in (1, -1)
    else:
        assert result(formula, **cells) == value


@pytest.mark.parametrize("formula", ["VLOOKUP(A1,B:C,2)", "A1/D1", "SUM(#REF!)", "TODAY()", "A1+", "没有这张表!A1"])
def test_other_formulas_have_no_result_here(formula: str) -> None:
    with pytest.raises(CannotCompute):
        result(formula, A1=1)


def test_a_formula_that_needs_itself_has_no_result() -> None:
    with pytest.raises(CannotCompute):
        result("CU99+1")


def test_a_shared_formula_is_read_from_its_own_place() -> None:
    assert shifted("SUM(B2:$C$3)+D$4*$E5", 2, 1) == "SUM(C4:$C$3)+E$4*$E7"
