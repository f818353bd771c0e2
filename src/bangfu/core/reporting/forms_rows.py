"""Which areas the rows of a form stand for, and what is to be written into its label columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bangfu.core.documents.forms.layout import FormRow, FormTable
from bangfu.core.reporting.forms_areas import COUNTY, GROUP, TOWNSHIP, VILLAGE, AreaBook, group_code

LEVELS = {"village": VILLAGE, "township": TOWNSHIP, "county": COUNTY}
AREA_ROLES = ("village", "township", "county", "area", "code", "item")


@dataclass(slots=True)
class RowPlan:
    """`scopes` gives each row's areas as code prefixes ("" is everything); `lost` are labels that no area fits.

    `labels` are to be written; `more` rows are wanted beyond the blank ones.
    """

    scopes: dict[int, list[str]] = field(default_factory=dict)
    labels: dict[tuple[int, int], str | int] = field(default_factory=dict)
    lost: dict[int, tuple[str, list[str]]] = field(default_factory=dict)
    more: int = 0


def rows_are_areas(table: FormTable, areas: AreaBook) -> bool:
    """Whether the rows are about areas; else their labels say what is counted."""
    roles = {column.role for column in table.columns}
    items = [c.number for c in table.by_role("item")]
    if not items:
        return True
    texts = [row.labels.get(items[0], "") for row in table.rows if row.kind == "data"]
    texts = [text for text in texts if text]
    if not texts:
        return bool(roles & {"village", "township", "area"})
    return sum(bool(areas.find(text)) for text in texts) * 2 > len(texts)


Chosen = Callable[[str], str]
"""The area that a person chose for a row's label; empty where nobody did."""


def plan_rows(table: FormTable, areas: AreaBook, chosen: Chosen = lambda _label: "") -> RowPlan:
    """Areas for rows that name one, and for blank rows."""
    plan = RowPlan()
    data = [row for row in table.rows if row.kind == "data"]
    named = [row for row in data if _texts(table, row)]
    if named or not data:
        _named(table, areas, plan, chosen)
    else:
        _blank(table, areas, plan, data)
    _totals(table, areas, plan)
    return plan


def _texts(table: FormTable, row: FormRow) -> dict[str, str]:
    """The texts by which a row names its area, by role."""
    found = {}
    for column in table.columns:
        text = row.labels.get(column.number, "")
        if column.role in AREA_ROLES and text and column.role not in found:
            found[column.role] = text
    return found


def _named(table: FormTable, areas: AreaBook, plan: RowPlan, chosen: Chosen) -> None:
    township, serial = "", 0
    met: dict[str, int] = {}
    above: dict[str, str] = {}
    for row in table.rows:
        texts = _texts(table, row)
        if row.kind == "data" and not texts and _group_text(table, row):
            texts = above  # a village's name stands once, over its groups
        above = texts
        if row.kind == "section":
            township = _one(areas.find(next(iter(texts.values()), ""), TOWNSHIP)) or township
        if row.kind != "data" or not texts:
            continue
        found = _find(texts, areas, township)
        label, group = "".join(texts.values()), _group_text(table, row)
        met[label] = met.get(label, 0) + (not group)
        label += f"（第{met[label]}个）" if met[label] > 1 else ""
        if len(found) > 1 and (one := chosen(label)) in found:
            found = [one]
        if len(found) == 1 and group:
            found = [code] if (code := areas.find_group(found[0], group)) else []
            label += group
        if len(found) == 1:
            plan.scopes[row.number] = found
            township = found[0] if len(found[0]) == TOWNSHIP else township
            serial += 1
            _serial(table, row, plan, serial)
            _other_labels(table, row, areas, plan, found[0])
        else:
            plan.lost[row.number] = (label, found)


def _group_text(table: FormTable, row: FormRow) -> str:
    return next((text for c in table.by_role("group") if (text := row.labels.get(c.number, ""))), "")


def _one(found: list[str]) -> str:
    return found[0] if len(found) == 1 else ""


def _find(texts: dict[str, str], areas: AreaBook, township: str) -> list[str]:
    """The area of a row: by its code, else by the most special name, within the township named beside or above."""
    if "code" in texts:
        by_code = areas.find(texts["code"])
        if by_code:
            return by_code
    beside = _one(areas.find(texts["township"], TOWNSHIP)) if "township" in texts else ""
    if "township" in texts and not beside:
        return []  # a township that is not there, or not one: its villages are nobody else's
    if "village" in texts:
        found = areas.find(texts["village"], VILLAGE, beside or township) or areas.find(
            texts["village"], VILLAGE, beside
        )
        # 村（社区） columns also hold townships as section rows
        return found or areas.find(texts["village"], 0, beside)
    if beside:
        return [beside]
    text = texts.get("area") or texts.get("item") or texts.get("township") or texts.get("county") or ""
    return areas.find(text, 0, township) or areas.find(text)


def _other_labels(table: FormTable, row: FormRow, areas: AreaBook, plan: RowPlan, code: str) -> None:
    """Blank label cells beside the one that names the row: the township's name, the code."""
    for column in table.columns:
        if row.labels.get(column.number, "") == "" and column.role in ("township", "code", "village"):
            text = _label(column.role, code, areas)
            if text:
                plan.labels[row.number, column.number] = text


def _blank(table: FormTable, areas: AreaBook, plan: RowPlan, data: list[FormRow]) -> None:
    wanted = _wanted(table, areas, len(data))
    plan.more = max(0, len(wanted) - len(data))
    for number, (row, code) in enumerate(zip(data, wanted, strict=False), 1):
        plan.scopes[row.number] = [code]
        _serial(table, row, plan, number)
        for column in table.columns:
            text = _label(column.role, code, areas)
            if text and not row.labels.get(column.number):
                plan.labels[row.number, column.number] = text


def _wanted(table: FormTable, areas: AreaBook, blank: int) -> list[str]:
    roles = {column.role for column in table.columns}
    scope = areas.scope
    if "group" in roles:
        villages = [v for v in areas.groups if v.startswith(scope)]
        return [group_code(v, name) for v in sorted(villages) for name in areas.groups[v]]
    if "village" in roles:
        return [scope] if len(scope) == VILLAGE else areas.inside(VILLAGE)
    if "township" in roles:
        return [scope] if len(scope) >= TOWNSHIP else areas.inside(TOWNSHIP)
    if blank == 1 or not roles & {"area", "code", "item"}:
        return [scope]
    if len(scope) >= VILLAGE:
        return [scope]
    return areas.inside(VILLAGE if len(scope) >= TOWNSHIP else TOWNSHIP)


def _label(role: str, code: str, areas: AreaBook) -> str:
    code, _, group = code.partition(GROUP)
    if role == "group":
        return group.rstrip(GROUP)
    if role == "village":
        return areas.name(code) or code if len(code) == VILLAGE else ""
    if role == "township":
        return areas.township_of(code) if len(code) >= TOWNSHIP else ""
    if role in ("area", "item"):
        return areas.name(code) or code
    return code if role == "code" and code else ""


def _serial(table: FormTable, row: FormRow, plan: RowPlan, number: int) -> None:
    for column in table.by_role("serial"):
        if not row.labels.get(column.number):
            plan.labels[row.number, column.number] = number


def _totals(table: FormTable, areas: AreaBook, plan: RowPlan) -> None:
    """合计 covers all rows, 小计 those since the last one; areas that lie in another row's are not counted twice.

    Where a row's area is not known its totals are not, either.
    """
    since: list[str] = []
    lost_since = False
    every = [area for scopes in plan.scopes.values() for area in scopes]
    for row in table.rows:
        if row.kind == "data":
            since += plan.scopes.get(row.number, [])
            lost_since = lost_since or row.number in plan.lost
        elif row.kind == "subtotal":
            if since and not lost_since:
                plan.scopes[row.number] = outermost(since)
            since, lost_since = [], False
        elif row.kind == "total" and plan.lost:
            plan.lost[row.number] = ("合计", [])
        elif row.kind == "total":
            plan.scopes[row.number] = outermost(every) if every else [areas.scope]


def outermost(areas: list[str]) -> list[str]:
    """Areas that lie in no other of them."""
    distinct = sorted(set(areas))
    return [a for a in distinct if not any(a != b and a.startswith(b) for b in distinct)]
