"""A small county of synthetic people whose bureaus write as carelessly as real ones."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.core.matching.numbers import number_text

ON = date(2026, 10, 31)
AREAS = ("990101101201", "990101101202", "990101202201")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", ("伟", "芳", "秀英", "建国", "丽娟", "小明", "志强", "玉兰", "海", "春梅")
LONG = "阿卜杜热合曼·买买提"

Row = dict[str, Any]


@dataclass
class World:
    """`tables`: per bureau table the rows as typed values (id_number and name as written); `manifests`: per table, None for
    none. `persons`, `households`: the registry."""

    persons: list[Row] = field(default_factory=list)
    households: list[Row] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    manifests: dict[str, Row | None] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    identity: dict[str, list[str]] = field(default_factory=dict)


def number_of(rng: Random, area: str = "990101") -> str:
    """A well-formed ID number."""
    born = date(1940, 1, 1) + timedelta(days=rng.randrange(28_000))
    return number_text(int(f"{area}{born:%Y%m%d}{rng.randrange(1000):03d}"))


def name_of(rng: Random) -> str:
    """A name; now and then a long one."""
    return LONG if rng.random() < 0.05 else rng.choice(SURNAMES) + rng.choice(GIVEN)


def make_world(seed: int, households: int = 25) -> World:
    """A registry with a few shared and wrong numbers, and every bureau's file."""
    rng, world = Random(seed), World()
    for at in range(households):
        number = f"H{at:03d}"
        if rng.random() < 0.95:
            area = rng.choice((*AREAS, *AREAS, None))
            phone = f"1380013{rng.randrange(10_000):04d}"
            world.households.append({"household_no": number, "region_code": area, "phone": phone})
        for member in range(rng.randrange(1, 5)):
            world.persons.append(
                {
                    "person_no": f"{number}-{member}",
                    "household_no": number if rng.random() < 0.98 else None,
                    "id_number": number_of(rng),
                    "name": name_of(rng),
                }
            )
    for person in rng.sample(world.persons, 5):
        person["id_number"] = rng.choice([person["id_number"][:-1], "", rng.choice(world.persons)["id_number"]])
    rng.shuffle(world.persons)
    for table in COLUMNS:
        if rng.random() < 0.9:
            more = [name for name in ("birth_date", "sex", "phone", "region_code") if rng.random() < 0.3]
            world.identity[table] = ["id_number", "name", *more]
            world.tables[table] = [_row(rng, world, table) for _ in range(rng.randrange(40))]
            world.manifests[table] = _manifest(rng)
            world.files[table] = rng.choice(("parquet", "csv"))
    return world


def _manifest(rng: Random) -> Row | None:
    kind = rng.random()
    if kind < 0.2:
        return None
    areas = ["990101"] if kind < 0.7 else [AREAS[rng.randrange(3)][:9]]
    end = "2026-11-01" if rng.random() < 0.9 else "2026-10-31"
    covers = {"areas": areas, "period": {"from": "2025-10-01", "to": end}}
    return {"source": "某局", "as_of": "2026-10-31", "covers": covers}


def _identity(rng: Random, world: World) -> Row:
    person = rng.choice(world.persons)
    number, name, kind = person["id_number"], person["name"], rng.random()
    if kind < 0.12:
        number, name = number_of(rng), name_of(rng)  # an outsider
    elif kind < 0.16 and len(number) == 18:
        number = f"{number[:16]}{(int(number[16]) + 1) % 10}{number[17:]}"  # a slip of the pen
    elif kind < 0.19 and len(number) == 18 and number[6:8] == "19":
        number = number[:6] + number[8:17]
    elif kind < 0.22:
        number = rng.choice(["", "999999190001010000", number[:10] + "****" + number[14:]])
    elif kind < 0.27:
        name = name_of(rng)  # somebody else's number, or the name is wrong
    elif kind < 0.30:
        number, name = name, number
    elif kind < 0.33:
        name = ""
    elif kind < 0.36:
        number = f" {number.lower()} "
    elif kind < 0.44 and len(number) == 18:
        number = f"{number[:15]}000"  # a spreadsheet kept fifteen digits; one in eleven is well-formed all the same
    return {"id_number": number, "name": name, **_more(rng, world, person)}


def _more(rng: Random, world: World, person: Row) -> Row:
    """What else a file may say of a person: mostly right."""
    number = person["id_number"]
    home = next((row for row in world.households if row["household_no"] == person["household_no"]), {})
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14])) if len(number) == 18 else None
    return {
        "birth_date": born if rng.random() < 0.9 else date(1970, 1, 1 + rng.randrange(28)),
        "sex": None if len(number) != 18 else "女男"[int(number[16]) % 2],
        "phone": home.get("phone") if rng.random() < 0.9 else None,
        "region_code": home.get("region_code"),
    }


def _money(rng: Random) -> int | None:
    return None if rng.random() < 0.08 else rng.choice([0, 1, 12345, rng.randrange(10_000_000)])


def _day(rng: Random) -> date | None:
    return rng.choice([None, ON, ON - timedelta(days=1), ON + timedelta(days=1), date(2026, rng.randrange(1, 13), 5)])


def _month(rng: Random) -> str | None:
    return rng.choice([None, "2026-09", "2026-10", "2026-11"])


COLUMNS: dict[str, dict[str, Any]] = {
    "deaths": {"died_on": _day},
    "custody": {"from": _day, "to": _day},
    "vehicles": {"kind": lambda rng: rng.choice([None, "小型轿车", "摩托车", "轮椅车"]), "value": _money},
    "real_estate": {"area_m2": lambda rng: rng.choice([None, 0, 85_000_000, 120_500_000])},
    "financial_assets": {"balance": _money},
    "business_registrations": {
        "role": lambda rng: rng.choice([None, "法定代表人", "社员"]),
        "capital": _money,
        "status": lambda rng: rng.choice([None, "存续", "注销"]),
    },
    "payroll": {"monthly_wage": _money, "month": _month},
    "tax": {"monthly_wage": _money, "month": _month},
    "pensions": {"kind": lambda rng: rng.choice([None, "基础养老金", "退休金"]), "monthly_amount": _money},
    "medical_settlements": dict.fromkeys(("total", "in_scope", "basic_paid", "major_paid", "aid_paid"), _money),
    "insurance_enrolment": {
        "kind": lambda rng: rng.choice([None, "居民医保", "职工医保"]),
        "year": lambda rng: rng.choice([None, 2025, 2026, 2026]),
        "paid": lambda rng: rng.choice([None, True, True, False]),
    },
    "disability_certificates": {
        "kind": lambda rng: rng.choice([None, 1, 4, 6]),
        "grade": lambda rng: rng.choice([None, 1, 2, 4]),
        "valid_to": _day,
    },
    "school_enrolment": {"school": lambda _: "示例小学"},
    "dropouts": {"reason": lambda _: None},
}
MONEY = {"value", "balance", "capital", "monthly_wage", "monthly_amount"} | set(COLUMNS["medical_settlements"])


def _row(rng: Random, world: World, table: str) -> Row:
    identity = {name: value for name, value in _identity(rng, world).items() if name in world.identity[table]}
    row = {**identity, **{name: make(rng) for name, make in COLUMNS[table].items()}}
    if sum(value not in (None, "") for value in row.values()) < 2:
        row["id_number"] = "999999190001010000"  # a line with one cell is a note under the table, not a row
    return row


# -- files -----------------------------------------------------------------------------------------------------


def write_world(world: World, folder: Path) -> None:
    """The registry and the bureaus' files, as Parquet or CSV."""
    (folder / "bureau").mkdir(parents=True)
    _write(world.households, folder / "households", "parquet", ["household_no", "region_code", "phone"])
    _write(world.persons, folder / "persons", "csv", ["person_no", "household_no", "id_number", "name"])
    for table in world.tables:
        write_table(world, table, folder)


def write_table(world: World, table: str, folder: Path) -> None:
    """One bureau's file and its manifest."""
    names = [*world.identity[table], *COLUMNS[table]]
    _write(world.tables[table], folder / "bureau" / table, world.files[table], names)
    manifest = world.manifests[table]
    if manifest is not None:
        (folder / "bureau" / f"{table}.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _write(rows: list[Row], path: Path, ending: str, names: list[str]) -> None:
    if ending == "csv":
        with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            writer.writerows([_text(name, row.get(name)) for name in names] for row in rows)
        return
    columns = {name: _column(name, [row.get(name) for row in rows]) for name in names}
    pq.write_table(pa.table(columns), path.with_suffix(".parquet"), row_group_size=7)


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if name in MONEY:
        return f"{value // 100}.{value % 100:02d}"
    return f"{value / 1_000_000:g}" if name == "area_m2" else str(value)


def _column(name: str, values: list[Any]) -> Any:
    if name in MONEY:
        return pa.array([None if v is None else _text(name, v) for v in values], pa.string()).cast(pa.decimal128(15, 2))
    if name == "area_m2":
        texts = [None if v is None else _text(name, v) for v in values]
        return pa.array(texts, pa.string()).cast(pa.decimal128(15, 3))
    kinds = {
        "year": pa.int64(),
        "paid": pa.bool_(),
        "grade": pa.int64(),
        "died_on": pa.date32(),
        "valid_to": pa.date32(),
    }
    if name in ("from", "to", "birth_date"):
        return pa.array(values, pa.date32())
    if name == "kind" and all(v is None or isinstance(v, int) for v in values):
        return pa.array(values, pa.int64())
    return pa.array(values, kinds.get(name, pa.string()))
