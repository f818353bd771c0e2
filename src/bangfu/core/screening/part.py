"""What a run writes, chunk by chunk and once at the end; the compact decisions are the part that is always fast."""

from __future__ import annotations

from typing import Any

from bangfu.core.compiler.book import CompiledBook
from bangfu.core.engines.duckdb_engine import Connection
from bangfu.core.screening.dataset import Range
from bangfu.core.screening.decisions import (
    PolicyCounts,
    clause_rows,
    count_decisions,
    key_types,
    write_clauses,
    write_decisions,
    write_nothing,
)
from bangfu.core.screening.state import RunState
from bangfu.core.screening.worker import Worker


class Part:
    """One thing that a run writes for every chunk and once at the end."""

    def __init__(self, state: RunState, connection: Connection) -> None:
        self.state, self.connection = state, connection
        self.types = key_types(state.data)

    def chunk(self, worker: Worker, compiled: CompiledBook, number: int, chunk: Range) -> None:
        """Write what one chunk gives; called by one thread per chunk."""

    def done(self) -> None:
        """Write what all chunks give together."""


class Decisions(Part):
    """decisions/ and clauses.parquet."""

    def __init__(self, state: RunState, connection: Connection) -> None:
        super().__init__(state, connection)
        self._counts: dict[int, dict[str, PolicyCounts]] = {}
        self._clauses: dict[int, list[Any]] = {}
        (state.folder / "decisions").mkdir()

    def chunk(self, worker: Worker, compiled: CompiledBook, number: int, chunk: Range) -> None:
        """One part file, and its counts."""
        path = self.state.folder / "decisions" / f"part-{number:05d}.parquet"
        write_decisions(worker.connection, compiled, self.state.data.units, self.types, path)
        counts = self._counts.setdefault(number, {})
        count_decisions(worker.connection, compiled, counts)
        self._clauses[number] = clause_rows(compiled)

    def done(self) -> None:
        """Counts of all chunks, and what the masks mean."""
        for number in sorted(self._counts):
            for policy, found in self._counts[number].items():
                self.state.counts.setdefault(policy, PolicyCounts(policy)).add(found)
        for name, count in self.state.counts.items():
            total = sum(count.status.values())
            self.state.rows_out["decisions"] = self.state.rows_out.get("decisions", 0) + total
            for word in ("eligible", "ineligible"):
                if total and count.status[word] == total:
                    self.state.warnings.append(f"{name}: all {total} units are {word}")
        if not any((self.state.folder / "decisions").iterdir()):
            self.state.warnings.append(f"no policy is in force on {self.state.request.as_of}")
            write_nothing(self.connection, self.types, self.state.folder / "decisions" / "part-00000.parquet")
        rows = list({tuple(row.values()): row for n in sorted(self._clauses) for row in self._clauses[n]}.values())
        order = {name: position for position, name in enumerate(self.state.book.policies)}
        kinds = {"condition": 0, "exclusion": 0, "input": 1}
        rows.sort(key=lambda row: (order[str(row["policy"])], kinds[str(row["kind"])], row["bit"]))
        write_clauses(self.connection, rows, self.state.folder / "clauses.parquet")
