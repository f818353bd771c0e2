"""Reads the YAML that says which deprivations make somebody poor: dimensions, indicators, cutoffs, weights and k."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from bangfu.core.measures.distribution import MeasureError
from bangfu.core.measures.mpi_weights import Weighed, WeightMistake, weigh
from bangfu.core.rulebook.mistakes import Mistake, nearest
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar, Sequence, read_yaml
from bangfu.core.values.text import half_width

_SPEC = ("k", "dimensions", "indicators", "weights", "cutoffs", "title")
_DIMENSION = ("weight", "indicators", "title")
_INDICATOR = ("column", "cutoff", "deprived", "weight", "gap", "worst", "title", "dimension")
_ALIASES = {
    "poverty_cutoff": "k", "cutoff_k": "k", "threshold": "cutoff", "z": "cutoff", "direction": "deprived",
    "deprived_if": "deprived", "deprived_when": "deprived", "operator": "deprived", "op": "deprived",
    "comparison": "deprived", "values": "deprived", "deprived_value": "deprived", "deprived_values": "deprived",
    "variable": "column", "field": "column", "col": "column", "label": "title", "name": "id",
}  # fmt: skip
_COMPARISONS = {
    "below": "<", "less": "<", "less_than": "<", "lt": "<", "under": "<", "低于": "<", "小于": "<",
    "at_or_below": "<=", "le": "<=", "at_most": "<=", "not_above": "<=", "不高于": "<=", "不超过": "<=",
    "above": ">", "greater": ">", "greater_than": ">", "gt": ">", "over": ">", "高于": ">", "大于": ">",
    "at_or_above": ">=", "ge": ">=", "at_least": ">=", "not_below": ">=", "不低于": ">=",
    "equal": "==", "equals": "==", "eq": "==", "is": "==", "=": "==", "等于": "==",
    "not_equal": "!=", "ne": "!=", "is_not": "!=", "不等于": "!=", "in": "in", "one_of": "in", "属于": "in",
    "not_in": "not_in", "不属于": "not_in",
}  # fmt: skip
_ORDER = ("<", "<=", ">", ">=")
_YES, _NO = ("yes", "true", "1", "y", "是", "有"), ("no", "false", "0", "n", "否", "无")
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?(%?)")
_INLINE = re.compile(r"(<=|>=|==|!=|<|>|=|[a-z_]+|[一-鿿]+)\s*([+-]?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Rule:
    """When a cell says that a person is deprived.

    `test` is one of < <= > >= == != in not_in yes no; `cutoff` a number for the first four, else a tuple of texts.
    `cardinal`: the distance to the cutoff is measured, as a share of the cutoff, or of `worst` less the cutoff; else
    being deprived counts as 1.
    """

    name: str
    dimension: str
    column: str
    test: str
    cutoff: Any
    weight: Fraction
    cardinal: bool
    worst: float | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """Rules whose weights add up to 1, and the share `k` of weighted deprivations from which on somebody is poor."""

    rules: tuple[Rule, ...]
    k: Fraction
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Draft:
    name: str
    node: Node
    column: str
    test: str
    cutoff: Any
    cardinal: bool
    worst: float | None
    weight: Fraction | None


@dataclass(slots=True)
class _Group:
    name: str
    node: Node
    weight: Fraction | None = None
    drafts: list[_Draft] = field(default_factory=list)


def read_spec(path: Path) -> Spec:
    """Read and check the file. Raises MeasureError with every mistake: line, what was found, what to write."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MeasureError(f"{path.name}: 无法读取 / cannot be read: {error.strerror}") from None
    mistakes: list[Mistake] = []
    root = read_yaml(path.name, data, mistakes)
    if mistakes or root is None:
        lines = [str(mistake) for mistake in mistakes] or [f"{path.name}: 空文件 / the file is empty"]
        raise MeasureError("\n".join(lines))
    return _Reader(path.name).read(root)


class _Reader:
    """Turns nodes into rules and collects what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mistakes: list[str] = []
        self.cutoffs: Map[str, Node] = {}

    def read(self, root: Node) -> Spec:
        entries = self.keys(root, _SPEC, "说明 / the spec")
        self.cutoffs = dict(self.named(entries["cutoffs"], "cutoffs")) if "cutoffs" in entries else {}
        groups = self.groups(entries, root)
        self.apart(entries, groups)
        k_node = entries.get("k")
        k = self.number(k_node, "k") if k_node is not None else None
        if k_node is None:
            self.wrong(root, "缺少 k：写 k: 1/3，即加权剥夺达到三分之一为贫困", "no k; write k: 1/3")
        names = [draft.name for group in groups for draft in group.drafts]
        for group in groups:
            for draft in group.drafts:
                if names.count(draft.name) > 1:
                    self.wrong(draft.node, f"指标“{draft.name}”写了两次", f"the indicator {draft.name} stands twice")
        self.stop()
        assert k is not None
        weighed = self.weighed(groups, k, root)
        self.stop()
        assert weighed is not None
        rules = tuple(
            Rule(d.name, g.name, d.column, d.test, d.cutoff, weighed.weights[d.name], d.cardinal, d.worst)
            for g in groups
            for d in g.drafts
        )
        return Spec(rules, weighed.k, weighed.notes)

    def groups(self, entries: Map[str, Node], root: Node) -> list[_Group]:
        """The dimensions; indicators that name none are each a dimension of their own."""
        found: dict[str, _Group] = {}
        for name, node in self.named(entries["dimensions"], "dimensions") if "dimensions" in entries else ():
            about = f"维度 / dimension {name}"
            inner = {"indicators": node} if isinstance(node, Sequence) else self.keys(node, _DIMENSION, about)
            group = found.setdefault(name, _Group(name, node, self.weight(inner, about)))
            if "indicators" in inner:
                group.drafts += [self.draft(n, d)[0] for n, d in self.named(inner["indicators"], "indicators")]
        for name, node in self.named(entries["indicators"], "indicators") if "indicators" in entries else ():
            draft, dimension = self.draft(name, node)
            if "dimensions" in entries and dimension not in found:
                near = nearest(dimension, found)
                hint = f"；是否 / did you mean {near}" if near else ""
                self.wrong(
                    node,
                    f"指标“{name}”的 dimension“{dimension}”不在 dimensions 中{hint}",
                    "an indicator of no dimension",
                )
                continue
            found.setdefault(dimension or name, _Group(dimension or name, node)).drafts.append(draft)
        if not found:
            self.wrong(
                root,
                "须写 dimensions（各维度及其 indicators），或只写 indicators",
                "write dimensions, or indicators alone",
            )
        for group in found.values():
            if not group.drafts:
                self.wrong(
                    group.node, f"维度“{group.name}”没有 indicators", f"the dimension {group.name} has no indicators"
                )
        return list(found.values())

    def apart(self, entries: Map[str, Node], groups: list[_Group]) -> None:
        """Weights and cutoffs that stand apart from their indicators, under the names of these or of dimensions."""
        drafts: dict[str, _Draft | _Group] = {draft.name: draft for group in groups for draft in group.drafts}
        for name, node in self.cutoffs.items():
            if name not in drafts:
                self.wrong(node, f"cutoffs 中的“{name}”不是指标", f"cutoffs: {name} is no indicator")
        known = {**{group.name: group for group in groups}, **drafts}
        for name, node in self.named(entries["weights"], "weights") if "weights" in entries else ():
            weight = self.number(node, f"weights {name}")
            if name not in known:
                near = nearest(name, known)
                hint = f"；是否 / did you mean {near}" if near else ""
                self.wrong(node, f"weights 中的“{name}”不是指标也不是维度{hint}", f"weights: {name} is nothing known")
            elif known[name].weight is not None:
                self.wrong(node, f"“{name}”的权重写了两次", f"the weight of {name} stands twice")
            else:
                known[name].weight = weight

    def draft(self, name: str, node: Node) -> tuple[_Draft, str]:
        """One indicator and the dimension that it names itself."""
        about = f"指标 / indicator {name}"
        if isinstance(node, Scalar):
            entries: dict[str, Node] = {"column": node} if self.text(node) else {}
        else:
            entries = self.keys(node, _INDICATOR, about)
        apart = self.cutoffs.get(name)
        if apart is not None:
            entries |= self.keys(apart, _INDICATOR, about) if isinstance(apart, Mapping) else {"cutoff": apart}
        column = self.text(entries.get("column")) or name
        test, cutoff = self.test(entries, node, name)
        worst = self.number(entries["worst"], "worst") if "worst" in entries else None
        gap = self.text(entries.get("gap"))
        if gap not in {"", "cardinal", "ordinal"}:
            self.wrong(entries["gap"], f"{about}: gap 应为 cardinal 或 ordinal", "gap is cardinal or ordinal")
        measured = test in {"<", "<="} and isinstance(cutoff, float) and cutoff > 0
        measured = measured or (test in {">", ">="} and worst is not None and float(worst) > cutoff)
        if gap == "cardinal" and not measured:
            self.wrong(
                entries["gap"],
                f"{about}: 量不出差距；below 需大于0的 cutoff，above 还需大于 cutoff 的 worst",
                "no gap to measure; below needs a cutoff above 0, above needs a worst beyond the cutoff",
            )
        cardinal = measured and gap != "ordinal"
        dimension = self.text(entries.get("dimension"))
        far = None if worst is None else float(worst)
        return _Draft(name, node, column, test, cutoff, cardinal, far, self.weight(entries, about)), dimension

    def test(self, entries: Map[str, Node], node: Node, name: str) -> tuple[str, Any]:
        """The comparison and the cutoff of an indicator."""
        about = f"指标 / indicator {name}"
        said, at = entries.get("deprived"), entries.get("cutoff")
        if isinstance(said, Sequence):
            return "in", self.texts(said)
        words = self.text(said).casefold().replace("-", "_").replace(" ", "_") if said is not None else ""
        if at is None:
            if not words or words in _YES:
                return "yes", None
            if words in _NO:
                return "no", None
            inline = _INLINE.fullmatch(half_width(self.text(said)).strip().casefold())
            sign = inline and _COMPARISONS.get(inline[1], inline[1])
            if inline and sign in {*_ORDER, "==", "!="}:
                return str(sign), float(inline[2]) if sign in _ORDER else (inline[2],)
            self.wrong(
                said or node,
                f"{about}: 看不懂 deprived；写 cutoff 和 deprived: below（或 above），或 deprived: yes / no / [值, 值]",
                "cannot tell who is deprived; write a cutoff and deprived: below (or above), "
                "or deprived: yes, no or a list of values",
            )
            return "yes", None
        plain = isinstance(at, Scalar) and _NUMBER.fullmatch(half_width(self.text(at)).replace(" ", ""))
        sign = _COMPARISONS.get(words, words) if words else ("<" if plain else "in")
        if sign not in _COMPARISONS.values():
            near = nearest(words, _COMPARISONS)
            hint = f"；是否 / did you mean {near}" if near else ""
            self.wrong(
                said or node,
                f"{about}: deprived 不能是“{words}”{hint}",
                "deprived is below, at_or_below, above, at_or_above, equal, not_equal, in or not_in",
            )
            return "<", 0.0
        if sign in _ORDER:
            number = self.number(at, f"{about} cutoff")
            return sign, float(number) if number is not None else 0.0
        return {"==": "in", "!=": "not_in"}.get(sign, sign), self.texts(at)

    def weighed(self, groups: list[_Group], k: Fraction, root: Node) -> Weighed | None:
        inside = {g.name: (g.weight, {d.name: d.weight for d in g.drafts}) for g in groups}
        try:
            return weigh(inside, k)
        except WeightMistake as error:
            node = next((g.node for g in groups if g.name == error.dimension), root)
            self.wrong(node, error.zh, error.en)
            return None

    def weight(self, entries: Map[str, Node], about: str) -> Fraction | None:
        found = self.number(entries["weight"], f"{about} weight") if "weight" in entries else None
        if found is not None and found <= 0:
            self.wrong(entries["weight"], f"{about}: 权重应大于0", "a weight is above 0")
            return None
        return found

    def named(self, node: Node, about: str) -> list[tuple[str, Node]]:
        """Entries with their names: keys with values, or a list whose items name themselves with `id` or `name`."""
        if isinstance(node, Mapping) and node.entries:
            return list(node.entries.items())
        if isinstance(node, Sequence) and node.items:
            listed: list[tuple[str, Node]] = []
            for item in node.items:
                entries = item.entries if isinstance(item, Mapping) else {}
                name = self.text(item) or self.text(entries.get("id") or entries.get("name") or entries.get("column"))
                if not name and len(entries) == 1:  # `- water: {cutoff: 3}`
                    listed += entries.items()
                    continue
                if not name:
                    self.wrong(item, f"{about} 中的一项没有 id", f"an item of {about} has no id")
                    continue
                listed.append((name, item))
            return listed
        self.wrong(node, f"{about} 是空的，或不是“名称: 内容”", f"{about} is empty or no list of names with contents")
        return []

    def keys(self, node: Node, allowed: tuple[str, ...], about: str) -> dict[str, Node]:
        if not isinstance(node, Mapping):
            self.wrong(node, f"{about}: 应为“键: 值”", "keys with values are expected here")
            return {}
        found: dict[str, Node] = {}
        for key, value in node.entries.items():
            plain = _ALIASES.get(key, key)
            plain = "k" if plain == "cutoff" and "k" in allowed else plain
            if plain == "id":
                continue
            if plain not in allowed:
                near = nearest(key, allowed)
                hint_zh, hint_en = (f"；是否 {near}？", f"; did you mean {near}?") if near else ("", "")
                listed = ", ".join(allowed)
                self.wrong(
                    node.keys[key],
                    f"{about}: 不认识“{key}”{hint_zh}可用：{listed}",
                    f"unknown key{hint_en} known: {listed}",
                )
            else:
                found[plain] = value
        return found

    def number(self, node: Node, about: str) -> Fraction | None:
        """`1/3`, `0.25`, `25%` as an exact number."""
        text = half_width(self.text(node)).replace(" ", "")
        match = _NUMBER.fullmatch(text)
        if match is None or (match[2] and Fraction(match[2]) == 0):
            self.wrong(node, f"{about}: “{text}”不是数；写 1/3、0.25 或 25%", "a number is expected: 1/3, 0.25 or 25%")
            return None
        return Fraction(match[1]) / Fraction(match[2] or 1) / (100 if match[3] else 1)

    def text(self, node: Node | None) -> str:
        return node.text.strip() if isinstance(node, Scalar) and not node.empty else ""

    def texts(self, node: Node) -> tuple[str, ...]:
        items = node.items if isinstance(node, Sequence) else [node]
        return tuple(self.text(item) for item in items)

    def wrong(self, node: Node, zh: str, en: str) -> None:
        self.mistakes.append(f"{node.place}: {zh} / {en}")

    def stop(self) -> None:
        if self.mistakes:
            raise MeasureError("\n".join(self.mistakes))
