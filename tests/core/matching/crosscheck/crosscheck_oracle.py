"""The facts of a small county, counted row by row in plain Python; only the linking itself is not done again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from crosscheck_world import ON, World

from bangfu.core.matching.linking import link
from bangfu.core.matching.reading import places_in, read_identities, read_people

MOTORCYCLES, CLOSED, MEMBERS, RESIDENT = {"摩托车", "轮椅车"}, {"注销"}, {"社员"}, {"基础养老金"}
PERSON = [
    "deceased",
    "died_on",
    "in_custody",
    "monthly_wage",
    "monthly_pension",
    "self_paid_medical",
    "in_scope_oop",
    "insured",
    "enrolled",
    "dropped_out",
    "disability_kind",
    "disability_grade",
]
HOUSEHOLD = [
    "vehicle_count",
    "vehicle_value",
    "property_count",
    "property_area_m2",
    "financial_assets",
    "company_count",
    "business_capital",
    "monthly_wage",
    "monthly_pension",
    "self_paid_medical",
    "in_scope_oop",
]
TABLES = {
    "deceased": ["deaths"],
    "died_on": ["deaths"],
    "in_custody": ["custody"],
    "monthly_wage": ["payroll", "tax"],
    "monthly_pension": ["pensions"],
    "self_paid_medical": ["medical_settlements"],
    "in_scope_oop": ["medical_settlements"],
    "insured": ["insurance_enrolment"],
    "enrolled": ["school_enrolment"],
    "dropped_out": ["dropouts"],
    "disability_kind": ["disability_certificates"],
    "disability_grade": ["disability_certificates"],
    "vehicle_count": ["vehicles"],
    "vehicle_value": ["vehicles"],
    "property_count": ["real_estate"],
    "property_area_m2": ["real_estate"],
    "financial_assets": ["financial_assets"],
    "company_count": ["business_registrations"],
    "business_capital": ["business_registrations"],
}
Answer = dict[str, Any]


@dataclass
class Linked:
    """Per table and person the rows that count, and the persons a row under review may be about."""

    rows: dict[str, dict[int, list[dict[str, Any]]]] = field(default_factory=dict)
    reviewed: dict[str, set[int]] = field(default_factory=dict)
    links: dict[str, list[tuple[int | None, bool]]] = field(default_factory=dict)
    others: dict[str, dict[int, tuple[int, ...]]] = field(default_factory=dict)


def link_all(world: World, folder: Path) -> Linked:
    """Every file linked whole."""
    found = Linked()
    for table, rows in world.tables.items():
        path = folder / "bureau" / f"{table}.{world.files[table]}"
        links = link(read_people(folder, places=places_in(path)), read_identities(path).rows)
        counting: dict[int, list[dict[str, Any]]] = defaultdict(list)
        reviewed: set[int] = set()
        told: list[tuple[int | None, bool]] = []
        for at, row in enumerate(rows):
            person, review = int(links.person[at]), bool(links.review[at])
            told.append((None if person < 0 else person, review))
            if review:
                reviewed.update(links.others.get(at, ()))
                reviewed.update({person} - {-1})
            elif person >= 0:
                counting[person].append(row)
        found.others[table] = links.others
        found.rows[table], found.reviewed[table], found.links[table] = counting, reviewed, told
    return found


def coverage_of(world: World, table: str, household: str | None) -> str:
    """What a table says of a household, its own row or none."""
    if table not in world.tables:
        return "no_file"
    manifest = world.manifests[table]
    if manifest is None:
        return "no_manifest"
    area = next((row["region_code"] for row in world.households if row["household_no"] == household), None)
    covers = manifest["covers"]
    inside = area is not None and any(area.startswith(given) for given in covers["areas"])
    in_time = covers["period"]["from"] <= ON.isoformat() < covers["period"]["to"]
    return "covered" if inside and in_time else "not_covered"


def joined(codes: list[str], reviewed: list[bool]) -> str:
    """One code for a fact of several tables."""
    if any(reviewed):
        return "under_review"
    if "covered" in codes:
        return "covered"
    return next((code for code in codes if code != "no_file"), "no_file")


# -- one person ------------------------------------------------------------------------------------------------


def number_of_rows(fact: str, rows: list[dict[str, Any]]) -> tuple[int, int, bool]:
    """Rows that count, their sum (or average), and whether something is blank."""
    if fact in ("vehicle_count", "vehicle_value"):
        rows = [row for row in rows if row["kind"] not in MOTORCYCLES]
    if fact in ("company_count", "business_capital"):
        rows = [row for row in rows if row["status"] not in CLOSED and row["role"] not in MEMBERS]
    if fact == "monthly_pension":
        rows = [row for row in rows if row["kind"] not in RESIDENT]
    if fact.endswith("_count"):
        return len(rows), len(rows), False
    values = [value_of(fact, row) for row in rows]
    known = [value for value in values if value is not None]
    total = sum(known)
    if fact == "monthly_wage" and rows:
        total //= len(rows)
    return len(rows), total, len(known) < len(values)


def value_of(fact: str, row: dict[str, Any]) -> int | None:
    """What one row adds."""
    columns = {
        "vehicle_value": ["value"],
        "property_area_m2": ["area_m2"],
        "financial_assets": ["balance"],
        "business_capital": ["capital"],
        "monthly_wage": ["monthly_wage"],
        "monthly_pension": ["monthly_amount"],
        "self_paid_medical": ["total", "basic_paid", "major_paid", "aid_paid"],
        "in_scope_oop": ["in_scope", "basic_paid", "major_paid"],
    }[fact]
    values = [row[column] for column in columns]
    if None in values:
        return None
    found = values[0] - sum(values[1:])
    return max(0, found) if fact == "in_scope_oop" else found


def by_person(fact: str, linked: Linked, person: int) -> tuple[int, int, bool, int | None]:
    """Rows, sum, blank, and the table they are from: the first that has any."""
    blank, found = False, (0, 0, None)
    for number, table in enumerate(TABLES[fact]):
        rows, value, open_ = number_of_rows(fact, linked.rows.get(table, {}).get(person, []))
        blank |= open_
        if rows and not found[0]:
            found = (rows, value, number)
    return found[0], found[1], blank, found[2]


def numeric(fact: str, code: str, rows: int, value: int, blank: bool) -> Answer:
    """A count or sum: known only where covered and nothing is blank, else what was found."""
    known = code == "covered" and not blank
    return {fact: value if known else None, f"{fact}_found": value if rows and not known else None}


def yes_or_no(fact: str, code: str, rows: list[dict[str, Any]]) -> Answer:
    """Whether there is a row; that there is none only where the file covers."""
    tests = {
        "deceased": lambda r: r["died_on"] is None or r["died_on"] <= ON,
        "in_custody": lambda r: (r["from"] is None or r["from"] <= ON) and (r["to"] is None or r["to"] > ON),
        "insured": _insured,
    }
    answers = [tests.get(fact, lambda _: True)(row) for row in rows]
    if True in answers:
        return {fact: True}
    return {fact: False if code == "covered" and None not in answers else None}


def _insured(row: dict[str, Any]) -> bool | None:
    if (row["year"] is not None and row["year"] != ON.year) or row["paid"] is False:
        return False
    return None if row["year"] is None or row["paid"] is None else True


def certificate(fact: str, code: str, rows: list[dict[str, Any]]) -> Answer:
    """Kind or grade of the certificate with the smallest grade."""
    valid = [row for row in rows if row["valid_to"] is None or row["valid_to"] >= ON]
    if not valid:
        return {fact: 0 if code == "covered" else None}
    unknown = 99
    best = min(valid, key=lambda row: (row["grade"] or unknown, row["kind"] or unknown))
    return {fact: best[fact.rpartition("_")[2]]}


def died(rows: list[dict[str, Any]]) -> date | None:
    """The earliest day up to the as-of date."""
    return min((row["died_on"] for row in rows if row["died_on"] is not None and row["died_on"] <= ON), default=None)


# -- everybody -------------------------------------------------------------------------------------------------


def source_of(world: World, fact: str, codes: list[str], which: int | None) -> Answer:
    """File and date of the table that has rows, else of the first that covers, else of the first that is there."""
    tables = TABLES[fact]
    if which is None:
        order = [at for at, code in enumerate(codes) if code == "covered"]
        order += [at for at, code in enumerate(codes) if code != "no_file"]
        which = order[0] if order else None
    if which is None:
        return {f"{fact}_source": None, f"{fact}_as_of": None}
    table = tables[which]
    manifest = world.manifests[table]
    day = None if manifest is None else date.fromisoformat(manifest["as_of"])
    return {f"{fact}_source": f"{table}.{world.files[table]}", f"{fact}_as_of": day}


def person_facts(world: World, linked: Linked) -> dict[str, Answer]:
    """Every column of person_facts, by person_no."""
    found = {}
    for person, row in enumerate(world.persons):
        answer: Answer = {"person_no": row["person_no"], "household_no": row["household_no"]}
        for fact in PERSON:
            codes = [coverage_of(world, table, row["household_no"]) for table in TABLES[fact]]
            code = joined(codes, [person in linked.reviewed.get(table, ()) for table in TABLES[fact]])
            rows = linked.rows.get(TABLES[fact][0], {}).get(person, [])
            which = None
            if fact in HOUSEHOLD:
                count, value, blank, which = by_person(fact, linked, person)
                answer |= numeric(fact, code, count, value, blank)
            elif fact.startswith("disability"):
                answer |= certificate(fact, code, rows)
            elif fact == "died_on":
                answer[fact] = died(rows)
            else:
                answer |= yes_or_no(fact, code, rows)
            answer[f"{fact}_coverage"] = code
            answer |= source_of(world, fact, codes, which if len(codes) > 1 else None)
        found[row["person_no"]] = answer
    return found


def household_facts(world: World, linked: Linked) -> dict[str, Answer]:
    """Every column of household_facts, by household_no."""
    numbers = [row["household_no"] for row in world.households]
    named = [row["household_no"] for row in world.persons if row["household_no"] is not None]
    found = {}
    for number in dict.fromkeys([*numbers, *named]):
        members = [at for at, row in enumerate(world.persons) if row["household_no"] == number]
        answer: Answer = {"household_no": number}
        for fact in HOUSEHOLD:
            codes = [coverage_of(world, table, number) for table in TABLES[fact]]
            reviewed = [any(m in linked.reviewed.get(table, ()) for m in members) for table in TABLES[fact]]
            code = joined(codes, reviewed)
            parts = [by_person(fact, linked, member) for member in members]
            rows, value = sum(part[0] for part in parts), sum(part[1] for part in parts)
            answer |= numeric(fact, code, rows, value, any(part[2] for part in parts))
            answer[f"{fact}_coverage"] = code
            tables = [part[3] for part in parts if part[3] is not None]
            answer |= source_of(world, fact, codes, min(tables) if tables and len(codes) > 1 else None)
        found[number] = answer
    return found
