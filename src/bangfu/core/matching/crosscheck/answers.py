"""From totals to facts: what is known, what is only found, and by which file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bangfu.core.matching.crosscheck.catalogue import FactSpec
from bangfu.core.matching.crosscheck.coverage import COVERED, NO_FILE, Codes
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
    code: Codes


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


def numeric(fact: FactSpec, size: int, sums: PersonSums, codes: list[Codes], code: Codes) -> Answer:
    """A count, sum or average of persons or households; 0 only where the file covers."""
    known = code.covered
    if sums.blank is not None and sums.blank.any():
        known = ~sums.blank if known is None else known & ~sums.blank
    found = None
    if known is not None and sums.rows is not None:
        found = ~known & (sums.rows > 0)
    value = _zeros(size) if sums.value is None else sums.value
    return Answer(fact, value, known, found, source_of(codes, sums.which, size), code)


@lru_cache(maxsize=16)
def _zeros(size: int) -> Any:
    import numpy as np

    return np.zeros(size, np.int64)


def person_answer(
    fact: FactSpec, size: int, totals: Mapping[str, Mapping[str, Totals]], codes: list[Codes], code: Codes
) -> Answer:
    """A fact along the persons of a unit that is no number.

    That there is a row is certain whoever sent the file; that there is none only where it covers the household.
    """
    import numpy as np

    own = totals.get(fact.tables[0], {}).get(fact.name, Totals(None, None, None))
    silent = code.covered
    if own.blank is not None:
        silent = ~own.blank if silent is None else silent & ~own.blank
    which = source_of(codes, None, size)
    if fact.make == "any":
        there = _zeros(size) if own.rows is None else own.rows
        return Answer(fact, there, None if silent is None else silent | (there > 0), None, which, code)
    if own.value is None:
        known = np.zeros(size, bool) if fact.make == "earliest" else silent
        return Answer(fact, _zeros(size), known, None, which, code)
    exists = own.value != NOTHING
    if fact.make == "earliest":
        return Answer(fact, np.where(exists, own.value, 0), exists, None, which, code)
    part = own.value // PAIR if fact.take == fact.value[0].column else own.value % PAIR
    part = np.where(exists, part, 0)
    known = part != UNKNOWN_CODE
    if silent is not None:
        known &= exists | silent
    return Answer(fact, part, known, None, which, code)


def source_of(codes: list[Codes], which: Any, size: int) -> Any:
    """The table that a fact comes from: the one with rows, else the first that covers, else the first with a file.

    A single number where it is the same for all.
    """
    import numpy as np

    there = [number for number, code in enumerate(codes) if code.same != NO_FILE]
    if len(there) < 2:
        return there[0] if there else NO_SOURCE
    found = np.full(size, there[0], np.uint8)
    for number in reversed(there):
        found[codes[number].each == COVERED] = number
    if which is not None:
        found = np.where(which == NO_SOURCE, found, which)
    return found
