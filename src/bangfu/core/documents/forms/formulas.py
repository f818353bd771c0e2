"""The results of a form's own formulas, as far as they are plain arithmetic, so that totals can be checked and shown.

SUM, AVERAGE, MIN, MAX, COUNT, COUNTA, PRODUCT, ROUND, ABS, INT, IF, IFERROR, SUBTOTAL(9 or 109), references, ranges, sheets.
Anything else has no result here: the spreadsheet program computes it when the file is opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation, localcontext

from bangfu.core.documents.forms.scan import CellSpan, block_of, cell_of, column_letters

Scalar = Decimal | str | None
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<text>\"(?:[^\"]|\"\")*\")|"
    r"(?P<ref>(?:(?:'[^']+'|[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff.]*)!)?\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?)(?![\w(])|"
    r"(?P<name>[A-Za-z_][\w.]*)|(?P<op><>|>=|<=|[-+*/^(),=<>%&]))"
)
_RELATIVE = re.compile(r"(?<![A-Za-z_\d.!'])(\$?)([A-Z]{1,3})(\$?)(\d{1,7})(?![\d(A-Za-z_])")
_RANGE_SIZE = 200_000


class CannotCompute(Exception):
    """A formula that is beyond this small calculator, or that is an error."""


@dataclass
class Calculator:
    """Computes formulas of a workbook; `cells` by sheet, `values` what a cell that is no formula holds."""

    cells: Mapping[str, Mapping[tuple[int, int], CellSpan]]
    value_of: Callable[[str, int, int], Scalar]
    _done: dict[tuple[str, int, int], Scalar] = field(default_factory=dict)
    _under_way: set[tuple[str, int, int]] = field(default_factory=set)
    _masters: dict[tuple[str, str], CellSpan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for sheet, cells in self.cells.items():
            for cell in cells.values():
                if cell.shared and cell.formula:
                    self._masters[sheet, cell.shared] = cell

    def result(self, sheet: str, row: int, column: int) -> Scalar:
        """The value of a cell, computed where it is a formula. Raises CannotCompute."""
        cell = self.cells.get(sheet, {}).get((row, column))
        if cell is None or cell.formula_at is None:
            return self.value_of(sheet, row, column)
        key = (sheet, row, column)
        if key in self._done:
            return self._done[key]
        if key in self._under_way or len(self._under_way) > 200:
            raise CannotCompute("circular")
        self._under_way.add(key)
        try:
            self._done[key] = _Formula(self, sheet, self._text(sheet, cell)).value()
        finally:
            self._under_way.discard(key)
        return self._done[key]

    def _text(self, sheet: str, cell: CellSpan) -> str:
        if cell.formula:
            if cell.area and not cell.shared:
                raise CannotCompute("array")
            return cell.formula
        master = self._masters.get((sheet, cell.shared))
        if master is None or not master.formula:
            raise CannotCompute("no formula")
        return shifted(master.formula, cell.row - master.row, cell.column - master.column)


def shifted(formula: str, rows: int, columns: int) -> str:
    """A shared formula as another cell of its block reads it."""

    def moved(match: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, number = match.groups()
        place = cell_of(f"{letters}1")
        assert place is not None
        column = place[1] if fixed_column else place[1] + columns
        row = int(number) if fixed_row else int(number) + rows
        if row < 1 or column < 1:
            raise CannotCompute("out of the sheet")
        return f"{fixed_column}{column_letters(column)}{fixed_row}{row}"

    return _RELATIVE.sub(moved, formula)


class _Formula:
    def __init__(self, calculator: Calculator, sheet: str, text: str) -> None:
        self.calculator, self.sheet = calculator, sheet
        self.tokens = self._tokens(text)
        self.at = 0

    def _tokens(self, text: str) -> list[tuple[str, str]]:
        found, at, text = [], 0, text.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.end() == at:
                raise CannotCompute(text)
            kind = match.lastgroup or ""
            found.append((kind, match[kind]))
            at = match.end()
        return found

    def value(self) -> Scalar:
        with localcontext() as context:
            context.prec = 40
            try:
                made = self._comparison()
            except (DivisionByZero, InvalidOperation) as error:
                raise CannotCompute("division") from error
        if self.at != len(self.tokens):
            raise CannotCompute("rest")
        return made

    def _next(self, *operators: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "op" and self.tokens[self.at][1] in operators:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def _comparison(self) -> Scalar:
        left = self._joined()
        while operator := self._next("=", "<>", "<", ">", "<=", ">="):
            right = self._joined()
            left = Decimal(int(_compare(operator, left, right)))
        return left

    def _joined(self) -> Scalar:
        left = self._sum()
        while self._next("&"):
            left = _text(left) + _text(self._sum())
        return left

    def _sum(self) -> Scalar:
        left = self._product()
        while operator := self._next("+", "-"):
            right = _number(self._product())
            left = _number(left) + (right if operator == "+" else -right)
        return left

    def _product(self) -> Scalar:
        left = self._unary()
        while operator := self._next("*", "/"):
            right = _number(self._unary())
            if operator == "/" and not right:
                raise CannotCompute("division by zero")
            left = _number(left) * right if operator == "*" else _number(left) / right
        return left

    def _unary(self) -> Scalar:
        if self._next("-"):
            return -_number(self._unary())
        if self._next("+"):
            return self._unary()
        made = self._atom()
        while self._next("%"):
            made = _number(made) / 100
        if self._next("^"):
            return _number(made) ** _number(self._unary())
        return made

    def _atom(self) -> Scalar:
        if self.at >= len(self.tokens):
            raise CannotCompute("end")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Decimal(text)
        if kind == "text":
            return text[1:-1].replace('""', '"')
        if kind == "ref":
            values = self._range(text)
            if len(values) != 1:
                raise CannotCompute("a range where a number stands")
            return values[0]
        if kind == "name":
            return self._call(text.upper())
        if text == "(":
            made = self._comparison()
            self._close()
            return made
        raise CannotCompute(text)

    def _close(self) -> None:
        if not self._next(")"):
            raise CannotCompute("bracket")

    def _range(self, text: str) -> list[Scalar]:
        sheet, _, place = text.rpartition("!")
        block = block_of(place.upper().replace("$", ""))
        name = sheet.strip("'") or self.sheet
        if block is None or name not in self.calculator.cells:
            raise CannotCompute(text)
        top, left, bottom, right = block
        if (bottom - top + 1) * (right - left + 1) > _RANGE_SIZE:
            raise CannotCompute("too large")
        rows, columns = range(top, bottom + 1), range(left, right + 1)
        return [self.calculator.result(name, row, column) for row in rows for column in columns]

    def _call(self, function: str) -> Scalar:
        if not self._next("("):
            raise CannotCompute(function)
        if function == "IFERROR":
            return self._iferror()
        if function == "IF":
            return self._if()
        groups: list[list[Scalar]] = []
        if not self._next(")"):
            groups.append(self._argument())
            while self._next(","):
                groups.append(self._argument())
            self._close()
        return _apply(function, groups)

    def _argument(self) -> list[Scalar]:
        """A whole range where nothing is done with it, else one value."""
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        after = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ("", "")
        if kind == "ref" and ":" in text and after in (("op", ","), ("op", ")")):
            self.at += 1
            return self._range(text)
        return [self._comparison()]

    def _iferror(self) -> Scalar:
        start = self.at
        try:
            made = self._comparison()
        except CannotCompute as error:
            if str(error) not in ("division by zero", "division"):
                raise
            self._skip(start)
            made = None
            self._comma()
            other = self._comparison()
            self._close()
            return other
        self._comma()
        self._comparison()
        self._close()
        return made

    def _if(self) -> Scalar:
        test = _number(self._comparison())
        self._comma()
        if test:
            made = self._comparison()
            if self._next(","):
                self._skip(self.at)
        else:
            self._skip(self.at)
            made = self._comparison() if self._next(",") else Decimal(0)
        self._close()
        return made

    def _comma(self) -> None:
        if not self._next(","):
            raise CannotCompute("comma")

    def _skip(self, start: int) -> None:
        """To the comma or bracket that ends the argument which begins at `start`."""
        depth, self.at = 0, start
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if depth == 0 and token in (("op", ","), ("op", ")")):
                return
            depth += {"(": 1, ")": -1}.get(token[1], 0) if token[0] == "op" else 0
            self.at += 1
        raise CannotCompute("end")


def _number(value: Scalar) -> Decimal:
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, Decimal):
        return value
    raise CannotCompute("a text where a number stands")


def _text(value: Scalar) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else format(value.normalize(), "f")


def _compare(operator: str, left: Scalar, right: Scalar) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        a, b = _text(left), _text(right)
        return {"=": a == b, "<>": a != b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator]
    x, y = _number(left), _number(right)
    return {"=": x == y, "<>": x != y, "<": x < y, ">": x > y, "<=": x <= y, ">=": x >= y}[operator]


def _apply(function: str, groups: list[list[Scalar]]) -> Scalar:
    values = [value for group in groups for value in group]
    numbers = [value for value in values if isinstance(value, Decimal)]
    if function == "SUM":
        return sum(numbers, Decimal(0))
    if function == "SUBTOTAL" and groups[0][0] in (Decimal(9), Decimal(109)):
        return sum((v for group in groups[1:] for v in group if isinstance(v, Decimal)), Decimal(0))
    if function == "AVERAGE":
        if not numbers:
            raise CannotCompute("division by zero")
        return sum(numbers, Decimal(0)) / len(numbers)
    if function in ("MIN", "MAX"):
        return {"MIN": min, "MAX": max}[function](numbers, default=Decimal(0))
    if function == "COUNT":
        return Decimal(len(numbers))
    if function == "COUNTA":
        return Decimal(sum(value is not None for value in values))
    if function == "PRODUCT":
        made = Decimal(1)
        for number in numbers:
            made *= number
        return made
    if function in ("ROUND", "ABS", "INT") and values:
        return _rounding(function, values)
    raise CannotCompute(function)


def _rounding(function: str, values: list[Scalar]) -> Decimal:
    number = _number(values[0])
    if function == "ABS":
        return abs(number)
    if function == "INT":
        return Decimal(number.__floor__())
    digits = int(_number(values[1])) if len(values) > 1 else 0
    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
