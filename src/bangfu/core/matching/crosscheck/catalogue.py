"""The bureaus' files and the facts made from them, as `bureau_tables.yml` has them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bangfu.core.files.identity import IDENTITY
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.values.text import label_key

SOURCE = Path(__file__).with_name("bureau_tables.yml")


@dataclass(frozen=True, slots=True)
class Label:
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Term:
    """A column that is added (sign 1) or taken away (sign −1)."""

    column: str
    sign: int


@dataclass(frozen=True, slots=True)
class Condition:
    """Which rows count: `test` is by, after, not_before, year or yes (`bureau_tables.yml` says what each means)."""

    column: str
    test: str


@dataclass(frozen=True, slots=True)
class BureauTable:
    """A bureau's file. `columns` without those of identity. `excluded`: per column the `label_key` of texts whose
    rows do not count. `classes`: per column the `label_key` of a text to the number of its class (from 1). `month`:
    the column that says which month a row is about, if any. `rulebook`: the rules' name of the table, None where they
    have none."""

    name: str
    label: Label
    columns: tuple[ColumnLayout, ...]
    excluded: Mapping[str, frozenset[str]]
    classes: Mapping[str, Mapping[str, int]]
    month: str
    rulebook: str | None

    @property
    def layout(self) -> TableLayout:
        """What the reader is told: identity and the table's own columns."""
        return TableLayout(self.name, self.name, (*IDENTITY, *self.columns))

    def column(self, name: str) -> ColumnLayout:
        """One of the table's own columns. Raises KeyError for no such column."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact. `of` is household or person; `household`: summed over members as well. `type` is integer, money, decimal,
    boolean, date or code. `make` is count, sum, average, any, earliest or worst."""

    name: str
    of: str
    household: bool
    type: str
    tables: tuple[str, ...]
    make: str
    value: tuple[Term, ...]
    floor: int | None
    take: str
    rows: tuple[Condition, ...]
    label: Label
    reason: str

    @property
    def numeric(self) -> bool:
        """Counted or summed: such a fact has a column that says what was found where the fact itself is unknown."""
        return self.make in ("count", "sum", "average")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is declared. `registry`: what the registry says of a person, to be compared. `digest`: of the
    declaration, part of the key of every ingest."""

    tables: Mapping[str, BureauTable]
    registry: tuple[ColumnLayout, ...]
    facts: Mapping[str, FactSpec]
    digest: str

    def of(self, entity: str) -> tuple[FactSpec, ...]:
        """The facts of a household (with the sums over its members) or of a person, in the order declared."""
        if entity == "person":
            return tuple(fact for fact in self.facts.values() if fact.of == "person")
        return tuple(fact for fact in self.facts.values() if fact.of == "household" or fact.household)

    def from_table(self, table: str) -> tuple[FactSpec, ...]:
        """The facts for which a table is read."""
        return tuple(fact for fact in self.facts.values() if table in fact.tables)


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the package."""
    import yaml

    text = SOURCE.read_text(encoding="utf-8")
    declared = yaml.safe_load(text)
    codes = {name: _labels(values) for name, values in declared["codes"].items()}
    tables = {name: _table(name, entry, codes) for name, entry in declared["tables"].items()}
    registry = _columns(declared["registry"], codes, optional=True)
    facts = {name: _fact(name, entry) for name, entry in declared["facts"].items()}
    for fact in facts.values():
        for table in fact.tables:
            for column in (*(term.column for term in fact.value), *(row.column for row in fact.rows)):
                tables[table].column(column)
    return Catalogue(tables, registry, facts, hashlib.sha256(text.encode()).hexdigest()[:16])


def _labels(values: list[dict[str, Any]]) -> dict[str, int | str]:
    """Normalised titles of a code list to values; a value's own text and first titles win over synonyms."""
    found: dict[str, int | str] = {}
    for entry in values:
        for text in (str(entry["value"]), *entry["titles"][:2]):
            found.setdefault(label_key(text), entry["value"])
    for entry in values:
        for text in entry["titles"][2:]:
            found.setdefault(label_key(text), entry["value"])
    return found


def _columns(
    declared: Mapping[str, dict[str, Any]], codes: Mapping[str, Mapping[str, int | str]], *, optional: bool = False
) -> tuple[ColumnLayout, ...]:
    return tuple(
        ColumnLayout(
            column,
            given["type"],
            headers=tuple(given["headers"]),
            low=given.get("min"),
            labels=codes[given["code"]] if "code" in given else {},
            personal=given.get("personal", False),
            period=given.get("period", ""),
            optional=optional,
        )
        for column, given in declared.items()
    )


def _table(name: str, entry: dict[str, Any], codes: Mapping[str, Mapping[str, int | str]]) -> BureauTable:
    columns = _columns(entry["columns"], codes)
    excluded = {
        column: frozenset(label_key(text) for text in given["except"])
        for column, given in entry.get("counts", {}).items()
    }
    classes = {
        column: {label_key(text): number for number, texts in enumerate(given.values(), 1) for text in texts}
        for column, given in entry.get("classes", {}).items()
    }
    label = Label(entry["label"]["zh"], entry["label"]["en"])
    return BureauTable(name, label, columns, excluded, classes, entry.get("month", ""), entry.get("rulebook", name))


def _fact(name: str, entry: dict[str, Any]) -> FactSpec:
    return FactSpec(
        name=name,
        of=entry["of"],
        household=entry.get("household", False),
        type=entry["type"],
        tables=tuple(entry["tables"]),
        make=entry["make"],
        value=tuple(Term(text.lstrip("-"), -1 if text.startswith("-") else 1) for text in entry.get("value", [])),
        floor=entry.get("floor"),
        take=entry.get("take", ""),
        rows=tuple(Condition(column, next(iter(test))) for column, test in entry.get("rows", {}).items()),
        label=Label(entry["label"]["zh"], entry["label"]["en"]),
        reason=entry.get("reason", ""),
    )
