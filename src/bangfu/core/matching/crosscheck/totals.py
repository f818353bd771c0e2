"""What the rows that are linked to the persons of one unit add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.core.matching.crosscheck.catalogue import Condition, FactSpec
from bangfu.core.matching.crosscheck.measures import COUNTED, UNKNOWN_CODE
from bangfu.core.matching.crosscheck.ranges import BLOCK, NOBODY, TableLinks
from bangfu.core.matching.crosscheck.residual import Decided
from bangfu.core.matching.rows import NO_DAY

NOTHING = 2**63 - 1
"""Where no row has a date or a code."""
PAIR = 256
"""Two codes are kept as one number: first · PAIR + second."""


@dataclass(frozen=True)
class Linked:
    """A table with the rows that count. `extra`: rows from outside a unit's range and their persons, in the order of
    persons, as `Decided.counting` gives them."""

    links: TableLinks
    decided: Decided
    extra: tuple[Any, Any]


@dataclass
class Totals:
    """Along the persons of a unit, by place. `rows`: how many rows count for the fact (int64); `value`: their sum, the
    earliest date or the worst code (int64); `blank`: whether one of them is blank where a value is needed. None: no
    rows."""

    rows: Any
    value: Any
    blank: Any


class UnitRows:
    """The linked rows of one table that are about persons of one unit: lanes by need, in blocks."""

    def __init__(self, linked: Linked, unit: int, start: int, stop: int) -> None:
        self._linked, self._start, self._stop = linked, start, stop
        bounds = linked.links.bounds
        self._ranges = [(at, min(at + BLOCK, bounds[unit + 1])) for at in range(bounds[unit], bounds[unit + 1], BLOCK)]
        self.persons = stop - start

    def blocks(self, lanes: tuple[str, ...]) -> Any:
        """Pairs (persons by place within the unit, {lane: numbers}) of rows that count at all."""
        import numpy as np

        store = self._linked.links.store
        wanted = (*lanes, COUNTED) if store.has(COUNTED) else lanes
        for first, last in self._ranges:
            person = self._linked.links.person[first:last]
            yield self._block(person, {lane: store.read(lane, first, last) for lane in wanted})
        rows, persons = self._linked.extra
        first, last = np.searchsorted(persons, (self._start, self._stop))
        if last > first:
            chosen = rows[first:last]
            yield self._block(persons[first:last], {lane: np.asarray(store.mapped(lane)[chosen]) for lane in wanted})

    def _block(self, person: Any, lanes: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        import numpy as np

        counted = lanes.pop(COUNTED, None)
        keep = person != NOBODY if counted is None else (person != NOBODY) & (counted != 0)
        if not keep.all():
            at = np.flatnonzero(keep)
            person = person[at]
            lanes = {lane: numbers[at] for lane, numbers in lanes.items()}
        return person - np.int32(self._start), lanes


def missing(lane: Any) -> Any:
    """Which numbers of a lane are not known: the least of a signed type, UNKNOWN_CODE of a code."""
    import numpy as np

    if lane.dtype == np.uint8:
        return lane == UNKNOWN_CODE
    return lane == np.iinfo(lane.dtype).min


def facts_of(rows: UnitRows, facts: tuple[FactSpec, ...], on: date) -> Mapping[str, Totals]:
    """The totals of every fact that one table gives; the table is read once."""
    import numpy as np

    needed = {condition.column for fact in facts for condition in fact.rows}
    needed |= {fact.name for fact in facts if fact.make in ("sum", "average")}
    needed |= {term.column for fact in facts if fact.make in ("earliest", "worst") for term in fact.value}
    found: dict[str, Totals] = {fact.name: Totals(None, None, None) for fact in facts}
    for person, lanes in rows.blocks(tuple(sorted(needed))):
        if not len(person):
            continue
        chosen: dict[tuple[Condition, ...], tuple[Any, Any]] = {}
        counts: dict[tuple[Condition, ...], Any] = {}
        for fact in facts:
            if fact.rows not in chosen:
                chosen[fact.rows] = _chosen(fact.rows, lanes, on)
            holds, open_ = chosen[fact.rows]
            who, own = (person, lanes) if holds is None else _only(person, lanes, holds)
            if fact.rows not in counts:
                counts[fact.rows] = np.bincount(who, minlength=rows.persons)
            _add(found[fact.name], fact, who, own, counts[fact.rows])
            if open_ is not None and open_.any():
                _mark(found[fact.name], person[open_], rows.persons)
    return found


def _only(person: Any, lanes: dict[str, Any], holds: Any) -> tuple[Any, dict[str, Any]]:
    return person[holds], {lane: numbers[holds] for lane, numbers in lanes.items()}


def _chosen(conditions: tuple[Condition, ...], lanes: Mapping[str, Any], on: date) -> tuple[Any, Any]:
    """Masks: rows for which all conditions hold, and rows for which that is open. None stands for all, and for none."""
    import numpy as np

    if not conditions:
        return None, None
    day = (on - date(1970, 1, 1)).days
    holds, fails = None, None
    for condition in conditions:
        lane = lanes[condition.column]
        blank = missing(lane)
        if condition.test == "by":
            yes, no = blank | (lane <= day), ~blank & (lane > day)
        elif condition.test == "after":
            yes, no = blank | (lane > day), ~blank & (lane <= day)
        elif condition.test == "not_before":
            yes, no = blank | (lane >= day), ~blank & (lane < day)
        elif condition.test == "year":
            yes, no = lane == on.year, ~blank & (lane != on.year)
        elif condition.test == "yes":
            yes, no = lane == 1, lane == 0
        else:
            raise LookupError(f"no such test of a row: {condition.test}")
        holds = yes if holds is None else holds & yes
        fails = no if fails is None else fails | no
    assert holds is not None
    assert fails is not None
    open_ = ~holds & ~fails
    return holds, open_ if open_.any() else np.zeros(len(holds), bool)


def _mark(totals: Totals, person: Any, size: int) -> None:
    """Rows of which it is not known whether they count."""
    import numpy as np

    if totals.blank is None:
        totals.blank = np.zeros(size, bool)
    totals.blank[person] = True


def _add(totals: Totals, fact: FactSpec, person: Any, lanes: Mapping[str, Any], count: Any) -> None:
    """Add the rows of one block; `count` says how many there are per person."""
    import numpy as np

    if not len(person):
        return
    size = len(count)
    totals.rows = count if totals.rows is None else totals.rows + count
    if fact.make in ("sum", "average"):
        lane = lanes[fact.name]
        blank = missing(lane)
        if blank.any():
            _mark(totals, person[blank], size)
            lane = np.where(blank, 0, lane)
        value = summed(person, lane, size)
        totals.value = value if totals.value is None else totals.value + value
    elif fact.make in ("earliest", "worst"):
        if totals.value is None:
            totals.value = np.full(size, NOTHING)
        lane = lanes[fact.value[0].column]
        if fact.make == "worst":
            second = lanes[fact.value[1].column]
            np.minimum.at(totals.value, person, lane.astype(np.int64) * PAIR + second)
        else:
            known = ~missing(lane)
            np.minimum.at(totals.value, person[known], lane[known].astype(np.int64))


def summed(person: Any, numbers: Any, size: int) -> Any:
    """Sums of whole numbers by person (int64), exactly."""
    import numpy as np

    total = np.zeros(size, np.int64)
    np.add.at(total, person, numbers.astype(np.int64))
    return total


def latest(rows: UnitRows, lane: str, wanted: Any) -> Any:
    """The latest date of a lane per wanted person (a mask), as int64; the least number where there is none."""
    import numpy as np

    found = np.full(rows.persons, np.iinfo(np.int64).min)
    for person, lanes in rows.blocks((lane,)):
        at = np.flatnonzero(wanted[person])
        days = lanes[lane][at]
        known = days != NO_DAY
        np.maximum.at(found, person[at][known], days[known].astype(np.int64))
    return found
