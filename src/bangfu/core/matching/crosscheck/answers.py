"""From totals to facts: what is known, what is only found, and by which file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bangfu.core.matching.crosscheck.catalogue import FactSpec
from bangfu.core.matching.crosscheck.coverage import COVERED, NO_FILE
from bangfu.core.matching.crosscheck.measures import UNKNOWN_CODE
from bangfu.core.matching.crosscheck.totals import NOTHING, PAIR, Totals

NO_SOURCE = 255
"""The place of a table where no file says anything."""


@dataclass
class Answer:
    """A fact along persons or households. `value`: numbers; `known`: where they are the fact, None for everywhere.
    `found`: where they are only what was found, None for nowhere. `which`: the place in `fact.tables` of the file that
    says so (uint8, NO_SOURCE), `code`: coverage."""

    fact: FactSpec
    value: Any
    known: Any
    found: Any
    which: Any
    code: Any


@dataclass
class PersonSums:
    """What a person adds to the household: how many rows, their sum (or average), whether something is blank, and by
    which table. None where no row is about anybody of the unit."""

    rows: Any
    value: Any
    blank: Any
    which: Any


def sums_of(fact: FactSpec, totals: Mapping[str, Mapping[str, Totals]]) -> PersonSums:
    """A numeric fact along the persons of a unit: of the first table that has rows for the person."""
    import numpy as np

    found = PersonSums(None, None, None, None)
    for number, table in enumerate(fact.tables):
        own = totals.get(table, {}).get(fact.name)
        if own is None:
            continue
        if own.blank is not None:
            found.blank = own.blank if found.blank is None else found.blank | own.blank
        if own.rows is None:
            continue
        value = own.rows if fact.make == "count" else own.value
        if fact.make == "average":
            value = value // np.maximum(own.rows, 1)
        if found.rows is None:
            which = np.where(own.rows > 0, number, NO_SOURCE).astype(np.uint8) if len(fact.tables) > 1 else None
            found.rows, found.value, found.which = own.rows, value, which
            continue
        more = (found.rows == 0) & (own.rows > 0)
        found.rows = np.where(more, own.rows, found.rows)
        found.value = np.where(more, value, found.value)
        found.which[more] = number
    return found


def numeric(fact: FactSpec, size: int, sums: PersonSums, codes: list[Any], code: Any) -> Answer:
    """A count, sum or average of persons or households; 0 only where the file covers."""
    import numpy as np

    value = np.zeros(size, np.int64) if sums.value is None else sums.value
    known = None if (code == COVERED).all() else code == COVERED
    if sums.blank is not None and sums.blank.any():
        known = ~sums.blank if known is None else known & ~sums.blank
    found = None
    if known is not None and sums.rows is not None:
        found = ~known & (sums.rows > 0)
    return Answer(fact, value, known, found, source_of(codes, sums.which, size), code)


def person_answer(
    fact: FactSpec, size: int, totals: Mapping[str, Mapping[str, Totals]], codes: list[Any], code: Any
) -> Answer:
    """A fact along the persons of a unit.

    That there is a row is certain whoever sent the file; that there is none only where it covers the household.
    """
    import numpy as np

    if fact.numeric:
        return numeric(fact, size, sums_of(fact, totals), codes, code)
    own = totals.get(fact.tables[0], {}).get(fact.name, Totals(None, None, None))
    there = np.zeros(size, bool) if own.rows is None else own.rows > 0
    silent = code == COVERED if own.blank is None else (code == COVERED) & ~own.blank
    which = source_of(codes, None, size)
    if fact.make == "any":
        return Answer(fact, there, there | silent, None, which, code)
    value = np.full(size, NOTHING) if own.value is None else own.value
    exists = value != NOTHING
    if fact.make == "earliest":
        return Answer(fact, np.where(exists, value, 0), exists, None, which, code)
    part = value // PAIR if fact.take == fact.value[0].column else value % PAIR
    part = np.where(exists, part, 0)
    return Answer(fact, part, (exists & (part != UNKNOWN_CODE)) | (~exists & silent), None, which, code)


def source_of(codes: list[Any], which: Any, size: int) -> Any:
    """The table that a fact comes from: the one with rows, else the first that covers, else the first with a file.

    A single number where it is the same for all.
    """
    import numpy as np

    if len(codes) == 1:
        return NO_SOURCE if len(codes[0]) and codes[0][0] == NO_FILE else 0
    found = np.full(size, NO_SOURCE, np.uint8)
    for number in reversed(range(len(codes))):
        found[codes[number] != NO_FILE] = number
    for number in reversed(range(len(codes))):
        found[codes[number] == COVERED] = number
    if which is not None:
        found = np.where(which == NO_SOURCE, found, which)
    return found
