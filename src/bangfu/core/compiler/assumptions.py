"""What may be taken for granted of the rows that a plan will see.

A plan for rows without blanks needs no ranges and is several times faster; the engine reads the facts below
off the file's statistics and checks the rest, so that an assumption is never wrong, only missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class ParameterShape:
    """How a parameter reaches the rows of a unit.

    `constant` is its one value for every row (fen, scaled, bool or text), else it comes as columns:
    one where all rows have it (`ranged` False), or low, high and a mask where some do not.
    `scale` is the denominator of decimals; `missing` are the ids that may be missing with it.
    """

    constant: int | bool | str | date | None = None
    column: bool = False
    ranged: bool = False
    scale: int = 1
    missing: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Assumptions:
    """`present` are the (table, column) pairs that the data have, `nullable` those with blanks.

    `covered` says of each table whether its rows are complete for every household ("yes"), for none ("no")
    or as a column of the household says ("some"). `nonneg` are the columns without a negative number.
    `filled` are the tables of which every household has rows.
    `orphans` says that child rows without a household row occur.
    """

    as_of: date
    present: frozenset[tuple[str, str]]
    nullable: frozenset[tuple[str, str]]
    parameters: Mapping[tuple[str, str], ParameterShape] = field(default_factory=dict)
    covered: Mapping[str, str] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    nonneg: frozenset[tuple[str, str]] = frozenset()
    orphans: bool = False
