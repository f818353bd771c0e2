"""Aggregates over related rows, with what is unknown of each row and of the rows themselves.

A table that does not cover a household is silent: more rows may exist than were found, so a count has no upper
bound there and the missing input is the table itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bangfu.core.compiler.ir import BOOL, INT, MASK, E
from bangfu.core.compiler.knowledge import NOTHING, Bool, End, Known, Mask, Num
from bangfu.core.rulebook import typed

if TYPE_CHECKING:
    from bangfu.core.compiler.lowering import Lowering

COVERED = "covered:"


class CannotCompile(Exception):
    """An aggregate that the engine cannot express; never answered approximately."""


class Gathering:
    """Lowers `typed.Gather`."""

    def __init__(self, lowering: Lowering) -> None:
        self.low = lowering
        self.b = lowering.b

    def gather(self, node: typed.Gather) -> Known:
        """What is known of an aggregate."""
        where = None if node.where is None else self.low.condition(node.where)
        if node.function == "count":
            found: Known = self._count(node, where)
        elif node.function == "sum":
            found = self._sum(node, where)
        elif node.function in ("any", "all"):
            found = self._any(node, where)
        else:
            found = self._extreme(node, where)
        return found

    # -- coverage ---------------------------------------------------------------------------------
    def _covered(self, node: typed.Gather) -> E:
        """Whether the table's rows are complete for this row."""
        state = self.low.assume.covered.get(node.table, "yes")
        if state == "yes":
            return self.b.true
        household = self.low.resolver.units.household
        if state == "no" or household not in self.low.resolver.units.chain(node.unit):
            return self.b.false
        column = self.b.col(household, COVERED + node.table, BOOL, nullable=False)
        for child in reversed(self._path(node.unit, household)):
            column = self.b.lift(child, column, loose=self.low.assume.orphans)
        return self.b.coalesce(column, self.b.false)

    def _path(self, unit: str, top: str) -> list[str]:
        chain = self.low.resolver.units.chain(unit)
        return chain[: chain.index(top)]

    def _silent(self, node: typed.Gather, covered: E) -> Mask:
        if covered is self.b.true:
            return NOTHING
        return self.low.masks.where(self.b.inv(covered), self.low.missing("table", node.table))

    # -- pieces -----------------------------------------------------------------------------------
    def _agg(self, node: typed.Gather, function: str, args: tuple[E, ...], kind: str, *, nullable: bool = False) -> E:
        filled = node.table in self.low.assume.filled and self.low.resolver.units.parent(node.table) == node.unit
        return self.b.agg(node.unit, node.table, function, args, kind, nullable=nullable, filled=filled)

    def _masks(self, node: typed.Gather, mask: Mask) -> Mask:
        return tuple((word, self._agg(node, "or_mask", (inner,), MASK)) for word, inner in mask)

    def _number(self, node: typed.Gather, lo: End, hi: End, mask: Mask, covered: E) -> Num:
        """The result with the table's silence taken into account; both ends already allow for it."""
        silent = self._silent(node, covered)
        if lo == hi and not mask and not silent and not lo.n.nullable:
            return Num(lo, lo, NOTHING, True)
        return self.low.intervals.ranged(lo, hi, self.low.masks.union(mask, silent))

    def _open(self, end: End, covered: E) -> End:
        """No bound where the table is silent."""
        return End(self.b.pick(covered, end.n, self.b.null(end.n.kind)), end.d)

    # -- functions --------------------------------------------------------------------------------
    def _count(self, node: typed.Gather, where: Bool | None) -> Num:
        covered = self._covered(node)
        if where is None:
            rows = End(self._agg(node, "rows", (), INT))
            return self._number(node, rows, self._open(rows, covered), NOTHING, covered)
        lo = End(self._agg(node, "count_if", (self.b.coalesce(where.v, self.b.false),), INT))
        hi = lo
        if not where.exact:
            hi = End(self._agg(node, "count_if", (self.b.coalesce(where.v, self.b.true),), INT))
        return self._number(node, lo, self._open(hi, covered), self._masks(node, where.mask), covered)

    def _sum(self, node: typed.Gather, where: Bool | None) -> Num:
        assert node.value is not None
        value = self.low.num(node.value)
        b, covered = self.b, self._covered(node)
        if not isinstance(value.lo.d, int) or not isinstance(value.hi.d, int):
            raise CannotCompile(f"a sum of quotients over {node.table}: round each row first, with // or round_half_up")
        nil = self.low.intervals.exact(b.zero)
        part = value if where is None else self.low.either(where, value, nil)
        assert isinstance(part, Num)
        if part.exact:
            lo = hi = End(self._agg(node, "sum", (part.lo.n,), INT), part.lo.d)
        else:
            lo = End(self._agg(node, "sum_strict", (part.lo.n,), INT, nullable=True), part.lo.d)
            hi = End(self._agg(node, "sum_strict", (part.hi.n,), INT, nullable=True), part.hi.d)
        below = lo if self._never_negative(node.value) else self._open(lo, covered)
        return self._number(node, below, self._open(hi, covered), self._masks(node, part.mask), covered)

    def _never_negative(self, value: typed.Typed) -> bool:
        """Whether rows that were not seen could lower a sum."""
        if isinstance(value, typed.FactRef):
            return value.fact.low is not None and value.fact.low >= 0
        return False

    def _any(self, node: typed.Gather, where: Bool | None) -> Bool:
        assert node.value is not None
        found = self.low.condition(node.value)
        if node.function == "all":
            found = Bool(self.b.inv(found.v), found.mask, found.exact)
        if where is not None:
            found = self.low.logic("and", where, found)
        covered = self._covered(node)
        v = self._agg(node, "any", (found.v,), BOOL, nullable=found.v.nullable)
        v = self.b.pick(self.b.coalesce(v, self.b.false), self.b.true, self.b.pick(covered, v, self.b.null(BOOL)))
        mask = self.low.masks.union(self._masks(node, found.mask), self._silent(node, covered))
        mask = self.low.masks.undecided(v, mask)
        if node.function == "all":
            v = self.b.inv(v)
        return Bool(v, mask, not v.nullable)

    def _extreme(self, node: typed.Gather, where: Bool | None) -> Num:
        """min and max; over no rows there is none, and the missing input is the table."""
        assert node.value is not None
        b, value, covered = self.b, self.low.num(node.value), self._covered(node)
        if not isinstance(value.lo.d, int) or not isinstance(value.hi.d, int):
            raise CannotCompile(f"{node.function} of quotients over {node.table}: round each row first")
        sure = b.true if where is None else b.coalesce(where.v, b.false)
        possible = b.true if where is None else b.coalesce(where.v, b.true)
        near, far = (value.lo, value.hi) if node.function == "min" else (value.hi, value.lo)
        none = b.null(near.n.kind)
        outer = self._agg(node, node.function, (b.pick(possible, near.n, none),), near.n.kind, nullable=True)
        if near.n.nullable:
            open_ = self._agg(node, "any", (b.all(possible, b.isnull(near.n)),), BOOL)
            outer = b.pick(open_, none, outer)
        inner = outer
        if far != near or sure is not possible:
            inner = self._agg(node, node.function, (b.pick(sure, far.n, none),), far.n.kind, nullable=True)
        outside, inside = self._open(End(outer, near.d), covered), End(inner, far.d)
        mask = NOTHING if where is None else self._masks(node, where.mask)
        mask = self.low.masks.union(mask, self._masks(node, value.mask))
        empty = b.isnull(inner)
        mask = self.low.masks.union(mask, self.low.masks.where(empty, self.low.missing("table", node.table)))
        lo, hi = (outside, inside) if node.function == "min" else (inside, outside)
        return self.low.intervals.ranged(lo, hi, self.low.masks.union(mask, self._silent(node, covered)))
