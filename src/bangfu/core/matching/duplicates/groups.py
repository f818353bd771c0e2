"""Records that hang together are one group: its members, its kind, and the fingerprint by which it is known again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from bangfu.core.matching.components import components
from bangfu.core.matching.duplicates.households import Households
from bangfu.core.matching.duplicates.kinds import CERTAIN, CODES
from bangfu.core.matching.duplicates.pairs import Judged
from bangfu.core.matching.duplicates.registry import NOWHERE, Registry, texts_of
from bangfu.core.matching.names import text_of
from bangfu.core.matching.numbers import NO_NUMBER, number_text
from bangfu.core.matching.patterns import readable
from bangfu.core.matching.rows import NO_DAY

MANY_KIND = CODES["number_of_many"]


@dataclass(frozen=True, slots=True)
class Links:
    """What connects records: judged pairs, pairs of households, and pairs on one number of many."""

    pairs: Judged
    homes: Households
    many: tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """One group.

    `persons`: indexes into the registry in a lasting order. `kinds`: all kinds in it, the first is its own. `pairs`,
    `homes`: indexes into the links. `fingerprint`: 32 hex digits that change when a record does.
    """

    kinds: tuple[int, ...]
    severity: int
    persons: tuple[int, ...]
    pairs: tuple[int, ...]
    homes: tuple[int, ...]
    fingerprint: str


def group(registry: Registry, links: Links) -> list[Group]:
    """All groups, independent of the order of records; not yet in the order in which people read them."""
    import numpy as np

    first, member = _household_pairs(registry, links.homes)
    one = np.concatenate([links.pairs.one, links.many[0], first]).astype(np.int64)
    two = np.concatenate([links.pairs.two, links.many[1], member]).astype(np.int64)
    persons, places = np.unique(np.concatenate([one, two]), return_inverse=True)
    if not len(persons):
        return []
    label = components(places[: len(one)], places[len(one) :], len(persons))
    records = Records(registry, persons)
    order = np.lexsort((records.rank, label))
    of_pair = label[np.searchsorted(persons, links.pairs.one)] if len(links.pairs) else np.empty(0, np.int64)
    of_many = np.unique(label[np.searchsorted(persons, links.many[0])])
    of_home = label[np.searchsorted(persons, _a_member(registry, links.homes))] if len(links.homes) else of_many[:0]
    in_pairs, in_homes = _by_label(of_pair), _by_label(of_home)
    many = set(of_many.tolist())
    bounds = np.flatnonzero(np.concatenate(([True], np.diff(label[order]) != 0, [True])))
    found = []
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        places_here = order[begin:end]
        name = int(label[places_here[0]])
        pairs, homes = in_pairs.get(name, ()), in_homes.get(name, ())
        kinds, severity = _kinds(links, pairs, homes, name in many)
        members = tuple(persons[places_here].tolist())
        found.append(Group(kinds, severity, members, pairs, homes, records.fingerprint(places_here)))
    return found


def _kinds(links: Links, pairs: tuple[int, ...], homes: tuple[int, ...], many: bool) -> tuple[tuple[int, ...], int]:
    """The kinds of a group, the surest first, and how sure that is."""
    told = {(int(links.pairs.severity[at]), int(links.pairs.kind[at])) for at in pairs}
    told |= {(int(links.homes.severity[at]), int(links.homes.kind[at])) for at in homes}
    told |= {(CERTAIN, MANY_KIND)} if many else set()
    ordered = sorted(told)
    return tuple(dict.fromkeys(kind for _, kind in ordered)), ordered[0][0]


def _by_label(labels: Any) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {}
    for at, label in enumerate(labels.tolist()):
        found.setdefault(label, []).append(at)
    return {label: tuple(places) for label, places in found.items()}


def _a_member(registry: Registry, homes: Households) -> Any:
    order, starts = registry.members
    return order[starts[homes.one]]


def _household_pairs(registry: Registry, homes: Households) -> tuple[Any, Any]:
    """Connects all members of both households."""
    import numpy as np

    order, starts = registry.members
    firsts, members = [], []
    for side in (homes.one, homes.two):
        count = registry.size[side]
        firsts.append(np.repeat(_a_member(registry, homes), count))
        steps = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        members.append(order[np.repeat(starts[side], count) + steps])
    return np.concatenate(firsts), np.concatenate(members)


class Records:
    """The records that are in some group: a lasting order, and what each says, hashed."""

    def __init__(self, registry: Registry, persons: Any) -> None:
        import numpy as np
        import pyarrow as pa

        self.digests = _digests(registry, persons)
        where = pa.array(persons)
        homes = registry.people.household_no.take(where).to_pylist()
        numbers = registry.people.person_no.take(where).to_pylist()
        keys = [
            (home is None, home or 0, number, digest)
            for home, number, digest in zip(homes, numbers, self.digests, strict=True)
        ]
        self.rank = np.empty(len(persons), np.int64)
        self.rank[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))

    def fingerprint(self, places: Any) -> str:
        """One hash of all records of a group."""
        told = hashlib.sha256(b"".join(sorted(self.digests[place] for place in places.tolist())))
        return told.hexdigest()[:32]


def _digests(registry: Registry, persons: Any) -> list[bytes]:
    """A hash of what identifies each record: its keys, number, name, date of birth and sex as they are compared."""
    import pyarrow as pa

    people, where = registry.people, pa.array(persons)
    rows = people.rows
    packed = rows.numbers.packed[persons].tolist()
    texts = texts_of(people, persons)
    columns = zip(
        people.person_no.take(where).to_pylist(),
        people.household_no.take(where).to_pylist(),
        packed,
        texts,
        rows.names.keys[persons].tolist(),
        rows.born[persons].tolist(),
        rows.sex[persons].tolist(),
        strict=True,
    )
    return [
        record_digest(person, home, number_text(number) if number != NO_NUMBER else readable(text),
                      text_of(rows.names, name), None if born == NO_DAY else born, sex)
        for person, home, number, text, name, born, sex in columns
    ]  # fmt: skip


def record_digest(person: object, home: object, number: str, name: str, born: int | None, sex: int) -> bytes:
    """SHA-256 of one record's identity; no part of it can be read back without guessing all others."""
    told = "\x1f".join("" if part is None else str(part) for part in (person, home, number, name, born, sex))
    return hashlib.sha256(told.encode()).digest()


def homes_of(registry: Registry, one_group: Group) -> tuple[int, ...]:
    """The households of a group in the order of its records."""
    found = (int(registry.home[person]) for person in one_group.persons)
    return tuple(dict.fromkeys(home for home in found if home != NOWHERE))
