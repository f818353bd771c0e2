"""Random registries for random rulebooks: blanks, empty households, strays, negative numbers, absent files."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.core.support.random_rules import COLUMNS, HOUSES, TABLES, TIERS

Row = dict[str, Any]
DAY = date(2024, 3, 1)


@dataclass
class County:
    """Rows by table, money as the file has it; `absent` are the tables without a file."""

    rows: dict[str, list[Row]]
    columns: dict[str, list[str]]
    absent: frozenset[str]


def county(seed: int, households: int = 25) -> County:
    """A registry; which columns and files it has, how full it is and what its keys are come from the seed."""
    dice = random.Random(seed)
    text_keys = dice.random() < 0.5
    blanks = dice.choice((0.0, 0.1, 0.4))
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    strays = dice.random() < 0.5

    def key(number: int) -> Any:
        return f"户{number:03d}" if text_keys else number

    def row(table: str, **keys: Any) -> Row:
        made = {name: _value(dice, kind, more, blanks) for name, (kind, more) in COLUMNS[table].items()}
        rows[table].append({**keys, **made})
        return rows[table][-1]

    person = bill = 0
    for number in range(households):
        if not (strays and number % 9 == 8):
            row("households", household_no=key(number))
        members = dice.choice((0, 1, 1, 2, 3)) if blanks or strays else dice.choice((1, 2, 3))
        mine: list[Any] = []
        for _ in range(members):
            person += 1
            mine.append(key(person))
            row("persons", person_no=key(person), household_no=key(number))
            for _ in range(dice.choice((0, 0, 1, 2))):
                row("cars", person_no=key(person))
            for _ in range(dice.choice((0, 0, 1, 2))):
                bill += 1
                row("bills", bill_no=key(bill), person_no=key(person))
        for _ in range(dice.choice((0, 1, 2))):
            row("benefits", household_no=key(number), person_no=dice.choice((*mine, None)))
    if strays:
        row("persons", person_no=key(person + 1), household_no=None)
        row("bills", bill_no=key(bill + 1), person_no=key(person + 9))
    absent = frozenset(t for t in ("benefits", "cars", "bills") if dice.random() < 0.12)
    columns = {t: [c for c in COLUMNS[t] if dice.random() < 0.95 or c in ("programme",)] for t in TABLES}
    return County({t: [] if t in absent else found for t, found in rows.items()}, columns, absent)


def _value(dice: random.Random, kind: str, more: dict[str, object], blanks: float) -> Any:
    if dice.random() < blanks:
        return None
    low = more.get("min")
    match kind:
        case "bool":
            return dice.random() < 0.5
        case "int":
            return dice.choice((0, 1, 2, 5, 17, 69, 70)) if low == 0 else dice.choice((-7, -1, 0, 1, 3, 8))
        case "dec":
            return Decimal(dice.choice(("0", "0.5", "-0.333", "1.25", "0.999")))
        case "date":
            return DAY + timedelta(days=dice.choice((-800, -366, -60, -1, 0, 1, 59, 400)))
        case "tier":
            return dice.choice(TIERS)
        case "house":
            return dice.choice(HOUSES)
        case "text":
            return dice.choice(("9901", "990102", "9902", "98", "x", "a", "b", "", "$v0"))
        case _:
            fen = dice.choice((0, 1, 33, 499, 500, 650, 820, 2500) if low == 0 else (-501, -3, 0, 7, 650, 999, 8000))
            return fen if more.get("unit") == "fen" else Decimal(fen) / 100


def write(found: County, folder: Path, seed: int) -> Path:
    """One Parquet file for each table, in one of the physical types that counties have."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    dice = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in found.rows.items():
        if table in found.absent:
            continue
        names = [n for n in rows[0] if n in found.columns[table] or n.endswith("_no")] if rows else []
        if not rows:
            names = [*(n for n in ("household_no", "person_no") if n), *found.columns[table]]
        arrays = {}
        for name in names:
            kind, more = COLUMNS[table].get(name, ("key", {}))
            values = [r[name] for r in rows]
            whole = any(isinstance(v, int) for v in values)
            made = {
                "key": pa.int64() if whole else pa.string(),
                "bool": dice.choice((pa.bool_(), pa.int8())),
                "int": dice.choice((pa.int32(), pa.int64())),
                "tier": pa.int16(), "house": pa.string(), "text": pa.string(), "date": pa.date32(),
                "dec": pa.decimal128(12, 4),
            }.get(kind, pa.int64() if more.get("unit") == "fen" else pa.decimal128(14, 2))  # fmt: skip
            if made == pa.int8():
                values = [None if v is None else int(v) for v in values]
            arrays[name] = pa.array(values, made)
        pq.write_table(pa.table(arrays), folder / f"{table}.parquet")
    return folder


def families(found: County) -> list[dict[str, list[Row]]]:
    """The rows of each household as the evaluator of one household takes them; strays are alone."""
    owner = {r["person_no"]: r["household_no"] for r in found.rows["persons"]}
    groups: dict[Any, dict[str, list[Row]]] = {}
    for table, rows in found.rows.items():
        for number, row in enumerate(rows):
            household = row.get("household_no") if "household_no" in row else owner.get(row["person_no"])
            group = household if household is not None else (table, number)
            held = groups.setdefault(group, {t: [] for t in TABLES})
            held[table].append({n: _inside(table, n, v) for n, v in row.items() if _there(found, table, n)})
    return list(groups.values())


def _there(found: County, table: str, name: str) -> bool:
    return name.endswith("_no") or name in found.columns[table]


def _inside(table: str, name: str, value: Any) -> Any:
    kind, more = COLUMNS[table].get(name, ("", {}))
    yuan = kind in ("month", "year", "plain") and more.get("unit") != "fen"
    return int(value * 100) if yuan and value is not None else value
