"""Pairs of records worth comparing: one number, numbers one slip apart, one name and birth, similar names nearby."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bangfu.core.matching.candidates import slips
from bangfu.core.matching.duplicates.registry import NOWHERE, Registry, name_and_birth
from bangfu.core.matching.joins import mixed, pairs
from bangfu.core.matching.names import PART, SOUND, Names, relations
from bangfu.core.matching.numbers import Numbers
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import NO_DAY, Rows

MANY = 8
"""A number on more records than this is on many: they are not compared one with another."""
TOO_COMMON = 30
"""A name and date of birth that more records share than this say nothing: a placeholder's date, most likely."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of persons, each once, the smaller index first. `slip`: whether one slip separates the two numbers.

    `many`: pairs (first, other) of records on one number of many. `too_common`: how many records were not compared by
    name and birth, since too many share both.
    """

    one: Any
    two: Any
    slip: Any
    many: tuple[Any, Any]
    too_common: int


def candidates(registry: Registry) -> Candidates:
    """All pairs worth comparing; linear in the records, whatever stands in the columns."""
    import numpy as np

    numbered, many, distinct = _one_number(registry.people)
    slipped = _one_slip(registry, distinct)
    named, too_common = _one_name_and_birth(registry)
    parts = [slipped, numbered, named, _similar_nearby(registry)]
    one = np.concatenate([part[0] for part in parts]).astype(np.int64)
    two = np.concatenate([part[1] for part in parts]).astype(np.int64)
    low, high = np.minimum(one, two), np.maximum(one, two)
    code, first = np.unique(low * (len(registry.people) + 1) + high, return_index=True)
    different = low[first] != high[first]
    first, code = first[different], code[different]
    size = len(registry.people) + 1
    return Candidates(code // size, code % size, first < len(slipped[0]), many, too_common)


def runs(ascending: Any) -> tuple[Any, Any]:
    """Where each run of equal values begins, and how long it is."""
    import numpy as np

    if not len(ascending):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    first = np.flatnonzero(np.concatenate(([True], ascending[1:] != ascending[:-1])))
    return first, np.diff(np.concatenate((first, [len(ascending)])))


def all_pairs(first: Any, count: Any, most: int) -> tuple[Any, Any]:
    """Positions of every two members of each run of two to `most`."""
    import numpy as np

    found: list[tuple[Any, Any]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for length in range(2, most + 1):
        begin = first[count == length]
        if len(begin):
            low, high = np.triu_indices(length, 1)
            found.append(((begin[:, None] + low).ravel(), (begin[:, None] + high).ravel()))
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])


def _one_number(people: People) -> tuple[tuple[Any, Any], tuple[Any, Any], Any]:
    """Pairs on one number; the first of many with each other one; and one person for each number."""
    import numpy as np

    numbers, order = people.by_number
    first, count = runs(numbers)
    one, two = all_pairs(first, count, MANY)
    long = count > MANY
    rest = np.repeat(first[long], count[long] - 1)
    steps = np.arange(len(rest)) - np.repeat(np.cumsum(count[long] - 1) - (count[long] - 1), count[long] - 1)
    return (order[one], order[two]), (order[rest], order[rest + 1 + steps]), order[first]


def _one_slip(registry: Registry, distinct: Any) -> tuple[Any, Any]:
    """Pairs where undoing one slip in a wrong number gives a right one; each right number is tried for one record."""
    rows = registry.people.rows
    alone = Rows(
        Numbers(rows.numbers.packed[distinct], rows.numbers.problems[distinct], {}),
        Names(rows.names.keys[distinct], rows.names.long),
        rows.born[distinct],
        rows.sex[distinct],
        None,
        None,
    )
    row, person = slips(registry.sought, People(alone, None))
    return registry.bad[row], distinct[person]


def _one_name_and_birth(registry: Registry) -> tuple[tuple[Any, Any], int]:
    """Pairs with one name and one date of birth, and how many records have these in common with too many."""
    import numpy as np

    keys, known = name_and_birth(registry)
    at = np.flatnonzero(known)
    order = at[np.argsort(keys[at], kind="stable")]
    first, count = runs(keys[order])
    one, two = all_pairs(first, count, TOO_COMMON)
    one, two = order[one], order[two]
    names = registry.people.rows.names.keys
    same = (names[one] == names[two]) & (registry.birth[one] == registry.birth[two])
    return (one[same], two[same]), int(count[count > TOO_COMMON].sum())


def _similar_nearby(registry: Registry) -> tuple[Any, Any]:
    """Pairs of one household or village and date of birth whose names sound alike, one of the numbers unusable."""
    import numpy as np

    bad = registry.bad[registry.birth[registry.bad] != NO_DAY]
    everyone = np.arange(len(registry.people))
    found = []
    for place, unknown in ((registry.home, NOWHERE), (registry.village_of(everyone), -1)):
        few = bad[place[bad] != unknown]
        one, two = pairs(mixed(place[few], registry.birth[few]), mixed(place, registry.birth), TOO_COMMON)
        found.append((few[one], two))
    one, two = (np.concatenate([part[side] for part in found]) for side in (0, 1))
    names = registry.people.rows.names
    how = relations(names, names.keys[one], names, names.keys[two])
    near = (how == SOUND) | (how == PART)
    return one[near], two[near]
