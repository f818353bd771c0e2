"""Interval arithmetic over fractions, as operations of the small set. Exact where each unknown occurs once.

Corners of a product or quotient are exact because these are monotone in each operand while the other is held.
"""

from __future__ import annotations

from collections.abc import Callable
from math import lcm

from bangfu.core.compiler.ir import Builder, E
from bangfu.core.compiler.knowledge import Bool, End, Mask, Masks, Num


class Intervals:
    """Arithmetic and comparison on `Num`."""

    def __init__(self, build: Builder) -> None:
        self.b = build
        self.masks = Masks(build)

    # -- making -----------------------------------------------------------------------------------
    def exact(self, n: E, d: int | E = 1) -> Num:
        """A number that is always known."""
        end = End(n, d)
        return Num(end, end, (), True)

    def ranged(self, lo: End, hi: End, mask: Mask) -> Num:
        """A number with a range; its mask is cleared where the ends meet."""
        if lo == hi:
            open_ = self.b.isnull(lo.n)
            return Num(lo, hi, self.masks.where(open_, mask), False) if lo.n.nullable else Num(lo, hi, (), True)
        return Num(lo, hi, self.masks.where(self.b.inv(self._met(lo, hi)), mask), False)

    def _met(self, lo: End, hi: End) -> E:
        """Whether the ends are known and equal."""
        return self.b.coalesce(self.compare("eq", lo, hi), self.b.false)

    def determined(self, a: Num) -> E:
        """Whether the number is known."""
        if a.exact:
            return self.b.true
        return self.b.inv(self.b.isnull(a.lo.n)) if a.lo == a.hi else self._met(a.lo, a.hi)

    # -- ends -------------------------------------------------------------------------------------
    def _node(self, d: int | E) -> E:
        return d if isinstance(d, E) else self.b.const(d, "int")

    def _common(self, a: End, b: End) -> tuple[E, E, int | E]:
        """Numerators over one denominator."""
        if a.d == b.d:
            return a.n, b.n, a.d
        if isinstance(a.d, int) and isinstance(b.d, int):
            whole = lcm(a.d, b.d)
            left = self.b.mul(a.n, self.b.const(whole // a.d, "int"))
            return left, self.b.mul(b.n, self.b.const(whole // b.d, "int")), whole
        left, right = self._node(a.d), self._node(b.d)
        return self.b.mul(a.n, right), self.b.mul(b.n, left), self.b.mul(left, right)

    def compare(self, op: str, a: End, b: End) -> E:
        """lt, le or eq of two ends; NULL where one is unbounded."""
        left, right, _ = self._common(a, b)
        return {"lt": self.b.lt, "le": self.b.le, "eq": self.b.eq}[op](left, right)

    def _plus(self, a: End, b: End) -> End:
        left, right, d = self._common(a, b)
        return End(self.b.add(left, right), d)

    def _minus(self, a: End, b: End) -> End:
        left, right, d = self._common(a, b)
        return End(self.b.sub(left, right), d)

    def _times(self, a: End, b: End) -> End:
        d: int | E = a.d * b.d if isinstance(a.d, int) and isinstance(b.d, int) else 0
        if not isinstance(d, int) or d == 0:
            d = self.b.mul(self._node(a.d), self._node(b.d))
        return End(self.b.mul(a.n, b.n), d)

    def pick(self, condition: E, a: End, b: End) -> End:
        """One end or the other."""
        left, right, d = self._common(a, b)
        return End(self.b.pick(condition, left, right), d)

    def _extreme(self, op: str, a: End, b: End) -> End:
        """least or greatest of two ends, NULL where one is."""
        left, right, d = self._common(a, b)
        return End(self.b.least(left, right) if op == "least" else self.b.greatest(left, right), d)

    def _tighter(self, op: str, a: End, b: End) -> End:
        """least or greatest where NULL means no bound on that side."""
        left, right, d = self._common(a, b)
        best = self.b.least(left, right) if op == "least" else self.b.greatest(left, right)
        return End(self.b.coalesce(best, self.b.coalesce(left, right)), d)

    def first(self, a: End, b: End) -> End:
        """a, or b where a is NULL."""
        left, right, d = self._common(a, b)
        return End(self.b.coalesce(left, right), d)

    # -- arithmetic -------------------------------------------------------------------------------
    def add(self, a: Num, b: Num) -> Num:
        """a + b."""
        if a.exact and b.exact:
            end = self._plus(a.lo, b.lo)
            return Num(end, end, (), True)
        return self.ranged(self._plus(a.lo, b.lo), self._plus(a.hi, b.hi), self.masks.union(a.mask, b.mask))

    def sub(self, a: Num, b: Num) -> Num:
        """a − b."""
        if a.exact and b.exact:
            end = self._minus(a.lo, b.lo)
            return Num(end, end, (), True)
        return self.ranged(self._minus(a.lo, b.hi), self._minus(a.hi, b.lo), self.masks.union(a.mask, b.mask))

    def mul(self, a: Num, b: Num) -> Num:
        """a × b."""
        if a.exact and b.exact:
            end = self._times(a.lo, b.lo)
            return Num(end, end, (), True)
        if a.exact:
            return self._scaled(b, a.lo)
        if b.exact:
            return self._scaled(a, b.lo)
        return self._corners(a, b)

    def _scaled(self, a: Num, k: End) -> Num:
        """A range times a known number; times zero it is zero, even where it was unbounded."""
        zero = self.b.eq(k.n, self.b.zero)
        lo, hi = self._times(a.lo, k), self._times(a.hi, k)
        if not k.n.nonneg:
            down = self.b.lt(k.n, self.b.zero)
            lo, hi = self.pick(down, hi, lo), self.pick(down, lo, hi)
        nil = End(self.b.zero, lo.d)
        return self.ranged(self.pick(zero, nil, lo), self.pick(zero, nil, hi), a.mask)

    def _corners(self, a: Num, b: Num) -> Num:
        """Both ranges: the outermost of four corners, where nothing times unbounded is nothing."""
        build, mask = self.b, self.masks.union(a.mask, b.mask)
        pairs = ((a.lo, b.lo), (a.hi, b.hi), (a.lo, b.hi), (a.hi, b.lo))
        corners = [self._zero_times(x, y, self._times(x, y)) for x, y in pairs]
        if all(end.n.nonneg and not end.n.nullable for end in (a.lo, b.lo)):
            return self.ranged(corners[0], corners[1], mask)
        falls = [build.coalesce(build.lt(one.lo.n, build.zero), build.true) for one in (a, b)]
        rises = [build.coalesce(build.lt(build.zero, one.hi.n), build.true) for one in (a, b)]
        # an unbounded corner goes up where both factors go to the same side, and down where they do not
        up = [build.all(*falls), build.all(*rises)]
        up += [build.inv(build.all(falls[0], rises[1])), build.inv(build.all(rises[0], falls[1]))]
        gone = [build.isnull(corner.n) for corner in corners]
        above = build.any(*(build.all(*both) for both in zip(gone, up, strict=True)))
        below = build.any(*(build.all(none, build.inv(rising)) for none, rising in zip(gone, up, strict=True)))
        lo = hi = corners[0]
        for corner in corners[1:]:
            lo, hi = self._tighter("least", lo, corner), self._tighter("greatest", hi, corner)
        lo = End(build.pick(below, build.null(), lo.n), lo.d)
        return self.ranged(lo, End(build.pick(above, build.null(), hi.n), hi.d), mask)

    def _zero_times(self, x: End, y: End, product: End) -> End:
        zero = self.b.zero
        nil = self.b.any(self.b.eq(x.n, zero), self.b.eq(y.n, zero))
        return self.pick(self.b.coalesce(nil, self.b.false), End(zero, product.d), product)

    def div(self, a: Num, b: Num) -> Num:
        """a / b as a fraction; unknown where b is zero, and then no missing input could change that."""
        if b.exact and b.lo.n.op == "const":
            return self._by_constant(a, b.lo)
        if b.exact:
            return self._by_known(a, b.lo)
        return self._by_range(a, b)

    def _by_constant(self, a: Num, k: End) -> Num:
        assert isinstance(k.n.value, int)
        size, negative = abs(k.n.value), k.n.value < 0
        top, bottom = self._node(k.d), self.b.const(-1 if negative else 1, "int")

        def divided(end: End) -> End:
            n = self.b.mul(self.b.mul(end.n, top), bottom)
            d = end.d * size if isinstance(end.d, int) else self.b.mul(end.d, self.b.const(size, "int"))
            return End(n, d)

        lo, hi = divided(a.lo), divided(a.hi)
        if a.exact:
            return Num(lo, lo, (), True)
        return self.ranged(hi, lo, a.mask) if negative else self.ranged(lo, hi, a.mask)

    def _by_known(self, a: Num, k: End) -> Num:
        """By a known divisor of any sign; zero makes it unknown."""
        if k.n.positive:
            return self._each(
                a, lambda end: End(self.b.mul(end.n, self._node(k.d)), self.b.mul(self._node(end.d), k.n))
            )
        zero = self.b.eq(k.n, self.b.zero)
        size, down = k.n, self.b.false
        if not k.n.nonneg:
            down = self.b.lt(k.n, self.b.zero)
            size = self.b.pick(down, self.b.neg(k.n), k.n)
        divisor = self.b.pick(zero, self.b.null(), size)

        def divided(end: End) -> End:
            n = self.b.mul(end.n, self._node(k.d))
            n = self.b.pick(zero, self.b.null(), self.b.pick(down, self.b.neg(n), n))
            return End(n, self.b.mul(self._node(end.d), self.b.coalesce(divisor, self.b.const(1, "int"))))

        lo, hi = divided(a.lo), divided(a.hi)
        lo, hi = (lo, hi) if down is self.b.false else (self.pick(down, hi, lo), self.pick(down, lo, hi))
        return self.ranged(lo, hi, self.masks.where(self.b.inv(zero), a.mask))

    def _by_range(self, a: Num, b: Num) -> Num:
        """By an unknown divisor: bounded where it is certainly positive or certainly negative."""
        build, zero, one = self.b, self.b.zero, self.b.const(1, "int")
        nothing = build.coalesce(build.all(build.eq(b.lo.n, zero), build.eq(b.hi.n, zero)), build.false)
        mask = self.masks.where(build.inv(nothing), self.masks.union(a.mask, b.mask))
        if not b.lo.n.nonneg:
            # by −b, so that only the positive side is left
            down = build.coalesce(build.lt(b.hi.n, zero), build.false)
            a, b = (self._turned(down, end) for end in (a, b))
        small, large, d = self._common(b.lo, b.hi)
        positive = build.coalesce(build.lt(zero, small), build.false)
        open_ = build.isnull(large)

        def over(end: End, far: E) -> End:
            """By the far end of the divisor, which may be open and then leaves nothing, or by the near one."""
            divisor = build.pick(far, large, small)
            safe = build.pick(positive, divisor, build.null())
            n = build.pick(build.isnull(safe), build.null(), build.mul(end.n, self._node(d)))
            n = build.pick(build.all(positive, far, open_), zero, n)
            return End(n, build.mul(self._node(end.d), build.coalesce(safe, one)))

        lo = over(a.lo, build.coalesce(build.le(zero, a.lo.n), build.false))
        hi = over(a.hi, build.coalesce(build.lt(a.hi.n, zero), build.false))
        return self.ranged(lo, hi, mask)

    def _turned(self, turn: E, a: Num) -> Num:
        """The negative where `turn` holds."""
        if a.lo == a.hi:
            end = End(self.b.pick(turn, self.b.neg(a.lo.n), a.lo.n), a.lo.d)
            return Num(end, end, a.mask, a.exact)
        lo, hi = End(self.b.neg(a.hi.n), a.hi.d), End(self.b.neg(a.lo.n), a.lo.d)
        return Num(self.pick(turn, lo, a.lo), self.pick(turn, hi, a.hi), a.mask, False)

    def floor(self, a: Num) -> Num:
        """The floor, also of negative numbers."""
        return self._each(a, lambda end: End(self.b.fdiv(end.n, self._node(end.d)), 1))

    def round_half_up(self, a: Num) -> Num:
        """floor(x + 1/2)."""
        half = End(self.b.const(1, "int"), 2)
        return self.floor(self._each(a, lambda end: self._plus(end, half)))

    def _each(self, a: Num, change: Callable[[End], End]) -> Num:
        lo = change(a.lo)
        if a.exact:
            return Num(lo, lo, (), True)
        return self.ranged(lo, lo if a.lo == a.hi else change(a.hi), a.mask)

    def absolute(self, a: Num) -> Num:
        """|a|."""
        build = self.b
        negative = build.lt(a.lo.n, build.zero)
        if a.exact:
            return self._each(a, lambda end: End(build.pick(negative, build.neg(end.n), end.n), end.d))
        flipped = Num(End(build.neg(a.hi.n), a.hi.d), End(build.neg(a.lo.n), a.lo.d), a.mask, False)
        lo = self._tighter("greatest", self._tighter("greatest", a.lo, flipped.lo), End(build.zero, 1))
        return self.ranged(lo, self._extreme("greatest", a.hi, flipped.hi), a.mask)

    def extreme(self, op: str, a: Num, b: Num) -> Num:
        """least or greatest; an operand that cannot win is not missing."""
        if a.exact and b.exact:
            end = self._extreme(op, a.lo, b.lo)
            return Num(end, end, (), True)
        if op == "least":
            lo, hi = self._extreme(op, a.lo, b.lo), self._tighter(op, a.hi, b.hi)
            a_out, b_out = self.compare("le", b.hi, a.lo), self.compare("le", a.hi, b.lo)
        else:
            lo, hi = self._tighter(op, a.lo, b.lo), self._extreme(op, a.hi, b.hi)
            a_out, b_out = self.compare("le", a.hi, b.lo), self.compare("le", b.hi, a.lo)
        no = self.b.false
        keep_a = self.masks.where(self.b.inv(self.b.coalesce(a_out, no)), a.mask)
        keep_b = self.masks.where(self.b.inv(self.b.coalesce(b_out, no)), b.mask)
        return self.ranged(lo, hi, self.masks.union(keep_a, keep_b))

    def hull(self, a: Num, b: Num, mask: Mask) -> Num:
        """Either of the two, not known which."""
        lo, hi = self._extreme("least", a.lo, b.lo), self._extreme("greatest", a.hi, b.hi)
        return self.ranged(lo, hi, self.masks.union(a.mask, b.mask, mask))

    def clamp(self, a: Num, low: E | None, high: E | None) -> Num:
        """Declared bounds, on what is not known only."""
        if a.exact:
            return a
        lo, hi = a.lo, a.hi
        if low is not None:
            bounded = self._tighter("greatest", lo, End(low, lo.d))
            lo = bounded
        if high is not None:
            hi = self._tighter("least", hi, End(high, hi.d))
        if lo == a.lo and hi == a.hi:
            return a
        known = self.determined(a)
        # a known value stays what it is, and a known part that already lies beyond a bound wins over it
        crossed = self.b.coalesce(self.compare("lt", hi, lo), self.b.false)
        lo, hi = (
            self.pick(known, a.lo, self.pick(crossed, a.lo, lo)),
            self.pick(known, a.hi, self.pick(crossed, a.hi, hi)),
        )
        return self.ranged(lo, hi, a.mask)

    # -- comparison -------------------------------------------------------------------------------
    def order(self, op: str, a: Num, b: Num) -> Bool:
        """lt or le."""
        if a.exact and b.exact:
            return Bool(self.compare(op, a.lo, b.lo), (), True)
        yes = self.b.coalesce(self.compare(op, a.hi, b.lo), self.b.false)
        other = "le" if op == "lt" else "lt"
        no = self.b.coalesce(self.compare(other, b.hi, a.lo), self.b.false)
        return self._verdict(yes, no, self.masks.union(a.mask, b.mask))

    def equal(self, a: Num, b: Num) -> Bool:
        """a = b."""
        if a.exact and b.exact:
            return Bool(self.compare("eq", a.lo, b.lo), (), True)
        no = self.b.false
        apart = self.b.any(
            self.b.coalesce(self.compare("lt", a.hi, b.lo), no), self.b.coalesce(self.compare("lt", b.hi, a.lo), no)
        )
        same = self.b.all(self.determined(a), self.determined(b), self.b.coalesce(self.compare("eq", a.lo, b.lo), no))
        return self._verdict(same, apart, self.masks.union(a.mask, b.mask))

    def _verdict(self, yes: E, no: E, mask: Mask) -> Bool:
        v = self.b.pick(yes, self.b.true, self.b.pick(no, self.b.false, self.b.null("bool")))
        return Bool(v, self.masks.undecided(v, mask), not v.nullable)
