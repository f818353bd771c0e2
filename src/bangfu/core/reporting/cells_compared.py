"""Why two cells of one indicator differ, and whether a stock is its start less what went and plus what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bangfu.core.reporting.cells import RATES, Cell, CellError, Run
from bangfu.core.reporting.cells_behind import Behind, Counted


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why two figures differ: a code, and the words for it."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is counted otherwise in the second figure; amounts are 0 where it is not counted."""

    side: str
    row: Counted
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The second figure less the first, exactly, and why.

    `by` is in `unit`: the difference of two percents is in percentage points. `relative` is the change as a share of
    the first, None where that is 0. `changes` lists the rows that are counted otherwise, and is None where the rows
    were not opened; their amounts add up to the difference of numerators (and of denominators).
    """

    first: Cell
    second: Cell
    by: Fraction | None
    unit: str
    relative: Fraction | None
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...] | None


def difference(
    first: Cell, second: Cell, *, before: tuple[Behind, ...] = (), after: tuple[Behind, ...] = ()
) -> Difference:
    """Compare two cells of one indicator. Raises CellError for two indicators, or two units.

    `before` and `after` are the opened sides of both cells (`households_behind`), numerator and, for a ratio,
    denominator; then the changed rows are listed.
    """
    if first.indicator != second.indicator:
        raise CellError(
            f"“{first.title_zh}”与“{second.title_zh}”是不同指标，不能比较 / "
            f"{first.indicator} and {second.indicator} are different indicators"
        )
    if first.unit != second.unit:
        raise CellError(
            f"“{first.title_zh}”两次的单位不同（{first.unit}、{second.unit}） / the unit changed: "
            f"{first.unit}, {second.unit}"
        )
    changes = _changes(before, after) if before and after else None
    one, other = first.exact, second.exact
    by = None if one is None or other is None else other - one
    unit = "percentage_point" if first.unit in RATES[:2] else first.unit
    relative = by / one if by is not None and one else None
    return Difference(first, second, by, unit, relative, _reasons(first, second, changes), changes)


def _reasons(first: Cell, second: Cell, changes: tuple[Change, ...] | None) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if first.as_of != second.as_of:
        found.append(
            Reason(
                "other_date",
                f"日期不同：{first.as_of} 与 {second.as_of}",
                f"other dates: {first.as_of} and {second.as_of}",
            )
        )
    if first.area != second.area:
        one, other = first.area or "全部", second.area or "全部"
        found.append(Reason("other_area", f"地区不同：{one} 与 {other}", f"other areas: {one} and {other}"))
    if first.numerator_query != second.numerator_query:
        one, other = first.numerator_query, second.numerator_query
        found.append(Reason("other_definition", f"定义不同：{one} 与 {other}", f"other definitions: {one} and {other}"))
    if first.denominator_query != second.denominator_query:
        one, other = (cell.denominator_name or cell.denominator_query or "—" for cell in (first, second))
        found.append(
            Reason("other_denominator", f"分母不同：{one} 与 {other}", f"other denominators: {one} and {other}")
        )
    elif first.ratio and first.denominator != second.denominator:
        found.append(
            Reason(
                "denominator_changed",
                f"分母由 {first.denominator} 变为 {second.denominator}",
                f"the denominator went from {first.denominator} to {second.denominator}",
            )
        )
    if changes:
        rows = len(
            {(change.side, change.row.household_no, change.row.person_no, change.row.unit_no) for change in changes}
        )
        found.append(Reason("changed_records", f"{rows} 条记录计法有变", f"{rows} records are counted otherwise"))
    elif changes is None and first.snapshot_hash != second.snapshot_hash and _sides(first) != _sides(second):
        found.append(
            Reason(
                "other_data",
                "数据或规则不同；给出规则集可列出变化的记录",
                "other data or rules; give the rulebook to list the changed records",
            )
        )
    if first.undecided != second.undecided:
        found.append(
            Reason(
                "undecided",
                f"无法判定的行：{first.undecided} 与 {second.undecided}",
                f"rows that could not be told: {first.undecided} and {second.undecided}",
            )
        )
    return tuple(found)


def _sides(cell: Cell) -> tuple[int, int | None]:
    return cell.numerator, cell.denominator


def _changes(before: tuple[Behind, ...], after: tuple[Behind, ...]) -> tuple[Change, ...]:
    found: list[Change] = []
    later = {one.side: one for one in after}
    for one in before:
        if one.side not in later:
            raise CellError(f"两边打开的不是同一侧：{one.side} / the {one.side} was opened of one cell only")
        old, new = _by_key(one), _by_key(later[one.side])
        for key in sorted({*old, *new}, key=lambda key: tuple(part or "" for part in key)):
            was, now = old.get(key), new.get(key)
            amounts = (was.amount if was else 0, now.amount if now else 0)
            row = now or was
            if amounts[0] != amounts[1] and row is not None:
                found.append(Change(one.side, row, *amounts))
    return tuple(found)


def _by_key(side: Behind) -> Mapping[tuple[str | None, str | None, str | None], Counted]:
    return {(row.household_no, row.person_no, row.unit_no): row for row in side.counted}


@dataclass(frozen=True, slots=True)
class Balance:
    """A stock against its identity: end = start - out + in."""

    end: Cell
    start: Cell
    came: Cell
    went: Cell

    @property
    def gap(self) -> int:
        """How far the stock is from start - out + in; 0 where the identity holds."""
        return self.end.numerator - (self.start.numerator - self.went.numerator + self.came.numerator)

    @property
    def decided(self) -> bool:
        """Whether no row of the four figures was left undecided; only then is a gap an error."""
        return not any(cell.undecided for cell in (self.end, self.start, self.came, self.went))


def balances(run: Run, area: str | None = None) -> list[Balance]:
    """The identity of every stock that names one, for one area or (None) for all, in the order of the cells."""
    found = []
    for (_, code), cell in run.found.items():
        if cell.balance and area in (None, code):
            start, came, went = (run.cell(cell.balance[key], code) for key in ("start", "in", "out"))
            found.append(Balance(cell, start, came, went))
    return found


def carried_over(earlier: Run, later: Run, indicator: str, area: str = "") -> int:
    """How far a year's opening stock in `later` is from the closing stock of `earlier`, a run of the year's first day.

    Raises CellError where the stock names no opening or `earlier` is of another day.
    """
    end = later.cell(indicator, area)
    if not end.balance:
        raise CellError(f"“{end.title_zh}”没有写明期初数 / {indicator} names no opening stock")
    first = later.as_of.replace(month=1, day=1)
    if earlier.as_of != first:
        raise CellError(
            f"期初应为 {first} 的筛查，给出的是 {earlier.as_of} / expected a run of {first}, got one of {earlier.as_of}"
        )
    return later.cell(end.balance["start"], area).numerator - earlier.cell(indicator, area).numerator
