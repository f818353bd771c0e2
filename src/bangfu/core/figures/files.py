"""Reading .txt, .docx, .xlsx and .pdf into a document: the text as read, and the tables in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unicodedata import normalize

from bangfu.core.figures.text import Span, Text, text_of

SUFFIXES = (".txt", ".docx", ".xlsx", ".pdf")
_PROSE = re.compile(r"[。；;]|.{6,}，")
_LARGEST = 50_000_000
_UNPACKED = 500_000_000
_ROWS, _COLUMNS = 5000, 200
"""What is read of a sheet: more is no form that a person fills."""


_RADICALS = dict(
    zip(
        map(ord, "⺁⺇⺌⺒⺓⺙⺝⺟⺠⺪⺬⺮⺯⺶⻁⻄⻅⻆⻉⻋⻌⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳"),
        "厂几小巳幺攵月母民疋示竹糸羊虎西见角贝车辶长门青页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
        strict=True,
    )
)
_SIMPLE = {"⼾": "户", "⾭": "青"}
"""Signs for radicals that some fonts put into a PDF in place of the characters that look the same."""


class DataError(Exception):
    """A file that cannot be read; the text says in both languages what was found and what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, its place in the document's text, and how a person finds it (B7, 第3行第2列)."""

    text: str
    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Table:
    """Rows of cells; merged cells repeat their text in `text` but stand once in the document's text."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Document:
    """A file as read. `text.raw` is what findings' offsets count in: lines end with a line feed, cells are separated by
    tabs."""

    name: str
    text: Text
    tables: tuple[Table, ...] = ()


@dataclass
class _Writer:
    """Gathers the text and where each cell lies in it."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    tables: list[Table] = field(default_factory=list)
    quiet: list[Span] = field(default_factory=list)

    def put(self, text: str) -> tuple[int, int]:
        start = self.length
        self.parts.append(text)
        self.length += len(text)
        return start, self.length

    def table(self, name: str, rows: list[list[tuple[str, str]]]) -> None:
        """Rows of (text, name of the cell); an empty text with a name may be a merged cell's repetition."""
        made = []
        for row in rows:
            cells = []
            for number, (text, place) in enumerate(row):
                if number:
                    self.put("\t")
                flat = re.sub(r"\s*\n\s*", " ", text.strip())
                start, end = self.put(flat)
                if not (len(flat) >= 20 and _PROSE.search(flat)):
                    self.quiet.append(Span(start, end))
                cells.append(Cell(flat, start, end, place))
            self.put("\n")
            made.append(tuple(cells))
        self.tables.append(Table(name, tuple(made)))

    def document(self, name: str) -> Document:
        return Document(name, text_of("".join(self.parts), tuple(self.quiet)), tuple(self.tables))


def read(path: Path) -> Document:
    """Reads a file by its ending. Raises DataError where it cannot be read, OSError where it is not there."""
    readers: dict[str, Callable[[Path], Document]] = {".txt": _txt, ".docx": _docx, ".xlsx": _xlsx, ".pdf": _pdf}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        hint = (
            "；.doc、.xls、.wps 请先另存为 .docx 或 .xlsx"
            if path.suffix.lower() in (".doc", ".xls", ".wps", ".et")
            else ""
        )
        raise DataError(
            f"{path.name}: 不能检查 {path.suffix or '没有后缀'} 文件，可检查 {'、'.join(SUFFIXES)}{hint} / "
            f"cannot check {path.suffix or 'a file without ending'}; {', '.join(SUFFIXES)} can be checked"
        )
    if path.stat().st_size > _LARGEST:
        raise DataError(f"{path.name}: 文件超过50MB，请拆分 / the file is larger than 50 MB; split it")
    try:
        if reader in (_docx, _xlsx):
            _refuse_bomb(path)
        return reader(path)
    except (DataError, OSError):
        raise
    except Exception as error:
        raise DataError(
            f"{path.name}: 文件损坏、加密或与后缀不符，请在原软件中重新另存 / the file is damaged, encrypted or not what its "
            f"ending says; save it again ({type(error).__name__})"
        ) from None


def _refuse_bomb(path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > _UNPACKED:
            raise DataError(
                f"{path.name}: 解开后超过500MB，不像文稿 / it unpacks to more than 500 MB and is no document"
            )


def _txt(path: Path) -> Document:
    data = path.read_bytes()
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path.name}: 不是文本文件 / this is not a text file")
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        return Document(str(path), text_of(text.replace("\r\n", "\n").replace("\r", "\n")))
    raise DataError(
        f"{path.name}: 编码既不是 UTF-8 也不是 GB18030，请另存为 UTF-8 / neither UTF-8 nor GB18030; save it as UTF-8"
    )


def _docx(path: Path) -> Document:
    """Paragraphs and tables in the order of the document; automatic numbering is not part of the text."""
    import docx
    from docx.table import Table as DocxTable

    writer = _Writer()
    number = 0
    for item in docx.Document(str(path)).iter_inner_content():
        if isinstance(item, DocxTable):
            number += 1
            writer.table(f"表{number}", _docx_rows(item))
        else:
            writer.put(item.text.replace("\r", "") + "\n")
    return writer.document(str(path))


def _docx_rows(table: Any) -> list[list[tuple[str, str]]]:
    rows, seen = [], set()
    for row_no, row in enumerate(table.rows, 1):
        cells = []
        for column_no, cell in enumerate(row.cells, 1):
            repeated = cell._tc in seen
            seen.add(cell._tc)
            cells.append(("" if repeated else cell.text, f"第{row_no}行第{column_no}列"))
        rows.append(cells)
    return rows


def _xlsx(path: Path) -> Document:
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    # read_only: a merge over a whole sheet would else become seventeen thousand million cells in memory
    book = load_workbook(path, data_only=True, read_only=True)
    writer = _Writer()
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        rows = []
        sheet.reset_dimensions()
        for number, values in enumerate(sheet.iter_rows(max_row=_ROWS, max_col=_COLUMNS, values_only=True), 1):
            texts = [_shown(value) for value in values]
            while texts and not texts[-1]:
                texts.pop()
            rows.append([(text, f"{get_column_letter(n)}{number}") for n, text in enumerate(texts, 1)])
        width = max(map(len, rows), default=0)
        rows = [
            [*row, *(("", f"{get_column_letter(n)}{y}") for n in range(len(row) + 1, width + 1))]
            for y, row in enumerate(rows, 1)
        ]
        while rows and not any(text for text, _ in rows[-1]):
            rows.pop()
        writer.table(sheet.title, rows)
    return writer.document(str(path))


def _shown(value: object) -> str:
    """A cell's value as text: 12 for 12.0, nothing for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return str(value)


def _pdf(path: Path) -> Document:
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise DataError(f"{path.name}: PDF 有密码，请去掉密码后再检查 / the PDF has a password; remove it first")
    pages = [_without_page_number(page.extract_text() or "") for page in reader.pages]
    text = "\n".join(page for page in pages if page)
    if len(re.findall(r"[\u4e00-\u9fff\d]", text)) < 10 * max(1, len(pages)) ** 0:
        raise DataError(
            f"{path.name}: PDF 中没有文字（多为扫描件），请用文字版或先做文字识别 / the PDF holds no text (a scan?); "
            "use the text version"
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_RADICALS)
    return Document(
        str(path), text_of(re.sub("[\u2f00-\u2fd5]", lambda m: _SIMPLE.get(m[0]) or normalize("NFKC", m[0]), text))
    )


def _without_page_number(page: str) -> str:
    """A page without the line that only holds its number: — 3 —."""
    lines = page.rstrip().split("\n")
    while lines and re.fullmatch(r"\s*[-—－ ]*\d{0,3}[-—－ ]*\s*", lines[-1]):
        lines.pop()
    return "\n".join(lines)
