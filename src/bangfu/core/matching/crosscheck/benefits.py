"""Benefits that the registry still has for somebody who is dead or in custody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from bangfu.core.files.find import find_table
from bangfu.core.files.identity import HOUSEHOLD_NO, PERSON_NO
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.matching.crosscheck.conflicts import REGISTRY, Conflict
from bangfu.core.matching.crosscheck.coverage import Source
from bangfu.core.matching.crosscheck.facts import Made
from bangfu.core.matching.crosscheck.registry import Registry

PROGRAMME = ColumnLayout("programme", headers=("待遇项目", "项目代码"))


def benefit_conflicts(folder: Path, registry: Registry, made: Made, sources: Mapping[str, Source]) -> list[Conflict]:
    """Contradictions between the registry's benefits and deaths or custody. Raises FileError where the table is
    damaged.

    A benefit of the household counts against a dead member only where every member is dead.
    """
    path = next((p for f in (folder, folder / "registry") if (p := find_table(f, "benefits")) is not None), None)
    if path is None or not (made.deceased or made.custody):
        return []
    reading = read_table(path, TableLayout("benefits", "benefits", (HOUSEHOLD_NO, PERSON_NO, PROGRAMME)))
    persons = _by_number(registry, sorted({*made.deceased, *made.custody}))
    households = _extinct(registry, made)
    custody = set(made.custody)
    found = []
    for person_no, household_no, programme in zip(
        *(reading.column(name) for name in ("person_no", "household_no", "programme")), strict=True
    ):
        place = persons.get(str(person_no)) if person_no is not None else households.get(str(household_no))
        if place is None or not programme:
            continue
        if place in made.deceased:
            file = sources["deaths"].path.name
            zh, en = _day(made.deceased[place])
            parts = (file, zh, REGISTRY, programme, (en, programme))
            found.append(Conflict(place, "benefit_after_death", *parts))
        elif place in custody:
            parts = (sources["custody"].path.name, "服刑羁押中", REGISTRY, programme, ("in custody", programme))
            found.append(Conflict(place, "benefit_in_custody", *parts))
    return sorted(found, key=lambda conflict: (conflict.place, conflict.kind, conflict.other_value))


def _day(days: int | None) -> tuple[str, str]:
    if days is None:
        return "（日期不详）", "an unknown day"
    day = (date(1970, 1, 1) + timedelta(days=days)).isoformat()
    return day, day


def _by_number(registry: Registry, places: list[int]) -> dict[str, int]:
    import pyarrow as pa

    numbers = registry.all_person_no().take(pa.array(places, pa.int64()))
    return {str(number): place for number, place in zip(numbers.to_pylist(), places, strict=True)}


def _extinct(registry: Registry, made: Made) -> dict[str, int]:
    """Households of whom every member is dead, by number, with the place of the first."""
    import numpy as np

    if not made.deceased:
        return {}
    dead = np.array(sorted(made.deceased), np.int64)
    household = np.asarray(registry.store.mapped("household")[dead])
    starts = registry.store.mapped("member_starts")
    found: dict[str, int] = {}
    for number, count in zip(*np.unique(household[household >= 0], return_counts=True), strict=True):
        if int(starts[number + 1] - starts[number]) == int(count):
            first = int(dead[household == number][0])
            found[str(registry.household_no[int(number)].as_py())] = first
    return found
