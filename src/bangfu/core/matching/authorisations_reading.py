"""Reads the authorisation register, `authorisations.*` in the data folder or its `registry/`.

Two ways of writing an end meet here. Paper says 有效期至, the last day on which it holds; the house's `valid_to` is
the first day on which it no longer does. So the header decides: under 有效期至 the day itself still counts, under
`valid_to` it does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.files.reading import TableReading
from bangfu.core.files.remarks import FileError, Problem
from bangfu.core.matching.authorisations import Authorisation, Authorisations, Member, Withdrawal
from bangfu.core.matching.report_catalogue import TABLES, names_everything, table_of
from bangfu.core.matching.report_people import each_person, find_registry_table
from bangfu.core.values.text import tidy

TABLE = "authorisations"
LAYOUT = TableLayout(
    TABLE,
    TABLE,
    (
        ColumnLayout("authorisation_no", headers=("授权编号", "授权书编号", "授权书号"), optional=True),
        ColumnLayout("household_no", headers=("户编号",), link=True),
        ColumnLayout("person_no", headers=("人编号",), link=True, optional=True),
        ColumnLayout("signed_on", "date", headers=("签署日期", "签字日期", "授权日期")),
        ColumnLayout("valid_from", "date", headers=("有效期起", "有效期自", "生效日期"), optional=True),
        ColumnLayout("valid_to", "date", optional=True),
        ColumnLayout("last_day", "date", headers=("有效期至", "有效期止", "截止日期", "到期日"), optional=True),
        ColumnLayout("purpose", headers=("用途", "核对事项", "授权事项"), optional=True),
        ColumnLayout("scope", headers=("核对范围", "授权范围"), optional=True),
        ColumnLayout("withdrawn_on", "date", headers=("撤回日期", "撤销日期"), optional=True),
        ColumnLayout("document", headers=("授权书", "授权书文件", "附件"), optional=True),
    ),
)
_BETWEEN = re.compile(r"[、,，;；/|\n]+")
_KNOWN = "、".join(source.label.zh for source in TABLES.values())
_DATES = ("signed_on", "valid_from", "valid_to", "last_day", "withdrawn_on")


@dataclass(slots=True)
class _Gathered:
    rows: dict[str, list[Authorisation]]
    withdrawals: dict[str, list[Withdrawal]]
    problems: list[Problem]


def read_authorisations(data: Path) -> Authorisations | None:
    """The register of a data folder; None where there is none.

    A row whose household or dates cannot be read authorises nothing and is a problem; a withdrawal whose date cannot
    be read counts as withdrawn. Persons are read only where a row names one. Raises FileError where a file as a whole
    cannot be read.
    """
    path = find_registry_table(data, TABLE)
    if path is None:
        return None
    reading = read_table(path, LAYOUT)
    for column in LAYOUT.columns[1:2]:
        if column.name not in reading.headers:
            expected = "、".join((column.name, *column.headers))
            raise FileError("no_key_column", path.name, expected=expected, found="、".join(reading.headers.values()))
    gathered = _gather(reading)
    named = {
        household
        for found in (gathered.rows, gathered.withdrawals)
        for household, items in found.items()
        if any(item.person_no for item in items)
    }
    members = _members(data, named) if named else {}
    return Authorisations(gathered.rows, gathered.withdrawals, members, tuple(gathered.problems), path.name)


def _members(data: Path, households: set[str]) -> Mapping[str, Sequence[Member]]:
    found: dict[str, list[Member]] = {}
    for person in each_person(data, households):
        found.setdefault(person.household_no, []).append(Member(person.person_no, person.born))
    return found


def _gather(reading: TableReading) -> _Gathered:
    titles = {reading.headers[name]: name for name in _DATES if name in reading.headers}
    spoiled: dict[tuple[str, int | None], set[str]] = {}
    for problem in reading.problems:
        spoiled.setdefault((problem.sheet, problem.row), set()).add(titles.get(problem.column, problem.column))
    found = _Gathered({}, {}, list(reading.problems))
    scopes: dict[str | None, tuple[frozenset[str], bool]] = {}
    columns = [reading.column(column.name) for column in LAYOUT.columns]
    sheets, rows = reading.sheet_of.to_pylist(), reading.row_of.to_pylist()
    for at, values in enumerate(zip(*columns, strict=True)):
        place = (reading.sheets[sheets[at]], rows[at])
        _take(dict(zip(_NAMES, values, strict=True)), spoiled.get(place, set()), place, reading, found, scopes)
    return found


_NAMES = tuple(column.name for column in LAYOUT.columns)


def _take(
    row: dict[str, Any],
    spoiled: set[str],
    place: tuple[str, int],
    reading: TableReading,
    found: _Gathered,
    scopes: dict[str | None, tuple[frozenset[str], bool]],
) -> None:
    household = row["household_no"]
    if household is None:
        found.problems.append(_problem(reading, place, "household_no", "no_key"))
        return
    written = row["scope"]
    if written not in scopes:
        scopes[written] = _scope(written)
    scope, known = scopes[written]
    if not known:
        found.problems.append(_problem(reading, place, "scope", "not_in_list", str(written), _KNOWN))
    person = str(row["person_no"] or "")
    number = tidy(str(row["authorisation_no"] or ""))
    unread = "withdrawn_on" in spoiled
    if unread or row["withdrawn_on"] is not None:
        on = date.min if unread else row["withdrawn_on"]
        until = date.max if unread else row["withdrawn_on"]
        item = Withdrawal(person, scope, on, until, number)
        found.withdrawals.setdefault(str(household), []).append(item)
    signed = row["signed_on"] or row["valid_from"]
    if spoiled - {"withdrawn_on"} or signed is None:
        if not spoiled:
            found.problems.append(_problem(reading, place, "signed_on", "no_key"))
        return
    ends = [day for day in (row["valid_to"], _day_after(row["last_day"])) if day is not None]
    made = Authorisation(
        number,
        str(household),
        person,
        signed,
        max(signed, row["valid_from"] or signed),
        min(ends, default=None),
        str(row["purpose"] or ""),
        scope,
        str(row["document"] or ""),
        row["withdrawn_on"],
    )
    found.rows.setdefault(str(household), []).append(made)


def _day_after(day: date | None) -> date | None:
    return None if day is None or day == date.max else day + timedelta(days=1)


def _scope(written: str | None) -> tuple[frozenset[str], bool]:
    """The tables that are named, none for all; and whether every word is known.

    A word that names no known source stands for itself, so that a slip of the pen never widens what was agreed.
    """
    words: list[str] = []
    for part in filter(None, map(str.strip, _BETWEEN.split(written or ""))):
        words += [part] if names_everything(part) or table_of(part) in TABLES else part.split()
    if any(map(names_everything, words)):
        return frozenset(), True
    tables = frozenset(map(table_of, words))
    return tables, tables <= TABLES.keys()


def _problem(
    reading: TableReading, place: tuple[str, int], column: str, code: str, value: str = "", detail: str = ""
) -> Problem:
    title = reading.headers.get(column) or next(layout.headers[0] for layout in LAYOUT.columns if layout.name == column)
    return Problem(reading.path.name, place[0], place[1], title, value, code, detail)
