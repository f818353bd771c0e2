"""Reads parameters: values in YAML, in a CSV beside it, or columns of the data."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from collections.abc import Mapping as Map
from datetime import date

from bangfu.core.rulebook.model import Fact, Parameter, ParameterTable, ParameterValue, Place, Type, Value
from bangfu.core.rulebook.parameters import beyond, clash_mistake, clashes
from bangfu.core.rulebook.reading import Fields, Reader, cut
from bangfu.core.rulebook.reading_values import Codes, Unfit, bounds, fitted, scalar_value, type_of
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar

PARAMETER_KEYS = (
    "id", "type", "per", "unit", "code", "min", "max", "label", "values", "file", "table", "match", "from", "to",
    "value", "area", "source", "enabled",
)  # fmt: skip
VALUE_KEYS = ("area", "from", "to", "value", "source")
MAX_ROWS = 100_000
MAX_CLASHES = 20
MAX_AREA = 32
_MAX_MATCH = 6


class ParameterReader:
    """Reads the parameters of a rulebook whose facts and code lists are known."""

    def __init__(
        self, reader: Reader, facts: Map[tuple[str, str], Fact], codes: Codes, tables: Map[str, bytes]
    ) -> None:
        self.reader, self.codes, self.tables = reader, codes, tables
        self.match_facts: dict[str, Fact] = {}
        for (table, name), fact in facts.items():
            # the household's own fact where several tables have one of this name
            if name not in self.match_facts or table == "households":
                self.match_facts[name] = fact

    def read(self, name: str, node: Node) -> Parameter | None:
        """One parameter."""
        reader = self.reader
        fields = reader.fields(node, "a parameter", PARAMETER_KEYS, ("type",))
        typed = type_of(fields, "per", self.codes)
        if typed is None:
            return None
        kind, fen = typed
        low, high = bounds(fields, kind, fen=fen)
        shell = Parameter(name, kind, fen, low, high, fields.label("label"), (), None, node.place)
        forms = [key for key in ("values", "file", "table") if key in fields.entries]
        if len(forms) > 1:
            reader.add(
                fields.node.keys[forms[1]], f"{forms[0]} and {forms[1]}", "values, file or table, only one"
            )
            return None
        table: ParameterTable | None = None
        values: tuple[ParameterValue, ...] = ()
        if "table" in fields.entries:
            table = self._table(fields)
        elif "file" in fields.entries:
            values = tuple(self._file(fields, shell))
        elif "value" in fields.entries:
            values = tuple(self._values([fields.node], shell, single=True))
        else:
            self._only(fields, ("match", "from", "to", "area", "source"), "values, file, table or value")
            values = tuple(self._values(reader.items(fields.get("values")), shell))
        for told, (earlier, later) in enumerate(clashes(values)):
            if told == MAX_CLASHES:
                break
            reader.mistakes.append(clash_mistake(name, earlier, later))
        return Parameter(name, kind, fen, low, high, shell.label, values, table, node.place)

    def _only(self, fields: Fields, keys: tuple[str, ...], needed: str) -> None:
        for key in keys:
            if key in fields.entries:
                self.reader.add(fields.node.keys[key], f"{key} without a value", f"it with {needed}")

    def _table(self, fields: Fields) -> ParameterTable:
        for key in ("from", "to", "value"):
            if key not in fields.entries:
                self.reader.add(
                    fields.node, f"a table parameter without {key!r}", f"the column of the table for {key}"
                )
        match = fields.texts("match")
        for key in match:
            self._match_fact(key, fields.entries["match"])
        return ParameterTable(
            fields.text("table"), match, fields.text("from"), fields.text("to"), fields.text("value"),
            fields.text("area") or None,
        )  # fmt: skip

    def _match_fact(self, key: str, node: Node) -> Fact | None:
        fact = self.match_facts.get(key)
        if fact is None:
            known = [*VALUE_KEYS, *self.match_facts]
            self.reader.unknown(
                node, f"the key {cut(key)!r}", key, "area, from, to, value, source or a fact", known
            )
        return fact

    # -- values in YAML -----------------------------------------------------------------------------
    def _values(
        self, nodes: list[Node], shell: Parameter, *, single: bool = False
    ) -> Iterator[ParameterValue]:
        for node in nodes:
            if not isinstance(node, Mapping):
                self.reader.add(
                    node, node.kind, 'a value such as {area: "", from: 2024-07-01, value: 650.00, source: …}'
                )
                continue
            fields = Fields(self.reader, node)
            found = node.entries.get("value")
            if found is None:
                self.reader.add(node, "a value without 'value'", "the key 'value'")
                continue
            value = scalar_value(self.reader, found, "value", shell.type, fen=shell.fen, codes=self.codes)
            if outside := beyond(shell.low, shell.high, value):
                self.reader.add(
                    found, f"value: {cut(found.text) if isinstance(found, Scalar) else ''}", outside
                )
            match = () if single else tuple(self._match(fields))
            start, end = fields.period()
            if value is not None:
                area = self._area(fields)
                yield ParameterValue(area, start, end, match, value, fields.text("source"), node.place)

    def _area(self, fields: Fields) -> str:
        node = fields.entries.get("area")
        text = node.text if isinstance(node, Scalar) and (node.style or not node.empty) else ""
        if node is not None and (not isinstance(node, Scalar) or (text and not _is_area(text))):
            self.reader.add(node, f"area: {cut(text) or node.kind}", 'the beginning of an area code, or ""')
            return ""
        return text

    def _match(self, fields: Fields) -> Iterator[tuple[str, Value]]:
        extra = [key for key in fields.entries if key not in VALUE_KEYS]
        if len(extra) > _MAX_MATCH:
            self.reader.add(fields.node, f"{len(extra)} match keys", f"at most {_MAX_MATCH}")
            return
        for key in sorted(extra):
            fact = self._match_fact(key, fields.node.keys[key])
            if fact is not None:
                value = scalar_value(
                    self.reader, fields.entries[key], key, fact.type, fen=fact.fen, codes=self.codes
                )
                if value is not None:
                    yield key, value

    # -- values in a CSV ----------------------------------------------------------------------------
    def _file(self, fields: Fields, shell: Parameter) -> Iterator[ParameterValue]:
        self._only(fields, ("match", "from", "to", "value", "area"), "table: or in the CSV's own columns")
        node, name = fields.entries["file"], fields.text("file")
        shown = os.path.join(os.path.dirname(node.file), name)
        data = self.tables.get(shown)
        if data is None:
            known = [
                os.path.basename(path)
                for path in self.tables
                if os.path.dirname(path) == os.path.dirname(node.file)
            ]
            self.reader.unknown(node, f"file: {cut(name)}", name, "a CSV file in the same folder", known)
            return
        text = _decoded(data)
        if text is None:
            self.reader.add(
                Place(shown, 1, 1), "bytes that are neither utf-8 nor gb18030", "a CSV file saved as UTF-8"
            )
            return
        rows = csv.reader(io.StringIO(text, newline=""))
        try:
            header = [title.strip() for title in next(rows, [])]
            kinds = self._columns(header, shown)
            if kinds is None:
                return
            for number, row in enumerate(rows):
                if number == MAX_ROWS:
                    self.reader.add(
                        Place(shown, rows.line_num, 1), f"more than {MAX_ROWS:,} rows", "a table of the data"
                    )
                    return
                if any(cell.strip() for cell in row):
                    value = self._csv_row(
                        header, kinds, row, Place(shown, rows.line_num, 1), shell, fields.text("source")
                    )
                    if value is not None:
                        yield value
        except csv.Error as error:
            self.reader.add(Place(shown, rows.line_num, 1), f"what is not CSV ({error})", "a CSV file")

    def _columns(self, header: list[str], shown: str) -> dict[str, Fact | None] | None:
        """The fact that each match column is about; None with mistakes where the header is wrong."""
        before = len(self.reader.mistakes)
        place = Place(shown, 1, 1)
        if "value" not in header:
            self.reader.add(
                place, "no column 'value'", "the columns " + ", ".join(VALUE_KEYS) + " and match facts"
            )
        for title in {title for title in header if header.count(title) > 1}:
            self.reader.add(place, f"the column {cut(title)!r} twice", "each column once")
        at = Node(shown, 1, 1)
        found = {title: None if title in VALUE_KEYS else self._match_fact(title, at) for title in header}
        return found if len(self.reader.mistakes) == before else None

    def _csv_row(
        self,
        header: list[str],
        columns: Map[str, Fact | None],
        row: list[str],
        place: Place,
        shell: Parameter,
        source: str,
    ) -> ParameterValue | None:
        if len(row) > len(header):
            self.reader.add(
                place, f"{len(row)} cells under {len(header)} columns", "one cell under each column"
            )
            return None
        cells = {title: cell.strip() for title, cell in zip(header, row, strict=False)}
        broken = False

        def typed(title: str, kind: Type, *, fen: bool = True) -> Value:
            nonlocal broken
            if not cells.get(title):
                return None
            try:
                return fitted(cells[title], kind, fen=fen, codes=self.codes)
            except Unfit as unfit:
                broken = True
                self.reader.add(place, f"{title}: {cut(cells[title])}", unfit.expected, unfit.nearest)
                return None

        start, end = typed("from", Type("date")), typed("to", Type("date"))
        value = typed("value", shell.type, fen=shell.fen)
        if value is None and not broken:
            self.reader.add(
                place, "a row without a value", "a value; a row that is not known yet is left out"
            )
        if isinstance(start, date) and isinstance(end, date) and start >= end:
            self.reader.add(place, f"from {start} to {end}", "a day after `from`")
            broken = True
        if outside := beyond(shell.low, shell.high, value):
            self.reader.add(place, f"value: {cells['value']}", outside)
        if cells.get("area") and not _is_area(cells["area"]):
            self.reader.add(place, f"area: {cut(cells['area'])}", "the beginning of an area code")
        match = [
            (t, typed(t, fact.type, fen=fact.fen)) for t, fact in sorted(columns.items()) if fact is not None
        ]
        if broken or value is None:
            return None
        return ParameterValue(
            cells.get("area", ""), start if isinstance(start, date) else None, end if isinstance(end, date) else None,
            tuple((t, v) for t, v in match if v is not None), value, cells.get("source") or source, place,
        )  # fmt: skip


def _is_area(text: str) -> bool:
    return text.isascii() and text.isalnum() and len(text) <= MAX_AREA


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
