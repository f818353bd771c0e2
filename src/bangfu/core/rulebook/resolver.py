"""Syntax tree to typed tree: names, types and units, refused where they do not fit.

Units of money: month and year never meet in a sum or a comparison; money times a plain number literal or a
plain-number parameter may be months of a monthly amount and so fits both (period "any").
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from bangfu.core.rulebook import syntax, typed
from bangfu.core.rulebook.mistakes import ExpressionError, nearest
from bangfu.core.rulebook.model import Expression, Fact, Rulebook, Type
from bangfu.core.rulebook.units import Units

BOOLEAN, INTEGER, DECIMAL, DATE, TEXT = (Type(k) for k in ("boolean", "integer", "decimal", "date", "text"))
_NUMERIC = ("integer", "decimal", "money")


def describe(kind: Type) -> str:
    """A type in words for a message."""
    if kind.kind == "money":
        return "money per " + kind.period if kind.period in ("month", "year") else "money"
    return {"integer": "a count", "decimal": "a plain number", "boolean": "a condition"}.get(
        kind.kind, f"a {kind.kind}"
    )


class Resolver:
    """Resolves expressions of one rulebook; typed trees of derived facts are kept."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.units = Units(book.tables)
        self._derived: dict[tuple[str, str], typed.Typed] = {}

    # -- entry points -----------------------------------------------------------------------------
    def condition(self, expression: Expression, unit: str) -> typed.Typed:
        """An expression that must be a condition."""
        return self._wanted(expression, unit, BOOLEAN)

    def money(self, expression: Expression, unit: str) -> typed.Typed:
        """An expression that must be money; a literal number is yuan."""
        return self._wanted(expression, unit, Type("money", "any"))

    def any_value(self, expression: Expression, unit: str) -> typed.Typed:
        """An expression of any type."""
        return self._resolve(expression.tree, unit)

    def derived(self, fact: Fact) -> typed.Typed:
        """The typed tree of a derived fact."""
        if fact.id not in self._derived:
            assert fact.derive is not None
            self._derived[fact.id] = self._wanted(fact.derive, fact.table, fact.type)
        return self._derived[fact.id]

    def _wanted(self, expression: Expression, unit: str, wanted: Type) -> typed.Typed:
        tree = self._resolve(expression.tree, unit)
        tree = self._as(tree, wanted)
        if not self._fits(tree.type, wanted):
            raise ExpressionError(expression.tree.at, describe(tree.type), describe(wanted))
        return tree

    def _fits(self, found: Type, wanted: Type) -> bool:
        if wanted.kind == "money":
            return found.kind == "money" and _period(found, wanted) is not None
        if wanted.kind == "decimal":
            return found.kind in ("integer", "decimal") or self._plain(found).kind == "integer"
        if wanted.kind == "code":
            return found.kind in ("code", "text", "integer")
        return self._plain(found).kind == wanted.kind

    # -- names ------------------------------------------------------------------------------------
    def _resolve(self, node: syntax.Node, unit: str) -> typed.Typed:
        match node:
            case syntax.Number():
                value = Fraction(node.value)
                return typed.Const(INTEGER if value.denominator == 1 else DECIMAL, "", value)
            case syntax.Text():
                return typed.Const(TEXT, "", node.value)
            case syntax.Truth():
                return typed.Const(BOOLEAN, "", node.value)
            case syntax.Name():
                return self._name(node, unit)
            case syntax.At():
                return self._at(node, unit)
            case syntax.Unary():
                return self._unary(node, unit)
            case syntax.Binary():
                return self._binary(node, unit)
            case syntax.In():
                return self._in(node, unit)
            case syntax.Between():
                return self._between(node, unit)
            case syntax.IsNull():
                found: typed.Typed = typed.Missing(BOOLEAN, unit, self._resolve(node.operand, unit))
                return typed.Not(BOOLEAN, unit, found) if node.negated else found
            case syntax.Case():
                return self._case(node, unit)
            case syntax.Call():
                return self._call(node, unit)
            case syntax.Aggregate():
                return self._aggregate(node, unit)
            case syntax.Result():
                return self._result(node, unit)
            case _:
                raise ExpressionError(node.at, type(node).__name__, "an expression")

    def _name(self, node: syntax.Name, unit: str) -> typed.Typed:
        chain = self.units.chain(unit)
        if node.scope is not None:
            table = self.units.table_of(node.scope)
            if table not in chain:
                known = [self.book.tables[t].of for t in chain] + chain
                raise ExpressionError(
                    node.at, node.scope, "one of " + ", ".join(dict.fromkeys(known)), nearest(node.scope, known)
                )
            chain = [table]
        for table in chain:
            fact = self.book.facts.get((table, node.name))
            if fact is not None:
                return self._fact(node, fact, unit)
        if node.scope is None:
            if node.name == "as_of":
                return typed.AsOf(DATE, "")
            if node.name in self.book.parameters:
                return self._parameter(node, unit)
        raise self._unknown(node, unit, chain)

    def _unknown(self, node: syntax.Name, unit: str, chain: list[str]) -> ExpressionError:
        known = [name for table, name in self.book.facts if table in chain]
        if node.scope is None:
            known += [*self.book.parameters, "as_of"]
        rows = self.book.tables[unit].label.en or unit if unit in self.book.tables else unit
        return ExpressionError(
            node.at, f"the name {node.name!r}", f"a fact of {rows} or a parameter", nearest(node.name, known)
        )

    def _fact(self, node: syntax.Name, fact: Fact, unit: str) -> typed.Typed:
        if fact.personal:
            raise ExpressionError(node.at, f"{fact.name!r}, personal data", "a fact that may stand in a snapshot")
        return self._lifted(typed.FactRef(fact.type, fact.table, fact, fact.id), unit)

    def _lifted(self, node: typed.Typed, unit: str) -> typed.Typed:
        """`node` of an upper table, brought down the chain to `unit`."""
        path = []
        for table in self.units.chain(unit):
            if table == node.unit:
                break
            path.append(table)
        for table in reversed(path):
            node = typed.Lift(node.type, table, node)
        return node

    def _parameter(self, node: syntax.Name, unit: str, on: typed.Typed | None = None) -> typed.Typed:
        parameter = self.book.parameters[node.name]
        keys = self._parameter_keys(node.name)
        for table in self.units.chain(unit):
            facts = {name for owner, name in self.book.facts if owner == table}
            needs_area = any(v.area for v in parameter.values)
            has_area = self.book.tables[table].area is not None if table in self.book.tables else False
            if keys <= facts and (has_area or not needs_area or parameter.table is not None) and on is None:
                return self._lifted(typed.ParameterRef(parameter.type, table, parameter, node.name), unit)
        if on is not None:
            return typed.ParameterRef(parameter.type, unit, parameter, node.name, on)
        wanted = ", ".join(sorted(keys)) or "an area code"
        raise ExpressionError(node.at, f"the parameter {node.name!r}", f"a table with {wanted} to look it up by")

    def _parameter_keys(self, name: str) -> set[str]:
        parameter = self.book.parameters[name]
        if parameter.table is not None:
            return set(parameter.table.match)
        return {key for value in parameter.values for key, _ in value.match}

    def _at(self, node: syntax.At, unit: str) -> typed.Typed:
        name = node.parameter
        if name.scope is not None or name.name not in self.book.parameters:
            raise ExpressionError(
                name.at, f"the name {name.name!r}", "a parameter before 'at'", nearest(name.name, self.book.parameters)
            )
        on = self._resolve(node.date, unit)
        on = self._as(on, DATE)
        if on.type.kind != "date":
            raise ExpressionError(node.date.at, describe(on.type), "a date after 'at'")
        return self._parameter(name, unit, on)

    # -- operators --------------------------------------------------------------------------------
    def _unary(self, node: syntax.Unary, unit: str) -> typed.Typed:
        operand = self._resolve(node.operand, unit)
        if node.op == "not":
            self._need_boolean(operand, node.operand)
            return typed.Not(BOOLEAN, unit, operand)
        plain = self._plain(operand.type)
        if plain.kind not in _NUMERIC:
            raise ExpressionError(node.operand.at, describe(operand.type), "a number or money after '-'")
        if isinstance(operand, typed.Const) and isinstance(operand.value, Fraction):
            return dataclasses.replace(operand, value=-operand.value)
        return typed.Negate(plain, unit, operand)

    def _binary(self, node: syntax.Binary, unit: str) -> typed.Typed:
        left, right = self._resolve(node.left, unit), self._resolve(node.right, unit)
        if node.op in ("and", "or"):
            self._need_boolean(left, node.left)
            self._need_boolean(right, node.right)
            return typed.Logic(BOOLEAN, unit, node.op, left, right)
        if node.op in ("+", "-", "*", "/", "//"):
            return self._arithmetic(node, left, right, unit)
        left, right = self._alike(node, left, right)
        if node.op not in ("=", "<>") and self._plain(left.type).kind not in (*_NUMERIC, "date"):
            raise ExpressionError(
                node.at, f"{describe(left.type)} with {node.op!r}", "'=' or '<>', since it has no order"
            )
        return typed.Compare(BOOLEAN, unit, node.op, left, right)

    def _arithmetic(self, node: syntax.Binary, left: typed.Typed, right: typed.Typed, unit: str) -> typed.Typed:
        for side, source in ((left, node.left), (right, node.right)):
            if self._plain(side.type).kind not in _NUMERIC:
                hint = "; a date difference is days(a, b)" if side.type.kind == "date" else ""
                raise ExpressionError(source.at, describe(side.type), f"a number or money with {node.op!r}{hint}")
        if isinstance(left, typed.Const) and isinstance(right, typed.Const):
            return self._folded(node, left, right)
        if node.op in ("+", "-"):
            left, right = self._alike(node, left, right)
            kind = self._joined(left.type, right.type)
        elif node.op == "*":
            kind = self._product(node, left, right)
        else:
            kind = self._quotient(node, left, right)
        return typed.Arithmetic(kind, unit, node.op, left, right)

    def _folded(self, node: syntax.Binary, left: typed.Const, right: typed.Const) -> typed.Typed:
        a, b = left.value, right.value
        assert isinstance(a, Fraction)
        assert isinstance(b, Fraction)
        if node.op in ("/", "//") and b == 0:
            raise ExpressionError(node.right.at, "0", "a divisor that is not zero")
        value = {
            "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b,
            "/": lambda: a / b, "//": lambda: Fraction(a // b),
        }[node.op]()  # fmt: skip
        if abs(value) >= 10**18 or value.denominator > 10**12:
            raise ExpressionError(node.at, "a constant beyond 10^18", "numbers that a county could mean")
        return typed.Const(INTEGER if value.denominator == 1 else DECIMAL, "", value)

    def _product(self, node: syntax.Binary, left: typed.Typed, right: typed.Typed) -> Type:
        kinds = {self._plain(left.type).kind, self._plain(right.type).kind}
        if kinds == {"money"}:
            raise ExpressionError(node.at, "money times money", "money times a number")
        if "money" in kinds:
            money, number = (left, right) if left.type.kind == "money" else (right, left)
            return Type("money", _scaled_period(money.type, number))
        return DECIMAL if "decimal" in kinds else INTEGER

    def _quotient(self, node: syntax.Binary, left: typed.Typed, right: typed.Typed) -> Type:
        a, b = self._plain(left.type), self._plain(right.type)
        if isinstance(right, typed.Const) and right.value == 0:
            raise ExpressionError(node.right.at, "0", "a divisor that is not zero")
        if b.kind == "money":
            if a.kind != "money":
                raise ExpressionError(
                    node.at, f"{describe(a)} divided by money", "money divided by money or by a number"
                )
            if _period(a, b) is None:
                raise ExpressionError(node.at, f"{describe(a)} with {describe(b)}", "the same period on both sides")
            return INTEGER if node.op == "//" else DECIMAL
        if a.kind == "money":
            return Type("money", _scaled_period(a, right))
        return INTEGER if node.op == "//" else DECIMAL

    def _alike(self, node: syntax.Binary, left: typed.Typed, right: typed.Typed) -> tuple[typed.Typed, typed.Typed]:
        """Both sides brought to one type, or refused."""
        left, right = self._as(left, right.type), self._as(right, left.type)
        a, b = self._plain(left.type), self._plain(right.type)
        if left.type.kind == "code" or right.type.kind == "code":
            self._check_code(node.left, left, right)
            self._check_code(node.right, right, left)
        same = a.kind == b.kind or {a.kind, b.kind} == {"integer", "decimal"}
        if not same:
            raise ExpressionError(node.at, f"{describe(a)} with {describe(b)}", "the same kind on both sides")
        if a.kind == "money" and _period(a, b) is None:
            raise ExpressionError(node.at, f"{describe(a)} with {describe(b)}", "the same period on both sides")
        return left, right

    def _check_code(self, source: syntax.Node, constant: typed.Typed, code: typed.Typed) -> None:
        """A literal that is compared with a code must be one of its values."""
        if code.type.kind != "code" or not isinstance(constant, typed.Const):
            return
        values = [entry.value for entry in self.book.codes[code.type.code].values]
        if all(isinstance(v, int) for v in values):
            if not isinstance(constant.value, Fraction):
                raise ExpressionError(source.at, repr(constant.value), f"one of {_listed(values)}")
            return
        if constant.value not in values:
            near = nearest(str(constant.value), map(str, values))
            raise ExpressionError(source.at, repr(constant.value), f"one of {_listed(values)}", near)

    def _as(self, node: typed.Typed, wanted: Type) -> typed.Typed:
        """A literal takes the type of what it meets: a number next to money is yuan, text next to a date a date."""
        if isinstance(node, typed.Const):
            if wanted.kind == "money" and isinstance(node.value, Fraction) and node.type.kind != "money":
                return typed.Const(Type("money", "any"), "", node.value * 100)
            if wanted.kind == "date" and isinstance(node.value, str):
                try:
                    return typed.Const(DATE, "", date.fromisoformat(node.value))
                except ValueError:
                    return node
        if isinstance(node, typed.Choice) and wanted.kind == "money" and node.type.kind in ("integer", "decimal"):
            values = [value for _, value in node.branches] + ([] if node.otherwise is None else [node.otherwise])
            if all(isinstance(value, typed.Const) for value in values):
                branches = tuple((when, self._as(value, wanted)) for when, value in node.branches)
                last = None if node.otherwise is None else self._as(node.otherwise, wanted)
                return typed.Choice(Type("money", "any"), node.unit, branches, last)
        return node

    def _in(self, node: syntax.In, unit: str) -> typed.Typed:
        operand = self._resolve(node.operand, unit)
        items = []
        for item in node.items:
            pair = syntax.Binary(item.at, "=", node.operand, item)
            _, constant = self._alike(pair, operand, self._resolve(item, unit))
            assert isinstance(constant, typed.Const)
            items.append(constant.value)
        universe: tuple[typed.Constant, ...] = ()
        if operand.type.kind == "code":
            values = (entry.value for entry in self.book.codes[operand.type.code].values)
            universe = tuple(Fraction(v) if isinstance(v, int) else v for v in values)
        found: typed.Typed = typed.Member(BOOLEAN, unit, operand, tuple(items), universe)
        return typed.Not(BOOLEAN, unit, found) if node.negated else found

    def _between(self, node: syntax.Between, unit: str) -> typed.Typed:
        low = syntax.Binary(node.at, ">=", node.operand, node.low)
        high = syntax.Binary(node.at, "<=", node.operand, node.high)
        found = self._binary(syntax.Binary(node.at, "and", low, high), unit)
        return typed.Not(BOOLEAN, unit, found) if node.negated else found

    def _case(self, node: syntax.Case, unit: str) -> typed.Typed:
        conditions = []
        for when, _ in node.branches:
            conditions.append(self._resolve(when, unit))
            self._need_boolean(conditions[-1], when)
        sources = [value for _, value in node.branches] + ([] if node.otherwise is None else [node.otherwise])
        values, kind = self._unified([self._resolve(source, unit) for source in sources], sources)
        otherwise = None if node.otherwise is None else values[-1]
        return typed.Choice(kind, unit, tuple(zip(conditions, values, strict=False)), otherwise)

    def _unified(self, values: list[typed.Typed], sources: list[syntax.Node]) -> tuple[list[typed.Typed], Type]:
        """Values that must be of one type, and that type."""
        lead = next((v for v in values if not isinstance(v, typed.Const)), values[0])
        values = [self._as(value, lead.type) for value in values]
        kind = self._plain(lead.type) if lead.type.kind != "code" else lead.type
        for value, source in zip(values, sources, strict=True):
            pair = syntax.Binary(source.at, "=", sources[0], source)
            self._alike(pair, lead, value)
            if kind.kind != "code":
                kind = self._joined(kind, value.type)
        return values, kind

    def _joined(self, a: Type, b: Type) -> Type:
        a, b = self._plain(a), self._plain(b)
        if a.kind == "money":
            return Type("money", _period(a, b) or "")
        return DECIMAL if "decimal" in (a.kind, b.kind) else a

    def _call(self, node: syntax.Call, unit: str) -> typed.Typed:
        arguments = [self._resolve(argument, unit) for argument in node.arguments]
        if node.function in ("years", "months", "days"):
            arguments = [self._as(argument, DATE) for argument in arguments]
            for argument, source in zip(arguments, node.arguments, strict=True):
                if argument.type.kind != "date":
                    raise ExpressionError(source.at, describe(argument.type), f"a date in {node.function}(…)")
            return typed.Function(INTEGER, unit, node.function, tuple(arguments))
        arguments, kind = self._unified(arguments, list(node.arguments))
        if node.function != "coalesce" and self._plain(kind).kind not in (*_NUMERIC, "date"):
            raise ExpressionError(node.at, describe(kind), f"numbers, money or dates in {node.function}(…)")
        if node.function in ("floor", "round_half_up") and kind.kind == "decimal":
            kind = INTEGER
        return typed.Function(kind, unit, node.function, tuple(arguments))

    # -- rows of other tables ---------------------------------------------------------------------
    def _aggregate(self, node: syntax.Aggregate, unit: str) -> typed.Typed:
        table = self.units.table_of(node.table)
        if not table:
            raise ExpressionError(
                node.at, f"the table {node.table!r}", "a declared table", nearest(node.table, self.book.tables)
            )
        owner = next((u for u in self.units.chain(unit) if self.units.linked(table, u)), "")
        if not owner:
            raise ExpressionError(node.at, f"the table {node.table!r}", f"a table whose rows belong to {unit}")
        # inside, plain names are the rows' own columns first, then those of what the rows belong to
        value, where = (
            None if part is None else self._resolve(_unscoped(part, table, self.units), table)
            for part in (node.value, node.where)
        )
        if where is not None:
            self._need_boolean(where, node.where or node)
        kind = self._aggregate_type(node, value)
        if node.function in ("any", "all"):
            # `any(t where c)` and `any(t.c)`: the condition is what is asked, a further `where` limits the rows
            if value is None:
                value, where = where, None
            self._need_boolean(value, node.value or node)
        return self._lifted(typed.Gather(kind, owner, node.function, table, value, where), unit)

    def _aggregate_type(self, node: syntax.Aggregate, value: typed.Typed | None) -> Type:
        if node.function == "count":
            return INTEGER
        if node.function in ("any", "all"):
            return BOOLEAN
        assert value is not None
        plain = self._plain(value.type)
        wanted = _NUMERIC if node.function == "sum" else (*_NUMERIC, "date")
        if plain.kind not in wanted:
            raise ExpressionError(node.at, describe(value.type), f"a number or money in {node.function}(…)")
        return plain

    def _result(self, node: syntax.Result, unit: str) -> typed.Typed:
        policy = self.book.policies.get(node.policy)
        if policy is None:
            raise ExpressionError(
                node.at, f"the policy {node.policy!r}", "a declared policy", nearest(node.policy, self.book.policies)
            )
        table = self.units.table_of(policy.of)
        if table not in self.units.chain(unit):
            raise ExpressionError(
                node.at,
                f"{node.policy!r}, a policy of {policy.of}",
                f"a policy of {unit} or above; sum or count over rows",
            )
        kind = BOOLEAN if node.kind == "eligible" else Type("money", policy.amount.per if policy.amount else "any")
        return self._lifted(typed.Outcome(kind, table, node.kind, node.policy), unit)

    # -- small questions --------------------------------------------------------------------------
    def _need_boolean(self, node: typed.Typed | None, source: syntax.Node) -> None:
        if node is None or node.type.kind != "boolean":
            found = describe(node.type) if node is not None else "nothing"
            raise ExpressionError(source.at, found, "a condition")

    def _plain(self, kind: Type) -> Type:
        """A code of whole numbers counts as a whole number, any other code as text."""
        if kind.kind != "code":
            return kind
        values = self.book.codes[kind.code].values if kind.code in self.book.codes else ()
        return INTEGER if values and all(isinstance(v.value, int) for v in values) else TEXT


def _unscoped(node: syntax.Node, table: str, units: Units) -> syntax.Node:
    """`persons.wage` inside an aggregate over persons is the row's own `wage`."""
    rebuild: Callable[[syntax.Node], syntax.Node] = lambda part: _unscoped(part, table, units)  # noqa: E731
    match node:
        case syntax.Result() if node.scope is not None and units.table_of(node.scope) == table:
            return dataclasses.replace(node, scope=None)
        case syntax.Unary() | syntax.IsNull() | syntax.In():
            return dataclasses.replace(node, operand=rebuild(node.operand))
        case syntax.Binary():
            return dataclasses.replace(node, left=rebuild(node.left), right=rebuild(node.right))
        case syntax.Between():
            return dataclasses.replace(
                node, operand=rebuild(node.operand), low=rebuild(node.low), high=rebuild(node.high)
            )
        case syntax.Case():
            branches = tuple((rebuild(when), rebuild(value)) for when, value in node.branches)
            last = None if node.otherwise is None else rebuild(node.otherwise)
            return dataclasses.replace(node, branches=branches, otherwise=last)
        case syntax.Call():
            return dataclasses.replace(node, arguments=tuple(map(rebuild, node.arguments)))
        case _:
            return node


def _period(a: Type, b: Type) -> str | None:
    """The common period, or None where month meets year."""
    if a.period == b.period:
        return a.period
    if {a.period, b.period} == {"month", "year"}:
        return None
    return next((p for p in (a.period, b.period) if p in ("month", "year")), "any")


def _scaled_period(money: Type, number: typed.Typed) -> str:
    """Money times a literal or a plain-number parameter may be months of it; times a count it stays what it is."""
    inner = number
    while isinstance(inner, typed.Lift):
        inner = inner.inner
    return "any" if isinstance(inner, typed.Const | typed.ParameterRef) else money.period


def _listed(values: list[int | str]) -> str:
    shown = ", ".join(repr(v) for v in values[:12])
    return shown + (", …" if len(values) > 12 else "")
