"""Parameters for rows: which value holds for a row's area, match facts and date, or between which values it lies.

A missing match fact leaves the values it could select, so a line that is 650 or 800 is known to be at least 650.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm

from bangfu.core.compiler.assumptions import ParameterShape
from bangfu.core.rulebook.model import Parameter, ParameterValue, Rulebook, Value

Key = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A parameter for one row: low and high in the evaluator's integers (None: unbounded), and what is missing."""

    low: int | bool | str | date | None
    high: int | bool | str | date | None
    missing: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a parameter is read off rows of a unit: the fact names of its key, and the ids that may be missing."""

    parameter: Parameter
    unit: str
    area: str | None
    match: tuple[str, ...]
    on: str | None
    scale: int
    missing: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The key columns: area, match facts, date."""
        return tuple(c for c in (self.area, *self.match, self.on) if c is not None)


class Lookup:
    """Parameters of one rulebook at one date; `tables` holds values that came with the data."""

    def __init__(self, book: Rulebook, as_of: date, tables: Mapping[str, tuple[ParameterValue, ...]]) -> None:
        self.book, self.as_of, self.tables = book, as_of, tables
        self._values = {name: tables.get(name, parameter.values) for name, parameter in book.parameters.items()}
        self._memo: dict[tuple[str, str, str | None, Key], Found] = {}

    def reading(self, unit: str, key: str) -> Reading:
        """How `key` (an id, or `id@date fact`) is read for rows of `unit`."""
        name, _, on = key.partition("@")
        parameter, values = self.book.parameters[name], self._values[name]
        scoped = any(value.area for value in values)
        area = self.book.tables[unit].area if scoped else None
        match = tuple(dict.fromkeys(fact for value in values for fact, _ in value.match))
        scale = lcm(
            *(_fraction(value.value).denominator for value in values if isinstance(value.value, Decimal | int)), 1
        )
        missing: list[tuple[str, ...]] = [("parameter", name)]
        missing += [("fact", unit, fact) for fact in (area, *match, on or None) if fact is not None]
        return Reading(parameter, unit, area, match, on or None, scale, tuple(missing))

    def simple(self, reading: Reading) -> bool:
        """Whether every row has the same value."""
        return not reading.columns

    def constant(self, reading: Reading) -> Value:
        """The value of a parameter that every row shares, scaled; None where it has none."""
        found = self.find(reading, ())
        return found.low if found.low == found.high else None

    def find(self, reading: Reading, key: Key) -> Found:
        """The parameter for one row's key."""
        memo = (reading.parameter.id, reading.unit, reading.on, key)
        if memo not in self._memo:
            self._memo[memo] = self._find(reading, key)
        return self._memo[memo]

    # -- one key ----------------------------------------------------------------------------------
    def _find(self, reading: Reading, key: Key) -> Found:
        row = dict(zip(reading.columns, key, strict=True))
        values = self._values[reading.parameter.id]
        unknown = tuple(row[c] is None for c in reading.columns)
        outcomes = {self._one(reading, values, dict(zip(reading.columns, full, strict=True)))
                    for full in self._completions(reading, values, row)}  # fmt: skip
        if None in outcomes:
            return Found(
                self._bound(reading, reading.parameter.low),
                self._bound(reading, reading.parameter.high),
                (True, *unknown),
            )
        known = [o for o in outcomes if o is not None]
        if len(known) == 1:
            return Found(known[0], known[0], (False, *(False for _ in unknown)))
        if not all((isinstance(v, int) and not isinstance(v, bool)) or isinstance(v, date) for v in known):
            return Found(None, None, (False, *unknown))
        return Found(min(known), max(known), (False, *unknown))

    def _completions(
        self, reading: Reading, values: Sequence[ParameterValue], row: Mapping[str, Value]
    ) -> Iterator[Key]:
        """The key with every blank filled by each value that could make a difference."""
        choices: list[list[Value]] = []
        for column in reading.columns:
            if row[column] is not None:
                choices.append([row[column]])
            elif column == reading.area:
                choices.append(list(dict.fromkeys(value.area for value in values)))
            elif column == reading.on:
                edges = {d for value in values for d in (value.start, value.end) if d is not None}
                choices.append([date.min, *sorted(edges)])
            else:
                choices.append(self._universe(reading.unit, column, values))
        yield from _product(choices)

    def _universe(self, unit: str, column: str, values: Sequence[ParameterValue]) -> list[Value]:
        fact = self.book.facts[(unit, column)]
        if fact.type.kind == "boolean":
            return [False, True]
        if fact.type.kind == "code":
            return [entry.value for entry in self.book.codes[fact.type.code].values]
        named = {v for value in values for f, v in value.match if f == column}
        return [*sorted(named, key=str), None]

    def _one(
        self, reading: Reading, values: Sequence[ParameterValue], row: Mapping[str, Value]
    ) -> int | bool | str | date | None:
        """The value for a complete key: longest area prefix, then most match keys; scaled to an integer."""
        day = row[reading.on] if reading.on else self.as_of
        area = str(row[reading.area]) if reading.area else ""
        assert isinstance(day, date)
        best: ParameterValue | None = None
        for value in values:
            if not area.startswith(value.area) or not _within(value, day):
                continue
            if any(row.get(fact) != wanted for fact, wanted in value.match):
                continue
            if best is None or (len(value.area), len(value.match)) > (len(best.area), len(best.match)):
                best = value
        return None if best is None else scaled(best.value, reading.scale)

    def _bound(self, reading: Reading, bound: int | Decimal | None) -> int | None:
        return None if bound is None else int(Fraction(bound) * reading.scale)

    def source(self, reading: Reading, key: Key) -> ParameterValue | None:
        """The dated, cited value behind a complete key, for an explanation."""
        if any(part is None for part in key):
            return None
        row = dict(zip(reading.columns, key, strict=True))
        fitting = [v for v in self._values[reading.parameter.id] if self._one(reading, [v], row) is not None]
        return max(fitting, key=lambda v: (len(v.area), len(v.match)), default=None)


class Shapes(Mapping[tuple[str, str], ParameterShape]):
    """`Assumptions.parameters`, worked out when first asked for; remembers what was asked."""

    def __init__(
        self, lookup: Lookup, combos: Callable[[Reading], Iterable[Key]] | None, *, ranged: bool = True
    ) -> None:
        """`combos` gives the distinct keys of the rows; None means any key may come, `ranged` whether with blanks."""
        self.lookup, self._combos, self._ranged = lookup, combos, ranged
        self.readings: dict[tuple[str, str], Reading] = {}
        self.found: dict[tuple[str, str], dict[Key, Found]] = {}
        self._shapes: dict[tuple[str, str], ParameterShape] = {}

    def __getitem__(self, where: tuple[str, str]) -> ParameterShape:
        if where not in self._shapes:
            self._shapes[where] = self._shape(where)
        return self._shapes[where]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._shapes)

    def __len__(self) -> int:
        return len(self._shapes)

    def _shape(self, where: tuple[str, str]) -> ParameterShape:
        reading = self.readings[where] = self.lookup.reading(*where)
        if self.lookup.simple(reading):
            return ParameterShape(constant=self.lookup.constant(reading), scale=reading.scale, missing=reading.missing)  # type: ignore[arg-type]
        if self._combos is None:
            return ParameterShape(column=True, ranged=self._ranged, scale=reading.scale, missing=reading.missing)
        found = self.found[where] = {key: self.lookup.find(reading, key) for key in self._combos(reading)}
        values = list(found.values())
        if values and all(not any(v.missing) for v in values):
            if len({v.low for v in values}) == 1:
                return ParameterShape(constant=values[0].low, scale=reading.scale, missing=reading.missing)
            return ParameterShape(column=True, scale=reading.scale, missing=reading.missing)
        return ParameterShape(column=True, ranged=True, scale=reading.scale, missing=reading.missing)


def scaled(value: Value, scale: int) -> int | bool | str | date | None:
    """A value as the evaluators' integer over `scale`."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    return int(Fraction(value) * scale)


def _fraction(value: Value) -> Fraction:
    return Fraction(value) if isinstance(value, int | Decimal) else Fraction(0)


def _within(value: ParameterValue, day: date) -> bool:
    return (value.start is None or value.start <= day) and (value.end is None or day < value.end)


def _product(choices: Sequence[Sequence[Value]]) -> Iterator[Key]:
    if not choices:
        yield ()
        return
    for head in choices[0]:
        for tail in _product(choices[1:]):
            yield (head, *tail)
