"""What the bureaus know of a household: rows of their files, keyed by ID number and name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bangfu.core.demo.layout import DISABILITY_GRADES, DISABILITY_KINDS
from bangfu.core.demo.people import Household, Person
from bangfu.core.demo.rows import yes, yuan

STAGES = {
    "小学": "小学",
    "七": "初中",
    "八": "初中",
    "九": "初中",
    "普": "普通高中",
    "中": "中职",
    "高": "高职",
}


def bureau_rows(h: Household, township: str, uncovered: str, as_of: date) -> Iterator[tuple[str, list[str]]]:
    """Every row that a bureau has about the household's people, as (file, row).

    The vehicle file has no rows for the township that it does not cover.
    """
    vehicles = h.vehicles if township != uncovered else ()
    for table, items in (
        ("vehicles", vehicles),
        ("real_estate", h.estates),
        ("business_registrations", h.companies),
    ):
        for at, columns in items:
            if at < len(h.persons):
                yield table, [h.persons[at].id_number, h.persons[at].name, *columns]
    for person, balance in zip(h.persons, h.balances, strict=False):
        yield "financial_assets", [person.id_number, person.name, yuan(balance), as_of.isoformat()]
    for person in h.persons:
        for table, row in _person_rows(person, h, as_of):
            yield table, [person.id_number, person.name, *row]
        for table, columns in person.bureau:
            if table.endswith("!"):  # about somebody whom the registry no longer has
                yield table[:-1], list(columns)
            elif table != "vehicles" or township != uncovered:
                yield table, [person.id_number, person.name, *columns]


def _person_rows(p: Person, h: Household, as_of: date) -> Iterator[tuple[str, list[str]]]:
    if p.formal and p.work and not p.work.ended:
        yield "payroll", [p.work.employer, yuan(p.work.monthly), f"{as_of:%Y-%m}"]
    if p.pension:
        yield "pensions", ["城镇职工基本养老保险", yuan(p.pension // 12)]
    if p.disability_grade:
        number = f"{p.id_number}{p.disability_kind}{p.disability_grade}"
        kind, grade = DISABILITY_KINDS[p.disability_kind], DISABILITY_GRADES[p.disability_grade]
        yield "disability_certificates", [number, kind, grade, p.certificate_to]
    if p.in_scope:
        yield "medical_settlements", _settlement(p, h)
    if p.student and p.student != "学龄前儿童" and "在校生状况" not in p.written:
        stage = STAGES.get(p.student if p.student == "小学" else p.student[0], "高等教育")
        yield "school_enrolment", [f"示例{stage}学校", stage, p.student, "2026年秋季"]


def _settlement(p: Person, h: Household) -> list[str]:
    poor = ("dibao", "") in h.benefits or p.hardship
    left = p.in_scope - p.basic_paid - p.major_paid
    # the day comes from the number, so that it is the same in both months
    day = date(2026, int(p.no[-4:]) % 6 + 1, int(p.no[-2:]) % 27 + 1).isoformat()
    level = "三级" if p.in_scope > 20000_00 else "二级"
    paid = [p.in_scope * 115 // 100, p.in_scope, p.basic_paid, p.major_paid, left * 70 // 100 if poor else 0]
    return [day, level, yes(level == "二级"), "是", *map(yuan, paid)]
