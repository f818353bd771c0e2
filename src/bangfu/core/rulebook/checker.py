"""Checks a whole rulebook: every expression's names, types and units, references between definitions, cycles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bangfu.core.rulebook import typed
from bangfu.core.rulebook.checking_procedures import check_procedure
from bangfu.core.rulebook.checking_visits import check_forms_of_procedures, check_visit
from bangfu.core.rulebook.mistakes import ExpressionError, Mistake, nearest
from bangfu.core.rulebook.model import Expression, Indicator, Place, Policy, Quantity, Rulebook
from bangfu.core.rulebook.reading_entitlements import check_entitlement
from bangfu.core.rulebook.resolver import Resolver

MAX_CLAUSES = 64
MAX_LEVELS = 60
"""Definitions that rest on one another in a row; deeper ones would need more stack than Python gives."""
Key = tuple[str, str, str]
"""What depends on what: ("fact", table, name) or ("policy", "", id)."""


def check(book: Rulebook) -> list[Mistake]:
    """Every mistake of the rulebook's definitions, in no particular order; empty when it can be used."""
    checker = _Checker(book)
    checker.facts()
    checker.policies()
    checker.others()
    checker.procedures()
    checker.visits()
    if not checker.mistakes:
        checker.cycles()
    return checker.mistakes


class _Checker:
    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.resolver = Resolver(book)
        self.mistakes: list[Mistake] = []
        self._trees: dict[Key, list[tuple[typed.Typed, Place]]] = {}

    def _add(self, place: Place, found: str, expected: str, near: str = "") -> None:
        self.mistakes.append(Mistake(place, found, expected, near))

    def _tree(self, expression: Expression, resolve: Callable[[], typed.Typed]) -> typed.Typed | None:
        try:
            return resolve()
        except ExpressionError as error:
            self._add(expression.place_of(error.at), error.found, error.expected, error.nearest)
        except RecursionError:
            self._add(expression.place, "an expression nested too deeply", "a flatter expression")
        return None

    def _unit(self, of: str, place: Place) -> str:
        unit = self.resolver.units.table_of(of)
        if not unit:
            known = [table.of for table in self.book.tables.values()] + list(self.book.tables)
            self._add(place, f"of: {of}", "a declared table or what it holds", nearest(of, known))
        return unit

    # -- definitions ------------------------------------------------------------------------------
    def facts(self) -> None:
        """Derived facts have the type they declare."""
        for fact in self.book.facts.values():
            if fact.column.startswith("k_") and fact.column[2:] in self.book.tables:
                self._add(fact.place, f"column: {fact.column}", "a column that is not named k_ and a table's id")
            if fact.type.kind == "code" and fact.type.code not in self.book.codes:
                self._add(
                    fact.place,
                    f"code: {fact.type.code}",
                    "a declared code list",
                    nearest(fact.type.code, self.book.codes),
                )
            elif fact.derive is not None:
                tree = self._tree(fact.derive, lambda fact=fact: self.resolver.derived(fact))  # type: ignore[misc]
                if tree is not None:
                    self._trees[("fact", *fact.id)] = [(tree, fact.derive.place)]

    def policies(self) -> None:
        """Clauses are conditions, amounts are money in the policy's period, references exist."""
        for policy in self.book.policies.values():
            unit = self._unit(policy.of, policy.place)
            if not unit:
                continue
            if not self.book.tables[unit].key:
                self._add(policy.place, f"of: {policy.of}", "a table with a key, so that a row can be named")
                continue
            found = [self._condition(clause.when, unit) for clause in (*policy.conditions, *policy.exclusions)]
            found += self._money_parts(policy, unit)
            self._trees[("policy", "", policy.id)] = [pair for pair in found if pair is not None]
            if len(policy.conditions) + len(policy.exclusions) > MAX_CLAUSES:
                self._add(policy.place, "more than 64 clauses", "at most 64 in one policy")
            for other in policy.not_with:
                if other not in self.book.policies:
                    near = nearest(other, self.book.policies)
                    self._add(policy.place, f"not_with: {other}", "a declared policy", near)
            self._clause_ids(policy)
            self.mistakes += check_entitlement(self.book, policy, self.resolver.units.household)

    def _clause_ids(self, policy: Policy) -> None:
        seen: set[str] = set()
        for clause in (*policy.conditions, *policy.exclusions):
            if clause.id in seen:
                self._add(clause.place, f"the clause id {clause.id!r} again", "ids that differ within a policy")
            seen.add(clause.id)

    def _money_parts(self, policy: Policy, unit: str) -> Iterator[tuple[typed.Typed, Place] | None]:
        if policy.amount is not None:
            formula, per = policy.amount.formula, policy.amount.per
            tree = self._tree(formula, lambda: self.resolver.money(formula, unit))
            yield None if tree is None else (tree, formula.place)
            period = "" if tree is None else tree.type.period
            if period in ("month", "year") and per in ("month", "year") and period != per:
                self._add(formula.place, f"money per {period}", f"money per {per}, as `per` says")
        if policy.receives is not None:
            yield self._condition(policy.receives, unit)
        if policy.paid is not None:
            paid = policy.paid
            tree = self._tree(paid, lambda: self.resolver.money(paid, unit))
            yield None if tree is None else (tree, paid.place)

    def _condition(self, expression: Expression, unit: str) -> tuple[typed.Typed, Place] | None:
        tree = self._tree(expression, lambda: self.resolver.condition(expression, unit))
        return None if tree is None else (tree, expression.place)

    def others(self) -> None:
        """Alerts, checks and indicators."""
        for alert in self.book.alerts.values():
            if unit := self._unit(alert.of, alert.place):
                self._condition(alert.when, unit)
        for item in self.book.checks.values():
            if unit := self._unit(item.of, item.place):
                self._condition(item.when, unit)
                self._shown(item.show, unit, item.place)
        for indicator in self.book.indicators.values():
            for side in (indicator.numerator, indicator.denominator):
                if side is not None:
                    self._quantity(side, indicator.place)
            self._balance(indicator)

    def _balance(self, indicator: Indicator) -> None:
        """A stock's start is a stock, what came and went are flows, and all count the same thing."""
        for key, name in indicator.balance.items():
            other = self.book.indicators.get(name)
            kind = "stock" if key == "start" else "flow"
            if other is None:
                near = nearest(name, list(self.book.indicators))
                self._add(indicator.place, f"balance: {key}: {name}", "the id of an indicator", near)
            elif other.unit != indicator.unit or other.flow != kind or other.denominator is not None:
                found = f"balance: {key}: {name}, a {other.flow} in {other.unit}"
                self._add(indicator.place, found, f"a {kind} in {indicator.unit} without a denominator")
        if indicator.balance and (indicator.flow != "stock" or indicator.denominator is not None):
            self._add(indicator.place, "a balance of a flow or a ratio", "a stock without a denominator")

    def procedures(self) -> None:
        """Steps, paths and the expressions of conditions."""
        for procedure in self.book.procedures.values():
            self.mistakes += check_procedure(procedure, self.book.procedures, self.book.policies)
            unit = self._unit(procedure.of, procedure.place)
            for condition in procedure.conditions.values():
                if unit and condition.when is not None:
                    self._condition(condition.when, unit)

    def visits(self) -> None:
        """Items of forms of visits, and the procedures that name a form."""
        for form in self.book.visits.values():
            self.mistakes += check_visit(form, self.book)
        self.mistakes += check_forms_of_procedures(self.book)

    def _shown(self, show: tuple[str, ...], unit: str, place: Place) -> None:
        units = self.resolver.units
        for item in show:
            scope, _, name = item.rpartition(".")
            tables = [units.table_of(scope)] if scope else units.chain(unit)
            if not any((table, name) in self.book.facts for table in tables):
                known = [n for t, n in self.book.facts if t in tables]
                self._add(place, f"show: {item}", "a fact of " + (scope or unit), nearest(name, known))

    def _quantity(self, side: Quantity, place: Place) -> None:
        unit = self._unit(side.table, place)
        if not unit:
            return
        if not self.book.tables[unit].key:
            advice = "a table whose rows have a key; sum a fact of households or persons that counts these rows"
            self._add(place, f"a figure over {unit}, whose rows have no key", advice)
        if side.where is not None:
            self._condition(side.where, unit)
        if side.sum is not None:
            total = side.sum
            tree = self._tree(total, lambda: self.resolver.any_value(total, unit))
            if tree is not None and tree.type.kind not in ("integer", "money", "decimal"):
                self._add(total.place, f"a sum of {tree.type.kind}", "numbers or money to sum")

    # -- cycles -----------------------------------------------------------------------------------
    def cycles(self) -> None:
        """A definition that needs itself is refused, with the whole circle named."""
        done: dict[Key, int] = {}
        for start in self._trees:
            path: list[Key] = []
            stack: list[tuple[Key, Iterator[Key]]] = [(start, iter(self._needs(start)))] if start not in done else []
            path.extend(key for key, _ in stack)
            while stack:
                key, rest = stack[-1]
                following = next(rest, None)
                if following is None:
                    stack.pop()
                    path.pop()
                    done[key] = 1 + max((done.get(need, 0) for need in self._needs(key)), default=0)
                    if done[key] > MAX_LEVELS:
                        found = f"a definition that rests on more than {MAX_LEVELS} others in a row"
                        self._add(self._trees[key][0][1], found, "fewer levels of derived facts and policies")
                        return
                elif following in path:
                    self._cycle(path[path.index(following) :])
                    return
                elif following not in done and following in self._trees:
                    stack.append((following, iter(self._needs(following))))
                    path.append(following)

    def _cycle(self, circle: list[Key]) -> None:
        names = " → ".join(key[2] for key in (*circle, circle[0]))
        place = self._trees[circle[0]][0][1]
        self._add(place, f"a circle: {names}", "definitions that do not need themselves")

    def _needs(self, key: Key) -> list[Key]:
        found: list[Key] = []
        stack = [tree for tree, _ in self._trees.get(key, [])]
        while stack:
            node = stack.pop()
            if isinstance(node, typed.FactRef) and node.fact.derive is not None:
                found.append(("fact", *node.fact.id))
            elif isinstance(node, typed.Outcome):
                found.append(("policy", "", node.policy))
            stack.extend(typed.parts(node))
        return found
