"""Typed trees to operations: every value becomes what is known of it, exactly or as a range.

One lowering serves SQL and Python; with no blanks assumed it yields the plain formula. A `Lowering` is for
one rulebook under one set of assumptions; all nodes it makes are interned in its builder.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from bangfu.core.compiler import monotone
from bangfu.core.compiler.assumptions import Assumptions, ParameterShape
from bangfu.core.compiler.gathering import Gathering
from bangfu.core.compiler.intervals import Intervals
from bangfu.core.compiler.ir import BOOL, DATE, INT, TEXT, Builder, E
from bangfu.core.compiler.knowledge import NOTHING, Bool, End, Known, Mask, Masks, Num, Val
from bangfu.core.rulebook import typed
from bangfu.core.rulebook.model import ABSENT, Fact, Rulebook, Type
from bangfu.core.rulebook.resolver import Resolver

DECIMAL_SCALE = 1_000_000
"""Decimals in data carry at most six places; inside they are integers of a millionth."""

PRESENT = "\x1fpresent"
"""A column, under a name that no file can have, that is true for every household row; NULL where there is none."""
LINK = "k_"
"""`k_<table>` is the column of a row that names the row of `<table>` it belongs to."""

InputKey = tuple[str, ...]
"""("fact", table, name), ("parameter", id) or ("table", id)."""


def _no_policies(policy: str) -> None:
    """Stands until `PolicyLowering` takes over."""
    raise LookupError(policy)


class Lowering:
    """Turns typed nodes into `Known` values; `policy` is filled in by `policies.PolicyLowering`."""

    def __init__(self, book: Rulebook, resolver: Resolver, assume: Assumptions) -> None:
        self.book, self.resolver, self.assume = book, resolver, assume
        self.b = Builder()
        self.masks = Masks(self.b)
        self.intervals = Intervals(self.b)
        self.gathering = Gathering(self)
        self.inputs: dict[InputKey, int] = {}
        self.reads: set[tuple[str, str]] = set()
        """Every column that some expression reads, also where assumptions make the column itself unnecessary."""
        self._memo: dict[typed.Typed, Known] = {}
        self.outcome_of: dict[tuple[str, str], Known] = {}
        self.lower_policy: Callable[[str], None] = _no_policies

    # -- inputs -----------------------------------------------------------------------------------
    def missing(self, *key: str) -> Mask:
        """The mask of one input, numbered on first use."""
        return self.masks.bit(self.inputs.setdefault(key, len(self.inputs)))

    # -- entry points -----------------------------------------------------------------------------
    def known(self, node: typed.Typed) -> Known:
        """What is known of an expression."""
        found = self._memo.get(node)
        if found is None:
            found = self._memo[node] = self._refined(node, self._plain(node))
        return found

    def num(self, node: typed.Typed) -> Num:
        """A number, money or date."""
        found = self.known(node)
        assert isinstance(found, Num), node
        return found

    def condition(self, node: typed.Typed) -> Bool:
        """A condition."""
        found = self.known(node)
        assert isinstance(found, Bool), node
        return found

    # -- repeated inputs --------------------------------------------------------------------------
    def _refined(self, node: typed.Typed, found: Known) -> Known:
        """Tighter ends where a missing input occurs repeatedly and the expression is monotone in it."""
        if not isinstance(found, Num) or found.exact or not isinstance(node, typed.Arithmetic | typed.Function):
            return found
        tree = self._cut(node)
        low, high = self._directions(tree)
        if not low:
            return found
        lo, hi = self._number(tree, low).lo, self._number(tree, high).hi
        return self.intervals.ranged(lo, hi, found.mask)

    def _directions(self, tree: typed.Typed) -> tuple[dict[typed.Typed, Num], dict[typed.Typed, Num]]:
        """For each repeated monotone leaf, the end that gives the lower and the one that gives the upper bound."""
        low: dict[typed.Typed, Num] = {}
        high: dict[typed.Typed, Num] = {}
        leaves = monotone.atoms(tree)
        for leaf in dict.fromkeys(leaves):
            known = self.known(leaf)
            if not isinstance(known, Num) or known.exact or leaves.count(leaf) < 2:
                continue
            step = monotone.steps(tree, leaf, leaf.type.kind != "decimal")
            if step is None or (step[0] < 0 < step[1]):
                continue
            at_low = Num(known.lo, known.lo, known.mask, False)
            at_high = Num(known.hi, known.hi, known.mask, False)
            low[leaf], high[leaf] = (at_low, at_high) if step[0] >= 0 else (at_high, at_low)
        return low, high

    def _cut(self, tree: typed.Typed) -> typed.Typed:
        """Open named parts until no two different leaves depend on the same missing input, as far as they open."""
        for _ in range(monotone.MAX_EXPANSIONS):
            opened = self._one_opened(tree)
            if opened is None or len(monotone.atoms(opened)) > monotone.MAX_SIZE:
                return tree
            tree = opened
        return tree

    def _one_opened(self, tree: typed.Typed) -> typed.Typed | None:
        leaves = [leaf for leaf in dict.fromkeys(monotone.atoms(tree)) if not self.known(leaf).exact]
        needs = {leaf: self._needs(leaf) for leaf in leaves}
        best: tuple[int, typed.Typed] | None = None
        for leaf in leaves:
            definition = self._definition(leaf)
            shares = any(needs[leaf] & needs[other] for other in leaves if other != leaf)
            if definition is not None and shares and (best is None or len(needs[leaf]) > best[0]):
                best = (len(needs[leaf]), leaf)
        if best is None:
            return None
        definition = self._definition(best[1])
        assert definition is not None
        return monotone.replaced(tree, best[1], definition)

    def _definition(self, leaf: typed.Typed) -> typed.Typed | None:
        """What stands behind a name of the same row, where it can be opened."""
        if isinstance(leaf, typed.FactRef) and leaf.fact.derive is not None and not self._given(leaf.fact):
            tree = self.resolver.derived(leaf.fact)
            return tree if leaf.fact.low is None and leaf.fact.high is None else None
        if isinstance(leaf, typed.Outcome) and leaf.kind == "amount":
            return self._amount_definition(leaf)
        return None

    def _amount_definition(self, leaf: typed.Outcome) -> typed.Typed | None:
        policy = self.book.policies[leaf.policy]
        if policy.amount is None or policy.amount.round != "floor_fen":
            return None
        nil = typed.Const(leaf.type, "", Fraction(0))
        formula = self.resolver.money(policy.amount.formula, leaf.unit)
        floor = typed.Function(leaf.type, leaf.unit, "floor", (formula,))
        paid = typed.Function(leaf.type, leaf.unit, "greatest", (floor, nil))
        entitled = typed.Outcome(Type("boolean"), leaf.unit, "eligible", leaf.policy)
        return typed.Choice(leaf.type, leaf.unit, ((entitled, paid),), nil)

    def _needs(self, leaf: typed.Typed) -> frozenset[typed.Typed]:
        """The missing-able leaves of the same row that a leaf rests on."""
        definition = self._definition(leaf)
        if definition is None:
            inner = leaf.fact.derive if isinstance(leaf, typed.FactRef) else None
            if inner is None or not isinstance(leaf, typed.FactRef) or self._given(leaf.fact):
                return frozenset((leaf,))
            definition = self.resolver.derived(leaf.fact)
        found: set[typed.Typed] = set()
        for part in monotone.atoms(definition):
            if not self.known(part).exact:
                found |= self._needs(part)
        return frozenset(found)

    def _number(self, node: typed.Typed, fixed: dict[typed.Typed, Num]) -> Num:
        """Interval arithmetic with some leaves held at one end."""
        if node in fixed:
            return fixed[node]
        if not fixed or not any(leaf in fixed for leaf in monotone.atoms(node)):
            return self.num(node)
        found = self._compound(node, fixed)
        assert isinstance(found, Num)
        return found

    # -- one node ---------------------------------------------------------------------------------
    def _plain(self, node: typed.Typed) -> Known:
        match node:
            case typed.Const():
                return self._const(node)
            case typed.AsOf():
                return self.intervals.exact(self.b.const(self.assume.as_of, DATE))
            case typed.FactRef():
                return self._fact(node)
            case typed.ParameterRef():
                return self._parameter(node)
            case typed.Lift():
                return self.lifted(node.unit, self.known(node.inner))
            case typed.Gather():
                return self.gathering.gather(node)
            case typed.Outcome():
                key = (node.kind, node.policy)
                if key not in self.outcome_of:
                    self.lower_policy(node.policy)
                return self.outcome_of[key]
            case _:
                return self._compound(node, {})

    def _compound(self, node: typed.Typed, fixed: dict[typed.Typed, Num]) -> Known:
        """Operators and functions; `fixed` holds leaves at one end."""
        match node:
            case typed.Negate():
                nil = self.intervals.exact(self.b.zero)
                return self.intervals.sub(nil, self._number(node.operand, fixed))
            case typed.Arithmetic():
                return self._arithmetic(node, fixed)
            case typed.Function():
                return self._function(node, fixed)
            case typed.Choice():
                return self._choice(node, fixed)
            case typed.Not():
                inner = self.condition(node.operand)
                return Bool(self.b.inv(inner.v), inner.mask, inner.exact)
            case typed.Logic():
                return self.logic(node.op, self.condition(node.left), self.condition(node.right))
            case typed.Compare():
                return self._compare(node)
            case typed.Member():
                return self._member(node)
            case typed.Missing():
                return Bool(self._is_missing(node.operand), NOTHING, True)
            case _:
                raise AssertionError(type(node).__name__)

    def _const(self, node: typed.Const) -> Known:
        if isinstance(node.value, bool):
            return Bool(self.b.true if node.value else self.b.false, NOTHING, True)
        if isinstance(node.value, str):
            return Val(self.b.const(node.value, TEXT), NOTHING, True)
        if isinstance(node.value, date):
            return self.intervals.exact(self.b.const(node.value, DATE))
        assert isinstance(node.value, Fraction)
        return self.intervals.exact(self.b.const(node.value.numerator, INT), node.value.denominator)

    # -- names ------------------------------------------------------------------------------------
    def _given(self, fact: Fact) -> bool:
        return (fact.table, fact.column) in self.assume.present

    def kind_of(self, kind: Type) -> tuple[str, int]:
        """The kind of column of a declared type, and its scale."""
        if kind.kind == "decimal":
            return INT, DECIMAL_SCALE
        if kind.kind == "code":
            values = self.book.codes[kind.code].values
            return (INT if values and all(isinstance(v.value, int) for v in values) else TEXT), 1
        return {"boolean": BOOL, "date": DATE, "text": TEXT}.get(kind.kind, INT), 1

    def raw(self, fact: Fact) -> E:
        """The fact's column as it stands in the data, NULL where the data have no such column."""
        kind, _ = self.kind_of(fact.type)
        where = (fact.table, fact.column)
        self.reads.add(where)
        if fact.column.startswith(LINK) and fact.column[len(LINK) :] in self.book.tables:
            return self.b.col(fact.table, fact.column, TEXT, nullable=True)
        if where not in self.assume.present:
            return self.b.null(kind)
        loose = where in self.assume.nullable
        signs = ("nonneg",) if where in self.assume.nonneg and kind == INT else ()
        return self.b.col(fact.table, fact.column, kind, nullable=loose, signs=signs)

    def _fact(self, node: typed.FactRef) -> Known:
        fact = node.fact
        if fact.derive is None:
            return self._bounded(fact, self._column(fact))
        derived = self._bounded(fact, self.known(self.resolver.derived(fact)))
        return self._first(self._column(fact), derived) if self._given(fact) else derived

    def _column(self, fact: Fact) -> Known:
        """The column, unbounded where it is blank."""
        kind, scale = self.kind_of(fact.type)
        raw = self.raw(fact)
        if fact.missing is not ABSENT:
            raw = self.b.coalesce(raw, self._literal(fact.missing, kind, scale))
        if not raw.nullable:
            return self._exactly(raw, kind, scale)
        mask = self.masks.where(self.b.isnull(raw), self.missing("fact", *fact.id))
        if kind == BOOL:
            return Bool(raw, mask, False)
        if kind == TEXT:
            return Val(raw, mask, False)
        end = End(raw, scale)
        return Num(end, end, mask, False)

    def _bounded(self, fact: Fact, found: Known) -> Known:
        """Declared bounds, and those of a code list of numbers, on what is unknown."""
        if not isinstance(found, Num) or found.exact:
            return found
        low, high = self.bounds(fact)
        if low is None and high is None:
            return found
        if found.lo == found.hi and isinstance(found.lo.d, int):
            # a column: known, or anything within its bounds
            ends = [
                found.lo if bound is None else End(self.b.coalesce(found.lo.n, bound), found.lo.d)
                for bound in (low, high)
            ]
            return Num(ends[0], ends[1], found.mask, False)
        return self.intervals.clamp(found, low, high)

    def bounds(self, fact: Fact) -> tuple[E | None, E | None]:
        """Declared bounds as constants in the column's scale."""
        kind, scale = self.kind_of(fact.type)
        low, high = fact.low, fact.high
        if fact.type.kind == "code" and kind == INT:
            values = [v.value for v in self.book.codes[fact.type.code].values if isinstance(v.value, int)]
            low, high = (min(values), max(values)) if values else (None, None)
        made = [None if bound is None else self.b.const(int(bound * scale), INT) for bound in (low, high)]
        return made[0], made[1]

    def _literal(self, value: object, kind: str, scale: int) -> E:
        if isinstance(value, Decimal):
            return self.b.const(int(value * scale), kind)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.b.const(value * scale, kind)
        assert value is None or isinstance(value, bool | str | date)
        return self.b.const(value, kind)

    def _exactly(self, node: E, kind: str, scale: int) -> Known:
        if kind == BOOL:
            return Bool(node, NOTHING, True)
        return Val(node, NOTHING, True) if kind == TEXT else self.intervals.exact(node, scale)

    def _parameter(self, node: typed.ParameterRef) -> Known:
        key = node.name if node.on is None else f"{node.name}@{self._on(node.on)}"
        shape = self.assume.parameters[(node.unit, key)]
        kind, _ = self.kind_of(node.type)
        if not shape.column and shape.constant is None:
            return self._absent_parameter(node, kind, shape.scale)
        if not shape.column:
            return self._exactly(self.b.const(shape.constant, kind), kind, shape.scale)
        low = node.parameter.low
        signs: tuple[str, ...] = ("nonneg",) if low is not None and low >= 0 else ()
        if low is not None and low > 0:
            signs = ("nonneg", "positive")
        if not shape.ranged:
            column = self.b.col(node.unit, f"{key}", kind, nullable=False, signs=signs)
            return self._exactly(column, kind, shape.scale)
        return self._ranged_parameter(node, key, shape, kind, signs)

    def _absent_parameter(self, node: typed.ParameterRef, kind: str, scale: int) -> Known:
        """No value for any row: unknown, and the missing input is the parameter."""
        mask = self.missing("parameter", node.name)
        if kind in (BOOL, TEXT):
            return (Bool if kind == BOOL else Val)(self.b.null(kind), mask, False)
        ends = [
            End(self.b.null(kind) if bound is None else self.b.const(int(bound * scale), kind), scale)
            for bound in (node.parameter.low, node.parameter.high)
        ]
        return Num(ends[0], ends[1], mask, False)

    def _ranged_parameter(
        self, node: typed.ParameterRef, key: str, shape: ParameterShape, kind: str, signs: tuple[str, ...]
    ) -> Known:
        bits = [self.inputs.setdefault(tuple(item), len(self.inputs)) for item in shape.missing]
        mask: Mask = NOTHING
        for position, bit in enumerate(bits):
            flag = self.b.col(node.unit, f"{key}:missing{position}", BOOL, nullable=False)
            mask = self.masks.union(mask, self.masks.where(flag, self.masks.bit(bit)))
        low = self.b.col(node.unit, f"{key}:low", kind, nullable=True, signs=signs)
        if kind == BOOL:
            return Bool(low, mask, False)
        if kind == TEXT:
            return Val(low, mask, False)
        high = self.b.col(node.unit, f"{key}:high", kind, nullable=True, signs=signs)
        return Num(End(low, shape.scale), End(high, shape.scale), mask, False)

    def _on(self, node: typed.Typed) -> str:
        assert isinstance(node, typed.FactRef)
        return node.fact.name

    def lifted(self, child: str, found: Known) -> Known:
        """A parent's value read by a child row."""

        inner = self._unit_of(found)
        loose = self.assume.orphans and self.resolver.units.in_household(inner)

        def up(node: E) -> E:
            return self.b.lift(child, node, loose=loose)

        none = self.b.none_missing
        mask = tuple((word, self.b.coalesce(up(node), none)) for word, node in found.mask)
        if loose:
            absent = self.b.isnull(self.b.lift(child, self.b.col(inner, PRESENT, BOOL, nullable=False), loose=True))
            silent = self.masks.where(absent, self.missing("table", inner))
            return self._loosened(found, up, self.masks.union(mask, silent))
        if isinstance(found, Bool):
            return Bool(up(found.v), mask, found.exact)
        if isinstance(found, Val):
            return Val(up(found.v), mask, found.exact)

        def end(one: End) -> End:
            return End(up(one.n), up(one.d) if isinstance(one.d, E) else one.d)

        lo = end(found.lo)
        return Num(lo, lo if found.lo == found.hi else end(found.hi), mask, found.exact)

    def _unit_of(self, found: Known) -> str:
        nodes = [found.lo.n, found.hi.n] if isinstance(found, Num) else [found.v]
        return next((node.unit for node in nodes if node.unit), "")

    def _loosened(self, found: Known, up: Callable[[E], E], mask: Mask) -> Known:
        """A parent's value read by a row that may have no parent row: nothing is known there."""
        if isinstance(found, Bool):
            return Bool(up(found.v), mask, False)
        if isinstance(found, Val):
            return Val(up(found.v), mask, False)

        def end(one: End) -> End:
            d = self.b.coalesce(up(one.d), self.b.const(1, INT)) if isinstance(one.d, E) else one.d
            return End(up(one.n), d)

        lo = end(found.lo)
        return Num(lo, lo if found.lo == found.hi else end(found.hi), mask, False)

    # -- operators --------------------------------------------------------------------------------
    def _arithmetic(self, node: typed.Arithmetic, fixed: dict[typed.Typed, Num]) -> Known:
        if not fixed:
            joined = monotone.fused(node)
            if joined != node:
                return self.known(joined)
        left, right = self._number(node.left, fixed), self._number(node.right, fixed)
        if node.op == "+":
            return self.intervals.add(left, right)
        if node.op == "-":
            return self.intervals.sub(left, right)
        if node.op == "*":
            return self.intervals.mul(left, right)
        divided = self.intervals.div(left, right)
        return self.intervals.floor(divided) if node.op == "//" else divided

    def _function(self, node: typed.Function, fixed: dict[typed.Typed, Num]) -> Known:
        name = node.function
        if name == "coalesce":
            found = self.known(node.arguments[-1])
            for argument in reversed(node.arguments[:-1]):
                found = self._first(self.known(argument), found)
            return found
        numbers = [self._number(argument, fixed) for argument in node.arguments]
        if name in ("least", "greatest"):
            found = numbers[0]
            for number in numbers[1:]:
                found = self.intervals.extreme(name, found, number)
            return found
        if name in ("years", "months", "days"):
            return self._calendar(name, numbers[0], numbers[1])
        return {
            "abs": self.intervals.absolute,
            "floor": self.intervals.floor,
            "round_half_up": self.intervals.round_half_up,
        }[name](numbers[0])

    def _calendar(self, name: str, start: Num, end: Num) -> Num:
        """Later starts make it smaller, later ends larger."""
        lo = End(self.b.calendar(name, start.hi.n, end.lo.n))
        if start.exact and end.exact:
            return Num(lo, lo, NOTHING, True)
        hi = End(self.b.calendar(name, start.lo.n, end.hi.n))
        return self.intervals.ranged(lo, hi, self.masks.union(start.mask, end.mask))

    def _first(self, found: Known, other: Known) -> Known:
        """The first where it is determined, else the second."""
        if found.exact:
            return found
        if isinstance(found, Num):
            assert isinstance(other, Num)
            if found.lo == found.hi:
                lo, hi = (self.intervals.first(found.lo, end) for end in (other.lo, other.hi))
                if other.exact:
                    return Num(lo, lo, NOTHING, True)
                mask = self.masks.where(self.b.isnull(found.lo.n), other.mask)
                return Num(lo, lo if other.lo == other.hi else hi, mask, False)
            known = self.intervals.determined(found)
            lo = self.intervals.pick(known, found.lo, other.lo)
            hi = self.intervals.pick(known, found.lo, other.hi)
            return Num(lo, hi, self.masks.either(known, NOTHING, other.mask), False)
        assert not isinstance(other, Num)
        value = self.b.coalesce(found.v, other.v)
        mask = self.masks.where(self.b.isnull(found.v), other.mask)
        kind = Bool if isinstance(found, Bool) else Val
        return kind(value, mask, other.exact)

    def _is_missing(self, node: typed.Typed) -> E:
        if isinstance(node, typed.FactRef) and node.fact.derive is None:
            blank = self.b.isnull(self.raw(node.fact))
            return blank if node.fact.missing is ABSENT else self.b.false
        found = self.known(node)
        if isinstance(found, Num):
            return self.b.inv(self.intervals.determined(found))
        return self.b.isnull(found.v)

    def logic(self, op: str, left: Bool, right: Bool) -> Bool:
        """Three-valued and, or."""
        v = self.b.all(left.v, right.v) if op == "and" else self.b.any(left.v, right.v)
        return Bool(v, self.masks.undecided(v, left.mask, right.mask), left.exact and right.exact)

    def _choice(self, node: typed.Choice, fixed: dict[typed.Typed, Num]) -> Known:
        values = [self._branch(value, fixed) for _, value in node.branches]
        found = self._no_branch(values[0]) if node.otherwise is None else self._branch(node.otherwise, fixed)
        for (when, _), value in zip(reversed(node.branches), reversed(values), strict=True):
            found = self.either(self.condition(when), value, found)
        return found

    def _branch(self, node: typed.Typed, fixed: dict[typed.Typed, Num]) -> Known:
        return (
            self._number(node, fixed) if node.type.kind in ("integer", "decimal", "money", "date") else self.known(node)
        )

    def _no_branch(self, like: Known) -> Known:
        """Where no branch holds the value is not known, and nothing is missing."""
        if isinstance(like, Num):
            nil = End(self.b.null(like.lo.n.kind), 1)
            return Num(nil, nil, NOTHING, False)
        return (Bool if isinstance(like, Bool) else Val)(self.b.null(like.v.kind), NOTHING, False)

    def either(self, when: Bool, yes: Known, no: Known) -> Known:
        """`yes` where the condition holds, `no` where it does not, either of them where it is not decided."""
        b = self.b
        if isinstance(yes, Num):
            assert isinstance(no, Num)
            if when.exact:
                lo = self.intervals.pick(when.v, yes.lo, no.lo)
                if yes.exact and no.exact:
                    return Num(lo, lo, NOTHING, True)
                hi = self.intervals.pick(when.v, yes.hi, no.hi)
                return Num(lo, hi, self.masks.either(when.v, yes.mask, no.mask), False)
            hull = self.intervals.hull(yes, no, when.mask)
            open_ = b.isnull(when.v)
            pick = self.intervals.pick
            lo = pick(open_, hull.lo, pick(when.v, yes.lo, no.lo))
            hi = pick(open_, hull.hi, pick(when.v, yes.hi, no.hi))
            mask = self.masks.either(open_, hull.mask, self.masks.either(when.v, yes.mask, no.mask))
            return Num(lo, hi, mask, False)
        assert not isinstance(no, Num)
        agree = b.pick(self._same(yes.v, no.v), yes.v, b.null(yes.v.kind))
        v = b.pick(b.isnull(when.v), agree, b.pick(when.v, yes.v, no.v))
        mask = self.masks.either(when.v, yes.mask, no.mask)
        if not when.exact:
            both = self.masks.union(when.mask, yes.mask, no.mask)
            mask = self.masks.where(b.isnull(v), self.masks.either(b.isnull(when.v), both, mask))
        kind = Bool if isinstance(yes, Bool) else Val
        return kind(v, mask, when.exact and yes.exact and no.exact)

    def _same(self, a: E, b: E) -> E:
        return self.b.coalesce(self.b.eq(a, b), self.b.false)

    def _compare(self, node: typed.Compare) -> Known:
        if node.left.type.kind in ("boolean",):
            return self._compare_values(node)
        left, right = self.known(node.left), self.known(node.right)
        if isinstance(left, Val) or isinstance(right, Val):
            return self._compare_values(node)
        assert isinstance(left, Num)
        assert isinstance(right, Num)
        if not (left.exact or right.exact) and node.left.type.kind != "date":
            # both sides may rest on the same missing input: then their difference is compared with nothing
            difference = typed.Arithmetic(node.left.type, node.unit, "-", node.left, node.right)
            if self._shared(node.left, node.right):
                left, right = self.num(difference), self.intervals.exact(self.b.zero)
        order = self.intervals.order
        found = {
            "<": lambda: order("lt", left, right),
            "<=": lambda: order("le", left, right),
            ">": lambda: order("lt", right, left),
            ">=": lambda: order("le", right, left),
        }
        if node.op in found:
            return found[node.op]()
        equal = self.intervals.equal(left, right)
        return equal if node.op == "=" else Bool(self.b.inv(equal.v), equal.mask, equal.exact)

    def _shared(self, left: typed.Typed, right: typed.Typed) -> bool:
        def needs(node: typed.Typed) -> frozenset[typed.Typed]:
            open_ = (leaf for leaf in monotone.atoms(node) if not self.known(leaf).exact)
            return frozenset(need for leaf in open_ for need in self._needs(leaf))

        return bool(needs(left) & needs(right))

    def _compare_values(self, node: typed.Compare) -> Bool:
        left, right = self.known(node.left), self.known(node.right)
        assert not isinstance(left, Num)
        assert not isinstance(right, Num)
        v = self.b.eq(left.v, right.v)
        v = v if node.op == "=" else self.b.inv(v)
        return Bool(v, self.masks.undecided(v, left.mask, right.mask), left.exact and right.exact)

    def _member(self, node: typed.Member) -> Bool:
        operand = self.known(node.operand)
        b = self.b
        if not isinstance(operand, Num):
            v = b.isin(operand.v, tuple(i for i in node.items if not isinstance(i, Fraction)))
            if isinstance(operand, Val) and node.universe and set(node.universe) <= set(node.items):
                return Bool(b.true, NOTHING, True)
            return Bool(v, self.masks.undecided(v, operand.mask), operand.exact)
        ends = [self._item(item) for item in node.items]
        if operand.exact:
            if operand.lo.d == 1 and all(end.d == 1 for end in ends):
                v = b.isin(operand.lo.n, tuple(end.n.value for end in ends))  # type: ignore[misc]
            else:
                v = b.any(*(self.intervals.compare("eq", operand.lo, end) for end in ends))
            return Bool(v, NOTHING, True)
        others = [self._item(item) for item in node.universe if item not in node.items]
        hit = b.any(*(self.intervals.compare("eq", operand.lo, end) for end in ends))
        yes = b.all(self.intervals.determined(operand), b.coalesce(hit, b.false))
        if node.universe:
            yes = b.any(yes, b.all(*(self._outside(operand, end) for end in others)))
        no = b.all(*(self._outside(operand, end) for end in ends))
        v = b.pick(yes, b.true, b.pick(no, b.false, b.null(BOOL)))
        return Bool(v, self.masks.undecided(v, operand.mask), False)

    def _outside(self, operand: Num, end: End) -> E:
        b, compare = self.b, self.intervals.compare
        return b.any(
            b.coalesce(compare("lt", end, operand.lo), b.false), b.coalesce(compare("lt", operand.hi, end), b.false)
        )

    def _item(self, item: typed.Constant) -> End:
        if isinstance(item, Fraction):
            return End(self.b.const(item.numerator, INT), item.denominator)
        assert isinstance(item, date)
        return End(self.b.const(item, DATE), 1)
