"""What came back for one household, row by row, for the report: from the links and the ingests of a cross-check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bangfu.core.matching.crosscheck.ingest import store_path
from bangfu.core.matching.crosscheck.store import Store, open_store
from bangfu.core.matching.errors import DataError

Place = tuple[str, int, str, bool]
"""Table, row_no, method, review."""


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A row of a bureau's file that names a person of the household.

    `row_no` counts from 0 in the order of the file; with `review` a person must look before it counts. `values` are by
    column name, money in fen.
    """

    table: str
    row_no: int
    person_no: Any
    method: str
    review: bool
    values: dict[str, object]


def rows_of(folder: Path, household_no: Any) -> list[ReturnedRow]:
    """Every row that was linked to a person of the household, by table, person and row.

    Raises DataError where the cross-check was made without links or its ingests are gone.
    """
    stamp = (folder / "summary.json").stat().st_mtime_ns
    members, places = _index(folder, stamp)
    found = []
    for person in members.get(str(household_no), ()):
        for table, row_no, method, review in places.get(person, ()):
            found.append(ReturnedRow(table, row_no, person, method, review, _values(folder, stamp, table, row_no)))
    return sorted(found, key=lambda row: (row.table, str(row.person_no), row.row_no))


@lru_cache(maxsize=2)
def _index(folder: Path, _stamp: int) -> tuple[Mapping[str, list[Any]], Mapping[Any, list[Place]]]:
    """The persons of each household, and the places of each person's rows; read once for many households."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if not (folder / "links").is_dir():
        raise DataError(
            f"{folder}: 没有逐行对应表（links），请不加 --no-links 重新核对 / "
            "there are no links: run bangfu crosscheck again without --no-links"
        )
    people = pq.read_table(folder / "person_facts.parquet", columns=["person_no", "household_no"])
    members: dict[str, list[Any]] = {}
    for person, household in zip(*(people.column(i).to_pylist() for i in range(2)), strict=True):
        members.setdefault(str(household), []).append(person)
    places: dict[Any, list[Place]] = {}
    for path in sorted((folder / "links").glob("*.parquet")):
        links = pq.read_table(path, columns=["row_no", "person_no", "method", "review"])
        named = links.filter(pc.is_valid(links.column("person_no")))
        for row, person, method, review in zip(*(named.column(i).to_pylist() for i in range(4)), strict=True):
            places.setdefault(person, []).append((path.stem, row, method, review))
    return members, places


def _values(folder: Path, stamp: int, table: str, row_no: int) -> dict[str, object]:
    store, at = _store(folder, stamp, table)
    return store.values([int(at[row_no])])[0]


@lru_cache(maxsize=32)
def _store(folder: Path, _stamp: int, table: str) -> tuple[Store, Any]:
    """A table's ingest, and for each row_no the row of the ingest."""
    import numpy as np
    import pyarrow.parquet as pq

    sources = pq.read_table(folder / "sources.parquet", columns=["table", "sha256"]).to_pylist()
    sha = next(row["sha256"] for row in sources if row["table"] == table)
    store = open_store(store_path(folder / "ingest", table, sha))
    if store is None:
        raise DataError(
            f"{folder}: {table} 的读入结果已不在，请重新核对 / "
            f"what was read of {table} is gone: run bangfu crosscheck again"
        )
    rows = store.read("row")
    at = np.full(int(rows.max(initial=-1)) + 1, -1, np.int64)
    at[rows] = np.arange(len(rows))
    return store, at
