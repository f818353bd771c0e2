"""Of whom a bureau's table says nothing by the cross-check, whatever the run's own linking makes of its file.

The cross-check knows no value where its file does not cover, where a row under review may be about somebody, where
nobody authorised the query. The run must not derive "none" there from the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.files.remarks import Note
from bangfu.core.matching.crosscheck.catalogue import FactSpec, catalogue
from bangfu.core.matching.crosscheck.coverage import CODES, COVERED, NOT_AUTHORISED
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.screening.snapshot_layout import Roles

ANSWERED, REFUSED = CODES[COVERED], CODES[NOT_AUTHORISED]
_SUFFIX = "_coverage"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Of whom a table says nothing by the cross-check: `keys` (Arrow, distinct) of `entity`, for the reason `code`.

    `table` is the rulebook's, `code` one of the cross-check's words for coverage.
    """

    table: str
    code: str
    entity: str
    keys: Any


def read_doubts(path: Path, entity: str, key: str, rulebook: Rulebook) -> list[Doubt]:
    """What a table of facts says of the coverage of the rulebook's bureau tables, without what is covered.

    `key` is the title of the key's column in the file. A word that is not known, and none at all, is no answer. A file
    without columns of coverage doubts nothing.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    there = set(pq.read_schema(path).names)
    specs = [spec for spec in catalogue().of(entity) if spec.name + _SUFFIX in there]
    by_table: dict[tuple[str, str], list[Any]] = {}
    read = pq.read_table(path, columns=[key, *(spec.name + _SUFFIX for spec in specs)])
    keys = read.column(key)
    for spec in specs:
        words = pc.fill_null(read.column(spec.name + _SUFFIX).cast(pa.string()), "")
        for word in sorted(set(pc.unique(words).to_pylist()) - {ANSWERED}):
            own = keys.filter(pc.equal(words, word))
            for table in _tables(spec, rulebook):
                by_table.setdefault((table, word), []).extend(own.chunks)
    return [
        Doubt(table, word, entity, pc.unique(pa.chunked_array(chunks, keys.type)))
        for (table, word), chunks in by_table.items()
    ]


def _tables(spec: FactSpec, rulebook: Rulebook) -> Iterator[str]:
    """The rulebook's bureau tables that a fact is made from."""
    names = {name for table in spec.tables for name in (table, catalogue().tables[table].rulebook)}
    for table in rulebook.tables.values():
        if table.bureau and (table.id in names or table.file in names):
            yield table.id


def doubted(doubts: Sequence[Doubt], households: Any, persons: Any, who: Roles) -> Mapping[str, Mapping[str, Any]]:
    """Per bureau table and reason the households (a mask along their table) of which the table says nothing.

    What is said of a person holds for the household, as a row under review does.
    """
    import pyarrow.compute as pc

    numbers, people = households.column(who.household_key), persons.column(who.person_key)
    home = persons.column(who.household_key).cast(numbers.type)
    found: dict[str, dict[str, Any]] = {}
    for doubt in doubts:
        if doubt.entity == "household":
            touched = doubt.keys.cast(numbers.type)
        else:
            touched = home.filter(pc.is_in(people, value_set=doubt.keys.cast(people.type))).combine_chunks()
        mask = pc.is_in(numbers, value_set=pc.drop_null(touched))
        codes = found.setdefault(doubt.table, {})
        codes[doubt.code] = pc.or_(codes[doubt.code], mask) if doubt.code in codes else mask
    return found


def permitted(rows: Any, table: str, doubts: Sequence[Doubt], who: Roles) -> Any:
    """A bureau's rows without those about households, or persons, for whom nobody authorised the query."""
    import pyarrow.compute as pc

    keys = {"household": who.household_key, "person": who.person_key}
    for doubt in doubts:
        if (doubt.table, doubt.code) == (table, REFUSED):
            own = rows.column(keys[doubt.entity])
            rows = rows.filter(pc.invert(pc.is_in(own, value_set=doubt.keys.cast(own.type))))
    return rows


def doubt_notes(file: str, label: str, codes: Mapping[str, Any]) -> list[Note]:
    """How many households each reason holds for, of one bureau table called `label`."""
    import pyarrow.compute as pc

    notes = []
    for code, mask in sorted(codes.items()):
        count = int(pc.sum(mask).as_py() or 0)
        if count:
            known = code if code in CODES else "unreadable"
            notes.append(Note(file, "", None, "", code, f"facts_{known}", label, count))
    return notes
