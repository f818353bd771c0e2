"""The compact table of decisions: one row per policy and unit, masks instead of lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bangfu.core.compiler.book import CompiledBook
from bangfu.core.compiler.ir import E
from bangfu.core.compiler.lowering import InputKey
from bangfu.core.compiler.policies import FINDINGS, STATUSES, LoweredPolicy
from bangfu.core.compiler.sql import TYPES, name, quoted
from bangfu.core.engines.duckdb_engine import Connection, run
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.rulebook.units import Units
from bangfu.core.screening.dataset import Dataset

PARQUET = "(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1000)"


@dataclass(slots=True)
class PolicyCounts:
    """Units of one policy by status and finding, with sums of fen of the entitled and of each finding."""

    policy: str
    status: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    findings: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FINDINGS, 0))
    due_fen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("eligible", *FINDINGS), 0))
    paid_fen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FINDINGS, 0))
    gap_fen: int = 0

    def add(self, other: PolicyCounts) -> None:
        """Add another chunk's counts."""
        for group in ("status", "findings", "due_fen", "paid_fen"):
            mine, theirs = getattr(self, group), getattr(other, group)
            for key, value in theirs.items():
                mine[key] = mine.get(key, 0) + value
        self.gap_fen += other.gap_fen


def column(node: E | None, kind: str = "int") -> str:
    """A node of a last step table as SQL; constants in place."""
    if node is None or (node.op == "const" and node.value is None):
        return f"CAST(NULL AS {TYPES[kind]})"
    if node.op == "const":
        if isinstance(node.value, bool):
            return "true" if node.value else "false"
        return f"{node.value}::{TYPES[node.kind]}"
    return name(node)


def key_types(data: Dataset) -> tuple[str, str]:
    """The SQL types of household and person keys."""
    found = []
    for table in (data.units.household, data.units.person):
        key = data.book.tables[table].key if table else None
        known = data.tables[table].types if table in data.tables else {}
        found.append(known.get(key or "", "VARCHAR"))
    return found[0], found[1]


def keys_of(units: Units, unit: str, types: tuple[str, str]) -> tuple[str, str]:
    """The household and person key columns of a unit's rows."""
    chain = units.chain(unit)
    household = f"k_{units.household}" if units.household in chain else "NULL"
    person = f"k_{units.person}" if units.person in chain else "NULL"
    return f"CAST({household} AS {types[0]})", f"CAST({person} AS {types[1]})"


def create_enums(connection: Connection, book: Rulebook) -> None:
    """Words that repeat, as dictionary types."""
    words = {"policy_word": tuple(book.policies) or ("none",), "status_word": STATUSES, "finding_word": FINDINGS}
    for label, values in words.items():
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
        run(connection, f"CREATE TYPE {label} AS ENUM ({listed})")


def _word(node: E | None, values: tuple[str, ...], kind: str) -> str:
    if node is None:
        return f"CAST(NULL AS {kind})"
    if node.op == "const":
        assert isinstance(node.value, int)
        return f"'{values[node.value]}'::{kind}"
    whens = " ".join(f"WHEN {position} THEN '{value}'::{kind}" for position, value in enumerate(values[:-1]))
    return f"CASE {name(node)} {whens} ELSE '{values[-1]}'::{kind} END"


def select_decisions(compiled: CompiledBook, policy: LoweredPolicy, units: Units, types: tuple[str, str]) -> str:
    """The decision rows of one policy from its unit's last step table."""
    out = policy.output
    household, person = keys_of(units, policy.unit, types)
    parts = [
        f"'{policy.policy.id}'::policy_word AS policy",
        f"{household} AS household_no",
        f"{person} AS person_no",
        f"{_word(out.status, STATUSES, 'status_word')} AS status",
        f"{column(out.amount)} AS amount_fen",
        f"{column(out.amount_min)} AS amount_min_fen",
        f"{column(out.amount_max)} AS amount_max_fen",
        f"CAST({column(out.failed, 'mask')} AS UBIGINT) AS failed",
        f"CAST({column(out.unknown, 'mask')} AS UBIGINT) AS unknown",
        f"{column(out.missing, 'mask')} AS missing",
        f"{column(out.receives, 'bool')} AS receives",
        f"{_word(out.finding, FINDINGS, 'finding_word')} AS finding",
    ]
    if policy.unit not in (units.household, units.person):
        parts.append(f"CAST(k_{policy.unit} AS VARCHAR) AS unit_no")
    elif needs_unit_number(compiled, units):
        parts.append("CAST(NULL AS VARCHAR) AS unit_no")
    return f"SELECT {', '.join(parts)} FROM {quoted(compiled.plan.last[policy.unit].name)}"


def needs_unit_number(compiled: CompiledBook, units: Units) -> bool:
    """Whether some policy is about something that is neither a household nor a person (a bill, a village)."""
    found = (units.table_of(policy.of) for policy in compiled.book.policies.values())
    return any(unit and unit not in (units.household, units.person) for unit in found)


def write_decisions(
    connection: Connection, compiled: CompiledBook, units: Units, types: tuple[str, str], path: Path
) -> None:
    """One Parquet part with every policy's rows of a chunk."""
    selects = [select_decisions(compiled, policy, units, types) for policy in compiled.policies]
    if selects:
        text = "\nUNION ALL\n".join(selects)
        run(connection, f"COPY ({text}) TO '{str(path).replace(chr(39), chr(39) * 2)}' {PARQUET}")


def write_nothing(connection: Connection, types: tuple[str, str], path: Path) -> None:
    """A part without rows, so that the table can be read where no policy is in force."""
    kinds = {
        "policy": "VARCHAR", "household_no": types[0], "person_no": types[1], "status": "VARCHAR",
        "amount_fen": "BIGINT", "amount_min_fen": "BIGINT", "amount_max_fen": "BIGINT", "failed": "UBIGINT",
        "unknown": "UBIGINT", "missing": "UBIGINT", "receives": "BOOLEAN", "finding": "VARCHAR",
    }  # fmt: skip
    parts = ", ".join(f"CAST(NULL AS {kind}) AS {label}" for label, kind in kinds.items())
    run(connection, f"COPY (SELECT {parts} WHERE false) TO '{str(path).replace(chr(39), chr(39) * 2)}' {PARQUET}")


def count_decisions(connection: Connection, compiled: CompiledBook, counts: dict[str, PolicyCounts]) -> None:
    """Add a chunk's units by status and finding, with money, in one pass over each unit's table."""
    by_unit: dict[str, list[LoweredPolicy]] = {}
    for policy in compiled.policies:
        by_unit.setdefault(policy.unit, []).append(policy)
    for unit, policies in by_unit.items():
        parts: list[str] = []
        targets: list[tuple[str, str, str]] = []
        for policy in policies:
            for text, group, key in _counted(policy):
                parts.append(text)
                targets.append((policy.policy.id, group, key))
        row = run(connection, f"SELECT {', '.join(parts)} FROM {quoted(compiled.plan.last[unit].name)}")[0]
        for (policy_id, group, key), value in zip(targets, row, strict=True):
            count = counts.setdefault(policy_id, PolicyCounts(policy_id))
            if group == "gap_fen":
                count.gap_fen += int(value or 0)
            else:
                getattr(count, group)[key] += int(value or 0)


def _counted(policy: LoweredPolicy) -> list[tuple[str, str, str]]:
    """(SQL, group, key) of every count of a policy."""
    out = policy.output
    status, due = column(out.status), column(out.amount)
    found = [(f"count(*) FILTER ({status} = {i})", "status", word) for i, word in enumerate(STATUSES)]
    found.append((f"sum({due}) FILTER ({status} = 1)", "due_fen", "eligible"))
    if out.finding is not None:
        finding, paid = column(out.finding), column(out.paid)
        for i, word in enumerate(FINDINGS):
            found.append((f"count(*) FILTER ({finding} = {i})", "findings", word))
            found.append((f"sum({due}) FILTER ({finding} = {i})", "due_fen", word))
            if out.paid is not None:
                found.append((f"sum({paid}) FILTER ({finding} = {i})", "paid_fen", word))
                if word == "amount_differs":
                    found.append((f"sum(abs({paid} - {due})) FILTER ({finding} = {i})", "gap_fen", word))
    return found


def clause_rows(compiled: CompiledBook) -> list[Mapping[str, object]]:
    """What the masks mean: one row per clause and input of every policy."""
    rows: list[Mapping[str, object]] = []
    for policy in compiled.policies:
        for bit, (clause, kind, _, _) in enumerate(policy.clauses):
            text = clause.text
            rows.append(
                {"policy": policy.policy.id, "kind": kind, "bit": bit, "id": clause.id, "text_zh": text.zh,
                 "text_en": text.en, "cite": clause.cite}
            )  # fmt: skip
        names = input_names(policy.inputs, compiled.book)
        for bit, key in enumerate(policy.inputs):
            zh, en = input_label(compiled.book, key)
            rows.append(
                {"policy": policy.policy.id, "kind": "input", "bit": bit, "id": names[bit], "text_zh": zh,
                 "text_en": en, "cite": ""}
            )  # fmt: skip
    return rows


def write_clauses(connection: Connection, rows: list[Mapping[str, object]], path: Path) -> None:
    """clauses.parquet: policy, kind, bit, id, text_zh, text_en, cite."""
    run(
        connection,
        "CREATE OR REPLACE TEMP TABLE clauses (policy VARCHAR, kind VARCHAR, bit UTINYINT, id VARCHAR, "
        "text_zh VARCHAR, text_en VARCHAR, cite VARCHAR)",
    )
    if rows:
        connection.executemany("INSERT INTO clauses VALUES (?, ?, ?, ?, ?, ?, ?)", [list(r.values()) for r in rows])
    run(connection, f"COPY clauses TO '{str(path).replace(chr(39), chr(39) * 2)}' {PARQUET}")


def input_names(inputs: tuple[InputKey, ...], book: Rulebook) -> list[str]:
    """The ids of inputs: the fact, parameter or table; a fact that two tables share is named with its table."""
    plain = [key[-1] for key in inputs]
    return [
        f"{book.tables[key[1]].of if book.tables[key[1]].key else key[1]}.{key[-1]}"
        if key[0] == "fact" and plain.count(key[-1]) > 1
        else key[-1]
        for key in inputs
    ]


def input_label(book: Rulebook, key: InputKey) -> tuple[str, str]:
    """An input in Chinese and English."""
    if key[0] == "fact":
        label = book.facts[(key[1], key[2])].label
    elif key[0] == "parameter":
        label = book.parameters[key[1]].label
    elif key[0] == "table" and key[1] in book.tables:
        label = book.tables[key[1]].label
    else:
        return key[-1], key[-1]
    return label.zh or key[-1], label.en or label.zh or key[-1]
