"""The expression language as a syntax tree.

The tree is what the parser returns and what the checker annotates; nothing in it can reach a file,
an engine or Python. Offsets are 0-based characters into the expression's own text.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Node:
    """Any node; `at` is the offset of its first character, `text` is filled for clauses only."""

    at: int


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal number, exact."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A literal in single quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A fact, derived fact or parameter; `scope` is the part before a dot (`household.x`, `persons.wage`)."""

    name: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class At(Node):
    """A parameter read at a date of the row: `ceiling at admitted_on`."""

    parameter: Name
    date: Node


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-x` or `not x`; `op` is `-` or `not`."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`+ - * / //`, comparisons `< <= = <> >= >`, `and`, `or`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`x in (1, 2)` and `x not in (…)`; items are literals."""

    operand: Node
    items: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`x between a and b`, both ends included."""

    operand: Node
    low: Node
    high: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class IsNull(Node):
    """`x is null`: the question whether the input is missing; always known."""

    operand: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`case when c then v … else e end`; without `else` the answer is unknown where no branch holds."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of scalars: least, greatest, coalesce, abs, floor, round_half_up, years, months, days."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """count, sum, any, all, min, max over the related rows of `table`; `value` is None for count."""

    function: str
    table: str
    value: Node | None
    where: Node | None


@dataclass(frozen=True, slots=True)
class Result(Node):
    """`eligible(policy)` or `amount(policy)`; `scope` names the table in `persons.amount(medical)`."""

    kind: str
    policy: str
    scope: str | None = None


def children(node: Node) -> tuple[Node, ...]:
    """The direct sub-expressions of a node, in order."""
    match node:
        case At():
            return (node.parameter, node.date)
        case Unary() | IsNull():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case In():
            return (node.operand, *node.items)
        case Between():
            return (node.operand, node.low, node.high)
        case Case():
            pairs = tuple(part for branch in node.branches for part in branch)
            return pairs if node.otherwise is None else (*pairs, node.otherwise)
        case Call():
            return node.arguments
        case Aggregate():
            return tuple(part for part in (node.value, node.where) if part is not None)
        case _:
            return ()
