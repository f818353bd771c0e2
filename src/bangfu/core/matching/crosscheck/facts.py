"""From links to facts: unit by unit the persons', and at the end the households'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.matching.crosscheck.answers import Answer, numeric, person_answer, sums_of
from bangfu.core.matching.crosscheck.catalogue import Catalogue
from bangfu.core.matching.crosscheck.conflicts import Conflict, UnitFacts, conflicts_of
from bangfu.core.matching.crosscheck.coverage import Coverage, joined
from bangfu.core.matching.crosscheck.households import Households
from bangfu.core.matching.crosscheck.registry import NO_HOUSEHOLD, Registry
from bangfu.core.matching.crosscheck.steps import in_turn
from bangfu.core.matching.crosscheck.totals import Linked, Totals, UnitRows, facts_of
from bangfu.core.matching.crosscheck.writing import FactFile

PIECE = 1 << 18
"""Households of one row group."""


@dataclass
class Job:
    """What facts are made from. `reviewed`: per table the persons a row under review may be about, by place,
    ascending."""

    registry: Registry
    catalogue: Catalogue
    coverage: Coverage
    linked: Mapping[str, Linked]
    reviewed: Mapping[str, Any]
    on: date
    threads: int


@dataclass
class Made:
    """What came to light on the way. `deceased`: place and day of death (0 where unknown); `custody`: places."""

    conflicts: list[Conflict] = field(default_factory=list)
    deceased: dict[int, int | None] = field(default_factory=dict)
    custody: list[int] = field(default_factory=list)


@dataclass
class _Unit:
    """One unit's results, ready to be committed."""

    table: Any
    made: Made


def write_persons(job: Job, folder: Path) -> tuple[Made, Households]:
    """Write person_facts.parquet; returns what came to light and what the households add up to."""
    keys = {"person_no": job.registry.person_no(0).type, "household_no": job.registry.household_no.type}
    file = FactFile(folder / "person_facts.parquet", keys, job.catalogue.of("person"), dict(job.coverage.sources))
    sums = Households(
        job.registry.households,
        job.catalogue.of("household"),
        job.coverage,
        {table: _households_of(job.registry, places) for table, places in job.reviewed.items()},
    )
    made = Made()

    def commit(_: int, unit: _Unit) -> None:
        file.add(unit.table)
        made.conflicts.extend(unit.made.conflicts)
        made.deceased.update(unit.made.deceased)
        made.custody.extend(unit.made.custody)

    in_turn(len(job.registry.units) - 1, job.threads, lambda unit: _work(job, file, sums, unit), commit)
    file.close()
    return made, sums


def write_households(job: Job, sums: Households, folder: Path) -> None:
    """Write household_facts.parquet."""
    numbers = job.registry.household_no
    facts = job.catalogue.of("household")
    keys = {"household_no": numbers.type}
    file = FactFile(folder / "household_facts.parquet", keys, facts, dict(job.coverage.sources))
    pieces = list(range(0, len(numbers), PIECE))

    def table_of(number: int) -> Any:
        start = pieces[number]
        stop = min(start + PIECE, len(numbers))
        return file.table({"household_no": numbers.slice(start, stop - start)}, sums.answers(start, stop))

    in_turn(len(pieces), job.threads, table_of, lambda _, table: file.add(table))
    file.close()


def _households_of(registry: Registry, places: Any) -> Any:
    """The households of some persons, ascending, each once."""
    import numpy as np

    found = np.unique(registry.store.mapped("household")[places])
    return found[found != NO_HOUSEHOLD]


def _work(job: Job, file: FactFile, households: Households, number: int) -> _Unit:
    registry = job.registry
    start, stop = registry.units[number], registry.units[number + 1]
    size = stop - start
    household = registry.store.read("household", start, stop)
    totals: dict[str, Mapping[str, Totals]] = {}
    rows: dict[str, UnitRows] = {}
    for name, linked in job.linked.items():
        rows[name] = UnitRows(linked, number, start, stop)
        totals[name] = facts_of(rows[name], job.catalogue.from_table(name), job.on)
    codes = {table: job.coverage.of(table, household) for table in job.catalogue.tables}
    masks = {table: _mask(job.reviewed.get(table), start, stop) for table in job.catalogue.tables}
    sums = {fact.name: sums_of(fact, totals) for fact in job.catalogue.of("household")}
    answers: dict[str, Answer] = {}
    for fact in job.catalogue.of("person"):
        own = [codes[table] for table in fact.tables]
        code = joined(own, [masks[table] for table in fact.tables])
        if fact.numeric:
            answers[fact.name] = numeric(fact, size, sums[fact.name], own, code)
        else:
            answers[fact.name] = person_answer(fact, size, totals, own, code)
    keys = {"person_no": registry.person_no(number), "household_no": _numbers(registry, household)}
    declared = _declared(registry, start, stop)
    made = _found(UnitFacts(start, size, totals, rows, answers, declared, job.coverage.sources, job.on))
    households.add(household, sums)
    return _Unit(file.table(keys, answers.values()), made)


def _mask(places: Any, start: int, stop: int) -> Any:
    import numpy as np

    if places is None or not len(places):
        return None
    first, last = np.searchsorted(places, (start, stop))
    if first == last:
        return None
    mask = np.zeros(stop - start, bool)
    mask[places[first:last] - start] = True
    return mask


def _numbers(registry: Registry, household: Any) -> Any:
    """Household numbers of some persons (Arrow), null where a person has none."""
    import pyarrow as pa

    nobody = household == NO_HOUSEHOLD
    if nobody.any():
        return registry.household_no.take(pa.array(household, mask=nobody))
    return registry.household_no.take(pa.array(household))


def _declared(registry: Registry, start: int, stop: int) -> dict[str, Any]:
    names: list[str] = registry.store.meta["declared"]
    return {name: registry.store.read(name, start, stop) for name in names}


def _found(unit: UnitFacts) -> Made:
    """Contradictions, and who is dead or in custody by name of place."""
    import numpy as np

    made = Made(conflicts_of(unit))
    died, custody = unit.answers["deceased"], unit.answers["in_custody"]
    day = unit.answers["died_on"]
    for at in np.flatnonzero(died.value > 0).tolist():
        made.deceased[unit.start + at] = int(day.value[at]) if day.known is None or day.known[at] else None
    made.custody = (np.flatnonzero(custody.value > 0) + unit.start).tolist()
    return made
