"""The rows of a list out of the registry: values by column, names and numbers only here and never in a trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.core.documents.forms.definitions import HOUSEHOLDS, PERSONS, Ask
from bangfu.core.documents.forms.terms import RosterColumn
from bangfu.core.reporting.forms_areas import AreaBook
from bangfu.core.reporting.forms_registry import Registry
from bangfu.core.rulebook.model import ABSENT, Fact
from bangfu.core.values.id_number import read_id_number
from bangfu.core.values.text import mask, tidy


@dataclass(frozen=True, slots=True)
class Source:
    """Where a column's values come from: `of` is household, person or head; `kind` how they are shown."""

    of: str
    column: RosterColumn
    ask: Ask | None = None
    kind: str = ""

    @property
    def named(self) -> str:
        """As the trace prints it."""
        column = self.column
        return f"{self.of}: {column.fact or column.total or column.special or (self.ask.where if self.ask else '')}"


@dataclass(slots=True)
class Row:
    """One household or person. `values` by column; a value that is not known is None and in `unknown`."""

    key: str
    region: str
    name: str
    id_number: str
    values: dict[int, Any] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)

    def lacks(self, column: int) -> bool:
        """Whether the data have no value where there should be one."""
        return column in self.unknown


class RosterData:
    """Reads rows of households or persons with the values that columns ask for."""

    def __init__(self, registry: Registry, areas: AreaBook, unit: str, programme: str) -> None:
        self.registry, self.areas, self.unit, self.programme = registry, areas, unit, programme
        self.facts = {(fact.table, fact.column): fact for fact in registry.book.facts.values() if fact.derive is None}

    def rows(self, where: str, sources: Mapping[int, Source]) -> list[Row]:
        """All rows within the areas' scope that certainly hold `where`."""
        own = {
            f"c{n}": self._ask(s)
            for n, s in sources.items()
            if self._ask(s) and (s.of == "person") == (self.unit == PERSONS) and s.of != "head"
        }
        chosen = self.registry.rows(self.unit, where, {k: a for k, a in own.items() if a is not None})
        households = self._related(
            HOUSEHOLDS, {n: s for n, s in sources.items() if s.of == "household" and self.unit == PERSONS}
        )
        heads = self._related(PERSONS, {n: s for n, s in sources.items() if s.of == "head"})
        kept = [self._row(key, values, households, heads, sources) for key, values in chosen.items()]
        found = [row for row in kept if row is not None]
        return sorted(found, key=lambda row: (row.region, row.key))

    def _ask(self, source: Source) -> Ask | None:
        if source.ask is not None:
            return source.ask
        table = HOUSEHOLDS if source.of == "household" else PERSONS
        return Ask(table, total=source.column.total) if source.column.total else None

    def _related(self, table: str, sources: Mapping[int, Source]) -> Mapping[Any, Mapping[str, int | None]]:
        asks = {f"c{n}": ask for n, s in sources.items() if (ask := self._ask(s)) is not None}
        return self.registry.rows(table, "", asks) if asks else {}

    @property
    def _stored(self) -> tuple[dict[Any, dict[str, Any]], dict[Any, dict[str, Any]]]:
        held: tuple[dict[Any, dict[str, Any]], dict[Any, dict[str, Any]]] | None = self.__dict__.get("_held")
        if held is None:
            columns: dict[str, list[str]] = {HOUSEHOLDS: [], PERSONS: []}
            for table, column in self.facts:
                if table in columns:
                    columns[table].append(column)
            person = self.registry.book.tables[PERSONS]
            columns[PERSONS].append(person.belongs_to or "")
            held = (
                self.registry.stored(HOUSEHOLDS, columns[HOUSEHOLDS]),
                self.registry.stored(PERSONS, columns[PERSONS]),
            )
            self.__dict__["_held"] = held
        return held

    def _head_of(self) -> dict[Any, Any]:
        """The person key of each household's head."""
        held: dict[Any, Any] | None = self.__dict__.get("_heads")
        if held is None:
            belongs = self.registry.book.tables[PERSONS].belongs_to or ""
            held = {}
            for key, values in self._stored[1].items():
                if values.get("relation") == "head":
                    held.setdefault(values.get(belongs), key)
            self.__dict__["_heads"] = held
        return held

    def _numbers(self) -> dict[str, str]:
        """ID numbers by person key, repaired as far as there is one right answer."""
        held: dict[str, str] | None = self.__dict__.get("_ids")
        if held is None:
            reading = self.registry.snapshot.readings[PERSONS]
            keys, raw = reading.column(self.registry.snapshot.person_key), reading.column("id_number")
            held = {str(k): read_id_number(v).number or str(v) for k, v in zip(keys, raw, strict=True) if v is not None}
            self.__dict__["_ids"] = held
        return held

    def _row(
        self, key: Any, values: Mapping[str, int | None], households: Mapping[Any, Mapping[str, int | None]],
        heads: Mapping[Any, Mapping[str, int | None]], sources: Mapping[int, Source],
    ) -> Row | None:  # fmt: skip
        home, people = self._stored
        belongs = self.registry.book.tables[PERSONS].belongs_to or ""
        household = people.get(key, {}).get(belongs) if self.unit == PERSONS else key
        head = self._head_of().get(household)
        person = key if self.unit == PERSONS else head
        region = str(home.get(household, {}).get("region_code") or "")
        if not region.startswith(self.areas.scope):
            return None
        directory = self.registry.snapshot.directory
        entry = directory.households.get(household)
        named = directory.persons.get(person)
        name = tidy((named.name if named else "") or (entry.head_name if entry and self.unit == HOUSEHOLDS else ""))
        row = Row(str(key), region, name.replace(" ", ""), self._numbers().get(str(person), ""))
        for number, source in sources.items():
            who = {"household": household, "person": person, "head": head}[source.of]
            computed = (
                values
                if source.of == ("person" if self.unit == PERSONS else "household")
                else (households if source.of == "household" else heads).get(who, {})
            )
            value = self._value(number, source, who, household, computed)
            row.values[number] = value
            if value is None and self._expected(source):
                row.unknown.add(number)
        return row

    def _expected(self, source: Source) -> bool:
        """Whether a blank means that something is lacking; of some facts a blank says no."""
        fact = self._fact(source)
        return fact is None or fact.missing is ABSENT

    def _fact(self, source: Source) -> Fact | None:
        table = HOUSEHOLDS if source.of == "household" else PERSONS
        return self.facts.get((table, source.column.fact)) if source.column.fact else None

    def _value(self, number: int, source: Source, who: Any, household: Any, computed: Mapping[str, int | None]) -> Any:
        if self._ask(source) is not None:
            return computed.get(f"c{number}")
        if source.column.special:
            return self._special(source, who, household)
        fact = self._fact(source)
        if fact is None:
            return None
        stored = self._stored[0 if source.of == "household" else 1].get(who, {})
        value = stored.get(fact.column)
        return self._worded(fact, value)

    def _worded(self, fact: Fact, value: Any) -> Any:
        """A stored value as people write it; None for a blank, also where the blank means no."""
        if value is None or (
            fact.missing is not ABSENT and value == fact.missing and value in (0, "none", "not_in_school")
        ):
            return None
        match fact.type.kind:
            case "code":
                codes = self.registry.book.codes.get(fact.type.code)
                return next((c.label.zh for c in codes.values if c.value == value), str(value)) if codes else str(value)
            case "boolean":
                return "是" if value else "否"
            case "money":
                return Decimal(value) / 100
            case _:
                return value

    def _special(self, source: Source, who: Any, household: Any) -> Any:
        directory = self.registry.snapshot.directory
        entry = directory.households.get(household)
        home = self._stored[0].get(household, {})
        region = str(home.get("region_code") or "")
        match source.column.special:
            case "id":
                return self._numbers().get(str(who)) or None
            case "name":
                person = directory.persons.get(who)
                return (
                    (tidy(person.name) if person else "")
                    or (entry.head_name if entry and source.of == "head" else "")
                    or None
                )
            case "head_name":
                return (entry.head_name if entry else "") or None
            case "phone":
                return (entry.phone if entry else "") or None
            case "township":
                return self.areas.township_of(region) or None
            case "village":
                return self.areas.name(region[:12]) or None
            case "village_group":
                return self.areas.name(region[:12]) + (entry.group_name if entry else "") or None
            case "address":
                parts = [
                    self.areas.township_of(region),
                    self.areas.name(region[:12]),
                    (entry.natural_village if entry else ""),
                    (entry.group_name if entry else ""),
                ]
                return "".join(parts) or None
            case "risks":
                facts = [
                    self.facts[HOUSEHOLDS, name] for name in ("risk_1", "risk_2") if (HOUSEHOLDS, name) in self.facts
                ]
                words = [self._worded(fact, home.get(fact.column)) for fact in facts]
                return "、".join(dict.fromkeys(str(w) for w in words if w)) or None
            case "measures":
                return self._measures().get(household)
        return None

    def _measures(self) -> dict[Any, str]:
        held: dict[Any, str] | None = self.__dict__.get("_taken")
        if held is None:
            held = {}
            reading = self.registry.snapshot.readings.get("measures")
            codes = self.registry.book.codes.get("measure_kind")
            labels = {c.value: c.label.zh for c in codes.values} if codes else {}
            if reading is not None:
                for key, kind in zip(
                    reading.column(self.registry.snapshot.household_key), reading.column("kind"), strict=True
                ):
                    label = labels.get(kind)
                    if label and label not in held.get(key, ""):
                        held[key] = f"{held[key]}、{label}" if key in held else label
            self.__dict__["_taken"] = held
        return held


def shown_value(value: Any, source: Source, money: int, whole: bool) -> Any:
    """A value as it goes into a cell; personal numbers masked unless `whole`."""
    if value is None:
        return None
    if source.column.special in ("id", "phone"):
        return str(value) if whole else mask(str(value))
    if source.kind == "boolean":
        return "是" if value else "否"
    if source.kind == "money":
        value = Decimal(value) / 100
    if isinstance(value, Decimal):
        value = value / money if money > 1 else value
        return int(value) if value == value.to_integral_value() else value.normalize()
    return value if isinstance(value, (int, date)) else str(value)
