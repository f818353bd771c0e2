"""Expression text to a syntax tree, by recursive descent with a bound on depth and size.

Precedence, from loose to tight: `or`, `and`, `not`, comparison (`< <= = <> >= >`, `in`, `between`, `is null`),
`+ -`, `* / //`, unary minus, `at`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bangfu.core.rulebook.lexer import Token, tokens
from bangfu.core.rulebook.mistakes import ExpressionError, nearest
from bangfu.core.rulebook.syntax import (
    Aggregate,
    At,
    Between,
    Binary,
    Call,
    Case,
    In,
    IsNull,
    Name,
    Node,
    Number,
    Result,
    Text,
    Truth,
    Unary,
)

MAX_DEPTH = 40
MAX_NODES = 1_000
MAX_CHAIN = 100
SCALARS = {
    "least": (2, 20),
    "greatest": (2, 20),
    "coalesce": (2, 20),
    "abs": (1, 1),
    "floor": (1, 1),
    "round_half_up": (1, 1),
    "years": (2, 2),
    "months": (2, 2),
    "days": (2, 2),
}
AGGREGATES = ("count", "sum", "any", "all", "min", "max")
RESULTS = ("eligible", "amount")
_COMPARISONS = ("<", "<=", "=", "<>", ">=", ">")


def parse(text: str) -> Node:
    """The tree of one expression; raises ExpressionError with an offset into `text`."""
    return _Parser(tokens(text)).whole()


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0
        self._depth = 0
        self._nodes = 0

    # -- reading tokens ---------------------------------------------------------------------------
    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ExpressionError(
                token.at, f"more than {MAX_NODES} parts", "a shorter expression; name a part as a fact"
            )
        return token

    def _is(self, *values: str) -> bool:
        return self._token.kind in ("op", "keyword") and self._token.value in values

    def _accept(self, *values: str) -> Token | None:
        return self._take() if self._is(*values) else None

    def _expect(self, value: str, why: str = "") -> Token:
        if not self._is(value):
            raise ExpressionError(self._token.at, self._found(), why or f"{value!r}")
        return self._take()

    def _found(self) -> str:
        return "the end of the expression" if self._token.kind == "end" else repr(self._token.value)

    # -- the grammar ------------------------------------------------------------------------------
    def whole(self) -> Node:
        """The one expression that the text must be."""
        tree = self._expression()
        if self._token.kind != "end":
            raise ExpressionError(self._token.at, self._found(), "an operator or the end of the expression")
        return tree

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(self._token.at, f"more than {MAX_DEPTH} levels of nesting", "a flatter expression")
        tree = self._chain(("or",), self._conjunction)
        self._depth -= 1
        return tree

    def _conjunction(self) -> Node:
        return self._chain(("and",), self._negation)

    def _chain(self, operators: tuple[str, ...], part: Callable[[], Node]) -> Node:
        """Left-associative operators; a long chain is refused, since it is a deep tree."""
        left = part()
        length = 0
        while self._is(*operators):
            operator = self._take()
            length += 1
            if length > MAX_CHAIN:
                raise ExpressionError(
                    operator.at, f"more than {MAX_CHAIN} operators in a row", "fewer; name a part as a fact"
                )
            left = Binary(operator.at, operator.value, left, part())
        return left

    def _negation(self) -> Node:
        negations: list[Token] = []
        while self._is("not"):
            negations.append(self._take())
            if len(negations) > MAX_DEPTH:
                raise ExpressionError(
                    self._token.at, f"more than {MAX_DEPTH} levels of nesting", "a flatter expression"
                )
        tree = self._comparison()
        for token in reversed(negations):
            tree = Unary(token.at, "not", tree)
        return tree

    def _comparison(self) -> Node:
        left = self._sum()
        token = self._token
        if self._is(*_COMPARISONS):
            self._take()
            tree: Node = Binary(token.at, token.value, left, self._sum())
            if self._is(*_COMPARISONS):
                raise ExpressionError(self._token.at, self._found(), "one comparison; write a < b and b < c")
            return tree
        if self._accept("is"):
            negated = self._accept("not") is not None
            self._expect("null")
            return IsNull(token.at, left, negated)
        negated = self._is("not") and self._accept("not") is not None
        if self._accept("in"):
            return In(token.at, left, self._items(), negated)
        if self._accept("between"):
            low = self._sum()
            self._expect("and")
            return Between(token.at, left, low, self._sum(), negated)
        if negated:
            raise ExpressionError(self._token.at, self._found(), "'in' or 'between' after 'not'")
        return left

    def _items(self) -> tuple[Node, ...]:
        self._expect("(")
        items = [self._literal()]
        while self._accept(","):
            items.append(self._literal())
        self._expect(")", "',' or ')'")
        return tuple(items)

    def _literal(self) -> Node:
        token = self._token
        sign = self._accept("-")
        if self._token.kind == "number":
            value = Decimal(self._take().value)
            return Number(token.at, -value if sign else value)
        if not sign and self._token.kind == "text":
            return Text(token.at, self._take().value)
        if not sign and self._is("true", "false"):
            return Truth(token.at, self._take().value == "true")
        raise ExpressionError(
            self._token.at, self._found(), "a literal (a number or text in single quotes) in the list"
        )

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/", "//"), self._signed)

    def _signed(self) -> Node:
        signs: list[Token] = []
        while self._is("-"):
            signs.append(self._take())
            if len(signs) > MAX_DEPTH:
                raise ExpressionError(
                    self._token.at, f"more than {MAX_DEPTH} levels of nesting", "a flatter expression"
                )
        tree = self._atom()
        for token in reversed(signs):
            tree = Number(token.at, -tree.value) if isinstance(tree, Number) else Unary(token.at, "-", tree)
        return tree

    def _atom(self) -> Node:
        token = self._token
        if token.kind == "number":
            return Number(token.at, Decimal(self._take().value))
        if token.kind == "text":
            return Text(token.at, self._take().value)
        if self._is("true", "false"):
            return Truth(token.at, self._take().value == "true")
        if self._accept("("):
            tree = self._expression()
            self._expect(")", "a closing ')'")
            return tree
        if self._is("case"):
            return self._case()
        if token.kind == "name":
            return self._named()
        raise ExpressionError(token.at, self._found(), "a name, a literal, '(' or 'case'")

    def _case(self) -> Node:
        start = self._take()
        branches: list[tuple[Node, Node]] = []
        while self._accept("when"):
            condition = self._expression()
            self._expect("then")
            branches.append((condition, self._expression()))
        if not branches:
            raise ExpressionError(self._token.at, self._found(), "'when'")
        otherwise = self._expression() if self._accept("else") else None
        self._expect("end", "'when', 'else' or 'end'")
        return Case(start.at, tuple(branches), otherwise)

    def _named(self) -> Node:
        token = self._take()
        if self._is("("):
            return self._called(token)
        tree: Node = Name(token.at, token.value)
        if self._accept("."):
            member = self._member()
            if self._is("(") and member.value in RESULTS:
                return self._result(member, scope=token.value)
            tree = Name(token.at, member.value, scope=token.value)
        if self._accept("at"):
            assert isinstance(tree, Name)
            return At(token.at, tree, self._atom())
        return tree

    def _member(self) -> Token:
        # a column may carry a keyword's name, as the `from` and `to` of episodes nearly do
        if self._token.kind not in ("name", "keyword"):
            raise ExpressionError(self._token.at, self._found(), "the name of a column after '.'")
        return self._take()

    def _called(self, token: Token) -> Node:
        if token.value in RESULTS:
            return self._result(token, scope=None)
        if token.value in AGGREGATES:
            return self._aggregate(token)
        if token.value not in SCALARS:
            known = (*SCALARS, *AGGREGATES, *RESULTS)
            raise ExpressionError(
                token.at, f"the function {token.value!r}", "one of " + ", ".join(known), nearest(token.value, known)
            )
        self._expect("(")
        arguments = [self._expression()]
        while self._accept(","):
            arguments.append(self._expression())
        self._expect(")", "',' or ')'")
        low, high = SCALARS[token.value]
        if not low <= len(arguments) <= high:
            wanted = f"{low}" if low == high else f"{low} to {high}"
            raise ExpressionError(token.at, f"{len(arguments)} arguments", f"{wanted} for {token.value}")
        return Call(token.at, token.value, tuple(arguments))

    def _result(self, token: Token, scope: str | None) -> Node:
        self._expect("(")
        if self._token.kind != "name":
            raise ExpressionError(self._token.at, self._found(), f"the id of a policy in {token.value}(…)")
        policy = self._take().value
        self._expect(")", "')'")
        return Result(token.at, token.value, policy, scope)

    def _aggregate(self, token: Token) -> Node:
        self._expect("(")
        inner = self._token
        value: Node | None = None
        if token.value == "count" or (token.value in ("any", "all") and self._tokens[self._next + 1].value == "where"):
            table = self._table_name()
        else:
            value = self._expression()
            table = _table_of(value, inner, token)
        where = self._expression() if self._accept("where") else None
        self._expect(")", "'where' or ')'")
        if token.value in ("any", "all") and value is None and where is None:
            raise ExpressionError(inner.at, table, f"a condition: {token.value}({table} where …)")
        return Aggregate(token.at, token.value, table, value, where)

    def _table_name(self) -> str:
        if self._token.kind != "name":
            raise ExpressionError(self._token.at, self._found(), "the name of a table")
        return self._take().value


def _table_of(value: Node, inner: Token, token: Token) -> str:
    """The one table that the value of an aggregate names (`persons.wage`)."""
    from bangfu.core.rulebook.syntax import children

    scopes: set[str] = set()
    stack = [value]
    while stack:
        node = stack.pop()
        scope = node.scope if isinstance(node, Name | Result) else None
        if scope is not None:
            scopes.add(scope)
        if not isinstance(node, Aggregate):
            stack.extend(children(node))
    scopes -= {"household", "village", "person"}
    if len(scopes) != 1:
        found = "no table" if not scopes else "tables " + ", ".join(sorted(scopes))
        raise ExpressionError(inner.at, found, f"one table's column, such as {token.value}(persons.wage)")
    return scopes.pop()
