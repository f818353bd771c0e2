"""Facts as the report says them: a value with its source, none, or unknown with the reason. Never a guess.

`none` is said only where the file covers the household; whatever may not be seen, or waits for a person, is unknown
whatever value the table holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bangfu.core.matching.exchange.authorisations import Answer
from bangfu.core.matching.report.catalogue import HOUSEHOLD_FACTS, PERSON_FACTS, FactWords, said, shareable
from bangfu.core.matching.report.folder import (
    COVERED,
    NO_FILE,
    NO_MANIFEST,
    NOT_AUTHORISED,
    NOT_COVERED,
    UNDER_REVIEW,
    FactRead,
    SourceRead,
)
from bangfu.core.rulebook.model import Label

Allowed = Callable[[str], Answer]
"""From a table to whether it may be seen for this household."""

REASONS: dict[str, Label] = {
    NO_FILE: Label("没有收到该来源的数据", "no data from this source"),
    NOT_COVERED: Label("该来源的数据不覆盖本户", "the source's data does not cover this household"),
    NO_MANIFEST: Label("来源未说明数据覆盖哪些地区和时间", "the source does not say which areas and dates it covers"),
    NOT_AUTHORISED: Label("没有授权，未查询", "no authorisation: not asked"),
    UNDER_REVIEW: Label("有记录待人工核对是否为本人", "a record waits for a person to say whose it is"),
    "not_stated": Label("来源有记录，但没有写明这一项", "the source has a record that does not state it"),
    "no_source": Label("没有写明来源", "no source is named"),
}
_PARTIAL = Label(
    "来源不保证覆盖本户：已查到的列出，未查到的不能视为没有", "found; there may be more: coverage is not stated"
)
_NUMBERS = {"count", "money", "area"}
_ABSENT_WHEN_NULL = {
    "died_on": "deceased",
    "disability_kind": "disability_grade",
    "disability_grade": "disability_kind",
}


def pair(label: Label) -> dict[str, str]:
    """A text in both languages, as the report's JSON carries it."""
    return {"zh": label.zh, "en": label.en or label.zh}


def household_facts(
    facts: Mapping[str, FactRead], sources: Mapping[str, SourceRead], allowed: Allowed
) -> list[dict[str, Any]]:
    """The household's facts in the order of the catalogue, then those that it does not know."""
    return _entries(facts, HOUSEHOLD_FACTS, sources, allowed)


def person_facts(
    facts: Mapping[str, FactRead], sources: Mapping[str, SourceRead], allowed: Allowed
) -> list[dict[str, Any]]:
    """One person's facts; the date of a death only where there is one."""
    found = _entries(facts, PERSON_FACTS, sources, allowed)
    dead = any(entry["fact"] == "deceased" and entry["value"] is True for entry in found)
    return [entry for entry in found if entry["fact"] != "died_on" or dead]


def table_of_fact(fact: str, read: FactRead | None, words: FactWords | None, sources: Mapping[str, SourceRead]) -> str:
    """The table that a fact came from; the one that usually supplies it where it came from none."""
    if read is not None and read.source in sources:
        return sources[read.source].table
    return words.tables[0] if words is not None else fact


def _entries(
    facts: Mapping[str, FactRead],
    catalogue: Mapping[str, FactWords],
    sources: Mapping[str, SourceRead],
    allowed: Allowed,
) -> list[dict[str, Any]]:
    order = [name for name in catalogue if name in facts] + [name for name in facts if name not in catalogue]
    entries = []
    for name in order:
        words = catalogue.get(name) or FactWords(Label(name, name), "text", (name,))
        table = table_of_fact(name, facts[name], catalogue.get(name), sources)
        entries.append(_entry(name, facts, words, table, allowed(table)))
    return entries


def _entry(name: str, facts: Mapping[str, FactRead], words: FactWords, table: str, answer: Answer) -> dict[str, Any]:
    read = facts[name]
    made: dict[str, Any] = {"fact": name, "label": pair(words.label), "table": table}
    if not answer.granted or read.coverage == NOT_AUTHORISED:
        reason = REASONS[NOT_AUTHORISED] if answer.granted else answer.message()
        return made | _unknown(NOT_AUTHORISED, reason)
    where = {"source": read.source, "as_of": _iso(read.as_of), "coverage": read.coverage}
    why = _why_unknown(name, facts)
    if why:
        return made | _unknown(read.coverage, REASONS.get(why, Label(why, why))) | where
    nothing = not read.value
    text = _none(read.value, words) if nothing else said(shareable(read.value), words.kind, words.unit)
    note = pair(_PARTIAL) if read.coverage != COVERED else None
    state = "none" if nothing else "known"
    return made | {"state": state, "value": shareable(read.value), "said": pair(text), "reason": note} | where


def _why_unknown(name: str, facts: Mapping[str, FactRead]) -> str:
    """The code of why a fact is unknown, empty where it is known."""
    read = facts[name]
    if read.coverage in (UNDER_REVIEW, NO_FILE):
        return read.coverage
    if not read.source:
        return "no_source"
    if read.coverage == COVERED:
        if read.value is not None or _truly_absent(name, facts):
            return ""
        return "not_stated"
    return "" if read.value else read.coverage  # a row that is there counts, silence does not


def _truly_absent(name: str, facts: Mapping[str, FactRead]) -> bool:
    """A date of death or a kind of disability is blank because there is none, not because nobody knows."""
    other = facts.get(_ABSENT_WHEN_NULL.get(name, ""))
    return other is not None and not other.value and other.coverage == COVERED


def _none(value: object, words: FactWords) -> Label:
    if words.kind == "money":
        amount = said(shareable(value or 0), words.kind, words.unit)
        return Label(f"{words.none.zh}（{amount.zh}）", f"{words.none.en} ({amount.en})")
    return words.none


def _unknown(coverage: str, reason: Label) -> dict[str, Any]:
    return {
        "state": "unknown",
        "value": None,
        "said": pair(Label("未知", "unknown")),
        "reason": pair(reason),
        "source": "",
        "as_of": None,
        "coverage": coverage,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
