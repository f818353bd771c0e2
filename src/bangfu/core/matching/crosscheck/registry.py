"""The registered persons, kept as the cross-check needs them: in pieces that follow the order of ID numbers.

A piece (unit) holds about UNIT persons whose numbers lie next to one another, so that a piece of every bureau's file
belongs to it. Within a unit persons stand in the order of the registry (their place), so that results neither follow
the order of the numbers nor jump about between households.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from bangfu.core.matching.crosscheck.store import Store, read_arrow
from bangfu.core.matching.names import Names
from bangfu.core.matching.numbers import Numbers, read_numbers
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import Rows

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

    @cached_property
    def named_people(self) -> People:
        """`people` under their own numbers, which only reviewers' decisions ask for."""
        import pyarrow as pa

        return replace(self.people, person_no=self.all_person_no().take(pa.array(self.place_of_row)))

    def _place_of(self, name: str, in_file: Callable[[Any], Any], households: Any) -> Any:
        """Telephone or township of each person in the order of the table: their own, else their household's."""
        import numpy as np

        if self.store.has(name):
            return in_file(self.store.read(name)).astype(np.int64)
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
