"""Reads the parts of a procedure: limits, conditions over a case, things left behind, pauses, closings, appeals."""

from __future__ import annotations

import re
from fractions import Fraction

from bangfu.core.rulebook.model import Label
from bangfu.core.rulebook.procedure_model import (
    LIMIT_UNITS,
    ROLES,
    THING_KINDS,
    VERDICTS,
    Appeal,
    Closing,
    Condition,
    End,
    Limit,
    Needed,
    Objections,
    Pause,
    ThingKind,
    When,
)
from bangfu.core.rulebook.reading import Fields, Reader, cut, shown
from bangfu.core.rulebook.yaml_source import Mapping, Node

THING_KEYS = (
    "kind",
    "title",
    "at_least",
    "quorum",
    "present_at_least",
    "stands",
    "amount",
    "fresh_for",
    "form",
    "cite",
    "note",
)
PAUSE_KEYS = ("text", "by", "during", "allows", "leaves", "needs", "ended_by", "limit", "lapses", "note")
CLOSING_KEYS = ("text", "by", "leaves", "end", "ceases", "note")
WHEN_KEYS = ("outcome", "in", "condition", "is", "all", "any", "not")
AMOUNTS = ("shown", "hidden")
_SHARE = re.compile(r"([1-9][0-9]?)/([1-9][0-9]?)\Z")
_MOST = 3660


def read_limit(reader: Reader, node: Node | None, key: str = "limit") -> Limit | None:
    """`{working_days: 10, from: …, until: …}`."""
    if node is None:
        return None
    fields = reader.fields(node, key, (*LIMIT_UNITS, "from", "until"))
    units = [unit for unit in LIMIT_UNITS if unit in fields.entries]
    if len(units) != 1:
        reader.add(node, f"{key} with {' and '.join(units) or 'no length'}", "one of " + ", ".join(LIMIT_UNITS))
        return None
    count = fields.integer(units[0], None, 0, _MOST)
    return None if count is None else Limit(count, units[0], fields.text("from"), fields.text("until"))


def read_roles(fields: Fields, key: str = "by") -> tuple[str, ...]:
    """Roles that accounts can hold, and `public`."""
    found = []
    for node in fields.reader.items(fields.get(key)):
        role = fields.reader.text(node, key)
        if role and role not in ROLES:
            fields.reader.unknown(node, f"{key}: {cut(role)}", role, "one of " + ", ".join(ROLES), ROLES)
        elif role:
            found.append(role)
    return tuple(found)


def read_when(reader: Reader, node: Node | None, key: str = "when") -> When | None:
    """`{outcome: step, in: […]}`, `{condition: id, is: […]}`, `{all: […]}`, `{any: […]}` or `{not: …}`."""
    if node is None:
        return None
    fields = reader.fields(node, key, WHEN_KEYS)
    kinds = [kind for kind in ("outcome", "condition", "all", "any", "not") if kind in fields.entries]
    if len(kinds) != 1:
        expected = "one of outcome, condition, all, any, not"
        reader.add(node, f"{key} with {' and '.join(kinds) or 'none of its keys'}", expected)
        return None
    kind = kinds[0]
    if kind in ("outcome", "condition"):
        words = fields.texts("in" if kind == "outcome" else "is")
        if kind == "condition":
            words = words or ("yes",)
            for word in words:
                if word not in VERDICTS:
                    reader.add(fields.entries["is"], f"is: {cut(word)}", "yes, no or unknown")
        elif not words:
            reader.add(node, f"{key}: outcome without 'in'", "in: with outcomes of that step")
        return When(kind, fields.text(kind), words)
    parts = [read_when(reader, item, kind) for item in reader.items(fields.get(kind))]
    if not parts:
        reader.add(node, f"{key}: {kind} of nothing", "one condition at least")
    return When(kind, parts=tuple(part for part in parts if part is not None))


def read_leaves(fields: Fields, key: str = "leaves") -> tuple[Needed, ...]:
    """Things by id, or `{thing: id, when: …}`."""
    reader, found = fields.reader, []
    for node in reader.items(fields.get(key)):
        if isinstance(node, Mapping):
            inner = reader.fields(node, key, ("thing", "when"), ("thing", "when"))
            found.append(Needed(inner.text("thing"), read_when(reader, inner.get("when")), node.place))
        else:
            found.append(Needed(reader.text(node, key), None, node.place))
    return tuple(needed for needed in found if needed.thing)


def read_thing(reader: Reader, name: str, node: Node) -> ThingKind:
    """One thing that a step leaves behind, with what is asked of its kind."""
    fields = reader.fields(node, "a thing", THING_KEYS, ("kind", "title"))
    kind = fields.choice("kind", THING_KINDS)
    quorum = _quorum(fields)
    stands, fresh_for = (read_limit(reader, fields.get(key), key) for key in ("stands", "fresh_for"))
    if kind == "notice" and "stands" not in fields.entries:
        reader.add(node, f"the notice {name} without 'stands'", "stands: how long it hangs, such as {days: 7}")
    if kind == "votes" and "quorum" not in fields.entries:
        reader.add(node, f"the votes {name} without 'quorum'", "quorum: the share that must be present, such as 2/3")
    if kind == "means_check" and "fresh_for" not in fields.entries:
        reader.add(node, f"the means check {name} without 'fresh_for'", "fresh_for: such as {days: 90}")
    _only_for(fields, kind)
    return ThingKind(
        name, kind, fields.label("title"), fields.integer("at_least", 1, 1, 99) or 1, quorum,
        fields.integer("present_at_least", 0, 0, 999) or 0, stands, fresh_for, fields.text("cite"), node.place,
        form=fields.texts("form"), amount=fields.choice("amount", AMOUNTS, "hidden"),
    )  # fmt: skip


def _only_for(fields: Fields, kind: str) -> None:
    """A key of another kind would be read by nobody."""
    kinds = {
        "at_least": ("photos", "evidence", "form"),
        "quorum": ("votes",),
        "present_at_least": ("votes",),
        "stands": ("notice",),
        "amount": ("notice",),
        "fresh_for": ("means_check", "authorisation", "evidence"),
        "form": ("form", "photos"),
    }
    for key, allowed in kinds.items():
        if kind and key in fields.entries and kind not in allowed:
            fields.reader.add(fields.node.keys[key], f"{key} for {kind}", f"{key} only for " + ", ".join(allowed))


def _quorum(fields: Fields) -> Fraction | None:
    node = fields.get("quorum")
    if node is None:
        return None
    text = fields.reader.text(node, "quorum")
    found = _SHARE.match(text)
    share = Fraction(int(found[1]), int(found[2])) if found else None
    if share is None or share > 1:
        fields.reader.add(node, f"quorum: {cut(text)}", "a share such as 2/3 or 1/2")
        return None
    return share


def read_condition(reader: Reader, name: str, node: Node) -> Condition:
    """A question about the household; the rulebook's expression answers it where there is one."""
    fields = reader.fields(node, "a condition", ("text", "when", "cite", "note"), ("text",))
    return Condition(name, fields.label("text"), fields.expression("when"), fields.text("cite"), node.place)


def read_end(reader: Reader, name: str, node: Node) -> End:
    """A final state."""
    fields = reader.fields(node, "an end", ("title", "requires", "note"), ("title",))
    return End(name, fields.label("title"), fields.texts("requires"), node.place)


def read_pause(reader: Reader, name: str, node: Node) -> Pause:
    """A reason that suspends the clocks."""
    fields = reader.fields(node, "a pause", PAUSE_KEYS, ("text", "by"))
    return Pause(
        name, fields.label("text"), read_roles(fields), fields.texts("during"), fields.texts("allows"),
        fields.texts("leaves"), fields.texts("needs"), fields.texts("ended_by"),
        read_limit(reader, fields.get("limit")), fields.text("lapses"), node.place,
    )  # fmt: skip


def read_closing(reader: Reader, name: str, node: Node) -> Closing:
    """A reason to close without a decision, or a withdrawal."""
    fields = reader.fields(node, "a closing", CLOSING_KEYS, ("text", "by", "end"))
    return Closing(
        name, fields.label("text"), read_roles(fields), fields.texts("leaves"), fields.text("end"), node.place,
        fields.boolean("ceases", False),
    )  # fmt: skip


def read_objections(reader: Reader, node: Node | None) -> Objections | None:
    """What an objection does."""
    if node is None:
        return None
    fields = reader.fields(node, "objections", ("during", "to", "pauses", "by", "note"), ("during", "to", "by"))
    return Objections(fields.texts("during"), fields.text("to"), fields.text("pauses"), read_roles(fields))


def read_appeal(reader: Reader, node: Node) -> Appeal | None:
    """How and within what time one may appeal."""
    keys = ("to", "against", "within", "cite", "note")
    fields = reader.fields(node, "an appeal", keys, ("to", "against", "within"))
    limit = read_limit(reader, fields.get("within"), "within")
    if limit is None:
        return None
    return Appeal(fields.text("to"), fields.texts("against"), limit, fields.text("cite"))


def named(reader: Reader, fields: Fields, key: str) -> dict[str, Node]:
    """The definitions under a key, by their ids; `enabled: false` has been taken out before."""
    node = fields.get(key)
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        reader.add(node, f"{key}: {shown(node)}", f"{key} by their ids")
        return {}
    return {
        name: inner for name, inner in node.entries.items() if reader.identifier(name, node.keys[name], f"{key} id")
    }


def optional_label(fields: Fields, key: str) -> Label | None:
    """A text in two languages; None where it is absent."""
    return None if fields.get(key) is None else fields.label(key)
