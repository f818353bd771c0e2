"""The rows of a case as the evaluator reads them: columns, keys and units filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bangfu.core.rulebook.model import Case, Fact, ParameterValue, Rulebook, Value
from bangfu.core.rulebook.reading_values import Unfit, fitted
from bangfu.core.rulebook.units import Units

GIVEN = "案例给定 / given in the case"
_LETTERS = {"household": "H", "person": "P"}
_OUTPUT_KEYS = {"household": "household_no", "person": "person_no"}


class CaseMistake(Exception):
    """A value in a case that its fact cannot have; the message says where, what was found and expected."""


def parameters_of(book: Rulebook, case: Case) -> dict[str, tuple[ParameterValue, ...]]:
    """The case's own parameters as values for every place and date; null takes the value away."""
    found: dict[str, tuple[ParameterValue, ...]] = {}
    for name, raw in case.parameters.items():
        parameter = book.parameters.get(name)
        if parameter is None:
            raise CaseMistake(f"parameters.{name}: no such parameter")
        if raw is None:
            found[name] = ()
            continue
        value = _fit(book, raw, parameter.type, f"parameters.{name}")
        found[name] = (ParameterValue("", None, None, (), value, GIVEN, case.place),)
    return found


class CaseRows:
    """Turns the rows of cases of one rulebook into rows by table; remembers the facts by name."""

    def __init__(self, book: Rulebook) -> None:
        self.book, self.units = book, Units(book.tables)
        self._facts: dict[str, dict[str, Fact]] = {}
        for fact in book.facts.values():
            self._facts.setdefault(fact.table, {})[fact.column] = fact
        for fact in book.facts.values():
            self._facts[fact.table][fact.name] = fact

    def rows(self, case: Case) -> dict[str, list[dict[str, Any]]]:
        """Rows by table: money in fen, keys and areas filled in. Raises CaseMistake."""
        found: dict[str, list[dict[str, Any]]] = {}
        for name, records in case.rows.items():
            table = self.units.table_of(name)
            if not table:
                raise CaseMistake(f"{name}: no such table")
            made = found.setdefault(table, [])
            made += [self._row(table, record, f"{name}[{number}]") for number, record in enumerate(records, 1)]
        if self.units.household and not found.get(self.units.household):
            # persons alone still live somewhere: their household is there and nothing is known of it
            found[self.units.household] = [{}]
        for table, made in found.items():
            self._own_keys(table, made, case)
        for table, made in found.items():
            self._links(table, made, found)
        return found

    def _row(self, table: str, record: Mapping[str, Value], where: str) -> dict[str, Any]:
        row: dict[str, Any] = {}
        keys = self._keys(table)
        for name, raw in record.items():
            column = keys.get(name, name)
            fact = self._facts.get(table, {}).get(column)
            if fact is None or column in keys.values():
                row[column] = raw
            elif raw is None:
                row[fact.column] = None
            else:
                row[fact.column] = _fit(self.book, raw, fact.type, f"{where}.{name}")
        return row

    def _keys(self, table: str) -> dict[str, str]:
        """Names that a row may give its keys, to the columns that hold them."""
        found = {}
        for above in self.units.chain(table):
            record = self.book.tables[above]
            column = record.key if above == table else self._link_column(table, above)
            if column:
                found[column] = column
                found.setdefault(_OUTPUT_KEYS.get(record.of, column), column)
        person = self.book.tables[self.units.person].key if self.units.person else None
        if person and self.units.linked(table, self.units.person):
            found[person] = person
            found.setdefault("person_no", person)
        return found

    def _link_column(self, table: str, above: str) -> str | None:
        record = self.book.tables[table]
        if record.key and self.units.parent(table) == above:
            return record.belongs_to
        return self.book.tables[above].key

    def _own_keys(self, table: str, made: list[dict[str, Any]], case: Case) -> None:
        """H1, P1 … where a key was not given, and the case's area."""
        record = self.book.tables[table]
        taken = {str(row.get(record.key or "")) for row in made}
        number = 0
        for row in made:
            if record.area and case.area and row.get(record.area) is None:
                row[record.area] = case.area
            if record.key and row.get(record.key) is None:
                number += 1
                while (key := f"{_LETTERS.get(record.of, record.of + ' ')}{number}") in taken:
                    number += 1
                row[record.key] = key
                taken.add(key)

    def _links(self, table: str, made: list[dict[str, Any]], found: Mapping[str, list[dict[str, Any]]]) -> None:
        """The only row above is the parent of rows that name none."""
        for above in self.units.chain(table)[1:]:
            column, key = self._link_column(table, above), self.book.tables[above].key
            rows = found.get(above, [])
            if column and key and len(rows) == 1:
                for row in made:
                    if column not in row:
                        row[column] = rows[0].get(key)


def _fit(book: Rulebook, raw: Value, kind: Any, where: str) -> Value:
    try:
        return fitted(raw, kind, fen=False, codes=book.codes)
    except Unfit as unfit:
        hint = f"; did you mean {unfit.nearest!r}?" if unfit.nearest else ""
        raise CaseMistake(f"{where}: found {raw!r}; expected {unfit.expected}{hint}") from unfit
