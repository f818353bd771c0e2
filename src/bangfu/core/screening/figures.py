"""Indicators by area and period: exact counts, ratios that name their denominator, printed half up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from bangfu.core.compiler.book import AREA, CompiledBook
from bangfu.core.compiler.sql import name, quoted
from bangfu.core.engines.duckdb_engine import Connection, run
from bangfu.core.rulebook.model import Indicator, Quantity, Rulebook
from bangfu.core.screening.decisions import column

Cell = tuple[str, str, str]
"""(indicator, area, side)."""


@dataclass(slots=True)
class Figures:
    """Sums by indicator, area and side, and the rows that could not be told."""

    sums: dict[Cell, int] = field(default_factory=dict)
    open_: dict[Cell, int] = field(default_factory=dict)

    def add(self, connection: Connection, compiled: CompiledBook) -> None:
        """Add a chunk's contributions, one pass over each unit's table."""
        by_unit: dict[str, list[Any]] = {}
        for quantity in compiled.quantities:
            by_unit.setdefault(quantity.unit, []).append(quantity)
        for unit, quantities in by_unit.items():
            area = compiled.plan.roots[unit].get(AREA)
            key = "''" if area is None else f"coalesce(CAST({name(area)} AS VARCHAR), '')"
            parts = [key]
            for quantity in quantities:
                parts.append(f"CAST(sum({column(quantity.value)}) AS HUGEINT)")
                parts.append(f"count(*) FILTER ({column(quantity.open_, 'bool')})")
            table = quoted(compiled.plan.last[unit].name)
            for row in run(connection, f"SELECT {', '.join(parts)} FROM {table} GROUP BY 1"):
                for position, quantity in enumerate(quantities):
                    cell = (quantity.indicator, row[0], quantity.side)
                    self.sums[cell] = self.sums.get(cell, 0) + int(row[1 + 2 * position] or 0)
                    self.open_[cell] = self.open_.get(cell, 0) + int(row[2 + 2 * position])

    def merge(self, other: Figures) -> None:
        """Add another chunk's figures."""
        for mine, theirs in ((self.sums, other.sums), (self.open_, other.open_)):
            for cell, value in theirs.items():
                mine[cell] = mine.get(cell, 0) + value


def levels(area: str) -> list[str]:
    """The areas that a code counts for: the whole, and for 12-digit codes county, township and village."""
    if len(area) == 12 and area.isdigit():
        return ["", area[:6], area[:9], area]
    return ["", area] if area else [""]


def indicator_rows(book: Rulebook, figures: Figures, as_of: date) -> list[dict[str, Any]]:
    """The rows of indicators.parquet, sorted by indicator and area."""
    rolled: dict[Cell, list[int]] = {}
    for (indicator, area, side), value in figures.sums.items():
        for level in levels(area):
            held = rolled.setdefault((indicator, level, side), [0, 0])
            held[0] += value
            held[1] += figures.open_[indicator, area, side]
    rows = []
    for item in book.indicators.values():
        areas = sorted({area for indicator, area, _ in rolled if indicator == item.id})
        for area in areas:
            if "area" not in item.by and area:
                continue
            top = rolled.get((item.id, area, "numerator"), [0, 0])
            bottom = rolled.get((item.id, area, "denominator"), [0, 0]) if item.denominator else None
            rows.append(_row(item, area, as_of, top, bottom))
    return rows


def _row(item: Indicator, area: str, as_of: date, top: list[int], bottom: list[int] | None) -> dict[str, Any]:
    value, unit = _value(item, top[0], None if bottom is None else bottom[0]), item.unit
    return {
        "indicator": item.id,
        "area": area,
        "period": as_of.strftime("%Y-%m"),
        "numerator": top[0],
        "denominator": None if bottom is None else bottom[0],
        "value": value,
        "unit": unit,
        "title_zh": item.title.zh,
        "title_en": item.title.en,
        "denominator_zh": item.denominator.name.zh if item.denominator else None,
        "undecided": top[1] + (bottom[1] if bottom else 0),
        "stated": item.stated.get(area),
        "kind": item.flow,
        "numerator_query": query_text(item.numerator),
        "denominator_query": query_text(item.denominator) if item.denominator else None,
        "balance": " ".join(f"{key}={name}" for key, name in item.balance.items()) or None,
    }


def query_text(side: Quantity) -> str:
    """One side of an indicator as the rulebook has it: `count(persons where monitored)`."""
    where = f" where {side.where.text.strip()}" if side.where is not None else ""
    if side.sum is None:
        return f"count({side.table}{where})"
    return f"sum({side.table}: {side.sum.text.strip()}{where})"


def _value(item: Indicator, top: int, bottom: int | None) -> Any:
    """The printed value as a Decimal; None where the denominator is zero."""
    if item.denominator is not None and not bottom:
        return None
    exact = Fraction(top) if bottom is None else Fraction(top, bottom)
    exact /= {"元": 100, "万元": 1_000_000}.get(item.unit, 1)
    return rounded(exact * item.per, item.digits, item.rounding)


def rounded(value: Fraction, digits: int, rounding: str) -> Any:
    """A fraction in so many digits: half_up (away from zero at the half), half_even or floor."""
    from decimal import Decimal

    scale = 10**digits
    scaled = value * scale
    if rounding == "half_even":
        whole = round(scaled)
    elif rounding == "floor":
        whole = scaled.__floor__()
    else:
        size = (abs(scaled) + Fraction(1, 2)).__floor__()
        whole = -size if scaled < 0 else size
    return Decimal(whole) / scale


def write_indicators(path: Path, rows: list[dict[str, Any]]) -> None:
    """indicators.parquet; values are decimals of at most six places."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [("indicator", pa.string()), ("area", pa.string()), ("period", pa.string()), ("numerator", pa.int64()),
         ("denominator", pa.int64()), ("value", pa.decimal128(24, 6)), ("unit", pa.string()),
         ("title_zh", pa.string()), ("title_en", pa.string()), ("denominator_zh", pa.string()),
         ("undecided", pa.int64()), ("stated", pa.string()), ("kind", pa.string()), ("numerator_query", pa.string()),
         ("denominator_query", pa.string()), ("balance", pa.string())]
    )  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="snappy", store_schema=False)
