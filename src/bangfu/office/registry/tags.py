"""Tags of a household that follow from facts of its members, each with its reason. README.md says how each is defined.

A tag is `yes`, `no` or `unknown`; only `yes` and `unknown` are shown. A tag that would tell about health is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from bangfu.office.registry.columns import age_on
from bangfu.office.registry.facts import Subject

YES, NO, UNKNOWN, HIDDEN = "yes", "no", "unknown", "hidden"
ELDERLY, CHILD, THREE = 60, 16, 3
_GENERATION = {
    "head": 0, "spouse": 0, "brother": 0, "sister": 0, "sibling": 0, "sister_in_law": 0,
    "son": -1, "daughter": -1, "daughter_in_law": -1, "son_in_law": -1, "nephew": -1, "niece": -1,
    "grandson": -2, "granddaughter": -2, "maternal_grandson": -2, "maternal_granddaughter": -2,
    "grandson_in_law": -2, "granddaughter_in_law": -2, "great_grandson": -3, "great_granddaughter": -3,
    "father": 1, "mother": 1, "wifes_father": 1, "wifes_mother": 1, "husbands_father": 1, "husbands_mother": 1, "uncle": 1,
    "grandfather": 2, "grandmother": 2, "maternal_grandfather": 2, "maternal_grandmother": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Tag:
    """A tag and why."""

    code: str
    label: str
    state: str
    reason: str


def _value(member: Subject, name: str) -> Any:
    said = member.counting(name)
    return said.value if said else None


def _names(members: Sequence[Subject]) -> str:
    return "、".join(member.row.name for member in members)  # type: ignore[union-attr]


def _no_labour(members: Sequence[Subject]) -> Tag:
    label = _("整户无劳动能力")
    able = [m for m in members if _value(m, "labour_skill") not in (None, "lost", "none")]
    unsure = [m for m in members if _value(m, "labour_skill") is None]
    if able or not members:
        return Tag("no_labour", label, NO, "")
    if unsure:
        return Tag("no_labour", label, UNKNOWN, _("不知道劳动技能：%s；其余成员均无劳动能力") % _names(unsure))
    return Tag("no_labour", label, YES, _("全部 %s 名成员为丧失劳动力或无劳动力") % len(members))


def _lone_elder(members: Sequence[Subject], on: date) -> Tag:
    label = _("独居老人")
    if len(members) != 1:
        return Tag("lone_elder", label, NO, "")
    age = age_on(members[0].row.birth_date, on)  # type: ignore[union-attr]
    if age is None:
        return Tag("lone_elder", label, UNKNOWN, _("户内只有一人，出生日期未知"))
    return Tag("lone_elder", label, YES if age >= ELDERLY else NO, _("户内只有一人，%s 岁") % age)


def _children(members: Sequence[Subject], on: date) -> Tag:
    label = _("有16岁以下儿童")
    ages = [(m, age_on(m.row.birth_date, on)) for m in members]  # type: ignore[union-attr]
    young = [(m, age) for m, age in ages if age is not None and age < CHILD]
    if young:
        return Tag("child", label, YES, "、".join(_("%(name)s %(age)s 岁") % {"name": m.row.name, "age": age} for m, age in young))  # type: ignore[union-attr] # fmt: skip
    unsure = [m for m, age in ages if age is None]
    return Tag("child", label, UNKNOWN if unsure else NO, _("不知道出生日期：%s") % _names(unsure) if unsure else "")


def _students(members: Sequence[Subject]) -> Tag:
    label = _("有在校生")
    studying = [m for m in members if _value(m, "school_status") not in (None, "not_in_school", "preschool_age")]
    return Tag("student", label, YES if studying else NO, _names(studying))


def _generations(members: Sequence[Subject]) -> Tag:
    label = _("三代及以上同堂")
    found = {_GENERATION[m.row.relation] for m in members if m.row.relation in _GENERATION}  # type: ignore[union-attr]
    if len(found) >= THREE:
        return Tag("generations", label, YES, _("按与户主关系共 %s 代") % len(found))
    return Tag("generations", label, NO, "")


def _disabled(members: Sequence[Subject], open_: bool) -> Tag:
    label = _("有残疾成员")
    if not open_:
        return Tag("disabled", label, HIDDEN, _("健康信息已遮盖"))
    found = [m for m in members if _value(m, "disability_grade") or "disabled" in str(_value(m, "health") or "")]
    return Tag("disabled", label, YES if found else NO, _names(found))


def tags(members: Sequence[Subject], on: date, open_: bool = False) -> list[Tag]:
    """The tags that hold or may hold, from the facts of the present members."""
    found = [
        _no_labour(members),
        _lone_elder(members, on),
        _children(members, on),
        _students(members),
        _generations(members),
        _disabled(members, open_),
    ]
    return [tag for tag in found if tag.state != NO]
