"""The scalar operations that both evaluators print: one small set, with explicit rules for NULL.

Nodes are interned: building the same operation twice gives the same node, so a shared part is computed once
in SQL and in Python alike. NULL in a number means "no bound", in a condition "not decided"; `and`, `or` and
`not` are three-valued as in SQL; arithmetic, comparison, least and greatest are NULL where an argument is.
`fdiv` floors and is NULL for a zero divisor. `if` takes its last branch where the condition is NULL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

Scalar = int | bool | str | date | None
INT, BOOL, TEXT, DATE, MASK = "int", "bool", "text", "date", "mask"
TINY, MASK8, MASK16 = "tiny", "mask8", "mask16"
"""Narrow columns: words by number, and masks of few clauses; fewer bytes to carry between steps."""


class E:
    """An interned operation. `rank` counts the joins and aggregations below it; `unit` is "" for constants."""

    __slots__ = ("args", "id", "kind", "nonneg", "nullable", "op", "positive", "rank", "unit", "value")

    def __init__(
        self, number: int, op: str, args: tuple[E, ...], value: object, kind: str, nullable: bool, unit: str, rank: int
    ) -> None:
        self.id, self.op, self.args, self.value = number, op, args, value
        self.kind, self.nullable, self.unit, self.rank = kind, nullable, unit, rank
        self.nonneg = _nonneg(op, args, value)
        self.positive = _positive(op, args, value)

    def __repr__(self) -> str:
        inner = ", ".join(map(repr, self.args))
        return f"{self.op}{'' if self.value is None else f'[{self.value}]'}({inner})"


def _nonneg(op: str, args: tuple[E, ...], value: object) -> bool:
    """Whether the value is certainly not negative; declared bounds of facts are not trusted for known values."""
    if op == "const":
        return isinstance(value, int) and value >= 0
    if op in ("col", "agg"):
        return isinstance(value, tuple) and "nonneg" in value
    if op == "lift":
        return isinstance(value, E) and value.nonneg
    if op in ("add", "mul", "fdiv", "least", "coalesce"):
        return all(a.nonneg for a in args)
    if op == "greatest":
        return any(a.nonneg for a in args)
    if op == "if":
        return args[1].nonneg and args[2].nonneg
    return False


def _positive(op: str, args: tuple[E, ...], value: object) -> bool:
    """Whether the value is certainly above zero, and so may divide."""
    if op == "const":
        return isinstance(value, int) and value > 0
    if op in ("col", "agg"):
        return isinstance(value, tuple) and "positive" in value
    if op == "lift":
        return isinstance(value, E) and value.positive
    if op == "add":
        return all(a.nonneg for a in args) and any(a.positive for a in args)
    return op in ("mul", "least") and all(a.positive for a in args)


class Builder:
    """Makes interned nodes and simplifies the obvious."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], E] = {}
        self.true, self.false = self.const(True, BOOL), self.const(False, BOOL)
        self.zero, self.none_missing = self.const(0, INT), self.const(0, MASK)

    def node(
        self,
        op: str,
        args: tuple[E, ...],
        kind: str,
        *,
        value: object = None,
        nullable: bool | None = None,
        unit: str | None = None,
        rank: int | None = None,
    ) -> E:
        """The interned node; unit, rank and nullability follow from the arguments unless given."""
        key = (op, args, value, kind, type(value), nullable, unit)
        found = self._known.get(key)
        if found is None:
            where = unit if unit is not None else next((a.unit for a in args if a.unit), "")
            level = rank if rank is not None else max((a.rank for a in args), default=0)
            empty = any(a.nullable for a in args) if nullable is None else nullable
            found = self._known[key] = E(len(self._known), op, args, value, kind, empty, where, level)
        return found

    def columns(self) -> tuple[E, ...]:
        """Every source column that was asked for, also those that no answer needed in the end."""
        return tuple(node for node in self._known.values() if node.op == "col")

    # -- leaves -----------------------------------------------------------------------------------
    def const(self, value: Scalar, kind: str) -> E:
        """A literal; None is NULL of that kind."""
        return self.node("const", (), kind, value=value, nullable=value is None, unit="")

    def null(self, kind: str = INT) -> E:
        """NULL of a kind."""
        return self.const(None, kind)

    def col(self, unit: str, name: str, kind: str, *, nullable: bool, signs: tuple[str, ...] = ()) -> E:
        """A column of the unit's source; `signs` may hold nonneg and positive."""
        value = (name, *signs)
        return self.node("col", (), kind, value=value, nullable=nullable, unit=unit, rank=0)

    def lift(self, child: str, inner: E, *, loose: bool = False) -> E:
        """A parent's value read by a child row; constants need no join. `loose`: there may be no parent row."""
        if not inner.unit:
            return inner
        empty = inner.nullable or loose
        return self.node("lift", (), inner.kind, value=inner, nullable=empty, unit=child, rank=inner.rank + 1)

    def agg(
        self,
        unit: str,
        child: str,
        function: str,
        args: tuple[E, ...],
        kind: str,
        *,
        nullable: bool,
        filled: bool = False,
    ) -> E:
        """An aggregate of child rows: rows, count_if, sum, sum_strict, any, or_mask, min, max (see plan.py).

        `filled` says that every row of the unit has child rows.
        """
        signs: tuple[str, ...] = ("nonneg",) if function in ("count_if", "rows") or (args and args[0].nonneg) else ()
        if filled and function == "rows":
            signs = ("nonneg", "positive")
        level = max((a.rank for a in args), default=0) + 1
        return self.node("agg", args, kind, value=(function, child, *signs), nullable=nullable, unit=unit, rank=level)

    # -- arithmetic -------------------------------------------------------------------------------
    def _folded(self, op: str, a: E, b: E, fold: Callable[[int, int], int]) -> E:
        if a.op == b.op == "const":
            if a.value is None or b.value is None:
                return self.null(a.kind)
            assert isinstance(a.value, int)
            assert isinstance(b.value, int)
            return self.const(fold(a.value, b.value), INT)
        if (a.op == "const" and a.value is None) or (b.op == "const" and b.value is None):
            return self.null(a.kind)
        return self.node(op, (a, b), a.kind)

    def add(self, a: E, b: E) -> E:
        """a + b."""
        if a is self.zero:
            return b
        return a if b is self.zero else self._folded("add", a, b, lambda x, y: x + y)

    def sub(self, a: E, b: E) -> E:
        """a − b."""
        return a if b is self.zero else self._folded("sub", a, b, lambda x, y: x - y)

    def mul(self, a: E, b: E) -> E:
        """a × b."""
        for one, other in ((a, b), (b, a)):
            if one.op == "const" and one.value == 1:
                return other
            if one is self.zero and not other.nullable:
                return one
        return self._folded("mul", a, b, lambda x, y: x * y)

    def neg(self, a: E) -> E:
        """−a."""
        return self.sub(self.zero, a)

    def fdiv(self, a: E, b: E) -> E:
        """floor(a / b), NULL where b is 0."""
        if b.op == "const" and isinstance(b.value, int) and b.value != 0:
            if b.value == 1:
                return a
            return self._folded("fdiv", a, b, lambda x, y: x // y)
        return self.node("fdiv", (a, b), INT, nullable=a.nullable or b.nullable or not b.positive)

    def least(self, a: E, b: E) -> E:
        """The smaller; NULL where one is."""
        return a if a is b else self.node("least", (a, b), a.kind)

    def greatest(self, a: E, b: E) -> E:
        """The larger; NULL where one is."""
        if b is self.zero and a.nonneg and not a.nullable:
            return a
        return a if a is b else self.node("greatest", (a, b), a.kind)

    def calendar(self, op: str, a: E, b: E) -> E:
        """years, months or days from date a to date b, full ones."""
        return self.node(op, (a, b), INT)

    # -- conditions -------------------------------------------------------------------------------
    def lt(self, a: E, b: E) -> E:
        """a < b."""
        return self._compared("lt", a, b)

    def le(self, a: E, b: E) -> E:
        """a ≤ b."""
        return self._compared("le", a, b)

    def eq(self, a: E, b: E) -> E:
        """a = b."""
        return self._compared("eq", a, b)

    def _compared(self, op: str, a: E, b: E) -> E:
        if a.op == b.op == "const" and a.value is not None and b.value is not None:
            x, y = a.value, b.value
            return self.const(x == y if op == "eq" else (x < y if op == "lt" else x <= y), BOOL)  # type: ignore[operator]
        if (a.op == "const" and a.value is None) or (b.op == "const" and b.value is None):
            return self.null(BOOL)
        return self.node(op, (a, b), BOOL)

    def isin(self, a: E, items: tuple[Scalar, ...]) -> E:
        """a is one of the constants."""
        return self.node("isin", (a,), BOOL, value=items) if items else self.false

    def all(self, *parts: E) -> E:
        """Three-valued and."""
        kept: list[E] = []
        for part in parts:
            if part is self.false:
                return part
            if part is not self.true and part not in kept:
                kept.append(part)
        if not kept:
            return self.true
        return kept[0] if len(kept) == 1 else self.node("and", tuple(kept), BOOL)

    def any(self, *parts: E) -> E:
        """Three-valued or."""
        kept: list[E] = []
        for part in parts:
            if part is self.true:
                return part
            if part is not self.false and part not in kept:
                kept.append(part)
        if not kept:
            return self.false
        return kept[0] if len(kept) == 1 else self.node("or", tuple(kept), BOOL)

    def inv(self, a: E) -> E:
        """Three-valued not."""
        if a.op == "const":
            return self.null(BOOL) if a.value is None else self.const(not a.value, BOOL)
        return a.args[0] if a.op == "not" else self.node("not", (a,), BOOL)

    def isnull(self, a: E) -> E:
        """Whether a is NULL."""
        if a.op == "const":
            return self.const(a.value is None, BOOL)
        return self.node("isnull", (a,), BOOL, nullable=False) if a.nullable else self.false

    def pick(self, condition: E, yes: E, no: E) -> E:
        """`yes` where the condition is true, else `no`."""
        if condition.op == "const":
            return yes if condition.value else no
        if yes.op == "if" and yes.args[0] is condition:
            yes = yes.args[1]
        if no.op == "if" and no.args[0] is condition:
            no = no.args[2]
        if yes is no:
            return yes
        if yes.kind == BOOL and not condition.nullable and yes is self.true and no is self.false:
            return condition
        return self.node("if", (condition, yes, no), yes.kind, nullable=yes.nullable or no.nullable)

    def coalesce(self, a: E, b: E) -> E:
        """a, or b where a is NULL."""
        if not a.nullable:
            return a
        return b if a.op == "const" else self.node("coalesce", (a, b), a.kind, nullable=b.nullable)

    # -- masks of missing inputs ------------------------------------------------------------------
    def bit(self, position: int, kind: str = MASK) -> E:
        """A mask with one bit."""
        return self.const(1 << position, kind)

    def union(self, a: E, b: E) -> E:
        """Bits of both."""
        if a is b or (b.op == "const" and b.value == 0):
            return a
        if a.op == "const" and a.value == 0:
            return b
        if a.op == b.op == "const":
            assert isinstance(a.value, int)
            assert isinstance(b.value, int)
            return self.const(a.value | b.value, a.kind)
        return self.node("bor", (a, b), a.kind)

    def remap(self, a: E, moves: tuple[tuple[int, int, int], ...]) -> E:
        """Move runs of bits: each (from, to, width)."""
        if a is self.none_missing or all(source == target for source, target, _ in moves):
            return a
        return self.node("remap", (a,), MASK, value=moves)
