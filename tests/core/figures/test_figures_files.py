"""Reading .txt, .docx, .xlsx and .pdf: what is refused with which words, and that one text gives the same findings in each."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import openpyxl
import pytest

from bangfu.core.figures.check import check
from bangfu.core.figures.files import DataError, read

TEXT = (
    "青禾镇2021年工作总结\n全镇脱贫户412户，其中低收入户120户、一般户392户。\n贫困人口由900人减少到38人，减少862人。\n"
)


def findings(path: Path) -> list[tuple[str, str, str]]:
    document = read(path)
    found = check(document)
    assert all(document.text.raw[f.start : f.end] == f.quote for f in found)
    return [(f.kind, f.verdict, re.sub(r"\s", "", f.quote)) for f in found]


# -- refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "a.doc",
            b"x",
            "a.doc: 不能检查 .doc 文件，可检查 .txt、.docx、.xlsx、.pdf；.doc、.xls、.wps 请先另存为 .docx 或 .xlsx",
        ),
        ("a.png", b"x", "cannot check .png; .txt, .docx, .xlsx, .pdf can be checked"),
        ("a.docx", b"no archive", "a.docx: 文件损坏、加密或与后缀不符，请在原软件中重新另存"),
        ("a.xlsx", b"no archive", "the file is damaged, encrypted or not what its ending says; save it again"),
        ("a.pdf", b"%PDF-1.4 broken", "a.pdf: 文件损坏、加密或与后缀不符"),
        ("a.txt", b"\x00\x01\x02", "a.txt: 不是文本文件 / this is not a text file"),
        ("a.txt", b"\xff\xff\xff\xff", "a.txt: 编码既不是 UTF-8 也不是 GB18030，请另存为 UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        read(path)
    assert told in str(refused.value)


def test_a_pdf_without_text_is_said_to_be_a_scan(tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(300, 300)
    path = tmp_path / "scan.pdf"
    writer.write(path)
    with pytest.raises(DataError, match=r"scan\.pdf: PDF 中没有文字（多为扫描件）"):
        read(path)


# -- what is read ---------------------------------------------------------------------------------------

EXPECTED = [
    ("sum", "inconsistent", "412户，其中低收入户120户、一般户392户"),
    ("difference", "consistent", "900人减少到38人，减少862人"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_text_is_read_in_the_encodings_that_offices_write(tmp_path: Path, encoding: str, line_end: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.replace("\n", line_end).encode(encoding))
    assert findings(path) == EXPECTED
    assert read(path).text.raw == TEXT


def test_a_word_document_is_read_with_its_tables_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    lines = TEXT.strip().split("\n")
    for line in lines[:2]:
        document.add_paragraph(line)
    table = document.add_table(rows=4, cols=2)
    for row, cells in enumerate([("村", "户数"), ("东村", "10"), ("西村", "12"), ("合计", "23")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.add_paragraph(lines[2])
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert findings(path) == [EXPECTED[0], ("subtotal", "inconsistent", "23"), EXPECTED[1]]


def test_prose_in_a_workbook_is_checked_cell_by_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["编制说明", TEXT.split("\n")[1]])
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert findings(path) == EXPECTED[:1]


FILLER = (
    "镇村干部坚持入户走访，把政策讲清楚，把问题查明白，把措施落到位，确保不漏一户、不漏一人，做到早发现、早干预、早帮扶。\n"
    * 4
)


def test_a_pdf_is_read_over_the_ends_of_its_lines(tmp_path: Path) -> None:
    typst = pytest.importorskip("typst")
    source = tmp_path / "a.typ"
    source.write_text(
        '#set page(width: 440pt, height: 500pt)\n#set text(font: "Noto Serif CJK SC", size: 12pt)\n'
        + (TEXT + FILLER).replace("\n", "\n\n"),
        encoding="utf-8",
    )
    path = tmp_path / "a.pdf"
    typst.compile(str(source), output=str(path))
    try:
        document = read(path)
    except DataError:
        pytest.skip("no font with Chinese characters is installed")
    assert "412户" in document.text.even
    assert findings(path) == EXPECTED


def test_a_merge_over_a_whole_sheet_is_read_in_no_time_and_no_memory(tmp_path):
    """Seventeen thousand million cells that a careless hand merged: what is written stands in six."""
    import zipfile

    import xlsxwriter

    plain, huge = tmp_path / "plain.xlsx", tmp_path / "huge.xlsx"
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate((("村", "户数"), ("甲村", 70), ("乙村", 60), ("合计", 120))):
            sheet.write_row(row, 0, cells)
        sheet.merge_range("A20:B21", "备注")
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(huge, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"A20:B21", b"A20:XFD1048576"))
    findings = check(read(huge))
    assert [f.verdict for f in findings if f.kind == "sum" or f.verdict == "inconsistent"] == ["inconsistent"]
