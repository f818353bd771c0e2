"""Reads parameters: values in YAML, in a CSV beside it, or columns of the data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Mapping as Map

from bangfu.core.rulebook.model import Fact, Parameter, ParameterTable, ParameterValue, Value
from bangfu.core.rulebook.parameters import beyond, clash_mistake, clashes
from bangfu.core.rulebook.reading import Fields, Reader, cut
from bangfu.core.rulebook.reading_csv import VALUE_KEYS, CsvParameter, is_area
from bangfu.core.rulebook.reading_values import Codes, bounds, scalar_value, type_of
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar

PARAMETER_KEYS = (
    "id", "type", "per", "unit", "code", "min", "max", "label", "values", "file", "table", "match", "from",
    "to", "value", "area", "source", "enabled",
)  # fmt: skip
MAX_CLASHES = 20
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
            reader.add(fields.node.keys[forms[1]], f"{forms[0]} and {forms[1]}", "values, file or table, only one")
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
                self.reader.add(fields.node, f"a table parameter without {key!r}", f"the column of the table for {key}")
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
            self.reader.unknown(node, f"the key {cut(key)!r}", key, "area, from, to, value, source or a fact", known)
        return fact

    # -- values in YAML -----------------------------------------------------------------------------
    def _values(self, nodes: list[Node], shell: Parameter, *, single: bool = False) -> Iterator[ParameterValue]:
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
            before = len(self.reader.mistakes)
            value = scalar_value(self.reader, found, "value", shell.type, fen=shell.fen, codes=self.codes)
            if outside := beyond(shell.low, shell.high, value):
                self.reader.add(found, f"value: {cut(found.text) if isinstance(found, Scalar) else ''}", outside)
            match = () if single else tuple(self._match(fields))
            start, end = fields.period()
            area = self._area(fields)
            if len(self.reader.mistakes) == before:
                yield ParameterValue(area, start, end, match, value, fields.text("source"), node.place)

    def _area(self, fields: Fields) -> str:
        node = fields.entries.get("area")
        text = node.text if isinstance(node, Scalar) and (node.style or not node.empty) else ""
        if node is not None and (not isinstance(node, Scalar) or (text and not is_area(text))):
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
                value = scalar_value(self.reader, fields.entries[key], key, fact.type, fen=fact.fen, codes=self.codes)
                if value is not None:
                    yield key, value

    # -- values in a CSV ----------------------------------------------------------------------------
    def _file(self, fields: Fields, shell: Parameter) -> Iterator[ParameterValue]:
        self._only(fields, ("match", "from", "to", "value", "area"), "table: or in the CSV's own columns")
        node, name = fields.entries["file"], fields.text("file")
        folder = os.path.dirname(node.file)
        shown = os.path.join(folder, name)
        data = self.tables.get(shown)
        if data is None:
            known = [os.path.basename(path) for path in self.tables if os.path.dirname(path) == folder]
            self.reader.unknown(node, f"file: {cut(name)}", name, "a CSV file in the same folder", known)
            return
        at = Node(shown, 1, 1)
        table = CsvParameter(self.reader, shell, shown, fields.text("source"), self.codes)
        yield from table.values(data, lambda title: self._match_fact(title, at))
