"""The table of a form: its header of one to several rows, its rows to be filled, totals, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from bangfu.core.documents.forms.grid import Grid
from bangfu.core.documents.forms.labels import (
    is_code_row,
    is_group,
    is_group_header,
    is_note,
    is_placeholder,
    is_subtotal,
    is_surrounding,
    is_total,
    is_unit,
    label_role,
    squeezed,
)

Recognise = Callable[[str], bool]
"""Whether a header's text says something that is known."""
SEARCHED = 60
LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column under the header: its texts from top to bottom, and what kind of label it carries ("" for a figure).

    `groups` are the places of those texts, so that columns under one merged cell are known as such.
    """

    number: int
    path: tuple[str, ...]
    groups: tuple[tuple[int, int], ...]
    role: str

    @property
    def key(self) -> str:
        """By what the column is known: its texts without spaces."""
        return "/".join(squeezed(text) for text in self.path)


@dataclass(slots=True)
class FormRow:
    """A row of the body. `kind` is data, total, subtotal or section; `labels` the texts of its label columns."""

    number: int
    kind: str
    labels: dict[int, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        """Whether nobody has written yet what the row is about."""
        return not any(self.labels.values())


@dataclass(slots=True)
class FormTable:
    """One table of a sheet. `surrounding` are the places of lines such as 填报单位; `after` is the row that follows it.

    `fixed` says that rows stand below (totals, notes), so that more rows must be put in between.
    """

    sheet: str
    title: str
    unit: str
    first: int
    last: int
    columns: list[FormColumn]
    rows: list[FormRow]
    surrounding: list[tuple[int, int]]
    after: int
    fixed: bool

    def by_role(self, role: str) -> list[FormColumn]:
        """The columns that carry one kind of label."""
        return [column for column in self.columns if column.role == role]

    @property
    def figures(self) -> list[FormColumn]:
        """The columns that ask for something."""
        return [column for column in self.columns if not column.role]


def find_tables(grid: Grid, recognise: Recognise) -> list[FormTable]:
    """The tables of a sheet from top to bottom; none where no row looks like a header."""
    return list(_tables(grid, recognise))


def _tables(grid: Grid, recognise: Recognise) -> Iterator[FormTable]:
    row, bottom = 1, grid.last_row
    while row <= bottom:
        start = _header_start(grid, row, min(bottom, row + SEARCHED), recognise)
        if start is None:
            return
        made = _Reading(grid, recognise, row, start, bottom).table()
        row = max(made.after, made.last + 1)
        if made.figures or made.by_role("person") or made.by_role("head"):
            yield made


def _header_start(grid: Grid, first: int, last: int, recognise: Recognise) -> int | None:
    for row in range(first, last + 1):
        found = [(c, grid.own_text(row, c)) for c in range(1, grid.last_column + 1) if grid.own_text(row, c)]
        around = any(is_surrounding(text) for _, text in found)
        if len(found) < 2 or (around and not label_role(found[0][1])):
            continue
        known = sum(bool(label_role(text)) or recognise(text) for _, text in found)
        numbers = sum(grid.number(row, c) is not None for c, _ in found)
        if numbers == 0 and (known >= 2 or (known == 1 and len(found) >= 3)):
            return row
    return None


class _Reading:
    def __init__(self, grid: Grid, recognise: Recognise, top: int, first: int, bottom: int) -> None:
        self.grid, self.recognise, self.top, self.first, self.bottom = grid, recognise, top, first, bottom
        self.width = grid.last_column
        self.code_rows: set[int] = set()
        self.last = self._header_end()

    def table(self) -> FormTable:
        """The whole table."""
        columns = self._measured(self._grouped(self._with_labels(self._continued_labels(self._columns()))))
        self.labelled = [c.number for c in columns if c.role and c.role != "note"]
        self.columns = [c.number for c in columns]
        rows, after, fixed = self._body()
        title, surrounding, unit = self._above()
        surrounding += self._below(after)
        return FormTable(
            self.grid.sheet.name, title, unit, self.first, self.last, columns, rows, surrounding, after, fixed
        )  # fmt: skip

    # -- the header -------------------------------------------------------------------------------
    def _header_end(self) -> int:
        end = self._reach(self.first, self.first)
        while end < self.bottom and self._continues(end, end + 1):
            end = self._reach(end + 1, end + 1)
        return end

    def _reach(self, row: int, end: int) -> int:
        """How far merged blocks of a header row reach down."""
        for column in range(1, self.width + 1):
            if self.grid.own_text(row, column):
                end = max(end, self.grid.block(row, column)[2])
        return end if end == row else max(end, self._reach(row + 1, end))

    def _continues(self, end: int, row: int) -> bool:
        """Whether the next row still belongs to the header."""
        grid = self.grid
        found = [(c, grid.own_text(row, c)) for c in range(1, self.width + 1) if grid.own_text(row, c)]
        if not found:
            return False
        if is_code_row([text for _, text in found]) and len(found) * 2 > self.width - 2:
            self.code_rows.add(row)
            return True
        if any(grid.number(row, c) is not None or grid.formula(row, c) for c, _ in found):
            return False
        if all(is_unit(text) for _, text in found) and len(found) >= 2:
            return True
        if is_total(found[0][1]) or any(len(text) > LONGEST_LABEL for _, text in found):
            return False
        under = [c for c, _ in found if self._spread(end, c)]
        return len(under) == len(found) and any(
            self.recognise(text) or is_unit(text) or label_role(text) for _, text in found
        )

    def _spread(self, row: int, column: int) -> bool:
        """Whether the header above a place is one of a group: merged over columns, or followed by blanks."""
        block = self.grid.block(row, column)
        if block[3] > block[1]:
            return True
        if not self.grid.text(row, column):
            return any(self.grid.text(row, c) for c in range(1, column)) or bool(self.grid.text(row, column + 1))
        right = column + 1
        return right <= self.width and not self.grid.text(row, right)

    def _columns(self) -> list[FormColumn]:
        found: list[FormColumn] = []
        for column in range(1, self.width + 1):
            path, groups = self._path(column)
            if path and not (found and found[-1].groups == tuple(groups)):  # else one header cell over two columns
                role = label_role(path[-1]) or (label_role(path[0]) if len(path) == 1 else "")
                found.append(FormColumn(column, tuple(path), tuple(groups), role))
        return found

    def _path(self, column: int) -> tuple[list[str], list[tuple[int, int]]]:
        path: list[str] = []
        groups: list[tuple[int, int]] = []
        for row in range(self.first, self.last + 1):
            if row in self.code_rows:
                continue
            at = self.grid.owner.get((row, column), (row, column))
            text = self.grid.text(row, column)
            if not text:
                at, text = self._group_left(row, column)
            if text and at not in groups:
                path.append(text)
                groups.append(at)
        return path, groups

    def _group_left(self, row: int, column: int) -> tuple[tuple[int, int], str]:
        """The group that a blank header cell belongs to: the text on its left, where a row below says more."""
        nothing = ((row, column), "")
        below = [r for r in range(row + 1, self.last + 1) if r not in self.code_rows]
        if not any(self.grid.own_text(r, column) for r in below):
            return nothing
        if any(self.grid.own_text(r, column) for r in range(self.first, row)):
            return nothing  # it has a name of its own above
        for left in range(column - 1, 0, -1):
            text = self.grid.text(row, left)
            if text:
                block = self.grid.block(row, left)
                # a cell merged over its own columns ends there, and one that stands alone above blanks is no group
                mergeless = block[3] == block[1] and block[2] == block[0]
                alone = not any(self.grid.own_text(r, left) for r in below)
                return nothing if not mergeless or alone else (self.grid.owner.get((row, left), (row, left)), text)
        return nothing

    def _continued_labels(self, columns: list[FormColumn]) -> list[FormColumn]:
        """A column without a title beside a label column, with texts in its rows, goes on with the label."""
        known = {c.number: c for c in columns}
        first = min((c.number for c in columns if not c.role), default=0)
        for number in range(2, first):
            before = known.get(number - 1)
            if number in known or before is None or before.role in ("", "serial", "note"):
                continue
            if any(self._says(row, number) for row in range(self.last + 1, min(self.bottom, self.last + 40) + 1)):
                known[number] = replace(before, number=number)
        return [known[number] for number in sorted(known)]

    def _grouped(self, columns: list[FormColumn]) -> list[FormColumn]:
        """村民小组 whose rows hold 第1组, 二组 names groups; else it is how many there are."""
        found = []
        for column in columns:
            named = column.role == "" and is_group_header(column.path[-1])
            texts = [self.grid.text(r, column.number) for r in range(self.last + 1, self.bottom + 1)] if named else []
            found.append(replace(column, role="group") if any(is_group(text) for text in texts) else column)
        return found

    def _measured(self, columns: list[FormColumn]) -> list[FormColumn]:
        """单位 beside 指标 is the unit in which a row is counted, not who reports."""
        found = []
        for column in columns:
            texts = [self.grid.own_text(r, column.number) for r in range(self.last + 1, self.bottom + 1)]
            texts = [text for text in texts if text][:20]
            units = bool(texts) and sum(is_unit(text) for text in texts) * 2 > len(texts)
            found.append(replace(column, role="measured") if column.role in ("area", "") and units else column)
        return found

    def _with_labels(self, columns: list[FormColumn]) -> list[FormColumn]:
        """Where no header names what rows are about, the first column whose rows hold texts does."""
        if any(c.role not in ("", "serial", "note", "measured") for c in columns):
            return columns
        known = {c.number: c for c in columns}
        for column in range(1, min(self.width, 4) + 1):
            texts = [r for r in range(self.last + 1, min(self.bottom, self.last + 40) + 1) if self._says(r, column)]
            if texts and not (column in known and known[column].role):
                old = known.get(column, FormColumn(column, ("",), ((self.first, column),), ""))
                made = replace(old, role="item")
                return sorted([made, *(c for c in columns if c.number != column)], key=lambda c: c.number)
        return columns

    def _says(self, row: int, column: int) -> bool:
        text = self.grid.own_text(row, column)
        return (
            bool(text)
            and self.grid.number(row, column) is None
            and not self.grid.formula(row, column)
            and not is_note(text)
        )

    # -- the body ---------------------------------------------------------------------------------
    def _body(self) -> tuple[list[FormRow], int, bool]:
        rows: list[FormRow] = []
        held: list[FormRow] = []
        row = self.last + 1
        while row <= self.bottom:
            kind = self._kind(row)
            if kind == "end":
                break
            made = FormRow(row, "data" if kind == "empty" else kind, self._labels(row))
            if kind in ("empty", "section"):
                held.append(made)  # kept where more of the table follows
            else:
                rows += [*held, made]
                held = []
            row += 1
        blank = [r for r in held if r.kind == "data"]
        if not rows and blank:  # nothing is drawn: the blank rows between header and notes, but the one before these
            rows = blank[:-1] if len(blank) > 1 else blank
        after = rows[-1].number + 1 if rows else self.last + 1
        return rows, after, self.bottom >= after

    def _kind(self, row: int) -> str:
        grid = self.grid
        texts = [(c, grid.own_text(row, c)) for c in range(1, self.width + 1) if grid.own_text(row, c)]
        labels = [grid.text(row, c) for c in self.labelled] or [texts[0][1] if texts else ""]
        if any(is_subtotal(text) for text in labels):
            return "subtotal"
        if any(is_total(text) for text in labels):
            return "total"
        if texts and (is_note(texts[0][1]) or is_surrounding(texts[0][1])):
            return "end"
        inside = [c for c in self.columns if grid.own_text(row, c) or grid.drawn(row, c) or grid.formula(row, c)]
        if texts and self._wide(row, texts[0][0]):
            return "section" if len(texts[0][1]) <= 30 and row < self.bottom else "end"
        if texts and (self._new_header(row, texts) or (len(texts) == 1 and self._title_of_next(row))):
            return "end"
        return "data" if inside else "empty"

    def _title_of_next(self, row: int) -> bool:
        """Whether a row with one text is the title of another table below."""
        for below in range(row + 1, min(row + 4, self.bottom) + 1):
            texts = [
                (c, self.grid.own_text(below, c)) for c in range(1, self.width + 1) if self.grid.own_text(below, c)
            ]
            if len(texts) >= 2 and self._new_header(below, texts):
                return True
            if any(label_role(text) == "" and not is_surrounding(text) for _, text in texts):
                return False
        return False

    def _wide(self, row: int, column: int) -> bool:
        block = self.grid.block(row, column)
        return block[3] - block[1] + 1 > max(2, len(self.columns) // 2)

    def _new_header(self, row: int, texts: list[tuple[int, str]]) -> bool:
        if any(self.grid.number(row, c) is not None or self.grid.formula(row, c) for c, _ in texts):
            return False
        known = sum(bool(label_role(text)) or self.recognise(text) for _, text in texts)
        return known >= 2 and known * 2 >= len(texts) and bool(label_role(texts[0][1]))

    def _labels(self, row: int) -> dict[int, str]:
        found = {}
        for column in self.labelled:
            text = self.grid.text(row, column)
            found[column] = "" if is_placeholder(text) else text
        return found

    # -- around it --------------------------------------------------------------------------------
    def _above(self) -> tuple[str, list[tuple[int, int]], str]:
        title, surrounding, unit = "", [], ""
        for row in range(self.top, self.first):
            for column in range(1, self.width + 1):
                text = self.grid.own_text(row, column)
                if not text:
                    continue
                named = re.search(r"单位[:：]\s*([^\s:：]*(?:元|户|人|亩|%)[^\s:：]*)", text)
                if named:
                    unit = named[1]
                if is_surrounding(text):
                    surrounding.append((row, column))
                elif len(squeezed(text)) > len(squeezed(title)) and not named:
                    title = text
        return title, surrounding, unit

    def _below(self, after: int) -> list[tuple[int, int]]:
        return [
            (row, column)
            for row in range(after, min(self.bottom, after + 6) + 1)
            for column in range(1, self.width + 1)
            if is_surrounding(self.grid.own_text(row, column))
        ]
