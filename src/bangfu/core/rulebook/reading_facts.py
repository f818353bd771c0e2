"""Reads code lists, tables and facts."""

from __future__ import annotations

import dataclasses
from collections.abc import Container
from collections.abc import Mapping as Map

from bangfu.core.rulebook.model import ABSENT, CodeList, CodeValue, Fact, Label, Table, Type
from bangfu.core.rulebook.reading import Fields, Reader, cut, shown
from bangfu.core.rulebook.reading_values import Codes, bounds, scalar_value, type_of
from bangfu.core.rulebook.units import Units
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar, Sequence

TABLE_KEYS = ("id", "file", "key", "of", "belongs_to", "area", "bureau", "label", "enabled")
FACT_KEYS = (
    "id", "of", "type", "period", "unit", "min", "max", "code", "label", "headers", "derive", "missing",
    "missing_reason", "column", "reads", "personal", "source", "enabled",
)  # fmt: skip
AREA_FACTS = ("region_code", "area_code", "area", "village_code", "region")
BUILT_IN = {
    "benefits": (
        ("programme", Type("text"), Label("待遇项目", "programme")),
        ("monthly_amount", Type("money", "month"), Label("月发放金额", "monthly amount")),
        ("since", Type("date"), Label("起始日期", "since")),
    ),
    "status_episodes": (
        ("kind", Type("text"), Label("身份类别", "kind")),
        ("from", Type("date"), Label("开始日期", "from")),
        ("to", Type("date"), Label("结束日期", "to")),
        ("reason", Type("text"), Label("原因", "reason")),
    ),
}
"""Columns that these two tables have in every registry (spec/files.md), declared or not."""


def read_code_list(reader: Reader, name: str, node: Node) -> CodeList | None:
    """A code list from `values:` as entries, bare values, or keys with labels."""
    fields = reader.fields(node, "a code list", ("id", "values", "label", "source", "enabled"), ("values",))
    values = fields.get("values")
    found: list[CodeValue] = []
    if isinstance(values, Mapping):
        found = [
            CodeValue(_code(values.keys[key]), reader.label(inner, f"label of {key}"))
            for key, inner in values.entries.items()
        ]
    elif isinstance(values, Sequence):
        found = [entry for item in values.items if (entry := _entry(reader, item)) is not None]
    elif values is not None:
        reader.add(values, f"values: {shown(values)}", "a list of codes")
    if not found:
        if isinstance(node, Mapping) and "values" in node.entries and isinstance(values, Mapping | Sequence | None):
            reader.add(node.entries["values"], "a code list without values", "at least one value")
        return None
    if len({type(entry.value) for entry in found}) > 1:
        reader.add(
            node,
            f"numbers and texts in the code list {name}",
            "all values numbers or all texts; quote the numbers",
        )
        return None
    seen: set[int | str] = set()
    for entry in found:
        if entry.value in seen:
            reader.add(node, f"the code {entry.value!r} twice in {name}", "each code once")
        seen.add(entry.value)
    return CodeList(name, tuple(found), node.place)


def _code(node: Scalar) -> int | str:
    value = node.value()
    return value if isinstance(value, int) and not isinstance(value, bool) else node.text


def _entry(reader: Reader, node: Node) -> CodeValue | None:
    if isinstance(node, Scalar) and (node.style or node.text):
        return CodeValue(_code(node), Label())
    fields = reader.fields(node, "a code", ("value", "label", "also"), ("value",))
    value = fields.entries.get("value")
    if not isinstance(value, Scalar) or not (value.style or value.text):
        return None
    return CodeValue(_code(value), fields.label("label"), fields.texts("also"))


def read_table(reader: Reader, name: str, node: Node) -> Table | None:
    """A table; `area` is settled once the facts are known."""
    fields = reader.fields(node, "a table", TABLE_KEYS, ("of",))
    of = fields.text("of")
    entity = reader.identifier(of, fields.entries["of"], "of") if of else ""
    file = fields.text("file", name)
    if file and (not file.isprintable() or len(file) > 100 or any(c in file for c in "/\\:*?\"'") or file[0] == "."):
        reader.add(fields.entries["file"], f"file: {cut(file)}", "a file's name without folder and ending")
        return None
    if not entity:
        return None
    return Table(
        name, file, entity, _column(fields, "key") or None, _column(fields, "belongs_to") or None,
        _column(fields, "area") or None, fields.boolean("bureau", False), fields.label("label"), node.place,
    )  # fmt: skip


def _column(fields: Fields, key: str) -> str:
    name = fields.text(key)
    if name and (not name.isprintable() or len(name) > 100 or '"' in name):
        fields.reader.add(fields.entries[key], f"{key}: {cut(name)}", "a column's name of at most 100 characters")
        return ""
    return name


def fact_key(reader: Reader, tables: Map[str, Table], name: str, key: Node, node: Node) -> tuple[str, str] | None:
    """(table, fact) that a definition under `name` is about; None with a mistake."""
    units = Units(tables)
    scope, _, short = name.rpartition(".")
    of = node.entries.get("of") if isinstance(node, Mapping) else None
    given = of.text if isinstance(of, Scalar) else ""
    if not reader.identifier(short, key, "fact"):
        return None
    if not scope and not given:
        reader.add(key, f"the fact {cut(name)} without 'of'", "of: the table or entity that carries it")
        return None
    found = [(units.table_of(part), part) for part in (scope, given) if part]
    for table, part in found:
        if not table:
            known = [t.of for t in tables.values()] + list(tables)
            at: Node = of if of is not None and part == given else key
            reader.unknown(at, f"of: {cut(part)}", part, "a declared table or what it holds", known)
            reader.broken.add(short)
            return None
    if len({table for table, _ in found}) > 1:
        reader.add(key, f"{cut(name)} with of: {cut(given)}", "one and the same table in both")
        return None
    return found[0][0], short


def read_fact(reader: Reader, table: str, name: str, node: Node, codes: Codes) -> Fact | None:
    """One fact of `table`."""
    fields = reader.fields(node, "a fact", FACT_KEYS, ("type",))
    typed = type_of(fields, "period", codes)
    if typed is None:
        return None
    kind, fen = typed
    low, high = bounds(fields, kind, fen=fen)
    derive = fields.expression("derive")
    if "derive" in fields.entries and derive is None:
        return None
    missing, reason = _missing(fields, kind, fen=fen, codes=codes)
    if derive is not None:
        for key in ("missing", "reads"):
            if key in fields.entries:
                reader.add(
                    fields.entries[key],
                    f"{key} with derive",
                    "a derived fact, which has no column of its own",
                )
    return Fact(
        name, table, kind, _column(fields, "column") or name, fen, low, high, fields.label("label"),
        fields.texts("headers"), derive, missing, reason, fields.text("reads"),
        fields.boolean("personal", False), node.place,
    )  # fmt: skip


def _missing(fields: Fields, kind: Type, *, fen: bool, codes: Codes) -> tuple[object, str]:
    """What a blank means and why, or ABSENT; `missing: {value, reason}` or with `missing_reason` beside."""
    reader, node = fields.reader, fields.entries.get("missing")
    reason = fields.label("missing_reason").get("zh")
    if node is None:
        if reason:
            reader.add(
                fields.entries["missing_reason"],
                "missing_reason without 'missing'",
                "the value a blank means",
            )
        return ABSENT, ""
    if isinstance(node, Mapping):
        inner = reader.fields(node, "missing", ("value", "reason"), ("value",))
        reason = inner.label("reason").get("zh") or reason
        if "value" not in inner.entries:
            return ABSENT, ""
        node = inner.entries["value"]
    value = scalar_value(reader, node, "missing", kind, fen=fen, codes=codes)
    if not reason:
        reader.add(node, "missing without a reason", "missing_reason: why a blank means this value")
    return (ABSENT if value is None else value), reason


def built_in(tables: Map[str, Table], facts: dict[tuple[str, str], Fact], off: Container[tuple[str, str]]) -> None:
    """Adds the columns that benefits and status episodes always have, unless declared or switched off."""
    for table, columns in BUILT_IN.items():
        if table not in tables:
            continue
        for name, kind, label in columns:
            if (table, name) not in facts and (table, name) not in off:
                low = 0 if kind.kind == "money" else None
                facts[(table, name)] = Fact(
                    name, table, kind, name, False, low, None, label, (), None, ABSENT, "", "", False,
                    tables[table].place,
                )  # fmt: skip


def settle_areas(reader: Reader, tables: dict[str, Table], facts: Map[tuple[str, str], Fact]) -> None:
    """Gives each table its column of area codes, and refuses one that no fact declares."""
    columns: dict[str, list[str]] = {name: [] for name in tables}
    for (table, name), fact in facts.items():
        columns.setdefault(table, []).extend(dict.fromkeys((name, fact.column)))
    for name, record in tables.items():
        if record.area is None:
            area = next((fact for fact in AREA_FACTS if fact in columns[name]), None)
            tables[name] = dataclasses.replace(record, area=area)
        elif columns[name] and record.area not in (*columns[name], record.key, record.belongs_to):
            reader.unknown(record.place, f"area: {record.area}", record.area, f"a fact of {name}", columns[name])


def check_reads(reader: Reader, facts: Map[tuple[str, str], Fact]) -> None:
    """`reads: id_number.problem` starts with a fact of the same table."""
    for fact in facts.values():
        name, dot, part = fact.reads.partition(".")
        if fact.reads and (not dot or not part or (fact.table, name) not in facts):
            known = [other for table, other in facts if table == fact.table]
            reader.unknown(
                fact.place,
                f"reads: {cut(fact.reads)}",
                name,
                "a fact of this table and what to read in it",
                known,
            )
