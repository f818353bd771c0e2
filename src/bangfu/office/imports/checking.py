"""Reads a batch's file, judges every row, and keeps what was found: rows for the preview and the commit, issues, counts."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from bangfu.core.files.open_book import open_book
from bangfu.core.files.parquet import parquet_columns
from bangfu.core.files.reader import read_table
from bangfu.core.files.reading import TableReading
from bangfu.core.files.sheet import Book, Sheet
from bangfu.office.accounts.api import Actor
from bangfu.office.imports import recognise, storage, tables
from bangfu.office.imports.identities import Identities
from bangfu.office.imports.judging import CHANGED, NEW, OUTSIDE, REJECTED, SAME, Finding, Scope, judge
from bangfu.office.imports.models import CHECKED, MAPPING, Batch, Issue
from bangfu.office.pages.inserting import insert

CHUNK = 5000
"""Rows that are judged, and later written, at a time."""
_KEPT = frozenset({"duplicated_key"})
_WHOLE = frozenset({"duplicate_header", "untitled_columns"})


@contextmanager
def without_collector() -> Iterator[None]:
    """Millions of small values without a cycle among them: looking for cycles would take a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
            gc.collect()


def check(batch: Batch, actor: Actor, progress: storage.Progress) -> None:
    """Recognise (unless somebody said what is what), read, judge, keep. Raises FileError, Cancelled."""
    with without_collector():
        progress.say("reading")
        book = _book(batch)
        kind = _recognised(batch, actor, book)
        if kind is None:
            return
        layout = tables.layout_for(kind, batch.columns, frozenset(batch.by_hand))
        reading = read_table(storage.upload_path(batch), layout, None if batch.ending == ".parquet" else book)
        del book
        scope = Scope.of(actor.areas("imports.upload"), batch.as_of)
        found = _Found(batch, kind, reading)
        found.judge(scope, progress)
        _keep(batch, found)


def _book(batch: Batch) -> Book:
    path = storage.upload_path(batch)
    if batch.ending == ".parquet":
        names = list(parquet_columns(path))
        return Book(path, (Sheet("", lambda: iter([names]), even=True),))
    return open_book(path)


def _recognised(batch: Batch, actor: Actor, book: Book) -> tables.Kind | None:
    """The table, with the mapping in the batch; None where a person must say."""
    allowed = tables.allowed(actor, batch.area_code, batch.bureau)
    if not batch.by_hand and not batch.columns:
        wanted = [kind for kind in allowed if not batch.table or kind.id == batch.table]
        seen = recognise.recognise(book, wanted, batch.file_name, batch.bureau or batch.area_code)
        batch.table, batch.titles, batch.columns = seen.table, seen.titles, seen.columns
        batch.by_hand, batch.remembered = seen.by_hand, seen.remembered
        batch.fingerprint = recognise.fingerprint(seen.titles)
    kind = next((kind for kind in allowed if kind.id == batch.table), None)
    if kind is not None and not recognise.complete(kind, batch.columns):
        return kind
    batch.state = MAPPING
    batch.save()
    return None


class _Found:
    """What is found while the rows are judged."""

    def __init__(self, batch: Batch, kind: tables.Kind, reading: TableReading) -> None:
        self.batch, self.kind, self.reading = batch, kind, reading
        self.issues: list[Issue] = []
        self.counts = dict.fromkeys((NEW, CHANGED, SAME, REJECTED, OUTSIDE), 0)
        self.counts[REJECTED] = len(reading.rejected)
        self.sheets = reading.sheet_of.to_numpy().astype(np.int64)
        self.rows = reading.row_of.to_numpy().astype(np.int64)

    def judge(self, scope: Scope, progress: storage.Progress) -> None:
        """Every chunk, into the file of checked rows."""
        bad = self._bad_places()
        table = self.reading.table
        ids = Identities.of(table, self.rows.tolist()) if self.kind.id == tables.PERSONS else None
        table = table.append_column("_sheet", pa.array(self.sheets, pa.int16()))
        table = table.append_column("_row", pa.array(self.rows, pa.int32()))
        schema = table.schema.append(pa.field("_action", pa.int8()))
        with (
            storage.private_file(storage.checked_path(self.batch)) as path,
            pq.ParquetWriter(path, schema, compression="snappy", use_dictionary=True) as writer,
        ):
            for start in range(0, table.num_rows, CHUNK):
                progress.say("checking", start, table.num_rows)
                chunk = table.slice(start, CHUNK)
                verdict = judge(self.kind, chunk, scope, ids.part(start, chunk.num_rows) if ids else None)
                lost = bad[start : start + chunk.num_rows] & (verdict.actions < REJECTED)
                verdict.actions[lost] = REJECTED
                for finding in verdict.findings:
                    self.issues.append(self._issue(start, finding))
                for action, count in zip(*np.unique(verdict.actions, return_counts=True), strict=True):
                    self.counts[int(action)] += int(count)
                writer.write_table(chunk.append_column("_action", pa.array(verdict.actions, pa.int8())), CHUNK)

    def _bad_places(self) -> Any:
        """Which rows the reader found something wrong in; all that it found becomes issues."""
        reading = self.reading
        number = {name: index for index, name in enumerate(reading.sheets)}
        places = []
        for problem in reading.problems:
            whole = problem.row is None or problem.code in _WHOLE
            kept = whole or problem.code in _KEPT
            self.issues.append(self._remark(problem, Issue.WARNING if kept else Issue.ERROR))
            if not kept:
                places.append((number.get(problem.sheet, 0) << 32) | int(problem.row or 0))
        self.issues += [self._remark(note, Issue.NOTE) for note in reading.notes]
        here = (self.sheets << 32) | self.rows
        return np.isin(here, np.array(places, np.int64)) if places else np.zeros(len(here), bool)

    def _remark(self, remark: Any, severity: str) -> Issue:
        return Issue(
            batch=self.batch, severity=severity, sheet=remark.sheet[:64], row=remark.row, column=remark.column[:120],
            value=remark.value[:120], code=remark.code, detail=remark.detail[:240], count=remark.count,
        )  # fmt: skip

    def _issue(self, start: int, finding: Finding) -> Issue:
        at = start + finding.index
        return Issue(
            batch=self.batch, severity=finding.severity, sheet=self.reading.sheets[self.sheets[at]][:64],
            row=int(self.rows[at]), column=self.reading.headers.get(finding.column, finding.column)[:120],
            value=finding.value[:120], code=finding.code, detail=finding.detail[:240], count=1,
        )  # fmt: skip


@transaction.atomic
def _keep(batch: Batch, found: _Found) -> None:
    """Issues and counts, in place of those of an earlier check."""
    batch.issues.all().delete()
    order = {Issue.ERROR: 0, Issue.WARNING: 1, Issue.NOTE: 2}
    issues = sorted(found.issues, key=lambda issue: (order[issue.severity], issue.sheet, issue.row or 0))
    if found.kind.bureau and not batch.manifest:
        issues.append(Issue(batch=batch, severity=Issue.WARNING, code="no_manifest_given"))
    rest = iter(issues)
    while part := list(islice(rest, CHUNK)):
        insert(part)
    counts = found.counts
    batch.added, batch.changed, batch.unchanged = counts[NEW], counts[CHANGED], counts[SAME]
    batch.rejected, batch.outside = counts[REJECTED], counts[OUTSIDE]
    batch.total = found.reading.rows_seen
    batch.warnings = sum(issue.severity == Issue.WARNING for issue in issues)
    batch.sheets = list(found.reading.sheets)
    batch.state, batch.failure, batch.position, batch.written = CHECKED, None, 0, 0
    batch.save()
