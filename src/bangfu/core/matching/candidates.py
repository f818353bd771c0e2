"""Who may be meant by a row whose number cannot be used: pairs of rows and registered persons worth comparing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bangfu.core.matching.edits import UNKNOWN, one_edit
from bangfu.core.matching.exact import spans
from bangfu.core.matching.joins import may_be_in, member_filter, mixed, pairs, pairs_in_parts
from bangfu.core.matching.names import NO_NAME, sound_keys
from bangfu.core.matching.numbers import NO_NUMBER
from bangfu.core.matching.patterns import (
    character_matrix,
    partly_agrees,
    pattern_births,
    patterns,
    person_digits,
    readable,
)
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import NO_DAY, Rows

COMMON_NAME = 3000
"""A name that more persons bear than this is not looked up by itself."""
CROWD = 10
"""Of more persons than this who agree in all that is looked up only the first are compared: none of them is unique."""
SAME_DAY_AND_SURNAME = 300
"""A surname, a given name or a sound that more persons of one date of birth bear than this leads to nobody."""
_AT_ONCE = 1 << 19
_GIVEN = 0xFFFFFFFFFFFF0000


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Rows to be searched for. `shown`: the texts of their numbers; `known`: their patterns; `born`: by the file's own
    column, else by what the number shows of it (int32, NO_DAY where neither)."""

    rows: Rows
    shown: tuple[str, ...]
    known: Any
    born: Any

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs, each once: `row` and `person` are indexes, `slip` whether one slip in the number explains it,
    `text` whether both sides carry the same text for a number, which is none."""

    row: Any
    person: Any
    slip: Any
    text: Any


def unreadable(rows: Rows, texts: list[str | None]) -> Unreadable:
    """Prepare rows for the search; `texts` are their numbers as written."""
    import numpy as np

    read: dict[str | None, str] = {text: readable(text) for text in set(texts)}
    shown = tuple(read[text] for text in texts)
    known = patterns(shown)
    born = np.where(rows.born == NO_DAY, pattern_births(known), rows.born)
    return Unreadable(rows, shown, known, born)


def slips(sought: Unreadable, people: People) -> tuple[Any, Any]:
    """Pairs (row, person) where undoing one slip in the row's number gives the person's."""
    import numpy as np

    numbers, order = people.by_number
    if not len(numbers) or not len(sought):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    table, shift = member_filter(numbers)
    found: list[tuple[Any, Any]] = []
    lengths = np.array([len(text) for text in sought.shown])
    for width in (17, 18, 19):
        at = np.flatnonzero(lengths == width)
        if not len(at):
            continue
        digits = character_matrix([sought.shown[row] for row in at.tolist()], width)
        for rows, reached in one_edit(digits):
            near = np.flatnonzero(may_be_in(reached, table, shift))
            packed = reached[near]
            first, count = spans(numbers, packed)
            count = np.minimum(count, CROWD)
            one = np.repeat(np.arange(len(packed)), count)
            offset = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
            found.append((at[rows[near[one]]], order[first[one] + offset]))
    return (
        np.concatenate([rows for rows, _ in found]) if found else np.empty(0, np.int64),
        np.concatenate([persons for _, persons in found]) if found else np.empty(0, np.int64),
    )


def same_name_and_birth(keys: Any, born: Any, people: People) -> tuple[Any, Any]:
    """Pairs (row, person) with one name and one date of birth."""
    import numpy as np

    rows = np.flatnonzero((keys != NO_NAME) & (born != NO_DAY))
    one, two = pairs(mixed(keys[rows], born[rows]), people.name_and_birth, first_of=CROWD)
    return rows[one], two


def same_name(sought: Unreadable, people: People) -> tuple[Any, Any]:
    """Pairs with one name, for rows that show part of a number but no date of birth, where what is seen agrees."""
    import numpy as np

    keys = sought.rows.names.keys
    enough = (sought.known != UNKNOWN).sum(axis=1) >= 4
    rows = np.flatnonzero((keys != NO_NAME) & (sought.born == NO_DAY) & enough)
    found: list[tuple[Any, Any]] = []
    for one, two in pairs_in_parts(keys[rows], people.rows.names.keys, COMMON_NAME, _AT_ONCE):
        known, digits = sought.known[rows[one]], person_digits(people.rows.numbers.packed[two])
        seen = (known != UNKNOWN) & (digits != UNKNOWN)
        agreeing = np.flatnonzero(partly_agrees(seen.sum(axis=1), (seen & (known == digits)).sum(axis=1)))
        place = np.arange(len(agreeing)) - np.searchsorted(one[agreeing], one[agreeing])
        kept = agreeing[place < CROWD]
        found.append((rows[one[kept]], two[kept]))
    nothing = np.empty(0, np.int64)
    return (
        np.concatenate([nothing, *(one for one, _ in found)]),
        np.concatenate([nothing, *(two for _, two in found)]),
    )


def same_name_and_phone(sought: Unreadable, people: People) -> tuple[Any, Any]:
    """Pairs with one name and one telephone number."""
    import numpy as np

    none = np.empty(0, np.int64)
    if sought.rows.phone is None or people.rows.phone is None:
        return none, none
    keys, phone = sought.rows.names.keys, sought.rows.phone
    rows = np.flatnonzero((keys != NO_NAME) & (phone != 0))
    one, two = pairs(mixed(keys[rows], phone[rows]), mixed(people.rows.names.keys, people.rows.phone), first_of=CROWD)
    return rows[one], two


def similar_name_same_birth(sought: Unreadable, wanted: Any, people: People) -> tuple[Any, Any]:
    """Pairs with one date of birth whose names share the sound, the surname or the given name; for `wanted` rows."""
    import numpy as np

    rows = np.flatnonzero(wanted & (sought.born != NO_DAY) & (sought.rows.names.keys != NO_NAME))
    if not len(rows):
        return rows, rows
    keys, born = sought.rows.names.keys[rows], sought.born[rows]
    table, shift = member_filter(born.astype(np.int64))
    near = np.flatnonzero(may_be_in(people.birth.astype(np.int64), table, shift) & (people.birth != NO_DAY))
    others, births = people.rows.names.keys[near], people.birth[near]
    views = (
        (sound_keys(sought.rows.names, keys), sound_keys(people.rows.names, others)),
        (keys & np.uint64(0xFFFF), others & np.uint64(0xFFFF)),
        (keys & np.uint64(_GIVEN), others & np.uint64(_GIVEN)),
    )
    found = [pairs(mixed(one, born), mixed(two, births), SAME_DAY_AND_SURNAME) for one, two in views]
    return np.concatenate([rows[one] for one, _ in found]), np.concatenate([near[two] for _, two in found])


def same_text(sought: Unreadable, people: People) -> tuple[Any, Any]:
    """Pairs where both sides carry the same text for a number, which is none."""
    import numpy as np
    import pyarrow as pa

    if people.rows.texts is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    bad = np.flatnonzero(people.rows.numbers.packed == NO_NUMBER)
    by_text: dict[str, list[int]] = {}
    for person, text in zip(bad.tolist(), people.rows.texts.take(pa.array(bad)).to_pylist(), strict=True):
        shown = readable(None if text is None else str(text))
        if len(shown) >= 15 and len(set(shown)) > 3 and "*" not in shown:
            by_text.setdefault(shown, []).append(person)
    rows = [(row, person) for row, text in enumerate(sought.shown) for person in by_text.get(text, ())[:CROWD]]
    found = np.array(rows, np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def distinct(parts: list[tuple[Any, Any]], slip: tuple[Any, Any], text: tuple[Any, Any], persons: int) -> Pairs:
    """All pairs of several searches, each once, in the order of rows and persons."""
    import numpy as np

    row = np.concatenate([slip[0], text[0], *(one for one, _ in parts)]).astype(np.int64)
    person = np.concatenate([slip[1], text[1], *(two for _, two in parts)]).astype(np.int64)
    code, first = np.unique(row * (persons + 1) + person, return_index=True)
    of_text = np.isin(code, text[0] * (persons + 1) + text[1])
    return Pairs(code // (persons + 1), code % (persons + 1), first < len(slip[0]), of_text)
