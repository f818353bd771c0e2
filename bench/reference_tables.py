"""Write the reference tables for a bench: `python bench/reference_tables.py --persons N --out DIR`.

Deterministic by seed. 3.03 persons per household, sorted by hh_id; keys 64-bit, everything else integers,
money in fen. Expenses end at 250,000 yuan, so that a peer computing in 32 bits does not overflow.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 122_880
HOUSEHOLDS_PER_BLOCK = 100_000
REGIONS = np.arange(101, 113)
SIZES, SIZE_SHARES = np.arange(1, 7), (0.17, 0.23, 0.23, 0.20, 0.11, 0.06)
BLANK_SHARE = 0.03
BLANK_PERSONS = (
    "wage", "pension", "transfer", "business", "disability", "employed", "medical_expense", "insurance_paid",
)  # fmt: skip
BLANK_HOUSEHOLDS = ("fin_assets", "car_value")


def money(dice: np.random.Generator, n: int, share: float, *, median: int, spread: float, top: int) -> np.ndarray:
    """Lognormal fen for a share of n rows, 0 for the others."""
    values = np.minimum(dice.lognormal(np.log(median), spread, n), top).astype(np.int64)
    return np.where(dice.random(n) < share, values, 0)


def household_block(dice: np.random.Generator, first: int, n: int) -> dict[str, np.ndarray]:
    """n households with numbers from `first`."""
    cars = np.searchsorted((0.78, 0.97), dice.random(n), side="right")
    homes = np.searchsorted((0.14, 0.92), dice.random(n), side="right")
    return {
        "hh_id": np.arange(first, first + n),
        "region": dice.choice(REGIONS, n),
        "urban": (dice.random(n) < 0.3).astype(np.int64),
        "car_count": cars,
        "car_value": np.where(cars > 0, money(dice, n, 1.0, median=3_500_000, spread=0.7, top=50_000_000), 0),
        "property_count": homes,
        "fin_assets": money(dice, n, 0.9, median=700_000, spread=1.2, top=500_000_000),
        "business_capital": money(dice, n, 0.04, median=8_000_000, spread=1.0, top=500_000_000),
        "luxury": money(dice, n, 0.06, median=300_000, spread=1.0, top=50_000_000),
        "residence_months": np.where(dice.random(n) < 0.03, dice.integers(0, 8, n), dice.integers(6, 720, n)),
        "rent": np.where(homes == 0, dice.integers(8_000, 120_000, n), 0),
    }


def person_block(dice: np.random.Generator, first: int, household: np.ndarray) -> dict[str, np.ndarray]:
    """One person for each entry of `household`, with numbers from `first`."""
    n = len(household)
    age = np.clip(np.where(dice.random(n) < 0.75, dice.integers(0, 70, n), dice.normal(70, 9, n)), 0, 104).astype(
        np.int64
    )
    adult, old = (age >= 18) & (age < 65), age >= 60
    employed = adult & (dice.random(n) < 0.62)
    disability = np.where(dice.random(n) < 0.08, dice.integers(1, 5, n), 0)
    stage = np.select(
        [
            (age >= 6) & (age < 12),
            (age >= 12) & (age < 15),
            (age >= 15) & (age < 18),
            (age >= 18) & (age < 23),
        ],
        [np.full(n, 1), np.full(n, 2), 3 * (dice.random(n) < 0.9), 4 * (dice.random(n) < 0.4)],
        0,
    )
    expense = money(dice, n, 0.35, median=150_000, spread=1.5, top=25_000_000)
    alone = dice.random(n) < np.where(old, 0.06, 0.01)
    return {
        "person_id": np.arange(first, first + n),
        "hh_id": household,
        "age": age,
        "wage": np.where(employed, money(dice, n, 1.0, median=190_000, spread=0.6, top=5_000_000), 0),
        "pension": np.where(old, dice.integers(0, 60_000, n), 0),
        "transfer": money(dice, n, 0.15, median=15_000, spread=0.6, top=500_000),
        "business": np.where(adult, money(dice, n, 0.25, median=30_000, spread=1.0, top=5_000_000), 0),
        "disability": disability,
        "employed": employed.astype(np.int64),
        "refuses_job": (dice.random(n) < 0.04).astype(np.int64),
        "student_stage": stage,
        "medical_expense": expense,
        "insurance_paid": (expense * dice.uniform(0.2, 0.8, n)).astype(np.int64) * (dice.random(n) < 0.85),
        "no_supporter": alone.astype(np.int64),
        "selfcare": np.searchsorted((0.92, 0.98), dice.random(n), side="right"),
        "in_institution": (alone & old & (dice.random(n) < 0.4)).astype(np.int64),
        "sex": dice.integers(1, 3, n),
    }


def lines() -> pa.Table:
    """Two dated rows for each region and kind."""
    rows = []
    for region in REGIONS.tolist():
        for urban in (0, 1):
            line = 52_000 + 1_500 * (region - 101) + 14_000 * urban
            for start, end, value in (
                (date(2020, 1, 1), date(2024, 7, 1), line),
                (date(2024, 7, 1), date(2100, 1, 1), line + 4_300),
            ):
                rows.append({"region": region, "urban": urban, "valid_from": start, "valid_to": end, "line": value})
    small = pa.int32()
    types = [
        ("region", small),
        ("urban", small),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("line", small),
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(types))


def arrow(
    columns: dict[str, np.ndarray], dice: np.random.Generator, blanks: tuple[str, ...], shuffled: bool
) -> pa.Table:
    """Columns as a table: keys 64-bit, the rest 32-bit, a share of some columns blank."""
    n = len(next(iter(columns.values())))
    order = dice.permutation(n) if shuffled else None
    arrays = {}
    for name, values in columns.items():
        mask = dice.random(n) < BLANK_SHARE if name in blanks else None
        kind = pa.int64() if name in ("person_id", "hh_id") else pa.int32()
        arrays[name] = pa.array(values if order is None else values[order], type=kind, mask=mask)
    return pa.table(arrays)


def write(out: Path, persons: int, *, blanks: bool, shuffled: bool, seed: int) -> None:
    """Write persons, households and lines as Parquet; block by block, so memory stays flat."""
    out.mkdir(parents=True, exist_ok=True)
    pq.write_table(lines(), out / "lines.parquet")
    dice, spoiler = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    writers: dict[str, pq.ParquetWriter] = {}
    person, household = 1, 1
    while person <= persons:
        sizes = dice.choice(SIZES, HOUSEHOLDS_PER_BLOCK, p=SIZE_SHARES)
        ends = np.cumsum(sizes)
        kept = int(np.searchsorted(ends, persons - person + 1)) + 1
        sizes = sizes[:kept]
        if kept <= HOUSEHOLDS_PER_BLOCK and ends[len(sizes) - 1] > persons - person + 1:
            sizes[-1] -= ends[len(sizes) - 1] - (persons - person + 1)
        homes = household_block(dice, household, len(sizes))
        people = person_block(dice, person, np.repeat(homes["hh_id"], sizes))
        for name, columns, blank in (
            ("persons", people, BLANK_PERSONS),
            ("households", homes, BLANK_HOUSEHOLDS),
        ):
            table = arrow(columns, spoiler, blank if blanks else (), shuffled)
            if name not in writers:
                writers[name] = pq.ParquetWriter(out / f"{name}.parquet", table.schema)
            writers[name].write_table(table, row_group_size=ROW_GROUP)
        household += len(sizes)
        person += int(sizes.sum())
    for writer in writers.values():
        writer.close()
    (out / "complete").touch()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--blanks", action="store_true", help="3 percent blanks in ten columns")
    parser.add_argument("--shuffled", action="store_true", help="rows out of order within blocks of 100k households")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(given.out, given.persons, blanks=given.blanks, shuffled=given.shuffled, seed=given.seed)
