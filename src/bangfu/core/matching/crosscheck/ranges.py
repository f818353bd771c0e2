"""Links the rows of sorted files to sorted persons, unit by unit: what is certain at once, the rest set aside.

What is set aside goes to `linking.link`, so that the answers are the same as if that had seen the whole file.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bangfu.core.matching import exact
from bangfu.core.matching.crosscheck.registry import Registry
from bangfu.core.matching.crosscheck.store import Store, read_arrow
from bangfu.core.matching.joins import mixed
from bangfu.core.matching.methods import CODES
from bangfu.core.matching.names import NO_NAME, Names
from bangfu.core.matching.numbers import birth_days, end_in_zeros
from bangfu.core.matching.rows import NO_DAY

NOBODY = -1
BLOCK = 1 << 19
"""Rows that are worked at a time, however many carry one number."""
SURE = {
    exact.AGREES: CODES["id_name"],
    exact.NUMBER_ONLY: CODES["id_only"],
    exact.BIRTH_AGREES: CODES["id_birth"],
}
"""What is a link by number and name alone, and the method's code. Another writing of the name is for `linking.link`: it
looks at the relatives, too."""


@dataclass
class TableLinks:
    """What became of a file's rows, along the store's rows.

    `person`: int32, index by place, NOBODY where the row is not certain. `method`: uint8 codes of methods, None where
    they are not kept. `unsure`: rows for `linking.link`; `strangers`: well-formed numbers that nobody registered has.
    `bounds`: where each unit's rows begin.
    """

    store: Store
    person: Any
    method: Any
    bounds: list[int]
    unsure: list[Any] = field(default_factory=list)
    strangers: int = 0

    @cached_property
    def long_names(self) -> dict[int, str]:
        """The names behind hashed keys."""
        table = read_arrow(self.store.path / "names.arrow")
        return dict(zip(table.column("key").to_pylist(), table.column("name").to_pylist(), strict=True))


@dataclass(frozen=True)
class _Unit:
    """Persons with a number of one unit, in the order of numbers."""

    start: int
    numbers: Any
    padded: Any
    names: Any
    birth: Any
    place: Any
    shared: Any
    """Which of them carry a number that another has as well; None where nobody does."""
    next: int
    """The first number of the next unit."""


def link_units(
    registry: Registry, stores: Mapping[str, Store], *, threads: int, methods: bool
) -> dict[str, TableLinks]:
    """Link what is certain in every file. `methods`: keep by which method each row was linked."""
    import numpy as np

    found = {}
    for name, store in stores.items():
        method = np.full(store.rows, CODES["no_candidate"], np.uint8) if methods else None
        found[name] = TableLinks(store, np.full(store.rows, NOBODY, np.int32), method, _bounds(registry, store))
        found[name].unsure.append(np.arange(store.unnumbered))
    wrong = _wrong_numbers(registry)
    units = range(len(registry.units) - 1)
    if threads == 1:
        results = [_link_unit(registry, found, wrong, unit) for unit in units]
    else:
        with ThreadPoolExecutor(threads) as pool:
            results = list(pool.map(lambda unit: _link_unit(registry, found, wrong, unit), units))
    for part in results:
        for name, (unsure, strangers) in part.items():
            found[name].unsure.extend(unsure)
            found[name].strangers += strangers
    return found


def _bounds(registry: Registry, store: Store) -> list[int]:
    """Where each unit's rows begin among the sorted rows of a file, and the end."""
    import numpy as np

    numbers, first = registry.store.mapped("id"), registry.store.unnumbered
    rows = store.mapped("id")
    bounds = []
    for start in registry.units[:-1]:
        if start <= first:
            bounds.append(store.unnumbered)
        else:
            bounds.append(int(np.searchsorted(rows, numbers[start])))
    # a unit without numbers has no rows: those belong to the first that has some
    return [*bounds, store.rows]


def _wrong_numbers(registry: Registry) -> Any:
    """Hashes of name and birth of persons whose own number is not usable, ascending."""
    import numpy as np

    count = registry.store.unnumbered
    names, birth = registry.store.read("name", 0, count), registry.store.read("birth", 0, count)
    known = (names != NO_NAME) & (birth != NO_DAY)
    return np.sort(mixed(names[known], birth[known]))


def _unit(registry: Registry, unit: int) -> _Unit:
    import numpy as np

    store = registry.store
    start, stop = registry.units[unit], registry.units[unit + 1]
    first = min(max(start, store.unnumbered), stop)
    numbers = store.read("id", first, stop)
    same = numbers[1:] == numbers[:-1]
    shared = None
    if same.any():
        shared = np.zeros(len(numbers), bool)
        shared[1:] |= same
        shared[:-1] |= same
    most = np.iinfo(np.int64).max
    padded = np.append(numbers, most)
    after = int(store.read("id", stop, stop + 1)[0]) if stop < store.rows else int(most)
    names, birth = store.read("name", first, stop), store.read("birth", first, stop)
    return _Unit(start, numbers, padded, names, birth, store.read("place", first, stop), shared, after)


def _link_unit(
    registry: Registry, tables: Mapping[str, TableLinks], wrong: Any, number: int
) -> dict[str, tuple[list[Any], int]]:
    unit = _unit(registry, number)
    found: dict[str, tuple[list[Any], int]] = {}
    for name, links in tables.items():
        unsure: list[Any] = []
        strangers = 0
        for start in range(links.bounds[number], links.bounds[number + 1], BLOCK):
            stop = min(start + BLOCK, links.bounds[number + 1])
            rows, unknown = _link_block(registry, unit, links, wrong, start, stop)
            unsure.extend(rows)
            strangers += unknown
        found[name] = (unsure, strangers)
    return found


def _link_block(
    registry: Registry, unit: _Unit, links: TableLinks, wrong: Any, start: int, stop: int
) -> tuple[list[Any], int]:
    """One block of rows; returns those that are not certain and how many are about nobody registered."""
    import numpy as np

    store = links.store
    numbers = store.read("id", start, stop)
    keys = store.read("name", start, stop) if store.has("name") else None
    at = np.searchsorted(unit.numbers, numbers)
    hit = unit.padded[at] == numbers
    unsure: list[Any] = []
    sure = hit
    if unit.shared is not None and len(unit.shared):
        shared = hit & unit.shared[np.minimum(at, len(unit.shared) - 1)]
        if shared.any():
            unsure.append(start + np.flatnonzero(shared))
            sure = hit & ~shared
    rows = None if sure.all() else np.flatnonzero(sure)
    who = at if rows is None else at[rows]
    place = unit.place[who] + np.int32(unit.start)
    verdicts = _verdicts(registry, unit, links, numbers, keys, rows, who, start, stop)
    if verdicts is not None:
        doubt, values = verdicts
        unsettled = doubt[~np.isin(values, list(SURE))]
        place[unsettled] = NOBODY
        unsure.append(start + (unsettled if rows is None else rows[unsettled]))
    if rows is None:
        links.person[start:stop] = place
    else:
        links.person[start + rows] = place
    strangers = len(hit) - int(np.count_nonzero(hit))
    if links.method is not None:
        _note_methods(links, start, hit, rows, place, verdicts)
    if strangers and keys is not None:
        strange = np.flatnonzero(~hit)
        if len(wrong):
            unsure.append(start + _registered_wrongly(links, numbers, keys, strange, wrong, start, stop))
        unsure.append(start + _lost_digits(unit, numbers, keys, strange))
    return unsure, strangers


def _verdicts(
    registry: Registry,
    unit: _Unit,
    links: TableLinks,
    numbers: Any,
    keys: Any,
    rows: Any,
    who: Any,
    start: int,
    stop: int,
) -> tuple[Any, Any] | None:
    """Of the rows with somebody's number: which have another name than that person or none, and what each is worth."""
    import numpy as np

    if keys is None:
        mine = np.zeros(len(who), np.uint64)
        doubt = np.arange(len(who))
    else:
        mine = keys if rows is None else keys[rows]
        theirs = unit.names[who]
        doubt = np.flatnonzero((mine != theirs) | (mine == NO_NAME))
    if not len(doubt):
        return None
    person, own = who[doubt], mine[doubt]
    born = np.full(len(doubt), NO_DAY, np.int32)
    if links.store.has("born"):
        block = links.store.read("born", start, stop)
        born = block[doubt] if rows is None else block[rows[doubt]]
    sought = numbers[doubt] if rows is None else numbers[rows[doubt]]
    theirs = unit.names[person]
    values = exact.judge(
        sought,
        names_of_keys(registry.long_names, theirs),
        theirs,
        unit.birth[person],
        names_of_keys(links.long_names, own),
        own,
        born,
    )
    return doubt, values


def names_of_keys(long: Mapping[int, str], keys: Any) -> Names:
    """The names of some keys, with the texts of only those that occur."""
    import numpy as np

    if not long:
        return Names(keys, {})
    occurring = np.unique(keys[keys >> np.uint64(63) == 1]).tolist()
    return Names(keys, {key: long[key] for key in occurring if key in long})


def _note_methods(links: TableLinks, start: int, hit: Any, rows: Any, place: Any, verdicts: Any) -> None:
    import numpy as np

    codes = np.full(len(hit), CODES["not_registered"], np.uint8)
    codes[hit] = CODES["no_candidate"]
    own = np.full(len(place), CODES["id_name"], np.uint8)
    if verdicts is not None:
        doubt, values = verdicts
        table = np.full(exact.CONTRADICTS + 1, CODES["no_candidate"], np.uint8)
        for verdict, code in SURE.items():
            table[verdict] = code
        own[doubt] = table[values]
    if rows is None:
        codes = own
    else:
        codes[rows] = own
    links.method[start : start + len(codes)] = codes


def _registered_wrongly(
    links: TableLinks, numbers: Any, keys: Any, strange: Any, wrong: Any, start: int, stop: int
) -> Any:
    """Rows about nobody registered whose name and birth somebody has whose registered number is not usable."""
    import numpy as np

    rows = strange[keys[strange] != NO_NAME]
    birth = birth_days(numbers[rows])
    if links.store.has("born"):
        own = links.store.read("born", start, stop)[rows]
        birth = np.where(own == NO_DAY, birth, own)
    sought = mixed(keys[rows], birth)
    at = np.minimum(np.searchsorted(wrong, sought), len(wrong) - 1)
    return rows[wrong[at] == sought]


def _lost_digits(unit: _Unit, numbers: Any, keys: Any, strange: Any) -> Any:
    """Rows about nobody registered that end in 000, where somebody of that name has a number that begins as they do."""
    import numpy as np

    rows = strange[end_in_zeros(numbers[strange])]
    found = []
    for row in rows.tolist():
        first, last = np.searchsorted(unit.numbers, (numbers[row], numbers[row] + 100))
        # whom it may be may stand at the beginning of the next unit
        if unit.next < numbers[row] + 100 or (keys[row] == unit.names[first:last]).any():
            found.append(row)
    return np.array(found, np.int64)
