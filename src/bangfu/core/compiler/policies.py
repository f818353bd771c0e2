"""Policies to operations: verdict of every clause, status, amount, what is paid, and the finding."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from bangfu.core.compiler.assumptions import Assumptions
from bangfu.core.compiler.ir import BOOL, INT, MASK, MASK8, MASK16, TINY, E
from bangfu.core.compiler.knowledge import NOTHING, Bool, End, Mask, Num
from bangfu.core.compiler.lowering import LINK, PRESENT, InputKey, Lowering
from bangfu.core.rulebook import typed
from bangfu.core.rulebook.model import ABSENT, Clause, Expression, Fact, Label, Policy, Rulebook, Type
from bangfu.core.rulebook.resolver import Resolver

STATUSES = ("ineligible", "eligible", "unknown")
FINDINGS = ("agrees", "entitled_not_receiving", "receiving_not_entitled", "amount_differs", "cannot_tell")
MAX_INPUTS = 64


class TooManyInputs(Exception):
    """A policy that rests on more inputs than its mask has bits."""


@dataclass(frozen=True, slots=True)
class Output:
    """The columns of one policy's decisions, as operations of its unit."""

    status: E
    amount: E
    amount_min: E
    amount_max: E
    failed: E
    unknown: E
    missing: E
    receives: E | None
    finding: E | None
    paid: E | None
    overlap: E


@dataclass(frozen=True, slots=True)
class LoweredPolicy:
    """A policy with its clauses in mask order, its inputs in mask order, and its output columns."""

    policy: Policy
    unit: str
    clauses: tuple[tuple[Clause, str, Bool, typed.Typed], ...]
    eligible: Bool
    amount: Num
    formula: Num | None
    inputs: tuple[InputKey, ...]
    output: Output


class PolicyLowering:
    """Lowers the policies of a rulebook that are in force at the as-of date."""

    def __init__(self, book: Rulebook, resolver: Resolver, assume: Assumptions) -> None:
        self.book, self.resolver, self.assume = book, resolver, assume
        self.low = Lowering(book, resolver, assume)
        self.low.lower_policy = self._outcomes
        self.b = self.low.b
        self._parts: dict[str, tuple[tuple[tuple[Clause, str, Bool, typed.Typed], ...], Num | None]] = {}
        self._bits: dict[int, frozenset[int]] = {}

    def in_force(self, policy: Policy) -> bool:
        """Whether the policy yields rows at the as-of date."""
        day = self.assume.as_of
        return (policy.valid_from is None or policy.valid_from <= day) and (
            policy.valid_to is None or day < policy.valid_to
        )

    def unit(self, policy: Policy) -> str:
        """The table whose rows the policy is about."""
        return self.resolver.units.table_of(policy.of)

    # -- eligibility and amount -------------------------------------------------------------------
    def _outcomes(self, name: str) -> None:
        """Fill in what other policies read: `eligible(x)` and `amount(x)`."""
        policy = self.book.policies[name]
        nil = self.low.intervals.exact(self.b.zero)
        if not self.in_force(policy):
            self.low.outcome_of[("eligible", name)] = Bool(self.b.false, NOTHING, True)
            self.low.outcome_of[("amount", name)] = nil
            return
        unit = self.unit(policy)
        clauses = tuple(
            (clause, kind, self._verdict(clause, unit), self.resolver.condition(clause.when, unit))
            for kind, group in (("condition", policy.conditions), ("exclusion", policy.exclusions))
            for clause in group
        )
        held = [self._holds(kind, found) for _, kind, found, _ in clauses]
        v = self.b.all(*(found.v for found in held))
        mask = self.low.masks.undecided(v, *(found.mask for found in held))
        eligible = self._orphaned(unit, Bool(v, mask, all(found.exact for found in held)))
        self.low.outcome_of[("eligible", name)] = eligible
        formula = None if policy.amount is None else self._rounded(policy, unit)
        amount = nil if formula is None else self.low.either(eligible, formula, nil)
        assert isinstance(amount, Num)
        self.low.outcome_of[("amount", name)] = amount
        self._parts[name] = (clauses, formula)

    def clauses_of(self, name: str) -> tuple[tuple[Clause, str, Bool, typed.Typed], ...]:
        """The lowered clauses of a policy that was lowered; none where it is not in force."""
        return self._parts[name][0] if name in self._parts else ()

    def _verdict(self, clause: Clause, unit: str) -> Bool:
        return self.low.condition(self.resolver.condition(clause.when, unit))

    def _holds(self, kind: str, found: Bool) -> Bool:
        return found if kind == "condition" else Bool(self.b.inv(found.v), found.mask, found.exact)

    def orphan(self, unit: str) -> E:
        """Whether a row belongs to no household row."""
        household = self.resolver.units.household
        chain = self.resolver.units.chain(unit)
        if not self.assume.orphans or household not in chain or unit == household:
            return self.b.false
        column = self.b.col(household, PRESENT, BOOL, nullable=False)
        for child in reversed(chain[: chain.index(household)]):
            column = self.b.lift(child, column, loose=True)
        return self.b.isnull(column)

    def _orphaned(self, unit: str, found: Bool) -> Bool:
        """A row without its household is never decided."""
        orphan = self.orphan(unit)
        if orphan is self.b.false:
            return found
        blame = self.low.missing("table", self.resolver.units.household)
        v = self.b.pick(orphan, self.b.null(BOOL), found.v)
        return Bool(v, self.low.masks.either(orphan, blame, found.mask), False)

    def _rounded(self, policy: Policy, unit: str) -> Num:
        """The formula in whole fen, never below zero."""
        assert policy.amount is not None
        found = self.low.num(self.resolver.money(policy.amount.formula, unit))
        intervals = self.low.intervals
        yuan = intervals.exact(self.b.const(100, INT))
        if policy.amount.round.endswith("yuan"):
            found = intervals.div(found, yuan)
        if policy.amount.round.startswith("half_up"):
            found = intervals.round_half_up(found)
        elif not (found.lo.d == 1 and found.hi.d == 1):
            found = intervals.floor(found)
        if policy.amount.round.endswith("yuan"):
            found = intervals.mul(found, yuan)
        return intervals.extreme("greatest", found, intervals.exact(self.b.zero))

    # -- the output of one policy -----------------------------------------------------------------
    def lower(self, name: str) -> LoweredPolicy:
        """Everything that a decision row of the policy needs."""
        policy, unit = self.book.policies[name], self.unit(self.book.policies[name])
        if ("eligible", name) not in self.low.outcome_of:
            self._outcomes(name)
        clauses, formula = self._parts[name]
        eligible, amount = self.low.outcome_of[("eligible", name)], self.low.outcome_of[("amount", name)]
        assert isinstance(eligible, Bool)
        assert isinstance(amount, Num)
        missing = self._missing(eligible, amount)
        inputs, moved = self._numbered(name, missing)
        output = self._output(policy, unit, clauses, eligible, amount, moved)
        return LoweredPolicy(policy, unit, clauses, eligible, amount, formula, inputs, output)

    def _missing(self, eligible: Bool, amount: Num) -> Mask:
        masks = self.low.masks
        if eligible.exact:
            return amount.mask
        return masks.either(self.b.isnull(eligible.v), eligible.mask, amount.mask)

    def _output(
        self,
        policy: Policy,
        unit: str,
        clauses: tuple[tuple[Clause, str, Bool, typed.Typed], ...],
        eligible: Bool,
        amount: Num,
        missing: E,
    ) -> Output:
        b = self.b
        kind_ = MASK8 if len(clauses) <= 8 else (MASK16 if len(clauses) <= 16 else MASK)
        none = b.const(0, kind_)
        failed, unknown = none, none
        for position, (_, kind, found, _) in enumerate(clauses):
            held = self._holds(kind, found).v
            flag = b.bit(position, kind_)
            bad = b.coalesce(b.inv(held), b.false)
            failed = b.union(failed, b.pick(bad, flag, none))
            unknown = b.union(unknown, b.pick(b.isnull(held), flag, none))
        orphan = self.orphan(unit)
        every = b.const((1 << len(clauses)) - 1, kind_)
        failed, unknown = b.pick(orphan, none, failed), b.pick(orphan, every, unknown)
        status = b.pick(eligible.v, b.const(1, TINY), b.const(0, TINY))
        if eligible.v.nullable:
            status = b.pick(b.isnull(eligible.v), b.const(2, TINY), status)
        value, low, high = amount.lo.n, b.null(), b.null()
        if not amount.exact:
            known = self.low.intervals.determined(amount)
            value = b.pick(known, amount.lo.n, b.null())
            low, high = b.pick(known, b.null(), amount.lo.n), b.pick(known, b.null(), amount.hi.n)
        receives, finding, paid, overlap = self._finding(policy, unit, eligible, amount)
        return Output(status, value, low, high, failed, unknown, missing, receives, finding, paid, overlap)

    def _numbered(self, name: str, mask: Mask) -> tuple[tuple[InputKey, ...], E]:
        """The policy's own numbering of the inputs that may be missing, and the mask in it."""
        names = list(self.low.inputs)
        bits = [(word, bit) for word, node in mask for bit in sorted(self.possible(node))]
        if len(bits) > MAX_INPUTS:
            raise TooManyInputs(f"policy {name} rests on {len(bits)} inputs; at most {MAX_INPUTS} fit a mask")
        moved = self.b.none_missing
        for word, node in mask:
            moves = _runs([(bit, bits.index((word, bit))) for bit in sorted(self.possible(node))])
            moved = self.b.union(moved, self.b.remap(node, moves))
        return tuple(names[word * 64 + bit] for word, bit in bits), moved

    def possible(self, node: E) -> frozenset[int]:
        """The bits that a mask may ever have."""
        if node.id not in self._bits:
            if node.op == "const":
                assert isinstance(node.value, int)
                found = frozenset(i for i in range(64) if node.value >> i & 1)
            elif node.op == "lift":
                assert isinstance(node.value, E)
                found = self.possible(node.value)
            else:
                inner = [self.possible(arg) for arg in node.args if arg.kind == MASK]
                found = frozenset(bit for bits in inner for bit in bits)
            self._bits[node.id] = found
        return self._bits[node.id]

    # -- what is received -------------------------------------------------------------------------
    def _finding(
        self, policy: Policy, unit: str, eligible: Bool, amount: Num
    ) -> tuple[E | None, E | None, E | None, E]:
        b = self.b
        if policy.receives is None:
            return None, None, None, b.false
        received = self.low.condition(self.resolver.condition(policy.receives, unit))
        paid, differs = self._paid(policy, unit, amount)
        overlap = self._overlap(policy, unit)
        code = {name: b.const(i, TINY) for i, name in enumerate(FINDINGS)}
        both = b.pick(differs, code["amount_differs"], code["agrees"])
        entitled = b.pick(received.v, both, code["entitled_not_receiving"])
        found = b.pick(eligible.v, entitled, b.pick(received.v, code["receiving_not_entitled"], code["agrees"]))
        open_ = b.any(b.isnull(eligible.v), b.isnull(received.v))
        found = b.pick(open_, code["cannot_tell"], found)
        return received.v, b.pick(overlap, code["receiving_not_entitled"], found), paid, overlap

    def _paid(self, policy: Policy, unit: str, amount: Num) -> tuple[E | None, E]:
        """What is paid in the policy's own period (fen), and whether it differs from what is due."""
        b, intervals = self.b, self.low.intervals
        if policy.paid is None or policy.amount is None:
            return None, b.false
        tree = self.resolver.money(policy.paid, unit)
        paid = self.low.num(tree)
        period, per = policy.paid_per or tree.type.period, policy.amount.per
        year = intervals.exact(b.const(12, INT))
        due = amount
        shown = paid
        if {period, per} == {"month", "year"}:
            # compared by the year, where the conversion is exact
            due = intervals.mul(amount, year) if per == "month" else amount
            paid = intervals.mul(paid, year) if period == "month" else paid
            shown = paid if per == "year" else intervals.floor(intervals.div(paid, year))
        gap = intervals.absolute(intervals.sub(paid, due))
        known = b.all(intervals.determined(paid), intervals.determined(due))
        over = b.coalesce(intervals.compare("lt", End(b.const(policy.tolerance, INT)), gap.lo), b.false)
        known_paid = b.pick(intervals.determined(shown), intervals.floor(shown).lo.n, b.null())
        return known_paid, b.all(known, over)

    def _overlap(self, policy: Policy, unit: str) -> E:
        """Whether a benefit is received that does not go with this one."""
        found = self.b.false
        assert policy.receives is not None
        mine = self.low.condition(self.resolver.condition(policy.receives, unit))
        for other in self.book.policies.values():
            apart = other.id in policy.not_with or policy.id in other.not_with
            if not apart or other.receives is None or not self.in_force(other):
                continue
            theirs = self._received_here(other, unit)
            if theirs is not None:
                both = self.b.all(self.b.coalesce(mine.v, self.b.false), self.b.coalesce(theirs, self.b.false))
                found = self.b.any(found, both)
        return found

    def _received_here(self, other: Policy, unit: str) -> E | None:
        """Whether another policy's benefit reaches this very row; a household's benefit reaches a person
        where it names the person or nobody in particular."""
        assert other.receives is not None
        units = self.resolver.units
        above = self.unit(other)
        if above == unit:
            return self.low.condition(self.resolver.condition(other.receives, unit)).v
        if unit != units.person or above != units.household:
            return None
        own = self.low.condition(self.resolver.condition(other.receives, unit))
        tree = self.resolver.condition(other.receives, above)
        shared = self.low.lifted(unit, self.low.condition(self._nobodys(tree)))
        assert isinstance(shared, Bool)
        return self.b.any(self.b.coalesce(own.v, self.b.false), self.b.coalesce(shared.v, self.b.false))

    def _nobodys(self, node: typed.Typed) -> typed.Typed:
        """The same question over rows that name no person."""
        if isinstance(node, typed.Gather) and node.function == "any" and node.value is not None:
            link = Fact(
                f"{LINK}{self.resolver.units.person}", node.table, Type("text"), f"{LINK}{self.resolver.units.person}",
                False, None, None, Label(), (), None, ABSENT, "", "", False, self.book.tables[node.table].place,
            )  # fmt: skip
            blank = typed.Missing(Type("boolean"), node.table, typed.FactRef(link.type, node.table, link, link.id))
            return dataclasses.replace(node, value=typed.Logic(Type("boolean"), node.table, "and", node.value, blank))
        if isinstance(node, typed.Logic):
            return dataclasses.replace(node, left=self._nobodys(node.left), right=self._nobodys(node.right))
        return node

    # -- alerts, checks, indicators ---------------------------------------------------------------
    def condition(self, expression: Expression, unit: str) -> Bool:
        """A condition of an alert, a check or an indicator."""
        return self.low.condition(self.resolver.condition(expression, unit))


def _runs(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int, int], ...]:
    """(from, to) bit pairs joined into runs of (from, to, width)."""
    runs: list[tuple[int, int, int]] = []
    for source, target in pairs:
        if runs and (source - runs[-1][0], target - runs[-1][1]) == (runs[-1][2], runs[-1][2]):
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((source, target, 1))
    return tuple(runs)
