"""Checks what a filled table says against itself: totals against rows, 合计 columns against their parts, 其中 against the whole."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bangfu.core.documents.forms.labels import squeezed
from bangfu.core.documents.forms.layout import FormColumn, FormRow
from bangfu.core.documents.forms.scan import reference
from bangfu.core.reporting.forms_answers import Question
from bangfu.core.reporting.forms_state import FillState
from bangfu.core.reporting.forms_table import TableFilling

Results = Mapping[str, Mapping[tuple[int, int], Any]]
_WHOLE = frozenset({"合计", "总计", "小计", "计", "共计", "总数"})


def check_sums(state: FillState, filling: TableFilling, results: Results) -> None:
    """Ask about every sum that does not come out."""
    checking = _Checking(state, filling, results)
    checking.down()
    checking.across()


class _Checking:
    def __init__(self, state: FillState, filling: TableFilling, results: Results) -> None:
        self.state, self.filling, self.results = state, filling, results
        self.table, self.grid = filling.table, filling.grid

    def value(self, row: int, column: int) -> Decimal | None:
        """The number that a cell shows after filling."""
        part = self.grid.sheet.part
        written = self.state.written.get(part, {}).get((row, column))
        if written is not None:
            return Decimal(written.value) if isinstance(written.value, (int, Decimal)) else None
        if self.grid.formula(row, column):
            result = self.results.get(part, {}).get((row, column))
            return result if isinstance(result, Decimal) else None
        return self.grid.number(row, column)

    def _additive(self, column: FormColumn) -> bool:
        heard = self.filling.asked.heard(column).words
        return not (heard.share or heard.per or heard.percent)

    def down(self) -> None:
        """Totals against the rows above (or, for one at the top, below) them."""
        for column in self.table.figures:
            if self._additive(column):
                self._down(column)

    def _down(self, column: FormColumn) -> None:
        group: list[FormRow] = []
        every: list[FormRow] = []
        for row in self.table.rows:
            if row.kind == "data" and (self.filling.by_area or not self.filling.asked.is_part(row)):
                group.append(row)
                every.append(row)
            elif row.kind == "subtotal":
                self._compare(column, row, group)
                group = []
        for row in self.table.rows:
            if row.kind == "total":
                self._compare(column, row, every)

    def _compare(self, column: FormColumn, total: FormRow, rows: list[FormRow]) -> None:
        scopes = self.filling.plan.scopes
        kept = set(scopes.get(total.number, []))
        rows = [row for row in rows if set(scopes.get(row.number, [])) <= kept or not scopes.get(row.number)]
        stated = self.value(total.number, column.number)
        values = [self.value(row.number, column.number) for row in rows]
        known = [value for value in values if value is not None]
        named = [row for row, value in zip(rows, values, strict=True) if value is None and scopes.get(row.number)]
        if stated is None or not known or named:
            return
        if abs(sum(known, Decimal(0)) - stated) > Decimal("0.01") * len(known):
            place = reference(total.number, column.number)
            zh = f"{place}为{_shown(stated)}，各行相加为{_shown(sum(known, Decimal(0)))}"
            en = f"{place} is {_shown(stated)}, its rows add up to {_shown(sum(known, Decimal(0)))}"
            self.state.ask(Question(column.key, "sum", zh, en, self.table.sheet, [place]))

    def across(self) -> None:
        """合计 of a group against its other columns of the same unit, and parts against what they are part of."""
        for column in self.table.figures:
            if len(column.path) > 1 and squeezed(column.path[-1]).rstrip("数") in _WHOLE and self._additive(column):
                self._group(column)
            base = self.filling.asked.base(column)
            if base is not None and self._additive(column) and self._unit(base) == self._unit(column):
                self._part(column, base)

    def _unit(self, column: FormColumn) -> str:
        made = self.filling.asked.meaning(column)
        found = made.readings
        return f"{found[0].top.table} {found[0].top.kind} {made.money}" if found else ""

    def _group(self, column: FormColumn) -> None:
        above, unit = column.groups[:-1], self._unit(column)
        parts = [
            c for c in self.table.figures
            if c.groups[:-1] == above and c is not column and self._additive(c) and self._unit(c) == unit
            and self.filling.asked.base(c) is None
        ]  # fmt: skip
        if len(parts) < 2:
            return
        for row in self.table.rows:
            whole = self.value(row.number, column.number)
            values = [self.value(row.number, c.number) for c in parts]
            if whole is None or any(value is None for value in values):
                continue
            total = sum((value for value in values if value is not None), Decimal(0))
            if total != whole:
                place = reference(row.number, column.number)
                zh, en = "合计与同组各栏相加不等", "the total is not the sum of the columns beside it"
                self.state.ask(
                    Question(
                        column.key, "sum", zh, en, self.table.sheet, [f"{place}（{_shown(whole)}≠{_shown(total)}）"]
                    )
                )

    def _part(self, column: FormColumn, base: FormColumn) -> None:
        for row in self.table.rows:
            part, whole = self.value(row.number, column.number), self.value(row.number, base.number)
            if part is not None and whole is not None and part > whole:
                place = reference(row.number, column.number)
                zh, en = f"其中项大于“{base.key}”", "a part is larger than what it is part of"
                self.state.ask(
                    Question(
                        column.key, "sum", zh, en, self.table.sheet, [f"{place}（{_shown(part)}>{_shown(whole)}）"]
                    )
                )


def _shown(value: Decimal) -> str:
    return format(value.normalize(), "f")
