"""Joins a bureau's rows to persons by a well-formed ID number.

Whatever does not join is counted by reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.core.files.identity import BIRTH_DATE, ID_NUMBER, NAME
from bangfu.core.files.reading import TableReading
from bangfu.core.screening.snapshot_reads import Identities
from bangfu.core.values.text import name_key
from bangfu.core.values.words import PROBLEM_WORDS

REASONS = {
    **PROBLEM_WORDS,
    "not_registered": "证件号码不在人员表中（多为名单外的人）",
    "contradicts": "证件号码相同，但姓名和出生日期都不同",
}
"""Why a row was not joined, in words; the codes are the keys of `Joined.lost`."""


@dataclass(frozen=True, slots=True)
class People:
    """The registered persons as a join needs them; the three lists run alongside the persons table."""

    by_number: Mapping[str, tuple[int, ...]]
    names: Sequence[str | None]
    born: Sequence[date | None]


@dataclass(frozen=True, slots=True)
class Joined:
    """`rows` and `persons` are Arrow index arrays.

    Which row of the file belongs to which row of the persons table.

    A number that two registered persons carry joins to both, since the row is about whoever bears it.
    `lost` lists the rows that joined to nobody, by reason.
    """

    rows: Any
    persons: Any
    lost: Mapping[str, Sequence[int]]
    identities: Identities


def people(numbers: Sequence[str | None], names: Sequence[str | None], born: Sequence[date | None]) -> People:
    """Index the registered persons by their well-formed numbers."""
    found: dict[str, tuple[int, ...]] = {}
    for index, number in enumerate(numbers):
        if number is not None:
            found[number] = (*found[number], index) if number in found else (index,)
    return People(found, names, born)


def has_ids(reading: TableReading) -> bool:
    """True where the file carries a column of ID numbers."""
    return ID_NUMBER in reading.table.column_names


def join_bureau(reading: TableReading, registered: People) -> Joined:
    """Join every row of a bureau's file; a number counts only where its problem is `ok`."""
    import pyarrow as pa

    identities = Identities(reading.column(ID_NUMBER))
    names = reading.column(NAME)
    born = reading.column(BIRTH_DATE)
    rows: list[int] = []
    persons: list[int] = []
    lost: dict[str, list[int]] = {}
    for index, identity in enumerate(identities.readings):
        if identity.problem != "ok" or identity.number is None:
            lost.setdefault(identity.problem, []).append(index)
            continue
        candidates = registered.by_number.get(identity.number, ())
        birth = born[index] or identity.birth_date
        fitting = [who for who in candidates if not _contradicts(registered, who, names[index], birth)]
        if not fitting:
            lost.setdefault("contradicts" if candidates else "not_registered", []).append(index)
        rows.extend([index] * len(fitting))
        persons.extend(fitting)
    return Joined(pa.array(rows, pa.int64()), pa.array(persons, pa.int64()), dict(sorted(lost.items())), identities)


def _contradicts(registered: People, who: int, name: str | None, born: date | None) -> bool:
    """True where name and date of birth are both known on both sides and both differ."""
    other_name, other_born = registered.names[who], registered.born[who]
    if not name or not other_name or born is None or other_born is None:
        return False
    return born != other_born and name_key(name) != name_key(other_name)
