"""Reads what a decision under a policy enters in the registry, and checks what it names."""

from __future__ import annotations

from collections.abc import Mapping as Map

from bangfu.core.rulebook.mistakes import Mistake, nearest
from bangfu.core.rulebook.model import MOVES, Entitlement, Policy, Rulebook
from bangfu.core.rulebook.reading import Fields, Reader, shown
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar

KEYS = ("record", "episode", "begins", "ends", "natural", "review", "moves", "note")
RECORD_KEYS = ("table", "values", "amount", "since")
DAY = "$day"
"""Stands in `begins`, `ends` and `natural` for the day from which the decision holds."""


def read_entitlement(reader: Reader, node: Node | None) -> Entitlement | None:
    """The key `entitlement` of a policy; None where it is not there."""
    if node is None:
        return None
    fields = reader.fields(node, "an entitlement", KEYS)
    table, values, amount, since = _record(reader, fields)
    return Entitlement(
        table=table,
        values=values,
        amount=amount,
        since=since,
        episode=fields.text("episode"),
        begins=_stated(reader, fields, "begins"),
        ends=_stated(reader, fields, "ends"),
        natural=_stated(reader, fields, "natural"),
        review=_review(reader, fields),
        moves=fields.choice("moves", MOVES, MOVES[0]),
        place=node.place,
    )


def _record(reader: Reader, fields: Fields) -> tuple[str, dict[str, str], str, str]:
    node = fields.get("record")
    if node is None:
        return "", {}, "", ""
    inner = reader.fields(node, "a record", RECORD_KEYS, ("table", "values"))
    values = {key: str(value) for key, value in _stated(reader, inner, "values").items()}
    return inner.text("table"), values, inner.text("amount"), inner.text("since")


def _stated(reader: Reader, fields: Fields, key: str) -> dict[str, str | bool]:
    node = fields.get(key)
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        reader.add(node, f"{key}: {shown(node)}", "facts with values")
        return {}
    found: dict[str, str | bool] = {}
    for name, item in node.entries.items():
        value = item.value() if isinstance(item, Scalar) else None
        found[name] = value if isinstance(value, bool) else reader.text(item, name)
    return found


def _review(reader: Reader, fields: Fields) -> dict[str, str]:
    """Parameters with months, by class; a single name serves every class."""
    node = fields.get("review")
    if isinstance(node, Scalar):
        return {"": reader.text(node, "review")}
    found = _stated(reader, fields, "review")
    return {"" if name == "other" else name: str(value) for name, value in found.items()}


def check_entitlement(book: Rulebook, policy: Policy, household: str) -> list[Mistake]:
    """Tables, columns, facts and parameters that are named exist. `household` is the table of households."""
    it = policy.entitlement
    if it is None:
        return []
    found: list[Mistake] = []
    if it.table and it.table not in book.tables:
        near = nearest(it.table, book.tables)
        found.append(Mistake(it.place, f"record: table: {it.table}", "a declared table", near))
    elif it.table:
        named: Map[str, object] = {**it.values, **dict.fromkeys(filter(None, (it.amount, it.since)))}
        found += _columns(book, policy, it.table, named)
    for stated in (it.begins, it.ends, it.natural):
        found += _columns(book, policy, household, stated)
    for name in it.review.values():
        parameter = book.parameters.get(name)
        if parameter is None or parameter.type.kind != "integer":
            near = nearest(name, book.parameters)
            found.append(Mistake(it.place, f"review: {name}", "an integer parameter, in months", near))
    return found


def _columns(book: Rulebook, policy: Policy, table: str, named: Map[str, object]) -> list[Mistake]:
    """Each is a column of the table that no fact derives, and a code is one of its list."""
    found = []
    place = policy.place if policy.entitlement is None else policy.entitlement.place
    known = {fact.column: fact for fact in book.facts.values() if fact.table == table and fact.derive is None}
    for name, value in named.items():
        fact = known.get(name)
        if fact is None:
            found.append(Mistake(place, f"{table}.{name}", f"a column of {table}", nearest(name, known)))
        elif fact.type.kind == "code" and isinstance(value, str) and fact.type.code in book.codes:
            codes = [str(one.value) for one in book.codes[fact.type.code].values]
            if value not in codes:
                found.append(Mistake(place, f"{name}: {value}", f"a value of {fact.type.code}", nearest(value, codes)))
    return found
