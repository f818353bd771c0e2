"""What bureaus returned about one household, read quickly out of a folder of results."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bangfu.core.matching import exact
from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.matching.crosscheck.ranges import SURE, names_of_keys
from bangfu.core.matching.crosscheck.registry import Registry
from bangfu.core.matching.crosscheck.state import State, read_state
from bangfu.core.matching.crosscheck.store import Store, read_arrow
from bangfu.core.matching.methods import METHODS
from bangfu.core.matching.numbers import NO_NUMBER
from bangfu.core.matching.rows import NO_DAY

INGEST = "ingest"


@dataclass(frozen=True)
class ReturnedRow:
    """A row of a bureau's file about a member of a household.

    `row_no`: 0-based in the file. `method`: a code of `methods.METHODS`. `review`: a person must look before it counts,
    and `person_no` is one who may be meant. `values`: the file's own columns as typed (money in fen).
    """

    table: str
    row_no: int
    person_no: Any
    method: str
    review: bool
    values: Mapping[str, Any]


def rows_of(folder: Path, household_no: Any) -> list[ReturnedRow]:
    """The rows of all files about one household, in the order of tables, persons and rows.

    `folder` holds the results of `crosscheck`. Rows of tables that the household did not authorise are not there.
    Raises DataError where the folder is none, KeyError where the registry has no such household.
    """
    return Returned(folder).rows_of(household_no)


class Returned:
    """A folder of results opened once, for asking about many households."""

    def __init__(self, folder: Path) -> None:
        self._state: State = read_state(folder, INGEST)

    def rows_of(self, household_no: Any) -> list[ReturnedRow]:
        """As the function of that name."""
        household = self._household(household_no)
        starts, members = self._registry.store.mapped("member_starts"), self._registry.store.mapped("members")
        places = [int(place) for place in members[int(starts[household]) : int(starts[household + 1])]]
        found: list[ReturnedRow] = []
        for table in catalogue().tables:
            allowed = self._state.allowed.get(table)
            if table in self._state.stores and (allowed is None or allowed[household]):
                for place in places:
                    found.extend(self._of_person(table, place))
        return found

    @property
    def _registry(self) -> Registry:
        return self._state.registry

    @cached_property
    def _numbers(self) -> tuple[Any, Any]:
        """The households' numbers ascending, and the index of each."""
        table = read_arrow(self._registry.store.path / "by_number.arrow")
        return table.column("household_no").combine_chunks(), table.column("index").combine_chunks()

    def _household(self, household_no: Any) -> int:
        import pyarrow as pa

        numbers, index = self._numbers
        sought: Any = str(household_no)
        if pa.types.is_integer(numbers.type):
            sought = int(sought) if sought.lstrip("-").isdigit() else None
        if sought is not None:
            at = bisect_left(range(len(numbers)), sought, key=lambda place: numbers[place].as_py())
            if at < len(numbers) and numbers[at].as_py() == sought:
                return int(index[at].as_py())
        raise KeyError(household_no)

    def _of_person(self, table: str, place: int) -> Iterator[ReturnedRow]:
        store, decided = self._state.stores[table], self._state.decided[table]
        person_no = self._person_no(place)
        rows: dict[int, tuple[str, bool]] = {}
        for row, method in self._certain(table, store, place):
            rows[row] = method, False
        named = [int(at) for at in (decided.person == place).nonzero()[0]]
        named += [at for at, others in decided.others.items() if place in others and decided.review[at]]
        for at in sorted(set(named)):
            rows[int(decided.row[at])] = METHODS[decided.method[at]].code, bool(decided.review[at])
        numbered = sorted((int(store.mapped("row")[row]), row) for row in rows)
        for (row_no, row), values in zip(numbered, store.values([row for _, row in numbered]), strict=True):
            own = {name: value for name, value in values.items() if name != "row_no"}
            yield ReturnedRow(table, row_no, person_no, *rows[row], own)

    def _unit(self, place: int) -> tuple[int, int]:
        """The unit of a person and the place within it."""
        unit = bisect_right(self._registry.units, place) - 1
        return unit, place - self._registry.units[unit]

    def _person_no(self, place: int) -> Any:
        unit, within = self._unit(place)
        return self._registry.person_no(unit)[within].as_py()

    def _certain(self, table: str, store: Store, place: int) -> Iterator[tuple[int, str]]:
        """Rows with the person's number that number and name settle, and by which method."""
        import numpy as np

        people = self._registry.store
        unit, within = self._unit(place)
        start, stop = self._registry.units[unit], self._registry.units[unit + 1]
        at = start + int(np.flatnonzero(people.mapped("place")[start:stop] == within)[0])
        number = int(people.mapped("id")[at])
        if number == NO_NUMBER:
            return
        ids = store.mapped("id")
        first, last = (int(np.searchsorted(ids, number, side)) for side in ("left", "right"))
        decided = self._state.decided[table]
        rows = np.setdiff1d(np.arange(first, last), decided.row)
        if not len(rows):
            return
        keys = store.mapped("name")[rows] if store.has("name") else np.zeros(len(rows), np.uint64)
        born = store.mapped("born")[rows] if store.has("born") else np.full(len(rows), NO_DAY, np.int32)
        theirs = np.full(len(rows), people.mapped("name")[at])
        verdicts = exact.judge(
            np.full(len(rows), number),
            names_of_keys(self._registry.long_names, theirs),
            theirs,
            np.full(len(rows), people.mapped("birth")[at]),
            names_of_keys(self._long_names(table), keys),
            keys,
            born,
        )
        for row, verdict in zip(rows.tolist(), verdicts.tolist(), strict=True):
            if verdict in SURE:
                yield row, METHODS[SURE[verdict]].code

    def _long_names(self, table: str) -> dict[int, str]:
        names = read_arrow(self._state.stores[table].path / "names.arrow")
        return dict(zip(names.column("key").to_pylist(), names.column("name").to_pylist(), strict=True))
