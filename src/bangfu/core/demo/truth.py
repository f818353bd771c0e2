"""The planted truth as a table."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bangfu.core.demo.doubts import Blurred
from bangfu.core.demo.planting import Planted

COLUMNS = {
    "month": str,
    "household_no": str,
    "person_no": str,
    "cause": str,
    "kind": str,
    "programme": str,
    "revealed_by": str,
    "detectable": bool,
    "needs_linking": bool,
    "note_zh": str,
}
"""`person_no` is null where the truth is about the household.

`needs_linking`: the row of a bureau's file that reveals the truth carries an identity that a join on well-formed
numbers, after simple repair, does not find. A `trap` is no truth to be found: `revealed_by` is the file that holds a
row which must not be laid at this household's door.
"""


class TruthTable:
    """Collects the truths of each month and saves them, sorted, as Parquet."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def add(self, month: str, planted: list[Planted]) -> None:
        """Note what holds in a month; a further programme missed for the same reason is a row of its own."""
        for truth in planted:
            cause = truth.cause
            self._add(month, truth, truth.household.no, truth.person_no, cause.kind, truth.programme)
            if truth.partner:
                self._add(month, truth, *truth.partner, cause.kind, truth.programme)
            for other in cause.also:
                self._add(month, truth, truth.household.no, truth.person_no, "missed", other)

    def _add(self, month: str, truth: Planted, household: str, person: str | None, kind: str, programme: str) -> None:
        cause = truth.cause
        values = (month, household, person, cause.id, kind, programme, cause.revealed_by, cause.detectable)
        self._rows.append(dict(zip(COLUMNS, (*values, truth.needs_linking, cause.note_zh), strict=True)))

    def blur(self, blurred: Iterable[Blurred]) -> None:
        """Take back what no file shows after all, with the reason.

        That a household is at risk shows in the registry, whatever may be in its name elsewhere.
        """
        found = {one.truth: one for one in sorted(blurred, key=lambda one: not one.by_silence)}
        for row in self._rows:
            one = found.get((row["month"], row["household_no"], row["cause"]))
            if one and row["detectable"] and not (one.by_silence and row["kind"] == "at_risk"):
                row |= {"detectable": False, "needs_linking": False, "revealed_by": ""}
                row["note_zh"] += f"；{one.note_zh}"

    def save(self, path: Path) -> int:
        """Write the file; returns the number of rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._rows.sort(key=lambda row: (row["month"], row["household_no"], row["cause"], row["programme"]))
        types = {str: pa.string(), bool: pa.bool_()}
        schema = pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
        pq.write_table(pa.Table.from_pylist(self._rows, schema=schema), path)
        return len(self._rows)
