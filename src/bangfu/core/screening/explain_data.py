"""Explanations of one household out of a county's files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from bangfu.core.engines import duckdb_engine
from bangfu.core.rulebook.model import ParameterValue, Rulebook
from bangfu.core.screening import inputs
from bangfu.core.screening.dataset import DataError, Dataset
from bangfu.core.screening.explain import explainer
from bangfu.core.screening.explain_model import Explanation
from bangfu.core.screening.rows import coverage, household_rows
from bangfu.core.screening.run import open_data
from bangfu.core.screening.state import Request


def explain_household(
    book: Rulebook,
    data: Path,
    as_of: date,
    household_no: str,
    *,
    policies: Sequence[str] | None = None,
    facts: Path | None = None,
    decisions: Path | None = None,
) -> list[Explanation]:
    """Every policy's explanation (or the named ones') for one household, with what would turn each answer.

    Raises DataError where the folder or the household is not there, and where no named policy is in force.
    """
    if not data.is_dir():
        raise DataError(f"--data: {data} 不是文件夹 / is not a folder")
    with tempfile.TemporaryDirectory(prefix="bangfu-") as scratch:
        folder = Path(scratch)
        request = Request(Path(book.root), data, as_of, folder / "out", facts=facts, decisions=decisions, threads=1)
        connection, dataset, snapshot = open_data(book, request, folder)
        try:
            rows = household_rows(connection, dataset, household_no)
            tables = inputs.parameter_tables(connection, book, data, folder / "snapshot" if snapshot else None)
            made = explainer(book, as_of, tables=tables, policies=policies, covered=coverage(dataset))
            found = made.explain(rows, changes=True)
        finally:
            connection.close()
    if not found:
        named = ", ".join(policies or book.policies)
        raise DataError(f"{as_of}: 该日期没有有效的政策 / none of these is in force on this day: {named}")
    return found


def rows_of_snapshot(
    book: Rulebook, snapshot: Path, household_no: str
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, str], dict[str, tuple[ParameterValue, ...]]]:
    """One household's rows, what the tables cover, and parameters that came with the data, out of a run's `snapshot/`.

    The rows are as `household_rows` gives them. Raises DataError where the snapshot or the household is not there.
    """
    with snapshot_opened(book, snapshot) as (read, covered, tables):
        return read(household_no), covered, tables


@contextmanager
def snapshot_opened(
    book: Rulebook, snapshot: Path
) -> Iterator[
    tuple[Callable[[str], dict[str, list[dict[str, Any]]]], dict[str, str], dict[str, tuple[ParameterValue, ...]]]
]:
    """A run's `snapshot/` for many households: the reader of one household's rows, what the tables cover, parameters.

    Raises DataError where the snapshot is not there; the reader does where the household is not.
    """
    if not snapshot.is_dir():
        raise DataError(f"{snapshot.name}: 不是文件夹 / is not a folder")
    files = {table: inputs.parquet_files(snapshot, table) for table in book.tables}
    with tempfile.TemporaryDirectory(prefix="bangfu-") as scratch:
        connection = duckdb_engine.connect([snapshot], threads=1, memory_mb=512, scratch=Path(scratch))
        try:
            found = {table: parts for table, parts in files.items() if parts}
            dataset = Dataset.open(connection, book, found, snapshot=True)
            tables = inputs.parameter_tables(connection, book, snapshot, snapshot)
            yield partial(household_rows, connection, dataset), coverage(dataset), tables
        finally:
            connection.close()


def explain_snapshot(
    book: Rulebook, snapshot: Path, as_of: date, household_no: str, *, policies: Sequence[str], changes: bool = True
) -> list[Explanation]:
    """The named policies' explanations for one household out of a run's `snapshot/`, as the run decided.

    `book` is the rulebook of the run, whose digest run.json names. Without `changes` it does not look for what would turn
    an answer, which takes most of the time. Raises DataError as `rows_of_snapshot` does.
    """
    rows, covered, tables = rows_of_snapshot(book, snapshot, household_no)
    return explainer(book, as_of, tables=tables, policies=policies, covered=covered).explain(rows, changes=changes)
