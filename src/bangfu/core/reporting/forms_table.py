"""Fills a table of figures: for every row's areas and every column's definition a figure, or a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bangfu.core.documents.forms.definitions import Ask, Definition, Meaning
from bangfu.core.documents.forms.grid import Grid
from bangfu.core.documents.forms.labels import squeezed
from bangfu.core.documents.forms.layout import FormColumn, FormRow, FormTable
from bangfu.core.documents.forms.questions import Asked
from bangfu.core.documents.forms.scan import column_letters, reference
from bangfu.core.reporting.forms_answers import Question
from bangfu.core.reporting.forms_areas import GROUP
from bangfu.core.reporting.forms_rows import RowPlan, outermost, plan_rows, rows_are_areas
from bangfu.core.reporting.forms_state import FilledCell, FillState
from bangfu.core.reporting.forms_values import Figure, asks_of, figure


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell to be filled: the key of its column (and row), what it means, and for which areas."""

    row: FormRow
    column: FormColumn
    key: str
    meaning: Meaning
    areas: tuple[str, ...]


@dataclass(slots=True)
class TableFilling:
    """One table of figures of a form."""

    state: FillState
    grid: Grid
    table: FormTable
    asked: Asked = field(init=False)
    plan: RowPlan = field(init=False)
    by_area: bool = field(init=False)
    _meanings: dict[str, Meaning] = field(init=False, default_factory=dict)
    _differ: dict[str, list[tuple[str, Figure, list[Figure]]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        state, table = self.state, self.table
        places = frozenset(text for c in table.columns for text in c.path if self._place(text))
        phrases = {key: answer.phrase for key, answer in state.request.answers.items() if answer.phrase}
        self.asked = Asked(table, state.lexicon, state.request.as_of, places, phrases)
        self.by_area = rows_are_areas(table, state.areas)
        self.plan = plan_rows(table, state.areas, self._chosen) if self.by_area else RowPlan()

    def _chosen(self, label: str) -> str:
        """The area that somebody chose for a label that fits several: an option, or its code."""
        answer = self.state.request.answers.get(squeezed(f"行：{label}"))
        found = re.search(r"\d{9,12}", answer.reading or answer.phrase) if answer else None
        return found[0] if found else ""

    def _place(self, text: str) -> list[str]:
        words = self.state.lexicon
        from bangfu.core.documents.forms.words import read_words

        return [] if read_words(text, words).says else self.state.areas.find(text)

    @property
    def more(self) -> int:
        """How many rows are wanted beyond those that the form has."""
        return self.plan.more

    @property
    def by_group(self) -> bool:
        """Whether rows stand for villagers' groups."""
        return any(GROUP in area for scopes in self.plan.scopes.values() for area in scopes)

    # -- what is asked ----------------------------------------------------------------------------
    def cells(self) -> Iterator[Cell]:
        """The cells that ask for a figure."""
        for row in self.table.rows:
            if row.kind == "section" or (self.by_area and row.number not in self.plan.scopes):
                continue
            if not self.by_area and not self._counts(row):
                continue
            for column in self.table.figures:
                if self.grid.owner.get((row.number, column.number), (row.number, column.number)) != (
                    row.number,
                    column.number,
                ):
                    continue
                yield self._cell(row, column)

    def _counts(self, row: FormRow) -> bool:
        """Whether a row of an item table says what it counts; a total does where the title says whose it is."""
        return bool(self.asked.items(row)) if row.kind == "data" else self.asked.subject is not None

    def _cell(self, row: FormRow, column: FormColumn) -> Cell:
        if self.by_area:
            return Cell(
                row, column, column.key, self._meaning(column.key, column, None), tuple(self.plan.scopes[row.number])
            )
        key = "·".join(["/".join(self.asked.items(row)) if row.kind == "data" else "合计", column.key])
        return Cell(row, column, key, self._meaning(key, column, row), tuple(self._column_areas(column)))

    def _meaning(self, key: str, column: FormColumn, row: FormRow | None) -> Meaning:
        if key not in self._meanings:
            made = self.asked.meaning(column) if row is None else self.asked.cell_meaning(row, column)
            self._meanings[key] = self._answered(key, made)
        return self._meanings[key]

    def _answered(self, key: str, meaning: Meaning) -> Meaning:
        """What a person decided of the column takes the place of doubts."""
        answer = self.state.request.answers.get(key)
        if answer is None or answer.phrase:
            return meaning
        if answer.blank:
            return Meaning(meaning.text, [], [], "")
        chosen = [d for d in meaning.readings if answer.reading in ("*", d.zh)]
        if chosen:
            return Meaning(meaning.text, chosen[:1], [], "", meaning.money, meaning.percent, meaning.shown)
        return meaning

    def _column_areas(self, column: FormColumn) -> list[str]:
        """The areas of a column of an item table: those that its header names, else all."""
        for text in column.path:
            found = self._place(text)
            if len(found) == 1:
                return found
        named = [f for c in self.table.figures for t in c.path for f in [self._place(t)] if len(f) == 1]
        return outermost([f[0] for f in named]) if named else [self.state.areas.scope]

    def asks(self) -> list[Ask]:
        """All numbers that the table needs."""
        return [ask for cell in self.cells() for ask in asks_of(cell.meaning.readings)]

    # -- filling ----------------------------------------------------------------------------------
    def fill(self) -> None:
        """Write labels and figures, and note what is to be looked at."""
        for (row, column), text in self.plan.labels.items():
            if not self.state.held(self.grid, row, column) and self._anchor(row, column):
                self.state.write(self.grid, row, column, text)
        for row, (label, found) in self.plan.lost.items():
            self._ask_row(row, label, found)
        if self.by_area and not self.plan.scopes and not self.plan.lost:
            zh = "没有能对应到村或乡镇的行，这张表没有填"
            en = "no row stands for a village or township, so nothing was filled in this table"
            self.state.ask(Question(f"表：{self.table.title or self.table.sheet}", "row", zh, en, self.table.sheet))
        seen: set[str] = set()
        for cell in self.cells():
            if self.grid.formula(cell.row.number, cell.column.number):
                continue
            if cell.key not in seen:
                seen.add(cell.key)
                self._tell(cell)
            self._fill(cell)
        self._ask_differing()

    def _anchor(self, row: int, column: int) -> bool:
        return self.grid.owner.get((row, column), (row, column)) == (row, column)

    def _fill(self, cell: Cell) -> None:
        row, column = cell.row.number, cell.column.number
        place = reference(row, column)
        if self.state.held(self.grid, row, column):
            self.state.ask(
                Question(
                    cell.key,
                    "kept",
                    "表中已有内容，没有改动",
                    "the form had content here; it was left",
                    self.table.sheet,
                    [place],
                )
            )
            return
        if not cell.meaning.known:
            return
        shown = self.grid.format(row, column)
        figures = [figure(self.state.registry, d, cell.meaning, cell.areas, shown) for d in cell.meaning.readings]
        first = figures[0]
        if first.value is None:
            self._incomplete(cell, place, first)
            return
        others = [other for other in figures[1:] if other.value is not None and other.value != first.value]
        if others:
            self._differ.setdefault(cell.key, []).append((place, first, figures))
        self.state.write(self.grid, row, column, first.value)
        self.state.cells.append(self._traced(cell, first, figures, bool(others or cell.meaning.doubts)))

    def _traced(self, cell: Cell, first: Figure, figures: Sequence[Figure], doubtful: bool) -> FilledCell:
        definition = cell.meaning.readings[0]
        others = [
            {"definition": d.zh, "value": _plain(f.value)}
            for d, f in zip(cell.meaning.readings[1:], figures[1:], strict=True)
            if f.value is not None and f.value != first.value
        ]
        areas = [f"{self.state.areas.name(area)} {area}".strip() or "全部" for area in cell.areas]
        return FilledCell(
            self.table.sheet,
            cell.row.number,
            cell.column.number,
            cell.key,
            first.value,
            unit_of(cell.meaning),
            described(definition),
            areas,
            first.top,
            first.bottom,
            first.rows,
            "doubtful" if doubtful else "filled",
            others,
        )

    # -- questions --------------------------------------------------------------------------------
    def _tell(self, cell: Cell) -> None:
        """Once for each column: what it was taken for, or that it is not known."""
        meaning, column = cell.meaning, column_letters(cell.column.number)
        status = "filled" if meaning.known else "unknown"
        answer = self.state.request.answers.get(cell.key)
        if answer is not None and answer.blank:
            status = "left empty as answered"
        elif not meaning.known:
            zh = (
                f"“{meaning.left or meaning.text}”不在已知的词里，没有填写"
                if meaning.left or not meaning.readings
                else "没有填写"
            )
            options = [(d.zh, "") for d in meaning.readings[:3]]
            self.state.ask(
                Question(
                    cell.key,
                    "unknown",
                    zh,
                    "these words are not known; the column was left empty",
                    self.table.sheet,
                    [column],
                    options,
                )
            )
        elif any(ask in self.state.registry.missing for ask in asks_of(meaning.readings[:1])):
            status = "unknown"
        for doubt in meaning.doubts if meaning.known else []:
            self.state.ask(
                Question(
                    cell.key,
                    "doubtful",
                    doubt.zh,
                    doubt.en,
                    self.table.sheet,
                    [column],
                    [(d.zh, "") for d in meaning.readings],
                    meaning.readings[0].zh,
                )
            )
        self.state.columns.append(
            {
                "sheet": self.table.sheet,
                "column": column,
                "header": cell.key,
                "status": status,
                "definition": meaning.readings[0].zh if meaning.readings else None,
                "not_understood": meaning.left or None,
            }
        )

    def _incomplete(self, cell: Cell, place: str, first: Figure) -> None:
        self.state.ask(
            Question(
                cell.key,
                "incomplete",
                first.reason,
                first.reason_en,
                self.table.sheet,
                [place],
                [(cell.meaning.readings[0].zh, "")],
            )
        )

    def _ask_row(self, row: int, label: str, found: list[str]) -> None:
        if label == "合计":
            self.state.ask(
                Question(
                    "行：合计",
                    "row",
                    "有行没有对应上，合计没有填",
                    "a row is not known, so the total is not",
                    self.table.sheet,
                    [str(row)],
                )
            )
            return
        names = "、".join(
            f"{self.state.areas.name(code)}（{self.state.areas.township_of(code)}）" for code in found[:5]
        )
        zh = f"第{row}行“{label}”可以是：{names}" if found else f"第{row}行“{label}”在资料里没有对应的单位"
        en = "several areas fit this row's label" if found else "no area of the data has this row's label"
        options = [(self._option(code), "") for code in found[:12]]
        # answers are kept by the squeezed text; where there is nothing to answer it stands as it is read
        key = squeezed(f"行：{label}") if options else f"行：{label}"
        self.state.ask(Question(key, "row", zh, en, self.table.sheet, [str(row)], options))

    def _option(self, code: str) -> str:
        """An area as one of several that a label may mean."""
        areas = self.state.areas
        return f"{areas.township_of(code)}{areas.name(code) if len(code) > 9 else ''} {code}".strip()

    def _ask_differing(self) -> None:
        """Columns in which another reading gives other figures."""
        for key, held in self._differ.items():
            meaning = self._meanings[key]
            options = []
            for at, definition in enumerate(meaning.readings):
                values = [figures[at].value for _, _, figures in held]
                shown = "、".join("不能确定" if value is None else str(_plain(value)) for value in values[:6])
                options.append((definition.zh, shown + ("…" if len(values) > 6 else "")))
            self.state.ask(
                Question(
                    key,
                    "doubtful",
                    "几种理解得到的数不同",
                    "readings of this header give different figures",
                    self.table.sheet,
                    [place for place, _, _ in held],
                    options,
                    options[0][1],
                )
            )


def unit_of(meaning: Meaning) -> str:
    """The unit that a figure is written in."""
    if meaning.shown:
        return meaning.shown
    if meaning.percent or (meaning.readings and meaning.readings[0].percent):
        return "%"
    if meaning.money:
        return {1: "元", 1000: "千元", 10_000: "万元", 100_000_000: "亿元"}.get(meaning.money, "元")
    table = meaning.readings[0].top.table if meaning.readings else ""
    return {"households": "户", "persons": "人"}.get(table, "个")


def described(definition: Definition) -> dict[str, Any]:
    """A definition as the trace prints it."""
    found: dict[str, Any] = {"zh": definition.zh, "numerator": _ask(definition.top)}
    if definition.bottom is not None:
        found["denominator"] = _ask(definition.bottom)
    return found


def _ask(ask: Ask) -> dict[str, str]:
    made = {"sum" if ask.total else "count": f"{ask.table}.{ask.total}" if ask.total else ask.table}
    return {**made, "where": ask.where} if ask.where else made


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
