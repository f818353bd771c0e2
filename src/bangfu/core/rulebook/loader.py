"""Loads a rulebook: its files and those it extends, read, merged and checked as a whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Map
from functools import partial
from pathlib import Path
from typing import TypeVar

from bangfu.core.rulebook import reading_facts, reading_findings
from bangfu.core.rulebook.checker import check
from bangfu.core.rulebook.merging import Merged, found_in, merged, section_in
from bangfu.core.rulebook.mistakes import Mistake, RulebookError
from bangfu.core.rulebook.model import Case, CodeList, Fact, Place, Policy, Rulebook, Table
from bangfu.core.rulebook.overlay import changed
from bangfu.core.rulebook.procedure_model import CalendarYear, Procedure
from bangfu.core.rulebook.reading import Fields, Reader, TooManyMistakes, definitions
from bangfu.core.rulebook.reading_calendar import read_year
from bangfu.core.rulebook.reading_campaigns import read_campaign
from bangfu.core.rulebook.reading_cases import check_cases, read_case
from bangfu.core.rulebook.reading_parameters import ParameterReader
from bangfu.core.rulebook.reading_policies import PolicyReader, read_shared
from bangfu.core.rulebook.reading_procedures import read_procedure
from bangfu.core.rulebook.reading_visits import read_visit
from bangfu.core.rulebook.sources import Source, Sources
from bangfu.core.rulebook.visit_model import VisitForm
from bangfu.core.rulebook.yaml_source import MAX_BYTES, Mapping, Node, Scalar, read_yaml

HEAD_KEYS = ("name", "version", "country", "title", "licence", "extends", "note", "source")
Read = TypeVar("Read")


def load(path: Path, *, cases: bool = True) -> Rulebook:
    """The rulebook in the folder `path`, with everything it extends merged in and checked.

    Without `cases` the files in cases/ are hashed but not read. Raises RulebookError with every mistake, by
    place.
    """
    mistakes: list[Mistake] = []
    sources = Sources(mistakes)
    lineage = sources.lineage(Path(path), cases=cases)
    loader = _Loader(Reader(mistakes, incomplete=sources.unreadable), lineage)
    try:
        book = loader.book(sources.digest())
        if not sources.unreadable:
            mistakes += [mistake for mistake in check(book) if not loader.reader.follows(mistake)]
            if cases:
                check_cases(loader.reader, loader.case_nodes(), book)
    except TooManyMistakes:
        pass
    _raise(mistakes)
    return book


def load_cases(files: Iterable[Path]) -> tuple[Case, ...]:
    """The cases of single files, in order, for any rulebook; values are as YAML reads them, money in yuan.

    Raises RulebookError with every mistake.
    """
    mistakes: list[Mistake] = []
    reader = Reader(mistakes)
    cases: list[Case] = []
    try:
        for path in files:
            cases += _cases_of(reader, path)
    except TooManyMistakes:
        pass
    _raise(mistakes)
    return tuple(cases)


def _cases_of(reader: Reader, path: Path) -> list[Case]:
    place = Place(str(path), 1, 1)
    try:
        if not path.is_file():
            reader.add(place, "no such file", "a file of cases")
            return []
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reader.add(place, f"a file that cannot be opened ({error})", "a file of cases")
        return []
    root = read_yaml(str(path), data, reader.mistakes)
    nodes = () if root is None else _case_nodes(reader, root)
    return [case for node, _ in nodes if (case := read_case(reader, node)) is not None]


def _case_nodes(reader: Reader, root: Node) -> Iterable[tuple[Node, Scalar | None]]:
    if isinstance(root, Mapping) and "as_of" in root.entries:
        return [(root, None)]
    return definitions(reader, root, "cases")


def _raise(mistakes: list[Mistake]) -> None:
    if mistakes:
        unique = dict.fromkeys(mistakes)
        raise RulebookError(sorted(unique, key=lambda m: (m.place.file, m.place.line, m.place.column)))


class _Loader:
    """Reads the merged definitions, those that others need first."""

    def __init__(self, reader: Reader, lineage: list[Source]) -> None:
        self.reader, self.lineage = reader, lineage

    def book(self, digest: str) -> Rulebook:
        """Everything read; what could not be read is left out and noted."""
        reader = self.reader
        head = self._head()
        codes = self._all("codes", "a code list", partial(reading_facts.read_code_list, reader), keyed=True)
        tables, facts = self._facts(codes)
        csv_files = {name: data for source in self.lineage for name, data in source.tables.items()}
        parameters = ParameterReader(reader, facts, codes, csv_files)
        indicators = reading_findings.IndicatorReader(reader, tables)
        return Rulebook(
            name=head.text("name"),
            version=head.text("version"),
            country=self._inherited("country"),
            title=head.label("title"),
            licence=self._inherited("licence"),
            root=self.lineage[-1].root,
            lineage=tuple(source.root for source in self.lineage),
            digest=digest,
            tables=tables,
            facts=facts,
            codes=codes,
            parameters=self._all("parameters", "a parameter", parameters.read, keyed=True),
            policies=self._policies(),
            alerts=self._all("alerts", "an alert", partial(reading_findings.read_alert, reader), loose=True),
            checks=self._all("checks", "a check", partial(reading_findings.read_check, reader), loose=True),
            indicators=self._all("indicators", "an indicator", indicators.read, loose=True),
            procedures=self._procedures(),
            campaigns=self._all("campaigns", "a campaign", partial(read_campaign, reader, codes)),
            calendar=self._calendar(),
            visits=self._visits(),
            cases=tuple(case for node in self.case_nodes() if (case := read_case(reader, node)) is not None),
        )

    def case_nodes(self) -> list[Node]:
        """The cases of the rulebook itself; those of what it extends hold for that one's own definitions."""
        roots = self.lineage[-1].roots.get("cases", [])
        return [node for root in roots for node, _ in _case_nodes(self.reader, root)]

    def _head(self) -> Fields:
        needed = () if self.reader.incomplete else ("name", "version")
        heads = [self.reader.fields(source.head, "rulebook.yml", HEAD_KEYS, needed) for source in self.lineage]
        return heads[-1]

    def _inherited(self, key: str) -> str:
        """A text of the nearest rulebook.yml that has it."""
        for source in reversed(self.lineage):
            if text := Fields(self.reader, source.head).text(key):
                return text
        return ""

    def _all(
        self,
        folder: str,
        what: str,
        read: Callable[[str, Node], Read | None],
        *,
        keyed: bool = False,
        loose: bool = False,
    ) -> dict[str, Read]:
        """The definitions of one folder over the lineage; `loose` ids need not be names of expressions."""
        levels = (found_in(self.reader, source, folder, keyed=keyed) for source in self.lineage)
        return self._read(merged(self.reader, levels, what, self._by_name(loose=loose)), read)

    def _by_name(self, *, loose: bool = False) -> Callable[[str, Node, Node], str | None]:
        check = self.reader.identity if loose else self.reader.identifier
        return lambda name, place, _: check(name, place) or None

    def _read(self, found: Merged[str], read: Callable[[str, Node], Read | None]) -> dict[str, Read]:
        result: dict[str, Read] = {}
        for name, node in found.nodes.items():
            item = read(name, node)
            if item is None:
                self.reader.broken.add(name)
            else:
                result[name] = item
        return result

    def _facts(self, codes: Map[str, CodeList]) -> tuple[dict[str, Table], dict[tuple[str, str], Fact]]:
        reader = self.reader
        for source in self.lineage:
            for root in source.roots.get("facts", []):
                reader.fields(root, "a file of facts", ("tables", "facts"))
        levels = (section_in(reader, source, "facts", "tables") for source in self.lineage)
        tables = self._read(
            merged(reader, levels, "a table", self._by_name()), partial(reading_facts.read_table, reader)
        )
        levels = (section_in(reader, source, "facts", "facts") for source in self.lineage)
        found = merged(reader, levels, "a fact", partial(reading_facts.fact_key, reader, tables))
        facts: dict[tuple[str, str], Fact] = {}
        for (table, name), node in found.nodes.items():
            fact = reading_facts.read_fact(reader, table, name, node, codes)
            if fact is None:
                reader.broken.add(name)
            else:
                facts[(table, name)] = fact
        reading_facts.built_in(tables, facts, found.off)
        reading_facts.settle_areas(reader, tables, facts)
        reading_facts.check_reads(reader, facts)
        return tables, facts

    def _procedures(self) -> dict[str, Procedure]:
        reader = self.reader
        levels = (found_in(reader, source, "procedures") for source in self.lineage)
        over = partial(_procedure_over, reader)
        found = merged(reader, levels, "a procedure", self._by_name(), over)
        return self._read(found, partial(read_procedure, reader))

    def _visits(self) -> dict[str, VisitForm]:
        reader = self.reader
        levels = (found_in(reader, source, "visits") for source in self.lineage)
        found = merged(reader, levels, "a visit form", self._by_name(), partial(_form_over, reader))
        return self._read(found, partial(read_visit, reader))

    def _calendar(self) -> dict[int, CalendarYear]:
        read = self._all("calendar", "a year of the calendar", partial(read_year, self.reader), loose=True)
        return {year.year: year for year in read.values()}

    def _policies(self) -> dict[str, Policy]:
        reader = self.reader
        levels = (section_in(reader, source, "policies", "shared") for source in self.lineage)
        sets = merged(reader, levels, "a shared set", self._by_name())
        shared = self._read(sets, partial(read_shared, reader))
        levels = (found_in(reader, source, "policies", beside=("shared",)) for source in self.lineage)
        found = merged(reader, levels, "a policy", self._by_name())
        policies = self._read(found, PolicyReader(reader, shared).read)
        # a policy that is switched off cannot overlap with another one
        return {
            name: dataclasses.replace(policy, not_with=tuple(n for n in policy.not_with if n not in found.off))
            if found.off
            else policy
            for name, policy in policies.items()
        }


def _procedure_over(reader: Reader, inherited: Node | None, node: Node) -> Node:
    return changed(reader, inherited, node, "a procedure")


def _form_over(reader: Reader, inherited: Node | None, node: Node) -> Node:
    return changed(reader, inherited, node, "a visit form")
