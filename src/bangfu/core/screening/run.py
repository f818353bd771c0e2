"""The monthly run: registry, bureau files and rulebook in; decisions, findings, worklists out."""

from __future__ import annotations

import json
import platform
import queue
import resource
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bangfu import __version__
from bangfu.core.compiler.book import CompiledBook
from bangfu.core.compiler.lookup import Lookup
from bangfu.core.engines import duckdb_engine
from bangfu.core.engines.duckdb_engine import Connection
from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.rulebook.resolver import Resolver
from bangfu.core.screening import inputs
from bangfu.core.screening.chunks import chunks_of
from bangfu.core.screening.dataset import DataError, Dataset, Range
from bangfu.core.screening.decisions import (
    PolicyCounts,
    clause_rows,
    count_decisions,
    create_enums,
    key_types,
    write_clauses,
    write_decisions,
)
from bangfu.core.screening.worker import Compilations, Wanted, Worker
from bangfu.core.screening.workspace import workspace

ALL = ("decisions", "alerts", "checks", "indicators", "worklists")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What `screen` was asked: folders, date, and which parts. `memory_mb` is the engine's share."""

    rulebook: Path
    data: Path
    as_of: date
    out: Path
    policies: tuple[str, ...] | None = None
    only: tuple[str, ...] = ALL
    previous: Path | None = None
    facts: Path | None = None
    memory_mb: int = 2048
    threads: int = 2
    progress: Progress | None = None


@dataclass(slots=True)
class RunState:
    """What a run has found so far; written to run.json at the end."""

    request: Request
    book: Rulebook
    data: Dataset
    folder: Path
    chunks: list[Range]
    resolver: Resolver
    lookup: Lookup
    snapshot: object | None = None
    counts: dict[str, PolicyCounts] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    rows_out: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    def took(self, step: str, since: float) -> float:
        """Record a step's seconds and return the clock."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - since, 3)
        return now


def screen(request: Request) -> Path:
    """Run everything that was asked for and return the results' folder; nothing appears before all is done."""
    book = load(request.rulebook, cases=False)
    _known_policies(book, request)
    with workspace(request.out) as folder:
        _screen(book, request, folder)
    return request.out


def _known_policies(book: Rulebook, request: Request) -> None:
    from bangfu.core.rulebook.mistakes import nearest

    for name in request.policies or ():
        if name not in book.policies:
            near = nearest(name, book.policies)
            hint = f"; did you mean {near!r}?" if near else ""
            raise DataError(f"--policies: no policy {name!r} in {book.name}{hint}")
    for part in request.only:
        if part not in ALL:
            raise DataError(f"--only: {part!r} is not one of {', '.join(ALL)}")
    if not request.data.is_dir():
        raise DataError(f"--data: {request.data} 不是文件夹 / is not a folder")


def _screen(book: Rulebook, request: Request, folder: Path) -> None:
    clock = time.perf_counter()
    connection, data, snapshot = _open(book, request, folder)
    tables = inputs.parameter_tables(connection, book, request.data)
    state = RunState(
        request,
        book,
        data,
        folder,
        chunks_of(connection, data),
        Resolver(book),
        Lookup(book, request.as_of, tables),
        snapshot,
    )
    state.started = clock
    clock = state.took("read", clock)
    _evaluate(state, connection)
    _finish(state)


def _open(book: Rulebook, request: Request, folder: Path) -> tuple[Connection, Dataset, object | None]:
    """A dataset: the folder's own Parquet where it is clean, else a snapshot taken of its files."""
    allowed = [request.data, folder, *([request.facts] if request.facts else [])]
    connection = duckdb_engine.connect(allowed, threads=1, memory_mb=request.memory_mb, scratch=folder / "scratch")
    files = None if request.facts else inputs.clean_files(book, request.data)
    data = inputs.open_clean(connection, book, files) if files else None
    if data is not None:
        return connection, data, None
    from bangfu.core.screening.snapshot import take_snapshot

    snapshot = take_snapshot(book, request.data, request.as_of, folder / "snapshot", facts=request.facts)
    found = {table: inputs.parquet_files(folder / "snapshot", table) for table in book.tables}
    found = {table: parts for table, parts in found.items() if parts}
    return connection, Dataset.open(connection, book, found, snapshot=True), snapshot


# -- evaluating -------------------------------------------------------------------------------------


class Part:
    """One thing that a run writes for every chunk and once at the end."""

    def chunk(self, worker: Worker, compiled: CompiledBook, number: int) -> None:
        """Write what one chunk gives; called by one thread per chunk."""

    def done(self) -> None:
        """Write what all chunks give together."""


class Decisions(Part):
    """decisions/ and clauses.parquet."""

    def __init__(self, state: RunState, connection: Connection) -> None:
        self.state, self.connection = state, connection
        self.types = key_types(state.data)
        self._counts: dict[int, dict[str, PolicyCounts]] = {}
        self._compiled: CompiledBook | None = None
        (state.folder / "decisions").mkdir()

    def chunk(self, worker: Worker, compiled: CompiledBook, number: int) -> None:
        """One part file."""
        path = self.state.folder / "decisions" / f"part-{number:05d}.parquet"
        write_decisions(worker.connection, compiled, self.state.data.units, self.types, path)
        counts = self._counts.setdefault(number, {})
        count_decisions(worker.connection, compiled, counts)
        if number == 0:
            self._compiled = compiled

    def done(self) -> None:
        """Counts of all chunks, and what the masks mean."""
        for counts in self._counts.values():
            for policy, found in counts.items():
                total = self.state.counts.setdefault(policy, PolicyCounts(policy))
                for group in ("status", "findings", "due_fen", "paid_fen"):
                    held, added = getattr(total, group), getattr(found, group)
                    for key, value in added.items():
                        held[key] = held.get(key, 0) + value
        for name, found in self.state.counts.items():
            total_units = sum(found.status.values())
            self.state.rows_out["decisions"] = self.state.rows_out.get("decisions", 0) + total_units
            for word in ("eligible", "ineligible"):
                if total_units and found.status[word] == total_units:
                    self.state.warnings.append(f"{name}: all {total_units} units are {word}")
        if self._compiled is not None:
            write_clauses(self.connection, clause_rows(self._compiled), self.state.folder / "clauses.parquet")


def _evaluate(state: RunState, connection: Connection) -> None:
    """Work all chunks with the wanted number of threads."""
    clock = time.perf_counter()
    what = tuple(part for part in state.request.only if part != "worklists")
    if "worklists" in state.request.only:
        what = ("decisions", "alerts", "checks", "indicators")
    inner = frozenset(t for t in state.book.tables if state.data.units.in_household(t) and t in state.data.tables)
    shared = Compilations(
        state.book, state.resolver, state.data, state.lookup, Wanted(what, state.request.policies, inner), connection
    )
    parts: list[Part] = _parts(state, connection, what)
    _in_threads(state, shared, parts)
    clock = state.took("evaluate", clock)
    for part in parts:
        part.done()
    state.took("assemble", clock)


def _parts(state: RunState, connection: Connection, what: Sequence[str]) -> list[Part]:
    parts: list[Part] = []
    if "decisions" in what:
        parts.append(Decisions(state, connection))
    return parts


def _in_threads(state: RunState, shared: Compilations, parts: list[Part]) -> None:
    """Each chunk is worked by one thread on its own connection; the first error stops all."""
    todo: queue.SimpleQueue[tuple[int, Range]] = queue.SimpleQueue()
    for number, chunk in enumerate(state.chunks):
        todo.put((number, chunk))
    errors: list[BaseException] = []
    done = [0]
    threads = max(1, min(state.request.threads, len(state.chunks)))
    memory = max(256, state.request.memory_mb // threads)

    def work() -> None:
        try:
            connection = duckdb_engine.connect(
                [state.request.data, state.folder], threads=1, memory_mb=memory, scratch=state.folder / "scratch"
            )
            create_enums(connection, state.book)
            worker = Worker(shared, connection)
            while not errors:
                try:
                    number, chunk = todo.get_nowait()
                except queue.Empty:
                    break
                compiled = worker.compute(chunk)
                for part in parts:
                    part.chunk(worker, compiled, number)
                done[0] += 1
                if state.request.progress:
                    state.request.progress("evaluate", done[0], len(state.chunks))
        except BaseException as error:
            errors.append(error)

    others = [threading.Thread(target=work, daemon=True) for _ in range(threads - 1)]
    for thread in others:
        thread.start()
    work()
    for thread in others:
        thread.join()
    if errors:
        raise errors[0]


# -- the record of the run --------------------------------------------------------------------------


def _finish(state: RunState) -> None:
    import shutil

    shutil.rmtree(state.folder / "scratch", ignore_errors=True)
    record = {
        "bangfu": __version__,
        "rulebook": {"name": state.book.name, "version": state.book.version, "sha256": state.book.digest},
        "as_of": state.request.as_of.isoformat(),
        "engine": f"duckdb {duckdb_engine.VERSION}",
        "python": platform.python_version(),
        "threads": state.request.threads,
        "chunks": len(state.chunks),
        "inputs": inputs.digests((f for t in state.data.tables.values() for f in t.files), state.request.data),
        "rows_in": {table.id: table.rows for table in state.data.tables.values()},
        "rows_out": state.rows_out,
        "policies": {
            name: {"status": c.status, "findings": c.findings, "due_fen": c.due_fen, "paid_fen": c.paid_fen}
            for name, c in state.counts.items()
        },
        "warnings": state.warnings,
        "seconds": {**state.seconds, "total": round(time.perf_counter() - state.started, 3)},
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    (state.folder / "run.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
