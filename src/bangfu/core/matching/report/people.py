"""The registry's people as the report, the register and the query lists need them: who lives with whom, and names.

Names and ID numbers are read here and nowhere else in these parts; whatever shows a number masks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.files.find import find_table
from bangfu.core.files.identity import NUMBER
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError
from bangfu.core.values.id_number import IdReading, read_id_number
from bangfu.core.values.text import mask, tidy

_HOUSEHOLD_NO = ColumnLayout("household_no", headers=("户编号",), link=True)
_PERSONS = TableLayout(
    "persons",
    "persons",
    (
        ColumnLayout("person_no", headers=("人编号",), key=True),
        _HOUSEHOLD_NO,
        ColumnLayout("name", headers=("姓名",), personal=True, optional=True),
        NUMBER,
        ColumnLayout("birth_date", "date", headers=("出生日期",), optional=True),
        ColumnLayout("relation", headers=("与户主关系",), optional=True),
    ),
)
_HOUSEHOLDS = TableLayout(
    "households",
    "households",
    (
        ColumnLayout("household_no", headers=("户编号",), key=True),
        ColumnLayout("region_code", headers=("行政村代码", "村代码", "所在村代码"), link=True, optional=True),
        ColumnLayout("head_name", headers=("户主姓名", "户主"), personal=True, optional=True),
        ColumnLayout("natural_village", headers=("自然村", "自然庄"), optional=True),
        ColumnLayout("group_name", headers=("村民组", "组"), optional=True),
    ),
)
_VILLAGES = TableLayout(
    "villages",
    "villages",
    (
        ColumnLayout("region_code", headers=("行政村代码",), key=True),
        ColumnLayout("name", headers=("行政村名称", "村名"), optional=True),
        ColumnLayout("township_name", headers=("乡镇名称", "乡镇"), optional=True),
    ),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A registered person. `id_number` is as the registry has it: never show it, show `masked`."""

    person_no: str
    household_no: str
    name: str
    id_number: str
    birth_date: date | None
    relation: str = ""

    @property
    def identity(self) -> IdReading:
        """What the ID number says."""
        return read_id_number(self.id_number)

    @property
    def masked(self) -> str:
        """The number with its middle starred out."""
        return mask(self.identity.number or self.id_number) if self.id_number else ""

    @property
    def born(self) -> date | None:
        """The birth date on record, or else the one that a sound ID number carries."""
        return self.birth_date or self.identity.birth_date


@dataclass(frozen=True, slots=True)
class HouseholdPlace:
    """Where a household lives and whose it is; texts are empty where the registry has none."""

    household_no: str
    region_code: str = ""
    head_name: str = ""
    group: str = ""
    village_name: str = ""
    township_name: str = ""


@dataclass(frozen=True)
class Registry:
    """The people and places of some households."""

    people: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)
    places: Mapping[str, HouseholdPlace] = field(default_factory=dict)


def find_registry_table(data: Path, name: str) -> Path | None:
    """The table's file in the folder or in its `registry/`. Raises FileError where there are two."""
    found = [path for folder in (data, data / "registry") if (path := find_table(folder, name)) is not None]
    if len(found) > 1:
        raise FileError("two_files", str(data / name), found="、".join(str(path.relative_to(data)) for path in found))
    return found[0] if found else None


def _needed(data: Path, name: str) -> Path:
    found = find_registry_table(data, name)
    if found is None:
        raise FileError("no_table", str(data / name), expected=name)
    return found


def each_person(data: Path, households: Set[str] | None = None) -> Iterator[Person]:
    """The persons of these households (None: all), in the order of the file.

    Raises FileError where the table is missing or cannot be read.
    """
    reading = read_table(_needed(data, "persons"), _PERSONS)
    columns = [_column(reading.table, column.name) for column in _PERSONS.columns]
    for person_no, household_no, name, number, born, relation in zip(*columns, strict=True):
        household = "" if household_no is None else str(household_no)
        if households is None or household in households:
            yield Person(str(person_no), household, tidy(str(name or "")), str(number or ""), born, str(relation or ""))


def read_registry(data: Path, households: Set[str]) -> Registry:
    """The people and places of these households. Places stay empty where the tables are missing."""
    people: dict[str, list[Person]] = {}
    for person in each_person(data, households):
        people.setdefault(person.household_no, []).append(person)
    return Registry({key: tuple(listed) for key, listed in people.items()}, _places(data, households))


def _places(data: Path, households: Set[str]) -> dict[str, HouseholdPlace]:
    path = find_registry_table(data, "households")
    if path is None:
        return {}
    rows = _rows(path, _HOUSEHOLDS)
    kept = [row for row in rows if str(row[0]) in households]
    named = _villages(data)
    return {
        str(number): HouseholdPlace(
            str(number),
            code or "",
            tidy(head or ""),
            " ".join(filter(None, (natural, group))),
            *named.get(code, ("", "")),
        )
        for number, code, head, natural, group in kept
    }


def _villages(data: Path) -> dict[str, tuple[str, str]]:
    path = find_registry_table(data, "villages")
    return {} if path is None else {code: (name or "", town or "") for code, name, town in _rows(path, _VILLAGES)}


def _rows(path: Path, layout: TableLayout) -> Iterator[tuple[Any, ...]]:
    table = read_table(path, layout).table
    return zip(*(_column(table, column.name) for column in layout.columns), strict=True)


def _column(table: Any, name: str) -> list[Any]:
    return table.column(name).to_pylist() if name in table.column_names else [None] * int(table.num_rows)
