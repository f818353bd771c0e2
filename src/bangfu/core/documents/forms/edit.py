"""Writes values into a worksheet's XML: the bytes of the cells that change are replaced, all others stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from bangfu.core.documents.forms.scan import CellSpan, RowSpan, SheetScan, attributes_of, reference

Value = int | Decimal | str | date
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Written:
    """What a cell gets. `style` is used where the cell is new; None copies nothing."""

    value: Value
    style: int | None = None


def apply_edits(
    scan: SheetScan,
    values: Mapping[tuple[int, int], Written],
    cached: Mapping[tuple[int, int], Decimal | str | None],
) -> bytes:
    """The sheet with `values` in place and the cached results of formulas replaced (None: dropped)."""
    by_row: dict[int, dict[int, Written]] = {}
    for (number, column), written in values.items():
        by_row.setdefault(number, {})[column] = written
    fresh: dict[int, dict[int, Decimal | str | None]] = {}
    for (number, column), result in cached.items():
        fresh.setdefault(number, {})[column] = result
    raw, pieces, at = scan.raw, [], 0
    start, opened, closing, end = scan.data
    there = {row.number for row in scan.rows}
    new_rows = sorted(set(by_row) - there)
    if new_rows and opened == end:  # <sheetData/>: opened up, since rows come into it
        name = scan.prefix + b"sheetData"
        made = b"".join(_new_row(scan, number, by_row[number]) for number in new_rows)
        return raw[:start] + b"<" + name + b">" + made + b"</" + name + b">" + raw[end:]
    for row in scan.rows:
        while new_rows and new_rows[0] < row.number:
            pieces += [raw[at : row.start], _new_row(scan, new_rows[0], by_row[new_rows.pop(0)])]
            at = row.start
        wanted, results = by_row.get(row.number, {}), fresh.get(row.number, {})
        if wanted or results:
            pieces += [raw[at : row.start], _row(scan, row, wanted, results)]
            at = row.end
    if new_rows:
        pieces += [raw[at:closing], *(_new_row(scan, number, by_row[number]) for number in new_rows)]
        at = closing
    pieces.append(raw[at:])
    return b"".join(pieces)


def _row(
    scan: SheetScan, row: RowSpan, values: Mapping[int, Written], results: Mapping[int, Decimal | str | None]
) -> bytes:
    raw, p = scan.raw, scan.prefix
    if row.empty:
        head = raw[row.start : row.opened].rstrip(b">").rstrip().removesuffix(b"/").rstrip()
        cells = b"".join(_cell(p, row.number, c, written, None) for c, written in sorted(values.items()))
        return head + b">" + cells + b"</" + p + b"row>"
    pieces, at = [], row.start
    left = sorted(set(values) - {cell.column for cell in row.cells})
    for cell in row.cells:
        while left and left[0] < cell.column:
            column = left.pop(0)
            pieces += [raw[at : cell.start], _cell(p, row.number, column, values[column], None)]
            at = cell.start
        if cell.column in values:
            pieces += [raw[at : cell.start], _cell(p, row.number, cell.column, values[cell.column], _kept(raw, cell))]
            at = cell.end
        elif cell.column in results and cell.formula_at is not None:
            pieces += [raw[at : cell.start], _formula_cell(raw, p, cell, results[cell.column])]
            at = cell.end
    for column in left:
        pieces += [raw[at : row.closing], _cell(p, row.number, column, values[column], None)]
        at = row.closing
    pieces.append(raw[at : row.end])
    return b"".join(pieces)


def _kept(raw: bytes, cell: CellSpan) -> list[tuple[str, str]]:
    """The attributes of a cell that is written: all but its type."""
    tag = raw[cell.start : raw.index(b">", cell.start) + 1]
    return [(name, value) for name, value in attributes_of(tag).items() if name != "t"]


def _new_row(scan: SheetScan, number: int, values: Mapping[int, Written]) -> bytes:
    p = scan.prefix
    cells = b"".join(_cell(p, number, column, written, None) for column, written in sorted(values.items()))
    return b"<" + p + f'row r="{number}">'.encode() + cells + b"</" + p + b"row>"


def _cell(p: bytes, row: int, column: int, written: Written, kept: list[tuple[str, str]] | None) -> bytes:
    if kept is None:
        kept = [("r", reference(row, column))]
        if written.style:
            kept.append(("s", str(written.style)))
    value = written.value
    if isinstance(value, str):
        kept = [*kept, ("t", "inlineStr")]
        space = ' xml:space="preserve"' if value != value.strip() or "\n" in value else ""
        body = (
            b"<"
            + p
            + b"is><"
            + p
            + b"t"
            + space.encode()
            + b">"
            + escape(value).encode()
            + b"</"
            + p
            + b"t></"
            + p
            + b"is>"
        )
    else:
        body = b"<" + p + b"v>" + number_text(value).encode() + b"</" + p + b"v>"
    head = " ".join(f'{name}="{text}"' for name, text in kept)
    return b"<" + p + b"c " + head.encode() + b">" + body + b"</" + p + b"c>"


def _formula_cell(raw: bytes, p: bytes, cell: CellSpan, result: Decimal | str | None) -> bytes:
    assert cell.formula_at is not None
    kept = _kept(raw, cell)
    if isinstance(result, str):
        kept.append(("t", "str"))
    head = " ".join(f'{name}="{text}"' for name, text in kept)
    formula = raw[cell.formula_at[0] : cell.formula_at[1]]
    text = "" if result is None else escape(result) if isinstance(result, str) else number_text(result)
    body = b"" if result is None else b"<" + p + b"v>" + text.encode() + b"</" + p + b"v>"
    return b"<" + p + b"c " + head.encode() + b">" + formula + body + b"</" + p + b"c>"


def number_text(value: int | Decimal | date) -> str:
    """A number as it stands in XML; a date as the day's serial number."""
    if isinstance(value, date):
        return str((value - _EPOCH).days)
    if isinstance(value, int):
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
