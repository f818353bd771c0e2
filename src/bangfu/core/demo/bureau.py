"""What the bureaus know of a household: rows of their files, each about a person, before anything goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bangfu.core.demo.layout import DISABILITY_GRADES, DISABILITY_KINDS
from bangfu.core.demo.people import Household, OtherRow, Person
from bangfu.core.demo.rows import yes, yuan
from bangfu.core.demo.slips import Identity

STAGES = {
    "小学": "小学",
    "七": "初中",
    "八": "初中",
    "九": "初中",
    "普": "普通高中",
    "中": "中职",
    "高": "高职",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a bureau's file: whom it is about, and the columns after number, name and date of birth.

    `key` is the same every month, so that a slip stays in the file until somebody mends it. `owner` is the registered
    person, None where there is none. `fixed`: written as it stands.
    """

    file: str
    key: str
    who: Identity
    owner: Person | None
    columns: tuple[str, ...]
    fixed: bool = False


def entries(h: Household, township: str, uncovered: str, as_of: date) -> Iterator[Entry]:
    """Every row that a bureau has about the household's people.

    The vehicle file has no rows for the township that it does not cover.
    """
    for found in _all(h, as_of):
        if found.file != "vehicles" or township != uncovered:
            yield found


def identity(p: Person) -> Identity:
    """Whom a row about a registered person names."""
    disability = f"{p.disability_kind}{p.disability_grade}" if p.disability_grade else ""
    return Identity(p.id_number, p.name, p.birth, p.sex, disability)


def _all(h: Household, as_of: date) -> Iterator[Entry]:
    for file, items in (
        ("vehicles", h.vehicles),
        ("real_estate", h.estates),
        ("business_registrations", h.companies),
    ):
        for n, (at, columns) in enumerate(items):
            if at < len(h.persons):
                yield _entry(file, h.persons[at], columns, n)
    for person, balance in zip(h.persons, h.balances, strict=False):
        yield _entry("financial_assets", person, (yuan(balance), as_of.isoformat()))
    for person in h.persons:
        for file, row in _person_rows(person, h, as_of):
            yield _entry(file, person, row)
        for n, (file, columns) in enumerate(person.bureau):
            yield _entry(file, person, columns, 10 + n)
        for note in person.others:
            yield _other(note)


def _entry(file: str, person: Person, columns: tuple[str, ...], n: int = 0) -> Entry:
    return Entry(file, f"{file}:{person.no}:{n}", identity(person), person, columns)


def _other(note: OtherRow) -> Entry:
    who = Identity(note.number, note.name, note.birth, note.sex)
    return Entry(note.file, f"{note.file}:{note.number}", who, None, note.columns, note.fixed)


def _person_rows(p: Person, h: Household, as_of: date) -> Iterator[tuple[str, tuple[str, ...]]]:
    if p.formal and p.work and not p.work.ended:
        yield "payroll", (p.work.employer, yuan(p.work.monthly), f"{as_of:%Y-%m}")
    if p.pension:
        yield "pensions", ("城镇职工基本养老保险", yuan(p.pension // 12))
    if p.disability_grade:
        number = f"{p.id_number}{p.disability_kind}{p.disability_grade}"
        kind, grade = DISABILITY_KINDS[p.disability_kind], DISABILITY_GRADES[p.disability_grade]
        yield "disability_certificates", (number, kind, grade, p.certificate_to)
    if p.in_scope:
        yield "medical_settlements", _settlement(p, h)
    if p.student and p.student != "学龄前儿童" and "在校生状况" not in p.written and not _dropped_out(p):
        stage = STAGES.get(p.student if p.student == "小学" else p.student[0], "高等教育")
        yield "school_enrolment", (f"示例{stage}学校", stage, p.student, "2026年秋季")


def _dropped_out(p: Person) -> bool:
    return any(file == "dropouts" for file, _ in p.bureau)


def _settlement(p: Person, h: Household) -> tuple[str, ...]:
    poor = ("dibao", "") in h.benefits or p.hardship
    return settlement(p.no, p.in_scope, p.basic_paid, p.major_paid, poor)


def settlement(number: str, in_scope: int, basic: int, major: int, aided: bool) -> tuple[str, ...]:
    """Columns of a stay in hospital of this year; amounts in fen."""
    left = in_scope - basic - major
    # the day comes from the number, so that it is the same in both months
    day = date(2026, int(number[-4:]) % 6 + 1, int(number[-2:]) % 27 + 1).isoformat()
    level = "三级" if in_scope > 20000_00 else "二级"
    paid = (in_scope * 115 // 100, in_scope, basic, major, left * 70 // 100 if aided else 0)
    return (day, level, yes(level == "二级"), "是", *map(yuan, paid))
