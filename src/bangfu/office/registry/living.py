"""两不愁三保障 and water, item by item: met, not met, or not known, with the fact, its source and its date.

Met is said only where a source says so for everyone concerned; one member about whom nothing is known makes an item
not known, unless another member shows that it is not met.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from bangfu.office.registry.columns import age_on
from bangfu.office.registry.facts import Reader, Subject

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
EXCUSED = ("illness", "disability", "home_teaching", "deferred", "completed")
AFTER_SCHOOL = ("junior", "senior", "college", "university")
SCHOOL_AGES = range(6, 16)


@dataclass(frozen=True)
class Evidence:
    """A fact behind a verdict: whose, what, from whom and when. `owner` is a person's number, empty for the household."""

    owner: str
    name: str
    table: str
    text: str
    source: str
    as_of: date | None
    conflict: bool = False


@dataclass(frozen=True)
class Item:
    """One item: its label, the verdict, what it rests on in words, and the facts."""

    code: str
    label: str
    verdict: str
    reason: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class _Case:
    reader: Reader
    household: Subject
    members: Sequence[Subject]
    on: date

    def value(self, subject: Subject, name: str) -> Any:
        said = subject.counting(name)
        return said.value if said else None

    def evidence(self, subject: Subject, name: str) -> Evidence:
        fact = self.reader.fact(subject, name)
        person = subject.table == "persons"
        text = f"{subject.row.name}：{fact.label} {fact.text}" if person else f"{fact.label}：{fact.text}"  # type: ignore[union-attr]
        owner = subject.row.number if person else ""
        return Evidence(owner, name, subject.table, text, fact.source, fact.as_of, fact.conflict)


def _simple(code: str, label: str, fact: str) -> Callable[[_Case], Item]:
    def judge(case: _Case) -> Item:
        value = case.value(case.household, fact)
        if value is None:
            return Item(code, label, UNKNOWN, _("没有来源记载"))
        verdict = MET if value else NOT_MET
        return Item(code, label, verdict, "", (case.evidence(case.household, fact),))

    return judge


def _school(case: _Case) -> Item:
    label = _("义务教育")
    # years are counted on the day the school year began, as the rulebook's facts do
    start = date(case.on.year if case.on >= date(case.on.year, 9, 1) else case.on.year - 1, 9, 1)
    out, unsure, inside = [], [], []
    for member in case.members:
        age = age_on(member.row.birth_date, start)  # type: ignore[union-attr]
        if age is None:
            unsure.append((member, "birth_date"))
            continue
        if age not in SCHOOL_AGES:
            continue
        status = case.value(member, "school_status")
        done = case.value(member, "education") in AFTER_SCHOOL
        if case.value(member, "not_in_school_reason") in EXCUSED or done:
            inside.append((member, "not_in_school_reason" if not done else "education"))
        elif status is None:
            unsure.append((member, "school_status"))
        elif status in ("not_in_school", "preschool_age"):
            out.append((member, "school_status"))
        else:
            inside.append((member, "school_status"))
    return _of_members(
        case,
        "school",
        label,
        out,
        unsure,
        inside,
        _("没有义务教育年龄（9月1日满6至15周岁）的成员"),
        _("适龄成员不在校"),
    )


def _insurance(case: _Case) -> Item:
    out, unsure, inside = [], [], []
    for member in case.members:
        resident, employee = case.value(member, "resident_insurance"), case.value(member, "employee_insurance")
        if resident or employee:
            inside.append((member, "resident_insurance" if resident else "employee_insurance"))
        elif resident is None or employee is None:
            unsure.append((member, "resident_insurance"))
        else:
            out.append((member, "resident_insurance"))
    return _of_members(
        case,
        "insurance",
        _("基本医疗"),
        out,
        unsure,
        inside,
        _("没有在册成员"),
        _("有成员居民医保和职工医保都没有参加"),
    )


def _of_members(
    case: _Case, code: str, label: str, out: list[Any], unsure: list[Any], inside: list[Any], nobody: str, why: str
) -> Item:
    if out:
        return Item(code, label, NOT_MET, why, tuple(case.evidence(*pair) for pair in out))
    if unsure:
        names = "、".join(member.row.name for member, _name in unsure)
        pairs = tuple(case.evidence(*pair) for pair in inside)
        return Item(code, label, UNKNOWN, _("不知道以下成员的情况：%s") % names, pairs)
    if not inside:
        # nobody concerned is a finding of its own; a household without members proves nothing
        return Item(code, label, MET if case.members else UNKNOWN, nobody)
    return Item(code, label, MET, "", tuple(case.evidence(*pair) for pair in inside))


def _house(case: _Case) -> Item:
    label = _("住房安全")
    grade, dangerous = case.value(case.household, "house_grade"), case.value(case.household, "dilapidated_house")
    other = case.value(case.household, "other_safe_house")
    given = {"house_grade": grade, "dilapidated_house": dangerous, "other_safe_house": other}
    names = [name for name, value in given.items() if value is not None]
    evidence = tuple(case.evidence(case.household, name) for name in names)
    safe_grade = None if grade is None else grade in ("A", "B")
    if safe_grade is not None and dangerous is not None and safe_grade == bool(dangerous):
        return Item("house", label, UNKNOWN, _("住房等级与“是否危房户”相矛盾，须核实"), evidence)
    safe = safe_grade if safe_grade is not None else None if dangerous is None else not dangerous
    if safe is None:
        return Item("house", label, UNKNOWN, _("没有来源记载"), evidence)
    if not safe and other:
        return Item("house", label, MET, _("另有安全住房"), evidence)
    return Item("house", label, MET if safe else NOT_MET, "", evidence)


def items(reader: Reader, household: Subject, members: Sequence[Subject], on: date) -> list[Item]:
    """The six items in their usual order."""
    case = _Case(reader, household, members, on)
    return [
        _simple("food", _("不愁吃"), "food_secure")(case),
        _simple("clothes", _("不愁穿"), "clothing_secure")(case),
        _school(case),
        _insurance(case),
        _house(case),
        _simple("water", _("饮水安全"), "safe_water")(case),
    ]
