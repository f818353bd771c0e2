"""Cells, what is behind them and why they differ, as lines for a person in Chinese or English."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bangfu.core.measures.words import columns
from bangfu.core.reporting.cells import Cell
from bangfu.core.reporting.cells_behind import Behind, Counted
from bangfu.core.reporting.cells_compared import Balance, Difference

_KINDS = {"stock": ("时点数", "stock"), "flow": ("时期数", "flow")}
_UNITS = {
    "户": "households", "人": "persons", "人次": "person-times", "户次": "household-times", "元": "yuan", "个": "",
    "座": "", "次": "times", "千瓦": "kW", "亩": "mu", "万元": "10,000 yuan", "percent": "%", "per_mille": "‰",
    "percentage_point": "percentage points",
}  # fmt: skip
_CHINESE = {"percent": "%", "per_mille": "‰", "percentage_point": "个百分点"}
_SIDES = {"numerator": ("分子", "numerator"), "denominator": ("分母", "denominator")}
SHOWN = 50
"""Rows of a list that are printed on a terminal; JSON has all."""


def amount(value: Decimal | Fraction | None, unit: str, at: int) -> str:
    """A figure with its unit: `1,201户`, `11.96%`, `0.2个百分点`; a dash where there is none. `at` is 1 for English."""
    if value is None:
        return "—"
    plain = value if isinstance(value, Decimal) else Decimal(round(value * 10**6)) / 10**6
    text = f"{plain.normalize():,f}"
    word = _UNITS.get(unit, unit) if at else _CHINESE.get(unit, unit)
    return f"{text}{'' if not at or word in {'%', '‰', ''} else ' '}{word}"


def listed(cells: Sequence[Cell], language: str = "zh") -> str:
    """A table of cells."""
    at = 1 if language == "en" else 0
    head = (
        ["指标", "名称", "数值", "", "类别", "地区", "日期", "分子", "分母"],
        ["indicator", "title", "value", "", "kind", "area", "as of", "numerator", "denominator"],
    )[at]
    rows = [[_row(cell, at)[0], *_row(cell, at)[1:]] for cell in cells]
    return "\n".join(columns([head, *rows]))


def _row(cell: Cell, at: int) -> list[str]:
    below = "" if cell.denominator is None else str(cell.denominator)
    title = cell.title_en if at else cell.title_zh
    mark = {"以上": "or more", "约": "about"}.get(cell.approximate, "") if at else cell.approximate
    return [
        cell.indicator, title, amount(cell.value, cell.unit, at), mark, _KINDS[cell.kind][at], cell.area or "—",
        cell.as_of.isoformat(), str(cell.numerator), below,
    ]  # fmt: skip


def described(cell: Cell, at: int) -> list[str]:
    """One cell in words: figure, dates, both sides with their definitions, and the hash of the data behind it."""
    words = (
        ("数值", "类别", "地区", "截至", "分子", "分母", "数据摘要", "报告所载", "无法判定的行", "（全部）"),
        ("value", "kind", "area", "as of", "numerator", "denominator", "data", "as reported", "not told", "(all)"),
    )[at]
    rows = [
        [words[0], amount(cell.value, cell.unit, at)],
        [words[1], _KINDS[cell.kind][at]],
        [words[2], cell.area or words[9]],
        [words[3], cell.as_of.isoformat()],
        [words[4], f"{cell.numerator}  {cell.numerator_query}"],
    ]
    if cell.ratio:
        name = "" if at or not cell.denominator_name else f"（{cell.denominator_name}）"
        rows.append([words[5], f"{cell.denominator}{name}  {cell.denominator_query}"])
    rows.append([words[6], cell.snapshot_hash[:16]])
    if cell.stated is not None:
        rows.append([words[7], cell.stated])
    if cell.undecided:
        rows.append([words[8], str(cell.undecided)])
    width = max(len(label) for label, _ in rows)
    pad = "　" if at == 0 else " "
    return [(cell.title_en if at else cell.title_zh), *(f"  {k}{pad * (width - len(k))}  {v}" for k, v in rows)]


def opened(behind: Behind, language: str = "zh") -> str:
    """A cell and the rows that it counts."""
    at = 1 if language == "en" else 0
    rows = behind.counted
    homes = len(behind.households)
    said = (
        f"{_SIDES[behind.side][0]}：{len(rows)} 行，合计 {behind.total}，涉及 {homes} 户",
        f"{_SIDES[behind.side][1]}: {len(rows)} rows that add up to {behind.total}, in {homes} households",
    )[at]
    lines = [*described(behind.cell, at), "", said, *_counted(rows, at)]
    if behind.undecided:
        lines += ["", (f"无法判定 {len(behind.undecided)} 行", f"{len(behind.undecided)} rows could not be told")[at]]
        lines += _counted(behind.undecided, at)
    return "\n".join(lines)


def _counted(rows: Sequence[Counted], at: int) -> list[str]:
    head = (["户编号", "人编号", "编号", "地区", "计"], ["household", "person", "number", "area", "adds"])[at]
    body = [
        [row.household_no or "—", row.person_no or "—", row.unit_no or "—", row.area or "—", str(row.amount)]
        for row in rows[:SHOWN]
    ]
    more = len(rows) - SHOWN
    tail = (
        [(f"……另有 {more} 行，--format json 全部列出", f"… {more} more; --format json has all")[at]] if more > 0 else []
    )
    return [*columns([head, *body]), *tail] if body else []


def compared(found: Difference, language: str = "zh") -> str:
    """Two cells, by how much they differ, and why."""
    at = 1 if language == "en" else 0
    lines = [*described(found.first, at), *described(found.second, at), ""]
    if found.by is not None:
        share = "" if found.relative is None else f" ({amount(found.relative * 100, 'percent', at)})"
        lines.append(("相差", "difference")[at] + f" {amount(found.by, found.unit, at)}{share}")
    reasons = [reason.en if at else reason.zh for reason in found.reasons]
    lines += reasons or [("没有差异的原因：两数相同", "no reason: the figures rest on the same")[at]]
    if found.changes:
        head = (["户编号", "人编号", "编号", "", "原计", "现计"], ["household", "person", "number", "", "was", "is"])[
            at
        ]
        body = [
            [c.row.household_no or "—", c.row.person_no or "—", c.row.unit_no or "—", _SIDES[c.side][at],
             str(c.before), str(c.after)]
            for c in found.changes[:SHOWN]
        ]  # fmt: skip
        lines += columns([head, *body])
        more = len(found.changes) - SHOWN
        if more > 0:
            lines.append((f"……另有 {more} 行，--format json 全部列出", f"… {more} more; --format json has all")[at])
    return "\n".join(lines)


def balanced(found: Sequence[Balance], language: str = "zh") -> str:
    """Stocks against their identities."""
    at = 1 if language == "en" else 0
    head = (
        ["指标", "地区", "期初", "减少", "增加", "期末", ""],
        ["indicator", "area", "start", "out", "in", "end", ""],
    )[at]
    rows = [
        [
            one.end.title_en if at else one.end.title_zh, one.end.area or "—", str(one.start.numerator),
            str(one.went.numerator), str(one.came.numerator), str(one.end.numerator), _verdict(one, at),
        ]
        for one in found
    ]  # fmt: skip
    return "\n".join(columns([head, *rows]))


def _verdict(one: Balance, at: int) -> str:
    if not one.gap:
        return ("相符", "holds")[at]
    if not one.decided:
        return (f"差 {one.gap}，有行无法判定", f"off by {one.gap}; some rows could not be told")[at]
    return (f"不符，差 {one.gap}", f"off by {one.gap}")[at]


def as_dict(row: Counted) -> dict[str, Any]:
    """A counted row as JSON takes it."""
    return {
        "household_no": row.household_no, "person_no": row.person_no, "unit_no": row.unit_no, "area": row.area,
        "amount": row.amount,
    }  # fmt: skip
