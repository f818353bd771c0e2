"""Data of the linking bench: a registry, a bureau's file and the truth about every row of it.

    python bench/linking_data.py --persons 1000000 --seed 1 --out DIR [--rows N] [--columns id_name] [--unseen]

Writes `registry/persons.parquet` (person_no, household_no, name, id_number, birth_date, sex),
`registry/households.parquet` (household_no, region_code, phone), `bureau.parquet` (id_number, name, birth_date, sex,
balance) and `truth.parquet` (row_no, person_no or null, kind or null, planted or null). A fifth of the bureau's rows
are outsiders, a twentieth of all rows carry one corrupted identity (linking_errors.py); `kind` names it, and a row
without one is as the registry has it. Deterministic by seed.

**Seeds 1 and 2 are for developing. Seeds 101 to 110 are kept unseen**: nobody looks at their data or tunes anything on
their figures; `make bench` uses them. The generator was written from the specification and from how such files go
wrong, without reading the matching code, and must stay so. `--unseen` adds kinds of error that the specification does
not name, birth dates that were taken from the wrong number, and blank birth dates.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

import linking_errors as errors
import linking_people as lp
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from linking_names import HOMOPHONES, RARE, TRADITIONAL, flags

BLOCK = 491_520
OUTSIDE_SHARE, CORRUPTED_SHARE, AGAIN_SHARE = 0.20, 0.05, 0.02
ELSES_SHARE = 0.01  # of the corrupted rows
COLUMNS = {"id_name": ("id_number", "name"), "id_name_birth": ("id_number", "name", "birth_date", "sex")}
PLANTED = pa.array([None, "same_name", "same_name_birth"])


@dataclass(frozen=True)
class Wanted:
    """What to generate; shares are of all rows, or of the corrupted ones for `derived`."""

    persons: int
    rows: int
    seed: int
    columns: str = "id_name_birth"
    further: bool = False  # kinds of error the specification does not name
    derived: float = 0.0  # corrupted rows whose birth date and sex were read from the wrong number
    blank: float = 0.0  # rows without birth date
    namesakes: float = 0.03  # outsiders named like a registered person of their sex
    twins: float = 0.001  # outsiders with that person's birth date as well


@dataclass
class Bureau:
    """The rows of the bureau's file, in order."""

    person: np.ndarray  # place in People
    corrupted: np.ndarray  # row numbers, ascending
    kinds: list[str]  # of each corrupted row
    entries: list[errors.Entry]  # what each corrupted row says


def draw_rows(dice: np.random.Generator, people: lp.People, rows: int) -> np.ndarray:
    """Who stands in each row: every outsider once, registered persons mostly once, some twice."""
    outsiders, inside = np.flatnonzero(people.outside), np.flatnonzero(~people.outside)
    wanted = rows - len(outsiders)
    again = int(wanted * AGAIN_SHARE)
    once = np.resize(dice.permutation(inside), wanted - again)
    return dice.permutation(np.concatenate([outsiders, once, dice.choice(once, again)]))


def traits(people: lp.People, who: np.ndarray, need: str) -> np.ndarray:
    """Which of some persons can have an error that needs something."""
    first, second = people.first[who], people.second[who]

    def holds(letters: dict[str, str] | str) -> np.ndarray:
        given = flags(people.made.texts, letters)
        return given[first] | given[second] | flags(people.made.surnames, letters)[people.surname[who]]

    match need:
        case "":
            return np.ones(len(who), bool)
        case "ends_in_x":
            return lp.check_places(people.packed[who]) == lp.CHECK_CHARACTERS.index("X")
        case "digits_only":
            return lp.check_places(people.packed[who]) != lp.CHECK_CHARACTERS.index("X")
        case "traditional":
            return holds(TRADITIONAL)
        case "homophone":
            return holds(HOMOPHONES)
        case "rare":
            return holds(RARE)
        case "before_2000":
            return lp.years_of(people.birth[who]) < 2000
        case "swappable":
            month, day = np.divmod(lp.date_numbers(people.birth[who]) % 10_000, 100)
            return (day <= 12) & (day != month)
        case "married_woman":
            family = people.family[people.household[who]]
            grown = (people.sex[who] == lp.FEMALE) & (lp.years_of(people.birth[who]) < 2002)
            return grown & (family != people.surname[who]) & (people.surname[who] > 0)
        case "long_name":
            return (second > 0) | (people.surname[who] == 0)
    raise ValueError(need)


def choose(
    dice: np.random.Generator, people: lp.People, person: np.ndarray, further: bool
) -> tuple[np.ndarray, list[errors.Kind]]:
    """Which rows go wrong, ascending, and how; every kind gets its share where enough rows can have it."""
    kinds = (*errors.FURTHER, *errors.NAMED) if further else errors.NAMED
    wanted = round(len(person) * CORRUPTED_SHARE)
    elses = round(wanted * ELSES_SHARE)
    counts = np.array([kind.weight for kind in kinds])
    counts = np.diff(np.round(np.append(0, np.cumsum(counts / counts.sum())) * (wanted - elses)).astype(int))
    order, used = dice.permutation(len(person)), np.zeros(len(person), bool)
    rows: list[np.ndarray] = []
    made: list[errors.Kind] = []
    shared = errors.Kind(errors.somebody_elses_id)
    for kind, count in (*zip(kinds, counts.tolist(), strict=True), (shared, elses)):
        found, start = np.empty(0, np.int64), int(dice.integers(len(order)))
        for low in range(0, len(order), BLOCK):
            if len(found) >= count:
                break
            some = np.take(order, np.arange(start + low, start + min(low + BLOCK, len(order))), mode="wrap")
            some = some[~used[some]]
            found = np.concatenate([found, some[traits(people, person[some], kind.needs)]])
        found = found[:count]
        used[found] = True
        rows.append(found)
        made += [kind] * len(found)
    everything = np.concatenate(rows)
    ascending = np.argsort(everything)
    return everything[ascending], [made[i] for i in ascending.tolist()]


def somebody_else(dice: np.random.Generator, people: lp.People, who: np.ndarray) -> np.ndarray:
    """For each person another, registered one: half of them from the same household where there is one."""
    household = people.household[who]
    sizes = np.diff(np.append(people.first_of, len(people.household)))[household]
    step = dice.integers(1, np.maximum(sizes, 2))
    first = people.first_of[household]
    relative = first + (who - first + step) % sizes
    inside = np.flatnonzero(~people.outside)
    stranger = dice.choice(inside, len(who))
    stranger = np.where(stranger == who, inside[(np.searchsorted(inside, stranger) + 1) % len(inside)], stranger)
    usable = (sizes > 1) & ~people.outside[relative] & (dice.random(len(who)) < 0.5)
    return np.where(usable, relative, stranger)


def derive(entry: errors.Entry) -> None:
    """Birth date and sex as a system reads them from the number it was given, if it can."""
    text = entry.id_number or ""
    if len(text) == 18 and text[6:17].isascii() and text[6:17].isdigit():
        try:
            date = np.datetime64(f"{text[6:10]}-{text[10:12]}-{text[12:14]}")
        except ValueError:
            return
        if not np.datetime64("1900-01-01") <= date <= lp.AS_OF:
            return
        entry.birth, entry.sex = int(date.astype(np.int64)), lp.MALE if int(text[16]) % 2 else lp.FEMALE


def spoil(dice: np.random.Generator, people: lp.People, person: np.ndarray, wanted: Wanted) -> Bureau:
    """Corrupt the rows chosen."""
    rows, kinds = choose(dice, people, person, wanted.further)
    who = person[rows]
    columns = (
        people.id_texts(who).to_pylist(),
        people.name_texts(who).to_pylist(),
        people.surname[who].tolist(),
        people.birth[who].tolist(),
        people.sex[who].tolist(),
        people.family[people.household[who]].tolist(),
        people.id_texts(somebody_else(dice, people, who)).to_pylist(),
    )
    slips, texts = Random(wanted.seed), people.made.surnames
    everybody = np.sort(people.packed)
    entries = []
    for kind, (number, name, surname, birth, sex, family, other) in zip(kinds, zip(*columns, strict=True), strict=True):
        entry = errors.Entry(number, name, texts[surname], birth, sex, texts[family], other)
        kind.make(entry, slips)
        while kind.name == "area_changed" and known(everybody, entry.id_number):
            kind.make(entry, slips)
        if slips.random() < wanted.derived:
            derive(entry)
        entries.append(entry)
    return Bureau(person, rows, [kind.name for kind in kinds], entries)


def known(everybody: np.ndarray, number: str | None) -> bool:
    """Whether a number is anybody's."""
    first = int((number or "0")[:17])
    place = int(np.searchsorted(everybody, first))
    return place < len(everybody) and int(everybody[place]) == first


def sexes(codes: np.ndarray) -> pa.Array:
    """男 or 女."""
    return pa.array([None, "男", "女"]).take(pa.array(codes))


def numbers_of(people: lp.People) -> tuple[np.ndarray, np.ndarray]:
    """Household numbers from 1 over those with a registered member (0 for the others), and person numbers."""
    inside = ~people.outside
    lives = np.bincount(people.household[inside], minlength=len(people.first_of)) > 0
    household_no = np.where(lives, np.cumsum(lives), 0)
    place = np.arange(len(people.household)) - people.first_of[people.household] + 1
    return household_no, household_no[people.household] * 100 + place


def write_registry(dice: np.random.Generator, people: lp.People, out: Path) -> np.ndarray:
    """The registry's two tables; returns person numbers."""
    out.mkdir(parents=True, exist_ok=True)
    household_no, person_no = numbers_of(people)
    with Writer(out / "persons.parquet") as writer:
        for rows in blocks(np.flatnonzero(~people.outside)):
            writer.write(
                person_no=lp.padded(person_no[rows], 12),
                household_no=lp.padded(household_no[people.household[rows]], 10),
                name=people.name_texts(rows),
                id_number=people.id_texts(rows),
                birth_date=pa.array(people.birth[rows], pa.int32()).cast(pa.date32()),
                sex=sexes(people.sex[rows]),
            )
    county = np.array([new for _, new, _ in lp.COUNTIES])[lp.county_codes(people)]
    village = np.arange(len(household_no)) // lp.VILLAGE_HOUSEHOLDS
    region = county * 10**6 + (100 + village // lp.TOWN_VILLAGES % 24) * 1000 + 201 + village % lp.TOWN_VILLAGES
    with Writer(out / "households.parquet") as writer:
        for rows in blocks(np.flatnonzero(household_no)):
            phones = lp.padded(13 * 10**9 + dice.integers(0, 7 * 10**9, len(rows)), 11)
            missing = pa.array(dice.random(len(rows)) < 0.12)
            writer.write(
                household_no=lp.padded(household_no[rows], 10),
                region_code=lp.padded(region[rows], 12),
                phone=pc.if_else(missing, pa.scalar(None, pa.string()), phones),
            )
    return person_no


def write_bureau(dice: np.random.Generator, people: lp.People, bureau: Bureau, wanted: Wanted, out: Path) -> None:
    """The bureau's file."""
    with Writer(out / "bureau.parquet") as writer:
        for rows in blocks(np.arange(len(bureau.person))):
            who = bureau.person[rows]
            low, high = np.searchsorted(bureau.corrupted, (rows[0], rows[-1] + 1))
            places, entries = bureau.corrupted[low:high] - rows[0], bureau.entries[low:high]
            mask = np.zeros(len(rows), bool)
            mask[places] = True
            birth, sex = people.birth[who], people.sex[who]
            birth[places], sex[places] = [e.birth for e in entries], [e.sex for e in entries]
            blank = dice.random(len(rows)) < wanted.blank
            columns = {
                "id_number": exchanged(people.id_texts(who), mask, [e.id_number for e in entries]),
                "name": exchanged(people.name_texts(who), mask, [e.name for e in entries]),
                "birth_date": pa.array(birth, pa.int32(), mask=blank).cast(pa.date32()),
                "sex": sexes(sex),
            }
            kept = {name: columns[name] for name in COLUMNS[wanted.columns]}
            writer.write(**kept, balance=pa.array(dice.integers(0, 30_000_000, len(rows))))


def exchanged(texts: pa.Array, mask: np.ndarray, new: list[str | None]) -> pa.Array:
    """Texts with those under the mask exchanged, in order."""
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(new, pa.string()))


def write_truth(people: lp.People, person_no: np.ndarray, bureau: Bureau, out: Path) -> None:
    """Whom each row is about, and what went wrong with it."""
    names = [kind.name for kind in (*errors.NAMED, *errors.FURTHER)] + [errors.SOMEBODY_ELSES]
    place = {name: number for number, name in enumerate(names, start=1)}
    codes = np.zeros(len(bureau.person), np.int8)
    codes[bureau.corrupted] = [place[kind] for kind in bureau.kinds]
    kind_texts = pa.array([None, *names], pa.string())
    with Writer(out / "truth.parquet") as writer:
        for rows in blocks(np.arange(len(bureau.person))):
            who = bureau.person[rows]
            outside = pa.array(people.outside[who])
            writer.write(
                row_no=pa.array(rows),
                person_no=pc.if_else(outside, pa.scalar(None, pa.string()), lp.padded(person_no[who], 12)),
                kind=kind_texts.take(pa.array(codes[rows])),
                planted=PLANTED.take(pa.array(people.planted[who])),
            )


def blocks(rows: np.ndarray) -> list[np.ndarray]:
    """Rows in pieces, so that texts are made for a piece at a time."""
    return [rows[low : low + BLOCK] for low in range(0, len(rows), BLOCK)]


class Writer:
    """A Parquet file written block by block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Writer:
        return self

    def write(self, **columns: pa.Array) -> None:
        table = pa.table(columns)
        if self.writer is None:
            self.writer = pq.ParquetWriter(self.path, table.schema)
        self.writer.write_table(table, row_group_size=122_880)

    def __exit__(self, *_: object) -> None:
        if self.writer is not None:
            self.writer.close()


def generate(wanted: Wanted, out: Path) -> None:
    """Write everything into `out`; `complete` appears last. Raises ValueError if there are too few rows."""
    if wanted.persons < 100 or wanted.rows < 100:
        raise ValueError(f"at least 100 persons and rows, not {wanted.persons} and {wanted.rows}")
    dice = np.random.default_rng(wanted.seed)
    outsiders = round(wanted.rows * OUTSIDE_SHARE)
    people = lp.population(dice, wanted.persons, outsiders, wanted.namesakes, wanted.twins)
    person_no = write_registry(dice, people, out / "registry")
    bureau = spoil(dice, people, draw_rows(dice, people, wanted.rows), wanted)
    write_bureau(dice, people, bureau, wanted, out)
    write_truth(people, person_no, bureau, out)
    (out / "complete").touch()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, required=True)
    parser.add_argument("--rows", type=int, help="rows of the bureau's file; as many as persons if not given")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--columns", choices=sorted(COLUMNS), default="id_name_birth")
    parser.add_argument(
        "--unseen", action="store_true", help="also kinds of error that the specification does not name"
    )
    given = parser.parse_args()
    hard = {"further": True, "derived": 0.3, "blank": 0.02} if given.unseen else {}
    generate(Wanted(given.persons, given.rows or given.persons, given.seed, given.columns, **hard), given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
