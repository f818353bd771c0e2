"""What an explanation reads, worked out once for each compilation: operands, comparisons and where their values lie.

The columns come from the very operations that decide (`lowering.known` of the same typed tree), so an
explanation cannot disagree with its decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from bangfu.core.compiler import monotone
from bangfu.core.compiler.ir import E
from bangfu.core.compiler.knowledge import Known, Num
from bangfu.core.compiler.policies import LoweredPolicy, PolicyLowering
from bangfu.core.rulebook import typed
from bangfu.core.rulebook.model import Clause, Fact, Label, Type
from bangfu.core.screening.explain_words import Words

MAX_DEPTH = 4
_OPPOSITE = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}


@dataclass(frozen=True, slots=True)
class Slot:
    """The root columns of one value of `unit`'s rows; a denominator is a column or a number."""

    unit: str
    low: str
    low_d: str | int
    high: str
    high_d: str | int


@dataclass(frozen=True, slots=True)
class Leaf:
    """One operand. `lifted` reads the parent's row, `parts` the same row, `rows` the child rows."""

    name: str
    label: Label
    type: Type
    slot: Slot | None
    fact: Fact | None = None
    parameter: str = ""
    lifted: Leaf | None = None
    parts: tuple[Leaf, ...] = ()
    rows: RowsPlan | None = None
    policy: str = ""
    clauses: tuple[ClauseSlot, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseSlot:
    """A clause of another policy: its words and where its verdict lies."""

    clause: Clause
    kind: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class RowsPlan:
    """The child rows that an aggregate reads: which count, and what each gives."""

    table: str
    where: Slot | None
    value: Leaf | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison in words; `scale` divides its value (a side `x * 100` is told as x)."""

    label: Label
    type: Type
    slot: Slot
    scale: Fraction
    leaf: Leaf | None
    literal: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left op right`, and where its own verdict lies."""

    op: str
    left: Side
    right: Side
    verdict: Slot


@dataclass(frozen=True, slots=True)
class ClausePlan:
    """A clause with its comparisons and operands."""

    clause: Clause
    kind: str
    verdict: Slot
    comparisons: tuple[Comparison, ...]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class FormulaPlan:
    """A formula, or one branch of it with the condition under which it holds; `leaves` of the value and, where
    the condition may be unknown, of the condition."""

    when: Slot | None
    label: Label
    leaves: tuple[Leaf, ...]
    asked: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """All that is read for one policy; `formula` holds the branches of the amount, the last without a condition."""

    lowered: LoweredPolicy
    clauses: tuple[ClausePlan, ...]
    formula: tuple[FormulaPlan, ...]


class Sketcher:
    """`tracing` for a HouseholdEvaluator: asks for the columns and keeps the plans by compilation."""

    def __init__(self) -> None:
        self.plans: dict[PolicyLowering, dict[str, PolicyPlan]] = {}

    def __call__(self, lowering: PolicyLowering, policies: tuple[LoweredPolicy, ...]) -> Iterator[tuple[str, str, E]]:
        """The columns that the plans read."""
        sketch = _Sketch(lowering)
        self.plans[lowering] = {policy.policy.id: sketch.policy(policy) for policy in policies}
        yield from sketch.columns


@dataclass(slots=True)
class _Sketch:
    lowering: PolicyLowering
    columns: list[tuple[str, str, E]] = field(default_factory=list)
    words: Words = field(init=False)
    _names: dict[tuple[str, E], str] = field(default_factory=dict)
    _slots: dict[tuple[typed.Typed, str], Slot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = Words(self.lowering.book)

    def policy(self, policy: LoweredPolicy) -> PolicyPlan:
        """The plan of one policy."""
        clauses = tuple(self._clause(*item) for item in policy.clauses)
        formula: tuple[FormulaPlan, ...] = ()
        if policy.policy.amount is not None:
            tree = self.lowering.resolver.money(policy.policy.amount.formula, policy.unit)
            formula = tuple(self._formula(tree))
        return PolicyPlan(policy, clauses, formula)

    def _formula(self, tree: typed.Typed) -> Iterator[FormulaPlan]:
        """The branches of a formula that chooses, then the whole of it."""
        if isinstance(tree, typed.Choice):
            branches = [*tree.branches, *([(None, tree.otherwise)] if tree.otherwise is not None else [])]
            for when, value in branches:
                slot = None if when is None else self._slot(when, tree.unit)
                asked = () if when is None else self._leaves(when, MAX_DEPTH)
                yield FormulaPlan(slot, self.words.phrase(value), self._leaves(value, 0), asked)
        else:
            yield FormulaPlan(None, self.words.phrase(tree), self._leaves(tree, 0), ())

    def _clause(self, clause: Clause, kind: str, found: Known, tree: typed.Typed) -> ClausePlan:
        unit = tree.unit
        return ClausePlan(clause, kind, self._known(unit, found), tuple(self._comparisons(tree)), self._leaves(tree, 0))

    # -- comparisons ------------------------------------------------------------------------------
    def _comparisons(self, tree: typed.Typed) -> Iterator[Comparison]:
        match tree:
            case typed.Logic():
                yield from self._comparisons(tree.left)
                yield from self._comparisons(tree.right)
            case typed.Not():
                yield from self._comparisons(tree.operand)
            case typed.Compare() if isinstance(self.lowering.low.known(tree.left), Num):
                left, right = tree.left, tree.right
                op = tree.op
                if isinstance(left, typed.Const):
                    left, right, op = right, left, _OPPOSITE[op]
                scale = _factor(left)
                kind = _shown(left, scale).type
                if kind.kind == "money" and kind.period in ("", "any"):
                    kind = right.type if right.type.kind == "money" else kind
                sides = [self._side(side, scale, kind, tree.unit) for side in (left, right)]
                yield Comparison(op, sides[0], sides[1], self._slot(tree))

    def _side(self, node: typed.Typed, scale: Fraction, kind: Type, unit: str) -> Side:
        shown = _shown(node, scale)
        label = self.words.phrase(shown)
        if scale != 1 and shown is node and not isinstance(node, typed.Const):
            label = Label(f"{label.zh} ÷ {scale}", f"{label.en} ÷ {scale}")
        leaf = self._leaf(shown, MAX_DEPTH) if monotone.atoms(shown) == [shown] else None
        return Side(label, kind, self._slot(node, unit), scale, leaf, isinstance(node, typed.Const))

    # -- operands ---------------------------------------------------------------------------------
    def _leaves(self, tree: typed.Typed, depth: int) -> tuple[Leaf, ...]:
        return tuple(self._leaf(atom, depth) for atom in dict.fromkeys(monotone.atoms(tree)))

    def _leaf(self, node: typed.Typed, depth: int) -> Leaf:
        label = self.words.phrase(node)
        match node:
            case typed.Lift():
                inner = self._leaf(node.inner, depth)
                return Leaf(inner.name, label, node.type, self._slot(node), lifted=inner)
            case typed.FactRef():
                given = (node.fact.table, node.fact.column) in self.lowering.assume.present
                parts: tuple[Leaf, ...] = ()
                if node.fact.derive is not None and not given and depth < MAX_DEPTH:
                    parts = self._leaves(self.lowering.resolver.derived(node.fact), depth + 1)
                return Leaf(node.fact.name, label, node.type, self._slot(node), fact=node.fact, parts=parts)
            case typed.ParameterRef():
                on = "" if node.on is None else f"@{node.on.fact.name}" if isinstance(node.on, typed.FactRef) else ""
                return Leaf(node.name, label, node.type, self._slot(node), parameter=f"{node.name}{on}")
            case typed.Gather():
                return Leaf(node.table, label, node.type, self._slot(node), rows=self._rows(node, depth))
            case typed.Outcome():
                return Leaf(
                    node.policy, label, node.type, self._slot(node), policy=node.policy, clauses=self._others(node)
                )
            case _:
                return Leaf("", label, node.type, self._slot(node))

    def _rows(self, node: typed.Gather, depth: int) -> RowsPlan:
        where = None if node.where is None else self._slot(node.where, node.table)
        value = node.value
        if node.function in ("any", "all") and value is not None:
            return RowsPlan(node.table, self._slot(value, node.table), None)
        leaf = None
        if value is not None and depth < MAX_DEPTH:
            if monotone.atoms(value) == [value]:
                leaf = self._leaf(value, depth + 1)
            else:
                parts = self._leaves(value, depth + 1)
                leaf = Leaf("", self.words.phrase(value), value.type, self._slot(value, node.table), parts=parts)
        return RowsPlan(node.table, where, leaf)

    def _others(self, node: typed.Outcome) -> tuple[ClauseSlot, ...]:
        return tuple(
            ClauseSlot(clause, kind, self._known(tree.unit, found))
            for clause, kind, found, tree in self.lowering.clauses_of(node.policy)
        )

    # -- columns ----------------------------------------------------------------------------------
    def _slot(self, node: typed.Typed, unit: str = "") -> Slot:
        """The columns of a node; `unit` is where a constant is read."""
        where = (node, node.unit or unit)
        if where not in self._slots:
            self._slots[where] = self._known(where[1], self.lowering.low.known(node))
        return self._slots[where]

    def _known(self, unit: str, known: Known) -> Slot:
        if not isinstance(known, Num):
            name = self._column(unit, known.v)
            return Slot(unit, name, 1, name, 1)
        ends = [
            (self._column(unit, end.n), end.d if isinstance(end.d, int) else self._column(unit, end.d))
            for end in (known.lo, known.hi)
        ]
        return Slot(unit, *ends[0], *ends[1])

    def _column(self, unit: str, node: E) -> str:
        # a constant belongs to no unit and is read on the rows of each that shows it
        if (unit, node) not in self._names:
            self._names[unit, node] = f"trace {len(self._names)}"
            self.columns.append((unit, self._names[unit, node], node))
        return self._names[unit, node]


def _factor(node: typed.Typed) -> Fraction:
    """The plain number that a side is multiplied with, so that it can be told without."""
    if isinstance(node, typed.Arithmetic) and node.op == "*" and isinstance(node.right, typed.Const):
        value = node.right.value
        if isinstance(value, Fraction) and value > 0 and node.right.type.kind in ("integer", "decimal"):
            return value
    return Fraction(1)


def _shown(node: typed.Typed, scale: Fraction) -> typed.Typed:
    """A side without the plain number it is multiplied with."""
    return node.left if scale != 1 and isinstance(node, typed.Arithmetic) and _factor(node) == scale else node
