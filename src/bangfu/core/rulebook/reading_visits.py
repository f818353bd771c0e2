"""Reads forms of home visits, from YAML or from the text that a visit kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Map

from bangfu.core.rulebook.mistakes import Mistake, RulebookError
from bangfu.core.rulebook.model import Label, Place
from bangfu.core.rulebook.reading import Fields, Reader, cut, shown
from bangfu.core.rulebook.reading_procedure_parts import named
from bangfu.core.rulebook.reading_procedures import definition_text
from bangfu.core.rulebook.visit_model import (
    ANSWERS,
    SEVERITIES,
    SUBJECTS,
    UNCLEAR,
    Asked,
    Conclusion,
    Every,
    Found,
    Item,
    Section,
    VisitForm,
    WorkedOut,
)
from bangfu.core.rulebook.yaml_source import Mapping, Node, Sequence, read_yaml

FORM_KEYS = (
    "id", "title", "authority", "source", "valid", "persons", "every", "sections", "conclusions", "works_out", "note",
    "changes", "enabled",
)  # fmt: skip
SECTION_KEYS = ("id", "title", "note", "items", "enabled", "after")
ITEM_KEYS = (
    "id", "ask", "hint", "answer", "of", "code", "choices", "fact", "ages", "when", "required", "prefill", "photo",
    "finding", "each", "sum_of", "cite", "enabled", "after",
)  # fmt: skip
FINDING_KEYS = ("on", "text", "severity", "opens")
_MOST_ITEMS = 200


def read_visit(reader: Reader, name: str, node: Node) -> VisitForm | None:
    """One form; what its items name is checked afterwards, by `checking_visits`."""
    fields = reader.fields(node, "a visit form", FORM_KEYS, ("title", "sections"))
    start, end = fields.validity()
    sections = _sections(reader, fields)
    if not sections or not isinstance(node, Mapping):
        return None
    if sum(len(section.items) for section in sections) > _MOST_ITEMS:
        reader.add(node, f"the form {name} with more than {_MOST_ITEMS} items", f"at most {_MOST_ITEMS}")
    definition = definition_text(name, node)
    return VisitForm(
        id=name,
        title=fields.label("title"),
        authority=_authority(fields),
        source=fields.text("source"),
        valid_from=start,
        valid_to=end,
        persons=fields.integer("persons", 1, 1, 9) or 1,
        every=tuple(_every(reader, item) for item in reader.items(fields.get("every"))),
        sections=sections,
        conclusions=tuple(_conclusion(reader, key, item) for key, item in named(reader, fields, "conclusions").items()),
        works_out=tuple(_works_out(reader, item) for item in reader.items(fields.get("works_out"))),
        definition=definition,
        digest=hashlib.sha256(definition.encode()).hexdigest(),
        place=node.place,
    )


def read_visit_form(text: str) -> VisitForm:
    """The form that a visit kept; equal to the one whose `definition` the text is, but for its places.

    Raises RulebookError where the text is none.
    """
    mistakes: list[Mistake] = []
    reader = Reader(mistakes)
    node = read_yaml("definition", text.encode(), mistakes)
    found = None
    if isinstance(node, Mapping):
        found = read_visit(reader, Fields(reader, node).text("id"), node)
    elif not mistakes:
        place = Place("definition", 1, 1) if node is None else node.place
        mistakes.append(Mistake(place, "no visit form", "the text of a visit form"))
    if mistakes or found is None:
        raise RulebookError(mistakes)
    return found


def _authority(fields: Fields) -> dict[str, str]:
    node = fields.get("authority")
    if not isinstance(node, Mapping):
        return {} if node is None else {"title": fields.reader.text(node, "authority")}
    return {key: fields.reader.text(inner, key) for key, inner in node.entries.items()}


def _every(reader: Reader, node: Node) -> Every:
    fields = reader.fields(node, "every", ("status", "months"), ("status", "months"))
    return Every(fields.text("status"), fields.text("months"))


def _conclusion(reader: Reader, name: str, node: Node) -> Conclusion:
    fields = reader.fields(node, "a conclusion", ("all", "any"))
    if ("all" in fields.entries) == ("any" in fields.entries):
        reader.add(node, f"the conclusion {name} with both or neither of all, any", "one of all, any: with items")
    return Conclusion(name, fields.texts("all"), fields.texts("any"))


def _works_out(reader: Reader, node: Node) -> WorkedOut:
    fields = reader.fields(node, "works_out", ("policy", "clauses"), ("policy", "clauses"))
    return WorkedOut(fields.text("policy"), fields.texts("clauses"))


def _listed(reader: Reader, fields: Fields, key: str) -> list[Node]:
    node = fields.get(key)
    if node is not None and not isinstance(node, Sequence):
        reader.add(node, f"{key}: {shown(node)}", f"a list of {key}, in order")
        return []
    return reader.items(node)


def _sections(reader: Reader, fields: Fields) -> tuple[Section, ...]:
    found: list[Section] = []
    seen: set[str] = set()
    for node in _listed(reader, fields, "sections"):
        inner = reader.fields(node, "a section", SECTION_KEYS, ("id", "title", "items"))
        name = _id(reader, inner)
        items = tuple(item for one in _listed(reader, inner, "items") if (item := _item(reader, one)) is not None)
        for key in (name, *(item.id for item in items)):
            if key and key in seen:
                reader.add(node, f"the id {cut(key)} again", "each section and each item once")
            seen.add(key)
        if name and items:
            found.append(Section(name, inner.label("title"), inner.label("note"), items, node.place))
        elif name:
            reader.add(node, f"the section {name} without items", "items: one at least")
    return tuple(found)


def _id(reader: Reader, fields: Fields) -> str:
    name = fields.text("id")
    return reader.identifier(name, fields.entries["id"]) if name else ""


def _item(reader: Reader, node: Node) -> Item | None:
    fields = reader.fields(node, "an item", ITEM_KEYS, ("id", "ask", "answer"))
    name, answer = _id(reader, fields), fields.choice("answer", ANSWERS)
    if not name or not answer:
        return None
    choices = _choices(reader, fields, answer, name)
    finding = _finding(reader, fields)
    of = fields.choice("of", SUBJECTS, "household")
    _only_for(fields, answer, of)
    return Item(
        id=name,
        ask=fields.label("ask"),
        hint=fields.label("hint"),
        answer=answer,
        of=of,
        code=fields.text("code"),
        choices=choices,
        fact=fields.text("fact"),
        ages=_ages(reader, fields),
        when=_when(reader, fields),
        required=fields.boolean("required", answer in ("yes_no", "choice")),
        prefill=fields.boolean("prefill", finding is None),
        photo=fields.texts("photo"),
        finding=finding,
        each=fields.boolean("each", False),
        sum_of=fields.texts("sum_of"),
        cite=fields.text("cite"),
        place=node.place,
    )


def _only_for(fields: Fields, answer: str, of: str) -> None:
    """A key of another kind of answer would be read by nobody."""
    allowed = {
        "code": ("choice",), "choices": ("choice",), "finding": ("yes_no", "choice"), "each": ("yes_no", "choice"),
        "sum_of": ("money",), "fact": tuple(word for word in ANSWERS if word != "photo"),
    }  # fmt: skip
    for key, kinds in allowed.items():
        if key in fields.entries and answer not in kinds:
            fields.reader.add(fields.node.keys[key], f"{key} for {answer}", f"{key} only for " + ", ".join(kinds))
    if "ages" in fields.entries and of != "person":
        fields.reader.add(fields.node.keys["ages"], "ages for a household", "ages only with of: person")


def _choices(reader: Reader, fields: Fields, answer: str, name: str) -> Map[str, Label]:
    own = {key: reader.label(node, key) for key, node in named(reader, fields, "choices").items()}
    if UNCLEAR in own:
        reader.add(fields.node.keys["choices"], f"the choice {UNCLEAR}", "other words: unclear may always be answered")
    if answer == "choice" and ("code" in fields.entries) == ("choices" in fields.entries):
        reader.add(fields.place, f"the item {name} with both or neither of code, choices", "one of code, choices")
    return own


def _ages(reader: Reader, fields: Fields) -> tuple[int, int] | None:
    node = fields.get("ages")
    if node is None:
        return None
    inner = reader.fields(node, "ages", ("from", "to"))
    low, high = inner.integer("from", 0, 0, 120), inner.integer("to", 120, 0, 120)
    if low is None or high is None or low > high:
        reader.add(node, f"ages: from {low} to {high}", "from at most to; both ends count")
        return None
    return low, high


def _when(reader: Reader, fields: Fields) -> Asked | None:
    node = fields.get("when")
    if node is None:
        return None
    inner = reader.fields(node, "when", ("item", "is"), ("item", "is"))
    return Asked(inner.text("item"), inner.texts("is"))


def _finding(reader: Reader, fields: Fields) -> Found | None:
    node = fields.get("finding")
    if node is None:
        return None
    inner = reader.fields(node, "a finding", FINDING_KEYS, ("on", "text"))
    return Found(
        inner.texts("on"), inner.label("text"), inner.choice("severity", SEVERITIES, "serious"), inner.text("opens")
    )
