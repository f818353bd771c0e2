"""The monthly run: registry, bureau files and rulebook in; decisions, findings, worklists out."""

from __future__ import annotations

import json
import platform
import queue
import resource
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bangfu import __version__
from bangfu.core.compiler.lookup import Lookup
from bangfu.core.compiler.sql import quoted
from bangfu.core.engines import duckdb_engine
from bangfu.core.engines.duckdb_engine import Connection
from bangfu.core.files.whole import whole_folder
from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.rulebook.resolver import Resolver
from bangfu.core.screening import inputs
from bangfu.core.screening.chunks import chunks_of
from bangfu.core.screening.dataset import DataError, Dataset, Range
from bangfu.core.screening.decisions import create_enums
from bangfu.core.screening.part import Decisions, Part
from bangfu.core.screening.state import ALL, Request, RunState
from bangfu.core.screening.worker import Compilations, Wanted, Worker


def screen(request: Request) -> Path:
    """Run everything that was asked for and return the results' folder; nothing appears before all is done."""
    book = load(request.rulebook, cases=False)
    _known_policies(book, request)
    with whole_folder(request.out, "run.json") as folder:
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
    connection, data, snapshot = open_data(book, request, folder)
    frozen = folder / "snapshot" if snapshot is not None else None
    tables = inputs.parameter_tables(connection, book, request.data, frozen)
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
    if snapshot is not None and snapshot.problems:
        state.warnings.append(f"{len(snapshot.problems)} problems in the files: see problems/problems.xlsx")
    if snapshot is not None:
        doubts = [note for note in snapshot.notes if note.code in ("facts_under_review", "facts_not_authorised")]
        state.warnings.extend(f"{note.line('zh')} / {note.line('en')}" for note in doubts)
    clock = state.took("read", clock)
    _evaluate(state, connection)
    digests = _digests(state)
    if "worklists" in request.only:
        from bangfu.core.screening.present import present

        clock = time.perf_counter()
        present(state, connection, digests)
        state.took("worklists", clock)
    _finish(state, digests)


def open_data(book: Rulebook, request: Request, folder: Path) -> tuple[Connection, Dataset, Any]:
    """A dataset: the folder's own Parquet where it is clean, else a snapshot taken of its files."""
    allowed = [request.data, folder, *([request.facts] if request.facts else [])]
    connection = duckdb_engine.connect(allowed, threads=1, memory_mb=request.memory_mb, scratch=folder / "scratch")
    files = None if request.facts or request.decisions else inputs.clean_files(book, request.data)
    data = inputs.open_clean(connection, book, files) if files else None
    if data is not None:
        return connection, data, None
    from bangfu.core.screening.snapshot import take_snapshot, write_problems

    snapshot = take_snapshot(
        book, request.data, request.as_of, folder / "snapshot", facts=request.facts, decisions=request.decisions
    )
    write_problems(snapshot, folder / "problems")
    found = {table: inputs.parquet_files(folder / "snapshot", table) for table in book.tables}
    found = {table: parts for table, parts in found.items() if parts}
    return connection, Dataset.open(connection, book, found, snapshot=True), snapshot


# -- evaluating -------------------------------------------------------------------------------------


def _evaluate(state: RunState, connection: Connection) -> None:
    """Work all chunks with the wanted number of threads."""
    clock = time.perf_counter()
    what = state.request.only
    if "worklists" in what:
        what = ("decisions", "alerts", "checks", "indicators", "worklists")
    units = state.data.units
    there = [t for t in state.book.tables if t in state.data.tables and state.book.tables[t].key]
    inner = frozenset(t for t in there if units.in_household(t))
    parts = _parts(state, connection, what)

    def compilations(tables: frozenset[str]) -> Compilations:
        wanted = Wanted(what, state.request.policies, tables)
        return Compilations(state.book, state.resolver, state.data, state.lookup, wanted, connection, state.chunks)

    shared = compilations(inner)
    _in_threads(state, shared, parts)
    if shared.strays:
        _report_strays(state, connection)
    outer = frozenset(there) - inner
    if outer and _about(state, outer):
        _in_one_piece(state, compilations(outer), parts)
    clock = state.took("evaluate", clock)
    for part in parts:
        part.done()
    state.took("assemble", clock)


def _report_strays(state: RunState, connection: Connection) -> None:
    """Persons without a household row are an error of the data; nobody is dropped for it."""
    data, tables = state.data, state.book.tables
    household, person = data.units.household, data.units.person
    if person not in data.tables or household not in data.tables:
        return
    files = [duckdb_engine.parquet_source(data.tables[table].files) for table in (person, household)]
    keys = [quoted(name or "") for name in (tables[person].belongs_to, tables[household].key)]
    count = duckdb_engine.run(
        connection, f"SELECT count(*) FROM {files[0]} p ANTI JOIN {files[1]} h ON p.{keys[0]} = h.{keys[1]}"
    )[0][0]
    if count:
        name = data.tables[person].files[0].name
        state.warnings.append(
            f"{name}: {count} 人没有对应的户记录，一律判为无法判定，请补全户表 / "
            f"{count} persons without a household row, decided unknown; complete the table of households"
        )


def _parts(state: RunState, connection: Connection, what: Sequence[str]) -> list[Part]:
    """The parts that were asked for; findings come with the worklists and with the decisions of a full run."""
    parts: list[Part] = [Decisions(state, connection)] if "decisions" in what else []
    if set(what) <= {"decisions"}:
        return parts
    from bangfu.core.screening.parts import Findings, Flags, Indicators

    if "worklists" in what:
        parts.append(Findings(state, connection))
    parts += [Flags(state, connection, kind) for kind in ("alerts", "checks") if kind in what]
    if "indicators" in what:
        parts.append(Indicators(state, connection))
    return parts


def _about(state: RunState, tables: frozenset[str]) -> bool:
    """Whether anything is defined for tables above or beside the household."""
    units, book = state.data.units, state.book
    named = [item.of for group in (book.policies, book.alerts, book.checks) for item in group.values()]
    named += [side.table for i in book.indicators.values() for side in (i.numerator, i.denominator) if side]
    return any(units.table_of(name) in tables for name in named)


def _in_one_piece(state: RunState, shared: Compilations, parts: list[Part]) -> None:
    """Villages and the like may look at any household, so they are worked in one piece."""
    connection = _connection(state, state.request.memory_mb)
    worker = Worker(shared, connection)
    compiled = worker.compute(Range())
    for part in parts:
        part.chunk(worker, compiled, len(state.chunks), Range())


def _connection(state: RunState, memory_mb: int) -> Connection:
    folders = [state.request.data, state.folder]
    made = duckdb_engine.connect(folders, threads=1, memory_mb=memory_mb, scratch=state.folder / "scratch")
    create_enums(made, state.book)
    return made


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
            worker = Worker(shared, _connection(state, memory))
            while not errors:
                try:
                    number, chunk = todo.get_nowait()
                except queue.Empty:
                    break
                compiled = worker.compute(chunk)
                for part in parts:
                    part.chunk(worker, compiled, number, chunk)
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


def _digests(state: RunState) -> dict[str, str]:
    """sha256 of every file that was read, by its path in the data folder."""
    if state.snapshot is not None:
        return inputs.digests(state.snapshot.sources.values(), state.request.data)
    files = [f for table in state.data.tables.values() for f in table.files]
    tables = {p.table.table for p in state.book.parameters.values() if p.table is not None}
    files += [f for name in tables for f in inputs.parquet_files(state.request.data, name)]
    return inputs.digests(files, state.request.data)


def _finish(state: RunState, digests: dict[str, str]) -> None:
    shutil.rmtree(state.folder / "scratch", ignore_errors=True)
    record = {
        "bangfu": __version__,
        "rulebook": {"name": state.book.name, "version": state.book.version, "sha256": state.book.digest},
        "as_of": state.request.as_of.isoformat(),
        "engine": f"duckdb {duckdb_engine.VERSION}",
        "python": platform.python_version(),
        "threads": state.request.threads,
        "chunks": len(state.chunks),
        "inputs": digests,
        "rows_in": {table.id: table.rows for table in state.data.tables.values()},
        "rows_out": state.rows_out,
        "policies": {
            name: {
                "status": c.status,
                "findings": c.findings,
                "due_fen": c.due_fen,
                "paid_fen": c.paid_fen,
                "gap_fen": c.gap_fen,
            }
            for name, c in state.counts.items()
        },
        "undecided": {
            key: {"rows": rows, "missing": state.undecided.inputs.get(key, {})}
            for key, rows in sorted(state.undecided.rows.items())
        },
        "warnings": state.warnings,
        "seconds": {**state.seconds, "total": round(time.perf_counter() - state.started, 3)},
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    (state.folder / "run.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
