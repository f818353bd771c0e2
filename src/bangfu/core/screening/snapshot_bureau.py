"""Joins a bureau's rows to persons by linking them; what does not join is counted by reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bangfu.core.files.identity import ID_NUMBER, IDENTITY, PLACES
from bangfu.core.files.reading import TableReading
from bangfu.core.files.remarks import LISTED_ROWS, Note, Problem
from bangfu.core.matching.decisions import Decision, apply_decisions
from bangfu.core.matching.linking import NOBODY, Links, link
from bangfu.core.matching.methods import CODES, METHODS
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import Rows, read_rows
from bangfu.core.values.id_number import PROBLEMS
from bangfu.core.values.text import mask
from bangfu.core.values.words import PROBLEM_WORDS

_PLAIN = {CODES["id_name"], CODES["id_only"]}


@dataclass(frozen=True, slots=True)
class Joined:
    """`rows` and `persons` are Arrow index arrays: which row of the file belongs to which row of the persons table.

    A number that two registered persons carry joins to both, since the row is about whoever bears it. `doubtful` are
    persons whom a row may be about, which nobody has looked at yet: of them the file's silence says nothing.
    `settled` rows were decided by a reviewer; `lapsed` decisions hold no more, since the person registered is not the same.
    """

    rows: Any
    persons: Any
    links: Links
    read: Rows
    doubtful: Sequence[int]
    settled: int = 0
    lapsed: int = 0


def registered(persons: TableReading, households: TableReading, person_key: str, household_key: str) -> People:
    """The registered persons, indexed once for all bureaus; telephone and area as their household has them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    home = _column(persons, household_key)
    if home is not None and household_key in households.table.column_names:
        own = households.table.column(household_key)
        where = pc.index_in(home.cast(own.type), value_set=own.combine_chunks())
        extra = {column.name: _column(households, column.name) for column in PLACES}
        given = {name: column.cast(pa.string()).take(where) for name, column in extra.items() if column is not None}
    else:
        given = {}
    return People(_identities(persons, given), persons.table.column(person_key), home)


def has_ids(reading: TableReading) -> bool:
    """True where the file carries a column of ID numbers."""
    return ID_NUMBER in reading.table.column_names


def join_bureau(
    reading: TableReading, people: People, decisions: Mapping[tuple[str, str], Decision] | None = None
) -> Joined:
    """Link every row of a bureau's file; only what needs no reviewer, or was settled by one, joins."""
    import numpy as np
    import pyarrow as pa

    rows = _identities(reading)
    links = link(people, rows)
    settled, lapsed = apply_decisions(people, reading.path.stem, rows, links, decisions or {})
    sure = np.flatnonzero((links.person != NOBODY) & ~links.review)
    both = np.flatnonzero(links.method == CODES["two_records"])
    more = [(row, who) for row in both.tolist() for who in links.others[row]]
    at = np.concatenate([sure, [row for row, _ in more]]).astype(np.int64)
    persons = np.concatenate([links.person[sure], [who for _, who in more]]).astype(np.int64)
    order = np.lexsort((persons, at))
    doubtful = {who for row in np.flatnonzero(links.review).tolist() for who in links.others.get(row, ())}
    doubtful |= set(links.person[links.review & (links.person != NOBODY)].tolist())
    doubtful -= {who for _, who in more}
    return Joined(pa.array(at[order]), pa.array(persons[order]), links, rows, sorted(doubtful), settled, lapsed)


def remarks(reading: TableReading, joined: Joined) -> tuple[list[Note], list[Problem]]:
    """How rows were linked other than plainly, how many were not and why; and each row that somebody must look at."""
    import numpy as np

    links, file = joined.links, reading.path.name
    notes = []
    for code, method in enumerate(METHODS):
        rows = np.flatnonzero((links.method == code) & ~links.review)
        if len(rows) and method.linked and code not in _PLAIN:
            shown = tuple(_place(reading, row)[1] for row in rows[:LISTED_ROWS].tolist())
            sheet, first = _place(reading, int(rows[0]))
            notes.append(Note(file, sheet, first, "", "", "linked_by", method.zh, len(rows), shown))
    for word, count in (("decided", joined.settled), ("decisions_lapsed", joined.lapsed)):
        if count:
            notes.append(Note(file, "", None, "", "", word, "", count))
    lost = links.review | (links.person == NOBODY)
    lost &= links.method != CODES["two_records"]
    for reason, count in sorted(_reasons(joined, np.flatnonzero(lost)).items()):
        notes.append(Note(file, "", None, "", "", "not_joined", reason, count))
    looked_at = np.flatnonzero(links.review & (links.method != CODES["two_records"]))
    return notes, [_problem(reading, joined, row) for row in looked_at.tolist()]


def _reasons(joined: Joined, rows: Any) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for row in rows.tolist():
        method = METHODS[joined.links.method[row]]
        problem = PROBLEMS[joined.read.numbers.problems[row]]
        reason = PROBLEM_WORDS[problem] if method.code == "no_candidate" and problem != "ok" else method.zh
        found[reason] = found.get(reason, 0) + 1
    return found


def _problem(reading: TableReading, joined: Joined, row: int) -> Problem:
    sheet, at = _place(reading, row)
    text = reading.table.column(ID_NUMBER)[row].as_py()
    method = METHODS[joined.links.method[row]]
    code = "contradicts" if method.code == "contradicts" else "link_review"
    return Problem(reading.path.name, sheet, at, reading.headers[ID_NUMBER], mask(str(text or "")), code, method.zh)


def _place(reading: TableReading, row: int) -> tuple[str, int]:
    return reading.sheets[reading.sheet_of[row].as_py()], reading.row_of[row].as_py()


def _identities(reading: TableReading, given: Mapping[str, Any] | None = None) -> Rows:
    columns = {column.name: _column(reading, column.name) for column in IDENTITY}
    return read_rows({**(given or {}), **{name: column for name, column in columns.items() if column is not None}})


def _column(reading: TableReading, name: str) -> Any:
    return reading.table.column(name) if name in reading.table.column_names else None
