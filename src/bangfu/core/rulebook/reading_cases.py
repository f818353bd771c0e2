"""Reads cases: worked examples with their rows and what they expect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bangfu.core.rulebook.model import Case, Rulebook, Value
from bangfu.core.rulebook.reading import Fields, Reader, cut, shown
from bangfu.core.rulebook.units import Units
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar, Sequence

CASE_KEYS = ("name", "as_of", "area", "parameters", "expect", "note")


def read_case(reader: Reader, node: Node) -> Case | None:
    """One case; every key that is not its own is a table with a row or a list of rows."""
    if not isinstance(node, Mapping):
        reader.add(node, shown(node), "a case as keys with values: name, as_of, area, the rows of tables, expect")
        return None
    fields = Fields(reader, node)
    for key in ("name", "as_of", "expect"):
        if key not in node.entries:
            reader.add(node, f"a case without {key!r}", f"the key {key!r}")
    as_of = fields.date("as_of")
    rows = {key: _rows(reader, key, inner) for key, inner in node.entries.items() if key not in CASE_KEYS}
    expect = fields.get("expect")
    expected: dict[str, object] = {}
    if isinstance(expect, Mapping):
        expected = {key: _plain(inner) for key, inner in expect.entries.items()}
    if expect is not None and not expected:
        reader.add(expect, f"expect: {shown(expect)}", "what is expected, by the id of a policy, an alert or a check")
    name, area = (
        fields.text("name"),
        fields.text("area") if "area" in node.entries and not _blank(node, "area") else "",
    )
    parameters = _parameters(reader, fields)
    if not isinstance(as_of, date) or not expected:
        return None
    return Case(name, as_of, area, rows, parameters, expected, node.place)


def _blank(node: Mapping, key: str) -> bool:
    inner = node.entries[key]
    return isinstance(inner, Scalar) and inner.text == ""


def _parameters(reader: Reader, fields: Fields) -> dict[str, Value]:
    node = fields.get("parameters")
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        reader.add(node, f"parameters: {shown(node)}", "parameters, each with its value")
        return {}
    return _row(reader, node)


def _rows(reader: Reader, table: str, node: Node) -> tuple[dict[str, Value], ...]:
    found = []
    for item in reader.items(node):
        if isinstance(item, Mapping):
            found.append(_row(reader, item))
        else:
            reader.add(item, f"{cut(table)}: {shown(item)}", "a row as keys with values, or a list of rows")
    return tuple(found)


def _row(reader: Reader, node: Mapping) -> dict[str, Value]:
    row: dict[str, Value] = {}
    for key, inner in node.entries.items():
        if isinstance(inner, Scalar):
            row[key] = inner.value()
        else:
            reader.add(inner, f"{cut(key)}: {inner.kind}", "a single value")
    return row


def _plain(node: Node) -> object:
    """A node as plain dictionaries, lists and values; nesting is bounded by the reader of YAML."""
    if isinstance(node, Mapping):
        return {key: _plain(inner) for key, inner in node.entries.items()}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return node.value() if isinstance(node, Scalar) else None


def check_cases(reader: Reader, nodes: Iterable[Node], book: Rulebook) -> None:
    """Refuses names in a rulebook's own cases that its definitions do not know.

    A misspelt fact would be a fact not given, and the case would then hold for another reason.
    """
    units = Units(book.tables)
    columns: dict[str, set[str]] = {}
    for table, name in book.facts:
        columns.setdefault(table, set()).add(name)
    for name, declared in book.tables.items():
        columns.setdefault(name, set()).update(key for key in (declared.key, declared.belongs_to, declared.area) if key)
        # every row may carry the keys that outputs use, whatever its data call them
        columns[name] |= {"household_no", "person_no"}
        chain = units.chain(name)
        columns[name].update(key for t in chain[1:] if (key := book.tables[t].key))
    for node in nodes:
        if isinstance(node, Mapping):
            _check_names(reader, node, book, units, columns)


def _check_names(reader: Reader, node: Mapping, book: Rulebook, units: Units, columns: dict[str, set[str]]) -> None:
    for key, inner in node.entries.items():
        if key == "parameters" and isinstance(inner, Mapping):
            for name, name_node in inner.keys.items():
                if name not in book.parameters:
                    reader.unknown(
                        name_node,
                        f"the parameter {cut(name)!r}",
                        name,
                        "a declared parameter",
                        book.parameters,
                    )
        if key in CASE_KEYS:
            continue
        table = units.table_of(key)
        if not table:
            known = [*CASE_KEYS, *book.tables, *(t.of for t in book.tables.values())]
            reader.unknown(node.keys[key], f"the key {cut(key)!r}", key, "a key of a case or a declared table", known)
            continue
        for row in reader.items(inner):
            for name, name_node in row.keys.items() if isinstance(row, Mapping) else ():
                if name not in columns[table]:
                    reader.unknown(name_node, f"the fact {cut(name)!r}", name, f"a fact of {table}", columns[table])
