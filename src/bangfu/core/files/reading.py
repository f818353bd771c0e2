"""What reading a table gave: typed columns, where each row stood, and every remark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.files.cells import range_text
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.remarks import LISTED_ROWS, Note, Problem
from bangfu.core.values.reading import Reading
from bangfu.core.values.text import mask

_LISTED_LABELS = 12


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table that was read.

    `table` is a pyarrow.Table with the layout's columns that the file carries, under the layout's
    names: money in fen (int64), integer int64, decimal decimal128(18,6), boolean, date32, text, code
    value; null where missing. `sheet_of` and `row_of` are Arrow arrays as long as the table: index into
    `sheets`, and 1-based row. `headers` gives the title that each column has in the file. `rejected`
    lists (sheet, row) of rows left out for a problem. `rows_seen` counts rows of data, rejected ones
    included.
    """

    path: Path
    layout: TableLayout
    table: Any
    sheets: tuple[str, ...]
    sheet_of: Any
    row_of: Any
    headers: Mapping[str, str]
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]
    rejected: tuple[tuple[str, int], ...]
    rows_seen: int

    def column(self, name: str) -> list[Any]:
        """A column as Python values; all None where the file lacks it. Raises KeyError for no such column."""
        if name not in {column.name for column in self.layout.columns}:
            raise KeyError(name)
        if name not in self.table.column_names:
            return [None] * int(self.table.num_rows)
        values: list[Any] = self.table.column(name).to_pylist()
        return values


class Remarks:
    """Collects remarks on one file: problems one by one, notes summed up by sheet, column and kind."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._single: list[Note] = []
        self._summed: dict[tuple[str, str, str], tuple[str, list[int], int]] = {}

    def problem(
        self,
        sheet: str,
        row: int | None,
        column: str,
        value: str,
        code: str,
        *,
        detail: str = "",
        count: int = 1,
    ) -> None:
        """Record one problem."""
        self.problems.append(Problem(self.file, sheet, row, column, value, code, detail, count))

    def note(
        self,
        sheet: str,
        row: int | None,
        column: str,
        value: str,
        code: str,
        *,
        detail: str = "",
        count: int = 1,
    ) -> None:
        """Record a note that stands by itself."""
        self._single.append(Note(self.file, sheet, row, column, value, code, detail, count))

    def cells(
        self,
        sheet: str,
        rows: Sequence[int],
        column: ColumnLayout,
        title: str,
        found: Sequence[tuple[int, str, Reading]],
    ) -> None:
        """Record what was found in a column's cells: (index into `rows`, text, reading)."""
        for index, text, reading in found:
            row = rows[index]
            shown = mask(text) if column.personal else text.strip()
            if reading.problem:
                self.problem(sheet, row, title, shown, reading.problem, detail=_expected(column, reading.problem))
            else:
                self.sum_up(sheet, row, title, shown, reading.note)

    def sum_up(self, sheet: str, row: int, title: str, value: str, code: str) -> None:
        """Count one more cell to which a note applies."""
        key = (sheet, title, code)
        first, rows, count = self._summed.get(key, (value, [], 0))
        if len(rows) < LISTED_ROWS:
            rows.append(row)
        self._summed[key] = (first, rows, count + 1)

    def notes(self) -> tuple[Note, ...]:
        """All notes, those that stand by themselves first."""
        summed = [
            Note(self.file, sheet, rows[0], title, value, code, "", count, tuple(rows))
            for (sheet, title, code), (value, rows, count) in self._summed.items()
        ]
        return (*self._single, *summed)


def _expected(column: ColumnLayout, code: str) -> str:
    if code == "out_of_range":
        return range_text(column)
    if code == "not_in_list":
        labels = [label for label in column.labels if not label.isascii()] or list(column.labels)
        return "、".join(labels[:_LISTED_LABELS]) + ("……" if len(labels) > _LISTED_LABELS else "")
    return ""
