"""From a run's state to what people read: worklists and the summary."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.compiler.policies import FINDINGS
from bangfu.core.compiler.sql import quoted
from bangfu.core.engines.duckdb_engine import Connection, run
from bangfu.core.rulebook.model import Label
from bangfu.core.screening.dataset import Dataset
from bangfu.core.screening.decisions import PolicyCounts as Counted
from bangfu.core.screening.labels import Directory, HouseholdLabel, PersonLabel, VillageLabel
from bangfu.core.screening.snapshot import Snapshot
from bangfu.core.screening.state import RunState
from bangfu.core.screening.summary import write_summary
from bangfu.core.screening.titles import titles_of
from bangfu.core.screening.worklists import write_worklists
from bangfu.core.screening.worklists_results import InputFile, PolicyCounts, PreviousRun, RunResults


class Codes:
    """A directory of a dataset without names: the village of every household is all that is known."""

    def __init__(self, connection: Connection, data: Dataset) -> None:
        self._areas: dict[str, str] = {}
        units, book = data.units, data.book
        table = book.tables.get(units.household)
        if table is not None and table.area and table.id in data.tables:
            source = data.source(table.id, [table.area], None)
            rows = run(connection, f"SELECT k_{table.id}, CAST({quoted(table.area)} AS VARCHAR) FROM {source} r")
            self._areas = {str(key): area or "" for key, area in rows}

    def household(self, number: object) -> HouseholdLabel:
        """The household's village code."""
        return HouseholdLabel(region_code=self._areas.get(str(number), ""))

    def person(self, number: object) -> PersonLabel:
        """Nothing is known."""
        return PersonLabel()

    def village(self, code: str) -> VillageLabel:
        """The code stands for the name."""
        return VillageLabel(code, code[:9] if len(code) >= 9 else "")

    def counts(self) -> dict[str, int]:
        """Households by village code."""
        found: dict[str, int] = {}
        for area in self._areas.values():
            found[area] = found.get(area, 0) + 1
        return found


class Named:
    """The names of a snapshot's registry, by key in the data's own type or as text."""

    def __init__(self, snapshot: Snapshot) -> None:
        entries = snapshot.directory
        self._households = {str(key): entry for key, entry in entries.households.items()}
        self._persons = {str(key): entry for key, entry in entries.persons.items()}
        self._villages = entries.villages
        self._townships = {code[:9]: entry.township_name for code, entry in entries.villages.items()}

    def household(self, number: object) -> HouseholdLabel:
        """Who the household is; its group is the village group or else the natural village."""
        entry = self._households.get(str(number))
        if entry is None:
            return HouseholdLabel()
        phone = entry.phone[:3] + "****" + entry.phone[-4:] if len(entry.phone) >= 11 else ""
        group = entry.group_name or entry.natural_village
        return HouseholdLabel(entry.head_name, entry.region_code, group, phone)

    def person(self, number: object) -> PersonLabel:
        """Who the person is."""
        entry = self._persons.get(str(number))
        return PersonLabel() if entry is None else PersonLabel(entry.name, entry.masked_id)

    def village(self, code: str) -> VillageLabel:
        """The names of a village, or of a township by its nine digits."""
        if len(code) == 9:
            return VillageLabel(self._townships.get(code, ""), self._townships.get(code, ""))
        entry = self._villages.get(code)
        return VillageLabel() if entry is None else VillageLabel(entry.name, entry.township_name)


def present(state: RunState, connection: Connection, digests: dict[str, str]) -> None:
    """Write worklists/ and summary.html."""
    codes = Codes(connection, state.data)
    directory: Directory = Named(state.snapshot) if state.snapshot is not None else codes
    results = results_of(state, codes, directory, digests)
    titles = titles_of(state.book)
    write_worklists(results, directory, titles, state.folder)
    write_summary(results, directory, titles, state.folder)


def results_of(state: RunState, codes: Codes, directory: Directory, digests: dict[str, str]) -> RunResults:
    """The run as the worklists see it."""
    data, request = state.data, state.request
    rows = {table.id: table.rows for table in data.tables.values()}
    county = next((code[:6] for code in sorted(codes.counts()) if len(code) == 12), "")
    name = directory.village(county).village_name if county else ""
    files = tuple(InputFile(label, _rows_of(state, label), digest) for label, digest in digests.items())
    return RunResults(
        folder=state.folder,
        as_of=request.as_of,
        run_id=f"{state.book.name}-{request.as_of.isoformat()}",
        county=Label(name or county, name or county),
        rulebook=f"{state.book.title.zh or state.book.name} {state.book.version}",
        households=rows.get(data.units.household, 0),
        persons=rows.get(data.units.person, 0),
        policies=tuple(counts(state.counts[name]) for name in state.book.policies if name in state.counts),
        village_households={code: n for code, n in codes.counts().items() if len(code) == 12},
        previous=_previous(request.previous),
        inputs=files,
        warnings=tuple(state.warnings),
    )


def counts(found: Counted) -> PolicyCounts:
    """One policy's counts; money is what is owed, paid without title, or off."""
    fen = {
        "entitled_not_receiving": found.due_fen["entitled_not_receiving"],
        "receiving_not_entitled": found.paid_fen["receiving_not_entitled"],
        "amount_differs": found.gap_fen,
    }
    told = any(found.findings[word] for word in FINDINGS)
    return PolicyCounts(
        found.policy,
        found.status["eligible"],
        found.status["ineligible"],
        found.status["unknown"],
        {word: n for word, n in found.findings.items() if word != "agrees"} if told else {},
        fen if told else {},
    )


def _rows_of(state: RunState, label: str) -> int:
    for table in state.data.tables.values():
        if any(path.name == Path(label).name for path in table.files):
            return table.rows
    if state.snapshot is not None:
        named = {path.name: table for table, path in state.snapshot.sources.items()}
        table_id = named.get(Path(label).name)
        return int(state.snapshot.rows.get(table_id, 0)) if table_id else 0
    return 0


def _previous(folder: Path | None) -> PreviousRun | None:
    if folder is None or not (folder / "run.json").is_file():
        return None
    record: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    policies = []
    for name, held in record["policies"].items():
        found = Counted(name)
        found.status.update(held["status"])
        found.findings.update(held["findings"])
        found.due_fen.update(held["due_fen"])
        found.paid_fen.update(held["paid_fen"])
        found.gap_fen = held.get("gap_fen", 0)
        policies.append(counts(found))
    return PreviousRun(date.fromisoformat(record["as_of"]), tuple(policies))
