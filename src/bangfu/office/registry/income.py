"""Income and spending by year, as sources stated them; and a picture of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bangfu.office.registry.models import Statement

PARTS = (
    "declared_wage_income",
    "business_income",
    "business_cost",
    "property_income",
    "transfer_income",
    "declared_net_income",
    "declared_per_capita",
    "rigid_expense",
)
"""Columns of the household sheet, yearly, in fen."""


@dataclass(frozen=True)
class Year:
    """What was last stated in a year: fen by column (a column that nobody stated is missing, not 0)."""

    year: int
    values: dict[str, int]
    members: int | None

    @property
    def net(self) -> int | None:
        """Net income of the household, in fen."""
        return self.values.get("declared_net_income")


def by_year(statements: Iterable[Statement]) -> list[Year]:
    """One entry for each year with a statement about money; statements must come in the order in which they count."""
    years: dict[int, dict[str, Any]] = {}
    for statement in statements:
        stated = {name: statement.values[name] for name in (*PARTS, "declared_members") if name in statement.values}
        if stated:
            years.setdefault(statement.as_of.year, {}).update(stated)
    return [
        Year(year, {n: v for n, v in values.items() if n in PARTS and v is not None}, values.get("declared_members"))
        for year, values in sorted(years.items())
    ]


@dataclass(frozen=True)
class Bar:
    """A bar of the picture, in percent of the picture's size."""

    year: int
    x: float
    height: float
    top: float
    value: int


def bars(years: list[Year]) -> list[Bar]:
    """Bars of net income; none where fewer than two years are known, since one bar says nothing."""
    known = [(year.year, year.net) for year in years if year.net is not None and year.net >= 0]
    if len(known) < 2 or not max(value for _, value in known):
        return []
    most = max(value for _, value in known)
    step = 100 / len(known)
    return [
        Bar(year, step * place + step * 0.2, 80 * value / most, 90 - 80 * value / most, value)
        for place, (year, value) in enumerate(known)
    ]
