"""Reads re-verification campaigns: campaigns/*.yml."""

from __future__ import annotations

from collections.abc import Mapping as Map

from bangfu.core.rulebook.campaign_model import UNCLEAR, CampaignFinding, CampaignQuestion, CampaignTemplate
from bangfu.core.rulebook.model import CodeList
from bangfu.core.rulebook.reading import Fields, Reader, cut, shown
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar

TEMPLATE_KEYS = ("id", "title", "source", "scope", "questions", "findings", "note", "enabled")
QUESTION_KEYS = ("id", "text", "expected", "finding")
FINDING_KEYS = ("label", "days")
SCOPE_CODES = {"type": "household_type", "monitored": "monitored_kind", "cause": "poverty_cause", "risk": "risk"}
SCOPE_KEYS = (*SCOPE_CODES, "status")
MOST_QUESTIONS = 60
MOST_DAYS = 365


def read_campaign(reader: Reader, codes: Map[str, CodeList], name: str, node: Node) -> CampaignTemplate | None:
    """One campaign's checklist; None with mistakes where it asks nothing or names what is not there."""
    before = len(reader.mistakes)
    needed = ("title", "source", "questions", "findings")
    fields = reader.fields(node, "a campaign", TEMPLATE_KEYS, needed)
    findings = _findings(reader, fields)
    questions = _questions(reader, fields, findings)
    scope = _scope(reader, fields, codes)
    source = fields.text("source")
    if len(reader.mistakes) > before:
        return None
    return CampaignTemplate(name, fields.label("title"), source, questions, findings, scope, node.place)


def _findings(reader: Reader, fields: Fields) -> dict[str, CampaignFinding]:
    node = fields.get("findings")
    found: dict[str, CampaignFinding] = {}
    if node is None:
        return found
    if not isinstance(node, Mapping):
        reader.add(node, f"findings: {shown(node)}", "kinds of findings as keys, each with label and days")
        return found
    for name, inner in node.entries.items():
        key = node.keys[name]
        if not reader.identifier(name, key, "finding"):
            continue
        if name == UNCLEAR:
            reader.add(key, f"the finding {UNCLEAR}", "another name; that one is raised by every unclear answer")
            continue
        own = reader.fields(inner, "a finding", FINDING_KEYS, FINDING_KEYS)
        days = own.integer("days", None, 1, MOST_DAYS)
        # kept even where its days cannot be read: that a question names it is no further mistake
        found[name] = CampaignFinding(name, own.label("label"), days or 1, inner.place)
    return found


def _questions(reader: Reader, fields: Fields, findings: Map[str, CampaignFinding]) -> tuple[CampaignQuestion, ...]:
    node = fields.get("questions")
    items = reader.items(node)
    found: dict[str, CampaignQuestion] = {}
    if "questions" in fields.entries and not 0 < len(items) <= MOST_QUESTIONS:
        reader.add(node or fields.node, f"{len(items)} questions", f"1 to {MOST_QUESTIONS} questions")
    for item in items:
        own = reader.fields(item, "a question", QUESTION_KEYS, QUESTION_KEYS)
        name = own.text("id")
        expected, text, raised = own.choice("expected", ("yes", "no")), own.label("text"), own.text("finding")
        if raised and raised not in findings:
            place = own.get("finding") or item
            reader.unknown(place, f"finding: {cut(raised)}", raised, "a key of findings", findings)
        if name and not reader.identifier(name, own.get("id") or item):
            continue
        if name in found:
            reader.add(item, f"the question {cut(name)} again", "each question once")
        elif name and expected and raised in findings:
            found[name] = CampaignQuestion(name, text, expected, raised, item.place)
    return tuple(found.values())


def _scope(reader: Reader, fields: Fields, codes: Map[str, CodeList]) -> dict[str, str]:
    node = fields.get("scope")
    if node is None:
        return {}
    own = reader.fields(node, "scope", SCOPE_KEYS)
    found: dict[str, str] = {}
    for key in SCOPE_KEYS:
        value = own.get(key)
        text = reader.text(value, key) if value is not None else ""
        if value is None or not text:
            continue
        known = [str(one.value) for one in codes[SCOPE_CODES[key]].values] if SCOPE_CODES.get(key) in codes else None
        if known is not None and text not in (*known, "any" if key == "monitored" else ""):
            place = value if isinstance(value, Scalar) else node
            reader.unknown(place, f"{key}: {cut(text)}", text, f"a value of {SCOPE_CODES[key]}", known)
            continue
        found[key] = text
    return found
