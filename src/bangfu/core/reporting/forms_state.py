"""What a filling has at hand and what it has found so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bangfu.core.documents.forms.edit import Written
from bangfu.core.documents.forms.grid import Grid
from bangfu.core.documents.forms.package import Package
from bangfu.core.documents.forms.scan import reference
from bangfu.core.documents.forms.terms import Lexicon
from bangfu.core.reporting.forms_answers import Answer, Question
from bangfu.core.reporting.forms_areas import AreaBook
from bangfu.core.reporting.forms_registry import Progress, Registry
from bangfu.core.rulebook.model import Rulebook


@dataclass(frozen=True, slots=True)
class FillRequest:
    """A form to be filled from a data folder. `area` is a code ("" is everything in the data).

    `purpose` says what full ID numbers, telephones and accounts are needed for; without one they are masked.
    """

    form: Path
    book: Rulebook
    data: Path
    as_of: date
    out: Path
    area: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    purpose: str = ""
    progress: Progress | None = None
    unit: str = ""
    """The name for 填报单位, where the data do not name the area."""


@dataclass(slots=True)
class FilledCell:
    """A cell that got a figure: where, what it means, out of what."""

    sheet: str
    row: int
    column: int
    header: str
    value: Any
    unit: str
    definition: Mapping[str, Any]
    areas: list[str]
    top: int
    bottom: int | None
    rows: int
    status: str
    others: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """One entry of the trace."""
        return {
            "sheet": self.sheet,
            "cell": reference(self.row, self.column),
            "header": self.header,
            "value": float(self.value) if isinstance(self.value, Decimal) else self.value,
            "unit": self.unit,
            "status": self.status,
            "definition": dict(self.definition),
            "area": self.areas,
            "numerator": self.top,
            "denominator": self.bottom,
            "records": self.rows,
            "other_readings": self.others,
        }


@dataclass(slots=True)
class FillState:
    """The filling of one workbook."""

    request: FillRequest
    package: Package
    registry: Registry
    areas: AreaBook
    lexicon: Lexicon
    grids: dict[str, Grid] = field(default_factory=dict)
    written: dict[str, dict[tuple[int, int], Written]] = field(default_factory=dict)
    cells: list[FilledCell] = field(default_factory=list)
    rosters: list[dict[str, Any]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    inserted: dict[str, int] = field(default_factory=dict)
    tables: int = 0

    def write(self, grid: Grid, row: int, column: int, value: Any, style: int | None = None) -> None:
        """Note a value for a cell."""
        self.written.setdefault(grid.sheet.part, {})[row, column] = Written(value, style)

    def held(self, grid: Grid, row: int, column: int) -> bool:
        """Whether a cell has content already, of the form or written."""
        at = grid.owner.get((row, column), (row, column))
        return bool(grid.own_text(*at)) or grid.formula(*at) or at in self.written.get(grid.sheet.part, {})

    def ask(self, question: Question) -> None:
        """Note something that a person should look at; cells of the same question come together."""
        for held in self.questions:
            if (held.key, held.kind, held.zh) == (
                question.key,
                question.kind,
                question.zh,
            ) and held.sheet == question.sheet:
                held.cells += [cell for cell in question.cells if cell not in held.cells]
                return
        self.questions.append(question)
