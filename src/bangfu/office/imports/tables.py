"""Which tables somebody may bring, and the layout by which the core's reader reads each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from bangfu.core.files.header import title_key
from bangfu.core.files.identity import IDENTITY
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.screening.snapshot_layout import layout_of, roles
from bangfu.office.accounts.api import Actor
from bangfu.office.pages.refusals import Refused
from bangfu.office.registry import api as registry

HOUSEHOLDS, PERSONS, EPISODES = "households", "persons", "status_episodes"
BUREAU_TABLES: Mapping[str, tuple[str, ...]] = {
    "civil_affairs": ("deaths",),
    "police": ("deaths", "custody", "vehicles"),
    "housing": ("real_estate",),
    "finance": ("bank_balances", "payroll"),
    "market_regulation": ("business_registrations",),
    "social_security": ("pensions",),
    "medical_insurance": ("medical_settlements", "insurance_enrolment"),
    "disabled_federation": ("disability_certificates",),
    "education": ("school_enrolment", "dropouts"),
}
"""What each bureau gives (`domain/source_systems.md`): its officers upload these and nothing else."""
COUNTY_DIGITS = 6
IDENTITY_NAMES = frozenset(column.name for column in IDENTITY)


@dataclass(frozen=True)
class Kind:
    """A table that can be brought: its names, whether it is a bureau's, the reader's layout."""

    id: str
    label_zh: str
    label_en: str
    bureau: bool
    layout: TableLayout

    def label(self, language: str) -> str:
        """The name in a language."""
        return self.label_zh if language.startswith("zh") or not self.label_en else self.label_en

    def column(self, name: str) -> ColumnLayout | None:
        """A column of the layout."""
        return next((column for column in self.layout.columns if column.name == name), None)


def kinds() -> dict[str, Kind]:
    """All tables of the rulebook that hang on households or persons, in its order."""
    return _kinds(id(registry.rulebook()))


@lru_cache(maxsize=4)
def _kinds(_rulebook: int) -> dict[str, Kind]:
    book, known = registry.rulebook(), registry.catalogue()
    who = roles(book)
    found = {}
    for table in book.tables.values():
        if not table.bureau and not who.of_household(book, table):
            continue
        whole = layout_of(book, table, who)
        links = {who.household_key, who.person_key, table.key, table.belongs_to}
        columns = tuple(
            replace(column, personal=column.personal or _sealed(table.id, column.name))
            for column in whole.columns
            if column.name in known.tables.get(table.id, {}) or column.name in links or table.bureau
        )
        label = known.table_labels[table.id]
        found[table.id] = Kind(table.id, label[0], label[1], table.bureau, replace(whole, columns=columns))
    return found


def _sealed(table: str, name: str) -> bool:
    field = registry.catalogue().field(table, name)
    return field is not None and field.sealed


def allowed(actor: Actor, area_code: str, bureau: str = "") -> list[Kind]:
    """Tables that the actor may bring for an area: a bureau's officer its own, a county office all, a township the registry's."""
    if bureau:
        if bureau not in actor.bureaus():
            raise Refused("imports.upload", area_code)
        own = BUREAU_TABLES.get(bureau, ())
        return [kind for kind in kinds().values() if kind.id in own]
    county = len(area_code) <= COUNTY_DIGITS
    return [kind for kind in kinds().values() if county or not kind.bureau]


def places(actor: Actor) -> list[tuple[str, str]]:
    """(area, bureau) for which the actor may bring files; the bureau is empty where they act for the office itself."""
    found = {(g.area_code, g.bureau) for g in actor.grants if actor_may_bring(g.role)}
    return sorted(found)


def actor_may_bring(role: str) -> bool:
    """Whether a role brings files."""
    from bangfu.office.accounts.api import ROLES

    return "imports.upload" in ROLES[role].permissions


def label_of(table: str, name: str, language: str) -> str:
    """What a column is called on pages."""
    field = registry.catalogue().field(table, name)
    if field is not None:
        return field.label(language)
    kind = kinds().get(table)
    column = kind.column(name) if kind else None
    for home in (PERSONS, HOUSEHOLDS):
        shared = registry.catalogue().field(home, name)
        if shared is not None:
            return shared.label(language)
    return column.headers[0] if column and column.headers else name


def layout_for(kind: Kind, columns: Mapping[str, str], by_hand: frozenset[str]) -> TableLayout:
    """The layout that reads exactly the mapped columns: those chosen by hand under the titles chosen."""
    found = []
    for column in kind.layout.columns:
        if column.name not in columns:
            if column.key:
                found.append(column)
            continue
        by_title = column.name in by_hand
        found.append(replace(column, headers=(_without_unit(columns[column.name]),)) if by_title else column)
    return replace(kind.layout, columns=tuple(found))


def _without_unit(title: str) -> str:
    """`年收入(万元)` is looked for as 年收入, so that the reader sees the unit and converts."""
    key = title_key(title)
    start = key.rfind("(")
    return key[:start] if start > 0 and key.endswith(")") and "元" in key[start:] else title
