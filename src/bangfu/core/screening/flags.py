"""Alerts and checks: the rows where they certainly hold, and how many cannot be told for want of which input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bangfu.core.compiler.book import CompiledBook, LoweredCondition
from bangfu.core.compiler.sql import quoted
from bangfu.core.engines.duckdb_engine import Connection, run
from bangfu.core.rulebook.model import Alert, Check, Fact, Rulebook
from bangfu.core.screening.dataset import Dataset
from bangfu.core.screening.decisions import column, input_names, keys_of
from bangfu.core.screening.state import Undecided

Hit = tuple[str, Any, Any]


def hits(
    connection: Connection, compiled: CompiledBook, ids: Iterable[str], data: Dataset, types: tuple[str, str]
) -> list[Hit]:
    """(id, household_no, person_no) wherever one of `ids` certainly holds, in the order of definitions and rows."""
    wanted = set(ids)
    found: list[Hit] = []
    for condition in compiled.conditions:
        if condition.id in wanted and not (condition.found.v.op == "const" and not condition.found.v.value):
            table = quoted(compiled.plan.last[condition.unit].name)
            household, person = keys_of(data.units, condition.unit, types)
            holds = column(condition.found.v, "bool")
            rows = run(connection, f"SELECT {household} h, {person} p FROM {table} WHERE {holds} ORDER BY 1, 2")
            found += [(condition.id, h, p) for h, p in rows]
    return found


def count_undecided(
    connection: Connection, compiled: CompiledBook, found: Undecided, items: Mapping[str, Alert | Check]
) -> None:
    """Add a chunk's rows that cannot be told, in one pass over each unit's table."""
    by_unit: dict[str, list[LoweredCondition]] = {}
    for condition in compiled.conditions:
        if condition.id in items:
            by_unit.setdefault(condition.unit, []).append(condition)
    kind = "alerts" if any(isinstance(item, Alert) for item in items.values()) else "checks"
    names = input_names(compiled.inputs, compiled.book)
    for unit, conditions in by_unit.items():
        parts, targets = ["count(*)"], [("", "")]
        for condition in conditions:
            parts_, targets_ = _counts(compiled, condition, names)
            parts += parts_
            targets += targets_
        row = run(connection, f"SELECT {', '.join(parts)} FROM {quoted(compiled.plan.last[unit].name)}")[0]
        found.units[kind, unit] = found.units.get((kind, unit), 0) + int(row[0])
        for (item, label), value in zip(targets[1:], row[1:], strict=True):
            if not value:
                continue
            if not label:
                found.rows[item] = found.rows.get(item, 0) + int(value)
            else:
                held = found.inputs.setdefault(item, {})
                held[label] = held.get(label, 0) + int(value)


def _counts(
    compiled: CompiledBook, condition: LoweredCondition, names: list[str]
) -> tuple[list[str], list[tuple[str, str]]]:
    if not condition.found.v.nullable:
        return [], []
    parts = [f"count(*) FILTER ({column(condition.found.v, 'bool')} IS NULL)"]
    targets = [(condition.id, "")]
    for word, node in condition.found.mask:
        for bit in sorted(compiled.lowering.possible(node)):
            text = column(node, "mask")
            parts.append(f"count(*) FILTER (({text} >> {bit}) & 1 = 1)")
            targets.append((condition.id, names[word * 64 + bit]))
    return parts, targets


# -- the fields to look at --------------------------------------------------------------------------


def shown_fields(connection: Connection, data: Dataset, check: Check, found: list[Hit]) -> dict[Hit, str]:
    """The values of a check's `show` columns for each of its hits, without personal data."""
    texts: dict[Hit, list[str]] = {hit: [] for hit in found}
    for item in check.show:
        scope, _, label = item.rpartition(".")
        fact = _fact(data, check, scope, label)
        if fact is None or fact.personal or (fact.table, fact.column) not in data.present():
            continue
        for hit, values in _values(connection, data, check, fact, found).items():
            texts[hit].append(f"{fact.label.zh or fact.name}={'、'.join(values)}")
    return {hit: "；".join(parts) for hit, parts in texts.items()}


def _fact(data: Dataset, check: Check, scope: str, label: str) -> Fact | None:
    units = data.units
    tables = [units.table_of(scope)] if scope else units.chain(units.table_of(check.of))
    return next((data.book.facts[t, label] for t in tables if (t, label) in data.book.facts), None)


def _values(connection: Connection, data: Dataset, check: Check, fact: Fact, found: list[Hit]) -> dict[Hit, list[str]]:
    """Values by hit: the hit person's own where the rows are persons and the check is about one, else all of the
    household's."""
    units = data.units
    own = units.table_of(check.of) == units.person and units.person in _links(data, fact.table)
    if not units.in_household(fact.table):
        return {}
    position = 2 if own else 1
    keys = sorted({hit[position] for hit in found if hit[position] is not None}, key=str)
    if not keys:
        return {}
    link = f"k_{units.person if own else units.household}"
    source = data.source(fact.table, [fact.column], None)
    connection.execute("CREATE OR REPLACE TEMP TABLE hit_keys AS SELECT unnest($1) AS k", [keys])
    rows = run(
        connection,
        f"SELECT r.{link}, r.{quoted(fact.column)} FROM {source} r JOIN hit_keys h ON r.{link} = h.k ORDER BY 1, 2",
    )
    by_key: dict[Any, list[str]] = {}
    for key, value in rows:
        by_key.setdefault(key, []).append(shown(data.book, fact, value))
    return {hit: by_key.get(hit[position], []) for hit in found}


def _links(data: Dataset, table: str) -> tuple[str, ...]:
    from bangfu.core.compiler.plan import links_of

    return links_of(data.units, table)


def shown(book: Rulebook, fact: Fact, value: Any) -> str:
    """A value as a person reads it, in Chinese."""
    if value is None:
        return "空"
    if fact.type.kind == "code":
        labels = {entry.value: entry.label.zh for entry in book.codes[fact.type.code].values}
        return labels.get(value) or str(value)
    if fact.type.kind == "money":
        return f"{value / 100:.2f}元"
    if fact.type.kind == "decimal":
        return f"{value / 1_000_000:g}"
    if fact.type.kind == "boolean":
        return "是" if value else "否"
    return str(value)


def severity_and_message(item: Alert | Check) -> tuple[str, str]:
    """What a flag's row says."""
    return item.severity, (item.title if isinstance(item, Alert) else item.message).zh


def write_flags(path: Path, rows: list[dict[str, Any]], keys: tuple[Any, Any]) -> None:
    """One Parquet part of alerts or checks."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [("id", pa.string()), ("severity", pa.string()), ("household_no", keys[0]), ("person_no", keys[1]),
         ("message", pa.string()), ("fields", pa.string()), ("change", pa.string())]
    )  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="snappy", store_schema=False)
