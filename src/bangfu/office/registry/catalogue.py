"""The fields of the registry: those of the rulebook's tables, so that a county's columns are the engine's facts.

Values are kept as JSON: money in fen, dates as ISO text, decimals as text, codes by their value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bangfu.core.rulebook.model import Fact, Rulebook

HEALTH = frozenset(
    {
        "health",
        "disability_kind",
        "disability_grade",
        "serious_illness",
        "self_care_items_met",
        "chronic_card",
        "in_scope_cost",
        "basic_paid",
        "major_paid",
        "medical_aid_received",
    }
)
"""Facts about health: sealed like ID numbers."""
COLUMNS = frozenset(
    {
        "household_no",
        "person_no",
        "region_code",
        "group_name",
        "head_name",
        "name",
        "id_number",
        "phone",
        "sex",
        "birth_date",
        "relation",
    }
)
"""Columns of the rulebook's tables that have columns of their own in the database."""
TABLES = ("households", "persons")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its identifier, labels, kind (`money` in fen), code list, and whether it is sealed."""

    name: str
    label_zh: str
    label_en: str
    kind: str
    code: str = ""
    period: str = ""
    sealed: bool = False

    def label(self, language: str) -> str:
        """The label in a language."""
        return self.label_zh if language.startswith("zh") or not self.label_en else self.label_en


@dataclass(frozen=True, slots=True)
class Codes:
    """A code list: labels by value, in order."""

    labels: Mapping[str, tuple[str, str]]

    def label(self, value: object, language: str) -> str:
        """The label of a value; a value that is not in the list is shown as it is."""
        zh, en = self.labels.get(str(value), (str(value), str(value)))
        return zh if language.startswith("zh") or not en else en


@dataclass(frozen=True)
class Catalogue:
    """All fields by table, and all code lists."""

    tables: Mapping[str, Mapping[str, Field]]
    table_labels: Mapping[str, tuple[str, str]]
    codes: Mapping[str, Codes]

    @cached_property
    def plain_names(self) -> Mapping[str, frozenset[str]]:
        """By table the fields that are not sealed; whatever is not among them is."""
        return {table: frozenset(n for n, f in fields.items() if not f.sealed) for table, fields in self.tables.items()}

    def field(self, table: str, name: str) -> Field | None:
        """A field, or None where the rulebook has none of that name."""
        return self.tables.get(table, {}).get(name)

    def sealed(self, table: str, name: str) -> bool:
        """True where values of the field are personal and sealed. A field that nobody knows is sealed too."""
        field = self.field(table, name)
        return field is None or field.sealed


def _field(fact: Fact) -> Field:
    sealed = fact.personal or fact.column in HEALTH
    return Field(
        fact.column,
        fact.label.zh or _first(fact),
        fact.label.en,
        fact.type.kind,
        fact.type.code,
        fact.type.period,
        sealed,
    )


def _first(fact: Fact) -> str:
    return fact.headers[0] if fact.headers else fact.column


def build(rulebook: Rulebook) -> Catalogue:
    """The catalogue of a rulebook."""
    tables: dict[str, dict[str, Field]] = {}
    for fact in rulebook.facts.values():
        if fact.derive is None and not fact.reads:
            tables.setdefault(fact.table, {})[fact.column] = _field(fact)
    codes = {
        code.id: Codes({str(v.value): (v.label.zh, v.label.en) for v in code.values})
        for code in rulebook.codes.values()
    }
    labels = {table.id: (table.label.zh, table.label.en) for table in rulebook.tables.values()}
    return Catalogue(tables, labels, codes)


@lru_cache(maxsize=4)
def _loaded(path: Path) -> Rulebook:
    from bangfu.core.rulebook.loader import load

    return load(path)


@lru_cache(maxsize=4)
def _built(path: Path) -> Catalogue:
    return build(_loaded(path))


def rulebook() -> Rulebook:
    """The rulebook of this installation (setting BANGFU_RULEBOOK), loaded once a process."""
    from django.conf import settings

    return _loaded(_path(settings.BANGFU_RULEBOOK))


def parameter(name: str, area_code: str, on: date) -> Any:
    """A parameter of the rulebook for an area on a day; None where the rulebook has none: missing is never a default."""
    from bangfu.core.rulebook.parameters import resolve

    known = rulebook().parameters.get(name)
    found = resolve(known, area_code, {}, on) if known is not None else None
    return found.value if found is not None else None


def catalogue() -> Catalogue:
    """The fields of this installation's rulebook."""
    from django.conf import settings

    return _built(_path(settings.BANGFU_RULEBOOK))


def _path(setting: Path | str) -> Path:
    return setting if isinstance(setting, Path) else Path(setting)


def monitored_kinds() -> list[str]:
    """Every kind of monitored household: named one by one, so that an index is used."""
    codes = catalogue().codes.get("monitored_kind")
    return [value for value in codes.labels if value != "none"] if codes else []


def to_json(value: Any) -> Any:
    """A typed value as JSON holds it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value
