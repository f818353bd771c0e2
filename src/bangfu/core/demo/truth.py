"""The planted truth as a table."""

from __future__ import annotations

from pathlib import Path

from bangfu.core.demo.planting import Planted

COLUMNS = (
    "month",
    "household_no",
    "person_no",
    "cause",
    "kind",
    "programme",
    "revealed_by",
    "detectable",
    "note_zh",
)
"""All texts, but `detectable` (boolean); `person_no` is null where the truth is about the household."""


class TruthTable:
    """Collects the truths of each month and saves them, sorted, as Parquet."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str | None, str, str, str, str, bool, str]] = []

    def add(self, month: str, planted: list[Planted]) -> None:
        """Note what holds in a month; a further programme missed for the same reason is a row of its own."""
        for truth in planted:
            cause, household = truth.cause, truth.household.no
            rest = (cause.revealed_by, cause.detectable, cause.note_zh)
            programme = truth.programme
            self._rows.append((month, household, truth.person_no, cause.id, cause.kind, programme, *rest))
            if truth.partner:
                self._rows.append((month, *truth.partner, cause.id, cause.kind, programme, *rest))
            for other in cause.also:
                self._rows.append((month, household, truth.person_no, cause.id, "missed", other, *rest))

    def save(self, path: Path) -> int:
        """Write the file; returns the number of rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._rows.sort(key=lambda row: (row[0], row[1], row[3], row[5]))
        columns = list(zip(*self._rows, strict=True)) or [()] * len(COLUMNS)
        types = [pa.bool_() if name == "detectable" else pa.string() for name in COLUMNS]
        arrays = [pa.array(list(c), t) for c, t in zip(columns, types, strict=True)]
        pq.write_table(pa.table(arrays, names=list(COLUMNS)), path)
        return len(self._rows)
