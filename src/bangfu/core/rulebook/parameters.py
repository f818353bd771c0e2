"""Which of a parameter's values holds for a household on a day; values that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from datetime import date
from decimal import Decimal
from itertools import product

from bangfu.core.rulebook.mistakes import Mistake, RulebookError
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


def choose(
    values: Sequence[ParameterValue], area: str, facts: Map[str, Value], on: date
) -> ParameterValue | None:
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
    and true are the same. A blank value stays a value of None: there the parameter is unknown. An empty match
    cell matches every household. Raises RulebookError with every bad row and every two rows for one place and date;
    the place's line is the 1-based number of the row.
    """
    assert parameter.table is not None
    mistakes: list[Mistake] = []
    values = [
        _row(parameter, number, row, kinds or {}, codes or {}, mistakes) for number, row in enumerate(rows, 1)
    ]
    for earlier, later in clashes(values):
        mistakes.append(clash_mistake(parameter.id, earlier, later))
    if mistakes:
        raise RulebookError(mistakes)
    return tuple(values)


def clash_mistake(name: str, earlier: ParameterValue, later: ParameterValue) -> Mistake:
    """The message for two values of one place and date."""
    found = f"a second value of {name} for area {later.area!r}{_matched(later)} in the same time (first {earlier.place})"
    return Mistake(later.place, found, "one value for one place and date")


def _matched(value: ParameterValue) -> str:
    return "".join(f", {key} {wanted}" for key, wanted in value.match)


def _row(
    parameter: Parameter,
    number: int,
    row: Map[str, object],
    kinds: Map[str, Type],
    codes: Map[str, CodeList],
    mistakes: list[Mistake],
) -> ParameterValue:
    table = parameter.table
    assert table is not None
    place = Place(table.table, number, 1)

    def cell(column: str, kind: Type, *, fen: bool = True) -> Value:
        if column not in row:
            mistakes.append(
                Mistake(place, f"no column {column!r}", f"the columns of parameter {parameter.id}")
            )
            return None
        raw = row[column]
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        try:
            return fitted(raw, kind, fen=fen, codes=codes)
        except Unfit as unfit:
            mistakes.append(Mistake(place, f"{column}: {cut(str(raw))}", unfit.expected, unfit.nearest))
            return None

    start = cell(table.start, Type("date")) if table.start else None
    end = cell(table.end, Type("date")) if table.end else None
    if isinstance(start, date) and isinstance(end, date) and start >= end:
        mistakes.append(
            Mistake(place, f"{table.start} {start} to {table.end} {end}", "a day after the first")
        )
    value = cell(table.value, parameter.type, fen=parameter.fen)
    if outside := beyond(parameter.low, parameter.high, value):
        mistakes.append(Mistake(place, f"{table.value}: {cut(str(row[table.value]))}", outside))
    match = tuple(
        (key, wanted)
        for key in table.match
        if (wanted := cell(key, kinds[key]) if key in kinds else _plain(cell, row, key)) is not None
    )
    area = cell(table.area, Type("text")) if table.area else ""
    return ParameterValue(
        str(area or ""), start if isinstance(start, date) else None, end if isinstance(end, date) else None,
        match, value, table.table, place,
    )  # fmt: skip


def _plain(cell: object, row: Map[str, object], key: str) -> Value:
    """A match cell of unknown type as it stands."""
    raw = row.get(key)
    if raw is None or isinstance(raw, int | str | date | Decimal):
        return raw or None if isinstance(raw, str) else raw
    return str(raw)


def beyond(low: int | Decimal | None, high: int | Decimal | None, value: Value) -> str:
    """What was expected, where a value lies outside its bounds; '' where it does not."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if low is not None and value < low:
            return "a value not below min"
        if high is not None and value > high:
            return "a value not above max"
    return ""
