"""Households registered twice: members in common, or one head with one telephone, account or address."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from bangfu.core.matching.duplicates.candidates import all_pairs, runs
from bangfu.core.matching.duplicates.kinds import CERTAIN, CODES, LIKELY, LOOK
from bangfu.core.matching.duplicates.pairs import NOTHING, SAME, TWO_VALID, Judged
from bangfu.core.matching.duplicates.registry import NOWHERE, Registry, head_persons
from bangfu.core.matching.joins import mixed
from bangfu.core.matching.names import EQUAL, NO_NAME
from bangfu.core.matching.numbers import NO_NUMBER
from bangfu.core.matching.rows import NO_DAY

FEW = 5
"""A telephone, account or address of more households than this belongs to none of them: a clerk's, a village's."""
PHONE, ACCOUNT, ADDRESS = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Households:
    """Pairs of households, each once. `kind`, `severity` as for persons; `shared`: members that stand in both;
    `agrees`: PHONE, ACCOUNT and ADDRESS where the heads and these are the same."""

    one: Any
    two: Any
    kind: Any
    severity: Any
    shared: Any
    agrees: Any

    def __len__(self) -> int:
        return len(self.one)

    def take(self, index: Any) -> Households:
        """Some of the pairs."""
        return Households(*(getattr(self, field.name)[index] for field in fields(self)))


def households(registry: Registry, found: Judged) -> Households:
    """Pairs of households that may be one."""
    import numpy as np

    overlap = _overlapping(registry, found)
    heads = _same_head(registry)
    size = len(registry.homes) + 1
    codes = [part.one * size + part.two for part in (overlap, heads)]
    added = ~np.isin(codes[1], codes[0])
    both = [
        np.concatenate([getattr(overlap, name), getattr(heads, name)[added]])
        for name in ("one", "two", "kind", "severity", "shared", "agrees")
    ]
    _, mine, theirs = np.intersect1d(codes[0], codes[1], return_indices=True)
    both[5][mine] = heads.agrees[theirs]
    order = np.lexsort((both[1], both[0]))
    return Households(*(part[order] for part in both))


def _overlapping(registry: Registry, found: Judged) -> Households:
    """Households with two or more persons in common."""
    import numpy as np

    home = registry.home
    at = np.flatnonzero(found.same_person)
    one, two = found.one[at], found.two[at]
    apart = (home[one] != home[two]) & (home[one] != NOWHERE) & (home[two] != NOWHERE)
    at, one, two = at[apart], one[apart], two[apart]
    turn = home[one] > home[two]
    one, two = np.where(turn, two, one), np.where(turn, one, two)
    code = home[one].astype(np.int64) * (len(registry.homes) + 1) + home[two]
    codes, group = np.unique(code, return_inverse=True)
    strong = (found.number[at] == SAME) & (found.name[at] == EQUAL)
    weak = found.number[at] == TWO_VALID
    counts = np.minimum(_distinct(group, one, len(codes)), _distinct(group, two, len(codes)))
    sure = np.minimum(
        _distinct(group[strong], one[strong], len(codes)), _distinct(group[strong], two[strong], len(codes))
    )
    backed = np.bincount(group[~weak], minlength=len(codes))
    kept = counts >= 2
    first, second = codes // (len(registry.homes) + 1), codes % (len(registry.homes) + 1)
    sizes = registry.size[first], registry.size[second]
    kind = np.full(len(codes), CODES["households_overlap"], np.uint8)
    kind[counts >= np.minimum(*sizes)] = CODES["household_within"]
    kind[(counts >= sizes[0]) & (counts >= sizes[1])] = CODES["household_twice"]
    severity = np.where(sure >= 2, CERTAIN, np.where((backed > 0) | (counts > 2), LIKELY, LOOK)).astype(np.uint8)
    none = np.zeros(len(codes), np.uint8)
    parts = (first, second, kind, severity, counts, none)
    return Households(*(part[kept] for part in parts))


def _distinct(group: Any, value: Any, groups: int) -> Any:
    """How many distinct values each group has."""
    import numpy as np

    if not len(group):
        return np.zeros(groups, np.int64)
    both = np.unique(np.stack([group.astype(np.int64), value.astype(np.int64)]), axis=1)
    return np.bincount(both[0], minlength=groups)


def _same_head(registry: Registry) -> Households:
    """Households whose heads bear one name and that share a telephone, an account or an address."""
    import numpy as np

    count = len(registry.homes)
    every = np.arange(count)
    sources = (
        (PHONE, every, registry.phone, registry.phone > 0),
        (ACCOUNT, *registry.accounts, np.ones(len(registry.accounts[0]), bool)),
        (ADDRESS, every, registry.address, registry.address >= 0),
    )
    agrees: dict[tuple[int, int], int] = {}
    for flag, home, value, known in sources:
        at = np.flatnonzero(known)
        at = at[_rare(value[at])]
        at = at[registry.head[home[at]] != NO_NAME]
        key = mixed(registry.head[home[at]], value[at])
        order = np.lexsort((home[at], key))
        one, two = all_pairs(*runs(key[order]), FEW)
        where = home[at][order]
        for a, b in zip(where[one].tolist(), where[two].tolist(), strict=True):
            if a != b:
                agrees[min(a, b), max(a, b)] = agrees.get((min(a, b), max(a, b)), 0) | flag
    pairs = np.array(sorted(agrees), np.int64).reshape(-1, 2)
    flags = np.array([agrees[pair] for pair in sorted(agrees)], np.uint8)
    severity = _heads_agree(registry, pairs[:, 0], pairs[:, 1])
    kind = np.full(len(pairs), CODES["same_head"], np.uint8)
    return Households(pairs[:, 0], pairs[:, 1], kind, severity, np.zeros(len(pairs), np.int64), flags)


def _rare(values: Any) -> Any:
    """Which values few households share, but more than one."""
    import numpy as np

    found, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    return ((counts > 1) & (counts <= FEW))[where] if len(found) else np.zeros(0, bool)


def _heads_agree(registry: Registry, one: Any, two: Any) -> Any:
    """LIKELY where nothing about the two heads contradicts that they are one person, else LOOK."""
    import numpy as np

    head = np.full(len(registry.homes), -1, np.int64)
    found = head_persons(registry.relation)
    if found is not None:
        found = found[registry.home[found] != NOWHERE]
        found = found[registry.people.rows.names.keys[found] == registry.head[registry.home[found]]]
        head[registry.home[found]] = found
    packed, birth = registry.people.rows.numbers.packed, registry.birth
    a, b = head[one], head[two]
    known = (a >= 0) & (b >= 0)
    numbers = known & (packed[a] != packed[b]) & (packed[a] != NO_NUMBER) & (packed[b] != NO_NUMBER)
    births = known & (birth[a] != birth[b]) & (birth[a] != NO_DAY) & (birth[b] != NO_DAY)
    return np.where(numbers | births, LOOK, LIKELY).astype(np.uint8)


def with_members(registry: Registry, found: Judged, homes: Households) -> Judged:
    """The pairs that are listed: those of some kind, and those that together make two households one.

    A name and a date of birth with another valid number say nothing alone, but two of them in the same two households
    do.
    """
    import numpy as np

    size = len(registry.homes) + 1
    one, two = registry.home[found.one].astype(np.int64), registry.home[found.two].astype(np.int64)
    code = np.minimum(one, two) * size + np.maximum(one, two)
    together = np.isin(code, (homes.one * size + homes.two)[homes.shared > 0])
    raised = found.same_person & (found.kind == NOTHING) & together & (one != NOWHERE) & (two != NOWHERE)
    kind = np.where(found.number == TWO_VALID, CODES["two_numbers"], CODES["number_unusable"])
    found.kind[raised] = kind[raised]
    return found.take(np.flatnonzero(found.kind != NOTHING))
