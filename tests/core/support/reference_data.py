"""Generated registries for the reference rules: deterministic by seed, and heavy on edges.

Money in fen. Values are drawn at, just below and just above the lines the rules compare with, so that a
`<` written for a `<=` shows in a registry of a few hundred households.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.core.support.oracle import Blank, Registry, Row, counted_income, out_of_pocket

BIG = 10**12
"""A value beyond every threshold that still leaves room for multiplication in 64 bits."""

LADDER = (0, 1, 9_000, 30_000, 90_000, 400_000, 2_000_000, 15_000_000)
"""Values between the thresholds, for what an amount can become."""

OLD = date(2020, 1, 1)
CHANGE = date(2024, 7, 1)
END = date(2100, 1, 1)

PERSON_COLUMNS = (
    "age", "wage", "pension", "transfer", "business", "disability", "employed", "refuses_job",
    "student_stage", "medical_expense", "insurance_paid", "no_supporter", "selfcare", "in_institution",
)  # fmt: skip
HOUSEHOLD_COLUMNS = (
    "car_count", "car_value", "property_count", "fin_assets", "business_capital", "luxury",
    "residence_months", "rent",
)  # fmt: skip

SMALL_DOMAINS: dict[str, tuple[int, ...]] = {
    "age": (0, 15, 16, 17, 18, 30, 59, 60, 69, 70, 120),
    "disability": (0, 1, 2, 3, 4),
    "employed": (0, 1),
    "refuses_job": (0, 1),
    "student_stage": (0, 1, 2, 3, 4),
    "no_supporter": (0, 1),
    "selfcare": (0, 1, 2),
    "in_institution": (0, 1),
    "car_count": (0, 1, 2, 100),
    "property_count": (0, 1, 2, 100),
    "residence_months": (0, 5, 6, 7, 1000),
    "car_value": (0, 2_999_999, 3_000_000, 3_000_001, BIG),
    "business_capital": (0, 9_999_999, 10_000_000, 10_000_001, BIG),
}


def lines(regions: Sequence[int] = (1, 2, 3)) -> list[dict[str, int | date]]:
    """Two dated rows for each region and kind; odd fen, so that floors bite."""
    rows: list[dict[str, int | date]] = []
    for region in regions:
        for urban in (0, 1):
            base = 48_003 + 7_001 * region + 13_107 * urban
            for start, end, line in ((OLD, CHANGE, base), (CHANGE, END, base + 4_909)):
                rows.append({"region": region, "urban": urban, "valid_from": start, "valid_to": end, "line": line})
    return rows


def _near(dice: random.Random, value: int) -> int:
    """A value on, one below or one above, never negative."""
    return max(0, value + dice.choice((-1, 0, 0, 1)))


def _person(dice: random.Random, number: int, household: int, line: int) -> Row:
    """One person; incomes are set later, when the household's target is known."""
    age = dice.choice((*SMALL_DOMAINS["age"], dice.randint(0, 95), dice.randint(19, 58)))
    ill = dice.random() < 0.4
    insurance = dice.choice((0, 0, dice.randint(0, 400_000)))
    expense = (
        _near(
            dice,
            insurance
            + dice.choice(
                (0, 6 * line, 12 * line, 20 * line, 40 * line, 12_000_000, 13_000_000, 11_428_572, 8_333_334)
            ),
        )
        if ill
        else dice.choice((0, 0, dice.randint(0, 300_000)))
    )
    return {
        "person_id": number,
        "hh_id": household,
        "age": age,
        "wage": 0,
        "pension": 0,
        "transfer": 0,
        "business": 0,
        "disability": dice.choice((0, 0, 0, 0, 1, 2, 3, 4)),
        "employed": int(18 <= age < 65 and dice.random() < 0.5),
        "refuses_job": int(dice.random() < 0.12),
        "student_stage": dice.choice((0, 1, 2, 3, 4)) if age < 25 else int(dice.random() < 0.05),
        "medical_expense": expense,
        "insurance_paid": insurance,
        "no_supporter": int(dice.random() < 0.35),
        "selfcare": dice.choice((0, 0, 1, 2)),
        "in_institution": int(dice.random() < 0.2),
        "sex": dice.choice((1, 2)),
    }


def _give_income(dice: random.Random, people: list[Row], line: int) -> None:
    """Share out an income that lands the household on, beside or far from one of the lines."""
    if not people:
        return
    n = len(people)
    target = dice.choice((0, line, line, line * 3 // 2, (line * 3 + 1) // 2, 2 * line, dice.randint(0, 3 * line)))
    total = max(0, target * n + dice.choice((-n, -1, -1, 0, 0, 1, n - 1, n)))
    own = dice.choice((None, line * 13 // 10, (line * 13 + 9) // 10))
    if own is not None:
        people[0]["pension"] = _near(dice, own)
    for person in people:
        if person["employed"]:
            person["wage"] = dice.randint(0, 2 * line)
        for source in ("transfer", "business"):
            if dice.random() < 0.2:
                person[source] = dice.randint(0, line // 3)
    rest = total - sum(counted_income(p) for p in people)
    if rest < 0:  # too much already: only the last member earns, in sources that are counted whole
        for person in people:
            person["wage"] = person["pension"] = person["transfer"] = person["business"] = 0
        rest = total
    people[-1]["pension"] += rest


def _household(dice: random.Random, number: int, n: int, *, region: int, urban: int, line: int) -> Row:
    """One household; most values keep it inside the means test, the rest stand on its edges."""

    def mostly(usual: int, *edges: int) -> int:
        return dice.choice(edges) if dice.random() < 0.12 else usual

    assets = 24 * line * n
    cars = mostly(0, 1, 1, 2)
    return {
        "hh_id": number,
        "region": region,
        "urban": urban,
        "car_count": cars,
        "car_value": dice.choice(SMALL_DOMAINS["car_value"][1:4]) if cars or dice.random() < 0.3 else 0,
        "property_count": dice.choice((0, 0, 1, 1, 1, 2)),
        "fin_assets": mostly(dice.choice((0, dice.randint(0, 1_000_000))), assets, max(0, assets - 1), assets + 1),
        "business_capital": mostly(0, *SMALL_DOMAINS["business_capital"][1:4]),
        "luxury": mostly(0, 6 * line, 6 * line - 1, 6 * line + 1),
        "residence_months": mostly(60, 5, 6, 7, 0),
        "rent": dice.choice((0, _near(dice, line * n * 30 // 100), dice.randint(0, 200_000))),
    }


def registry(
    seed: int, households: int = 300, *, orphans: int = 3, empty_share: float = 0.03, as_of: date = CHANGE
) -> Registry:
    """A complete registry; a few households are empty, a few persons name a household that is not there."""
    dice = random.Random(seed)
    table = lines()
    standard = {(r["region"], r["urban"]): r["line"] for r in table if r["valid_from"] <= as_of < r["valid_to"]}
    people: list[Row] = []
    homes: list[Row] = []
    for number in range(1, households + 1):
        region, urban = dice.choice((1, 2, 3)), dice.choice((0, 1))
        line = standard[region, urban]
        n = 0 if dice.random() < empty_share else dice.choice((1, 1, 2, 2, 3, 3, 4, 5, 7))
        family = [_person(dice, number * 100 + i, number, line) for i in range(1, n + 1)]
        _give_income(dice, family, line)
        people += family
        homes.append(_household(dice, number, n, region=region, urban=urban, line=line))
    for i in range(orphans):
        stray = _person(dice, 10**9 + i, 10**7 + i, 60_000)
        people.append(stray)
    return Registry(people, homes, table)


def blank_out(
    seed: int, whole: Registry, *, most: int = 2, columns: Sequence[str] = PERSON_COLUMNS + HOUSEHOLD_COLUMNS
) -> Registry:
    """A copy with up to `most` blanks in each household, in the given columns."""
    dice = random.Random(seed)
    people = [dict(p) for p in whole.persons]
    homes = [dict(h) for h in whole.households]
    members: dict[int | None, list[Row]] = {}
    for person in people:
        members.setdefault(person["hh_id"], []).append(person)
    for home in homes:
        cells = [(home, c) for c in HOUSEHOLD_COLUMNS if c in columns]
        for person in members.get(home["hh_id"], []):
            cells += [(person, c) for c in PERSON_COLUMNS if c in columns]
        for row, column in dice.sample(cells, min(len(cells), dice.randint(0, most))):
            row[column] = None
    return Registry(people, homes, whole.lines)


def probes(household: Row, persons: Sequence[Row], line: int | None, blank: Blank) -> tuple[int, ...]:
    """Values to try for one blank: its bounds, both sides of every threshold it can meet, a big one."""
    column, person_no = blank
    if column in SMALL_DOMAINS:
        return SMALL_DOMAINS[column]
    n = len(persons)
    known = {"line": 61_234} if line is None else {"line": line}
    standard = known["line"]
    whole = [{c: 0 if v is None else v for c, v in p.items()} for p in persons]
    income = sum(counted_income(p) for p in whole)
    marks: set[int] = set()
    if column in ("wage", "pension", "transfer", "business"):
        own = next(p for p in whole if p["person_id"] == person_no)
        marks = {t * n - income for t in (standard, (standard * 3 + 1) // 2, 2 * standard)}
        marks.add((standard * 13 + 9) // 10 - counted_income(own))
        if column == "wage":
            marks |= {m * 10 // 8 for m in marks}
    elif column == "medical_expense":
        own = next(p for p in whole if p["person_id"] == person_no)
        marks = {own["insurance_paid"] + k * standard for k in (0, 6, 15, 20, 40)}
    elif column == "insurance_paid":
        own = next(p for p in whole if p["person_id"] == person_no)
        marks = {own["medical_expense"] - k * standard for k in (0, 6, 15, 20, 40)}
    elif column == "fin_assets":
        marks = {24 * standard * n}
    elif column == "luxury":
        marks = {6 * standard}
    elif column == "rent":
        marks = {standard * n * 30 // 100}
    elif column == "line":
        assets, luxury = household["fin_assets"] or 0, household["luxury"] or 0
        pc = income // n if n else 0
        marks = {pc, pc * 2 // 3, pc // 2, luxury // 6, assets // (24 * n) if n else 0}
        marks |= {counted_income(p) * 10 // 13 for p in whole}
        oop = sum(out_of_pocket(p) for p in whole)
        marks |= {oop // k for k in (6, 12, 20, 40)}
    near = {mark + step for mark in marks for step in (-1, 0, 1)}
    return tuple(sorted({*LADDER, BIG} | {value for value in near if value > 0}))


def write(data: Registry, folder: Path) -> Path:
    """persons, households and lines as Parquet in `folder`: 64-bit integers, dates as dates."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("persons", data.persons), ("households", data.households), ("lines", data.lines)):
        columns = {
            c: pa.array([r[c] for r in rows], type=pa.date32() if c.startswith("valid_") else pa.int64())
            for c in (rows[0] if rows else ())
        }
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return folder
