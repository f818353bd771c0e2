"""Household-closed chunks: fixed by the data, never by the number of threads, so that results are the same bytes."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from bangfu.core.compiler.sql import quoted
from bangfu.core.engines import duckdb_engine
from bangfu.core.screening.dataset import Dataset, Range, TableData

PERSONS_PER_CHUNK = 500_000
SMALL = 60_000


def chunks_of(connection: duckdb_engine.Connection, data: Dataset, per_chunk: int = PERSONS_PER_CHUNK) -> list[Range]:
    """Ranges of household keys, in order, with about `per_chunk` persons each; the last is open above."""
    units = data.units
    households = data.tables.get(units.household)
    if households is None:
        return [Range()]
    persons = data.tables.get(units.person, households)
    size = max(persons.rows, households.rows)
    count = 1 if size <= SMALL else max(2, ceil(size / per_chunk))
    if count == 1:
        return [Range()]
    key = data.book.tables[units.household].key or ""
    cuts = _cuts(connection, households, key, count)
    edges: list[object] = [None, *cuts, None]
    pairs = list(pairwise(edges))
    return [Range(low, high, last=number == len(pairs) - 1) for number, (low, high) in enumerate(pairs)]


def _cuts(connection: duckdb_engine.Connection, table: TableData, key: str, count: int) -> list[object]:
    """Keys that cut the households into `count` parts: evenly where keys are dense numbers, else by quantiles."""
    ends = [(g.least.get(key), g.most.get(key)) for g in table.groups]
    whole = table.types[key] in ("INTEGER", "BIGINT", "SMALLINT", "UINTEGER", "UBIGINT")
    if whole and all(a is not None and b is not None for a, b in ends):
        least, most = min(int(a) for a, _ in ends if a), max(int(b) for _, b in ends if b)
        width = most - least + 1
        if width <= 1.5 * table.rows:
            return [least - 1 + width * i // count for i in range(1, count)]
    source = duckdb_engine.parquet_source(table.files)
    shares = ", ".join(str(i / count) for i in range(1, count))
    rows = duckdb_engine.run(connection, f"SELECT quantile_disc({quoted(key)}, [{shares}]) FROM {source}")
    found = rows[0][0] or []
    return list(dict.fromkeys(found))
