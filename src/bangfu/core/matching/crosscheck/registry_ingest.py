"""Reads a registry once and keeps it in units of persons whose numbers lie next to one another."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from bangfu.core.files.identity import HOUSEHOLD_NO, IDENTITY, NUMBER, PERSON_NO, PHONE, REGION
from bangfu.core.files.layout import TableLayout
from bangfu.core.files.parquet import parquet_columns
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.crosscheck.batches import Batch, is_parquet, open_file
from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.matching.crosscheck.ingest import Ingested, Seen, keep_seen, linkable, store_path
from bangfu.core.matching.crosscheck.measures import plain_lane
from bangfu.core.matching.crosscheck.registry import NO_HOUSEHOLD
from bangfu.core.matching.crosscheck.sorting import SortedRows
from bangfu.core.matching.crosscheck.store import (
    BATCH,
    LaneFile,
    Store,
    new_folder,
    open_store,
    write_arrow,
    write_meta,
)
from bangfu.core.matching.numbers import NO_NUMBER
from bangfu.core.matching.reading import read_columns
from bangfu.core.matching.rows import read_phones, read_townships

UNIT = 1 << 18
IN_ORDER = ("id", "name", "birth", "sex", "phone", "township")
"""Lanes that stay in the order of numbers; all others follow the registry within each unit."""


def ingest_registry(persons: Path, households: Path, folder: Path, shas: tuple[str, str], limit: int) -> Ingested:
    """The store of a registry, made if there is none. `limit`: bytes to hold while sorting.

    Raises FileError where a table cannot be read, has no key, or no row of persons has an ID number.
    """
    started = time.perf_counter()
    sha = hashlib.sha256("".join(shas).encode()).hexdigest()
    place = store_path(folder, "registry", sha)
    known = open_store(place)
    if known is not None:
        return Ingested(known, False, time.perf_counter() - started)
    with new_folder(place) as made:
        meta = _Writing(made, limit).write(persons, households)
        write_meta(made, {**meta, "table": "registry", "file": persons.name, "sha256": sha})
    store = open_store(place)
    assert store is not None
    return Ingested(store, True, time.perf_counter() - started)


class _Writing:
    """One registry as it is read, sorted and written."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self.kinds: dict[str, str] = {}

    def write(self, persons: Path, households: Path) -> dict[str, Any]:
        """All steps; returns what there is."""
        (self.folder / "sorted").mkdir()
        rows, of_person, seen = self._sort(persons)
        units = _units(rows)
        household = self._households(households, of_person)
        declared = [name for name in rows.meta["lanes"] if name not in (*IN_ORDER, "row")]
        household = self._place(rows, units, household, declared)
        self._members(household)
        for name in IN_ORDER:
            if rows.has(name):
                (rows.path / f"{name}.bin").rename(self.folder / f"{name}.bin")
                self.kinds[name] = rows.meta["lanes"][name]
        shutil.rmtree(self.folder / "sorted")
        keep_seen(self.folder, seen)
        return {
            "rows": rows.rows,
            "unnumbered": seen.unnumbered_rows(),
            "units": units,
            "lanes": self.kinds,
            "households": self._count,
            "declared": sorted(declared),
        }

    def _lane(self, name: str, numbers: Any) -> None:
        file = LaneFile(self.folder, name)
        file.add(numbers)
        file.close()
        self.kinds[name] = numbers.dtype.name

    def _sort(self, path: Path) -> tuple[Store, Any, Seen]:
        """All persons in the order of their numbers, with `row`; and the households' numbers in the file's order."""
        import numpy as np
        import pyarrow as pa

        opened = open_file(
            path, TableLayout("persons", "persons", (PERSON_NO, HOUSEHOLD_NO, *IDENTITY, *catalogue().registry))
        )
        for column in (PERSON_NO, HOUSEHOLD_NO, NUMBER):
            if column.name not in opened.found:
                expected = "、".join((column.name, *column.headers))
                found = "、".join(sorted(opened.found)) or "（空）"
                raise FileError("no_key_column", path.name, expected=expected, found=found)
        sorter, seen = SortedRows(self.folder / "sorted", self.limit), Seen()
        homes: list[Any] = []
        for batch in opened.batches:
            lanes = _lanes(batch, opened.found)
            lanes["row"] = np.arange(sorter.rows, sorter.rows + len(batch.who), dtype=np.int64)
            person_no = batch.columns["person_no"]
            if person_no.null_count:
                raise FileError("empty_key", path.name, column=PERSON_NO.headers[0], count=str(person_no.null_count))
            sorter.add(batch.who.numbers.packed, lanes, pa.table({"person_no": person_no}))
            homes.append(batch.columns["household_no"])
            seen.look(batch)
        linkable(path.name, sorter.rows, seen.written, 0)
        kinds = sorter.finish()
        return Store(self.folder / "sorted", {"rows": sorter.rows, "lanes": kinds}), pa.concat_arrays(homes), seen

    def _place(self, rows: Store, units: list[int], household: Any, declared: list[str]) -> Any:
        """Give each person a place within the unit, by the order of the registry, and write what follows places.

        Returns the households by place.
        """
        import numpy as np
        import pyarrow as pa

        names = ("place", "household", "row", *declared)
        files = {name: LaneFile(self.folder, name) for name in names}
        found = np.empty(rows.rows, np.int32)
        numbers = _values(rows, units)
        first = next(numbers)
        schema = pa.schema([("person_no", first.type)])
        with pa.OSFile(str(self.folder / "persons.arrow"), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for start, stop in pairwise(units):
                row = rows.read("row", start, stop)
                within = np.argsort(row)
                place = np.empty(stop - start, np.int32)
                place[within] = np.arange(stop - start, dtype=np.int32)
                found[start:stop] = household[row[within]]
                lanes = {"place": place, "household": found[start:stop], "row": row[within].astype(np.int32)}
                lanes |= {name: rows.read(name, start, stop)[within] for name in declared}
                for name, lane in lanes.items():
                    files[name].add(lane)
                    self.kinds[name] = lane.dtype.name
                person_no = first if start == 0 else next(numbers)
                writer.write_batch(pa.record_batch([person_no.take(pa.array(within))], schema=schema))
        for file in files.values():
            file.close()
        return found

    def _households(self, path: Path, of_person: Any) -> Any:
        """Writes the households; returns the index of each person's (int32, NO_HOUSEHOLD)."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        table = _read_households(path)
        numbers = table["household_no"]
        if numbers.type != of_person.type:
            numbers, of_person = numbers.cast(pa.string()), of_person.cast(pa.string())
        at = pc.index_in(of_person, value_set=numbers)
        lost = of_person.filter(pc.and_(pc.is_null(at), pc.is_valid(of_person)))
        if len(lost):
            more = pc.unique(lost)
            numbers = pa.concat_arrays([numbers, more])
            at = pc.index_in(of_person, value_set=numbers)
        at = pc.if_else(pc.is_null(of_person), pa.scalar(None, pa.int32()), at)
        for name, column in (("phone", "phone"), ("township", "region_code")):
            if column in table:
                read = read_phones if name == "phone" else read_townships
                lane = np.zeros(len(numbers), np.int64)
                lane[: len(table[column])] = read(table[column])
                self._lane(f"household_{name}", lane)
        areas = table["region_code"].dictionary_encode()
        area = np.full(len(numbers), -1, np.int32)
        area[: len(areas)] = np.asarray(areas.indices.fill_null(-1))
        self._lane("area", area)
        write_arrow(pa.table({"area": areas.dictionary}), self.folder / "areas.arrow")
        write_arrow(pa.table({"household_no": numbers}), self.folder / "households.arrow")
        order = pc.sort_indices(numbers)
        ascending = pa.table({"household_no": numbers.take(order), "index": order.cast(pa.int64())})
        write_arrow(ascending, self.folder / "by_number.arrow")
        self._count = len(numbers)
        return np.asarray(at.fill_null(NO_HOUSEHOLD)).astype(np.int32, copy=False)

    def _members(self, household: Any) -> None:
        """Where each household's members stand: `member_starts` along the households, `members` by place."""
        import numpy as np

        counts = np.bincount(household[household >= 0], minlength=self._count)
        starts = np.zeros(self._count + 1, np.int64)
        np.cumsum(counts, out=starts[1:])
        order = np.argsort(household, kind="stable")
        self._lane("member_starts", starts)
        self._lane("members", order[int((household < 0).sum()) :].astype(np.int32))


def _lanes(batch: Batch, found: frozenset[str]) -> dict[str, Any]:
    who = batch.who
    lanes = {"name": who.names.keys, "birth": who.known_birth(), "sex": who.sex}
    lanes |= {name: lane for name, lane in (("phone", who.phone), ("township", who.township)) if lane is not None}
    for column in catalogue().registry:
        if column.name in found:
            lanes[column.name] = plain_lane(column, batch.columns.get(column.name), len(who))
    return lanes


def _values(rows: Store, units: list[int]) -> Iterator[Any]:
    """The persons' numbers of one unit after the other (Arrow arrays), in the order of ID numbers."""
    import pyarrow as pa

    with pa.memory_map(str(rows.path / "values.arrow")) as source:
        reader = pa.ipc.open_file(source)
        for start, stop in pairwise(units):
            wanted = range(start // BATCH, -(-stop // BATCH))
            batches = [reader.get_batch(number).column(0) for number in wanted]
            whole = pa.concat_arrays(batches) if batches else pa.array([], reader.schema.field(0).type)
            yield whole.slice(start - wanted.start * BATCH, stop - start)


def _units(rows: Store) -> list[int]:
    """Where units begin: every UNIT persons, but those with one number stay together; and the number of persons."""
    numbers, size, units = rows.mapped("id"), rows.rows, [0]
    while units[-1] + UNIT < size:
        cut = units[-1] + UNIT
        before = numbers[cut - 1]
        while cut < size and before != NO_NUMBER and numbers[cut] == before:
            cut += 1
        units.append(cut)
    if units[-1] < size:
        units.append(size)
    return units if len(units) > 1 else [0, size]


def _read_households(path: Path) -> dict[str, Any]:
    """household_no and region_code as Arrow arrays; region codes as text, null where there is none."""
    import pyarrow as pa

    wanted = (HOUSEHOLD_NO, REGION, PHONE)
    if is_parquet(path):
        parquet_columns(path)
        found = read_columns(path, wanted)
    else:
        reading = read_table(path, TableLayout("households", "households", wanted))
        found = {name: reading.table.column(name) for name in reading.table.column_names}
    if "household_no" not in found:
        expected = "、".join((HOUSEHOLD_NO.name, *HOUSEHOLD_NO.headers))
        raise FileError("no_key_column", path.name, expected=expected, found="、".join(found) or "（空）")
    if found["household_no"].null_count:
        count = str(found["household_no"].null_count)
        raise FileError("empty_key", path.name, column=HOUSEHOLD_NO.headers[0], count=count)
    arrays = {
        name: pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        for name, column in found.items()
    }
    nothing = pa.nulls(len(arrays["household_no"]), pa.string())
    codes = arrays.get("region_code", nothing).cast(pa.string())
    phones = {"phone": arrays["phone"].cast(pa.string())} if "phone" in arrays else {}
    return _once({"household_no": arrays["household_no"], "region_code": codes, **phones})


def _once(arrays: dict[str, Any]) -> dict[str, Any]:
    """Each household once, in the order of first appearance; where its rows name two areas it lies in none for
    certain."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = arrays["household_no"]
    unique = pc.unique(numbers)
    if len(unique) == len(numbers):
        return arrays
    first = pc.index_in(unique, value_set=numbers)
    areas = arrays["region_code"].take(first)
    where = pc.index_in(numbers, value_set=unique)
    same = pc.equal(pc.fill_null(arrays["region_code"], ""), pc.fill_null(areas.take(where), ""))
    torn = pc.unique(where.filter(pc.invert(same)))
    torn = pc.is_in(pa.array(range(len(unique)), torn.type), value_set=torn)
    more = {name: arrays[name].take(first) for name in arrays if name == "phone"}
    return {"household_no": unique, "region_code": pc.if_else(torn, pa.scalar(None, pa.string()), areas), **more}
