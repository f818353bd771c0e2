"""Reads policies and the sets of clauses that they share."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass

from bangfu.core.rulebook.model import Amount, Clause, Expression, Policy, Type
from bangfu.core.rulebook.reading import Fields, Reader, cut, shown
from bangfu.core.rulebook.reading_entitlements import read_entitlement
from bangfu.core.rulebook.reading_values import scalar_value
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar

POLICY_KEYS = (
    "id", "title", "of", "authority", "valid", "conditions", "exclusions", "amount", "not_with", "receives",
    "paid", "tolerance", "evidence", "entitlement", "note", "enabled",
)  # fmt: skip
CLAUSE_KEYS = ("id", "text", "cite", "when")
PERS = ("month", "year", "once")
ROUNDINGS = ("floor_fen", "half_up_fen", "floor_yuan", "half_up_yuan")


@dataclass(frozen=True, slots=True)
class SharedSet:
    """Clauses written once; `one_kind` is a plain list, which serves as conditions or as exclusions."""

    id: str
    conditions: tuple[Clause, ...]
    exclusions: tuple[Clause, ...]
    one_kind: bool


def read_shared(reader: Reader, name: str, node: Node) -> SharedSet:
    """A set of clauses: a list, or `conditions:` and `exclusions:`."""
    if isinstance(node, Mapping):
        fields = reader.fields(node, "a shared set", ("id", "conditions", "exclusions", "note", "enabled"))
        found = {key: _own_clauses(reader, fields.get(key)) for key in ("conditions", "exclusions")}
        return SharedSet(name, found["conditions"], found["exclusions"], False)
    clauses = _own_clauses(reader, node)
    return SharedSet(name, clauses, clauses, True)


def _own_clauses(reader: Reader, node: Node | None) -> tuple[Clause, ...]:
    clauses = (_clause(reader, item) for item in reader.items(node))
    return tuple(clause for clause in clauses if clause is not None)


def _clause(reader: Reader, node: Node) -> Clause | None:
    fields = reader.fields(node, "a clause", CLAUSE_KEYS, ("id", "when"))
    name = fields.text("id")
    name = reader.identifier(name, fields.entries["id"]) if name else ""
    when = fields.expression("when")
    text, cite = fields.label("text"), fields.text("cite")
    if not name or when is None:
        return None
    return Clause(name, text, cite, when, node.place)


class PolicyReader:
    """Reads policies; the shared sets of the whole lineage are known."""

    def __init__(self, reader: Reader, shared: Map[str, SharedSet]) -> None:
        self.reader, self.shared = reader, shared

    def read(self, name: str, node: Node) -> Policy | None:
        """One policy."""
        fields = self.reader.fields(node, "a policy", POLICY_KEYS, ("of", "title"))
        start, end = fields.validity()
        paid, paid_per = self._paid(fields)
        conditions = self._clauses(fields, "conditions")
        exclusions = self._clauses(fields, "exclusions")
        if isinstance(node, Mapping) and _without_clauses(node):
            self.reader.add(node, "a policy without conditions", "conditions, exclusions or both")
        of = fields.text("of")
        if not of:
            return None
        return Policy(
            name, fields.label("title"), of, self._authority(fields), start, end, conditions,
            exclusions, self._amount(fields), fields.texts("not_with"), fields.expression("receives"), paid, paid_per,
            self._tolerance(fields), fields.texts("evidence"), node.place,
            read_entitlement(self.reader, fields.get("entitlement")),
        )  # fmt: skip

    def _authority(self, fields: Fields) -> dict[str, str]:
        node = fields.get("authority")
        if node is None:
            return {}
        if isinstance(node, Mapping):
            return {key: self.reader.text(inner, key) for key, inner in node.entries.items()}
        return {"title": self.reader.text(node, "authority")}

    def _clauses(self, fields: Fields, key: str) -> tuple[Clause, ...]:
        """Clauses in order, with those of `use:` in the place where it stands."""
        found: list[Clause] = []
        for item in self.reader.items(fields.get(key)):
            if isinstance(item, Mapping) and "use" in item.entries:
                used = self.reader.fields(item, "a use of shared clauses", ("use",))
                for name_node in self.reader.items(used.get("use")):
                    found += self._used(name_node, key)
            else:
                clause = _clause(self.reader, item)
                found += [clause] if clause is not None else []
        return tuple(found)

    def _used(self, node: Node, key: str) -> tuple[Clause, ...]:
        name = self.reader.text(node, "use")
        shared = self.shared.get(name)
        if shared is None:
            if name:
                self.reader.unknown(node, f"use: {cut(name)}", name, "a set under shared:", self.shared)
            return ()
        clauses = shared.conditions if key == "conditions" else shared.exclusions
        if not clauses and not shared.one_kind:
            self.reader.add(node, f"use: {cut(name)} as {key}", f"a shared set with {key}")
        return clauses

    def _amount(self, fields: Fields) -> Amount | None:
        node = fields.get("amount")
        if node is None:
            return None
        if isinstance(node, Scalar):
            formula = self.reader.expression(node, "amount")
            return None if formula is None else Amount(formula, "", ROUNDINGS[0])
        inner = self.reader.fields(node, "an amount", ("formula", "per", "round"), ("formula",))
        formula = inner.expression("formula")
        per, rounding = inner.choice("per", PERS), inner.choice("round", ROUNDINGS, ROUNDINGS[0])
        return None if formula is None else Amount(formula, per, rounding)

    def _paid(self, fields: Fields) -> tuple[Expression | None, str]:
        node = fields.get("paid")
        if node is None or isinstance(node, Scalar):
            return fields.expression("paid"), ""
        inner = self.reader.fields(node, "paid", ("formula", "per"), ("formula",))
        return inner.expression("formula"), inner.choice("per", PERS)

    def _tolerance(self, fields: Fields) -> int:
        node = fields.get("tolerance")
        if node is None:
            return 1
        fen = scalar_value(self.reader, node, "tolerance", Type("money"), fen=False, codes={})
        if isinstance(fen, int) and fen < 0:
            self.reader.add(node, f"tolerance: {shown(node)}", "an amount not below 0")
            return 1
        return fen if isinstance(fen, int) else 1


def _without_clauses(node: Mapping) -> bool:
    """Whether neither list is there; a misspelt key may be the missing one and is told by itself."""
    keys = node.entries.keys()
    return not {"conditions", "exclusions"} & keys and keys <= set(POLICY_KEYS)
