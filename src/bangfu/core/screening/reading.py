"""Reading a run's results back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Names = dict[tuple[str, str], dict[int, str]]


def clause_names(folder: Path) -> Names:
    """(policy, "clause" or "input") to the id of every bit."""
    import pyarrow.parquet as pq

    found: Names = {}
    for row in pq.read_table(folder / "clauses.parquet").to_pylist():
        kind = "input" if row["kind"] == "input" else "clause"
        found.setdefault((row["policy"], kind), {})[row["bit"]] = row["id"]
    return found


def expanded_decisions(folder: Path) -> Any:
    """The decisions with lists of ids in place of masks."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "decisions")
    names = clause_names(folder)
    policies = table["policy"].cast(pa.string()).to_pylist()
    for column, kind in (("failed", "clause"), ("unknown", "clause"), ("missing", "input")):
        memo: dict[tuple[str, int], list[str]] = {}
        lists = []
        for policy, mask in zip(policies, table[column].to_pylist(), strict=True):
            if (policy, mask) not in memo:
                bits = names.get((policy, kind), {})
                memo[policy, mask] = [bits[i] for i in sorted(bits) if mask >> i & 1]
            lists.append(memo[policy, mask])
        table = table.set_column(table.column_names.index(column), column, pa.array(lists, pa.list_(pa.string())))
    for column in ("policy", "status", "finding"):
        table = table.set_column(table.column_names.index(column), column, table[column].cast(pa.string()))
    return table
