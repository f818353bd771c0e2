"""Reads a parameter's values from a CSV file that lies beside its definition."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date

from bangfu.core.rulebook.model import Fact, Parameter, ParameterValue, Place, Type, Value
from bangfu.core.rulebook.parameters import beyond
from bangfu.core.rulebook.reading import Reader, cut
from bangfu.core.rulebook.reading_values import Codes, Unfit, fitted

VALUE_KEYS = ("area", "from", "to", "value", "source")
MAX_ROWS = 30_000
MAX_COLUMNS = 20
MAX_AREA = 32


class CsvParameter:
    """One file: columns area, from, to, value, source and facts to match; utf-8 or gb18030."""

    def __init__(self, reader: Reader, parameter: Parameter, shown: str, source: str, codes: Codes) -> None:
        self.reader, self.parameter, self.shown = reader, parameter, shown
        self.source, self.codes = source, codes
        self.facts: dict[str, Fact] = {}
        self.place = Place(shown, 1, 1)
        self.broken = False
        self.seen: dict[tuple[str, str], Value] = {}

    def values(self, data: bytes, match_fact: Callable[[str], Fact | None]) -> Iterator[ParameterValue]:
        """The values in order; `match_fact` gives the fact of a column or notes that there is none."""
        text = _decoded(data)
        if text is None:
            expected = "a CSV file saved as UTF-8"
            self.reader.add(self.place, "bytes that are neither utf-8 nor gb18030", expected)
            return
        rows = csv.reader(io.StringIO(text, newline=""))
        try:
            header = [title.strip() for title in next(rows, [])]
            if not self._columns(header, match_fact):
                return
            for number, row in enumerate(rows):
                self.place = Place(self.shown, rows.line_num, 1)
                if number == MAX_ROWS:
                    self.reader.add(self.place, f"more than {MAX_ROWS:,} rows", "a table of the data")
                    return
                value = self._row(header, row) if any(cell.strip() for cell in row) else None
                if value is not None:
                    yield value
        except csv.Error as error:
            self.reader.add(Place(self.shown, rows.line_num, 1), f"what is not CSV ({error})", "a CSV file")

    def _columns(self, header: list[str], match_fact: Callable[[str], Fact | None]) -> bool:
        """Whether the header can be used; fills the facts of the match columns."""
        before = len(self.reader.mistakes)
        if "value" not in header:
            expected = "the columns " + ", ".join(VALUE_KEYS) + " and facts to match"
            self.reader.add(self.place, "no column 'value'", expected)
        elif len(header) > MAX_COLUMNS:
            self.reader.add(self.place, f"{len(header)} columns", f"at most {MAX_COLUMNS}")
        else:
            for title in sorted({title for title in header if header.count(title) > 1}):
                self.reader.add(self.place, f"the column {cut(title)!r} twice", "each column once")
            found = {title: match_fact(title) for title in sorted(header) if title not in VALUE_KEYS}
            self.facts = {title: fact for title, fact in found.items() if fact is not None}
        return len(self.reader.mistakes) == before

    def _row(self, header: list[str], row: list[str]) -> ParameterValue | None:
        if len(row) > len(header):
            self._add(f"{len(row)} cells under {len(header)} columns", "one cell under each column")
            return None
        self.broken = False
        cells = {title: cell.strip() for title, cell in zip(header, row, strict=False)}
        start, end = self._cell(cells, "from", Type("date")), self._cell(cells, "to", Type("date"))
        value = self._cell(cells, "value", self.parameter.type, fen=self.parameter.fen)
        match = [(title, self._cell(cells, title, f.type, fen=f.fen)) for title, f in self.facts.items()]
        area = cells.get("area", "")
        if not cells.get("value"):
            self._add("a row without a value", "a value; a row that is not known yet is left out")
        if isinstance(start, date) and isinstance(end, date) and start >= end:
            self._add(f"from {start} to {end}", "a day after `from`")
        if outside := beyond(self.parameter.low, self.parameter.high, value):
            self._add(f"value: {cells['value']}", outside)
        if area and not is_area(area):
            self._add(f"area: {cut(area)}", "the beginning of an area code")
        if self.broken:
            return None
        return ParameterValue(
            area, start if isinstance(start, date) else None, end if isinstance(end, date) else None,
            tuple((title, wanted) for title, wanted in match if wanted is not None), value,
            cells.get("source") or self.source, self.place,
        )  # fmt: skip

    def _cell(self, cells: dict[str, str], title: str, kind: Type, *, fen: bool = False) -> Value:
        """A cell as a value; None where blank, which in a match column means that it is not asked."""
        text = cells.get(title)
        if not text:
            return None
        if (title, text) in self.seen:  # a column repeats itself: dates, places, standards
            return self.seen[(title, text)]
        try:
            return self.seen.setdefault((title, text), fitted(text, kind, fen=fen, codes=self.codes))
        except Unfit as unfit:
            self._add(f"{title}: {cut(cells[title])}", unfit.expected, unfit.nearest)
            return None

    def _add(self, found: str, expected: str, near: str = "") -> None:
        self.broken = True
        self.reader.add(self.place, found, expected, near)


def is_area(text: str) -> bool:
    """Whether a text can be an area code or the beginning of one."""
    return text.isascii() and text.isalnum() and len(text) <= MAX_AREA


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
