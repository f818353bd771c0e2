"""A small random county in files, and its figures once more in plain Python loops; shares nothing with the product."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

AS_OF = date(2026, 10, 1)
YEAR = date(2026, 1, 1)
VILLAGES = ("990101101201", "990101101202", "990101102201")
Row = dict[str, Any]
Tables = dict[str, list[Row]]


def made(seed: int, households: int = 60) -> Tables:
    """Random tables; nothing in them is blank that a figure reads."""
    r = random.Random(seed)
    tables: Tables = defaultdict(list)
    for number, code in enumerate(VILLAGES):
        poor = number < 2
        tables["villages"].append(
            {"region_code": code, "name": f"村{number}", "township_name": "镇", "poor_village": poor,
             "out_of_list": poor and number == 0, "collective_income": r.randrange(10**5)}
        )  # fmt: skip
        tables["stations"].append({"station_no": f"S{number}", "region_code": code, "capacity_kw": r.randrange(3, 60)})
    for number in range(households):
        _household(r, tables, f"H{number:03d}")
    return tables


def _household(r: random.Random, tables: Tables, no: str) -> None:
    watched = r.random() < 0.5
    since = date(2025, 1, 1) + timedelta(days=r.randrange(600)) if watched else None
    resolved = watched and r.random() < 0.5
    assert since is None or since < AS_OF
    on = since + timedelta(days=r.randrange((AS_OF - since).days + 1)) if since and resolved else None
    registered = r.choice([0, 0, 2014, 2015, 2017])
    household = {
        "household_no": no, "region_code": r.choice(VILLAGES), "urban": r.random() < 0.3,
        "household_type": r.choice(["general", "graduated"]), "registered_in": registered or None,
        "graduated_in": r.choice([2016, 2019, 2020]) if registered else None,
        "monitored_kind": r.choice(["unstable_graduated", "near_poor_vulnerable", "sudden_hardship"]) if watched else None,
        "monitored_since": since, "risk_resolved": resolved if watched else None, "risk_resolved_on": on,
        "safe_water": r.random() < 0.7, "sanitary_toilet": r.random() < 0.6, "renovated_before": r.random() < 0.3,
        "house_grade": r.choice("ABCD"), "road_kind": r.choice(["earth", "gravel", "concrete", "asphalt"]),
        "industry_project": r.random() < 0.3, "pv_recipient": r.random() < 0.2,
    }  # fmt: skip
    tables["households"].append(household)
    for position in range(r.randrange(1, 6)):
        _person(r, tables, household, f"{no}P{position}", head=position == 0)
    for _ in range(r.choice([0, 0, 1, 3])):
        kind = r.choice(["industry", "employment", "health", "housing"])
        tables["measures"].append({"household_no": no, "kind": kind, "since": since or AS_OF})
    if r.random() < 0.3:
        amount = r.randrange(100, 900)
        tables["benefits"].append(
            {"household_no": no, "person_no": None, "programme": "dibao", "monthly_amount": amount}
        )


def _person(r: random.Random, tables: Tables, household: Row, no: str, *, head: bool) -> None:
    age = r.randrange(18, 95) if head else r.randrange(0, 95)
    grade = r.choice([0, 0, 0, 1, 2, 3, 4])
    person = {
        "person_no": no, "household_no": household["household_no"], "relation": "head" if head else "son",
        "birth_date": date(AS_OF.year - age, 1, 1), "school_status": r.choice([None, "primary", "vocational_1"]),
        "health": r.choice(["healthy", "chronic", "serious", "disabled_and_serious"]),
        "disability_kind": 4 if grade else None, "disability_grade": grade or None,
        "labour_skill": r.choice(["ordinary", "skilled", "weak", "lost", "none"]),
        "rural_hukou": r.random() < 0.7, "usual_resident": r.random() < 0.8,
        "resident_insurance": r.random() < 0.8, "employee_insurance": r.random() < 0.1,
        "declared_dibao": r.choice(["none", "rural"]), "declared_hardship": r.choice(["none", "rural"]),
        "job_place": r.choice(["none", "county", "outside"]), "chronic_card": r.random() < 0.2,
        "job_base": r.choice([None, "基地"]), "grant_times": r.choice([0, 1, 2]), "grant_amount": r.randrange(0, 3000),
    }  # fmt: skip
    tables["persons"].append(person)
    for _ in range(r.choice([0, 0, 1, 2])):
        tables["work_records"].append(
            {"person_no": no, "from": date(2026, 1, 1), "to": None, "working": r.random() < 0.5}
        )
    for programme in (
        "extreme_hardship",
        "old_age_allowance",
        "disability_living_subsidy",
        "disability_nursing_subsidy",
    ):
        if r.random() < 0.1:
            tables["benefits"].append(
                {"household_no": household["household_no"], "person_no": no, "programme": programme,
                 "monthly_amount": r.randrange(50, 500)}
            )  # fmt: skip
    if r.random() < 0.3:
        tables["contracts"].append({"person_no": no, "signed_on": YEAR})
    if r.random() < 0.15:
        tables["posts"].append({"person_no": no, "kind": r.choice(["forest_ranger", "cleaner"]), "months": 12})


def write(tables: Tables, folder: Path) -> Path:
    """The tables as CSV files under the rulebook's own names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows({key: _text(value) for key, value in row.items()} for row in rows)
    return folder


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


class World:
    """The tables with what belongs to what."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.home = {row["household_no"]: row for row in tables["households"]}
        self.people: dict[str, list[Row]] = defaultdict(list)
        for person in tables["persons"]:
            self.people[person["household_no"]].append(person)

    def of(self, table: str, key: str, value: str) -> list[Row]:
        return [row for row in self.tables.get(table, []) if row[key] == value]

    def benefits(self, row: Row, programme: str | None = None) -> list[Row]:
        """Of a person where the row is one, else of the household."""
        key = "person_no" if "person_no" in row else "household_no"
        found = self.of("benefits", key, row[key])
        return [one for one in found if programme in (None, one["programme"])]

    def count(self, table: str, row: Row) -> int:
        key = "person_no" if "person_no" in row else "household_no"
        return len(self.of(table, key, row[key]))


def monitored(h: Row) -> bool:
    return h["monitored_kind"] is not None and not h["risk_resolved"]


def at_start(h: Row) -> bool:
    return (
        h["monitored_kind"] is not None
        and h["monitored_since"] < YEAR
        and (not h["risk_resolved"] or h["risk_resolved_on"] >= YEAR)
    )


def came(h: Row) -> bool:
    return h["monitored_kind"] is not None and h["monitored_since"] >= YEAR


def went(h: Row) -> bool:
    return bool(h["monitored_kind"] and h["risk_resolved"] and h["risk_resolved_on"] >= YEAR)


def age(p: Row) -> int:
    return AS_OF.year - p["birth_date"].year


Test = Callable[[World, Row], bool | int]
PAIRS: dict[str, Callable[[World, Row], bool]] = {
    "monitored": lambda w, h: monitored(h),
    "monitored_at_year_start": lambda w, h: at_start(h),
    "monitored_new": lambda w, h: came(h),
    "monitored_resolved": lambda w, h: went(h),
    "monitored_ever": lambda w, h: h["monitored_kind"] is not None,
    "resolved_ever": lambda w, h: bool(h["monitored_kind"] and h["risk_resolved"]),
    "unstable_graduated": lambda w, h: monitored(h) and h["monitored_kind"] == "unstable_graduated",
    "near_poor_vulnerable": lambda w, h: monitored(h) and h["monitored_kind"] == "near_poor_vulnerable",
    "sudden_hardship": lambda w, h: monitored(h) and h["monitored_kind"] == "sudden_hardship",
    "graduated_now": lambda w, h: h["household_type"] == "graduated",
    "no_labour": lambda w, h: all(p["labour_skill"] in ("lost", "none") for p in w.people[h["household_no"]]),
    "on_dibao": lambda w, h: bool(w.benefits(h, "dibao")),
    "on_hardship": lambda w, h: bool(w.benefits(h, "extreme_hardship")),
    "unsafe_water": lambda w, h: not h["safe_water"],
    "no_toilet": lambda w, h: not h["sanitary_toilet"],
    "unsafe_house": lambda w, h: h["house_grade"] in "CD",
    "rural": lambda w, h: not h["urban"],
    "measure": lambda w, h: w.count("measures", h) > 0,
}
"""Figures of households with one of persons beside it, `…_households` and `…_persons`."""
HOUSEHOLDS: dict[str, Test] = {
    "households": lambda w, h: 1,
    "measure_times": lambda w, h: w.count("measures", h),
    "benefit_times": lambda w, h: w.count("benefits", h),
    "industry_measure_households": lambda w, h: any(
        m["kind"] == "industry" for m in w.of("measures", "household_no", h["household_no"])
    ),
    "monitored_without_measure_households": lambda w, h: monitored(h) and not w.count("measures", h),
    "monitored_on_dibao_households": lambda w, h: monitored(h) and bool(w.benefits(h, "dibao")),
    "dibao_spending": lambda w, h: 100 * sum(b["monthly_amount"] for b in w.benefits(h, "dibao")),
    "hardship_spending": lambda w, h: 100 * sum(b["monthly_amount"] for b in w.benefits(h, "extreme_hardship")),
    "benefit_spending": lambda w, h: 100 * sum(b["monthly_amount"] for b in w.benefits(h)),
    "renovated_households": lambda w, h: h["renovated_before"],
    "hard_road_households": lambda w, h: h["road_kind"] in ("concrete", "asphalt"),
    "severely_disabled_households": lambda w, h: any(
        p["disability_grade"] in (1, 2) for p in w.people[h["household_no"]]
    ),
    "off_farm_households": lambda w, h: any(off_farm(w, p) for p in w.people[h["household_no"]]),
    "welfare_post_households": lambda w, h: any(w.count("posts", p) for p in w.people[h["household_no"]]),
    "industry_project_households": lambda w, h: h["industry_project"],
    "pv_households": lambda w, h: h["pv_recipient"],
    "registered_households_2014": lambda w, h: h["registered_in"] == 2014,
    "graduated_households": lambda w, h: bool(h["registered_in"]) and 2014 <= h["graduated_in"] <= 2019,
    "graduated_households_2020": lambda w, h: bool(h["registered_in"]) and h["graduated_in"] == 2020,
}


def off_farm(w: World, p: Row) -> bool:
    return p["job_place"] != "none" or any(r["working"] for r in w.of("work_records", "person_no", p["person_no"]))


PERSONS: dict[str, Test] = {
    "persons": lambda w, p: 1,
    "usual_residents": lambda w, p: p["usual_resident"],
    "rural_hukou_persons": lambda w, p: p["rural_hukou"],
    "elderly_persons": lambda w, p: age(p) >= 60,
    "aged_persons": lambda w, p: age(p) >= 80,
    "minors": lambda w, p: age(p) < 18,
    "disabled_persons": lambda w, p: bool(p["disability_grade"]),
    "severely_disabled_persons": lambda w, p: p["disability_grade"] in (1, 2),
    "seriously_ill_persons": lambda w, p: p["health"] in ("serious", "disabled_and_serious"),
    "vocational_students": lambda w, p: p["school_status"] == "vocational_1",
    "pupils": lambda w, p: p["school_status"] is not None,
    "off_farm_workers": off_farm,
    "outside_province_workers": lambda w, p: p["job_place"] == "outside",
    "work_times": lambda w, p: w.count("work_records", p),
    "welfare_post_persons": lambda w, p: w.count("posts", p) > 0,
    "forest_rangers": lambda w, p: any(
        one["kind"] == "forest_ranger" for one in w.of("posts", "person_no", p["person_no"])
    ),
    "doctor_contracts": lambda w, p: w.count("contracts", p) > 0,
    "hardship_recipients": lambda w, p: bool(w.benefits(p, "extreme_hardship")),
    "old_age_allowance_persons": lambda w, p: bool(w.benefits(p, "old_age_allowance")),
    "disability_living_subsidy_persons": lambda w, p: bool(w.benefits(p, "disability_living_subsidy")),
    "disability_nursing_subsidy_persons": lambda w, p: bool(w.benefits(p, "disability_nursing_subsidy")),
    "education_grants": lambda w, p: p["grant_times"],
    "education_grant_amount": lambda w, p: 100 * p["grant_amount"],
    "chronic_cards": lambda w, p: p["chronic_card"],
    "job_base_persons": lambda w, p: p["job_base"] is not None,
    "uninsured_persons": lambda w, p: not p["resident_insurance"] and not p["employee_insurance"],
}
RATIOS = {
    "resolution_rate": ("resolved_ever_households", "monitored_ever_households"),
    "dibao_coverage": ("on_dibao_persons", "persons"),
    "monitored_on_dibao_share": ("monitored_on_dibao_households", "monitored_households"),
    "dibao_monitored_share": ("monitored_on_dibao_households", "on_dibao_households"),
    "dibao_top_up": ("dibao_spending", "on_dibao_persons"),
    "average_household_size": ("persons", "households"),
}


def expected(tables: Tables) -> dict[tuple[str, str], int]:
    """Every figure of the lists above by indicator and area: the whole, county, township and village."""
    world = World(tables)
    found: dict[tuple[str, str], int] = defaultdict(int)

    def add(name: str, code: str, value: int) -> None:
        for area in ("", code[:6], code[:9], code):
            found[name, area] += int(value)

    for home in tables["households"]:
        code = home["region_code"]
        for name, test in HOUSEHOLDS.items():
            add(name, code, test(world, home))
        for base, holds in PAIRS.items():
            add(f"{base}_households", code, holds(world, home))
            add(f"{base}_persons", code, holds(world, home) * len(world.people[home["household_no"]]))
    for person in tables["persons"]:
        for name, test in PERSONS.items():
            add(name, world.home[person["household_no"]]["region_code"], test(world, person))
    return dict(found)
