"""The typed tree: names resolved to facts and parameters, every node with its type and its unit.

A node's `unit` is the table whose rows it is computed for. `Lift` reads a parent row's value (a person reads
its household), `Aggregate` reads child rows. Constants have the unit "".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from bangfu.core.rulebook.model import Fact, Parameter, Type

Constant = Fraction | bool | str | date | None


@dataclass(frozen=True, slots=True)
class Typed:
    """Any typed node; `name` is how a person would call it, where it has a name."""

    type: Type
    unit: str


@dataclass(frozen=True, slots=True)
class Const(Typed):
    """A literal; money is already in fen."""

    value: Constant


@dataclass(frozen=True, slots=True)
class FactRef(Typed):
    """A column of the unit, or a derived fact of it."""

    fact: Fact = field(compare=False)
    name: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class ParameterRef(Typed):
    """A parameter at the run's date, or at a date of the row."""

    parameter: Parameter = field(compare=False)
    name: str = ""
    on: Typed | None = None


@dataclass(frozen=True, slots=True)
class AsOf(Typed):
    """The run's date."""


@dataclass(frozen=True, slots=True)
class Lift(Typed):
    """A value of the parent row; `inner.unit` is the parent table."""

    inner: Typed


@dataclass(frozen=True, slots=True)
class Negate(Typed):
    """Minus."""

    operand: Typed


@dataclass(frozen=True, slots=True)
class Not(Typed):
    """Logical not."""

    operand: Typed


@dataclass(frozen=True, slots=True)
class Arithmetic(Typed):
    """`+ - * / //`."""

    op: str
    left: Typed
    right: Typed


@dataclass(frozen=True, slots=True)
class Compare(Typed):
    """`< <= = <> >= >`."""

    op: str
    left: Typed
    right: Typed


@dataclass(frozen=True, slots=True)
class Logic(Typed):
    """`and` or `or`."""

    op: str
    left: Typed
    right: Typed


@dataclass(frozen=True, slots=True)
class Member(Typed):
    """`x in (…)`; `universe` holds all values of the code list where there is one."""

    operand: Typed
    items: tuple[Constant, ...]
    universe: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Missing(Typed):
    """`x is null`."""

    operand: Typed


@dataclass(frozen=True, slots=True)
class Choice(Typed):
    """`case when`."""

    branches: tuple[tuple[Typed, Typed], ...]
    otherwise: Typed | None


@dataclass(frozen=True, slots=True)
class Function(Typed):
    """least, greatest, coalesce, abs, floor, round_half_up, years, months, days."""

    function: str
    arguments: tuple[Typed, ...]


@dataclass(frozen=True, slots=True)
class Gather(Typed):
    """An aggregate over the rows of `table`; `where` is None for all rows."""

    function: str
    table: str
    value: Typed | None
    where: Typed | None


@dataclass(frozen=True, slots=True)
class Outcome(Typed):
    """`eligible` or `amount` of a policy for the same unit."""

    kind: str
    policy: str


def parts(node: Typed) -> tuple[Typed, ...]:
    """The direct parts of a node that belong to the same expression (not the definition behind a name)."""
    match node:
        case Lift():
            return (node.inner,)
        case Negate() | Not() | Member() | Missing():
            return (node.operand,)
        case Arithmetic() | Compare() | Logic():
            return (node.left, node.right)
        case Choice():
            pairs = tuple(part for branch in node.branches for part in branch)
            return pairs if node.otherwise is None else (*pairs, node.otherwise)
        case Function():
            return node.arguments
        case Gather():
            return tuple(part for part in (node.value, node.where) if part is not None)
        case ParameterRef():
            return () if node.on is None else (node.on,)
        case _:
            return ()
