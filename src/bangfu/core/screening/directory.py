"""Names for worklists and pages: kept in memory beside a snapshot, never written into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from bangfu.core.values.id_number import read_id_number
from bangfu.core.values.phone import read_phone
from bangfu.core.values.text import mask


class HouseholdEntry(NamedTuple):
    """Who a household is; texts are empty where the registry has none."""

    head_name: str
    region_code: str
    group_name: str
    natural_village: str
    phone: str


class PersonEntry(NamedTuple):
    """Who a person is; `masked_id` shows the first and last four characters."""

    name: str
    masked_id: str
    household_no: Any


class VillageEntry(NamedTuple):
    """A village and its township."""

    name: str
    township_name: str


@dataclass(frozen=True)
class Directory:
    """Looks up names by key; the tables are pyarrow.Tables with the columns that the entries name.

    The dictionaries are made at first use, since a run that writes no worklists needs none.
    """

    household_rows: Any
    person_rows: Any
    village_rows: Any

    @cached_property
    def households(self) -> Mapping[Any, HouseholdEntry]:
        """By household key."""
        return {
            key: HouseholdEntry._make((*map(_text, texts), read_phone(phone).number or _text(phone)))
            for key, *texts, phone in _rows(self.household_rows)
        }

    @cached_property
    def persons(self) -> Mapping[Any, PersonEntry]:
        """By person key."""
        return {
            key: PersonEntry(name or "", _masked(number), household)
            for key, name, number, household in _rows(self.person_rows)
        }

    @cached_property
    def villages(self) -> Mapping[str, VillageEntry]:
        """By the village's 12-digit code."""
        return {str(key): VillageEntry(*map(_text, texts)) for key, *texts in _rows(self.village_rows)}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _masked(raw: str | None) -> str:
    if raw is None:
        return ""
    return mask(read_id_number(raw).number or raw)


def _rows(table: Any) -> Any:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
