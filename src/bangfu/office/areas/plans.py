"""A change of the tree before it is done: what ends, what begins, what moves where, and how much of it there is.

A plan only reads. `actions.carry_out` does exactly what a plan says; the page shows the same plan first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.areas.models import DIGITS, Area, Group
from bangfu.office.areas.movers import MOVERS, Move
from bangfu.office.areas.queries import current, within
from bangfu.office.pages.refusals import Invalid

LEVEL_OF = {digits: level for level, digits in DIGITS.items()}
PARENT_DIGITS = {12: 9, 9: 6, 6: 4, 4: 2, 2: 0}


@dataclass(frozen=True)
class Opening:
    """An area that begins."""

    code: str
    name: str

    @property
    def level(self) -> str:
        """By the number of digits."""
        return LEVEL_OF[len(self.code)]

    @property
    def parent_code(self) -> str:
        """The code above."""
        return self.code[: PARENT_DIGITS[len(self.code)]]


@dataclass(frozen=True)
class Plan:
    """A change: its kind, its day, its document; what ends, begins and moves; the pairs of old and new for history."""

    kind: str
    on: date
    document: str
    ends: tuple[str, ...]
    begins: tuple[Opening, ...]
    moves: tuple[Move, ...]
    groups: tuple[str, ...]
    """Numbers of the groups that move; they go to the new code of the village they lie in."""
    pairs: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, int], ...] = ()

    def touched(self) -> set[str]:
        """Every code for which the actor must be allowed to maintain areas."""
        codes = {code for pair in self.pairs for code in pair}
        return codes | set(self.ends) | {b.code for b in self.begins}

    def fingerprint(self) -> str:
        """What was shown: the same text again means that nothing has changed since."""
        whole = [self.kind, self.on.isoformat(), self.ends, [(b.code, b.name) for b in self.begins]]
        whole += [[(m.old, m.new, m.groups) for m in self.moves], self.groups, self.counts]
        return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()[:32]

    def labelled_counts(self) -> list[tuple[Any, int]]:
        """How many rows of what would move."""
        return [(MOVERS[code].label, count) for code, count in self.counts]


def existing(code: str) -> Area:
    """A current area. Raises Invalid."""
    found = current().filter(code=code).first()
    if found is None:
        raise Invalid({"code": _("没有正在使用的区划 %s") % code})
    return found


def _on(on: date, areas: Iterable[Area]) -> None:
    if on > timezone.localdate():
        raise Invalid({"on": _("生效日期不能晚于今天：区划在生效之日或之后办理变更")})
    for area in areas:
        if on <= area.valid_from:
            day = area.valid_from.isoformat()
            raise Invalid({"on": _("生效日期应晚于 %(name)s 的启用日期 %(day)s") % {"name": area.name, "day": day}})


def check_new_code(code: str, level: str, parent: str | None = None) -> None:
    """A code that may be given to a new area. Raises Invalid."""
    digits = DIGITS[level]
    if not (code.isascii() and code.isdigit() and len(code) == digits):
        raise Invalid({"new_code": _("代码应为 %d 位数字") % digits})
    above = code[: PARENT_DIGITS[digits]]
    if parent is not None and above != parent:
        raise Invalid({"new_code": _("代码应以上级代码 %s 开头") % parent})
    if above and not current().filter(code=above).exists():
        raise Invalid({"new_code": _("没有上级区划 %s，请先新增上级") % above})
    if current().filter(code=code).exists():
        raise Invalid({"new_code": _("代码 %s 正在使用") % code})


def _moved_below(area: Area, new: str) -> tuple[list[Area], list[Opening], list[Move]]:
    """All below an area under a new prefix."""
    below = list(within((area.code,)).exclude(code=area.code))
    openings = [Opening(new + a.code[len(area.code) :], a.name) for a in below]
    return below, openings, [Move(a.code, o.code) for a, o in zip(below, openings, strict=True)]


def _counted(plan: Plan) -> Plan:
    ends = set(plan.ends)
    for begun in plan.begins:
        if begun.code not in ends and current().filter(code=begun.code).exists():
            raise Invalid({"new_code": _("代码 %s 正在使用") % begun.code})
    counts = tuple((mover.code, mover.count(plan.moves)) for mover in MOVERS.values())
    villages = {move.old for move in plan.moves if move.groups is None}
    groups = Group.objects.filter(village_code__in=villages, valid_to=None).values_list("number", flat=True)
    return replace(plan, counts=counts, groups=tuple(sorted({*plan.groups, *groups})))


def plan_recode(code: str, new_code: str, on: date, document: str = "") -> Plan:
    """A new code for an area and all below it; under another parent, that is a transfer."""
    area = existing(code)
    check_new_code(new_code, area.level)
    if new_code.startswith(code) or code.startswith(new_code):
        raise Invalid({"new_code": _("新旧代码不能互相包含")})
    below, openings, moves = _moved_below(area, new_code)
    _on(on, [area, *below])
    kind = "recode" if Opening(new_code, "").parent_code == area.parent_code else "transfer"
    begins = (Opening(new_code, area.name), *openings)
    whole = (Move(code, new_code), *moves)
    ends = (code, *(a.code for a in below))
    return _counted(Plan(kind, on, document, ends, begins, whole, (), tuple((m.old, m.new) for m in whole)))


def plan_merge(codes: Sequence[str], into: str, name: str, on: date, document: str = "") -> Plan:
    """Villages, or townships, merged into one that exists (`name` empty) or a new one.

    Villages of a merged township keep the last three digits of their codes where these are free.
    """
    sources = [existing(code) for code in dict.fromkeys(codes) if code != into]
    if not sources:
        raise Invalid({"others": _("请选择要并入的区划")})
    level = sources[0].level
    if level not in ("village", "township") or {area.level for area in sources} != {level}:
        raise Invalid({"others": _("只能合并同为行政村或同为乡镇的区划")})
    begins: list[Opening] = []
    if name:
        check_new_code(into, level)
        begins.append(Opening(into, name))
    target = [] if name else [existing(into)]
    if target and target[0].level != level:
        raise Invalid({"into": _("合并后的区划应与原区划同级")})
    moves = [Move(area.code, into) for area in sources]
    below: list[Area] = []
    if level == "township":
        under = list(current().filter(parent_code__in=[a.code for a in sources]).order_by("code"))
        taken = set(current().filter(parent_code=into).values_list("code", flat=True))
        below, found = under, _placed(under, into, taken)
        begins += [Opening(new, area.name) for area, new in found]
        moves += [Move(area.code, new) for area, new in found]
    _on(on, [*sources, *below, *target])
    ends = tuple(area.code for area in (*sources, *below))
    pairs = tuple((move.old, move.new) for move in moves)
    return _counted(Plan("merge", on, document, ends, tuple(begins), tuple(moves), (), pairs))


def _placed(villages: Sequence[Area], parent: str, taken: set[str]) -> list[tuple[Area, str]]:
    found = []
    for village in villages:
        tail = int(village.code[9:])
        for step in range(1000):
            code = f"{parent}{(tail + step) % 1000:03d}"
            if code not in taken:
                break
        else:
            raise Invalid({"into": _("乡镇 %s 下没有空余的村代码") % parent})
        taken.add(code)
        found.append((village, code))
    return found


def plan_split(code: str, new_code: str, name: str, members: Sequence[str], on: date, document: str = "") -> Plan:
    """Part of a village (groups, by number) or of a township (villages, by code) becomes an area of its own."""
    area = existing(code)
    if area.level not in ("village", "township"):
        raise Invalid({"code": _("只能拆分行政村或乡镇")})
    if not name:
        raise Invalid({"new_name": _("请填写新区划的名称")})
    if not members:
        raise Invalid({"members": _("请选择划入新区划的部分")})
    check_new_code(new_code, area.level, area.parent_code)
    if area.level == "village":
        groups = list(Group.objects.filter(village_code=code, valid_to=None, number__in=members))
        if len(groups) != len(set(members)):
            raise Invalid({"members": _("所选的村民组不在这个村")})
        _on(on, [area])
        named = tuple(sorted(group.name for group in groups))
        moves = (Move(code, new_code, named),)
        chosen = tuple(sorted(group.number for group in groups))
        plan = Plan("split", on, document, (), (Opening(new_code, name),), moves, chosen, ((code, new_code),))
        return _counted(plan)
    villages = list(current().filter(parent_code=code, code__in=members).order_by("code"))
    if len(villages) != len(set(members)):
        raise Invalid({"members": _("所选的行政村不在这个乡镇")})
    _on(on, [area, *villages])
    found = [(village, new_code + village.code[9:]) for village in villages]
    begins = (Opening(new_code, name), *(Opening(new, village.name) for village, new in found))
    parts = tuple(Move(village.code, new) for village, new in found)
    pairs = ((code, new_code), *((move.old, move.new) for move in parts))
    return _counted(Plan("split", on, document, tuple(v.code for v in villages), begins, parts, (), pairs))


Planner = Callable[..., Plan]
PLANNERS: dict[str, Planner] = {"recode": plan_recode, "merge": plan_merge, "split": plan_split}
