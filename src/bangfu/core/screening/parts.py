"""Findings, alerts, checks and indicators: what a run writes beside the compact decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bangfu.core.compiler.book import CompiledBook
from bangfu.core.engines.duckdb_engine import Connection
from bangfu.core.rulebook.model import Alert, Check
from bangfu.core.screening import changes, findings, flags
from bangfu.core.screening.dataset import Range
from bangfu.core.screening.figures import Figures, indicator_rows, write_indicators
from bangfu.core.screening.means_checks import MeansChecks
from bangfu.core.screening.part import Part
from bangfu.core.screening.reasons import Reasons
from bangfu.core.screening.state import RunState, Undecided
from bangfu.core.screening.worker import Worker


class Findings(Part):
    """findings.parquet."""

    def __init__(self, state: RunState, connection: Connection) -> None:
        super().__init__(state, connection)
        self.keys = findings.arrow_keys(self.types)
        self._parts: dict[int, Path] = {}
        self._reasons = Reasons(state)
        (state.folder / "scratch").mkdir(exist_ok=True)

    def chunk(self, worker: Worker, compiled: CompiledBook, number: int, chunk: Range) -> None:
        """The rows to act on and the unknown ones, with who misses what and why."""
        rows: list[dict[str, Any]] = []
        data = self.state.data
        wanted = [(p, findings.names_of(compiled, p)) for p in compiled.policies]
        inputs = (key for _, names in wanted for key in names.keys)
        empty = findings.blanks(worker.connection, data, inputs, chunk)
        for policy, names in wanted:
            for row in findings.finding_rows(worker.connection, compiled, policy, data, self.types):
                found = findings.record(names, row, empty)
                found["reason_zh"] = findings.reason(compiled, names, found, "zh")
                found["reason_en"] = findings.reason(compiled, names, found, "en")
                rows.append(found)
        self._reasons.fill(worker.connection, rows)
        path = self.state.folder / "scratch" / f"findings-{number:05d}.parquet"
        findings.write_part(path, rows, self.keys)
        self._parts[number] = path

    def done(self) -> None:
        """One file, compared with the previous run where there is one."""
        parts = [self._parts[number] for number in sorted(self._parts)]
        gone: list[dict[str, Any]] = []
        if self.state.request.previous is not None:
            gone = changes.mark_findings(parts, self.state.request.previous, findings.schema(self.keys))
        request = self.state.request
        checks = MeansChecks(request.reports, request.data, request.as_of)
        target = self.state.folder / "findings.parquet"
        self.state.rows_out["findings"] = findings.join_parts(parts, target, self.keys, gone, checks)


class Flags(Part):
    """alerts/ or checks/."""

    def __init__(self, state: RunState, connection: Connection, kind: str) -> None:
        super().__init__(state, connection)
        self.keys = findings.arrow_keys(self.types)
        self.kind = kind
        self.items: dict[str, Alert | Check] = dict(state.book.alerts if kind == "alerts" else state.book.checks)
        self._undecided: dict[int, Undecided] = {}
        self._paths: dict[int, Path] = {}
        self._count: dict[str, int] = dict.fromkeys(self.items, 0)
        (state.folder / kind).mkdir()

    def chunk(self, worker: Worker, compiled: CompiledBook, number: int, chunk: Range) -> None:
        """Where they certainly hold, with the fields to look at."""
        data = self.state.data
        found = flags.hits(worker.connection, compiled, self.items, data, self.types)
        fields: dict[Any, str] = {}
        for key, item in self.items.items():
            mine = [hit for hit in found if hit[0] == key]
            if mine and isinstance(item, Check):
                fields.update(flags.shown_fields(worker.connection, data, item, mine))
        rows = []
        for hit in found:
            severity, message = flags.severity_and_message(self.items[hit[0]])
            rows.append(
                {"id": hit[0], "severity": severity, "household_no": hit[1], "person_no": hit[2],
                 "message": message, "fields": fields.get(hit, ""), "change": None}
            )  # fmt: skip
        path = self.state.folder / self.kind / f"part-{number:05d}.parquet"
        flags.write_flags(path, rows, self.keys)
        self._paths[number] = path
        undecided = self._undecided.setdefault(number, Undecided())
        flags.count_undecided(worker.connection, compiled, undecided, self.items)
        for hit in found:
            self._count[hit[0]] += 1

    def done(self) -> None:
        """What could not be told, what holds everywhere or nowhere, and what changed."""
        for number in sorted(self._undecided):
            self.state.undecided.add(self._undecided[number])
        self.state.rows_out[self.kind] = sum(self._count.values())
        for key, count in self._count.items():
            unit = self.state.data.units.table_of(self.items[key].of)
            total = self.state.undecided.units.get((self.kind, unit), 0)
            if total and count == total:
                self.state.warnings.append(f"{key}: holds for all {total} rows of {unit}")
        nowhere = [key for key, count in self._count.items() if not count and not self.state.undecided.rows.get(key)]
        if nowhere:
            self.state.warnings.append(f"{self.kind} that hold for none (0 rows): {', '.join(nowhere)}")
        if self.state.request.previous is not None:
            parts = [self._paths[number] for number in sorted(self._paths)]
            changes.mark_flags(parts, self.state.request.previous / self.kind)


class Indicators(Part):
    """indicators.parquet."""

    def __init__(self, state: RunState, connection: Connection) -> None:
        super().__init__(state, connection)
        self.keys = findings.arrow_keys(self.types)
        self._figures: dict[int, Figures] = {}

    def chunk(self, worker: Worker, compiled: CompiledBook, number: int, chunk: Range) -> None:
        """Sums by area."""
        self._figures.setdefault(number, Figures()).add(worker.connection, compiled)

    def done(self) -> None:
        """The figures of all chunks, rolled up."""
        total = Figures()
        for number in sorted(self._figures):
            total.merge(self._figures[number])
        rows = indicator_rows(self.state.book, total, self.state.request.as_of)
        write_indicators(self.state.folder / "indicators.parquet", rows)
        self.state.rows_out["indicators"] = len(rows)
