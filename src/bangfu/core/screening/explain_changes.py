"""The smallest changes of known facts that would turn an answer: one fact, or else two.

Each proposal is found by evaluating the same rule again with the fact changed, and holds because that evaluation
says so. Numbers are brought to the nearest fen (or unit) by bisection. What a family cannot change, age, sex,
disability or illness, is never proposed, and nothing that is not known is.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bangfu.core.rulebook import typed
from bangfu.core.rulebook.model import Fact, Rulebook
from bangfu.core.screening.explain_model import Change, ChangedFact, Explanation
from bangfu.core.screening.household import Decision, HouseholdEvaluator, Rows

LARGE = 10**11
"""A billion yuan: beyond it no fact of a household is tried."""
MAX_SINGLES, MAX_PAIRS, MAX_TRIALS = 5, 3, 6000
_FIXED = re.compile(
    r"(^|_)(age|birth|sex|gender|disab\w*|severe|ethnic\w*|ill|illness|health|death|died|dead|relation|region|area|hukou|"
    r"id|no|key|problem|self_?care)(_|$)"
)


def with_changes(evaluator: HouseholdEvaluator, rows: Rows, found: Sequence[Explanation]) -> list[Explanation]:
    """The explanations with what would turn each of them; those that are not decided are left as they are."""
    return [dataclasses.replace(one, changes=changes(evaluator, rows, one)) for one in found]


def changes(evaluator: HouseholdEvaluator, rows: Rows, explained: Explanation) -> tuple[Change, ...]:
    """What would turn one answer; empty where it is unknown or nothing of one or two facts does."""
    if explained.status == "unknown":
        return ()
    return _Search(evaluator, rows, explained).changes()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One known fact of one row."""

    table: str
    row: int
    fact: Fact
    value: Any


@dataclass(frozen=True, slots=True)
class _Turn:
    """A candidate at another value."""

    candidate: _Candidate
    value: Any
    direction: str


@dataclass(slots=True)
class _Search:
    evaluator: HouseholdEvaluator
    rows: Rows
    explained: Explanation
    trials: int = 0
    _single: HouseholdEvaluator = field(init=False)
    _goal: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._single = one_policy(self.evaluator, self.explained.policy)
        self._goal = frozenset(c.id for c in self.explained.clauses if c.verdict == "not_met")

    def changes(self) -> tuple[Change, ...]:
        """One fact where that suffices, else two."""
        wanted = "eligible" if self.explained.status == "ineligible" else "ineligible"
        candidates = list(self._candidates())
        turns = _smallest(self._turns(candidates, self.rows))
        found = [Change((self._told(turn),), wanted) for turn in turns]
        if not found and wanted == "eligible":
            found = [Change((self._told(a), self._told(b)), wanted) for a, b in self._pairs(candidates)]
            return tuple(found[:MAX_PAIRS])
        return tuple(found[:MAX_SINGLES])

    # -- one fact ---------------------------------------------------------------------------------
    def _turns(self, candidates: Sequence[_Candidate], rows: Rows) -> Iterator[_Turn]:
        """Each candidate that turns the answer alone, at the value nearest to its own."""
        for candidate in candidates:
            for value, direction in self._ends(candidate):
                turn = self._nearest(candidate, value, direction, rows, self._goal)
                if turn is not None and self._turned(self._tried(rows, candidate, turn.value)):
                    yield turn
                    break

    def _nearest(
        self, candidate: _Candidate, end: Any, direction: str, rows: Rows, goal: frozenset[str]
    ) -> _Turn | None:
        """The value between the candidate's own and `end` where the goal is first reached, None where it is not."""
        if not self._reached(self._tried(rows, candidate, end), goal):
            return None
        if direction == "is":
            return _Turn(candidate, end, direction)
        step = Decimal("0.01") if candidate.fact.type.kind == "decimal" else 1
        near, far = 0, int(abs(end - candidate.value) / step)
        sign = 1 if end > candidate.value else -1
        while far - near > 1:
            middle = (near + far) // 2
            if self._reached(self._tried(rows, candidate, candidate.value + sign * middle * step), goal):
                far = middle
            else:
                near = middle
        return _Turn(candidate, candidate.value + sign * far * step, direction)

    def _ends(self, candidate: _Candidate) -> Iterator[tuple[Any, str]]:
        """The values at which to look: bounds of numbers, the other value, other codes."""
        fact, value = candidate.fact, candidate.value
        if fact.type.kind == "boolean":
            yield not value, "is"
        elif fact.type.kind == "code":
            for entry in self.evaluator.book.codes[fact.type.code].values:
                if entry.value != value:
                    yield entry.value, "is"
        else:
            low = min(0, value) if fact.low is None else fact.low
            high = LARGE if fact.high is None else fact.high
            if low < value:
                yield low, "at_most"
            if high > value:
                yield high, "at_least"

    # -- two facts --------------------------------------------------------------------------------
    def _pairs(self, candidates: Sequence[_Candidate]) -> Iterator[tuple[_Turn, _Turn]]:
        """One fact that settles a part, and another that settles the rest."""
        seen: set[frozenset[tuple[str, int, str]]] = set()
        for first in candidates:
            for turn in self._partly(first):
                rows = self._changed(self.rows, first, turn.value)
                others = [c for c in candidates if _key(c) != _key(first)]
                for second in self._turns(others, rows):
                    pair = frozenset((_key(first), _key(second.candidate)))
                    if pair not in seen:
                        seen.add(pair)
                        yield turn, second
                    if len(seen) == MAX_PAIRS:
                        return

    def _partly(self, candidate: _Candidate) -> Iterator[_Turn]:
        """A candidate where it settles one of several clauses, or as far as it goes where there is one only."""
        for end, direction in self._ends(candidate):
            if len(self._goal) == 1:
                yield _Turn(candidate, end, direction)
                continue
            for clause in sorted(self._goal):
                turn = self._nearest(candidate, end, direction, self.rows, frozenset((clause,)))
                if turn is not None:
                    yield turn

    # -- trying -----------------------------------------------------------------------------------
    def _tried(self, rows: Rows, candidate: _Candidate, value: Any) -> Decision | None:
        """The decision with one fact changed; None where it cannot be computed."""
        self.trials += 1
        if self.trials > MAX_TRIALS:
            return None
        try:
            decisions = self._single.decisions(self._changed(rows, candidate, value))
        except OverflowError:
            return None
        return next((d for d in decisions if d.row == self.explained.row), None)

    def _reached(self, decision: Decision | None, goal: frozenset[str]) -> bool:
        """Whether none of the clauses in the way is in the way any more; without one, whether one is."""
        if decision is None:
            return False
        if not goal:
            return decision.status == "ineligible"
        return not goal & set(decision.failed) and not goal & set(decision.unknown)

    def _turned(self, decision: Decision | None) -> bool:
        wanted = "ineligible" if self.explained.status == "eligible" else "eligible"
        return decision is not None and decision.status == wanted

    def _changed(self, rows: Rows, candidate: _Candidate, value: Any) -> dict[str, Sequence[Mapping[str, Any]]]:
        changed = list(rows[candidate.table])
        changed[candidate.row] = {**changed[candidate.row], candidate.fact.column: value}
        return {**rows, candidate.table: changed}

    # -- which facts ------------------------------------------------------------------------------
    def _candidates(self) -> Iterator[_Candidate]:
        """Known facts of all rows that the clauses in question read and that can change."""
        clauses = self.evaluator.book.policies[self.explained.policy]
        wanted = [
            clause for clause in (*clauses.conditions, *clauses.exclusions) if not self._goal or clause.id in self._goal
        ]
        resolver = self.evaluator.resolver
        trees = [resolver.condition(clause.when, self.explained.unit) for clause in wanted]
        given = {(table, column) for table, records in self.rows.items() for row in records for column in row}
        closed = _closed(self.evaluator.book)
        for fact in base_facts(self.evaluator, trees, given):
            record = fact.type.kind == "code" and not self.evaluator.book.tables[fact.table].key
            if fact.name in closed or record or not changeable(fact):
                # what a register says of one record (which benefit, which kind) is not a circumstance
                continue
            for number, row in enumerate(self.rows.get(fact.table, ())):
                value = row.get(fact.column)
                if value is not None:
                    yield _Candidate(fact.table, number, fact, value)

    def _told(self, turn: _Turn) -> ChangedFact:
        candidate = turn.candidate
        table = self.evaluator.book.tables[candidate.table]
        row = self.rows[candidate.table][candidate.row]
        person = self.evaluator.resolver.units.person
        whose = "" if table.of == "household" else str(row.get(table.key or self._key_of(person), ""))
        fact = candidate.fact
        return ChangedFact(
            candidate.table, fact.name, fact.label, fact.type, whose, candidate.value, turn.value, turn.direction
        )

    def _key_of(self, table: str) -> str:
        return (self.evaluator.book.tables[table].key or "") if table else ""


def _smallest(turns: Iterator[_Turn]) -> list[_Turn]:
    """Of several rows with the same fact the one that would change least."""
    best: dict[tuple[str, str], tuple[Any, _Turn]] = {}
    for turn in turns:
        fact = turn.candidate.fact
        size = abs(turn.value - turn.candidate.value) if turn.direction != "is" else 0
        if fact.id not in best or size < best[fact.id][0]:
            best[fact.id] = (size, turn)
    return [turn for _, turn in best.values()]


def _key(candidate: _Candidate) -> tuple[str, int, str]:
    return (candidate.table, candidate.row, candidate.fact.name)


def _closed(book: Rulebook) -> frozenset[str]:
    """What parameters are looked up by, and keys: where a family lives is not advice."""
    found: set[str] = set()
    for parameter in book.parameters.values():
        found.update(name for value in parameter.values for name, _ in value.match)
        found.update(parameter.table.match if parameter.table else ())
    for table in book.tables.values():
        found.update(name for name in (table.key, table.belongs_to, table.area) if name)
    return frozenset(found)


def changeable(fact: Fact) -> bool:
    """Whether a family or an officer could find this fact otherwise next month."""
    if fact.personal or fact.reads or fact.type.kind in ("date", "text"):
        return False
    return not _FIXED.search(fact.name)


def one_policy(evaluator: HouseholdEvaluator, policy: str) -> HouseholdEvaluator:
    """A smaller evaluator, for one policy, that shares the resolver and the parameters; kept by the larger one."""
    if policy not in evaluator.singles:
        evaluator.singles[policy] = HouseholdEvaluator(
            evaluator.book, evaluator.as_of, evaluator.tables, what=("decisions",), policies=(policy,),
            covered=evaluator.covered,
        )  # fmt: skip
    return evaluator.singles[policy]


def base_facts(evaluator: HouseholdEvaluator, trees: Sequence[typed.Typed], given: set[tuple[str, str]]) -> list[Fact]:
    """The facts of the data that expressions rest on, through derived facts, aggregates and other policies."""
    found: dict[tuple[str, str], Fact] = {}
    seen: set[typed.Typed] = set()
    stack = list(reversed(trees))
    resolver, policies = evaluator.resolver, evaluator.book.policies
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, typed.FactRef):
            if node.fact.derive is None or (node.fact.table, node.fact.column) in given:
                found[node.fact.id] = node.fact
            else:
                stack.append(resolver.derived(node.fact))
        elif isinstance(node, typed.Outcome):
            policy = policies[node.policy]
            if node.kind == "amount" and policy.amount is not None:
                stack.append(resolver.money(policy.amount.formula, node.unit))
            clauses = (*policy.conditions, *policy.exclusions)
            stack += reversed([resolver.condition(clause.when, node.unit) for clause in clauses])
        stack += reversed(typed.parts(node))
    return list(found.values())
