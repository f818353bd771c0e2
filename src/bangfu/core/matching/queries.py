"""What a bureau may be asked: the persons of households that have agreed, and the others with the reason.

The list holds ID numbers and names, since a bureau finds nobody without them: it is written for its owner only, and
nobody stands in it whose household has not agreed to this source on this day.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.files.whole import whole_folder
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.exchange.authorisations import Answer, Authorisations
from bangfu.core.matching.report.catalogue import TABLES, hidden
from bangfu.core.matching.report.people import Person, each_person
from bangfu.core.rulebook.model import Label

MARK = "query.json"
SHEET_ROWS = 1_000_000
"""A sheet holds a little more."""
COLUMNS = ("证件号码", "姓名", "授权编号", "查询事项")
_HOUSEHOLDS = TableLayout("households", "households", (ColumnLayout("household_no", headers=("户编号",), key=True),))
_FIXED = datetime(2000, 1, 1)  # a workbook made of the same rows is the same file, whenever it is made
_RUNS = ("=", "+", "-", "@")

NOT_ASKABLE: dict[str, Label] = {
    "no_number": Label("登记簿中没有证件号码", "the registry has no ID number"),
    "bad_number": Label("登记簿中的证件号码有误，须先更正", "the ID number is wrong: correct the registry first"),
    "bad_name": Label(
        "登记簿中没有姓名或姓名有误，须先更正", "the name is missing or wrong: correct the registry first"
    ),
    "not_registered": Label("登记簿中没有这一户", "the registry has no such household"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the list; `number` and `name` go to the bureau, nowhere else."""

    household_no: str
    number: str
    name: str
    authorisation_no: str
    agreed_purpose: str


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Who is not on the list, and why. `person_no` is empty where it is the whole household."""

    household_no: str
    person_no: str
    name: str
    reason: Label
    authorisation_no: str = ""


@dataclass(slots=True)
class Query:
    """A list for one source: whom to ask about, whom not, and what to look at before it is sent."""

    table: str
    purpose: str
    on: date
    asked: list[Asked] = field(default_factory=list)
    not_asked: list[NotAsked] = field(default_factory=list)

    def other_purposes(self) -> list[Asked]:
        """One line for each household that agreed to another purpose in other words: a person should compare."""
        others = (one for one in self.asked if one.agreed_purpose not in ("", self.purpose))
        found = {one.household_no: one for one in others}
        return list(found.values())


def plan_query(
    registry: Path,
    table: str,
    *,
    purpose: str,
    on: date,
    authorisations: Authorisations | None,
    households: Set[str] | None = None,
) -> Query:
    """Who may be asked about at the source `table` on that day; `households` limits it (None: all registered).

    Raises DataError where there is no register, FileError where the persons cannot be read.
    """
    if authorisations is None:
        raise DataError(
            f"{registry}: 没有授权登记簿（authorisations 表），不能列出任何人；请先登记授权书 / "
            "there is no authorisation register (table authorisations) and nobody may be listed; register the "
            "authorisations first"
        )
    query = Query(table, purpose, on)
    answers: dict[str, Answer] = {}
    for person in each_person(registry, households):
        household = person.household_no
        if household not in answers:
            answers[household] = _answer(authorisations, household, on, table)
            if not answers[household].granted:
                query.not_asked.append(_refused(household, answers[household]))
        if answers[household].granted:
            _put(query, person, answers[household])
    for household in sorted((households or set()) - answers.keys()):
        query.not_asked.append(NotAsked(household, "", "", NOT_ASKABLE["not_registered"]))
    return query


def _answer(authorisations: Authorisations, household: str, on: date, table: str) -> Answer:
    """As the register answers for that day, except that no list is made by a date before a withdrawal known today."""
    answer = authorisations.answer(household, on, table)
    later = authorisations.withdrawn_after(household, on) if answer.granted else None
    return answer if later is None else replace(answer, status="withdrawn", withdrawn_on=later)


def _refused(household: str, answer: Answer) -> NotAsked:
    return NotAsked(household, "、".join(answer.missing), "", answer.message(), answer.authorisation_no)


def _put(query: Query, person: Person, answer: Answer) -> None:
    identity = person.identity
    if identity.problem == "ok" and identity.number and _plain(person.name):
        line = Asked(person.household_no, identity.number, person.name, answer.authorisation_no, answer.purpose)
        query.asked.append(line)
        return
    code = "no_number" if identity.problem == "missing" else "bad_number" if identity.problem != "ok" else "bad_name"
    query.not_asked.append(NotAsked(person.household_no, person.person_no, person.name, NOT_ASKABLE[code]))


def _plain(name: str) -> bool:
    """A name that a spreadsheet will not take for a formula, of one line."""
    return bool(name) and not name.startswith(_RUNS) and name.isprintable()


def read_household_list(path: Path) -> set[str]:
    """Household numbers from a table with 户编号, or from a text with one a line. Raises FileError, DataError."""
    if path.suffix.lower() == ".txt":
        found = {line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()}
    else:
        found = {str(number) for number in read_table(path, _HOUSEHOLDS).column("household_no") if number is not None}
    if not found:
        raise DataError(f"{path}: 没有户编号 / names no household; 请每行写一个户编号 / write one number a line")
    return found


def write_query(query: Query, out: Path, problems: Sequence[str] = ()) -> Path:
    """The folder with `query_<table>.csv` (for its owner only), `not_asked.xlsx` and `query.json`.

    Raises OutputError where the folder cannot be replaced.
    """
    name = f"query_{query.table}.csv"
    with whole_folder(out, MARK) as made:
        with _owners_own(made / name) as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(_lines(query))
        _write_not_asked(query, made / "not_asked.xlsx", problems)
        summary = {
            "table": query.table,
            "purpose": hidden(query.purpose),
            "on": query.on.isoformat(),
            "persons_asked": len(query.asked),
            "households_asked": len({one.household_no for one in query.asked}),
            "not_asked": len(query.not_asked),
            "other_purposes": len(query.other_purposes()),
        }
        (made / MARK).write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return out / name


def _owners_own(path: Path) -> TextIO:
    """A new file that nobody else may read, from before its first line on."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(number, "w", encoding="utf-8-sig", newline="")


def _lines(query: Query) -> Iterator[tuple[str, ...]]:
    purpose = _text(query.purpose)
    for one in query.asked:
        yield one.number, one.name, _text(one.authorisation_no), purpose


def _text(cell: str) -> str:
    """A cell that a spreadsheet takes for text."""
    return f"'{cell}" if cell.startswith(_RUNS) else cell


def _write_not_asked(query: Query, path: Path, problems: Sequence[str]) -> None:
    import xlsxwriter

    source = TABLES[query.table].label.zh if query.table in TABLES else query.table
    heads: dict[str, tuple[str, ...]] = {
        "未查询": ("户编号", "人编号", "姓名", "原因", "Reason", "授权编号"),
        "用途请核对": ("户编号", "授权编号", "授权书写明的用途", "本次用途"),
        "登记簿问题": ("问题",),
    }
    rows: dict[str, list[tuple[str, ...]]] = {
        "未查询": [_refusal(one) for one in query.not_asked],
        "用途请核对": [
            (one.household_no, one.authorisation_no, one.agreed_purpose, query.purpose)
            for one in query.other_purposes()
        ],
        "登记簿问题": [(problem,) for problem in problems],
    }
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _FIXED, "title": f"{source} {query.on}"})
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@", "text_wrap": True})
        for title, listed in rows.items():
            for start in range(0, max(len(listed), 1), SHEET_ROWS):
                sheet = book.add_worksheet(title if start == 0 else f"{title}{start // SHEET_ROWS + 1}")
                sheet.set_column(0, len(heads[title]) - 1, 22 if len(heads[title]) > 1 else 90, text)
                sheet.freeze_panes(1, 0)
                for number, row in enumerate([heads[title], *listed[start : start + SHEET_ROWS]]):
                    for at, cell in enumerate(row):
                        sheet.write_string(number, at, cell, text if number else bold)
    path.chmod(0o600)


def _refusal(one: NotAsked) -> tuple[str, ...]:
    return one.household_no, one.person_no, one.name, one.reason.zh, one.reason.en, one.authorisation_no
