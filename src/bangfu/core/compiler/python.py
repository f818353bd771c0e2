"""A plan as a Python function for one household. The text is made from typed nodes only: names are generated
and every constant is passed in, so nothing that a rulebook says is ever run.

Integers are checked against 64 bits wherever they could leave them, so that both evaluators overflow alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from bangfu.core.compiler.ir import E
from bangfu.core.compiler.plan import Plan, Step, StepKey

Row = Mapping[str, Any]
Evaluator = Callable[
    [Mapping[str, Sequence[Row]], Mapping[tuple[str, str], Sequence[int | None]]], dict[str, list[Any]]
]
INPUT_LIMIT = 10**12
"""Numbers in data up to this size are proven not to overflow, or are checked where they might."""
_MAX = 2**63 - 1


def wide(value: int | None) -> int | None:
    """The value, or OverflowError beyond 64 bits."""
    if value is not None and not -_MAX - 1 <= value <= _MAX:
        raise OverflowError("a number beyond 64 bits")
    return value


def years(a: date, b: date) -> int:
    """Full years from a to b."""
    return (b.year * 10000 + b.month * 100 + b.day - a.year * 10000 - a.month * 100 - a.day) // 10000


def months(a: date, b: date) -> int:
    """Full months from a to b."""
    return ((b.year * 12 + b.month) * 100 + b.day - (a.year * 12 + a.month) * 100 - a.day) // 100


def days(a: date, b: date) -> int:
    """Days from a to b."""
    return (b - a).days


def remap(mask: int, moves: tuple[tuple[int, int, int], ...]) -> int:
    """Runs of bits moved."""
    return sum((mask >> source & ((1 << width) - 1)) << target for source, target, width in moves)


def compile_plan(plan: Plan) -> Evaluator:
    """The function: rows by table and links (row index of the parent) in, the root columns by unit out."""
    text, constants = source_of(plan)
    space: dict[str, Any] = {
        "wide": wide, "years": years, "months": months, "days": days, "remap": remap, **constants,
    }  # fmt: skip
    exec(compile(text, "<evaluator>", "exec"), space)
    made: Evaluator = space["evaluate"]
    return made


def source_of(plan: Plan) -> tuple[str, dict[str, Any]]:
    """The text of the function, and the constants it is given."""
    writer = _Writer(plan)
    return writer.text(), writer.constants


class _Writer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.constants: dict[str, Any] = {}
        self._by_key = {step.key: step for step in plan.steps}
        self._lines: list[str] = []
        self._magnitude: dict[E, int] = {}

    def text(self) -> str:
        self._lines = ["def evaluate(rows, links):"]
        for unit in sorted({step.key.unit for step in self.plan.steps}):
            self._line(1, f"r_{unit} = rows[{unit!r}]")
        for step in self.plan.steps:
            self._step(step)
        parts = []
        for unit, columns in self.plan.roots.items():
            key = self.plan.last[unit]
            step = self._by_key[key]
            wanted = ", ".join(self._place(step, node) for node in columns.values())
            parts.append(f"{unit!r}: [({wanted},) for s in s_{key.name}]")
        self._line(1, "return {" + ", ".join(parts) + "}")
        return "\n".join(self._lines)

    def _line(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text)

    def _place(self, step: Step, node: E) -> str:
        return self._constant(node) if node.op == "const" else f"s[{step.columns.index(node)}]"

    # -- a step -----------------------------------------------------------------------------------
    def _step(self, step: Step) -> None:
        """One loop over the rows: read, compute, hand on a tuple."""
        unit = step.key.unit
        for number, (key, nodes) in enumerate(step.aggregates.items()):
            self._accumulate(step, number, key, nodes)
        for number, key in enumerate(step.lifts):
            self._line(1, f"l{number} = links[{(unit, key.unit)!r}]; b{number} = s_{key.name}")
        self._line(1, f"s_{step.key.name} = []")
        before = "" if step.previous is None else f"s_{step.previous.name}"
        header = f"for i, r in enumerate(r_{unit}):" if not before else f"for i, s in enumerate({before}):"
        self._line(1, header)
        names: dict[E, str] = {}
        lines = self._read(step, names) + _Rows(self, step, names).lines()
        for line in lines:
            self._line(2, line)

    def _read(self, step: Step, names: dict[E, str]) -> list[str]:
        lines = []
        if step.previous is None:
            for node in dict.fromkeys(step.sources):
                assert isinstance(node.value, tuple)
                names[node] = f"n{node.id}"
                lines.append(f"n{node.id} = r[{node.value[0]!r}]")
        else:
            carried = self._by_key[step.previous].columns
            names.update({node: f"n{node.id}" for node in carried})
            if carried:
                lines.append("".join(f"n{node.id}, " for node in carried) + "= s")
        for number, (key, nodes) in enumerate(step.lifts.items()):
            lines += self._lifted(number, key, nodes, names)
        for number, nodes in enumerate(step.aggregates.values()):
            for position, node in enumerate(nodes):
                names[node] = f"n{node.id}"
                lines.append(f"n{node.id} = a{number}_{position}[i]")
        return lines

    def _lifted(self, number: int, key: StepKey, nodes: list[E], names: dict[E, str]) -> list[str]:
        """A row without its parent reads None everywhere."""
        columns = self._by_key[key].columns
        lines = [f"p = l{number}[i]"]
        targets, values = [], []
        for node in nodes:
            assert isinstance(node.value, E)
            names[node] = f"n{node.id}"
            targets.append(f"n{node.id}")
            values.append(f"q[{columns.index(node.value)}]")
        lines.append("if p is None:")
        lines.append("    " + " = ".join(targets) + " = None")
        lines.append("else:")
        lines.append(f"    q = b{number}[p]; " + "; ".join(f"{t} = {v}" for t, v in zip(targets, values, strict=True)))
        return lines

    # -- aggregates -------------------------------------------------------------------------------
    def _accumulate(self, step: Step, number: int, key: StepKey, nodes: list[E]) -> None:
        """One pass over the child rows for all aggregates that read them."""
        unit = step.key.unit
        size = f"len(r_{unit})"
        columns = self._by_key[key].columns
        for position, node in enumerate(nodes):
            start = {"any": "False", "min": "None", "max": "None"}.get(_function(node), "0")
            self._line(1, f"a{number}_{position} = [{start}] * {size}")
        self._line(1, f"for p, s in zip(links[{(key.unit, unit)!r}], s_{key.name}):")
        self._line(2, "if p is None: continue")
        for position, node in enumerate(nodes):
            x = "" if not node.args else self._argument(columns, node.args[0])
            for line in _added(node, f"a{number}_{position}[p]", x):
                self._line(2, line)
        for position, node in enumerate(nodes):
            if _function(node) in ("sum", "sum_strict"):
                self._line(1, f"for x in a{number}_{position}: wide(x)")

    def _argument(self, columns: list[E], node: E) -> str:
        return self._constant(node) if node.op == "const" else f"s[{columns.index(node)}]"

    # -- constants --------------------------------------------------------------------------------
    def _constant(self, node: E) -> str:
        if node.value is None or isinstance(node.value, bool | int):
            return repr(node.value) if not isinstance(node.value, int) or node.value >= 0 else f"({node.value})"
        key = f"c{node.id}"
        self.constants[key] = node.value
        return key

    def given(self, node: E, value: object) -> str:
        """The name of a constant that is passed in."""
        key = f"c{node.id}"
        self.constants[key] = value
        return key

    def may_overflow(self, node: E) -> bool:
        """Whether a product or sum could leave 64 bits for inputs within the limit."""
        return self.magnitude(node) > _MAX

    def magnitude(self, node: E) -> int:
        """A bound on |value| for inputs within the limit."""
        if node not in self._magnitude:
            inner = [self.magnitude(arg) for arg in node.args if arg.kind == "int"]
            if node.op == "const":
                found = abs(node.value) if isinstance(node.value, int) else 0
            elif node.op in ("col", "agg"):
                found = 10**6 if node.op == "agg" and _function(node) in ("rows", "count_if") else INPUT_LIMIT
                found = max(inner, default=0) * 1000 if node.op == "agg" and inner else found
            elif node.op == "lift":
                assert isinstance(node.value, E)
                found = self.magnitude(node.value)
            elif node.op == "mul":
                found = inner[0] * inner[1]
            elif node.op in ("add", "sub"):
                found = sum(inner)
            else:
                found = max(inner, default=10**5)
            self._magnitude[node] = min(found, _MAX) if node.op in ("mul", "add", "sub") and found > _MAX else found
            if found > _MAX and node.op in ("mul", "add", "sub"):
                self._magnitude[node] = _MAX + 1
        return self._magnitude[node]


def _function(node: E) -> str:
    assert isinstance(node.value, tuple)
    return str(node.value[0])


def _added(node: E, slot: str, x: str) -> list[str]:
    """How one child row changes an aggregate; mirrors the SQL."""
    function, nullable = _function(node), bool(node.args) and node.args[0].nullable
    if function == "rows":
        return [f"{slot} += 1"]
    if function == "count_if":
        return [f"if {x}: {slot} += 1"]
    if function == "sum" and not nullable:
        return [f"{slot} += {x}"]
    if function in ("sum", "sum_strict"):
        return [f"v = {slot}; x = {x}", f"{slot} = None if v is None or x is None else v + x"]
    if function == "or_mask":
        return [f"{slot} |= {x}"]
    if function == "any":
        if not nullable:
            return [f"if {x}: {slot} = True"]
        return [f"x = {x}", f"if x: {slot} = True", f"elif x is None and {slot} is False: {slot} = None"]
    sign = "<" if function == "min" else ">"
    return [f"v = {slot}; x = {x}", f"if x is not None and (v is None or x {sign} v): {slot} = x"]


class _Rows:
    """The lines that compute the columns of one row."""

    def __init__(self, writer: _Writer, step: Step, names: dict[E, str]) -> None:
        self.writer, self.step, self.names = writer, step, names
        self.out: list[str] = []

    def lines(self) -> list[str]:
        uses: Counter[E] = Counter(self.step.columns)
        order: list[E] = []
        seen: set[E] = set(self.names)
        stack: list[tuple[E, bool]] = [(node, False) for node in self.step.columns]
        while stack:
            node, ready = stack.pop()
            if ready:
                order.append(node)
            elif node not in seen and node.op != "const":
                seen.add(node)
                stack.append((node, True))
                for arg in node.args:
                    uses[arg] += 2 if _twice(node, arg) else 1
                    stack.append((arg, False))
        for node in order:
            text = self._text(node)
            if uses[node] > 1 or node in self.step.columns:
                self.out.append(f"n{node.id} = {text}")
                self.names[node] = f"n{node.id}"
            else:
                self.names[node] = text
        columns = "".join(f"{self._name(node)}, " for node in self.step.columns)
        self.out.append(f"s_{self.step.key.name}.append(({columns}))")
        return self.out

    def _name(self, node: E) -> str:
        return self.writer._constant(node) if node.op == "const" else self.names[node]

    def _text(self, node: E) -> str:
        args = [self._name(arg) for arg in node.args]
        text = _TEXT[node.op](node, args, self.writer)
        if node.op in ("mul", "add", "sub") and self.writer.may_overflow(node):
            text = f"wide({text})"
        return text


def _twice(node: E, arg: E) -> bool:
    """Whether printing `node` names this argument more than once."""
    if node.op in (
        "and",
        "or",
        "not",
        "add",
        "sub",
        "mul",
        "lt",
        "le",
        "eq",
        "fdiv",
        "years",
        "months",
        "days",
        "isin",
    ):
        return arg.nullable or (node.op == "fdiv" and arg is node.args[1] and not arg.positive)
    return node.op in ("least", "greatest", "coalesce")


def _strict(node: E, args: list[str], text: str) -> str:
    """None where an argument that may be None is."""
    tests = [f"{name} is None" for arg, name in zip(node.args, args, strict=True) if arg.nullable]
    return f"({text})" if not tests else f"(None if {' or '.join(tests)} else {text})"


def _infix(symbol: str) -> Callable[[E, list[str], _Writer], str]:
    return lambda node, args, writer: _strict(node, args, f"{args[0]} {symbol} {args[1]}")


def _fdiv(node: E, args: list[str], writer: _Writer) -> str:
    text = f"{args[0]} // {args[1]}"
    if not node.args[1].positive:
        text = f"None if {args[1]} == 0 else {text}"
    return _strict(node, args, text)


def _extreme(sign: str) -> Callable[[E, list[str], _Writer], str]:
    return lambda node, args, writer: _strict(node, args, f"{args[0]} if {args[0]} {sign} {args[1]} else {args[1]}")


def _kleene(word: str, decides: str) -> Callable[[E, list[str], _Writer], str]:
    other = "True" if decides == "False" else "False"

    def text(node: E, args: list[str], writer: _Writer) -> str:
        if not node.nullable:
            return "(" + f" {word} ".join(args) + ")"
        decided = " or ".join(f"{arg} is {decides}" for arg in args)
        empty = " or ".join(f"{name} is None" for arg, name in zip(node.args, args, strict=True) if arg.nullable)
        return f"({decides} if {decided} else None if {empty} else {other})"

    return text


def _function_call(name: str) -> Callable[[E, list[str], _Writer], str]:
    return lambda node, args, writer: _strict(node, args, f"{name}({', '.join(args)})")


_TEXT: Mapping[str, Callable[[E, list[str], _Writer], str]] = {
    "add": _infix("+"),
    "sub": _infix("-"),
    "mul": _infix("*"),
    "lt": _infix("<"),
    "le": _infix("<="),
    "eq": _infix("=="),
    "bor": _infix("|"),
    "fdiv": _fdiv,
    "least": _extreme("<="),
    "greatest": _extreme(">="),
    "and": _kleene("and", "False"),
    "or": _kleene("or", "True"),
    "not": lambda node, args, writer: _strict(node, args, f"not {args[0]}"),
    "isnull": lambda node, args, writer: f"({args[0]} is None)",
    "if": lambda node, args, writer: f"({args[1]} if {args[0]} else {args[2]})",
    "coalesce": lambda node, args, writer: f"({args[1]} if {args[0]} is None else {args[0]})",
    "isin": lambda node, args, writer: _strict(node, args, f"{args[0]} in {writer.given(node, node.value)}"),
    "years": _function_call("years"),
    "months": _function_call("months"),
    "days": _function_call("days"),
    "remap": lambda node, args, writer: f"(remap({args[0]}, {writer.given(node, node.value)}) if {args[0]} else 0)",
}
