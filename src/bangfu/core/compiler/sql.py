"""A plan as named SQL steps. Text from a rulebook is bound; numbers and dates are printed from typed values;
names are made here or are validated identifiers in double quotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bangfu.core.compiler.ir import E
from bangfu.core.compiler.plan import Plan, Step, StepKey

TYPES = {
    "int": "BIGINT",
    "bool": "BOOLEAN",
    "text": "VARCHAR",
    "date": "DATE",
    "mask": "UBIGINT",
    "tiny": "UTINYINT",
    "mask8": "UTINYINT",
    "mask16": "USMALLINT",
}
_INFIX = {"add": "+", "sub": "-", "mul": "*", "lt": "<", "le": "<=", "eq": "=", "bor": "|"}
_INLINE_OPS = ("col", "const")
LONG = 60
"""Operations that a part of a mask may have and still be written out more than once."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One step: `SELECT` text, the values to bind in order, and whether it is kept as a table."""

    name: str
    select: str
    values: Mapping[str, str]
    kept: bool


class SqlPrinter:
    """Prints a plan; `source(unit)` gives the FROM text of a unit's rows with columns named as in the plan."""

    def __init__(self, plan: Plan, source: Callable[[str, tuple[str, ...]], str]) -> None:
        self.plan, self._source = plan, source
        self._texts: dict[StepKey, str] = {}
        self._bound: dict[str, str] = {}

    def statements(self) -> list[Statement]:
        """The steps in order; a step with one reader is a subquery of it and not listed."""
        found = []
        for step in self.plan.steps:
            text = _StepPrinter(self, step).select()
            # rows as they are read are cheaper to read twice than to keep
            often = 2 if step.key.rank == 0 else 1
            kept = step.readers > often or self.plan.last[step.key.unit] == step.key
            if kept:
                found.append(Statement(step.key.name, text, self.values_of(text), True))
                self._texts[step.key] = quoted(step.key.name)
            else:
                self._texts[step.key] = f"(\n{text}\n)"
        return found

    def bind(self, value: str) -> str:
        """The placeholder of a text value."""
        return "$" + self._bound.setdefault(value, f"v{len(self._bound)}")

    def values_of(self, text: str) -> dict[str, str]:
        """The values that a statement binds, by placeholder."""
        used = set(re.findall(r"\$(v\d+)", text))
        return {key: value for value, key in self._bound.items() if key in used}

    def reference(self, key: StepKey) -> str:
        """How a later step reads an earlier one."""
        return self._texts[key]

    def source(self, unit: str, columns: tuple[str, ...]) -> str:
        """The FROM text of a unit's source rows."""
        return self._source(unit, columns)


class _StepPrinter:
    def __init__(self, printer: SqlPrinter, step: Step) -> None:
        self.printer, self.step = printer, step
        self.links = [f"k_{table}" for table in printer.plan.links[step.key.unit]]
        self.names: dict[E, str] = {}

    def select(self) -> str:
        """The SELECT of the step: joins at the bottom, layers of named parts above, the columns on top."""
        text = self._bottom()
        for layer in self._layers():
            parts = [f"{self._print(node)} AS {name(node)}" for node in layer]
            text = f"SELECT *, {', '.join(parts)}\nFROM ({text})"
            self.names.update((node, name(node)) for node in layer)
        columns = [quoted(link) for link in self.links]
        columns += [f"{self._print(node)} AS {name(node)}" for node in self.step.columns]
        return f"SELECT {', '.join(columns)}\nFROM ({text})"

    # -- joins ------------------------------------------------------------------------------------
    def _bottom(self) -> str:
        step = self.step
        columns = [f"t.{quoted(link)}" for link in self.links]
        if step.previous is None:
            wanted = tuple(dict.fromkeys(str(_label(node)) for node in step.sources))
            base = self.printer.source(step.key.unit, wanted)
            columns += [f"t.{quoted(column)}" for column in wanted]
            for node in step.sources:
                self.names[node] = quoted(str(_label(node)))
        else:
            base = self.printer.reference(step.previous)
            carried = self._carried()
            columns += [f"t.{name(node)}" for node in carried]
            self.names.update({node: name(node) for node in carried})
        joins, selected = [], []
        for number, (key, nodes) in enumerate(step.lifts.items()):
            joins.append(self._lift(f"p{number}", key))
            for node in nodes:
                assert isinstance(node.value, E)
                selected.append(f"p{number}.{name(node.value)} AS {name(node)}")
                self.names[node] = name(node)
        for number, (key, nodes) in enumerate(step.aggregates.items()):
            joins.append(self._aggregate(f"a{number}", key, nodes))
            for node in nodes:
                selected.append(f"{self._after_join(f'a{number}', node)} AS {name(node)}")
                self.names[node] = name(node)
        if not columns and not selected:
            columns = ["1"]
        return f"SELECT {', '.join(columns + selected)}\nFROM {base} t" + "".join("\n" + join for join in joins)

    def _carried(self) -> list[E]:
        """Columns of the previous step that this one uses or hands on."""
        assert self.step.previous is not None
        previous = next(s for s in self.printer.plan.steps if s.key == self.step.previous)
        return previous.columns

    def _lift(self, alias: str, key: StepKey) -> str:
        text = self.printer.reference(key)
        return f"LEFT JOIN {text} {alias} ON t.k_{key.unit} = {alias}.k_{key.unit}"

    def _aggregate(self, alias: str, key: StepKey, nodes: list[E]) -> str:
        text = self.printer.reference(key)
        link = f"k_{self.step.key.unit}"
        parts = [f"{_aggregate_text(node)} AS {name(node)}" for node in nodes]
        inner = f"SELECT {link}, {', '.join(parts)} FROM {text} c GROUP BY {link}"
        return f"LEFT JOIN ({inner}) {alias} ON t.{link} = {alias}.{link}"

    def _after_join(self, alias: str, node: E) -> str:
        """The aggregate, with its value over no rows where the join found none."""
        column = f"{alias}.{name(node)}"
        assert isinstance(node.value, tuple)
        function = node.value[0]
        empty = {"any": "false", "min": "NULL", "max": "NULL"}.get(function, "0")
        if function in ("min", "max") or "positive" in node.value:
            return column
        if not node.nullable:
            return f"coalesce({column}, {empty})"
        return f"CASE WHEN {alias}.k_{self.step.key.unit} IS NULL THEN {empty} ELSE {column} END"

    # -- layers -----------------------------------------------------------------------------------
    def _layers(self) -> list[list[E]]:
        """Parts used more than once get a name; each layer uses only names of lower ones.

        Masks are rarely asked for: what only their branches use is written out there, so that it is computed
        for the few rows that need it, unless it is long.
        """
        busy = self._reached(follow_masks=False)
        eager: Counter[E] = Counter(self.step.columns)
        lazy: Counter[E] = Counter()
        order = self._reached(follow_masks=True)
        for node in order:
            weight = 2 if node.nullable and node.op in ("least", "greatest", "fdiv") else 1
            for position, arg in enumerate(node.args):
                rare = node not in busy or _rarely(node, position)
                (lazy if rare else eager)[arg] += weight
        level: dict[E, int] = {}
        size: dict[E, int] = {}
        layers: dict[int, list[E]] = {}
        for node in order:
            below = max((level.get(arg, 0) for arg in node.args), default=0)
            size[node] = 1 + sum(size.get(arg, 1) for arg in node.args)
            uses, rare_uses = eager[node], lazy[node]
            if uses > 1 or (uses and rare_uses) or (rare_uses > 1 and size[node] > LONG):
                layers.setdefault(below + 1, []).append(node)
                below, size[node] = below + 1, 1
            level[node] = below
        return [layers[key] for key in sorted(layers)]

    def _reached(self, *, follow_masks: bool) -> dict[E, None]:
        """What the step computes, arguments first; without the branches of masks unless they are followed."""
        order: dict[E, None] = {}
        seen: set[E] = set()
        stack: list[tuple[E, bool]] = [(root, False) for root in self.step.columns]
        while stack:
            node, ready = stack.pop()
            if ready:
                order[node] = None
                continue
            if node in seen or node in self.names or node.op in _INLINE_OPS:
                continue
            seen.add(node)
            stack.append((node, True))
            for position, arg in enumerate(node.args):
                if follow_masks or not _rarely(node, position):
                    stack.append((arg, False))
        return order

    # -- expressions ------------------------------------------------------------------------------
    def _print(self, node: E) -> str:
        if node in self.names:
            return self.names[node]
        if node.op == "const":
            return self._const(node)
        if node.op in _INFIX and len(node.args) == 2:
            left, right = (self._print(arg) for arg in node.args)
            return f"({left} {_INFIX[node.op]} {right})"
        return _PRINT[node.op](node, [self._print(arg) for arg in node.args], self)

    def _const(self, node: E) -> str:
        if node.value is None:
            return f"CAST(NULL AS {TYPES[node.kind]})"
        return self.literal(node.value, node.kind)

    def literal(self, value: object, kind: str) -> str:
        """A typed literal; text is bound."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return f"{value}::{TYPES[kind]}"
        if isinstance(value, date):
            return f"DATE '{value.isoformat()}'"
        assert isinstance(value, str)
        return f"{self.printer.bind(value)}::VARCHAR"


def _rarely(node: E, position: int) -> bool:
    """Whether an argument is the branch of a mask, evaluated for the few rows whose condition holds."""
    return node.op == "if" and node.kind == "mask" and position > 0


def _fdiv(node: E, args: list[str], printer: _StepPrinter) -> str:
    """DuckDB's own // truncates; floor also for negative numbers."""
    a, b = args
    if node.args[0].nonneg and node.args[1].positive:
        return f"({a} // {b})"
    minus = f"CASE WHEN ({a} % {b} <> 0) AND (({a} < 0) <> ({b} < 0)) THEN 1 ELSE 0 END"
    floor = f"({a} // {b} - {minus})"
    return floor if node.args[1].positive else f"CASE WHEN {b} <> 0 THEN {floor} END"


def _extreme(node: E, args: list[str], printer: _StepPrinter) -> str:
    if not node.nullable:
        return f"{node.op}({', '.join(args)})"
    tests = " AND ".join(f"{text} IS NOT NULL" for arg, text in zip(node.args, args, strict=True) if arg.nullable)
    return f"CASE WHEN {tests} THEN {node.op}({', '.join(args)}) END"


def _isin(node: E, args: list[str], printer: _StepPrinter) -> str:
    assert isinstance(node.value, tuple)
    items = [printer.literal(item, node.args[0].kind) for item in node.value]
    return f"({args[0]} IN ({', '.join(items)}))"


def _years(node: E, args: list[str], printer: _StepPrinter) -> str:
    a, b = (f"(year({x}) * 10000 + month({x}) * 100 + day({x}))" for x in args)
    return f"CAST(floor(({b} - {a}) / 10000.0) AS BIGINT)"


def _months(node: E, args: list[str], printer: _StepPrinter) -> str:
    a, b = (f"((year({x}) * 12 + month({x})) * 100 + day({x}))" for x in args)
    return f"CAST(floor(({b} - {a}) / 100.0) AS BIGINT)"


def _remap(node: E, args: list[str], printer: _StepPrinter) -> str:
    assert isinstance(node.value, tuple)
    moved = []
    for source, target, width in node.value:
        keep = (1 << width) - 1
        moved.append(f"((({args[0]} >> {source}) & {keep}::UBIGINT) << {target})")
    return f"CASE WHEN {args[0]} = 0 THEN 0::UBIGINT ELSE {' | '.join(moved)} END"


def _if(node: E, args: list[str], printer: _StepPrinter) -> str:
    return f"CASE WHEN {args[0]} THEN {args[1]} ELSE {args[2]} END"


_PRINT: Mapping[str, Callable[[E, list[str], _StepPrinter], str]] = {
    "fdiv": _fdiv,
    "least": _extreme,
    "greatest": _extreme,
    "isin": _isin,
    "years": _years,
    "months": _months,
    "days": lambda node, args, printer: f"CAST({args[1]} - {args[0]} AS BIGINT)",
    "and": lambda node, args, printer: "(" + " AND ".join(args) + ")",
    "or": lambda node, args, printer: "(" + " OR ".join(args) + ")",
    "not": lambda node, args, printer: f"(NOT {args[0]})",
    "isnull": lambda node, args, printer: f"({args[0]} IS NULL)",
    "if": _if,
    "coalesce": lambda node, args, printer: f"coalesce({args[0]}, {args[1]})",
    "remap": _remap,
}


def _aggregate_text(node: E) -> str:
    """One aggregate over the rows of a group."""
    assert isinstance(node.value, tuple)
    function = node.value[0]
    if function == "rows":
        return "count(*)"
    arg = node.args[0]
    x = name(arg) if arg.op != "const" else _constant(arg)
    return {
        "count_if": f"count(*) FILTER ({x})",
        "sum": f"CAST(sum({x}) AS BIGINT)",
        "sum_strict": f"CASE WHEN count({x}) = count(*) THEN CAST(sum({x}) AS BIGINT) END",
        "any": f"CASE WHEN bool_or({x}) THEN true WHEN count({x}) < count(*) THEN NULL ELSE false END"
        if arg.nullable
        else f"bool_or({x})",
        "or_mask": f"bit_or({x})",
        "min": f"min({x})",
        "max": f"max({x})",
    }[function]


def _constant(node: E) -> str:
    if node.value is None:
        return f"CAST(NULL AS {TYPES[node.kind]})"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    assert isinstance(node.value, int)
    return f"{node.value}::{TYPES[node.kind]}"


def _label(node: E) -> str:
    assert isinstance(node.value, tuple)
    return str(node.value[0])


def name(node: E) -> str:
    """The column name of a node."""
    return f"n{node.id}"


def quoted(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'
