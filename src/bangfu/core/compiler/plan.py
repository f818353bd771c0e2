"""Operations to steps: which table is computed when, from which other tables.

A step is one table at one rank: its previous step, joined with parents' values (lifts) and aggregates of child
rows, plus the columns that can be computed then. Steps come in an order in which each needs only earlier ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bangfu.core.compiler.ir import E
from bangfu.core.rulebook.units import Units


@dataclass(frozen=True, slots=True)
class StepKey:
    """A table at a rank; rank 0 reads the source."""

    unit: str
    rank: int

    @property
    def name(self) -> str:
        """The step's name in SQL and Python."""
        return f"{self.unit}_{self.rank}"


@dataclass(slots=True)
class Step:
    """`columns` is what is read later; `lifts` and `aggregates` are grouped by where they come from."""

    key: StepKey
    previous: StepKey | None
    columns: list[E] = field(default_factory=list)
    lifts: dict[StepKey, list[E]] = field(default_factory=dict)
    aggregates: dict[StepKey, list[E]] = field(default_factory=dict)
    sources: list[E] = field(default_factory=list)
    readers: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in order; `last` names each unit's last step, `roots` the output columns by unit and name."""

    steps: tuple[Step, ...]
    last: Mapping[str, StepKey]
    roots: Mapping[str, Mapping[str, E]]
    links: Mapping[str, tuple[str, ...]]


def links_of(units: Units, table: str) -> tuple[str, ...]:
    """The tables whose key a row of `table` carries, itself first where it has one."""
    found = [name for name in units.chain(table) if units.tables[name].key]
    if units.person and units.linked(table, units.person) and units.person not in found:
        found.append(units.person)
    return tuple(found)


def make_plan(roots: Mapping[str, Mapping[str, E]], units: Units) -> Plan:
    """The plan that computes the named columns of each unit."""
    return _Planner(roots, units).plan()


class _Planner:
    def __init__(self, roots: Mapping[str, Mapping[str, E]], units: Units) -> None:
        self.roots, self.units = roots, units
        self._order = _topological(node for columns in roots.values() for node in columns.values())
        self._rank = {node: node.rank for node in self._order}

    def plan(self) -> Plan:
        """Ranks, steps, then what each step must hand on."""
        self._gather_joins()
        ranks = self._ranks_by_unit()
        steps = {
            StepKey(unit, rank): Step(StepKey(unit, rank), StepKey(unit, below[-1]) if below else None)
            for unit, found in ranks.items()
            for rank, below in ((rank, [r for r in found if r < rank]) for rank in found)
        }
        last = {unit: StepKey(unit, max(found)) for unit, found in ranks.items()}
        for unit, columns in self.roots.items():
            for node in columns.values():
                self._want(steps[last[unit]], node)
            steps[last[unit]].readers += 1
        for key in sorted(steps, key=lambda k: (-k.rank, k.unit)):
            self._fill(steps, steps[key], ranks)
        order = sorted(steps.values(), key=lambda step: (step.key.rank, step.key.unit))
        links = {unit: links_of(self.units, unit) for unit in ranks}
        return Plan(tuple(order), last, self.roots, links)

    # -- when -------------------------------------------------------------------------------------
    def _gather_joins(self) -> None:
        """Do joins of one unit together: each as late as its users allow, where another join already is."""
        latest = self._latest()
        forced: dict[str, set[int]] = {}
        for node in self._order:
            if node.op in ("lift", "agg") and latest[node] <= node.rank:
                forced.setdefault(node.unit, set()).add(node.rank)
        for node in self._order:
            if node.op in ("lift", "agg"):
                low = self._below(node) + 1
                open_ = [r for r in forced.get(node.unit, ()) if low <= r <= latest[node]]
                # parents are read late, when all of them are ready; children are counted as soon as any must be
                self._rank[node] = (max if node.op == "lift" else min)(open_, default=low)
            elif node.op not in ("col", "const"):
                self._rank[node] = max((self._rank[arg] for arg in node.args), default=0)

    def _below(self, node: E) -> int:
        inner = (node.value,) if node.op == "lift" else node.args
        return max((self._rank[arg] for arg in inner if isinstance(arg, E)), default=0)

    def _latest(self) -> dict[E, int]:
        top: dict[str, int] = {}
        for node in self._order:
            top[node.unit] = max(top.get(node.unit, 0), node.rank)
        latest = {node: top[node.unit] for node in self._order}
        for node in reversed(self._order):
            bound = latest[node] - 1 if node.op in ("lift", "agg") else latest[node]
            inner = (node.value,) if node.op == "lift" else node.args
            for arg in inner:
                if isinstance(arg, E):
                    latest[arg] = min(latest[arg], bound)
        return latest

    def _ranks_by_unit(self) -> dict[str, list[int]]:
        found: dict[str, set[int]] = {unit: {0} for unit in self.roots}
        for node in self._order:
            if node.unit:
                found.setdefault(node.unit, {0}).add(self._rank[node])
            if node.op == "agg":
                assert isinstance(node.value, tuple)
                found.setdefault(node.value[1], {0})
        return {unit: sorted(ranks) for unit, ranks in found.items()}

    # -- what -------------------------------------------------------------------------------------
    def _want(self, step: Step, node: E) -> None:
        if node.op != "const" and node not in step.columns:
            step.columns.append(node)

    def _fill(self, steps: Mapping[StepKey, Step], step: Step, ranks: Mapping[str, list[int]]) -> None:
        """Ask earlier steps for what this one needs."""
        seen: set[E] = set()
        stack = list(reversed(step.columns))
        while stack:
            node = stack.pop()
            if node in seen or node.op == "const":
                continue
            seen.add(node)
            if self._rank[node] < step.key.rank and not _cheap(node):
                assert step.previous is not None
                self._want(steps[step.previous], node)
            elif node.op == "col":
                step.sources.append(node)
            elif node.op == "lift":
                assert isinstance(node.value, E)
                self._ask(steps, step.lifts, self._before(ranks, node.value.unit, step.key.rank), node, (node.value,))
            elif node.op == "agg":
                assert isinstance(node.value, tuple)
                self._ask(steps, step.aggregates, self._before(ranks, node.value[1], step.key.rank), node, node.args)
            else:
                stack.extend(reversed(node.args))
        for asked in (step.previous, *step.lifts, *step.aggregates):
            if asked is not None:
                steps[asked].readers += 1

    def _ask(
        self,
        steps: Mapping[StepKey, Step],
        joins: dict[StepKey, list[E]],
        key: StepKey,
        node: E,
        wanted: tuple[E, ...],
    ) -> None:
        joins.setdefault(key, []).append(node)
        for item in wanted:
            self._want(steps[key], item)

    def _before(self, ranks: Mapping[str, list[int]], unit: str, rank: int) -> StepKey:
        return StepKey(unit, max(r for r in ranks[unit] if r < rank))


def _cheap(node: E) -> bool:
    """Whether it is easier to make again than to carry: a flag of a condition."""
    if node.op == "not":
        return True
    return node.op == "if" and node.args[1].op == node.args[2].op == "const"


def _topological(roots: Iterable[E]) -> list[E]:
    """Every node below the roots, arguments first; iterative, since chains may be long."""
    order: list[E] = []
    done: set[E] = set()
    stack: list[tuple[E, bool]] = [(root, False) for root in roots]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        if ready:
            done.add(node)
            order.append(node)
            continue
        stack.append((node, True))
        inner = (node.value,) if node.op == "lift" else node.args
        stack.extend((arg, False) for arg in inner if isinstance(arg, E) and arg not in done)
    return order
