"""Writes a registry and ten bureaus' files of any size, in parts.

    python bench/crosscheck_tables.py --persons N --out DIR [--seed S]

Everybody is computed from a running number, so nothing has to be kept in memory: the ID number (a tenth live away from
where it was issued), the name, the household. About 2.27 rows for each person in all, in random order, of which one in
twenty is about somebody who is not registered. Numbers are text, money is DECIMAL yuan. `--seed` gives other people.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PART = 2_000_000
PER_COUNTY, PER_HOUSEHOLD, PER_VILLAGE = 400_000, 3, 1_500
SHARES = {
    "deaths": 0.007,
    "vehicles": 0.16,
    "real_estate": 0.15,
    "financial_assets": 0.40,
    "business_registrations": 0.04,
    "payroll": 0.18,
    "pensions": 0.17,
    "medical_settlements": 0.24,
    "insurance_enrolment": 0.89,
    "disability_certificates": 0.03,
}
OUTSIDERS = 0.05
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int64)
CHECKS = np.frombuffer(b"10X98765432", np.uint8)
DAYS = (np.datetime64("1935-01-01") + np.arange(30_000)).astype("datetime64[D]")
SLOTS = 30_000 * 1_000
"""Numbers that one area can give out: days of birth × running numbers of the day."""
SURNAMES = [chr(0x4E00 + 37 * i) for i in range(120)]
GIVEN = [chr(0x5000 + 17 * i) + (chr(0x6000 + 13 * i) if i % 4 else "") for i in range(900)]


def numbers_of(person: np.ndarray, persons: int, seed: int) -> np.ndarray:
    """Packed ID numbers (seventeen digits) of persons by running number; no two are the same."""
    counties = max(1, -(-persons // PER_COUNTY))
    home, within = person // PER_COUNTY, person % PER_COUNTY
    away = (person * 7919 + seed) % 10 == 0
    areas, half = counties * 3, SLOTS // 2
    area = np.where(away, person % areas, home)
    own = (within * 7_368_787 + seed * 1_009) % half
    slot = np.where(away, half + (person // areas * 6_700_417 + seed) % half, own)
    return _packed(110_101 + area, slot)


def outsiders_of(index: np.ndarray, seed: int) -> np.ndarray:
    """Packed numbers of people who are not registered: of areas that no registered person has."""
    return _packed(700_000 + (index * 17 + seed) % 900, (index * 6_700_417) % SLOTS)


def _packed(area: np.ndarray, slot: np.ndarray) -> np.ndarray:
    day = DAYS[slot // 1_000]
    year = day.astype("datetime64[Y]").astype(np.int64) + 1970
    month = day.astype("datetime64[M]").astype(np.int64) % 12 + 1
    date = (day - day.astype("datetime64[M]")).astype(np.int64) + 1
    return (area * 10**8 + year * 10_000 + month * 100 + date) * 1_000 + slot % 1_000


def texts(packed: np.ndarray) -> pa.Array:
    """Packed numbers as eighteen characters."""
    characters = np.empty((len(packed), 18), np.uint8)
    total, left = np.zeros(len(packed), np.int64), packed.copy()
    for place in range(16, -1, -1):
        digit = left % 10
        left //= 10
        characters[:, place] = digit + 48
        total += digit * WEIGHTS[place]
    characters[:, 17] = CHECKS[total % 11]
    offsets = np.arange(len(packed) + 1, dtype=np.int32) * 18
    return pa.StringArray.from_buffers(len(packed), pa.py_buffer(offsets), pa.py_buffer(characters))


def names_of(person: np.ndarray) -> pa.Array:
    """Names by running number."""
    every = pa.array([surname + given for surname in SURNAMES for given in GIVEN])
    return every.take(pa.array((person * 104_729 + person // 7) % len(every)))


def write_registry(persons: int, out: Path, seed: int) -> None:
    """persons/ and households/, in parts."""
    for name in ("persons", "households"):
        (out / name).mkdir()
    for part, start in enumerate(range(0, persons, PART)):
        person = np.arange(start, min(start + PART, persons))
        table = {
            "person_no": person,
            "household_no": person // PER_HOUSEHOLD,
            "id_number": texts(numbers_of(person, persons, seed)),
            "name": names_of(person),
        }
        _write(table, out / "persons" / f"part-{part:03d}.parquet")
    households = -(-persons // PER_HOUSEHOLD)
    for part, start in enumerate(range(0, households, PART)):
        household = np.arange(start, min(start + PART, households))
        area = 110_101 + household * PER_HOUSEHOLD // PER_COUNTY
        village = household * PER_HOUSEHOLD % PER_COUNTY // PER_VILLAGE
        code = pa.array(area * 10**6 + 100_000 + village).cast(pa.string())
        _write({"household_no": household, "region_code": code}, out / "households" / f"part-{part:03d}.parquet")


def write_bureau(table: str, persons: int, out: Path, seed: int) -> int:
    """One bureau's file with its manifest; returns its rows."""
    (out / "bureau" / table).mkdir(parents=True)
    rows = int(persons * SHARES[table])
    rng = np.random.default_rng([seed, sum(table.encode())])
    step = next(s for s in range(persons // 3 | 1, persons * 2, 2) if np.gcd(s, persons) == 1)
    for part, start in enumerate(range(0, rows, PART)):
        index = np.arange(start, min(start + PART, rows))
        if table in ("insurance_enrolment", "deaths", "disability_certificates"):  # once for each person
            person = (index * step + 12_345) % persons
        else:
            person = rng.integers(0, persons, len(index))
        outside = rng.random(len(index)) < OUTSIDERS
        packed = np.where(outside, outsiders_of(index, seed), numbers_of(person, persons, seed))
        columns = {"id_number": texts(packed), "name": names_of(person), **VALUES[table](rng, len(index))}
        _write(columns, out / "bureau" / table / f"part-{part:03d}.parquet")
    covers = {"areas": ["11", "12", "13", "14"], "period": {"from": "2025-09-01", "to": "2026-10-01"}}
    manifest = {"source": "某局", "as_of": "2026-09-30", "covers": covers}
    (out / "bureau" / f"{table}.manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return rows


def money(rng: np.random.Generator, rows: int, most: int) -> pa.Array:
    """Yuan with two places, up to `most`."""
    fen = rng.integers(0, most * 100, rows)
    words = np.zeros((rows, 2), np.int64)
    words[:, 0] = fen
    return pa.Array.from_buffers(pa.decimal128(12, 2), rows, [None, pa.py_buffer(words)])


def chosen(rng: np.random.Generator, rows: int, *texts_: str) -> pa.Array:
    """One of a few texts for each row."""
    return pa.array(texts_).take(pa.array(rng.integers(0, len(texts_), rows)))


def days(rng: np.random.Generator, rows: int, first: str, count: int) -> pa.Array:
    """A day for each row."""
    start = np.datetime64(first).astype(np.int32)
    return pa.array((start + rng.integers(0, count, rows)).astype(np.int32)).cast(pa.date32())


def _settlement(rng: np.random.Generator, rows: int) -> dict[str, Any]:
    total = rng.integers(50_000, 5_000_000, rows)
    in_scope = total * 85 // 100
    basic, major = in_scope * 60 // 100, in_scope * 10 // 100
    found = {}
    parts = {"total": total, "in_scope": in_scope, "basic_paid": basic, "major_paid": major, "aid_paid": basic // 10}
    for name, fen in parts.items():
        words = np.zeros((rows, 2), np.int64)
        words[:, 0] = fen
        found[name] = pa.Array.from_buffers(pa.decimal128(12, 2), rows, [None, pa.py_buffer(words)])
    return found


VALUES: dict[str, Callable[[np.random.Generator, int], dict[str, Any]]] = {
    "deaths": lambda r, n: {"died_on": days(r, n, "2026-01-01", 270)},
    "vehicles": lambda r, n: {"kind": chosen(r, n, "小型轿车", "小型客车", "摩托车"), "value": money(r, n, 200_000)},
    "real_estate": lambda r, n: {"use": chosen(r, n, "住宅", "商铺"), "area_m2": money(r, n, 200)},
    "financial_assets": lambda r, n: {"balance": money(r, n, 100_000)},
    "business_registrations": lambda r, n: {
        "role": chosen(r, n, "法定代表人", "股东", "成员"),
        "capital": money(r, n, 1_000_000),
        "status": chosen(r, n, "存续", "存续", "注销"),
    },
    "payroll": lambda r, n: {"monthly_wage": money(r, n, 9_000), "month": chosen(r, n, "2026-08", "2026-09")},
    "pensions": lambda r, n: {
        "kind": chosen(r, n, "城镇职工基本养老保险", "基础养老金"),
        "monthly_amount": money(r, n, 4_000),
    },
    "medical_settlements": _settlement,
    "insurance_enrolment": lambda r, n: {
        "kind": chosen(r, n, "居民医保", "职工医保"),
        "year": pa.array(np.full(n, 2026)),
        "paid": pa.array(r.random(n) < 0.97),
    },
    "disability_certificates": lambda r, n: {
        "kind": pa.array(r.integers(1, 8, n)),
        "grade": pa.array(r.integers(1, 5, n)),
        "valid_to": days(r, n, "2026-06-01", 2_000),
    },
}


def _write(columns: dict[str, Any], path: Path) -> None:
    pq.write_table(pa.table(columns), path, row_group_size=500_000, compression="snappy")


def main() -> None:
    """Write everything; `complete` says how many rows there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True)
    write_registry(options.persons, options.out, options.seed)
    rows = sum(write_bureau(table, options.persons, options.out, options.seed) for table in SHARES)
    (options.out / "complete").write_text(str(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
