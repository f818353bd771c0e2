"""Why a policy says what it says of one household: clauses, values, sources, gaps, what is missing.

Everything is read from the columns of the evaluation that decided; nothing is computed a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from bangfu.core.rulebook.model import Label, ParameterValue, Policy, Rulebook, Type
from bangfu.core.screening.decisions import input_label
from bangfu.core.screening.explain_model import (
    AmountSaid,
    ClauseSaid,
    Compared,
    Explanation,
    MissingSaid,
    Operand,
    Source,
    as_json,
)
from bangfu.core.screening.explain_plan import (
    ClausePlan,
    Comparison,
    Leaf,
    PolicyPlan,
    RowsPlan,
    Side,
    Sketcher,
    Slot,
)
from bangfu.core.screening.explain_words import Told
from bangfu.core.screening.household import Decision, HouseholdEvaluator, Outcome, Rows, plain_key
from bangfu.core.screening.titles import who_supplies

__all__ = ["Explainer", "as_json", "explainer"]

MAX_ROWS = 20
_BOOLEAN = Type("boolean")


@dataclass(slots=True)
class Explainer:
    """Explains one household after another; compiled once for each kind of rows."""

    evaluator: HouseholdEvaluator
    sketcher: Sketcher
    _sources: dict[tuple[Any, ...], Source | None] = field(default_factory=dict)

    def explain(self, rows: Rows, policies: Sequence[str] | None = None, *, changes: bool = False) -> list[Explanation]:
        """Every policy's explanation on every unit of the household, or the named policies' only.

        `changes` also searches for the smallest changes of known facts that would turn each answer.
        """
        outcome = self.evaluator.evaluate(rows)
        found = []
        reading = _Reading(self, outcome)
        plans = self.sketcher.plans[outcome.variant.compiled.lowering]
        for decision in self.evaluator.read(outcome):
            if policies is None or decision.policy in policies:
                found.append(reading.explanation(decision, plans[decision.policy]))
        if changes:
            from bangfu.core.screening.explain_changes import with_changes

            return with_changes(self.evaluator, rows, found)
        return found

    def source(self, where: tuple[str, str], outcome: Outcome, row: Mapping[str, Any]) -> Source | None:
        """The dated and cited value that a row reads, None where it has none."""
        reading = outcome.variant.shapes.readings.get(where)
        if reading is None:
            return None
        key = tuple(plain_key(self.evaluator.book, where[0], c, row.get(c)) for c in reading.columns)
        memo = (where, key)
        if memo not in self._sources:
            value = self.evaluator.lookup.source(reading, key)
            name = reading.parameter.id
            self._sources[memo] = (
                None if value is None else Source(name, value.source, value.area, value.start, value.end)
            )
        return self._sources[memo]


def explainer(
    book: Rulebook,
    as_of: date,
    *,
    tables: Mapping[str, tuple[ParameterValue, ...]] | None = None,
    policies: Sequence[str] | None = None,
    covered: Mapping[str, str] | None = None,
) -> Explainer:
    """An explainer for a rulebook at a date; `tables` are parameter values that came with the data."""
    sketcher = Sketcher()
    evaluator = HouseholdEvaluator(
        book,
        as_of,
        tables or {},
        what=("decisions",),
        policies=None if policies is None else tuple(policies),
        covered=covered or {},
        tracing=sketcher,
    )
    return Explainer(evaluator, sketcher)


class _Reading:
    """One outcome being read."""

    def __init__(self, explainer: Explainer, outcome: Outcome) -> None:
        self.explainer, self.outcome = explainer, outcome
        self.book = explainer.evaluator.book
        self.units = explainer.evaluator.resolver.units
        self.index = outcome.variant.index
        self._links: dict[tuple[str, str], list[int | None]] = {}

    # -- one policy -------------------------------------------------------------------------------
    def explanation(self, decision: Decision, plan: PolicyPlan) -> Explanation:
        """Put together what one decision rests on."""
        policy, evaluator = plan.lowered.policy, self.explainer.evaluator
        apart = [p for p in self.book.policies.values() if p.id in policy.not_with or policy.id in p.not_with]
        return Explanation(
            rulebook=self.book.name,
            version=self.book.version,
            as_of=evaluator.as_of,
            policy=policy.id,
            title=policy.title,
            authority=authority_text(policy),
            unit=decision.unit,
            row=decision.row,
            household_no=decision.household_no,
            person_no=decision.person_no,
            status=decision.status,
            clauses=tuple(self._clause(clause, decision) for clause in plan.clauses),
            amount=self._amount(decision, plan),
            missing=self._missing(decision),
            receives=decision.receives,
            paid_fen=decision.paid_fen,
            finding=decision.finding,
            overlap=decision.overlap,
            not_with=tuple(other.title for other in apart),
            evidence=policy.evidence,
            changes=None,
            book=self.book,
        )

    def _clause(self, plan: ClausePlan, decision: Decision) -> ClauseSaid:
        clause, row = plan.clause, decision.row
        verdict = "met"
        if clause.id in decision.failed:
            verdict = "not_met"
        elif clause.id in decision.unknown:
            verdict = "unknown"
        return ClauseSaid(
            clause.id, plan.kind, clause.text, clause.cite, clause.when.text, verdict,
            tuple(self._compared(item, row) for item in plan.comparisons),
            tuple(self._operand(leaf, row) for leaf in plan.leaves),
        )  # fmt: skip

    def _amount(self, decision: Decision, plan: PolicyPlan) -> AmountSaid | None:
        amount = plan.lowered.policy.amount
        if amount is None:
            return None
        label, leaves = self._branch(plan, decision.row)
        parts = tuple(self._operand(leaf, decision.row) for leaf in leaves)
        return AmountSaid(
            decision.amount_fen, decision.amount_min_fen, decision.amount_max_fen, amount.per, label,
            amount.formula.text, parts,
        )  # fmt: skip

    def _branch(self, plan: PolicyPlan, row: int) -> tuple[Label, tuple[Leaf, ...]]:
        """The branch that gives the amount; all that may where it is not known which."""
        possible = []
        for branch in plan.formula:
            holds = True if branch.when is None else self.ends(branch.when, row)[0]
            if holds is not False:
                possible.append(branch)
            if holds is True:
                break
        if len(possible) == 1:
            return possible[0].label, possible[0].leaves
        labels = [branch.label for branch in possible]
        asked = [leaf for branch in possible for leaf in (*branch.asked, *branch.leaves)]
        seen = dict.fromkeys(leaf.label for leaf in asked)
        leaves = tuple(next(leaf for leaf in asked if leaf.label == label) for label in seen)
        return Label("，或者 ".join(b.zh for b in labels), ", or ".join(b.en for b in labels)), leaves

    # -- values -----------------------------------------------------------------------------------
    def ends(self, slot: Slot | None, row: int | None) -> tuple[Told, Told]:
        """The low and the high end of a value on a row."""
        if slot is None or row is None:
            return None, None
        columns, index = self.outcome.columns[slot.unit][row], self.index[slot.unit]
        low = columns[index[slot.low]]
        if slot.low_d != 1:
            low = _divided(low, slot.low_d, columns, index)
        if slot.high == slot.low and slot.high_d == slot.low_d:
            return low, low
        high = columns[index[slot.high]]
        if slot.high_d != 1:
            high = _divided(high, slot.high_d, columns, index)
        return low, high

    def _operand(self, leaf: Leaf, row: int | None, whose: str = "") -> Operand:
        if leaf.lifted is not None and leaf.lifted.slot is not None and leaf.slot is not None and row is not None:
            above = self._link(leaf.slot.unit, leaf.lifted.slot.unit)[row]
            if above is not None:
                return self._operand(leaf.lifted, above, whose)
        low, high = self.ends(leaf.slot, row)
        source = None
        if leaf.parameter and leaf.slot is not None and row is not None and low is not None and low == high:
            record = self.outcome.rows[leaf.slot.unit][row]
            source = self.explainer.source((leaf.slot.unit, leaf.parameter), self.outcome, record)
        parts: tuple[Operand, ...] = ()
        if leaf.parts:
            parts = tuple(self._operand(part, row) for part in leaf.parts)
        elif leaf.rows is not None and row is not None and leaf.slot is not None:
            parts = self._rows(leaf.rows, leaf.slot.unit, row)
        elif leaf.clauses and row is not None:
            parts = self._others(leaf, row)
        return Operand(leaf.name, leaf.label, leaf.type, low, high, whose, source, bool(leaf.parameter), parts)

    def _rows(self, plan: RowsPlan, unit: str, row: int) -> tuple[Operand, ...]:
        """The rows that count, each with what it gives; those that may count are unknown."""
        found = []
        link = self._link(plan.table, unit)
        for child, parent in enumerate(link):
            if parent != row:
                continue
            counts = True if plan.where is None else self.ends(plan.where, child)[0]
            if counts is False or (plan.where is None and plan.value is None):
                continue
            whose = self._whose(plan.table, child)
            if plan.value is not None and counts:
                found.append(self._operand(plan.value, child, whose))
            else:
                label = self.book.tables[plan.table].label
                found.append(Operand(plan.table, label, _BOOLEAN, counts, counts, whose))
            if len(found) == MAX_ROWS:
                break
        return tuple(found)

    def _others(self, leaf: Leaf, row: int) -> tuple[Operand, ...]:
        """The clauses of another policy that refuse, or are not decided; conditions as held, exclusions as applying."""
        found = []
        title = self.book.policies[leaf.policy].title
        for item in leaf.clauses:
            held, _ = self.ends(item.slot, row)
            if held is not (item.kind == "condition"):
                text = item.clause.text
                label = Label(f"“{title.zh}”：{text.zh}", f"“{title.get('en')}”: {text.get('en')}")
                found.append(Operand(item.clause.id, label, _BOOLEAN, held, held))
        return tuple(found)

    def _whose(self, table: str, row: int) -> str:
        record, key = self.outcome.rows[table][row], self.book.tables[table].key
        own = record.get(key) if key else None
        return str(own) if own is not None else f"#{row + 1}"

    def _link(self, child: str, parent: str) -> list[int | None]:
        if child == parent:
            return list(range(len(self.outcome.rows[child])))
        if (child, parent) not in self._links:
            self._links[child, parent] = self.explainer.evaluator.link(child, parent, self.outcome.rows)
        return self._links[child, parent]

    # -- comparisons ------------------------------------------------------------------------------
    def _compared(self, plan: Comparison, row: int) -> Compared:
        left, right = self._side(plan.left, row), self._side(plan.right, row)
        return Compared(plan.op, left, right, self.ends(plan.verdict, row)[0], _gap(left, right))  # type: ignore[arg-type]

    def _side(self, side: Side, row: int) -> Operand:
        low, high = (_scaled(end, side.scale) for end in self.ends(side.slot, row))
        source = None
        leaf, at = side.leaf, row
        while leaf is not None and leaf.lifted is not None and leaf.slot is not None and leaf.lifted.slot is not None:
            above = self._link(leaf.slot.unit, leaf.lifted.slot.unit)[at]
            leaf, at = (None, at) if above is None else (leaf.lifted, above)
        if leaf is not None and leaf.parameter and leaf.slot is not None and low is not None and low == high:
            source = self.explainer.source(
                (leaf.slot.unit, leaf.parameter), self.outcome, self.outcome.rows[leaf.slot.unit][at]
            )
        name = "" if leaf is None else leaf.name
        parameter = leaf is not None and bool(leaf.parameter)
        return Operand(name, side.label, side.type, low, high, "", source, parameter, literal=side.literal)

    # -- what is missing --------------------------------------------------------------------------
    def _missing(self, decision: Decision) -> tuple[MissingSaid, ...]:
        found = []
        for name, key in zip(decision.missing, decision.missing_keys, strict=True):
            label, who = Label(*input_label(self.book, key)), who_supplies(self.book, key)
            persons = tuple(missing_persons(self.book, self.outcome, decision, key))
            found.append(MissingSaid(name, key[0], label, persons, who))
        return tuple(found)


def missing_persons(book: Rulebook, outcome: Outcome, decision: Decision, key: tuple[str, ...]) -> list[str]:
    """The persons whose rows lack the input; empty where it is nobody's in particular."""
    if key[0] != "fact" or key[1] not in outcome.rows:
        return []
    fact, record = book.facts[(key[1], key[2])], book.tables[key[1]]
    if record.of != "person" or not record.key:
        return []
    rows = outcome.rows[key[1]]
    names = outcome.variant.names_of(decision.policy)
    if decision.unit == key[1] and key in names.own and key not in names.above:
        return [str(rows[decision.row].get(record.key))]
    return [str(row.get(record.key)) for row in rows if row.get(fact.column) is None]


def authority_text(policy: Policy) -> str:
    """《社会救助暂行办法》（国务院令第649号）."""
    title, number = policy.authority.get("title", ""), policy.authority.get("number", "")
    named = f"《{title}》" if title and not title.startswith("《") else title
    return f"{named}（{number}）" if number else named


def _divided(value: Any, d: str | int, columns: Sequence[Any], index: Mapping[str, int]) -> Told:
    if value is None:
        return None
    divisor = d if isinstance(d, int) else columns[index[d]]
    return None if not divisor else Fraction(value, divisor)


def _scaled(value: Told, scale: Fraction) -> Told:
    if scale == 1 or value is None or isinstance(value, bool | str | date):
        return value
    return Fraction(value) / scale


def _gap(left: Operand, right: Operand) -> int | Fraction | None:
    a, b = left.low, right.low
    if not (left.known and right.known) or left.type.kind == "code":
        return None
    if isinstance(a, date) and isinstance(b, date):
        return (a - b).days
    if isinstance(a, int | Fraction) and isinstance(b, int | Fraction):
        return a - b
    return None
