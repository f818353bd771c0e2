"""What a join on ID numbers would have done, to compare linking with: well-formed ones after repair, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from bangfu.core.files.find import find_table
from bangfu.core.files.identity import ID_NUMBER, ID_TITLES, PERSON_NO
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.values.id_number import read_id_number

NUMBER = ColumnLayout(ID_NUMBER, headers=ID_TITLES, personal=True, optional=True)


def joined(data: Path, files: Iterable[str]) -> dict[str, set[str]]:
    """By bureau file of a month's folder, the `person_no` of everybody to whom a row joins."""
    persons = read_table(_path(data, "persons"), TableLayout("persons", "persons", (PERSON_NO, NUMBER)))
    known: dict[str, set[str]] = {}
    for number, person in zip(persons.column(ID_NUMBER), persons.column("person_no"), strict=True):
        if well := _number(number):
            known.setdefault(well, set()).add(person)
    found: dict[str, set[str]] = {}
    for file in files:
        rows = read_table(_path(data / "bureau", file), TableLayout(file, file, (NUMBER,)))
        numbers = {_number(text) for text in rows.column(ID_NUMBER)}
        found[file] = {person for number in numbers for person in known.get(number, ())}
    return found


def _path(folder: Path, name: str) -> Path:
    path = find_table(folder, name)
    if path is None:
        raise FileNotFoundError(f"{folder / name}: the folder has no such table")
    return path


@cache
def _number(text: str | None) -> str:
    reading = read_id_number(text)
    return reading.number or "" if reading.problem == "ok" else ""
