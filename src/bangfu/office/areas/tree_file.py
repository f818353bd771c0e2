"""The county's list of areas as Excel or CSV: columns code, name, level, parent, valid_from, under Chinese or English names.

Reading finds the header and the rows; checking says of every row what it would do, or what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from bangfu.core.files.answer_cells import day_of
from bangfu.core.files.open_book import open_book
from bangfu.core.values.text import half_width, squeeze
from bangfu.office.areas.models import DIGITS, Area, Group
from bangfu.office.areas.plans import PARENT_DIGITS
from bangfu.office.areas.queries import Reaching, current
from bangfu.office.pages.refusals import Invalid

COLUMNS = {
    "code": ("代码", "区划代码", "编号", "code"),
    "name": ("名称", "区划名称", "name"),
    "level": ("层级", "级别", "level"),
    "parent": ("上级代码", "上级", "parent"),
    "valid_from": ("启用日期", "valid_from"),
}
LEVELS = {
    "province": ("省", "省级", "province"),
    "city": ("市", "市级", "地级", "city"),
    "county": ("县", "县级", "区", "county"),
    "township": ("乡镇", "乡", "镇", "街道", "township"),
    "village": ("行政村", "村", "社区", "village"),
    "group": ("村民组", "组", "group"),
    "natural_village": ("自然村", "natural_village"),
}
_LEVEL = {word: level for level, words in LEVELS.items() for word in words}
MOST_ROWS = 50_000
_SEARCHED = 20
Raw = dict[str, str]


@dataclass
class Checked:
    """Rows with what each does (`added`, `renamed`, `same`), and errors as (row, column, message)."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, str, str]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many rows do what."""
        return {does: sum(row["does"] == does for row in self.rows) for does in ("added", "renamed", "same")}


def read(path: Path) -> list[tuple[int, Raw]]:
    """Rows with their numbers. Raises FileError where it is no table, Invalid where it has no such columns."""
    for sheet in open_book(path).sheets:
        at: dict[str, int] = {}
        found: list[tuple[int, Raw]] = []
        for number, cells in enumerate(sheet.rows(), 1):
            if not at:
                at = _header(cells)
                if not at and number > _SEARCHED:
                    break
                continue
            raw = {name: _cell(name, cells[i]) if i < len(cells) else "" for name, i in at.items()}
            if any(raw.values()):
                found.append((number, raw))
            if len(found) > MOST_ROWS:
                raise Invalid({"file": _("文件超过 %d 行，请分开上传") % MOST_ROWS})
        if at and found:
            return found
    titles = "、".join(words[0] for words in COLUMNS.values())
    raise Invalid({"file": _("没有找到表头或数据。第一行应有这些列：%s") % titles})


def _cell(column: str, text: str) -> str:
    return " ".join(half_width(text).split()) if column == "name" else squeeze(text)


def _header(cells: list[str]) -> dict[str, int]:
    titles = [squeeze(cell).lower() for cell in cells]
    at = {name: titles.index(word) for name, words in COLUMNS.items() for word in words[::-1] if word in titles}
    return at if {"code", "name", "level"} <= set(at) else {}


def check(actor: Reaching, raws: Iterable[tuple[int, Raw]]) -> Checked:
    """What each row would do. Two queries, however many rows."""
    raws = list(raws)
    areas: dict[str, Area] = {row.code: row for row in current()}
    groups: dict[str, Group] = {row.number: row for row in Group.objects.filter(valid_to=None)}
    checked = Checked()
    coming: dict[str, int] = {}
    promised = {_code(raw.get("code", ""), level)[0] for _, raw in raws if (level := _level(raw)) in DIGITS}
    for number, raw in raws:
        row, problems = _row(actor, raw, number, areas, groups, coming, promised)
        checked.errors += [(number, column, message) for column, message in problems]
        if not problems:
            coming[row["code"]] = number
            checked.rows.append(row)
    checked.rows.sort(key=lambda row: (row["level"] in ("group", "natural_village"), len(row["code"]), row["row"]))
    return checked


def _level(raw: Raw) -> str:
    return _LEVEL.get(raw.get("level", "").lower(), raw.get("level", ""))


def _row(
    actor: Reaching,
    raw: Raw,
    number: int,
    areas: dict[str, Area],
    groups: dict[str, Group],
    coming: dict[str, int],
    promised: set[str],
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    problems: list[tuple[str, str]] = []
    level = _level(raw)
    if level not in LEVELS:
        words = "、".join(words[0] for words in LEVELS.values())
        return {}, [("level", _("层级应为：%s") % words)]
    code, name, parent = raw.get("code", ""), raw.get("name", ""), raw.get("parent", "")
    small = level not in DIGITS
    if not small:
        code, wrong = _code(code, level)
        problems += wrong
    elif not 0 < len(code) <= 30:
        problems.append(("code", _("编号应有 1 到 30 个字符")))
    if not 0 < len(name) <= 60:
        problems.append(("name", _("名称应有 1 到 60 个字符")))
    day = day_of(raw.get("valid_from", ""))
    if day is None:
        problems.append(("valid_from", _("启用日期应写成 2026-01-01")))
    if code in coming:
        problems.append(("code", _("与第 %d 行重复") % coming[code]))
    above = _above(code, level, parent, problems)
    if above and above not in areas and above not in promised and not problems:
        problems.append(("parent", _("没有上级区划 %s：它既不在系统中，也不在文件中") % above))
    if not problems and not actor.may("areas.manage", above if small else code):
        problems.append(("code", _("不在您维护的区划内")))
    row = {"row": number, "code": code, "name": name, "level": level, "parent": above}
    row["valid_from"] = day.isoformat() if day else ""
    if not problems:
        row["does"] = _does(row, areas, groups, problems)
    return row, problems


def _code(code: str, level: str) -> tuple[str, list[tuple[str, str]]]:
    """The meaning digits: `990101101000` of a township is `990101101`."""
    digits = DIGITS[level]
    if code.isascii() and code.isdigit() and len(code) == 12 and code[digits:].strip("0") == "":
        code = code[:digits]
    if not (code.isascii() and code.isdigit() and len(code) == digits):
        return code, [("code", _("这一层级的代码应为 %d 位数字，或补零到 12 位") % digits)]
    return code, []


def _above(code: str, level: str, parent: str, problems: list[tuple[str, str]]) -> str:
    if level not in DIGITS:
        if len(parent) != DIGITS["village"]:
            problems.append(("parent", _("村民组和自然村应写明所在行政村的 12 位代码")))
        return parent
    digits = PARENT_DIGITS[DIGITS[level]]
    if parent and digits and not (parent.startswith(code[:digits]) and parent[digits:].strip("0") == ""):
        problems.append(("parent", _("上级代码与代码的前 %d 位不一致") % digits))
    return code[:digits]


def _does(
    row: dict[str, Any], areas: dict[str, Area], groups: dict[str, Group], problems: list[tuple[str, str]]
) -> str:
    if row["level"] not in DIGITS:
        known = groups.get(row["code"])
        if known is None:
            return "added"
        if (known.village_code, known.name, known.kind) != (row["parent"], row["name"], row["level"]):
            problems.append(("code", _("编号已用于 %s；村民组的变动请在区划变更中办理") % known.name))
        return "same"
    area = areas.get(row["code"])
    if area is None:
        return "added"
    if area.name == row["name"]:
        return "same"
    row["was"] = area.name
    if date.fromisoformat(row["valid_from"]) <= area.valid_from:
        day = area.valid_from.isoformat()
        problems.append(("valid_from", _("更名的日期应晚于原名称的启用日期 %s") % day))
    return "renamed"
