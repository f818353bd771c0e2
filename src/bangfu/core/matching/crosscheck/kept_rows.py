"""The rows behind a cross-check by household, without what identifies anybody, so that the ingests can be removed.

`rows/TABLE.parquet` lies beside the facts: keys and a bureau's own columns, numbers of persons in them masked as a report
masks them, in the order of households. Whoever keeps
results for long writes it and removes `ingest/`, which holds numbers and names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.matching.crosscheck.errors import DataError
from bangfu.core.matching.crosscheck.ranges import NOBODY
from bangfu.core.matching.crosscheck.registry import Registry
from bangfu.core.matching.crosscheck.returned_rows import INGEST, ReturnedRow
from bangfu.core.matching.crosscheck.state import State, read_state
from bangfu.core.matching.crosscheck.store import read_arrow
from bangfu.core.matching.methods import METHODS
from bangfu.core.matching.report.catalogue import COLUMNS, hidden
from bangfu.core.values.text import mask

FOLDER = "rows"
_KEYS = ("household_no", "_place", "row_no")
_OWN = ("household_no", "person_no", "method", "review", "row_no", "_place")
_ROWS = 10_000
"""Rows of one group in a file: what is read to show one household."""
_FACTS = 10_000
"""The same of facts."""


def write_rows(folder: Path) -> None:
    """Write `rows/` into a folder of results that still has its ingests and links. Raises DataError where it has not."""
    import pyarrow.parquet as pq

    state = read_state(folder, INGEST)
    goal = folder / FOLDER
    goal.mkdir(mode=0o700)
    homes = _homes(state.registry)
    for table in state.stores:
        found = _rows_of_table(state, table, homes, folder / "links" / f"{table}.parquet")
        pq.write_table(found, goal / f"{table}.parquet", row_group_size=_ROWS, compression="zstd")


def _homes(registry: Registry) -> Any:
    """For every person, in the registry's order: number, household, and the place among its members."""
    import numpy as np
    import pyarrow as pa

    starts = np.asarray(registry.store.mapped("member_starts"))
    members = np.asarray(registry.store.mapped("members"))
    counts = np.diff(starts)
    numbers = registry.all_person_no()
    numbers = numbers.combine_chunks() if isinstance(numbers, pa.ChunkedArray) else numbers
    homes = registry.household_no
    homes = homes.combine_chunks() if isinstance(homes, pa.ChunkedArray) else homes
    index = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(members)) - np.repeat(starts[:-1], counts)
    return pa.table(
        {
            "person_no": numbers.take(pa.array(members)),
            "_at": pa.array(members.astype(np.int64)),
            "household_no": homes.take(pa.array(index)),
            "_index": pa.array(index.astype(np.int64)),
            "_place": pa.array(place.astype(np.int32)),
        }
    )


def _rows_of_table(state: State, table: str, homes: Any, links: Path) -> Any:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        named = pq.read_table(links, columns=["row_no", "person_no", "method", "review"])
    except OSError:
        raise DataError(f"{links}: 没有对应关系文件 / the links were not kept") from None
    named = named.filter(pc.is_valid(named.column("person_no")))
    store, decided = state.stores[table], state.decided[table]
    lane = store.read("row")  # which row of the file each of the store's rows was
    settled = pa.array(lane[decided.row].astype(np.int64))
    certain = named.filter(pc.invert(pc.is_in(named.column("row_no").cast(pa.int64()), value_set=settled)))
    certain = certain.set_column(0, "row_no", certain.column("row_no").cast(pa.int64()))
    certain = certain.set_column(2, "method", certain.column("method").cast(pa.string()))
    kept = certain.join(homes, "person_no", join_type="inner")
    looked_at = _decided_rows(decided, lane)
    if looked_at.num_rows:
        kept = pa.concat_tables([kept, looked_at.join(homes, "_at", join_type="inner").select(kept.column_names)])
    allowed = state.allowed.get(table)
    if allowed is not None:
        kept = kept.filter(pa.array(np.asarray(allowed)[np.asarray(kept.column("_index"))]))
    kept = kept.drop_columns(["_at", "_index"]).sort_by([(key, "ascending") for key in _KEYS])
    values = read_arrow(store.path / "values.arrow")
    at = np.full(int(lane.max()) + 1 if len(lane) else 0, -1, np.int64)
    at[lane] = np.arange(len(lane))
    own = values.take(pa.array(at[np.asarray(kept.column("row_no"), dtype=np.int64)]))
    for name in own.column_names:
        if name not in _OWN:
            kept = kept.append_column(own.schema.field(name), _masked(name, own.column(name)))
    return kept


def _masked(name: str, column: Any) -> Any:
    """A column of texts without whole numbers of persons: a disability certificate's holds the ID number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column
    whole = COLUMNS.get(name, (None, ""))[1] == "number"
    suspect = pc.fill_null(pc.match_substring_regex(column, r"\d[\d -]{9,}"), False)
    if whole:
        suspect = pc.is_valid(column)
    if not pc.any(suspect).as_py():
        return column
    change = mask if whole else _hidden
    texts = [
        change(text) if doubt else text for text, doubt in zip(column.to_pylist(), suspect.to_pylist(), strict=True)
    ]
    return pa.chunked_array([pa.array(texts, column.type)])


def _hidden(text: str) -> str:
    return hidden(text, every=True)


def _decided_rows(decided: Any, lane: Any) -> Any:
    """Rows that number and name alone did not settle: one for whom each is, and for whom it may be until somebody looked."""
    import pyarrow as pa

    found: dict[tuple[int, int], tuple[str, bool]] = {}
    for at, row in enumerate(decided.row):
        people = [int(decided.person[at])] if decided.person[at] != NOBODY else []
        if decided.review[at]:
            people += [int(who) for who in decided.others.get(at, ())]
        for who in people:
            found[int(lane[row]), who] = METHODS[int(decided.method[at])].code, bool(decided.review[at])
    return pa.table(
        {
            "row_no": pa.array([row for row, _who in found], pa.int64()),
            "method": pa.array([method for method, _review in found.values()], pa.string()),
            "review": pa.array([review for _method, review in found.values()], pa.bool_()),
            "_at": pa.array([who for _row, who in found], pa.int64()),
        }
    )


class KeptRows:
    """`rows/` of a folder of results, opened for asking about households."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def rows_of(self, household_no: Any) -> list[ReturnedRow]:
        """The rows of all files about one household, in the order of tables, members and rows; none where it is not
        in them."""
        return [row for table in catalogue().tables for row in self._of_table(table, str(household_no))]

    def _of_table(self, table: str, number: str) -> Iterator[ReturnedRow]:

        path = self._folder / f"{table}.parquet"
        for row in _of_household(path, number) if path.is_file() else ():
            own = {name: value for name, value in row.items() if name not in _OWN}
            yield ReturnedRow(table, int(row["row_no"]), row["person_no"], row["method"], bool(row["review"]), own)


def _of_household(path: Path, number: str) -> list[dict[str, Any]]:
    """The rows of one household, out of the groups of rows that may hold it."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    place = file.schema_arrow.get_field_index("household_no")
    whole = pa.types.is_integer(file.schema_arrow.field(place).type)
    if whole and not number.isdigit():
        return []
    wanted: Any = int(number) if whole else number
    found: list[dict[str, Any]] = []
    for group in range(file.num_row_groups):
        known = file.metadata.row_group(group).column(place).statistics
        if known is None or not known.has_min_max or known.min <= wanted <= known.max:
            table = file.read_row_group(group)
            found += table.filter(pc.equal(table.column("household_no"), wanted)).to_pylist()
    return found


def sort_facts(folder: Path) -> None:
    """Write the facts of a folder anew in the order of households, so that those of one are found without reading all."""
    import pyarrow.parquet as pq

    for name in ("household_facts.parquet", "person_facts.parquet"):
        table = pq.read_table(folder / name).sort_by("household_no")
        fresh = folder / f".{name}"
        pq.write_table(table, fresh, row_group_size=_FACTS, compression="zstd", write_statistics=["household_no"])
        fresh.replace(folder / name)
