"""A sheet of text cells, whatever file it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

Row = list[str]
_EXACT = 1e15


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged block of one column: 1-based first and last row, 0-based column."""

    first: int
    last: int
    column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows()` starts over each time it is called; row 1 is the first, empty rows included.

    `even` is True where the format itself makes all rows equally long, so that a short row is not an
    error.
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    even: bool
    hidden: bool = False
    merges: tuple[Merge, ...] = ()
    hidden_rows: Callable[[], int] = field(default=lambda: 0)


@dataclass(frozen=True, slots=True)
class Book:
    """A file opened: its sheets, and remarks on the file as such as (code, detail)."""

    path: Path
    sheets: tuple[Sheet, ...]
    remarks: tuple[tuple[str, str], ...] = ()


def cell_text(cell: object) -> str:
    """A cell's value as the text that a reader of numbers, dates and codes expects.

    A number keeps the fifteen digits that a spreadsheet holds; a longer one shows as scientific, since
    its last digits are not what was typed.
    """
    if type(cell) is str:
        return cell
    if type(cell) is float:
        return _number_text(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return _number_text(float(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell.total_seconds()) if isinstance(cell, timedelta) else str(cell)


def _number_text(number: float) -> str:
    if -_EXACT < number < _EXACT:
        whole = int(number)
        return str(whole) if whole == number else f"{number:.15g}"
    return f"{number:.15g}"


def text_rows(rows: Iterable[Iterable[object]]) -> Iterator[Row]:
    """Rows of cells as rows of text."""
    for row in rows:
        yield [cell if type(cell) is str else cell_text(cell) for cell in row]
