"""A worksheet as people see it: texts and numbers by place, with merged blocks filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from bangfu.core.documents.forms.package import NumberFormat, Package, Sheet
from bangfu.core.documents.forms.scan import CellSpan
from bangfu.core.values.text import tidy

Place = tuple[int, int]
"""1-based (row, column)."""
WIDEST = 200
"""Columns beyond this are not looked at: no form is as wide, but an empty styled row may be."""


@dataclass(slots=True)
class Grid:
    """Texts by place; `owner` gives the upper left cell of the merged block that a place lies in."""

    sheet: Sheet
    texts: dict[Place, str]
    cells: dict[Place, CellSpan]
    owner: dict[Place, Place]
    formats: list[NumberFormat]
    bordered: list[bool]
    blocks: dict[Place, tuple[int, int, int, int]] = field(default_factory=dict)

    def text(self, row: int, column: int) -> str:
        """The text that is seen at a place: of a merged block in all of its cells."""
        return self.texts.get(self.owner.get((row, column), (row, column)), "")

    def own_text(self, row: int, column: int) -> str:
        """The text of the cell itself; empty inside a merged block but at its upper left."""
        return self.texts.get((row, column), "")

    def number(self, row: int, column: int) -> Decimal | None:
        """The number that stands in a cell; None for a text, a blank or a formula without a result."""
        cell = self.cells.get((row, column))
        if cell is None or cell.value is None or cell.kind not in ("n", ""):
            return None
        return number_of(cell.value)

    def formula(self, row: int, column: int) -> bool:
        """Whether the cell holds a formula."""
        cell = self.cells.get((row, column))
        return cell is not None and cell.formula is not None

    def format(self, row: int, column: int) -> NumberFormat:
        """How the cell shows numbers."""
        cell = self.cells.get((row, column))
        return self.formats[cell.style] if cell is not None and cell.style < len(self.formats) else NumberFormat()

    def drawn(self, row: int, column: int) -> bool:
        """Whether the cell is drawn as part of a table: it has a border."""
        cell = self.cells.get((row, column))
        return cell is not None and cell.style < len(self.bordered) and self.bordered[cell.style]

    def block(self, row: int, column: int) -> tuple[int, int, int, int]:
        """The merged block of a place, or the cell alone."""
        return self.blocks.get(self.owner.get((row, column), (row, column)), (row, column, row, column))

    @property
    def last_row(self) -> int:
        """The last row with a text, a formula or a drawn cell."""
        rows = [row for (row, _), text in self.texts.items() if text]
        rows += [row for (row, column), cell in self.cells.items() if cell.formula or self.drawn(row, column)]
        return max(rows, default=0)

    @property
    def last_column(self) -> int:
        """The last column with a text."""
        columns = [self.block(row, column)[3] for (row, column), text in self.texts.items() if text]
        return min(max(columns, default=0), WIDEST)


def number_of(text: str) -> Decimal | None:
    """A stored number, exactly as printed; None where it is none."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def make_grid(package: Package, sheet: Sheet) -> Grid:
    """The grid of a sheet of the package."""
    texts: dict[Place, str] = {}
    cells: dict[Place, CellSpan] = {}
    for row in sheet.scan.rows:
        for cell in row.cells:
            if cell.column > WIDEST:
                break
            place = (cell.row, cell.column)
            cells[place] = cell
            text = _shown(cell, package.strings)
            if text:
                texts[place] = text
    owner, blocks = {}, {}
    for first, left, last, widest in sheet.scan.merges:
        right = min(widest, WIDEST)
        if last - first > 2000:
            continue
        blocks[first, left] = (first, left, last, right)
        for r in range(first, last + 1):
            for c in range(left, right + 1):
                owner[r, c] = (first, left)
    return Grid(sheet, texts, cells, owner, package.formats, package.bordered, blocks)


def _shown(cell: CellSpan, strings: list[str]) -> str:
    if cell.value is None:
        return ""
    if cell.kind == "s":
        index = int(cell.value) if cell.value.isdigit() else -1
        return tidy(strings[index]) if 0 <= index < len(strings) else ""
    return "" if cell.kind == "e" else tidy(cell.value)
