"""Figures as they go into cells: exact, in the form's unit, as many digits as the cell shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bangfu.core.documents.forms.definitions import Ask, Definition, Meaning
from bangfu.core.documents.forms.package import NumberFormat
from bangfu.core.reporting.forms_areas import GROUP
from bangfu.core.reporting.forms_registry import Counted, Registry
from bangfu.core.screening.figures import rounded
from bangfu.core.values.money import format_yuan

Value = int | Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure for areas: `value` None where it is not exactly known, then `reason` says why.

    `top` and `bottom` are the parts in their own unit, `rows` the records that make up the top.
    """

    value: Value | None
    top: int
    bottom: int | None
    rows: int
    open_: int
    reason: str = ""
    reason_en: str = ""


def figure(
    registry: Registry, definition: Definition, meaning: Meaning, areas: Sequence[str], shown: NumberFormat
) -> Figure:
    """The figure of a definition in areas, in the unit of the column."""
    if definition.top in registry.missing or definition.bottom in registry.missing:
        return Figure(None, 0, None, 0, 0, "规则集没有所需的事实", "the rulebook lacks a fact that this needs")
    held = registry.grouped if any(GROUP in area for area in areas) else registry.counted
    if not all(ask in held for ask in (definition.top, definition.bottom) if ask is not None):
        return Figure(None, 0, None, 0, 0, "这一项没有分到村民组的数", "the data do not tell this by villagers' group")
    known, open_, rows = held[definition.top].within(areas)
    bottom = None
    if definition.bottom is not None:
        bottom, more, _ = held[definition.bottom].within(areas)
        open_ += more
    if open_:
        zh = f"{open_}条记录缺资料，不能确定"
        if definition.bottom is None and definition.top.kind == "count":
            zh += f"，在{known}与{known + open_}之间"
        elif definition.bottom is None and definition.top.kind == "money":
            zh += f"，已知部分合计{format_yuan(known)}元"
        return Figure(None, known, bottom, rows, open_, zh, f"{open_} records lack what decides it")
    if bottom == 0:
        return Figure(None, known, bottom, rows, 0, "分母为0", "the denominator is 0")
    exact = Fraction(known) if bottom is None else Fraction(known, bottom)
    exact /= {"money": 100, "decimal": 1000}.get(definition.top.kind, 1)
    return Figure(_printed(exact, definition, meaning, shown), known, bottom, rows, 0)


def _printed(exact: Fraction, definition: Definition, meaning: Meaning, shown: NumberFormat) -> Value:
    quotient = definition.bottom is not None
    if definition.percent or meaning.percent:
        if shown.percent:  # the cell shows 0.1196 as 11.96%
            return _decimal(exact, max(4, (shown.digits or 0) + 2))
        return _decimal(exact * 100, max(2, shown.digits or 0))
    if meaning.money > 1:
        exact /= meaning.money
        return (
            _decimal(exact, max(6, shown.digits or 0)) if not quotient else _decimal(exact, max(4, shown.digits or 0))
        )
    if quotient:
        return _decimal(exact, max(2, shown.digits or 0))
    return int(exact) if exact.denominator == 1 else _decimal(exact, 6)


def _decimal(value: Fraction, digits: int) -> Value:
    made: Decimal = rounded(value, digits, "half_up")
    return int(made) if made == made.to_integral_value() else made.normalize()


def asks_of(definitions: Sequence[Definition]) -> list[Ask]:
    """Every Ask of definitions."""
    return [ask for d in definitions for ask in (d.top, d.bottom) if ask is not None]


__all__ = ["Counted", "Figure", "Value", "asks_of", "figure"]
