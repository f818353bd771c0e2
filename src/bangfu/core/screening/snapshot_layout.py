"""What the reader is told of each table, from the facts of a rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bangfu.core.files.identity import IDENTITY
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.rulebook.model import Fact, Parameter, Rulebook, Table
from bangfu.core.values.text import label_key


@dataclass(frozen=True, slots=True)
class Roles:
    """The two tables that everything hangs on, and the names of their keys."""

    households: Table
    persons: Table
    household_key: str
    person_key: str

    def of_person(self, rulebook: Rulebook, table: Table) -> bool:
        """True where the rows of the table may concern one person."""
        return table.id == self.persons.id or table.of == self.persons.of or self._has(rulebook, table, self.person_key)

    def of_household(self, rulebook: Rulebook, table: Table) -> bool:
        """True where the rows of the table concern a household, directly or through a person."""
        return (
            table.of == self.households.of
            or self.of_person(rulebook, table)
            or self._has(rulebook, table, self.household_key)
        )

    @staticmethod
    def _has(rulebook: Rulebook, table: Table, column: str) -> bool:
        return table.belongs_to == column or any(fact.column == column for fact in facts_of(rulebook, table.id))


def roles(rulebook: Rulebook) -> Roles:
    """The tables of households and of persons. Raises LookupError where the rulebook declares none."""
    keyed = {table.of: table for table in rulebook.tables.values() if table.key is not None}
    missing = [entity for entity in ("household", "person") if entity not in keyed]
    if missing:
        raise LookupError(f"rulebook {rulebook.name} declares no table with a key of {' and of '.join(missing)}")
    households, persons = keyed["household"], keyed["person"]
    return Roles(households, persons, str(households.key), str(persons.key))


def facts_of(rulebook: Rulebook, table: str) -> list[Fact]:
    """The facts that rows of the table carry, in the order of the rulebook."""
    return [fact for fact in rulebook.facts.values() if fact.table == table]


def labels_of(rulebook: Rulebook, code: str) -> Mapping[str, int | str]:
    """Normalised label, synonym or value text to the value.

    The value's own text and labels win over synonyms.
    """
    values = rulebook.codes[code].values if code in rulebook.codes else ()
    found: dict[str, int | str] = {}
    for entry in values:
        for text in (str(entry.value), entry.label.zh, entry.label.en):
            if text:
                found.setdefault(label_key(text), entry.value)
    for entry in values:
        for text in entry.also:
            found.setdefault(label_key(text), entry.value)
    return found


def column_of(rulebook: Rulebook, fact: Fact, headers: tuple[str, ...], *, key: bool, link: bool) -> ColumnLayout:
    """The layout of one fact's column."""
    return ColumnLayout(
        name=fact.column,
        kind=fact.type.kind,
        fen=fact.fen,
        headers=headers,
        low=fact.low if fact.type.kind in {"integer", "money", "decimal"} else None,
        high=fact.high if fact.type.kind in {"integer", "money", "decimal"} else None,
        labels=labels_of(rulebook, fact.type.code) if fact.type.kind == "code" else {},
        personal=fact.personal,
        key=key,
        link=link,
        period=fact.type.period,
        optional=fact.derive is not None,
    )


def layout_of(rulebook: Rulebook, table: Table, who: Roles) -> TableLayout:
    """The columns to look for in the table's file.

    Its facts (derived ones too), its keys, what joins a bureau's row.
    """
    facts = [fact for fact in facts_of(rulebook, table.id) if not fact.reads]
    links = {who.household_key, who.person_key, table.belongs_to, table.area}
    links.update(other.key for other in rulebook.tables.values())
    claimed = {label_key(title) for fact in facts for title in (fact.column, fact.name, *fact.headers)}
    columns: dict[str, ColumnLayout] = {}
    for fact in facts:
        own = fact.name.rpartition(".")[2]
        headers = tuple(dict.fromkeys((own, *fact.headers)))
        if fact.derive is None and fact.label.zh and label_key(fact.label.zh) not in claimed:
            headers = (*headers, fact.label.zh)
        key = table.key == fact.column
        link = fact.column in links and fact.type.kind == "text"
        columns.setdefault(fact.column, column_of(rulebook, fact, headers, key=key, link=link))
    for name in _implied(rulebook, table, who):
        columns.setdefault(
            name,
            ColumnLayout(name, key=name == table.key, link=True, headers=_headers(rulebook, name), optional=True),
        )
    if table.bureau:
        for column in IDENTITY:
            columns.setdefault(column.name, replace(column, personal=True))  # it links and stays out of the snapshot
    return TableLayout(table.id, table.file, tuple(columns.values()))


def _implied(rulebook: Rulebook, table: Table, who: Roles) -> list[str]:
    """Keys that a table carries although no fact declares them."""
    names = [name for name in (table.key, table.belongs_to) if name]
    if who.of_person(rulebook, table):
        names.append(who.person_key)
    if who.of_household(rulebook, table):
        names.append(who.household_key)
        if not table.key:
            # a list of the household (benefits) may name the person that a row is about
            names.append(who.person_key)
    return names


def _headers(rulebook: Rulebook, column: str) -> tuple[str, ...]:
    """The headers that a key has in whatever table declares it."""
    found = [title for fact in rulebook.facts.values() if fact.column == column for title in fact.headers]
    return tuple(dict.fromkeys(found))


def parameter_layouts(rulebook: Rulebook, who: Roles) -> dict[str, TableLayout]:
    """Tables that only parameters name, since their values come with the data."""
    found: dict[str, dict[str, ColumnLayout]] = {}
    for parameter in rulebook.parameters.values():
        if parameter.table is not None and parameter.table.table not in rulebook.tables:
            columns = found.setdefault(parameter.table.table, {})
            for column in _parameter_columns(rulebook, parameter, who):
                columns.setdefault(column.name, column)
    return {name: TableLayout(name, name, tuple(columns.values())) for name, columns in found.items()}


def _parameter_columns(rulebook: Rulebook, parameter: Parameter, who: Roles) -> list[ColumnLayout]:
    table = parameter.table
    if table is None:
        return []
    columns = []
    for name in table.match:
        fact = rulebook.facts.get((who.households.id, name))
        if fact is None:
            columns.append(ColumnLayout(name))
        else:
            own = column_of(rulebook, fact, fact.headers, key=False, link=fact.type.kind == "text")
            columns.append(_renamed(own, name))
    if table.area:
        columns.append(ColumnLayout(table.area, link=True))
    columns += [ColumnLayout(name, "date") for name in (table.start, table.end) if name]
    value = ColumnLayout(
        table.value,
        parameter.type.kind,
        parameter.fen,
        low=parameter.low,
        high=parameter.high,
        period=parameter.type.period,
    )
    return [*columns, value]


def _renamed(column: ColumnLayout, name: str) -> ColumnLayout:
    return replace(column, name=name, headers=(column.name, *column.headers))
