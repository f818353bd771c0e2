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
from bangfu.core.matching.exchange.authorisations import Authorisation, Authorisations, Member, Withdrawal
from bangfu.core.matching.report.catalogue import TABLES, names_everything, table_of
from bangfu.core.matching.report.people import each_person, find_registry_table
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
    if "household_no" not in reading.headers:
        seen = "、".join(reading.headers.values())
        raise FileError("no_key_column", path.name, expected="household_no、户编号", found=seen)
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


_NAMES = tuple(column.name for column in LAYOUT.columns)
_TITLES = {title: column.name for column in LAYOUT.columns for title in (column.name, *column.headers)}


def _gather(reading: TableReading) -> _Gathered:
    titles = _TITLES | {title: name for name, title in reading.headers.items()}
    spoiled: dict[tuple[str, int | None], set[str]] = {}
    for problem in reading.problems:
        spoiled.setdefault((problem.sheet, problem.row), set()).add(titles.get(problem.column, problem.column))
    # a sheet that was not read may hold withdrawals: in this table that is a problem, not a note
    unread = [Problem(n.file, n.sheet, None, "", "", n.code) for n in reading.notes if n.code == "other_sheet"]
    found = _Gathered({}, {}, [*reading.problems, *unread])
    scopes: dict[str | None, tuple[frozenset[str], bool]] = {}
    columns = [reading.column(column.name) for column in LAYOUT.columns]
    sheets, rows = reading.sheet_of.to_pylist(), reading.row_of.to_pylist()
    for at, values in enumerate(zip(*columns, strict=True)):
        row: dict[str, Any] = dict(zip(_NAMES, values, strict=True))
        place = (reading.sheets[sheets[at]], rows[at])
        if row["household_no"] is None:
            found.problems.append(_problem(reading, place, "household_no", "no_key"))
            continue
        if row["scope"] not in scopes:
            scopes[row["scope"]] = _scope(row["scope"])
        scope, known = scopes[row["scope"]]
        if not known:
            found.problems.append(_problem(reading, place, "scope", "not_in_list", str(row["scope"]), _KNOWN))
        _take(row, scope, spoiled.get(place, set()), found)
        if not spoiled.get(place) and _signed(row) is None:
            found.problems.append(_problem(reading, place, "signed_on", "no_key"))
    return found


def _signed(row: dict[str, Any]) -> date | None:
    signed: date | None = row["signed_on"] or row["valid_from"]
    return signed


def _take(row: dict[str, Any], scope: frozenset[str], spoiled: set[str], found: _Gathered) -> None:
    """The row as a withdrawal where it is one, and as an authorisation where every date of it could be read."""
    household, person = str(row["household_no"]), str(row["person_no"] or "")
    number = tidy(str(row["authorisation_no"] or ""))
    withdrawn: date | None = row["withdrawn_on"]
    if "withdrawn_on" in spoiled:  # somebody withdrew, nobody knows when
        found.withdrawals.setdefault(household, []).append(Withdrawal(person, scope, date.min, date.max, number))
    elif withdrawn is not None:
        found.withdrawals.setdefault(household, []).append(Withdrawal(person, scope, withdrawn, withdrawn, number))
    signed = _signed(row)
    if spoiled - {"withdrawn_on"} or signed is None:
        return
    ends = [day for day in (row["valid_to"], _day_after(row["last_day"])) if day is not None]
    start = max(signed, row["valid_from"] or signed)
    purpose, document = str(row["purpose"] or ""), str(row["document"] or "")
    end = min(ends, default=None)
    made = Authorisation(number, household, person, signed, start, end, purpose, scope, document, withdrawn)
    found.rows.setdefault(household, []).append(made)


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
