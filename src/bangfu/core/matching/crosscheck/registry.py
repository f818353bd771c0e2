"""The registered persons, kept as the cross-check needs them: in pieces that follow the order of ID numbers.

A piece (unit) holds about UNIT persons whose numbers lie next to one another, so that a piece of every bureau's file
belongs to it. Within a unit persons stand in the order of the registry (their place), so that results neither follow
the order of the numbers nor jump about between households.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from bangfu.core.files.identity import HOUSEHOLD_NO, IDENTITY, NUMBER, PERSON_NO, PHONE, REGION
from bangfu.core.files.layout import TableLayout
from bangfu.core.files.parquet import parquet_columns
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.crosscheck.batches import is_parquet, open_file
from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.matching.crosscheck.ingest import Ingested, Seen, keep_seen, linkable, store_path
from bangfu.core.matching.crosscheck.measures import plain_lane
from bangfu.core.matching.crosscheck.sorting import order_of
from bangfu.core.matching.crosscheck.store import (
    LaneFile,
    Store,
    new_folder,
    open_store,
    read_arrow,
    write_arrow,
    write_meta,
)
from bangfu.core.matching.names import Names
from bangfu.core.matching.numbers import NO_NUMBER, Numbers, read_numbers
from bangfu.core.matching.people import People
from bangfu.core.matching.reading import read_columns
from bangfu.core.matching.rows import Rows, read_phones, read_townships

UNIT = 1 << 18
NO_HOUSEHOLD = -1


@dataclass(frozen=True)
class Registry:
    """An ingested registry. Lanes in the order of numbers: id, name, birth, sex, place (within the unit). Lanes by
    place: household (index, NO_HOUSEHOLD), row (in the persons table), and what the registry declares."""

    store: Store

    @property
    def persons(self) -> int:
        """How many persons there are."""
        return self.store.rows

    @property
    def households(self) -> int:
        """How many households there are, those included that only persons name."""
        return int(self.store.meta["households"])

    @cached_property
    def units(self) -> list[int]:
        """Where each unit begins, and the number of persons at the end."""
        return [int(start) for start in self.store.meta["units"]]

    @cached_property
    def long_names(self) -> dict[int, str]:
        """The names behind hashed keys."""
        table = read_arrow(self.store.path / "names.arrow")
        return dict(zip(table.column("key").to_pylist(), table.column("name").to_pylist(), strict=True))

    @cached_property
    def household_no(self) -> Any:
        """The households' numbers (an Arrow array)."""
        return read_arrow(self.store.path / "households.arrow").column("household_no").combine_chunks()

    @cached_property
    def areas(self) -> list[str | None]:
        """The distinct area codes; the lane `area` says which one a household has."""
        found: list[str | None] = read_arrow(self.store.path / "areas.arrow").column("area").to_pylist()
        return found

    def person_no(self, unit: int) -> Any:
        """The persons' numbers of one unit (an Arrow array), by place."""
        import pyarrow as pa

        with pa.memory_map(str(self.store.path / "persons.arrow")) as source:
            return pa.ipc.open_file(source).get_batch(unit).column(0)

    def all_person_no(self) -> Any:
        """The persons' numbers of all units (an Arrow array)."""
        import pyarrow as pa

        column = read_arrow(self.store.path / "persons.arrow").column(0)
        return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)

    @cached_property
    def places(self) -> Any:
        """For each person in the order of numbers the person's index by place (int32)."""
        import numpy as np

        found = self.store.read("place")
        for start, stop in pairwise(self.units):
            found[start:stop] += np.int32(start)
        return found

    @cached_property
    def people(self) -> People:
        """The persons as `linking.link` takes them, in the order of the persons table."""
        import numpy as np
        import pyarrow as pa

        at = self.store.read("row")[self.places]  # row in the persons table, along the order of numbers

        def in_file(lane: Any) -> Any:
            found = np.empty(len(lane), lane.dtype)
            found[at] = lane
            return found

        packed, birth = in_file(self.store.read("id")), in_file(self.store.read("birth"))
        texts = self.store.texts()
        bad = at[: self.store.unnumbered]
        where = np.full(self.persons, -1, np.int64)
        where[bad] = np.arange(len(bad))
        written = texts.column("id_number").combine_chunks()
        column = written.take(pa.array(where, mask=where < 0)) if len(bad) else pa.nulls(self.persons, pa.string())
        problems = np.zeros(self.persons, np.uint8)
        problems[bad] = read_numbers(written).problems
        names = Names(in_file(self.store.read("name")), dict(self.long_names))
        households = in_file(self.store.read("household")[self.places])
        sex, phone, township = (
            in_file(self.store.read("sex")),
            *(self._place_of(name, in_file, households) for name in ("phone", "township")),
        )
        rows = Rows(Numbers(packed, problems, {}), names, birth, sex, column, None, phone, township)
        return People(rows, pa.array(np.arange(self.persons)), pa.array(households))

    def _place_of(self, name: str, in_file: Callable[[Any], Any], households: Any) -> Any:
        """Telephone or township of each person in the order of the table: their own, else their household's."""
        import numpy as np

        if self.store.has(name):
            return in_file(self.store.read(name))
        if not self.store.has(f"household_{name}"):
            return None
        given = np.append(self.store.read(f"household_{name}", 0, self.households), 0)
        return given[households]  # without a household: the last, which is unknown

    @cached_property
    def place_of_row(self) -> Any:
        """For each row of the persons table the person's index by place (int32)."""
        import numpy as np

        rows = self.store.read("row")
        found = np.empty(len(rows), np.int32)
        found[rows] = np.arange(len(rows), dtype=np.int32)
        return found


def ingest_registry(persons: Path, households: Path, folder: Path, shas: tuple[str, str]) -> Ingested:
    """The store of a registry, made if there is none.

    Raises FileError where a table cannot be read, has no key, or no row of persons has an ID number.
    """
    started = time.perf_counter()
    sha = hashlib.sha256("".join(shas).encode()).hexdigest()
    place = store_path(folder, "registry", sha)
    known = open_store(place)
    if known is not None:
        return Ingested(known, False, time.perf_counter() - started)
    with new_folder(place) as made:
        meta = _Writing(made).write(persons, households)
        write_meta(made, {**meta, "table": "registry", "file": persons.name, "sha256": sha})
    store = open_store(place)
    assert store is not None
    return Ingested(store, True, time.perf_counter() - started)


class _Writing:
    """One registry as it is read, sorted and written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kinds: dict[str, str] = {}

    def write(self, persons: Path, households: Path) -> dict[str, Any]:
        """All steps; returns what there is."""
        import numpy as np

        lanes, keys, seen = self._read(persons)
        order = order_of(lanes["id"])
        units = _units(lanes["id"], order)
        by_place, place = _places(order, units)
        for name in ("id", "name", "birth", "sex", "phone", "township"):
            if name in lanes:
                self._lane(name, lanes.pop(name)[order])
        self._lane("place", place)
        household = self._households(households, keys["household_no"])[by_place]
        self._lane("household", household)
        self._lane("row", by_place.astype(np.int32))
        for name, lane in lanes.items():
            self._lane(name, lane[by_place])
        self._members(household)
        self._persons(keys["person_no"], by_place, units)
        keep_seen(self.folder, seen)
        return {
            "rows": len(order),
            "unnumbered": seen.unnumbered_rows(),
            "units": units,
            "lanes": self.kinds,
            "households": self._count,
            "declared": sorted(lanes),
        }

    def _lane(self, name: str, numbers: Any) -> None:
        file = LaneFile(self.folder, name)
        file.add(numbers)
        file.close()
        self.kinds[name] = numbers.dtype.name

    def _read(self, path: Path) -> tuple[dict[str, Any], dict[str, Any], Seen]:
        """The persons' lanes and keys, in the order of the file."""
        import numpy as np
        import pyarrow as pa

        declared = catalogue().registry
        opened = open_file(path, TableLayout("persons", "persons", (PERSON_NO, HOUSEHOLD_NO, *IDENTITY, *declared)))
        for column in (PERSON_NO, HOUSEHOLD_NO, NUMBER):
            if column.name not in opened.found:
                expected = "、".join((column.name, *column.headers))
                raise FileError(
                    "no_key_column", path.name, expected=expected, found="、".join(sorted(opened.found)) or "（空）"
                )
        parts: dict[str, list[Any]] = {}
        keys: dict[str, list[Any]] = {"person_no": [], "household_no": []}
        seen = Seen()
        for batch in opened.batches:
            who = batch.who
            lanes = {"id": who.numbers.packed, "name": who.names.keys, "birth": who.known_birth(), "sex": who.sex}
            lanes |= {
                name: lane for name, lane in (("phone", who.phone), ("township", who.township)) if lane is not None
            }
            for column in declared:
                if column.name in opened.found:
                    lanes[column.name] = plain_lane(column, batch.columns.get(column.name), len(who))
            for name, lane in lanes.items():
                parts.setdefault(name, []).append(lane)
            for name, chunks in keys.items():
                chunks.append(batch.columns[name])
            seen.look(batch)
        found = {name: np.concatenate(lanes) for name, lanes in parts.items()}
        linkable(path.name, len(found["id"]), seen.written, 0)
        columns = {name: pa.concat_arrays(chunks) for name, chunks in keys.items()}
        if columns["person_no"].null_count:
            count = str(columns["person_no"].null_count)
            raise FileError("empty_key", path.name, column=PERSON_NO.headers[0], count=count)
        return found, columns, seen

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

    def _persons(self, person_no: Any, by_place: Any, units: list[int]) -> None:
        import pyarrow as pa

        schema = pa.schema([("person_no", person_no.type)])
        with (
            pa.OSFile(str(self.folder / "persons.arrow"), "wb") as sink,
            pa.ipc.new_file(sink, schema) as writer,
        ):
            for start, stop in pairwise(units):
                part = person_no.take(pa.array(by_place[start:stop]))
                writer.write_batch(pa.record_batch([part], schema=schema))


def _units(numbers: Any, order: Any) -> list[int]:
    """Where units begin: every UNIT persons, but those with one number stay together."""
    size, units = len(order), [0]
    while units[-1] + UNIT < size:
        cut = units[-1] + UNIT
        before = numbers[order[cut - 1]]
        while cut < size and before != NO_NUMBER and numbers[order[cut]] == before:
            cut += 1
        units.append(cut)
    return [*units, size] if size > units[-1] else [*units[:-1], size] if len(units) > 1 else [0, size]


def _places(order: Any, units: list[int]) -> tuple[Any, Any]:
    """Rows of the file by place, and along the order of numbers each one's place within its unit (int32)."""
    import numpy as np

    by_place = order.copy()
    place = np.empty(len(order), np.int32)
    for start, stop in pairwise(units):
        within = np.argsort(order[start:stop])
        by_place[start:stop] = order[start:stop][within]
        place[start:stop][within] = np.arange(stop - start, dtype=np.int32)
    return by_place, place


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
