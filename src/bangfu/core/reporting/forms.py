"""Fills a superior's form from the registry: every figure with its definition, and what a person should look at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bangfu import __version__
from bangfu.core.documents.forms.edit import apply_edits
from bangfu.core.documents.forms.formulas import Calculator, CannotCompute, Scalar
from bangfu.core.documents.forms.grid import Grid, make_grid, number_of
from bangfu.core.documents.forms.layout import FormRow, FormTable, find_tables
from bangfu.core.documents.forms.package import FormError, Package, Sheet, read_package, write_package
from bangfu.core.documents.forms.recalculate import recalculating
from bangfu.core.documents.forms.rows import insert_rows
from bangfu.core.documents.forms.scan import scan_sheet
from bangfu.core.documents.forms.terms import Lexicon
from bangfu.core.documents.forms.words import read_words
from bangfu.core.files.whole_file import whole_file
from bangfu.core.reporting.forms_answers import KINDS, Question, write_questions
from bangfu.core.reporting.forms_areas import area_book, group_code
from bangfu.core.reporting.forms_around import fill_surroundings
from bangfu.core.reporting.forms_catalogue import lexicon_of
from bangfu.core.reporting.forms_convert import as_xlsx
from bangfu.core.reporting.forms_registry import Registry, open_registry
from bangfu.core.reporting.forms_roster import RosterFilling, is_roster
from bangfu.core.reporting.forms_state import FillRequest, FillState
from bangfu.core.reporting.forms_sums import check_sums
from bangfu.core.reporting.forms_table import TableFilling
from bangfu.core.screening.inputs import digests


@dataclass(frozen=True, slots=True)
class FillResult:
    """What was written: the form, its trace, the questions, and the counts for the terminal."""

    out: Path
    trace: Path
    questions_file: Path | None
    filled: int
    doubtful: int
    tables: int
    questions: tuple[Question, ...]
    converted: bool


def fill_form(request: FillRequest, registry: Registry | None = None) -> FillResult:
    """Fill the form and write it beside its trace and questions.

    `registry` may be given open, of the same data and day, where several forms are filled. Raises FormError where the
    form cannot be read or holds no table, FileError or DataError where the data cannot.
    """
    with as_xlsx(request.form) as (path, converted):
        package = read_package(path)
        if registry is not None:
            return _filled(request, package, registry, converted)
        with open_registry(request.book, request.data, request.as_of, request.progress) as opened:
            return _filled(request, package, opened, converted)


def _filled(request: FillRequest, package: Package, registry: Registry, converted: bool) -> FillResult:
    state = _state(request, package, registry)
    if converted:
        zh = "旧格式 .xls 已用 LibreOffice 转成 .xlsx 再填，格式请再看一眼"
        state.ask(Question("文件", "note", zh, "the .xls was converted to .xlsx by LibreOffice before it was filled"))
    _fill(state)
    return _write(state, converted)


def _state(request: FillRequest, package: Package, registry: Registry) -> FillState:
    villages = registry.snapshot.directory.villages
    codes = {entry.region_code for entry in registry.snapshot.directory.households.values() if entry.region_code}
    named = {code: (entry.name, entry.township_name) for code, entry in villages.items()}
    homes = registry.snapshot.directory.households.values()
    groups = ((e.region_code, e.group_name) for e in homes if e.region_code and e.group_name)
    areas = area_book(named, codes, request.area, groups)
    if request.area and not areas.inside(12) and not any(code.startswith(request.area) for code in codes):
        raise FormError(
            f"--area: 资料里没有区划代码以 {request.area} 开头的村 / no village of the data lies in {request.area}; "
            f"有 there are: {'、'.join(sorted({c[:9] for c in codes})[:8])}"
        )
    return FillState(request, package, registry, areas, lexicon_of(request.book))


def recogniser(lexicon: Lexicon) -> Any:
    """Whether a header cell's text says something that is known, more than it says that is not."""

    def known(text: str) -> bool:
        words = read_words(text, lexicon)
        return (words.says or bool(words.share)) and len(words.left) * 2 <= len(words.text)

    return known


def _fill(state: FillState) -> None:
    recognise = recogniser(state.lexicon)
    fillings = []
    for sheet in state.package.sheets:
        if sheet.hidden:
            continue
        for filling in _fillings(state, sheet, recognise):
            fillings.append(filling)
    state.tables = len(fillings)
    if not fillings:
        raise FormError(
            f"{state.request.form.name}: 没有找到表头：前60行里没有一行有两个以上认得的栏目（如 村名、户数、人数、姓名）/ "
            "no header was found: no row names two columns that are known; is this the right sheet, and is it a table?"
        )
    state.registry.count(ask for filling in fillings for ask in filling.asks())
    grouped = [f for f in fillings if isinstance(f, TableFilling) and f.by_group]
    state.registry.count_by_group((ask for filling in grouped for ask in filling.asks()), group_code)
    for filling in fillings:
        filling.fill()
        fill_surroundings(state, filling.grid, filling.table)
    results = calculated(state)
    for filling in fillings:
        if isinstance(filling, TableFilling):
            check_sums(state, filling, results)


def _fillings(state: FillState, sheet: Sheet, recognise: Any) -> Iterator[TableFilling | RosterFilling]:
    """The tables of a sheet, after rows were put in where a table needs more than it has."""
    added: set[int] = set()
    while True:
        grid = state.grids[sheet.part] = make_grid(state.package, sheet)
        tables = find_tables(grid, recognise)
        short = [n for n, table in enumerate(tables) if n not in added and _filling(state, grid, table).more]
        if not short:
            break
        added.add(short[0])
        table = tables[short[0]]
        if table.fixed or any(row.kind == "data" for row in table.rows):
            _add_rows(state, sheet, table, _filling(state, grid, table).more)
    for number, table in enumerate(tables):
        if number in added:
            _with_rows(state, grid, table)
        yield _filling(state, grid, table)


def _with_rows(state: FillState, grid: Grid, table: FormTable) -> None:
    """Rows that were put in, or that follow a header with nothing below it: blank, and without a border not seen as rows."""
    data = [row for row in table.rows if row.kind == "data"]
    more = _filling(state, grid, table).more
    first = data[-1].number + 1 if data else table.last + 1
    labels = dict.fromkeys((c.number for c in table.columns if c.role and c.role != "note"), "")
    table.rows = sorted(
        [*table.rows, *(FormRow(first + n, "data", dict(labels)) for n in range(more))], key=lambda row: row.number
    )  # fmt: skip


def _filling(state: FillState, grid: Grid, table: FormTable) -> TableFilling | RosterFilling:
    if is_roster(table):
        return RosterFilling(state, grid, table)
    return TableFilling(state, grid, table)


def _add_rows(state: FillState, sheet: Sheet, table: FormTable, more: int) -> None:
    """More rows like the table's last blank one, in front of totals and notes."""
    data = [row.number for row in table.rows if row.kind == "data"]
    like = data[-1] if data else table.last
    insert_rows(state.package, sheet, like, more, styled=bool(data))
    sheet.scan = scan_sheet(state.package.parts[sheet.part])
    state.inserted[sheet.name] = state.inserted.get(sheet.name, 0) + more


# -- the form's own formulas -----------------------------------------------------------------------------


def calculated(state: FillState) -> dict[str, dict[tuple[int, int], Scalar]]:
    """The results of all formulas by sheet part, None where they are beyond a small calculator."""
    grids = {
        sheet.part: state.grids.get(sheet.part) or make_grid(state.package, sheet) for sheet in state.package.sheets
    }
    parts = {sheet.name: sheet.part for sheet in state.package.sheets}

    def value_of(name: str, row: int, column: int) -> Scalar:
        grid = grids[parts[name]]
        written = state.written.get(parts[name], {}).get((row, column))
        if written is not None:
            value = written.value
            return (
                Decimal(value) if isinstance(value, int) else value if isinstance(value, (Decimal, str)) else str(value)
            )
        cell = grid.cells.get((row, column))
        if cell is not None and cell.kind == "n" and cell.value:
            return number_of(cell.value)
        return grid.own_text(row, column) or None

    calculator = Calculator({name: grids[part].cells for name, part in parts.items()}, value_of)
    found: dict[str, dict[tuple[int, int], Scalar]] = {}
    for name, part in parts.items():
        for (row, column), cell in grids[part].cells.items():
            if cell.formula_at is not None:
                try:
                    result = calculator.result(name, row, column)
                except CannotCompute:
                    result = None
                found.setdefault(part, {})[row, column] = result
    return found


# -- writing ---------------------------------------------------------------------------------------------


def _write(state: FillState, converted: bool) -> FillResult:
    request = state.request
    results = calculated(state)
    changed: dict[str, bytes] = {}
    for sheet in state.package.sheets:
        values, cached = state.written.get(sheet.part, {}), results.get(sheet.part, {})
        if values or (cached and state.written):
            changed[sheet.part] = apply_edits(sheet.scan, values, cached)
    if any(results.values()):
        changed[state.package.workbook_part] = recalculating(state.package.parts[state.package.workbook_part])
    trace, asked = _beside(request.out, ".trace.json"), _beside(request.out, ".questions.xlsx")
    questions = tuple(sorted(state.questions, key=lambda q: list(KINDS).index(q.kind)))
    with whole_file(request.out) as made:
        write_package(state.package, made, changed)
    with whole_file(trace) as made:
        made.write_text(json.dumps(_trace(state, questions), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    wanted = bool(questions or request.answers)
    if wanted:
        with whole_file(asked) as made:
            write_questions(made, questions, request.answers)
    else:
        asked.unlink(missing_ok=True)
    if request.purpose and state.rosters:
        for path in (request.out, trace):
            path.chmod(0o600)
    rows = sum(roster["cells"] for roster in state.rosters)
    doubtful = sum(cell.status == "doubtful" for cell in state.cells)
    return FillResult(
        request.out, trace, asked if wanted else None, len(state.cells) + rows, doubtful, state.tables, questions, converted
    )  # fmt: skip


def _beside(out: Path, end: str) -> Path:
    return out.with_name(out.name + end)


def _trace(state: FillState, questions: tuple[Question, ...]) -> dict[str, Any]:
    request, registry = state.request, state.registry
    book = request.book
    return {
        "bangfu": __version__,
        "form": request.form.name,
        "out": request.out.name,
        "as_of": request.as_of.isoformat(),
        "area": request.area,
        "area_name": state.areas.name(request.area),
        "purpose": request.purpose or None,
        "rulebook": {"name": book.name, "version": book.version, "sha256": book.digest},
        "inputs": digests(registry.snapshot.sources.values(), request.data),
        "rows_added": state.inserted,
        "columns": state.columns,
        "cells": [cell.as_json() for cell in state.cells],
        "rosters": state.rosters,
        "questions": [
            {
                "kind": q.kind, "header": q.key, "zh": q.zh, "en": q.en, "sheet": q.sheet, "cells": q.cells,
                "readings": [{"definition": zh, "values": value} for zh, value in q.options],
            }
            for q in questions
        ],
    }  # fmt: skip
