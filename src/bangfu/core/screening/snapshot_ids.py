"""Remarks on ID numbers: what was repaired, by kind; and what is wrong, row by row."""

from __future__ import annotations

from bangfu.core.files.identity import ID_NUMBER
from bangfu.core.files.reading import TableReading
from bangfu.core.files.remarks import LISTED_ROWS, Note, Problem
from bangfu.core.screening.snapshot_reads import Identities
from bangfu.core.values.text import mask
from bangfu.core.values.words import PROBLEM_WORDS, REPAIR_WORDS

_SILENT = {"ok", "missing"}  # a blank is for the registry's checks: a newborn has no number yet


def repairs(reading: TableReading, identities: Identities) -> list[Note]:
    """A note for each kind of repair, with its first rows."""
    found: dict[str, list[int]] = {}
    for index, identity in enumerate(identities.readings):
        for repair in identity.repairs:
            found.setdefault(repair, []).append(index)
    notes = []
    for repair, indexes in found.items():
        places = [_place(reading, index) for index in indexes[:LISTED_ROWS]]
        sheet, first = places[0]
        rows = tuple(row for _, row in places)
        column = reading.headers[ID_NUMBER]
        words = REPAIR_WORDS[repair]
        notes.append(Note(reading.path.name, sheet, first, column, "", "id_repaired", words, len(indexes), rows))
    return notes


def problems(reading: TableReading, identities: Identities) -> list[Problem]:
    """A problem for each row whose number is written but identifies nobody; the number is masked."""
    texts = reading.table.column(ID_NUMBER)
    found = []
    for index, identity in enumerate(identities.readings):
        if identity.problem not in _SILENT:
            found.append(_problem(reading, index, str(texts[index]), "bad_id", PROBLEM_WORDS[identity.problem]))
    return found


def _problem(reading: TableReading, index: int, text: str, code: str, detail: str) -> Problem:
    sheet, row = _place(reading, index)
    return Problem(reading.path.name, sheet, row, reading.headers[ID_NUMBER], mask(text), code, detail)


def _place(reading: TableReading, index: int) -> tuple[str, int]:
    return reading.sheets[reading.sheet_of[index].as_py()], reading.row_of[index].as_py()
