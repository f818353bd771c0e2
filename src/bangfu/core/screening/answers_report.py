"""Writes what was taken back from the worklists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bangfu.core.screening.answers import Answer


def write_table(answers: list[Answer], path: Path) -> Path:
    """answers.parquet: one row per line and policy, sorted by its keys."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.string()
    schema = pa.schema(
        [
            *((name, text) for name in ("line_key", "policy", "household_no", "person_no", "finding")),
            *((name, text) for name in ("result", "action", "verifier")),
            *(("verified_on", pa.date32()), ("file", text), ("sheet", text), ("row", pa.int32())),
        ]
    )
    rows: list[dict[str, Any]] = [
        {
            **{"line_key": str(one.key), "policy": policy, "finding": one.key.finding},
            **{"household_no": one.key.household_no or None, "person_no": one.key.person_no or None},
            **{"result": one.result, "action": one.action or None, "verifier": one.verifier or None},
            **{"verified_on": one.verified_on, "file": one.file, "sheet": one.sheet, "row": one.row},
        }
        for one in answers
        for policy in one.key.policies
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path
