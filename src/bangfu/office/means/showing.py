"""A report as its page and its PDF show it: health starred out, relations in words, otherwise as the core shows it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from bangfu.core.documents.means_report_view import View, view_of
from bangfu.core.matching.report.catalogue import TABLES
from bangfu.core.matching.report.words import conclusions
from bangfu.office.registry import api as registry

STARS = "***"
HEALTH_TABLES = frozenset({"disability_certificates", "medical_settlements"})
"""Sources whose answers tell of somebody's health, by what they say and by saying nothing."""
HEALTH_FACTS = frozenset({"disability_kind", "disability_grade", "self_paid_medical", "in_scope_oop"})
_STARRED = {"zh": STARS, "en": STARS}


def readable(report: Mapping[str, Any], language: str, *, health: bool) -> dict[str, Any]:
    """A copy for showing in `zh` or `en`. Without `health` its health facts, rows and contradictions are starred out."""
    shown: dict[str, Any] = copy.deepcopy(dict(report))
    relations = registry.catalogue().codes.get("relation")
    for person in shown["persons"]:
        if relations is not None and person["relation"]:
            person["relation"] = relations.label(person["relation"], language)
    shown["conflicts"] = [in_words(conflict) for conflict in shown["conflicts"]]
    if not health:
        if shown["authorisation"]["status"] == "granted":
            shown["conclusions"] = conclusions(_without_health(shown))
        _star(shown)
    return shown


def in_words(conflict: Mapping[str, Any]) -> dict[str, Any]:
    """A contradiction whose benefit is called by the policy's title, not by its id."""
    told: dict[str, Any] = copy.deepcopy(dict(conflict))
    policies = registry.rulebook().policies
    for side in ("one", "other"):
        value = told[side]["value"]
        policy = policies.get(value) if isinstance(value, str) else None
        if policy is not None:
            titles = {language: policy.title.get(language) for language in ("zh", "en")}
            told[side]["said"] = titles
            told["message"] = {one: text.replace(value, titles[one]) for one, text in told["message"].items()}
    return told


def has_health(report: Mapping[str, Any]) -> bool:
    """Whether anything is starred out."""
    facts = [*report["facts"], *(fact for person in report["persons"] for fact in person["facts"])]
    return any(_health(fact) and fact["state"] != "unknown" for fact in facts)


def _health(fact: Mapping[str, Any]) -> bool:
    return fact["fact"] in HEALTH_FACTS or fact.get("table") in HEALTH_TABLES


def _star(shown: dict[str, Any]) -> None:
    for facts in (shown["facts"], *(person["facts"] for person in shown["persons"])):
        for fact in facts:
            if _health(fact) and fact["state"] != "unknown":
                # known or none alike: which of the two it is tells of health as well
                fact.update(state="known", value=None, said=_STARRED, reason=None)
    for source in shown["sources"]:
        if source["table"] in HEALTH_TABLES and source["result"] in ("rows", "none"):
            source.update(result="rows", rows=[], said=_STARRED, reason=None)
    for conflict in shown["conflicts"]:
        star_conflict(conflict)


def _without_health(shown: Mapping[str, Any]) -> dict[str, Any]:
    """For the lines in plain words: a row of stars tells nobody anything there. How many sources had something stays true."""
    persons = [{**one, "facts": [fact for fact in one["facts"] if not _health(fact)]} for one in shown["persons"]]
    return {**shown, "persons": persons, "facts": [fact for fact in shown["facts"] if not _health(fact)]}


def star_conflict(conflict: dict[str, Any]) -> None:
    """Star out a contradiction that tells of health."""
    if conflict["fact"] in HEALTH_FACTS:
        conflict["one"]["said"] = conflict["other"]["said"] = conflict["message"] = _STARRED


def view(report: Mapping[str, Any], language: str, *, health: bool) -> View:
    """The core's view of a report for a page."""
    return view_of(readable(report, language, health=health), language)


def sources() -> list[tuple[str, str, str]]:
    """Every source that a household can agree to: code, Chinese and English label."""
    return [(name, source.label.zh, source.label.en) for name, source in TABLES.items()]
