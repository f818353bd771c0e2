"""Where every cell of a worksheet's XML stands, in bytes, so that a cell can be changed and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})$")
_ATTRIBUTE = re.compile(rb"""([^\s=<>/]+)\s*=\s*("[^"]*"|'[^']*')""")


@dataclass(slots=True)
class CellSpan:
    """A `<c>`: bytes `start` to `end`; `formula` its formula's text, `formula_at` the bytes of `<f>`.

    `shared` is the index of a shared formula, `array` the range of a formula that fills several cells.
    """

    row: int
    column: int
    start: int
    end: int
    style: int = 0
    kind: str = "n"
    value: str | None = None
    formula: str | None = None
    formula_at: tuple[int, int] | None = None
    shared: str = ""
    area: str = ""


@dataclass(slots=True)
class RowSpan:
    """A `<row>`: `opened` is where its start tag ends, `closing` where its end tag begins (equal to `opened` in `<row/>`)."""

    number: int
    start: int
    opened: int = 0
    closing: int = 0
    end: int = 0
    empty: bool = False
    hidden: bool = False
    cells: list[CellSpan] = field(default_factory=list)


@dataclass(slots=True)
class SheetScan:
    """All rows of a sheet in order; `data` are the bytes of `<sheetData>` as (start, opened, closing, end)."""

    raw: bytes
    prefix: bytes = b""
    rows: list[RowSpan] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    data: tuple[int, int, int, int] = (0, 0, 0, 0)
    hidden_columns: set[int] = field(default_factory=set)


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def reference(row: int, column: int) -> str:
    """B5 for (5, 2)."""
    return f"{column_letters(column)}{row}"


def cell_of(text: str) -> tuple[int, int] | None:
    """(row, column) of B5 or $B$5; None for anything else."""
    found = _REFERENCE.match(text)
    return (int(found[2]), column_number(found[1])) if found else None


def block_of(text: str) -> tuple[int, int, int, int] | None:
    """(first row, first column, last row, last column) of B5:C9 or B5."""
    first, _, last = text.partition(":")
    top, bottom = cell_of(first), cell_of(last or first)
    return (*top, *bottom) if top and bottom else None


def scan_sheet(raw: bytes) -> SheetScan:
    """Scan a worksheet part. Raises expat.ExpatError where it is no well-formed XML."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16")
        raw = re.sub(r'encoding="[^"]*"', 'encoding="UTF-8"', text, count=1).encode("utf-8")
    return _Scanner(raw).scan()


class _Scanner:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.found = SheetScan(raw)
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._row: RowSpan | None = None
        self._cell: CellSpan | None = None
        self._into = ""
        self._pieces: list[str] = []
        self._data: list[int] = []
        self._formula_start = 0
        self._closed = False

    def scan(self) -> SheetScan:
        self.parser.Parse(self.raw, True)
        if len(self._data) == 4:
            a, b, c, d = self._data
            self.found.data = (a, b, c, d)
        return self.found

    def _tag_end(self, start: int) -> tuple[int, bool]:
        """Where the start tag at `start` ends, and whether it closes itself."""
        at, quote = start, 0
        while True:
            byte = self.raw[at]
            if quote:
                quote = 0 if byte == quote else quote
            elif byte in (34, 39):
                quote = byte
            elif byte == 62:
                return at + 1, self.raw[at - 1] == 47
            at += 1

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, _, name = tag.rpartition(":")
        at = self.parser.CurrentByteIndex
        if name == "sheetData":
            opened, closed = self._tag_end(at)
            self.found.prefix = f"{prefix}:".encode() if prefix else b""
            self._data = [at, opened, opened, opened] if closed else [at, opened]
        elif name == "row":
            self._open_row(at, attributes)
        elif name == "c" and self._row is not None:
            self._open_cell(at, attributes)
        elif name in ("v", "f", "t") and self._cell is not None:
            self._into, self._pieces = name, []
            if name == "f":
                self._formula_start = at
                self._cell.area = attributes.get("ref", "")
                self._cell.shared = attributes.get("si", "") if attributes.get("t") == "shared" else ""
        elif name == "rPh":
            self._into = "rPh"
        elif name == "mergeCell":
            block = block_of(attributes.get("ref", ""))
            if block:
                self.found.merges.append(block)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.found.hidden_columns.update(range(int(attributes["min"]), min(int(attributes["max"]), 400) + 1))

    def _open_row(self, at: int, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r") or (self.found.rows[-1].number + 1 if self.found.rows else 1))
        opened, closed = self._tag_end(at)
        self._row = RowSpan(number, at, opened, opened, opened, closed, attributes.get("hidden") in ("1", "true"))
        self.found.rows.append(self._row)

    def _open_cell(self, at: int, attributes: dict[str, str]) -> None:
        assert self._row is not None
        place = cell_of(attributes.get("r", ""))
        last = self._row.cells[-1].column if self._row.cells else 0
        opened, self._closed = self._tag_end(at)
        column = place[1] if place else last + 1
        self._cell = CellSpan(self._row.number, column, at, opened)
        self._cell.style, self._cell.kind = int(attributes.get("s", "0")), attributes.get("t", "n")
        self._row.cells.append(self._cell)

    def _text(self, text: str) -> None:
        if self._into in ("v", "f", "t"):
            self._pieces.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        at = self.parser.CurrentByteIndex
        if name in ("v", "f", "t") and self._cell is not None and self._into == name:
            self._close_part(name, at)
        elif name == "rPh":
            self._into = ""
        elif name == "c" and self._cell is not None:
            if not self._closed:  # the end of an element that closes itself is reported at places of all kinds
                self._cell.end = self._after(at)
            self._cell = None
        elif name == "row" and self._row is not None:
            if not self._row.empty:
                self._row.closing, self._row.end = at, self._after(at)
            self._row = None
        elif name == "sheetData" and len(self._data) == 2:
            self._data += [at, self._after(at)]

    def _close_part(self, name: str, at: int) -> None:
        assert self._cell is not None
        text = "".join(self._pieces)
        if name == "f":
            self._cell.formula = text
            opened, closed = self._tag_end(self._formula_start)
            end = opened if closed else self._after(at)
            self._cell.formula_at = (self._formula_start, end)
        elif name == "t":
            self._cell.value = (self._cell.value or "") + text
        else:
            self._cell.value = text
        self._into = ""

    def _after(self, at: int) -> int:
        """Behind the end tag at `at`."""
        return self.raw.index(b">", at) + 1


def attributes_of(tag: bytes) -> dict[str, str]:
    """The attributes of a start tag in order, their values still escaped."""
    return {name.decode(): value[1:-1].decode() for name, value in _ATTRIBUTE.findall(tag)}
