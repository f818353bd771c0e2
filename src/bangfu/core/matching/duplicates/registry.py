"""The registry as the search for duplicates needs it: persons, their households, and what these have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bangfu.core.files.identity import HOUSEHOLD_NO, ID_TITLES, PERSON_NO
from bangfu.core.files.layout import ColumnLayout
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.candidates import Unreadable, unreadable
from bangfu.core.matching.duplicates.surroundings import (
    HouseholdColumns,
    read_benefits,
    read_households,
    read_some,
    village_names,
)
from bangfu.core.matching.joins import mixed
from bangfu.core.matching.names import NO_NAME
from bangfu.core.matching.numbers import NO_NUMBER
from bangfu.core.matching.people import People
from bangfu.core.matching.reading import read_people, registry_table
from bangfu.core.matching.rows import FEMALE, MALE, NO_DAY
from bangfu.core.values.id_number import PROBLEMS
from bangfu.core.values.text import label_key

NOWHERE = -1
"""The household of a record that names none."""
RELATION = ColumnLayout("relation", headers=("与户主关系", "与户主的关系", "家庭关系"), optional=True)
_HEADS = frozenset({"户主", "本人", "本人或户主", "户主本人", "head"})
_NUMBERED = re.compile(r"^\d{1,2}[.、\-]?")
FILLED_DOWN = 20
"""From how many rows on one number in most of them is a column wrongly filled, not a duplicate."""


@dataclass(frozen=True)
class Registry:
    """Arrays along the persons unless said otherwise.

    `home`: index of the household (int32, NOWHERE for none). `homes`: the households' keys (Arrow). Per household:
    `village` (index into `villages`, −1 for none), `phone` (int64, 0 for none), `head` (the key of the head's name,
    uint64), `address` (int64, equal where the texts are, −1 for none). `accounts`: pairs (household, account code).
    `relation`: Arrow column as written, or None. `benefits`: Arrow table of household_no, person_no, programme as
    text, or None where there is no such file. `warnings`: (Chinese, English).
    """

    people: People
    home: Any
    homes: Any
    village: Any
    villages: tuple[str, ...]
    phone: Any
    head: Any
    address: Any
    accounts: tuple[Any, Any]
    relation: Any
    benefits: Any
    village_names: dict[str, tuple[str, str]]
    warnings: tuple[tuple[str, str], ...]

    @cached_property
    def size(self) -> Any:
        """Records per household (int64)."""
        import numpy as np

        return np.bincount(self.home[self.home != NOWHERE], minlength=len(self.homes))

    @cached_property
    def members(self) -> tuple[Any, Any]:
        """Persons in the order of their households, and where each household begins (one more than households)."""
        import numpy as np

        order = np.argsort(self.home, kind="stable")
        order = order[np.searchsorted(self.home[order], 0) :]
        return order, np.concatenate(([0], np.cumsum(self.size)))

    @cached_property
    def bad(self) -> Any:
        """Persons without a well-formed number, ascending."""
        import numpy as np

        return np.flatnonzero(self.people.rows.numbers.packed == NO_NUMBER)

    @cached_property
    def sought(self) -> Unreadable:
        """What the numbers of `bad` show."""
        return unreadable(self.people.rows.take(self.bad), texts_of(self.people, self.bad))

    @cached_property
    def birth(self) -> Any:
        """Date of birth: the registry's own, else that of the number, also of one that is wrong elsewhere (int32)."""
        found = self.people.birth.copy()
        unknown = found[self.bad] == NO_DAY
        found[self.bad[unknown]] = self.sought.born[unknown]
        return found

    @cached_property
    def sex(self) -> Any:
        """As the registry says, else as a well-formed number does (uint8, 0 where unknown)."""
        import numpy as np

        packed = self.people.rows.numbers.packed
        by_number = np.where(packed % 2 == 1, MALE, FEMALE).astype(np.uint8)
        by_number[packed == NO_NUMBER] = 0
        return np.where(self.people.rows.sex > 0, self.people.rows.sex, by_number)

    def village_of(self, persons: Any) -> Any:
        """The village of each person (index into `villages`, −1 for none)."""
        import numpy as np

        if not len(self.homes):
            return np.full(len(persons), -1, np.int32)
        home = self.home[persons]
        return np.where(home == NOWHERE, -1, self.village[home])


def texts_of(people: People, persons: Any) -> list[str | None]:
    """The numbers of some persons as written, from whichever column they stand in."""
    import pyarrow as pa

    rows, where = people.rows, pa.array(persons)
    if rows.texts is None:
        return [None] * len(persons)
    texts: list[str | None] = rows.texts.take(where).cast(pa.string()).to_pylist()
    if rows.swapped and rows.name_texts is not None:
        names = rows.name_texts.take(where).cast(pa.string()).to_pylist()
        pairs = zip(persons.tolist(), texts, names, strict=True)
        texts = [name if person in rows.swapped else text for person, text, name in pairs]
    return texts


def read_registry(folder: Path) -> Registry:
    """Read a registry's persons, households, villages and benefits; only persons are needed.

    Raises FileError where the persons cannot be compared: no table, no rows, no column of numbers or of households, no
    usable number in any row, or one number in most rows. None of these may read as "no duplicates".
    """
    people = read_people(folder)
    path = registry_table(folder, "persons")
    _comparable(path, people)
    home, homes = _homes(people)
    given, warnings = read_households(folder)
    accounts, benefits, more = read_benefits(folder, homes, given)
    households = HouseholdColumns(given, homes)
    village, villages = households.villages()
    relation = _relation(folder, people)
    return Registry(
        people, home, homes, village, villages, households.phones(), _heads(people, home, households, relation),
        households.addresses(), accounts, relation, benefits, village_names(folder), (*warnings, *more),
    )  # fmt: skip


def _comparable(path: Path, people: People) -> None:
    if not len(people):
        raise FileError("no_rows", path.name)
    if people.household_no is None or people.household_no.null_count == len(people):
        expected = "、".join((HOUSEHOLD_NO.name, *HOUSEHOLD_NO.headers))
        raise FileError("no_key_column", path.name, expected=expected, found=f"{ID_TITLES[0]}、{PERSON_NO.headers[0]}")
    numbers, _ = people.by_number
    if not len(numbers):
        raise FileError("no_usable_number", path.name, rows=str(len(people)))
    commonest = _commonest(numbers)
    if commonest >= FILLED_DOWN and commonest * 2 > len(people):
        raise FileError("one_number", path.name, rows=str(len(people)), count=str(commonest))


def _commonest(ascending: Any) -> int:
    import numpy as np

    starts = np.flatnonzero(np.concatenate(([True], ascending[1:] != ascending[:-1], [True])))
    return int(np.diff(starts).max())


def _homes(people: People) -> tuple[Any, Any]:
    """The household of each person, and the households' keys."""
    import numpy as np
    import pyarrow as pa

    column = people.household_no
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = array.dictionary_encode()
    return np.asarray(encoded.indices.fill_null(NOWHERE)).astype(np.int32, copy=False), encoded.dictionary


def _relation(folder: Path, people: People) -> Any:
    """The persons' relation to the head, in the order of the persons."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = read_some(folder, "persons", (PERSON_NO, RELATION)) or {}
    if RELATION.name not in found:
        return None
    keys, column = found[PERSON_NO.name], found[RELATION.name].cast(pa.string())
    if len(keys) == len(people) and keys.equals(people.person_no):
        return column
    at = pc.index_in(people.person_no, value_set=keys.combine_chunks())
    return column.take(at)


def _heads(people: People, home: Any, households: HouseholdColumns, relation: Any) -> Any:
    """Per household the name of its head: by the households table, else of the member who is one."""
    import numpy as np

    found = households.head_names()
    heads = head_persons(relation)
    if heads is None:
        return found
    heads = heads[home[heads] != NOWHERE]
    keys = people.rows.names.keys[heads]
    order = np.lexsort((keys, home[heads]))  # of two heads the same one is taken, whatever the order of rows
    own = np.full(len(found), NO_NAME, np.uint64)
    own[home[heads][order][::-1]] = keys[order][::-1]
    return np.where(found == NO_NAME, own, found)


def head_persons(relation: Any) -> Any:
    """Persons whose relation says that they are the head, ascending; None where nothing is said."""
    import numpy as np
    import pyarrow as pa

    if relation is None:
        return None
    column = relation.combine_chunks() if isinstance(relation, pa.ChunkedArray) else relation
    encoded = column.dictionary_encode()
    table = [_NUMBERED.sub("", label_key(text or "")) in _HEADS for text in encoded.dictionary.to_pylist()]
    return np.flatnonzero(np.array([*table, False])[np.asarray(encoded.indices.fill_null(len(table)))])


def name_and_birth(registry: Registry) -> Any:
    """A hash of name and birth per person (uint64), and which persons have both (bool)."""
    keys, birth = registry.people.rows.names.keys, registry.birth
    return mixed(keys, birth), (keys != NO_NAME) & (birth != NO_DAY)


def problems_of(people: People) -> dict[str, int]:
    """How many records have which problem with their number."""
    import numpy as np

    counts = np.bincount(people.rows.numbers.problems, minlength=len(PROBLEMS))
    return {code: int(count) for code, count in zip(PROBLEMS, counts, strict=True) if count and code != "ok"}
