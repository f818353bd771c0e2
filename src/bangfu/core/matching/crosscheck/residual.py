"""Rows that number and name do not settle, linked as `bangfu match` links them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bangfu.core.matching import linking
from bangfu.core.matching.crosscheck.ranges import NOBODY, TableLinks
from bangfu.core.matching.crosscheck.registry import Registry
from bangfu.core.matching.decisions import Decision, apply_decisions
from bangfu.core.matching.linking import Links
from bangfu.core.matching.methods import CODES
from bangfu.core.matching.names import Names
from bangfu.core.matching.numbers import NO_NUMBER, Numbers
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import NO_DAY, Rows, read_rows
from bangfu.core.values.id_number import PROBLEMS

Decisions = Mapping[tuple[str, str], Decision]
"""What reviewers decided, by row and person, as `decisions.read_decisions` gives it."""


@dataclass
class Decided:
    """What became of the rows that were not certain, along `row` (rows of the store, ascending).

    `person`: int32 by place, NOBODY where none is named. `review`: a person must look before the row counts. `others`:
    for a row under review (by its position here) the persons who may be meant. `settled`, `lapsed`: how many rows a
    reviewer's decision settled, and how many decisions no longer hold.
    """

    row: Any
    person: Any
    method: Any
    score: Any
    review: Any
    others: dict[int, tuple[int, ...]] = field(default_factory=dict)
    settled: int = 0
    lapsed: int = 0

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


def decide(registry: Registry, links: TableLinks, decisions: Decisions | None = None) -> Decided:
    """Link the rows of a file that were set aside; what reviewers decided before is settled as `match` settles it."""
    import numpy as np

    store = links.store
    rows = np.unique(np.concatenate(links.unsure)) if links.unsure else np.empty(0, np.int64)
    if not len(rows):
        nothing = np.empty(0, np.int32)
        return Decided(rows, nothing, nothing.astype(np.uint8), nothing.astype(np.float32), nothing.astype(bool))
    rows = rows[np.argsort(store.mapped("row")[rows])]
    identities = _identities(links, rows)
    found = link_part(registry.people, identities, _outsiders(links))
    source = Path(store.meta["file"]).stem
    settled, lapsed = _reviewed(registry, source, identities, found, decisions)
    placed = _placed(registry, rows, found, np.argsort(rows))
    placed.settled, placed.lapsed = settled, lapsed
    return placed


def _reviewed(
    registry: Registry, source: str, identities: Rows, found: Links, decisions: Decisions | None
) -> tuple[int, int]:
    """Settle what reviewers decided. Decisions name persons by number, which only this step needs."""
    if not decisions:
        return 0, 0
    import pyarrow as pa

    numbers = registry.all_person_no().take(pa.array(registry.place_of_row))
    people = replace(registry.people, person_no=numbers)
    return apply_decisions(people, source, identities, found, decisions)


def _outsiders(links: TableLinks) -> float:
    """The share of a file's well-formed numbers that nobody registered has, as `linking.link` counts it."""
    well = links.store.rows - links.store.unnumbered
    share = (links.strangers + linking.USUAL_ROWS * linking.USUAL_STRANGERS) / (well + linking.USUAL_ROWS)
    return min(0.95, max(0.02, share))


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
    linking.link_by_number(people, rows, found)
    linking.link_by_search(people, rows, found, outsiders)
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
    phone, township = (
        store.mapped(name)[rows].astype(np.int64) if store.has(name) else None for name in ("phone", "township")
    )
    texts = store.texts()
    at = pa.array(np.where(rows < bare, rows, 0), mask=rows >= bare)
    written, names = (texts.column(name).take(at).combine_chunks() for name in ("id_number", "name"))
    # read again, as a whole file is: what was repaired and which columns were swapped is not kept
    again = read_rows({"id_number": written, "name": names})
    problems = np.where(packed == NO_NUMBER, again.numbers.problems, PROBLEMS.index("ok")).astype(np.uint8)
    numbers = Numbers(packed, problems, again.numbers.repairs)
    return Rows(numbers, Names(keys, links.long_names), born, sex, written, names, phone, township, again.swapped)


def _placed(registry: Registry, rows: Any, found: Links, order: Any) -> Decided:
    """Persons by place instead of by row of the persons table; rows of the store in ascending order."""
    import numpy as np

    places = registry.place_of_row
    person, review = found.person[order], found.review[order]
    placed = np.where(person == linking.NOBODY, NOBODY, places[np.maximum(person, 0)]).astype(np.int32)
    others = {}
    for at in np.flatnonzero(review).tolist():
        given = found.others.get(int(order[at]), ())
        if given:
            others[at] = tuple(int(places[who]) for who in given)
    return Decided(rows[order], placed, found.method[order], found.score[order], review, others)
