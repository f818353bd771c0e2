"""Freezes the registry and the bureaus' files as the tables that every figure is computed from.

Keys only: no name, ID number, phone or account is written. The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from bangfu.core.files.arrays import arrow_type
from bangfu.core.files.find import find_table
from bangfu.core.files.identity import ID_NUMBER
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.manifest import Manifest, read_manifest
from bangfu.core.files.reader import read_table
from bangfu.core.files.reading import TableReading
from bangfu.core.files.remarks import FileError, Note, Problem
from bangfu.core.files.returned import write_returned
from bangfu.core.matching.decisions import Decision, read_decisions
from bangfu.core.matching.people import People
from bangfu.core.matching.tokens.notes import has_tokens, note_path
from bangfu.core.rulebook.model import Rulebook, Table
from bangfu.core.screening.directory import Directory
from bangfu.core.screening.snapshot_bureau import has_ids, join_bureau, registered, remarks
from bangfu.core.screening.snapshot_directory import make_directory
from bangfu.core.screening.snapshot_doubts import Doubt, doubt_notes, doubted, permitted, read_doubts
from bangfu.core.screening.snapshot_facts import override, stated_facts
from bangfu.core.screening.snapshot_ids import problems, repairs
from bangfu.core.screening.snapshot_layout import (
    Roles,
    column_of,
    facts_of,
    layout_of,
    parameter_layouts,
    roles,
)
from bangfu.core.screening.snapshot_problems import write_problem_list
from bangfu.core.screening.snapshot_reads import Identities, derive_reads
from bangfu.core.screening.snapshot_write import in_order, write_table

COVERED = "covered:"
"""Prefix of the households' columns that say whether a bureau's file speaks for the household."""


@dataclass(frozen=True)
class Snapshot:
    """What was frozen.

    `tables` are the Parquet files by table id, `rows` their lengths, `sources` the files read.
    `manifests` holds an entry for each bureau table whose file is there: None where the manifest is
    missing or malformed.
    """

    out: Path
    as_of: date
    household_key: str
    person_key: str
    tables: Mapping[str, Path]
    rows: Mapping[str, int]
    sources: Mapping[str, Path]
    manifests: Mapping[str, Manifest | None]
    readings: Mapping[str, TableReading]
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]
    directory: Directory


def take_snapshot(
    rulebook: Rulebook,
    data: Path,
    as_of: date,
    out: Path,
    *,
    facts: Path | None = None,
    decisions: Path | None = None,
) -> Snapshot:
    """Read every declared table from `data`, join, and write one Parquet per table into `out`, made if
    need be.

    `facts` is a folder with household_facts.parquet and person_facts.parquet whose known values replace or add facts
    of the same names. `decisions`: what reviewers of links decided before. Raises FileError where a registry table
    cannot be read or households or persons are missing, LookupError where the rulebook declares none. A bureau's
    file that cannot be read is a problem, and covers nobody.
    """
    taking = _Taking(rulebook, data, as_of, out, facts)
    taking.decisions = read_decisions(decisions) if decisions else {}
    return taking.take()


def write_problems(snapshot: Snapshot, out_dir: Path) -> list[Path]:
    """Write `problems.xlsx`, the list of problems, and for each source file `退回_NAME.xlsx`, its bad
    rows.

    Returns the files written; none where there is no problem.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    written = []
    if snapshot.problems:
        written.append(write_problem_list(snapshot.problems, snapshot.notes, out_dir / "problems.xlsx"))
    for reading in snapshot.readings.values():
        path = out_dir / f"退回_{reading.path.stem}.xlsx"
        if write_returned([reading], path):
            written.append(path)
    return written


class _Taking:
    """One taking of a snapshot: the tables as they come to be, and what was remarked on the way."""

    def __init__(self, rulebook: Rulebook, data: Path, as_of: date, out: Path, facts: Path | None) -> None:
        self.rulebook, self.data, self.as_of, self.out, self.facts = rulebook, data, as_of, out, facts
        self.who: Roles = roles(rulebook)
        self.readings: dict[str, TableReading] = {}
        self.manifests: dict[str, Manifest | None] = {}
        self.tables: dict[str, Any] = {}
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self.identities: dict[str, Identities] = {}
        self.under_review: dict[str, Sequence[int]] = {}
        self.doubts: list[Doubt] = []
        self.decisions: Mapping[tuple[str, str], Decision] = {}

    def take(self) -> Snapshot:
        """All steps in order."""
        self._read_all()
        self.readings = one_type(self.readings, (self.who.household_key, self.who.person_key))
        self._registered()
        for table in self.rulebook.tables.values():
            if table.id in self.readings and table.id not in self.tables:
                self._add(table)
        for name, layout in parameter_layouts(self.rulebook, self.who).items():
            self._add_parameters(name, layout)
        self._add_coverage()
        return self._write()

    def _read_all(self) -> None:
        first = (self.who.households.id, self.who.persons.id)
        for table in sorted(self.rulebook.tables.values(), key=lambda table: table.id not in first):
            layout = layout_of(self.rulebook, table, self.who)
            try:
                path = self._find(table.file)
                if path is None:
                    if table.id in first:
                        raise FileError("no_table", str(self.data / table.file), expected=table.file)
                    self.notes.append(Note(table.file, "", None, "", "", "no_file", table.label.zh or table.id))
                    continue
                if table.bureau and has_tokens(path):
                    note = note_path(path).name
                    self.problems.append(Problem(path.name, "", None, "", "", "tokens", note))
                    continue
                reading = read_table(path, layout)
            except FileError as error:
                if not table.bureau:
                    raise
                self.problems.append(Problem(error.file, "", None, "", "", "unreadable_table", error.line("zh")))
                continue
            self.readings[table.id] = reading
            self.notes.extend(reading.notes)
            self.problems.extend(reading.problems)
            if table.bureau:
                self._read_manifest(table, path)

    def _find(self, name: str) -> Path | None:
        """A table's file at the top level, in `registry/` or in `bureau/`.

        In two of them is as bad as two files.
        """
        folders = [self.data, self.data / "registry", self.data / "bureau"]
        found = [path for folder in folders if (path := find_table(folder, name)) is not None]
        if len(found) > 1:
            names = "、".join(str(path.relative_to(self.data)) for path in found)
            raise FileError("two_files", str(self.data / name), found=names)
        return found[0] if found else None

    def _read_manifest(self, table: Table, path: Path) -> None:
        manifest, problem = read_manifest(path)
        self.manifests[table.id] = manifest
        if problem is not None:
            self.problems.append(problem)

    def _registered(self) -> None:
        """The two tables that the others hang on."""
        who = self.who
        for table in (who.households, who.persons):
            self.tables[table.id] = self._columns(table, self.readings[table.id])
        for table in (who.households, who.persons):
            self._add_facts(table)

    def _add_facts(self, table: Table) -> None:
        if self.facts is None or table.key is None:
            return
        path = self.facts / f"{table.of}_facts.parquet"
        if not path.is_file():
            return
        reading = read_table(path, layout_of(self.rulebook, table, self.who))
        self.notes.extend(reading.notes)
        self.problems.extend(reading.problems)
        personal = {column.name for column in reading.layout.columns if column.personal}
        given = reading.table.drop([name for name in reading.table.column_names if name in personal])
        self.tables[table.id] = override(self.tables[table.id], given, table.key, stated_facts(self.rulebook, table))
        self.doubts += read_doubts(path, table.of, reading.headers[table.key], self.rulebook)

    def _columns(self, table: Table, reading: TableReading) -> Any:
        """The table's own columns without the personal ones, and the facts that are read off these."""
        import pyarrow as pa

        columns: dict[str, Any] = {}
        facts = facts_of(self.rulebook, table.id)
        declared = {fact.column for fact in facts if fact.derive is None and not fact.personal and not fact.reads}
        for column in reading.layout.columns:
            if column.personal:
                continue
            if column.name in reading.table.column_names:
                columns[column.name] = reading.table.column(column.name)
            elif column.name in declared or column.key:
                columns[column.name] = pa.chunked_array([pa.nulls(reading.table.num_rows, arrow_type(column))])
        for fact in facts:
            if fact.reads:
                layout = column_of(self.rulebook, fact, (), key=False, link=False)
                columns[fact.column] = self._reads(table, reading, fact.reads, layout)
        return pa.table(columns)

    def _reads(self, table: Table, reading: TableReading, reads: str, column: ColumnLayout) -> Any:
        import pyarrow as pa

        source = reads.rpartition(".")[0]
        if source not in reading.table.column_names:
            return pa.nulls(reading.table.num_rows, arrow_type(column))
        texts: list[str | None] = reading.table.column(source).cast(pa.string()).to_pylist()
        identities = None
        if source == ID_NUMBER:
            if table.id not in self.identities:
                self.identities[table.id] = Identities(texts)
                self._remark_ids(reading, self.identities[table.id])
            identities = self.identities[table.id]
        key = self.who.household_key
        households = (
            reading.table.column(key).combine_chunks()
            if key in reading.table.column_names
            else pa.nulls(len(texts), pa.string())
        )
        return derive_reads(reads, texts, households, column, identities)

    @cached_property
    def _people(self) -> People:
        """The registered persons, indexed once for all bureaus."""
        who = self.who
        persons, households = self.readings[who.persons.id], self.readings[who.households.id]
        return registered(persons, households, who.person_key, who.household_key)

    def _add(self, table: Table) -> None:
        reading = self.readings[table.id]
        columns = self._columns(table, reading)
        persons = self.tables[self.who.persons.id]
        key = self.who.person_key
        if table.bureau and has_ids(reading):
            joined = join_bureau(reading, self._people, self.decisions)
            columns = put(columns.take(joined.rows), key, persons.column(key).take(joined.persons))
            self.under_review[table.id] = joined.doubtful
            notes, found = remarks(reading, joined)
            self.notes.extend(notes)
            self._remark_ids(reading, Identities(reading.column(ID_NUMBER)))
            self._remark_problems(reading, found)
        elif table.bureau and key not in reading.table.column_names:
            self.problems.append(Problem(reading.path.name, "", None, "", "", "no_id_column"))
            self.manifests[table.id] = None
            columns = put(columns.slice(0, 0), key, persons.column(key).slice(0, 0))
        self.tables[table.id] = self._linked(table, columns, reading.path.name)

    def _remark_ids(self, reading: TableReading, identities: Identities) -> None:
        self.notes.extend(repairs(reading, identities))
        self._remark_problems(reading, problems(reading, identities))

    def _remark_problems(self, reading: TableReading, found: Iterable[Problem]) -> None:
        """Problems that only the join can see belong to the reading too, so that its rows go back."""
        found = tuple(found)
        self.problems.extend(found)
        for table, own in self.readings.items():
            if own.path == reading.path:
                self.readings[table] = replace(own, problems=own.problems + found)

    def _linked(self, table: Table, columns: Any, file: str) -> Any:
        """With the person key and the household key.

        The latter from the person where the row does not carry it.
        """
        import pyarrow.compute as pc

        who = self.who
        if not who.of_household(self.rulebook, table):
            return columns
        persons = self.tables[who.persons.id]
        for name in (who.person_key, who.household_key):
            if name in columns.column_names:  # a column that the file lacks is empty text until here
                kept = persons.schema.field(name).type
                columns = put(columns, name, columns.column(name).cast(kept))
        if who.person_key not in columns.column_names:
            return columns
        known = persons.column(who.person_key).combine_chunks()
        where = pc.index_in(columns.column(who.person_key), value_set=known)
        of_person = persons.column(who.household_key).take(where)
        if who.household_key in columns.column_names:
            of_person = pc.coalesce(columns.column(who.household_key), of_person)
        lost = of_person.null_count
        if lost:
            self.notes.append(Note(file, "", None, "", "", "orphans", "", lost))
        return put(columns, who.household_key, of_person)

    def _add_parameters(self, name: str, layout: TableLayout) -> None:
        path = self._find(name)
        if path is None:
            self.notes.append(Note(name, "", None, "", "", "no_file", name))
            return
        reading = read_table(path, layout)
        self.readings[name] = reading
        self.notes.extend(reading.notes)
        self.problems.extend(reading.problems)
        self.tables[name] = reading.table

    def _add_coverage(self) -> None:
        """A column of the households per bureau table: does its file speak for the household on the day?"""
        import pyarrow as pa
        import pyarrow.compute as pc

        bureaus = [table for table in self.rulebook.tables.values() if table.bureau]
        households = self.tables[self.who.households.id]
        area = self.who.households.area
        if area is not None and area in households.column_names:
            encoded = households.column(area).cast(pa.string()).combine_chunks().dictionary_encode()
            areas, indices = encoded.dictionary.to_pylist(), encoded.indices
        else:
            areas, indices = [], pa.nulls(households.num_rows, pa.int32())
        doubts = doubted(self.doubts, households, self.tables[self.who.persons.id], self.who)
        for table in bureaus:
            manifest = self.manifests.get(table.id)
            answers = [manifest is not None and manifest.covers(code, self.as_of) for code in areas]
            covered = pa.array(answers, pa.bool_()).take(indices).fill_null(False)
            covered = pc.and_not(covered, self._unsettled(table.id, households))
            codes = doubts.get(table.id, {})
            for mask in codes.values():
                covered = pc.and_not(covered, mask)
            households = put(households, f"{COVERED}{table.id}", covered)
            self.notes.extend(doubt_notes(table.file, table.label.zh or table.id, codes))
            if table.id in self.tables:
                self.tables[table.id] = permitted(self.tables[table.id], table.id, self.doubts, self.who)
        self.tables[self.who.households.id] = households

    def _unsettled(self, table: str, households: Any) -> Any:
        """Households of persons whom a row may be about that nobody has looked at: silence is not "none" there."""
        import pyarrow as pa
        import pyarrow.compute as pc

        persons = self.tables[self.who.persons.id].column(self.who.household_key)
        touched = persons.take(pa.array(self.under_review.get(table, ()), pa.int64()))
        own = households.column(self.who.household_key)
        return pc.is_in(own, value_set=touched.combine_chunks().cast(own.type))

    def _write(self) -> Snapshot:
        self.out.mkdir(parents=True, exist_ok=True)
        paths: dict[str, Path] = {}
        who = self.who
        for name, columns in self.tables.items():
            table = self.rulebook.tables.get(name)
            own = (table.key,) if table is not None and table.key else (who.person_key,)
            keys = (who.household_key, *own) if table is not None else ()
            paths[name] = self.out / f"{name}.parquet"
            write_table(in_order(columns, keys), paths[name])
        return Snapshot(
            out=self.out,
            as_of=self.as_of,
            household_key=who.household_key,
            person_key=who.person_key,
            tables=paths,
            rows={name: columns.num_rows for name, columns in self.tables.items()},
            sources={name: reading.path for name, reading in self.readings.items()},
            manifests=self.manifests,
            readings=self.readings,
            notes=tuple(self.notes),
            problems=tuple(self.problems),
            directory=make_directory(self.rulebook, who, self.readings, self.tables),
        )


def put(table: Any, name: str, column: Any) -> Any:
    """The table with the column replaced, or added at the end."""
    at = table.schema.get_field_index(name)
    return table.set_column(at, name, column) if at >= 0 else table.append_column(name, column)


def one_type(readings: Mapping[str, TableReading], keys: Sequence[str]) -> dict[str, TableReading]:
    """The readings with each key in one type: text where one file has numbers and another has text."""
    import pyarrow as pa

    found = dict(readings)
    for key in keys:
        carrying = {name: reading for name, reading in found.items() if key in reading.table.column_names}
        types = {reading.table.schema.field(key).type for reading in carrying.values()}
        if len(types) > 1:
            for name, reading in carrying.items():
                text = reading.table.column(key).cast(pa.string())
                found[name] = replace(reading, table=put(reading.table, key, text))
    return found
