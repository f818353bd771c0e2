"""Rows that number and name do not settle, linked as `bangfu match` links them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bangfu.core.matching import linking
from bangfu.core.matching.crosscheck.ranges import NOBODY, TableLinks
from bangfu.core.matching.crosscheck.registry import Registry
from bangfu.core.matching.linking import Links
from bangfu.core.matching.methods import CODES, METHODS
from bangfu.core.matching.names import Names
from bangfu.core.matching.numbers import NO_NUMBER, Numbers
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import NO_DAY, Rows, read_rows
from bangfu.core.values.id_number import PROBLEMS

MANY = 10_000
"""From how many rows on with a number that several registered persons have, equal rows are looked at once only."""


@dataclass
class Decided:
    """What became of the rows that were not certain, along `row` (rows of the store, ascending).

    `person`: int32 by place, NOBODY where none is named. `review`: a person must look before the row counts. `others`:
    for a row under review (by its position here) the persons who may be meant.
    """

    row: Any
    person: Any
    method: Any
    score: Any
    review: Any
    others: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def counting(self) -> tuple[Any, Any]:
        """Rows that count and their persons, in the order of persons."""
        import numpy as np

        at = np.flatnonzero((self.person != NOBODY) & ~self.review)
        at = at[np.argsort(self.person[at], kind="stable")]
        return self.row[at], self.person[at]

    def candidates(self) -> Any:
        """Every person whom a row under review may be about, ascending, each once (int32)."""
        import numpy as np

        named = self.person[self.review & (self.person != NOBODY)]
        others = [who for row, persons in self.others.items() if self.review[row] for who in persons]
        return np.unique(np.concatenate([named, np.array(others, np.int32)]))


def decide(registry: Registry, links: TableLinks) -> Decided:
    """Link the rows of a file that were set aside."""
    import numpy as np

    store = links.store
    rows = np.unique(np.concatenate(links.unsure)) if links.unsure else np.empty(0, np.int64)
    if not len(rows):
        nothing = np.empty(0, np.int32)
        return Decided(rows, nothing, nothing.astype(np.uint8), nothing.astype(np.float32), nothing.astype(bool))
    well = store.rows - store.unnumbered
    outsiders = min(0.95, max(0.02, links.strangers / well if well else 0.2))
    order = np.argsort(store.mapped("row")[rows])
    rows = rows[order]
    asked, answer_of = _once(_identities(links, rows), registry)
    found = link_part(registry.people, asked, outsiders)
    back = np.argsort(rows)
    return _placed(registry, rows[back], found, answer_of[back])


def link_part(people: People, rows: Rows, outsiders: float) -> Links:
    """`linking.link` for some rows of a file, of whose well-formed numbers the share `outsiders` is of nobody here."""
    import numpy as np

    size = len(rows)
    found = Links(
        np.full(size, linking.NOBODY, np.int64),
        np.full(size, CODES["no_candidate"], np.uint8),
        np.zeros(size, np.float32),
        np.zeros(size, bool),
    )
    linking._by_number(people, rows, found)
    linking._search(people, rows, found, outsiders)
    return found


def _identities(links: TableLinks, rows: Any) -> Rows:
    """The identities of some rows of a store, as reading the file gave them."""
    import numpy as np
    import pyarrow as pa

    store = links.store
    bare = store.unnumbered
    packed = store.mapped("id")[rows]
    keys = store.mapped("name")[rows] if store.has("name") else np.zeros(len(rows), np.uint64)
    born = store.mapped("born")[rows] if store.has("born") else np.full(len(rows), NO_DAY, np.int32)
    sex = store.mapped("sex")[rows] if store.has("sex") else np.zeros(len(rows), np.uint8)
    texts = store.texts()
    at = pa.array(np.where(rows < bare, rows, 0), mask=rows >= bare)
    written, names = (texts.column(name).take(at).combine_chunks() for name in ("id_number", "name"))
    # read again, as a whole file is: what was repaired and which columns were swapped is not kept
    again = read_rows({"id_number": written, "name": names})
    problems = np.where(packed == NO_NUMBER, again.numbers.problems, PROBLEMS.index("ok")).astype(np.uint8)
    numbers = Numbers(packed, problems, again.numbers.repairs)
    return Rows(numbers, Names(keys, links.long_names), born, sex, written, names, swapped=again.swapped)


def _once(rows: Rows, registry: Registry) -> tuple[Rows, Any]:
    """The rows to ask about, and for each given row which of them answers for it.

    A number that several persons have is looked at row by row; where very many rows carry such numbers, equal ones are
    asked about once.
    """
    import numpy as np

    numbers, _ = registry.people.by_number
    count = np.searchsorted(numbers, rows.numbers.packed, "right") - np.searchsorted(numbers, rows.numbers.packed)
    several = np.flatnonzero((rows.numbers.packed != NO_NUMBER) & (count > 1))
    every = np.arange(len(rows))
    if len(several) < MANY:
        return rows, every
    identity = np.stack(
        [
            rows.numbers.packed[several].astype(np.int64),
            rows.names.keys[several].view(np.int64),
            rows.born[several].astype(np.int64),
            rows.sex[several].astype(np.int64),
        ],
        axis=1,
    )
    _, first, which = np.unique(identity, axis=0, return_index=True, return_inverse=True)
    stands_for = every.copy()
    stands_for[several] = several[first][which.reshape(-1)]
    asked = np.unique(stands_for)
    return rows.take(asked), np.searchsorted(asked, stands_for)


def _placed(registry: Registry, rows: Any, found: Links, answer_of: Any) -> Decided:
    """Persons by place instead of by row of the persons table."""
    import numpy as np

    places = registry.place_of_row
    person = found.person[answer_of]
    placed = np.where(person == linking.NOBODY, NOBODY, places[np.maximum(person, 0)]).astype(np.int32)
    review = found.review[answer_of]
    others = {}
    for at in np.flatnonzero(review).tolist():
        given = found.others.get(int(answer_of[at]), ())
        if given:
            others[at] = tuple(int(places[who]) for who in given)
    return Decided(rows, placed, found.method[answer_of], found.score[answer_of], review, others)


def names_of_methods(codes: Any) -> list[str]:
    """The codes' texts."""
    return [METHODS[code].code for code in codes.tolist()]
