"""The registry of an area beside the national system's export, field by field: to no differences, or to a list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from bangfu.core.files.reader import read_table
from bangfu.core.screening.snapshot_layout import layout_of, roles
from bangfu.office.areas import api as areas
from bangfu.office.changes.models import Difference, Reconciliation
from bangfu.office.registry import api as registry

Row = dict[str, Any]
TABLES = ("households", "persons")
KEYS = ("household_no", "person_no")
BOOKS = (".csv", ".xlsx", ".xls", ".xlsm")
UNREADABLE = "*unreadable"
"""Of a row: the fields whose cells said something that could not be read; they are never taken for blank."""
_NORMAL: dict[str, Callable[[str], str]] = {"id_number": registry.normal_id, "phone": registry.normal_phone}


class Export:
    """The rows of one table of the export with JSON-typed values, and the columns that it carries."""

    def __init__(self, path: Path, table: str) -> None:
        book = registry.rulebook()
        read = read_table(path, layout_of(book, book.tables[table], roles(book)))
        known = registry.catalogue().tables[table]
        self.fields = [name for name in read.table.column_names if name in known and name not in KEYS]
        self.rejected = len(read.rejected)
        self._read = read
        fields = {title: name for name, title in read.headers.items()}
        self._unreadable: dict[tuple[str, int], set[str]] = {}
        for problem in read.problems:
            if problem.row is not None and problem.column in fields:
                self._unreadable.setdefault((problem.sheet, problem.row), set()).add(fields[problem.column])

    def rows(self) -> Iterator[Row]:
        """Rows without what is blank; under UNREADABLE the fields whose cells could not be read."""
        names, place = self._read.table.column_names, 0
        sheets, lines = self._read.sheet_of.to_pylist(), self._read.row_of.to_pylist()
        for batch in self._read.table.to_batches(max_chunksize=10_000):
            columns = [[registry.to_json(v) for v in column.to_pylist()] for column in batch.columns]
            for values in zip(*columns, strict=True):
                row = {name: value for name, value in zip(names, values, strict=True) if value is not None}
                sheet = self._read.sheets[sheets[place]]
                bad = self._unreadable.get((sheet, lines[place])) or self._unreadable.get(("", lines[place]), set())
                place += 1
                yield {**row, UNREADABLE: bad - set(row)} if bad else row


def same(name: str, ours: Any, theirs: Any) -> bool:
    """True where two values say the same; numbers that are written differently are the same number."""
    if name in _NORMAL and isinstance(ours, str) and isinstance(theirs, str):
        return _NORMAL[name](ours) == _NORMAL[name](theirs)
    return bool(ours == theirs)


@transaction.atomic
def compare(made: Reconciliation, paths: Mapping[str, Path]) -> dict[str, int]:
    """Write the differences of a reconciliation; returns counts. Raises FileError where a file cannot be read."""
    exports = {table: Export(paths[table], table) for table in TABLES if table in paths}
    theirs = {row["household_no"]: row for row in exports["households"].rows() if row.get("household_no")}
    inside = registry.Household.objects.filter(areas.inside([made.area_code]), closed_on=None)
    ours = {row.number: row for row in inside.select_related("key").order_by("number")}
    theirs = {
        number: row
        for number, row in theirs.items()
        if number in ours or str(row.get("region_code", "")).startswith(made.area_code)
    }
    counts = {"households": len(ours), "their_households": len(theirs), "persons": 0, "their_persons": 0}
    counts["rejected"] = sum(export.rejected for export in exports.values())
    fields = exports["households"].fields
    if "persons" in exports:  # who is head is then compared person by person
        fields = [name for name in fields if name != "head_name"]
    found = list(_households(made, ours, theirs, fields))
    if "persons" in exports:
        found += _persons(made, ours, theirs, exports["persons"], counts)
    Difference.objects.bulk_create(found, batch_size=500)
    counts["differences"] = len(found)
    return counts


def _households(
    made: Reconciliation, ours: Mapping[str, registry.Household], theirs: Mapping[str, Row], fields: list[str]
) -> Iterator[Difference]:
    for number in sorted(set(ours) | set(theirs)):
        mine, row = ours.get(number), theirs.get(number)
        if mine is None or row is None:
            sort = "only_theirs" if mine is None else "only_ours"
            code = mine.area_code if mine else str((row or {}).get("region_code", made.area_code))
            yield Difference(reconciliation=made, sort=sort, area_code=code, household_no=number, table="households")
            continue
        yield from _fields(made, mine, registry.values_of_household(mine), row, fields, number, "")


def _fields(
    made: Reconciliation,
    subject: registry.Household | registry.Person,
    values: Row,
    row: Row,
    fields: list[str],
    household_no: str,
    person_no: str,
) -> Iterator[Difference]:
    known, table = registry.catalogue(), "persons" if person_no else "households"
    for name in fields:
        mine, other = values.get(name), row.get(name)
        unreadable = name in row.get(UNREADABLE, ())
        if not unreadable and same(name, mine, other):
            continue
        found = Difference(
            reconciliation=made,
            sort="unreadable" if unreadable else "value",
            area_code=subject.area_code,
            household_no=household_no,
            person_no=person_no,
            table=table,
            field=name,
        )
        if known.sealed(table, name):
            found.key = subject.key
            found.sealed = subject.key.seal("difference", registry.pack({"ours": mine, "theirs": other}))
        else:
            found.ours, found.theirs = mine, other
        yield found


def _persons(
    made: Reconciliation,
    ours: Mapping[str, registry.Household],
    theirs: Mapping[str, Row],
    export: Export,
    counts: dict[str, int],
) -> Iterator[Difference]:
    inside = registry.Person.objects.filter(areas.inside([made.area_code]), left_on=None)
    mine = {p.number: p for p in inside.select_related("key", "household").order_by("number") if p.household}
    rows = {
        row["person_no"]: row
        for row in export.rows()
        if row.get("person_no") and (row.get("household_no") in theirs or row["person_no"] in mine)
    }
    counts["persons"], counts["their_persons"] = len(mine), len(rows)
    both = set(ours) & set(theirs)
    for number in sorted(set(mine) | set(rows)):
        person, row = mine.get(number), rows.get(number)
        home = person.household.number if person and person.household else str((row or {}).get("household_no", ""))
        if person is None or row is None:
            if home in both:  # where the whole household is missing, that is said once
                sort = "only_theirs" if person is None else "only_ours"
                code = person.area_code if person else ours[home].area_code
                yield Difference(
                    reconciliation=made, sort=sort, area_code=code, household_no=home, person_no=number, table="persons"
                )
            continue
        if row.get("household_no") != home:
            yield Difference(
                reconciliation=made, sort="value", area_code=person.area_code, household_no=home, person_no=number,
                table="persons", field="household_no", ours=home, theirs=row.get("household_no"),
            )  # fmt: skip
        yield from _fields(made, person, registry.values_of_person(person), row, export.fields, home, number)


def values_of(row: Difference) -> tuple[Any, Any]:
    """(ours, theirs); the row's key must be loaded. Raises Erased."""
    if row.sealed is None or row.key is None:
        return row.ours, row.theirs
    values = registry.unpack(row.key.unseal("difference", row.sealed))
    return values.get("ours"), values.get("theirs")
