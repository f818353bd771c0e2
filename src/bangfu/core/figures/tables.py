"""Filled forms: header rows, columns with their units, total rows and columns, and whether the totals are right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bangfu.core.figures.arithmetic import rounded_gap
from bangfu.core.figures.files import Cell, Document, Table
from bangfu.core.figures.findings import Finding, plain, tidy

_TOTAL = re.compile(
    r"^(?:合计|小计|总计|共计|累计|总数|总户数|总人数|总人口|全[县乡镇村区市](?:合计|总计)?|合计数|计)[户人数（(]?"
)
_GRAND = re.compile(r"^(?:合计|总计|共计|全[县乡镇村区市])")
_NO_SUM = re.compile(
    r"率|占比|比例|%|％|人均|户均|均|标准|排名|名次|序号|编号|年度|年份|电话|身份|号码|日期|时间|单价|得分|备注"
)
_PART = re.compile(r"其中")


@dataclass(frozen=True)
class Column:
    """A column: its place, the labels of its header from above, and the unit that the header gives in brackets."""

    index: int
    labels: tuple[str, ...]
    unit: str

    @property
    def name(self) -> str:
        """The labels as one phrase."""
        return "·".join(self.labels)

    @property
    def summable(self) -> bool:
        """Whether values of this column may be added up."""
        return not _NO_SUM.search(self.name)


@dataclass(frozen=True)
class Form:
    """A table understood: columns, the rows of data, and which rows are totals."""

    table: Table
    columns: tuple[Column, ...]
    header: int
    rows: tuple[int, ...]
    totals: tuple[int, ...]

    def value(self, row: int, column: int) -> Decimal | None:
        """The number in a cell, None where there is none."""
        cells = self.table.rows[row]
        return number(cells[column].text) if column < len(cells) else None

    def cell(self, row: int, column: int) -> Cell:
        """The cell itself."""
        return self.table.rows[row][column]


def number(text: str) -> Decimal | None:
    """A cell's number: 1,239 is 1239; text, a percentage and a date are none."""
    plain_text = text.replace(",", "").replace("，", "").strip()
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", plain_text) or len(plain_text) > 15:
        return None
    try:
        return Decimal(plain_text)
    except InvalidOperation:
        return None


def understood(table: Table) -> Form | None:
    """The form in a table, or None: at least one header row and two rows with numbers."""
    numeric = [sum(number(cell.text) is not None for cell in row) for row in table.rows]
    first = next((n for n, count in enumerate(numeric) if count >= 1 and _is_data(table, n)), None)
    if first is None or first == 0:
        return None
    header = _header_start(table, first)
    columns = _columns(table, header, first)
    rows = tuple(n for n in range(first, len(table.rows)) if numeric[n] and not _numbering_row(table, n))
    totals = tuple(n for n in rows if _is_total(table, n))
    return Form(table, columns, first, rows, totals) if len(rows) >= 2 else None


def _is_data(table: Table, row: int) -> bool:
    """A row of data has a number; a row 1 2 3 4 … under the header only numbers the columns."""
    return not _numbering_row(table, row) and not any(
        "年" in cell.text and "月" in cell.text for cell in table.rows[row]
    )


def _numbering_row(table: Table, row: int) -> bool:
    values = [number(cell.text) for cell in table.rows[row] if cell.text]
    found = [int(v) for v in values if v is not None and v == int(v)]
    return len(found) >= 3 and len(found) >= len(values) - 1 and found == list(range(found[0], found[0] + len(found)))


def _header_start(table: Table, first: int) -> int:
    """Below titles: rows with at least two different texts."""
    start = first
    while start > 0 and len({c.text for c in table.rows[start - 1] if c.text}) >= 2 and first - start < 4:
        start -= 1
    return start


def _columns(table: Table, header: int, first: int) -> tuple[Column, ...]:
    """Labels from above; an empty cell of an upper row belongs to the merged cell at its left, if a label stands below."""
    width = max(len(row) for row in table.rows)
    found = []
    for index in range(width):
        labels: list[str] = []
        for row in range(header, first):
            if _numbering_row(table, row):
                continue
            text = _text(table, row, index)
            if not text and row < first - 1 and any(_text(table, below, index) for below in range(row + 1, first)):
                text = _merged_left(table, row, index)
            if text and (not labels or labels[-1] != text):
                labels.append(text)
        joined = "".join(labels)
        unit = re.search(r"[（(]([^（）()]{1,6})[)）]", joined)
        found.append(Column(index, tuple(re.sub(r"\s", "", label) for label in labels), unit[1] if unit else ""))
    return tuple(found)


def _text(table: Table, row: int, index: int) -> str:
    cells = table.rows[row]
    return cells[index].text if index < len(cells) else ""


def _merged_left(table: Table, row: int, index: int) -> str:
    return next((_text(table, row, n) for n in range(index - 1, -1, -1) if _text(table, row, n)), "")


def _is_total(table: Table, row: int) -> bool:
    labels = [re.sub(r"\s", "", cell.text) for cell in table.rows[row] if cell.text and number(cell.text) is None]
    return bool(labels) and any(_TOTAL.match(label) for label in labels[:3])


def check_tables(document: Document) -> list[Finding]:
    """Every subtotal of every form: down the rows and across the columns."""
    found: list[Finding] = []
    for table in document.tables:
        form = understood(table)
        if form is not None:
            found += [*_down(document, form), *_across(document, form)]
    return found


def _down(document: Document, form: Form) -> Iterator[Finding]:
    """Each total row against the rows it is of, told by what most columns do."""
    columns = [c for c in form.columns if c.summable and c.labels]
    for total in form.totals:
        best: tuple[int, list[tuple[Column, Decimal, Decimal]], list[int]] | None = None
        for members in _members(form, total):
            sums = []
            for column in columns:
                stated = form.value(total, column.index)
                values = [v for row in members if (v := form.value(row, column.index)) is not None]
                if stated is not None and len(values) >= 2 and (stated or any(values)):
                    sums.append((column, stated, sum(values, Decimal(0))))
            right = sum(rounded_gap(stated, made) == 0 for _, stated, made in sums)
            if sums and (best is None or right > best[0]):
                best = (right, sums, members)
        if best is None:
            continue
        right, sums, members = best
        sure = 2 * right >= len(sums)
        for column, stated, made in sums:
            holds = rounded_gap(stated, made) == 0
            if holds or sure or (_close(stated, made) and not _some_rows(form, members)):
                yield _told(document, form, form.cell(total, column.index), column, stated, made, holds, "down")


def _close(stated: Decimal, made: Decimal) -> bool:
    return made != 0 and abs(stated - made) * 10 <= abs(made)


def _some_rows(form: Form, members: Sequence[int]) -> bool:
    """Whether a row is said to be some of the total (其中): such rows need not add up."""
    return any(_PART.search(cell.text) for row in members for cell in form.table.rows[row][:3])


def _members(form: Form, total: int) -> Iterator[list[int]]:
    """Row sets that a total row may be of: all details, the details above up to the total before, those below, or all
    subtotals."""
    details = [row for row in form.rows if row not in form.totals]
    above = [t for t in form.totals if t < total]
    below = [t for t in form.totals if t > total]
    yield details
    yield [row for row in details if (above[-1] if above else -1) < row < total]
    yield [row for row in details if total < row < (below[0] if below else len(form.table.rows))]
    others = [t for t in form.totals if t != total]
    if len(others) >= 2:
        yield others


def _across(document: Document, form: Form) -> Iterator[Finding]:
    """Each total column against the columns it is of, told by what most rows do."""
    for total in form.columns:
        if not total.summable or not _column_is_total(form, total):
            continue
        best: tuple[int, int, list[Column]] | None = None
        for members in _column_sets(form, total):
            right = wrong = 0
            for row in (r for r in form.rows if r not in form.totals):
                stated, made = form.value(row, total.index), _row_sum(form, row, members)
                if stated is None or made is None:
                    continue
                right, wrong = (right + 1, wrong) if rounded_gap(stated, made) == 0 else (right, wrong + 1)
            if right and (best is None or right > best[0]):
                best = (right, wrong, members)
        if best is None or best[0] < 2 or best[0] < 2 * best[1]:
            continue
        for row in form.rows:
            stated, made = form.value(row, total.index), _row_sum(form, row, best[2])
            if stated is not None and made is not None:
                holds = rounded_gap(stated, made) == 0
                yield _told(document, form, form.cell(row, total.index), total, stated, made, holds, "across")


def _row_sum(form: Form, row: int, members: Sequence[Column]) -> Decimal | None:
    values = [v for column in members if (v := form.value(row, column.index)) is not None]
    return sum(values, Decimal(0)) if values else None


def _column_is_total(form: Form, column: Column) -> bool:
    """A column 合计 or 小计, or one that a group of 其中 columns follows, with no more than two columns between."""
    if _named_total(column):
        return True
    if any(_PART.search(label) for label in column.labels):
        return False
    return any(_is_part(c) for c in form.columns[column.index + 1 : column.index + 4])


def _named_total(column: Column) -> bool:
    """合计, or 户 under 合计."""
    return any(_TOTAL.match(label) for label in column.labels[-2:])


def _is_part(column: Column) -> bool:
    return any(_PART.search(label) for label in column.labels)


def _parts_after(form: Form, usable: Sequence[Column], total: Column) -> list[Column]:
    """The first group of 其中 columns after a column."""
    first = next((n for n in range(total.index + 1, len(form.columns)) if _is_part(form.columns[n])), None)
    found: list[Column] = []
    while first is not None and first < len(form.columns) and _is_part(form.columns[first]):
        if form.columns[first] in usable:
            found.append(form.columns[first])
        first += 1
    return found


def _column_sets(form: Form, total: Column) -> Iterator[list[Column]]:
    """Columns that a total may be of: those under the same heading, those after it up to the next total, those before."""
    usable = [c for c in form.columns if c.summable and c.labels and c.index != total.index and _numeric(form, c)]
    same_unit = [c for c in usable if c.unit == total.unit or not c.unit or not total.unit]
    parent = total.labels[:-1]
    siblings = [c for c in same_unit if parent and c.labels[: len(parent)] == parent]
    after, before = _beside(form, same_unit, total, 1), _beside(form, same_unit, total, -1)
    parts = _parts_after(form, same_unit, total)
    for members in (siblings, parts, after, before):
        if len(members) >= 2:
            yield members
    subtotals = [c for c in same_unit if _named_total(c) and c.index != total.index]
    if len(subtotals) >= 2:
        yield subtotals
    tail = list(total.labels[-1:])
    alike = [
        c for c in same_unit
        if tail and c.labels[-1:] == tuple(tail) and c.labels[:1] != total.labels[:1] and not _named_total(c)
    ]  # fmt: skip
    if len(alike) >= 2:
        yield alike


def _beside(form: Form, usable: Sequence[Column], total: Column, step: int) -> list[Column]:
    found: list[Column] = []
    index = total.index + step
    while 0 <= index < len(form.columns):
        column = form.columns[index]
        if _named_total(column):
            break
        if column in usable:
            found.append(column)
        index += step
    return found


def _numeric(form: Form, column: Column) -> bool:
    filled = Counter(form.value(row, column.index) is not None for row in form.rows)
    return filled[True] >= max(1, filled[False])


def _told(
    document: Document, form: Form, cell: Cell, column: Column, stated: Decimal, made: Decimal, holds: bool, way: str
) -> Finding:
    where = f"{form.table.name}!{cell.name}" if re.match(r"[A-Z]+\d", cell.name) else f"{form.table.name}{cell.name}"
    ways = {"down": ("各行之和", "the rows add up to"), "across": ("各列之和", "the columns add up to")}[way]
    if holds:
        zh, en = (
            f"{where} {column.name}：合计相符，{plain(stated)}。",
            f"{where} {column.name}: the total holds, {plain(stated)}.",
        )
    else:
        zh = f"{where} {column.name}：合计不符，表中为{plain(stated)}，{ways[0]}为{plain(made)}；请核对该格和各分项。"
        en = f"{where} {column.name}: the total is off, the form says {plain(stated)}, {ways[1]} {plain(made)}; check them."
    return Finding(
        "subtotal", "consistent" if holds else "inconsistent", cell.start, cell.end, cell.text, tidy(stated), tidy(made),
        column.unit, zh, en, document.name,
    )  # fmt: skip
