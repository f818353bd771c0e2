"""Findings: the decisions that someone must act on or that are unknown, readable, with who misses what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.compiler.book import CompiledBook
from bangfu.core.compiler.ir import E
from bangfu.core.compiler.lowering import InputKey
from bangfu.core.compiler.policies import FINDINGS, STATUSES, LoweredPolicy
from bangfu.core.compiler.sql import quoted
from bangfu.core.engines.duckdb_engine import Connection, run
from bangfu.core.rulebook.model import ABSENT
from bangfu.core.screening.dataset import Dataset, Range
from bangfu.core.screening.decisions import column, input_label, input_names, keys_of
from bangfu.core.screening.means_checks import MeansChecks

ACT = ("entitled_not_receiving", "receiving_not_entitled", "amount_differs")
Blanks = Mapping[tuple[str, str], Mapping[Any, list[Any]]]
"""(table, fact) to household key to the keys of its persons for whom it is blank."""


@dataclass(slots=True)
class Names:
    """What a policy's masks mean, and which inputs a member may lack."""

    policy: LoweredPolicy
    clauses: list[str]
    inputs: list[str]
    keys: tuple[InputKey, ...]
    own: frozenset[InputKey]
    above: frozenset[InputKey]


def names_of(compiled: CompiledBook, policy: LoweredPolicy) -> Names:
    """The names behind a policy's masks."""
    own, above = _reach(compiled, policy)
    return Names(
        policy,
        [clause.id for clause, *_ in policy.clauses],
        input_names(policy.inputs, compiled.book),
        policy.inputs,
        own,
        above,
    )


def _reach(compiled: CompiledBook, policy: LoweredPolicy) -> tuple[frozenset[InputKey], frozenset[InputKey]]:
    """Inputs that a row's own columns may lack, and those reached through its household or its members."""
    own: set[int] = set()
    above: set[int] = set()
    words = [(w, n) for w, n in (*policy.eligible.mask, *policy.amount.mask)]
    for word, node in words:
        for bit, far in _bits(node):
            (above if far else own).add(word * 64 + bit)
    inputs = compiled.inputs
    return frozenset(inputs[i] for i in own), frozenset(inputs[i] for i in above)


def _bits(root: E) -> Iterable[tuple[int, bool]]:
    """Every bit a mask may have, and whether it comes through a join or an aggregate."""
    seen: set[tuple[E, bool]] = set()
    stack: list[tuple[E, bool]] = [(root, False)]
    while stack:
        node, far = stack.pop()
        if (node, far) in seen or node.kind != "mask":
            continue
        seen.add((node, far))
        if node.op == "const":
            assert isinstance(node.value, int)
            yield from ((bit, far) for bit in range(64) if node.value >> bit & 1)
        elif node.op == "lift":
            assert isinstance(node.value, E)
            stack.append((node.value, True))
        else:
            stack.extend((arg, far or node.op == "agg") for arg in node.args)


# -- reading a chunk --------------------------------------------------------------------------------


def finding_rows(
    connection: Connection, compiled: CompiledBook, policy: LoweredPolicy, data: Dataset, types: tuple[str, str]
) -> list[tuple[Any, ...]]:
    """(household, person, status, finding, amounts, failed, unknown, missing, receives, paid, overlap) of a chunk."""
    out = policy.output
    household, person = keys_of(data.units, policy.unit, types)
    status, finding = column(out.status), column(out.finding)
    parts = [
        household, person, status, finding, column(out.amount), column(out.amount_min), column(out.amount_max),
        column(out.failed), column(out.unknown), column(out.missing), column(out.receives, "bool"), column(out.paid),
        column(out.overlap, "bool"),
    ]  # fmt: skip
    table = quoted(compiled.plan.last[policy.unit].name)
    listed = ", ".join(f"{part} AS c{i}" for i, part in enumerate(parts))
    where = f"{status} = 2" if out.finding is None else f"{status} = 2 OR {finding} <> 0"
    return run(connection, f"SELECT {listed} FROM {table} WHERE {where} ORDER BY 1, 2")


def blanks(connection: Connection, data: Dataset, keys: Iterable[InputKey], chunk: Range) -> Blanks:
    """Who lacks what: for every fact of persons among the inputs, the blank rows by household."""
    units = data.units
    found: dict[tuple[str, str], dict[Any, list[Any]]] = {}
    for key in sorted(set(keys)):
        if key[0] != "fact" or key[1] != units.person:
            continue
        fact = data.book.facts[key[1], key[2]]
        if fact.missing is not ABSENT or fact.table not in data.tables:
            continue
        held: dict[Any, list[Any]] = {}
        wanted = [fact.column] if (fact.table, fact.column) in data.present() else []
        source = data.source(fact.table, wanted, chunk)
        test = f"{quoted(fact.column)} IS NULL" if wanted else "true"
        rows = run(
            connection,
            f"SELECT k_{units.household}, k_{units.person} FROM {source} r WHERE {test} ORDER BY 1, 2",
        )
        for household, person in rows:
            held.setdefault(household, []).append(person)
        found[key[1], key[2]] = held
    return found


def missing_list(names: Names, mask: int, household: Any, person: Any, empty: Blanks) -> list[str]:
    """Ids of what is missing; a member's fact as `person_no.fact`."""
    found = []
    for bit, (key, label) in enumerate(zip(names.keys, names.inputs, strict=True)):
        if not mask >> bit & 1:
            continue
        members = empty.get((key[1], key[2])) if key[0] == "fact" else None
        if members is None:
            found.append(label)
            continue
        who = members.get(household, [])
        if person is not None and key in names.own and key not in names.above:
            who = [person]
        plain = label.rpartition(".")[2]
        found += [f"{member}.{plain}" for member in who] or [label]
    return found


def record(names: Names, row: tuple[Any, ...], empty: Blanks) -> dict[str, Any]:
    """One row of findings.parquet, without its reason."""
    household, person, status, finding = row[:4]
    return {
        "policy": names.policy.policy.id,
        "household_no": household,
        "person_no": person,
        "finding": None if finding is None else FINDINGS[finding],
        "status": STATUSES[status],
        "amount_fen": row[4],
        "amount_min_fen": row[5],
        "amount_max_fen": row[6],
        "paid_fen": row[11],
        "receives": row[10],
        "reason": "overlap" if row[12] else None,
        "failed": [name for i, name in enumerate(names.clauses) if row[7] >> i & 1],
        "unknown": [name for i, name in enumerate(names.clauses) if row[8] >> i & 1],
        "missing": missing_list(names, row[9], household, person, empty),
    }


# -- reasons ----------------------------------------------------------------------------------------


def reason(compiled: CompiledBook, names: Names, found: Mapping[str, Any], language: str) -> str:
    """Why, in one line, from the masks alone; worklists add the values from the trace."""
    zh = language == "zh"
    texts = {clause.id: clause for clause, *_ in names.policy.clauses}

    def clause_text(key: str) -> str:
        clause = texts[key]
        text = clause.text.get(language) or key
        return f"{text}（{clause.cite}）" if clause.cite and zh else f"{text} ({clause.cite})" if clause.cite else text

    parts: list[str] = []
    if found["reason"] == "overlap":
        others = "、".join(_others(compiled, names))
        parts.append(f"与{others}重复享受" if zh else f"received together with {others}")
    if found["failed"]:
        listed = ("；" if zh else "; ").join(clause_text(key) for key in found["failed"])
        parts.append(f"不符合：{listed}" if zh else f"does not meet: {listed}")
    if found["status"] == "eligible" and found["finding"] == "entitled_not_receiving":
        parts.append("符合全部条件，未享受" if zh else "meets every condition and receives nothing")
    if found["finding"] == "amount_differs":
        due, paid = (_yuan(found[key]) for key in ("amount_fen", "paid_fen"))
        parts.append(f"应发{due}元，实发{paid}元" if zh else f"due {due} yuan, paid {paid} yuan")
    if found["status"] == "unknown":
        parts.append(_unknown(compiled, names, found, clause_text, zh))
    elif found["finding"] == "cannot_tell":
        parts.append("不能判断是否正在享受" if zh else "whether it is received cannot be told")
    return ("；" if zh else "; ").join(parts)


def _others(compiled: CompiledBook, names: Names) -> list[str]:
    mine = names.policy.policy
    book = compiled.book.policies.values()
    return [p.title.zh or p.id for p in book if p.id in mine.not_with or mine.id in p.not_with]


def _unknown(
    compiled: CompiledBook, names: Names, found: Mapping[str, Any], clause_text: Callable[[str], str], zh: bool
) -> str:
    open_ = ("；" if zh else "; ").join(clause_text(key) for key in found["unknown"])
    labels = {}
    for key, name in zip(names.keys, names.inputs, strict=True):
        labels[name.rpartition(".")[2]] = input_label(compiled.book, key)[0 if zh else 1]
    inputs = []
    for item in found["missing"]:
        person, _, name = item.rpartition(".")
        label = labels.get(name, name)
        inputs.append(f"{person} 的{label}" if person and zh else f"{label} of {person}" if person else label)
    if not inputs:
        return (
            f"无法判定：{open_}（除数为零或没有可比的数）"
            if zh
            else f"cannot be decided: {open_} (nothing to divide by)"
        )
    lacking = "、".join(inputs[:6]) if zh else ", ".join(inputs[:6])
    more = "" if len(inputs) <= 6 else (f"等{len(inputs)}项" if zh else f" and {len(inputs) - 6} more")
    return f"无法判定：{open_}；缺少{lacking}{more}" if zh else f"cannot be decided: {open_}; missing {lacking}{more}"


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen / 100:.2f}"


# -- writing ----------------------------------------------------------------------------------------


def schema(keys: tuple[Any, Any]) -> Any:
    """The columns of findings.parquet."""
    import pyarrow as pa

    texts = pa.list_(pa.string())
    return pa.schema(
        [("policy", pa.string()), ("household_no", keys[0]), ("person_no", keys[1]), ("finding", pa.string()),
         ("status", pa.string()), ("amount_fen", pa.int64()), ("amount_min_fen", pa.int64()),
         ("amount_max_fen", pa.int64()), ("paid_fen", pa.int64()), ("receives", pa.bool_()),
         ("reason", pa.string()), ("failed", texts), ("unknown", texts), ("missing", texts),
         ("reason_zh", pa.string()), ("reason_en", pa.string()), ("change", pa.string()),
         ("means_check", pa.string())]
    )  # fmt: skip


def arrow_key(kind: str) -> Any:
    """The Arrow type of a key column of the data."""
    import pyarrow as pa

    return pa.string() if kind == "VARCHAR" else pa.int64()


def arrow_keys(types: tuple[str, str]) -> tuple[Any, Any]:
    """The Arrow types of household and person keys."""
    return arrow_key(types[0]), arrow_key(types[1])


def write_part(path: Path, rows: list[dict[str, Any]], keys: tuple[Any, Any]) -> None:
    """A chunk's findings, to be joined at the end."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows, schema(keys)), path, compression="snappy", store_schema=False)


def join_parts(
    parts: list[Path], target: Path, keys: tuple[Any, Any], gone: list[dict[str, Any]], checks: MeansChecks
) -> int:
    """findings.parquet from the chunks' parts in order, with what is gone since last month at the end; its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = 0
    with pq.ParquetWriter(target, schema(keys), compression="snappy", store_schema=False) as writer:
        for part in parts:
            table = pq.read_table(part).cast(schema(keys))
            rows += table.num_rows
            if table.num_rows:
                writer.write_table(checks.mark(table))
        if gone:
            writer.write_table(pa.Table.from_pylist(gone, schema(keys)))
    return rows
