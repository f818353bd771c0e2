"""Generates the synthetic county, village by village, so that memory stays flat."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from bangfu.core.demo import (
    administration,
    causes_amounts,
    causes_missed,
    causes_paid,
    causes_records,
    causes_traps,
    dirt,
    events,
    plan,
    rows,
)
from bangfu.core.demo.bureau_dirt import Clerks, Village
from bangfu.core.demo.doubts import blurred
from bangfu.core.demo.layout import WORKBOOK_UP_TO
from bangfu.core.demo.lives import Settler
from bangfu.core.demo.people import Household
from bangfu.core.demo.planting import Planted, Planter, Scene
from bangfu.core.demo.strangers import Strangers
from bangfu.core.demo.texts import readme
from bangfu.core.demo.truth import TruthTable
from bangfu.core.demo.writing import DataFolder

CAUSES = (
    *causes_missed.CAUSES,
    *causes_paid.CAUSES,
    *causes_amounts.CAUSES,
    *causes_records.CAUSES,
    *causes_traps.CAUSES,
)
"""Every cause of which truth is planted, and the traps."""

FIRST_MONTH = (2026, 9)
CORRECTED_SHARE, LATER_SHARE = 0.12, 0.2
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What was written: `months` as (folder name, as-of date), `truths` rows of truth.parquet."""

    out: Path
    months: tuple[tuple[str, date], ...]
    households: int
    persons: int
    truths: int


def months_from_start(number: int) -> tuple[tuple[str, date], ...]:
    """(YYYY-MM, last day of the month) of the first `number` months."""
    found = []
    year, month = FIRST_MONTH
    for _ in range(number):
        following = date(year + month // 12, month % 12 + 1, 1)
        found.append((f"{year}-{month:02d}", following - timedelta(days=1)))
        year, month = following.year, following.month
    return tuple(found)


def generate(
    out: Path, *, households: int = 12_000, seed: int = 1, months: int = 2, progress: Progress | None = None
) -> DemoResult:
    """Write a synthetic county of `households` into the new folder `out`, the same bytes for the same seed.

    `out` gets one data folder per month, truth.parquet and README.txt; it appears when all is complete. An
    earlier demo at `out` is replaced. `progress` is called with what is written, villages done, villages.
    Raises ValueError for fewer than 100 households or months outside 1 to 12, FileExistsError where `out`
    holds something else.
    """
    if households < 100 or not 1 <= months <= 12:
        raise ValueError("households must be at least 100, months from 1 to 12")
    with _appearing(Path(out)) as folder:
        return _County(folder, Path(out), households, seed, months).write(progress or (lambda *_: None))


class _County:
    """One generation: the running numbers, the open folders, the truth."""

    def __init__(self, folder: Path, out: Path, households: int, seed: int, months: int) -> None:
        self.plan = plan.county(households)
        self.months = months_from_start(months)
        self.folder, self.out, self.seed = folder, out, seed
        self.settler = Settler(self.months[0][1])
        self.planter = Planter(CAUSES, households, self.plan.outside, plan.in_uncovered(self.plan))
        self.truth = TruthTable()
        self.clerks = Clerks(seed)
        self.households = self.persons = 0

    def write(self, progress: Progress) -> DemoResult:
        workbooks = self.plan.households <= WORKBOOK_UP_TO
        folders = [DataFolder(self.folder / name, as_of, workbooks) for name, as_of in self.months]
        townships = dict(self.plan.townships)
        todo = plan.village_count(self.plan)
        for done, village in enumerate(plan.villages(self.plan, self.seed)):
            self._village(village, townships[village.township], folders)
            progress(f"{townships[village.township]} {village.name}", done + 1, todo)
        for data in folders:
            data.close(list(townships), self.plan.uncovered)
        self.truth.blur(blurred(self.clerks.doubts, self.clerks.register, self.clerks.waiting))
        truths = self.truth.save(self.folder / "truth.parquet")
        (self.folder / "README.txt").write_text(readme(self.plan, self.seed, self.months), encoding="utf-8")
        return DemoResult(self.out, self.months, self.households, self.persons, truths)

    def _village(self, village: plan.VillagePlan, township: str, folders: list[DataFolder]) -> None:
        rng = Random(f"{self.seed}:{village.code}")
        people = self._settle(village, rng)
        scene = Scene(village, people, village.township == self.plan.uncovered, self.months[0][1], rng)
        planted = self.planter.plant(scene, 1 - LATER_SHARE if len(self.months) > 1 else 1)
        self.clerks.assign(planted, later=False)
        events.leave_blank(people, rng)
        strangers, seen = Strangers(self.seed, village.code, people, self.settler.ids), set[str]()
        for number, ((month, as_of), folder) in enumerate(zip(self.months, folders, strict=True)):
            if number:
                scene.as_of = as_of
                planted = _put_right(planted, as_of, rng)
                events.advance(village, people, as_of, self.settler, rng)
                later = self.planter.plant(scene, LATER_SHARE / (len(self.months) - 1))
                self.clerks.assign(later, later=True)
                planted += later
            for household in people:
                administration.settle(household, as_of)
            self._month(village, township, people, as_of, folder)
            self._register(people, seen)
            bureaus = Village(month, as_of, village, self.plan.uncovered, people, planted, strangers)
            for name, row in self.clerks.rows(bureaus):
                folder.add_bureau(name, [row])
            self.truth.add(month, planted)
        self.households += len(people)
        self.persons += sum(len(h.persons) for h in people)

    def _settle(self, village: plan.VillagePlan, rng: Random) -> list[Household]:
        people = []
        for i, place in enumerate(village.places):
            household = self.settler.settle(place, f"{village.code}{i + 1:04d}", rng)
            household.locked = village.exact and place.registered > 0
            people.append(household)
        administration.place_names(village, people)
        administration.serve(village, people, self.settler.as_of, rng)
        for household in people:
            administration.enrol(household, self.settler.as_of, rng)
        return people

    def _month(
        self,
        village: plan.VillagePlan,
        township: str,
        people: list[Household],
        as_of: date,
        folder: DataFolder,
    ) -> None:
        """Write the village's rows of one month."""
        rng = Random(f"{self.seed}:{village.code}:{as_of}")
        sheets: dict[str, list[rows.Row]] = {"households": [], "persons": []}
        sheets.update((name, []) for name in rows.REGISTRY_ROWS)
        for household in people:
            row = rows.household_row(household, village.code, as_of)
            dirt.soil_household(row, household, rng)
            sheets["households"].append(row)
            for person in household.persons:
                row = rows.person_row(person, household)
                dirt.soil_person(row, person, rng)
                sheets["persons"].append(row)
            for name, make in rows.REGISTRY_ROWS.items():
                sheets[name].extend(make(household))
        sheets.update(rows.village_rows(village, township, len(people), len(sheets["persons"])))
        for name, found in sheets.items():
            folder.add(name, found)

    def _register(self, people: list[Household], seen: set[str]) -> None:
        """Note everybody of the village whom the registry has, each once."""
        for household in people:
            for person in household.persons:
                if person.no not in seen:
                    seen.add(person.no)
                    self.clerks.register.add(person.name, person.id_number)


def _put_right(planted: list[Planted], as_of: date, rng: Random) -> list[Planted]:
    """Some errors are found by officers and put right; returns those that stay."""
    staying = []
    for truth in planted:
        found = rng.random() < CORRECTED_SHARE and truth.cause.correction
        if found and not (truth.household.locked and truth.cause.correction == "stop"):
            truth.put_right(as_of)
        else:
            staying.append(truth)
    return staying


@contextmanager
def _appearing(out: Path) -> Iterator[Path]:
    """A sibling folder to write into, which becomes `out` only when the block ends well."""
    earlier = (out / "truth.parquet").is_file() and (out / "README.txt").is_file()
    if out.exists() and not earlier and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} exists and is not a demo county: name another folder, or remove it first")
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if out.exists():
            shutil.rmtree(out)
        partial.rename(out)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
