"""An .xls that is really a web page: tables through the standard library's parser."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from bangfu.core.files.delimited import find_encoding
from bangfu.core.files.remarks import FileError
from bangfu.core.files.sheet import Book, Merge, Row, Sheet

_SPAN_LIMIT = 10_000


class _Tables(HTMLParser):
    """Collects every table as rows of text.

    A spanning cell stands in its first place, blanks in the others.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[Row]] = []
        self.merges: list[list[Merge]] = []
        self._open: list[int] = []
        self._taken: list[dict[tuple[int, int], bool]] = []
        self._cell: list[str] | None = None
        self._span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._open.append(len(self.tables))
            self.tables.append([])
            self.merges.append([])
            self._taken.append({})
        elif tag == "tr" and self._open:
            self._end_cell()
            self.tables[self._open[-1]].append([])
        elif tag in {"td", "th"} and self._open:
            self._end_cell()
            spans = dict(attrs)
            self._cell, self._span = [], (_span(spans.get("rowspan")), _span(spans.get("colspan")))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            return
        at = self._open[-1]
        table, taken = self.tables[at], self._taken[at]
        if not table:
            table.append([])
        row = len(table) - 1
        while taken.get((row, len(table[row]))):
            table[row].append("")
        column = len(table[row])
        down, right = self._span
        table[row].append(" ".join("".join(self._cell).split()))
        table[row].extend([""] * (right - 1))
        for below in range(1, down):
            for beside in range(right):
                taken[(row + below, column + beside)] = True
        if down > 1 and right == 1:
            self.merges[at].append(Merge(row + 1, row + down, column))
        self._cell = None


def _span(text: str | None) -> int:
    return min(int(text), _SPAN_LIMIT) if text and text.strip().isdigit() and int(text) > 0 else 1


def open_html(path: Path) -> Book:
    """The tables of a web page as sheets. Raises FileError where it holds none."""
    content = path.read_bytes().decode(find_encoding(path))
    parser = _Tables()
    parser.feed(content)
    parser.close()
    sheets = []
    for number, rows in enumerate(parser.tables):
        if not rows:
            continue
        width = max(map(len, rows))
        even = [row + [""] * (width - len(row)) for row in rows]
        name = path.stem if len(parser.tables) == 1 else f"{path.stem} {number + 1}"
        sheets.append(Sheet(name, even.__iter__, True, merges=tuple(parser.merges[number])))
    if not sheets:
        raise FileError("not_a_table", path.name, found="HTML")
    return Book(path, tuple(sheets), (("html", ""),))
