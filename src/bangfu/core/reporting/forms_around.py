"""Fills the lines around a table: who fills the form in, and for which day, where they are blank."""

from __future__ import annotations

import re

from bangfu.core.documents.forms.grid import Grid
from bangfu.core.documents.forms.layout import FormTable
from bangfu.core.reporting.forms_answers import Question
from bangfu.core.reporting.forms_state import FillState

_GAP = r"[\s_＿　]*"
_UNIT = re.compile(
    rf"((?:填报|填表|制表|编制|报送|上报)(?:单位|部门|乡镇|村)(?:（[^）]*）|\([^)]*\))?\s*[:：])({_GAP})(?=$|填|制|报|时|日|\d|单位|[\(（])"
)
_DAY = re.compile(
    rf"((?:填报|填表|制表|编制|报送|上报|统计)?(?:时间|日期)\s*[:：])({_GAP}(?:20{_GAP})?年{_GAP}月{_GAP}日|{_GAP}$|{_GAP}(?=填|制|单位))"
)


def fill_surroundings(state: FillState, grid: Grid, table: FormTable) -> None:
    """填报单位 from the area's name, 填报时间 from the as-of date; what is written already stays."""
    name = state.request.unit or (state.areas.name(state.request.area) if state.request.area else "")
    day = f"{state.request.as_of.year}年{state.request.as_of.month}月{state.request.as_of.day}日"
    for row, column in table.surrounding:
        if (row, column) in state.written.get(grid.sheet.part, {}) or grid.formula(row, column):
            continue
        text = made = grid.own_text(row, column)
        for pattern, value in ((_UNIT, name), (_DAY, day)):
            found = pattern.search(made)
            if not found:
                continue
            if not value:
                zh = "没有给 --area，或资料里没有这个单位的名称，“填报单位”没有填；可用 --unit 写明"
                state.ask(
                    Question(
                        "填报单位",
                        "note",
                        zh,
                        "no --area was given, or its name is not in the data; --unit gives it",
                        table.sheet,
                        [],
                    )
                )
                continue
            beside = _beside(grid, row, column) if found.end() == len(made) and not found[2].strip() else None
            if beside == "taken":
                continue
            if isinstance(beside, tuple):
                if not state.held(grid, *beside):
                    state.write(grid, *beside, value)
                continue
            made = made[: found.end(1)] + value + ("  " if found.end() < len(made) else "") + made[found.end() :]
        if made != text:
            state.write(grid, row, column, made)


def _beside(grid: Grid, row: int, column: int) -> tuple[int, int] | str | None:
    """The cell on the right that is meant for the answer: "taken" where it has one, None where there is none."""
    right = grid.block(row, column)[3] + 1
    if right > grid.last_column:
        return None
    text = grid.text(row, right)
    if text:
        return None if re.search(r"[:：]", text) else "taken"
    merged = (row, right) in grid.owner
    return grid.owner.get((row, right), (row, right)) if merged or grid.drawn(row, right) else None
