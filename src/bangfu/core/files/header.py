"""Finds the header of a sheet and tells which physical column carries which column of the layout."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from bangfu.core.files.layout import ColumnLayout, TableLayout, own_names
from bangfu.core.files.sheet import Book, Row, Sheet
from bangfu.core.values.text import label_key

SEARCHED_ROWS = 30
"""A header stands within the first thirty rows, below whatever title and instructions there are."""
_SAME_TABLE = 0.8
_REQUIRED = re.compile(r"^[*※]+|[*※]+$|\(必填\)|\[必填\]|\(选填\)")
_TAIL = re.compile(r"\(([^()]*)\)$")
_UNIT_FACTORS = {"元": 1, "人民币元": 1, "百元": 100, "千元": 1_000, "万元": 10_000, "亿元": 100_000_000}
_PERIODS = {"年": "year", "月": "month"}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header of a sheet stands and what it says.

    `first`/`last` are its 1-based rows. `titles` are the titles as they stand, one per physical column.
    `at` gives a layout column's physical column, `factors` the unit that a title names for money.
    `repeated` are titles that stand more than once (with their number), `synonyms` are columns not used
    since another says the same.
    """

    first: int
    last: int
    titles: tuple[str, ...]
    at: dict[str, int]
    factors: dict[str, int]
    repeated: tuple[tuple[str, int], ...]
    synonyms: tuple[tuple[str, str], ...]

    @property
    def width(self) -> int:
        """The number of physical columns up to the last one that has a title."""
        return max((index + 1 for index, title in enumerate(self.titles) if title), default=0)

    def unknown(self) -> tuple[str, ...]:
        """Titles that no column of the layout has."""
        return tuple(" ".join(self.titles[index].split()) for index in self.others())

    def others(self) -> tuple[int, ...]:
        """The physical columns whose titles no column of the layout has."""
        taken = set(self.at.values()) | {self.titles.index(title) for title, _ in self.synonyms}
        repeated = {title for title, _ in self.repeated}
        return tuple(
            index for index, title in enumerate(self.titles) if title and index not in taken and title not in repeated
        )

    def untitled(self) -> tuple[int, ...]:
        """The physical columns between titled ones that have no title."""
        return tuple(index for index in range(self.width) if not self.titles[index])


@dataclass(frozen=True, slots=True)
class Found:
    """Sheets to be read, each with its header; the others by name.

    And what was seen where no header was found.
    """

    sheets: tuple[tuple[Sheet, Header], ...]
    others: tuple[str, ...]
    seen: tuple[str, ...]


@lru_cache(maxsize=8192)
def title_key(title: str) -> str:
    """The form in which titles are compared: as labels, without marks of required fields."""
    return _REQUIRED.sub("", label_key(title))


def find_headers(book: Book, layout: TableLayout) -> Found:
    """The sheets whose header fits the layout best, or nearly as well.

    Sheets of one table often lie side by side.
    """
    found: list[tuple[Sheet, Header]] = []
    others: list[str] = []
    seen: tuple[str, ...] = ()
    for sheet in book.sheets:
        rows = list(islice(sheet.rows(), SEARCHED_ROWS))
        header = find_header(_unmerged(sheet, rows), layout)
        if header is not None:
            found.append((sheet, header))
        elif any(any(row) for row in rows):
            others.append(sheet.name)
            seen = seen or _fullest(rows)
    best = max((len(header.at) for _, header in found), default=0)
    chosen = tuple(item for item in found if len(item[1].at) >= best * _SAME_TABLE)
    others.extend(sheet.name for sheet, header in found if len(header.at) < best * _SAME_TABLE)
    return Found(chosen, tuple(others), seen)


def keep_rest(found: Found, layout: TableLayout) -> tuple[Found, TableLayout]:
    """The same sheets and a layout that names every titled column of theirs, for a layout that keeps the rest."""
    named = [column.name for column in layout.columns]
    sheets = []
    titles: dict[str, None] = {}
    for sheet, header in found.sheets:
        others = header.others()
        names = own_names([header.titles[index] for index in others], named)
        titles.update(dict.fromkeys(names))
        sheets.append((sheet, replace(header, at={**header.at, **dict(zip(names, others, strict=True))})))
    return replace(found, sheets=tuple(sheets)), layout.with_rest(titles)


def find_header(rows: Sequence[Row], layout: TableLayout) -> Header | None:
    """The header within these first rows: the one or two rows that name most columns.

    None if none names enough.
    """
    best: Header | None = None
    needed = 1 if layout.rest else min(2, len(layout.columns))  # what else the file carries is not known
    titles = {title for column in layout.columns for title in column.titles}
    for index, row in enumerate(rows):
        if not any(row):
            continue
        best = _better(best, _match(layout, titles, row, None, first=index + 1, last=index + 1))
        if index + 1 < len(rows) and any(rows[index + 1]):
            best = _better(best, _match(layout, titles, rows[index + 1], row, first=index + 1, last=index + 2))
    if best is None or not best.at:
        return None
    best = _without_title(best, rows, layout, titles)
    complete = len(best.at) == sum(map(bool, best.titles))
    return best if len(best.at) >= needed or complete else None  # a bare list of numbers has one column


def _without_title(best: Header, rows: Sequence[Row], layout: TableLayout, known: set[str]) -> Header:
    """The lower row of the two alone where the upper adds nothing: titles of the table, groups of distinct columns."""
    if best.first == best.last:
        return best
    alone = _match(layout, known, rows[best.last - 1], None, first=best.last, last=best.last)
    titled = [title for title in alone.titles if title]
    one_text = sum(bool(cell.strip()) for cell in rows[best.first - 1]) == 1
    distinct = len(set(titled)) == len(titled)
    if alone.at == best.at and len(titled) == sum(map(bool, best.titles)) and (one_text or distinct):
        return alone
    return best


def _better(best: Header | None, other: Header) -> Header:
    return other if best is None or len(other.at) > len(best.at) else best


def _unmerged(sheet: Sheet, rows: list[Row]) -> list[Row]:
    """The rows with the values of merged blocks of one column in each of their rows."""
    filled = [list(row) for row in rows]
    for merge in sheet.merges:
        for row in range(merge.first, min(merge.last, len(rows))):
            if merge.column < len(filled[row]) and merge.column < len(filled[merge.first - 1]):
                filled[row][merge.column] = filled[merge.first - 1][merge.column]
    return filled


def _fullest(rows: Sequence[Row]) -> tuple[str, ...]:
    fullest = max(rows, key=lambda row: sum(map(bool, row)))
    return tuple(cell.strip() for cell in fullest if cell.strip())[:12]


def _titles(lower: Row, upper: Row | None) -> list[tuple[str, ...]]:
    """Per physical column what its title may be, the most specific first; the first is what it is called."""
    if upper is None:
        return [(cell,) for cell in lower]
    found: list[tuple[str, ...]] = []
    group = ""
    for index in range(max(len(lower), len(upper))):
        above = upper[index].strip() if index < len(upper) else ""
        below = lower[index].strip() if index < len(lower) else ""
        group = above or group
        if not below:
            found.append((above,))
        elif group and group != below:
            found.append((group + below, below))
        else:
            found.append((below,))
    return found


def _match(layout: TableLayout, known: set[str], lower: Row, upper: Row | None, *, first: int, last: int) -> Header:
    options = _titles(lower, upper)
    keys: list[str] = []
    factors: list[int] = []
    periods: list[str] = []
    names: list[str] = []
    for choices in options:
        key, factor, period, name = _recognise(choices, known)
        keys.append(key)
        factors.append(factor)
        periods.append(period)
        names.append(name)
    positions: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        if key:
            positions.setdefault(key, []).append(index)
    at: dict[str, int] = {}
    used: dict[str, int] = {}
    synonyms: list[tuple[str, str]] = []
    for column in layout.columns:
        hits = [index for title in column.titles for index in positions.get(title, ())]
        fitting = [index for index in hits if _unit_fits(column, factors[index], periods[index])]
        if not fitting:
            continue
        at[column.name] = fitting[0]
        used[column.name] = factors[fitting[0]] or 1
        chosen = names[fitting[0]]
        synonyms.extend((names[index], chosen) for index in fitting[1:] if names[index] != chosen)
    counts = Counter(key for key in keys if key in known)
    repeated = tuple((names[positions[key][0]], number) for key, number in counts.items() if number > 1)
    taken = {names[index] for index in at.values()}
    spare = tuple(pair for pair in dict.fromkeys(synonyms) if pair[0] not in taken)
    return Header(first, last, tuple(names), at, used, repeated, spare)


def _recognise(choices: tuple[str, ...], known: set[str]) -> tuple[str, int, str, str]:
    """The known title among the choices, with the factor (0.

    None named) and the period that its unit names.
    """
    for choice in choices:
        key = title_key(choice)
        if key in known:
            return key, 0, "", choice
    for choice in choices:
        key = title_key(choice)
        tail = _TAIL.search(key)
        if tail and key[: tail.start()] in known:
            unit, _, period = tail[1].partition("/")
            if unit in _UNIT_FACTORS and period in {"", *_PERIODS}:
                return key[: tail.start()], _UNIT_FACTORS[unit], _PERIODS.get(period, ""), choice
            if "元" not in tail[1]:
                return key[: tail.start()], 0, "", choice
    return title_key(choices[-1] or choices[0]), 0, "", choices[0]


def _unit_fits(column: ColumnLayout, factor: int, period: str) -> bool:
    """A title in 元/月 is not the column that is counted by the year."""
    if factor and column.kind != "money":
        return False
    return not period or period == column.period
