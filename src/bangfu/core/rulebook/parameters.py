"""Which of a parameter's values holds for a household on a day; values that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from datetime import date
from decimal import Decimal
from itertools import product

from bangfu.core.rulebook.mistakes import Mistake, RulebookError, nearest
from bangfu.core.rulebook.model import CodeList, Parameter, ParameterValue, Place, Type, Value
from bangfu.core.rulebook.reading import cut
from bangfu.core.rulebook.reading_values import Unfit, fitted

MAX_COMPLETIONS = 256
_OTHER = "\0 some other value"
"""Stands for every value of a fact that no parameter value names."""


def resolve(parameter: Parameter, area: str, facts: Map[str, Value], on: date) -> ParameterValue | None:
    """The value of `parameter` for a household with these facts in this area on a day; None where unknown.

    The longest matching area prefix wins, then the most match keys; `end` is exclusive. A match fact that is
    absent or None is unknown: the answer is None unless every value it could have leads to the same.
    """
    return choose(parameter.values, area, facts, on)


def choose(values: Sequence[ParameterValue], area: str, facts: Map[str, Value], on: date) -> ParameterValue | None:
    """As `resolve`, over any values, such as those from `rows_to_values`."""
    possible = [v for v in values if _holds(v, on) and _may_match(v, area, facts)]
    if not possible:
        return None
    possible.sort(key=lambda v: (-len(v.area), -len(v.match)))
    open_facts: dict[str, list[Value]] = {}
    for value in possible:
        for key, wanted in value.match:
            if facts.get(key) is None:
                open_facts.setdefault(key, []).append(wanted)
    # an area that is known in part only may turn out to be in any of the longer ones
    inner = [v.area for v in possible if not area.startswith(v.area)]
    areas = list(dict.fromkeys([area, *inner]))
    if not open_facts and len(areas) == 1:
        return possible[0] if possible[0].value is not None else None
    return _same_for_all(possible, areas, {key: _domain(found) for key, found in open_facts.items()}, facts)


def _same_for_all(
    possible: list[ParameterValue],
    areas: list[str],
    open_facts: Map[str, list[Value]],
    facts: Map[str, Value],
) -> ParameterValue | None:
    """The value that every completion of the open facts leads to; None where they differ or are too many."""
    count = len(areas)
    for domain in open_facts.values():
        count *= len(domain)
    if count > MAX_COMPLETIONS:
        return None
    answer: ParameterValue | None = None
    for area, completion in product(areas, product(*open_facts.values())):
        known = {**facts, **dict(zip(open_facts, completion, strict=True))}
        held = (v for v in possible if area.startswith(v.area))
        found = next((v for v in held if all(known.get(k) == w for k, w in v.match)), None)
        if found is None or found.value is None or (answer is not None and found.value != answer.value):
            return None
        answer = answer or found
    return answer


def _holds(value: ParameterValue, on: date) -> bool:
    return (value.start is None or value.start <= on) and (value.end is None or on < value.end)


def _may_match(value: ParameterValue, area: str, facts: Map[str, Value]) -> bool:
    if not area.startswith(value.area) and not value.area.startswith(area):
        return False
    return all(facts.get(key) is None or facts[key] == wanted for key, wanted in value.match)


def _domain(wanted: list[Value]) -> list[Value]:
    """The values that an unknown fact is tried with: those named, and one that is none of them."""
    named = list(dict.fromkeys(wanted))
    return [False, True] if all(isinstance(value, bool) for value in named) else [*named, _OTHER]


def clashes(values: Iterable[ParameterValue]) -> Iterator[tuple[ParameterValue, ParameterValue]]:
    """Pairs of values of which neither wins over the other for some household on some day; later one second.

    They share the area and the number of match keys, agree in the keys that both have, and overlap in time.
    One pair is told for each value that clashes with an earlier one of its own group.
    """
    groups: dict[tuple[str, int], dict[tuple[str, ...], list[ParameterValue]]] = {}
    for value in values:
        keys = tuple(sorted(key for key, _ in value.match))
        groups.setdefault((value.area, len(keys)), {}).setdefault(keys, []).append(value)
    for group in groups.values():
        sets = list(group)
        for at, keys in enumerate(sets):
            yield from _overlaps(group[keys], (), keys)
            for other in sets[at + 1 :]:
                shared = tuple(key for key in keys if key in other)
                yield from _overlaps(group[keys], group[other], shared)


def _overlaps(
    first: list[ParameterValue], second: Sequence[ParameterValue], shared: tuple[str, ...]
) -> Iterator[tuple[ParameterValue, ParameterValue]]:
    """Pairs that agree in `shared` and overlap in time: within `first`, or across where `second` is given."""
    alike: dict[tuple[Value, ...], list[tuple[date, int, int, ParameterValue]]] = {}
    for side, members in enumerate((first, second)):
        for order, value in enumerate(members):
            match = dict(value.match)
            entry = (value.start or date.min, side, order, value)
            alike.setdefault(tuple(match[key] for key in shared), []).append(entry)
    for entries in alike.values():
        entries.sort(key=lambda entry: entry[:3])
        latest: dict[int, ParameterValue] = {}
        for start, side, _, value in entries:
            rival = latest.get(1 - side if second else side)
            if rival is not None and (rival.end is None or start < rival.end):
                yield (rival, value) if _order(rival) <= _order(value) else (value, rival)
            kept = latest.get(side)
            if kept is None or (kept.end is not None and (value.end is None or value.end > kept.end)):
                latest[side] = value


def _order(value: ParameterValue) -> tuple[str, int, int]:
    return value.place.file, value.place.line, value.place.column


def rows_to_values(
    parameter: Parameter,
    rows: Iterable[Map[str, object]],
    *,
    kinds: Map[str, Type] | None = None,
    codes: Map[str, CodeList] | None = None,
) -> tuple[ParameterValue, ...]:
    """The values of a table parameter from the rows of its table, in order.

    `rows` hold the columns that `parameter.table` names; `kinds` gives the types of match facts, so that `1`
    and true are the same. A blank value stays a value of None: there the parameter is unknown. A blank match
    cell is refused. Raises RulebookError with every bad row and every two rows for one place and date; the
    place's line is the 1-based number of the row.
    """
    reader = _Rows(parameter, kinds or {}, codes or {})
    values = [reader.read(number, row) for number, row in enumerate(rows, 1)]
    # rows that could not be read would clash where the read ones do not
    for earlier, later in clashes(values) if not reader.mistakes else ():
        reader.mistakes.append(clash_mistake(parameter.id, earlier, later))
    if reader.mistakes:
        raise RulebookError(reader.mistakes)
    return tuple(values)


def clash_mistake(name: str, earlier: ParameterValue, later: ParameterValue) -> Mistake:
    """The message for two values of one place and date."""
    where = f"area {later.area!r}{_matched(later)}"
    found = f"a second value of {name} for {where} in the same time (first {earlier.place})"
    return Mistake(later.place, found, "one value for one place and date")


def _matched(value: ParameterValue) -> str:
    return "".join(f", {key} {wanted}" for key, wanted in value.match)


class _Rows:
    """Reads the rows of a table parameter and collects what is wrong with them."""

    def __init__(self, parameter: Parameter, kinds: Map[str, Type], codes: Map[str, CodeList]) -> None:
        assert parameter.table is not None
        self.parameter, self.table = parameter, parameter.table
        self.kinds, self.codes = kinds, codes
        self.mistakes: list[Mistake] = []

    def read(self, number: int, row: Map[str, object]) -> ParameterValue:
        """The value of one row."""
        table, place = self.table, Place(self.table.table, number, 1)
        start = self._cell(row, table.start, place, Type("date")) if table.start else None
        end = self._cell(row, table.end, place, Type("date")) if table.end else None
        if isinstance(start, date) and isinstance(end, date) and start >= end:
            found = f"{table.start} {start} to {table.end} {end}"
            self.mistakes.append(Mistake(place, found, "a day after the first"))
        value = self._cell(row, table.value, place, self.parameter.type)
        if outside := beyond(self.parameter.low, self.parameter.high, value):
            self.mistakes.append(Mistake(place, f"{table.value}: {cut(str(row[table.value]))}", outside))
        match = tuple((key, self._cell(row, key, place, self.kinds.get(key))) for key in table.match)
        for key, wanted in match:
            if key in row and wanted is None and _blank(row[key]):
                # a blank that matched every household would hand one place's value to all
                self.mistakes.append(Mistake(place, f"{key}: nothing", "a value for each match column"))
        area = self._cell(row, table.area, place, Type("text")) if table.area else ""
        return ParameterValue(
            str(area or ""), start if isinstance(start, date) else None, end if isinstance(end, date) else None,
            match, value, table.table, place,
        )  # fmt: skip

    def _cell(self, row: Map[str, object], column: str, place: Place, kind: Type | None) -> Value:
        """One cell as a value of `kind`, or as it stands where no type is known; None where blank or wrong."""
        if column not in row:
            expected = f"the columns that {self.parameter.id} names"
            self.mistakes.append(Mistake(place, f"no column {column!r}", expected, nearest(column, row)))
            return None
        raw = row[column]
        if _blank(raw):
            return None
        if kind is None:
            return raw if isinstance(raw, int | str | date | Decimal) else str(raw)
        try:
            return fitted(raw, kind, fen=self.parameter.fen, codes=self.codes)
        except Unfit as unfit:
            self.mistakes.append(Mistake(place, f"{column}: {cut(str(raw))}", unfit.expected, unfit.nearest))
            return None


def _blank(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def beyond(low: int | Decimal | None, high: int | Decimal | None, value: Value) -> str:
    """What was expected, where a value lies outside its bounds; '' where it does not."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if low is not None and value < low:
            return "a value not below min"
        if high is not None and value > high:
            return "a value not above max"
    return ""
