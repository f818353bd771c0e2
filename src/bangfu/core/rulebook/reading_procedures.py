"""Reads procedures: the steps of a case, from YAML or from the text that a case kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as Map

from bangfu.core.rulebook.mistakes import Mistake, RulebookError
from bangfu.core.rulebook.model import Place
from bangfu.core.rulebook.procedure_model import (
    DECISIONS,
    NEEDS,
    ROLES,
    Branch,
    Closing,
    NotBefore,
    Outcome,
    Procedure,
    Step,
    When,
)
from bangfu.core.rulebook.reading import Fields, Reader, cut, shown
from bangfu.core.rulebook.reading_procedure_parts import (
    named,
    optional_label,
    read_appeal,
    read_closing,
    read_condition,
    read_end,
    read_leaves,
    read_limit,
    read_objections,
    read_pause,
    read_roles,
    read_thing,
    read_when,
)
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar, Sequence, read_yaml

PROCEDURE_KEYS = (
    "id", "title", "of", "matter", "authority", "source", "valid", "limit", "extension", "starts", "things", "conditions",
    "steps", "ends", "pauses", "objections", "withdrawal", "closings", "apart", "appeals", "answers", "note", "changes",
    "enabled",
)  # fmt: skip
STEP_KEYS = (
    "id", "title", "by", "bureau", "persons", "limit", "not_before", "needs", "leaves", "asks", "waits_for", "returns", "outcomes",
    "cite", "note", "enabled", "after",
)  # fmt: skip
OUTCOME_KEYS = (
    "title", "next", "end", "branches", "leaves", "decides", "vote", "only_if", "only_if_text", "without_means_check",
    "repeals", "note",
)  # fmt: skip


def read_procedure(reader: Reader, name: str, node: Node) -> Procedure | None:
    """One procedure; what its steps name is checked afterwards, by `checking_procedures`."""
    fields = reader.fields(node, "a procedure", PROCEDURE_KEYS, ("title", "starts", "steps", "ends"))
    start, end = fields.validity()
    steps = _steps(reader, fields)
    conditions = {key: read_condition(reader, key, item) for key, item in named(reader, fields, "conditions").items()}
    definition = definition_text(name, node)
    if not steps or not isinstance(node, Mapping):
        return None
    return Procedure(
        id=name,
        title=fields.label("title"),
        of=fields.text("of", "household"),
        matter=fields.texts("matter"),
        authority=_authority(fields),
        source=fields.text("source"),
        valid_from=start,
        valid_to=end,
        limit=read_limit(reader, fields.get("limit")),
        extension=read_limit(reader, fields.get("extension"), "extension"),
        starts=fields.texts("starts"),
        things={key: read_thing(reader, key, item) for key, item in named(reader, fields, "things").items()},
        conditions=conditions,
        steps=steps,
        ends={key: read_end(reader, key, item) for key, item in named(reader, fields, "ends").items()},
        pauses={key: read_pause(reader, key, item) for key, item in named(reader, fields, "pauses").items()},
        objections=read_objections(reader, fields.get("objections")),
        withdrawal=_withdrawal(fields),
        closings={key: read_closing(reader, key, item) for key, item in named(reader, fields, "closings").items()},
        apart=_apart(fields),
        appeals=tuple(
            appeal for item in reader.items(fields.get("appeals")) if (appeal := read_appeal(reader, item)) is not None
        ),
        answers=_answers(fields),
        definition=definition,
        digest=hashlib.sha256(definition.encode()).hexdigest(),
        place=node.place,
    )


def read_definition(text: str) -> Procedure:
    """The procedure that a case kept; equal to the one whose `definition` the text is, but for its places.

    Raises RulebookError where the text is none.
    """
    mistakes: list[Mistake] = []
    reader = Reader(mistakes)
    node = read_yaml("definition", text.encode(), mistakes)
    found = None
    if isinstance(node, Mapping):
        found = read_procedure(reader, Fields(reader, node).text("id"), node)
    elif not mistakes:
        place = Place("definition", 1, 1) if node is None else node.place
        mistakes.append(Mistake(place, "no procedure", "the text of a procedure"))
    if mistakes or found is None:
        raise RulebookError(mistakes)
    return found


def definition_text(name: str, node: Node) -> str:
    """A definition as JSON (which is YAML too), keys in their order, without comments and places."""
    plain = _plain(node)
    if isinstance(plain, dict):
        plain = {"id": name, **{key: value for key, value in plain.items() if key not in ("id", "enabled")}}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ": "))


def _plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {key: _plain(inner) for key, inner in node.entries.items()}
    if isinstance(node, Sequence):
        return [_plain(inner) for inner in node.items]
    if not isinstance(node, Scalar) or node.empty:
        return None
    value = node.value()
    return value if isinstance(value, bool | int) else node.text


def _authority(fields: Fields) -> dict[str, str]:
    node = fields.get("authority")
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        return {"title": fields.reader.text(node, "authority")}
    return {key: fields.reader.text(inner, key) for key, inner in node.entries.items()}


def _withdrawal(fields: Fields) -> Closing | None:
    node = fields.get("withdrawal")
    return None if node is None else read_closing(fields.reader, "withdrawal", node)


def _apart(fields: Fields) -> tuple[tuple[str, ...], ...]:
    found = []
    for item in fields.reader.items(fields.get("apart")):
        names = tuple(fields.reader.text(node, "apart") for node in fields.reader.items(item))
        if len(set(names)) < 2:
            fields.reader.add(item, f"apart: {', '.join(names) or 'nothing'}", "two steps at least, as [a, b]")
        else:
            found.append(names)
    return tuple(found)


def _steps(reader: Reader, fields: Fields) -> Map[str, Step]:
    found: dict[str, Step] = {}
    node = fields.get("steps")
    if node is not None and not isinstance(node, Sequence):
        reader.add(node, f"steps: {shown(node)}", "a list of steps, in order")
        return {}
    for item in reader.items(node):
        step = _step(reader, item)
        if step is None:
            continue
        if step.id in found:
            reader.add(item, f"the step {step.id} again", "each step once")
        found[step.id] = step
    return found


def _step(reader: Reader, node: Node) -> Step | None:
    fields = reader.fields(node, "a step", STEP_KEYS, ("id", "title", "by", "outcomes"))
    name = fields.text("id")
    name = reader.identifier(name, fields.entries["id"]) if name else ""
    if not name:
        return None
    outcomes = {key: _outcome(reader, key, item) for key, item in named(reader, fields, "outcomes").items()}
    if "by" in fields.entries and not fields.get("by"):
        reader.add(node, f"the step {name} without anybody", "by: one of " + ", ".join(ROLES))
    asked = [used for outcome in outcomes.values() for used in _asked(outcome)]
    asked += [used for needed in read_leaves(fields) for used in _names(needed.when)]
    return Step(
        id=name,
        title=fields.label("title"),
        by=read_roles(fields),
        bureau=_bureau(reader, fields, node),
        persons=fields.integer("persons", 1, 1, 9) or 1,
        limit=read_limit(reader, fields.get("limit")),
        not_before=_not_before(reader, fields),
        needs=fields.texts("needs"),
        leaves=read_leaves(fields),
        asks=tuple(dict.fromkeys([*fields.texts("asks"), *asked])),
        waits_for=fields.texts("waits_for"),
        returns=fields.texts("returns"),
        outcomes=outcomes,
        cite=fields.text("cite"),
        note=fields.text("note"),
        place=node.place,
    )


def _bureau(reader: Reader, fields: Fields, node: Node) -> str:
    """Whose officers: only where officers of a bureau act."""
    name = fields.text("bureau")
    if name and "bureau_officer" not in read_roles(fields):
        reader.add(
            node, f"bureau: {cut(name)} on a step that no bureau_officer does", "by: bureau_officer, or no bureau"
        )
    return reader.identifier(name, fields.entries["bureau"]) if name else ""


def _answers(fields: Fields) -> tuple[str, ...]:
    found = []
    for node in fields.reader.items(fields.get("answers")):
        word = fields.reader.text(node, "answers")
        if word and word not in NEEDS:
            fields.reader.unknown(node, f"answers: {cut(word)}", word, "one of " + ", ".join(NEEDS), NEEDS)
        elif word:
            found.append(word)
    return tuple(found)


def _not_before(reader: Reader, fields: Fields) -> NotBefore | None:
    node = fields.get("not_before")
    if node is None:
        return None
    inner = reader.fields(node, "not_before", ("limit", "text"), ("limit", "text"))
    limit = read_limit(reader, inner.get("limit"))
    return None if limit is None else NotBefore(limit, inner.label("text"))


def _outcome(reader: Reader, name: str, node: Node) -> Outcome:
    fields = reader.fields(node, "an outcome", OUTCOME_KEYS, ("title",))
    only_if = read_when(reader, fields.get("only_if"), "only_if")
    if only_if is not None and fields.get("only_if_text") is None:
        reader.add(node, f"the outcome {name} with only_if", "only_if_text: what is said where it does not hold")
    return Outcome(
        name, fields.label("title"), _branches(reader, name, fields), read_leaves(fields),
        fields.choice("decides", DECISIONS), fields.choice("vote", ("carried", "lost")), only_if,
        fields.label("only_if_text"), optional_label(fields, "without_means_check"), node.place,
        fields.boolean("repeals", False),
    )  # fmt: skip


def _branches(reader: Reader, name: str, fields: Fields) -> tuple[Branch, ...]:
    """`next:` or `end:`, or `branches:` of which the last holds always."""
    ways = [key for key in ("next", "end", "branches") if key in fields.entries]
    if len(ways) != 1:
        found = f"the outcome {name} with {' and '.join(ways) or 'nowhere to go'}"
        reader.add(fields.place, found, "one of next, end, branches")
        return ()
    if ways != ["branches"]:
        return (Branch(None, fields.texts("next"), fields.text("end"), fields.place),)
    found_branches = []
    items = reader.items(fields.get("branches"))
    for number, item in enumerate(items, 1):
        inner = reader.fields(item, "a branch", ("when", "next", "end"))
        when = read_when(reader, inner.get("when"))
        last = number == len(items)
        if last != ("when" not in inner.entries):
            expected = "the last branch without when, so that one always holds" if last else "when, but in the last"
            reader.add(item, f"branch {number} of {cut(name)} {'with' if last else 'without'} when", expected)
        if ("next" in inner.entries) == ("end" in inner.entries):
            reader.add(item, f"branch {number} of {cut(name)}", "one of next, end")
        found_branches.append(Branch(when, inner.texts("next"), inner.text("end"), item.place))
    return tuple(found_branches)


def _asked(outcome: Outcome) -> list[str]:
    found = _names(outcome.only_if)
    for branch in outcome.branches:
        found += _names(branch.when)
    for needed in outcome.leaves:
        found += _names(needed.when)
    return found


def _names(when: When | None) -> list[str]:
    """The conditions that are asked for."""
    if when is None:
        return []
    own = [when.name] if when.kind == "condition" and when.name else []
    return own + [name for part in when.parts for name in _names(part)]
