"""两不愁三保障 and water, item by item, from what is registered: met, not met, not applicable, or not known.

Food and clothes have no column in the national export; they are known only once a visit has recorded them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from bangfu.office.registry.models import Person

MET, NOT_MET, NOT_APPLICABLE, UNKNOWN = "met", "not_met", "not_applicable", "unknown"
WORDS = {MET: _("有保障"), NOT_MET: _("有问题"), NOT_APPLICABLE: _("不适用"), UNKNOWN: _("未知")}
SCHOOL_AGES = range(6, 16)
"""Ages on 1 September at which compulsory schooling applies."""
_OUT_OF_SCHOOL = {"not_in_school", "preschool_age"}
_EXCUSED = {"illness", "disability", "home_teaching", "deferred", "completed"}


@dataclass(frozen=True)
class Need:
    """One item: what it is, its answer, and why."""

    title: Any
    answer: str
    reason: Any

    @property
    def word(self) -> Any:
        """The answer in words."""
        return WORDS[self.answer]


def needs(facts: dict[str, Any], members: Sequence[Person], on: date) -> list[Need]:
    """The six items of a household. `facts` are its plain current facts; members those of today."""
    return [
        _visited(_("不愁吃"), facts.get("enough_food")),
        _visited(_("不愁穿"), facts.get("enough_clothes")),
        schooling(members, on),
        insurance(members),
        housing(facts),
        _water(facts),
    ]


def _visited(title: Any, value: Any) -> Need:
    if value is None:
        return Need(title, UNKNOWN, _("没有走访记录"))
    return Need(title, MET if value else NOT_MET, _("走访登记"))


def _water(facts: dict[str, Any]) -> Need:
    value = facts.get("safe_water")
    if value is None:
        return Need(_("饮水安全"), UNKNOWN, _("未登记是否解决安全饮用水"))
    return Need(_("饮水安全"), MET if value else NOT_MET, _("户表登记"))


def housing(facts: dict[str, Any]) -> Need:
    """Grade A or B is safe; C or D is not, unless there is another safe house."""
    title, grade, bad = _("住房安全"), facts.get("house_grade"), facts.get("dilapidated_house")
    if grade is None and bad is None:
        return Need(title, UNKNOWN, _("未登记住房等级"))
    unsafe = grade in ("C", "D") or bool(bad)
    if unsafe and facts.get("other_safe_house"):
        return Need(title, MET, _("另有安全住房"))
    reason = _("住房等级 %s") % grade if grade else _("户表登记")
    return Need(title, NOT_MET if unsafe else MET, reason)


def age_on(birth: date, on: date) -> int:
    """Whole years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def schooling(members: Sequence[Person], on: date) -> Need:
    """Whether every child of compulsory school age is in school."""
    title = _("义务教育")
    start = date(on.year if on >= date(on.year, 9, 1) else on.year - 1, 9, 1)
    children, unsure = [], False
    for person in members:
        if person.birth_date is None:
            unsure = True
        elif age_on(person.birth_date, start) in SCHOOL_AGES:
            children.append(person)
    missing = False
    for child in children:
        status = child.facts.get("school_status")
        if status in _OUT_OF_SCHOOL and child.facts.get("not_in_school_reason") not in _EXCUSED:
            return Need(title, NOT_MET, _("%s 适龄未在校") % child.name)
        missing |= status is None and child.facts.get("education") is None
    if missing or unsure:
        return Need(title, UNKNOWN, _("有成员的出生日期或在校状况未登记"))
    if not children:
        return Need(title, NOT_APPLICABLE, _("没有6至15周岁的成员"))
    return Need(title, MET, _("%d 名适龄儿童均在校") % len(children))


def insurance(members: Sequence[Person]) -> Need:
    """Whether every member has basic medical insurance."""
    title = _("基本医疗")
    unsure = not members
    for person in members:
        both = (person.facts.get("resident_insurance"), person.facts.get("employee_insurance"))
        if True in both:
            continue
        if None in both:
            unsure = True
        else:
            return Need(title, NOT_MET, _("%s 未参加基本医疗保险") % person.name)
    if unsure:
        return Need(title, UNKNOWN, _("有成员的参保情况未登记"))
    return Need(title, MET, _("全部成员已参保"))
