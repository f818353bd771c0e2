"""What the members of each household add up to."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

from bangfu.core.matching.crosscheck.answers import Answer, PersonSums, numeric
from bangfu.core.matching.crosscheck.catalogue import FactSpec
from bangfu.core.matching.crosscheck.coverage import Coverage, joined

_NO_TABLE = 255


class Households:
    """Sums along the households of a registry, taken unit by unit. `reviewed`: per table the households that a row
    under review may be about, ascending."""

    def __init__(self, size: int, facts: tuple[FactSpec, ...], coverage: Coverage, reviewed: Mapping[str, Any]) -> None:
        import numpy as np

        self.size, self.facts = size, facts
        self._coverage, self._reviewed = coverage, reviewed
        self._plain = {
            fact.name: all(coverage.plain(table) and not len(reviewed[table]) for table in fact.tables)
            for fact in facts
        }
        self._lock = Lock()
        self._value: dict[str, Any] = {}
        self._which: dict[str, Any] = {}
        self._blank = np.zeros(size, np.uint32)
        self._found = np.zeros(size, np.uint32)

    def add(self, household: Any, sums: Mapping[str, PersonSums]) -> None:
        """Add the persons of one unit. `household`: each one's, negative where the person has none.

        Several threads may add at once; whole numbers have one sum in whatever order they come.
        """
        import numpy as np

        chosen: dict[int, Any] = {}  # facts of one table are about the same persons
        for bit, fact in enumerate(self.facts):
            own = sums[fact.name]
            if own.blank is not None:
                self._note(self._blank, bit, household[own.blank])
            if own.rows is None:
                continue
            if id(own.rows) not in chosen:
                chosen[id(own.rows)] = _counting(own.rows, household)
            at, where = chosen[id(own.rows)]
            kind = np.int32 if fact.make == "count" else np.int64
            value = own.value[at].astype(kind, copy=False)
            which = None if own.which is None else own.which[at]
            with self._lock:
                np.add.at(self._lane(self._value, fact.name, kind, 0), where, value)
                if which is not None:
                    np.minimum.at(self._lane(self._which, fact.name, np.uint8, _NO_TABLE), where, which)
            if not self._plain[fact.name] or own.blank is not None:
                self._note(self._found, bit, where)

    def _lane(self, lanes: dict[str, Any], name: str, kind: Any, start: int) -> Any:
        import numpy as np

        if name not in lanes:
            lanes[name] = np.full(self.size, start, kind) if start else np.zeros(self.size, kind)
        return lanes[name]

    def _note(self, bits: Any, bit: int, where: Any) -> None:
        import numpy as np

        with self._lock:
            bits[where[where >= 0]] |= np.uint32(1 << bit)

    def answers(self, start: int, stop: int) -> list[Answer]:
        """The facts of the households from `start` to before `stop`."""
        import numpy as np

        household = np.arange(start, stop)
        tables = dict.fromkeys(table for fact in self.facts for table in fact.tables)
        codes = {table: self._coverage.of(table, household) for table in tables}
        masks = {table: self._mask(table, start, stop) for table in codes}
        blanks = self._blank[start:stop]
        some_blank = bool(blanks.any())
        found = []
        for bit, fact in enumerate(self.facts):
            own = [codes[table] for table in fact.tables]
            code = joined(own, [masks[table] for table in fact.tables])
            blank = (blanks >> np.uint32(bit)) & np.uint32(1) if some_blank else None
            seen = (self._found[start:stop] >> np.uint32(bit)) & np.uint32(1)
            value = self._value.get(fact.name)
            which = self._which.get(fact.name)
            sums = PersonSums(
                None if value is None else seen,
                None if value is None else value[start:stop],
                None if blank is None else blank.astype(bool),
                None if which is None else which[start:stop],
            )
            found.append(numeric(fact, stop - start, sums, own, code))
        return found

    def _mask(self, table: str, start: int, stop: int) -> Any:
        import numpy as np

        where = self._reviewed[table]
        first, last = np.searchsorted(where, (start, stop))
        if first == last:
            return None
        mask = np.zeros(stop - start, bool)
        mask[where[first:last] - start] = True
        return mask


def _counting(rows: Any, household: Any) -> tuple[Any, Any]:
    """Persons with rows that count and with a household, and that household."""
    import numpy as np

    at = np.flatnonzero(rows > 0)  # of booleans: four times as fast as of numbers
    where = household[at]
    if len(where) and where.min() < 0:
        at, where = at[where >= 0], where[where >= 0]
    return at, where
