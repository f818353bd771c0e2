"""Expressions in which a missing input occurs several times: where they are monotone in it, ends are exact.

`steps` bounds how an expression changes when one of its inputs rises by one unit, everything else held:
`wage - wage * 2 // 10` changes by [1, 1] − [floor(0.2), ceil(0.2)] = [0, 1], so it never falls and its range
is found by evaluating it at both ends. Cutting at named values is sound because treating correlated names as
independent only widens a range.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor, inf

from bangfu.core.rulebook import typed

Step = tuple[Fraction | float, Fraction | float]
FLAT: Step = (Fraction(0), Fraction(0))
MAX_SIZE = 400
MAX_EXPANSIONS = 24


def steps(node: typed.Typed, variable: typed.Typed, whole: bool) -> Step | None:
    """The change of `node` per unit of `variable`; None where nothing is known. `whole`: it moves in integers."""
    if node == variable:
        return (Fraction(1), Fraction(1))
    if not occurrences(node, variable):
        return FLAT
    match node:
        case typed.Negate():
            return _scaled(steps(node.operand, variable, whole), Fraction(-1), Fraction(-1))
        case typed.Arithmetic():
            return _arithmetic(node, variable, whole)
        case typed.Choice():
            if any(occurrences(when, variable) for when, _ in node.branches):
                return None
            values = [value for _, value in node.branches] + ([] if node.otherwise is None else [node.otherwise])
            return _hull([steps(value, variable, whole) for value in values])
        case typed.Function() if node.function in ("least", "greatest"):
            return _hull([steps(argument, variable, whole) for argument in node.arguments])
        case typed.Function() if node.function in ("floor", "round_half_up"):
            return _floored(steps(node.arguments[0], variable, whole), whole)
        case _:
            return None


def _arithmetic(node: typed.Arithmetic, variable: typed.Typed, whole: bool) -> Step | None:
    left, right = steps(node.left, variable, whole), steps(node.right, variable, whole)
    if left is None or right is None:
        return None
    if node.op == "+":
        return (left[0] + right[0], left[1] + right[1])
    if node.op == "-":
        return (left[0] - right[1], left[1] - right[0])
    if node.op == "*":
        if right == FLAT and not occurrences(node.right, variable):
            return _by_factor(left, node.right)
        return _by_factor(right, node.left) if not occurrences(node.left, variable) else None
    if occurrences(node.right, variable):
        return None
    low, high = _magnitude(node.right)
    if low is None or high is None or low <= 0:
        return None
    divided = _scaled(left, 0 if high == inf else 1 / Fraction(high), 1 / Fraction(low))
    return _floored(divided, whole) if node.op == "//" else divided


def _by_factor(step: Step, factor: typed.Typed) -> Step | None:
    low, high = _magnitude(factor)
    if low is None or high is None:
        return None
    return _scaled(step, low, high)


def _magnitude(node: typed.Typed) -> tuple[Fraction | None, Fraction | float | None]:
    """Bounds that hold for the value of a factor whatever the data say, or None."""
    while isinstance(node, typed.Lift):
        node = node.inner
    if isinstance(node, typed.Const) and isinstance(node.value, Fraction):
        return node.value, node.value
    if isinstance(node, typed.ParameterRef) and node.parameter.low is not None and node.parameter.low >= 0:
        high = node.parameter.high
        return Fraction(node.parameter.low), inf if high is None else Fraction(high)
    if isinstance(node, typed.Gather) and node.function == "count":
        return Fraction(0), inf
    return None, None


def _scaled(step: Step | None, low: Fraction | float, high: Fraction | float) -> Step | None:
    if step is None:
        return None
    corners = [_times(s, k) for s in step for k in (low, high)]
    return (min(corners), max(corners))


def _times(a: Fraction | float, b: Fraction | float) -> Fraction | float:
    return Fraction(0) if a == 0 or b == 0 else a * b


def _floored(step: Step | None, whole: bool) -> Step | None:
    if step is None:
        return None
    if not whole:
        # the variable moves in parts of a unit: only the direction survives the floor
        return (Fraction(0), inf) if step[0] >= 0 else ((-inf, Fraction(0)) if step[1] <= 0 else None)
    low = step[0] if step[0] in (inf, -inf) else Fraction(floor(step[0]))
    high = step[1] if step[1] in (inf, -inf) else Fraction(ceil(step[1]))
    return (low, high)


def _hull(found: list[Step | None]) -> Step | None:
    if any(step is None for step in found):
        return None
    known = [step for step in found if step is not None]
    return (min(low for low, _ in known), max(high for _, high in known))


def atoms(node: typed.Typed) -> list[typed.Typed]:
    """The named leaves of an expression with repetition; lifted values and aggregates are leaves."""
    if isinstance(node, typed.FactRef | typed.ParameterRef | typed.Lift | typed.Gather | typed.Outcome):
        return [node]
    return [leaf for part in typed.parts(node) for leaf in atoms(part)]


def occurrences(node: typed.Typed, variable: typed.Typed) -> int:
    """How often the leaf occurs."""
    return sum(leaf == variable for leaf in atoms(node))


def replaced(node: typed.Typed, leaf: typed.Typed, by: typed.Typed) -> typed.Typed:
    """The expression with every occurrence of a leaf replaced by an expression."""
    if node == leaf:
        return by
    turn: Callable[[typed.Typed], typed.Typed] = lambda part: replaced(part, leaf, by)  # noqa: E731
    match node:
        case typed.Negate() | typed.Not() | typed.Member() | typed.Missing():
            return dataclasses.replace(node, operand=turn(node.operand))
        case typed.Arithmetic() | typed.Compare() | typed.Logic():
            return dataclasses.replace(node, left=turn(node.left), right=turn(node.right))
        case typed.Choice():
            last = None if node.otherwise is None else turn(node.otherwise)
            return dataclasses.replace(
                node, branches=tuple((turn(when), turn(value)) for when, value in node.branches), otherwise=last
            )
        case typed.Function():
            return dataclasses.replace(node, arguments=tuple(map(turn, node.arguments)))
        case _:
            return node


def fused(node: typed.Typed) -> typed.Typed:
    """`sum(t.a) ± sum(t.b)` over the same rows as one sum, so that shared inputs meet row by row."""
    if not isinstance(node, typed.Arithmetic) or node.op not in ("+", "-"):
        return node
    left, right = fused(node.left), fused(node.right)
    a, b = left, right
    if (
        isinstance(a, typed.Gather)
        and isinstance(b, typed.Gather)
        and (a.function, a.table, a.where) == (b.function, b.table, b.where)
        and a.function == "sum"
        and a.value is not None
        and b.value is not None
    ):
        value = typed.Arithmetic(a.value.type, a.table, node.op, a.value, b.value)
        return dataclasses.replace(a, value=value)
    return dataclasses.replace(node, left=left, right=right)
