"""The rulebook that a run was worked with, and its words."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from bangfu.office.registry.api import rulebook
from bangfu.office.runs import folders
from bangfu.office.runs.models import ALERT, CHECK, Finding, Run

if TYPE_CHECKING:
    from bangfu.core.rulebook.model import Rulebook
    from bangfu.core.screening.labels import RunTitles


class RulesGone(LookupError):
    """The copy of the rules with which a run was worked is no longer there."""


@lru_cache(maxsize=4)
def _loaded(path: Path) -> Rulebook:
    from bangfu.core.rulebook.loader import load

    return load(path, cases=False)


@lru_cache(maxsize=4)
def _titles(digest: str, path: Path | None) -> RunTitles:
    from bangfu.core.screening.titles import titles_of

    return titles_of(rulebook() if path is None else _loaded(path))


def book_of(run: Run) -> Rulebook:
    """The rules of the run's own day. Raises RulesGone."""
    if run.rulebook_hash and run.rulebook_hash != rulebook().digest:
        path = folders.kept_rulebook(run.rulebook_name, run.rulebook_hash)
        if not path.is_dir():
            raise RulesGone(run.rulebook_hash)
        return _loaded(path)
    return rulebook()


def kept_rulebook(pk: int) -> Path | None:
    """Where the rules lie with which a run was worked; None where neither its copy nor the same rules are there."""
    run = Run.objects.only("rulebook_name", "rulebook_hash").get(pk=pk)
    path = folders.kept_rulebook(run.rulebook_name, run.rulebook_hash)
    if path.is_dir():
        return path
    return Path(settings.BANGFU_RULEBOOK) if run.rulebook_hash == rulebook().digest else None


def titles_of_run(run: Run) -> RunTitles:
    """The words of the run's rules; of today's where its own are gone."""
    path = folders.kept_rulebook(run.rulebook_name, run.rulebook_hash)
    own = bool(run.rulebook_hash) and run.rulebook_hash != rulebook().digest and path.is_dir()
    return _titles(run.rulebook_hash if own else rulebook().digest, path if own else None)


def title(titles: RunTitles, kind: str, definition: str, language: str) -> str:
    """A policy, an alert or a check in words; its id where it has none."""
    if kind in (ALERT, CHECK):
        found = (titles.alerts if kind == ALERT else titles.checks).get(definition)
        return (found.title.get(language) if found else "") or definition
    return titles.policy(definition).title.get(language) or definition


def reason(titles: RunTitles, finding: Finding, language: str) -> str:
    """Why a line is there, in words without values: the clauses that fail, or what is missing and from whom."""
    zh = language == "zh"
    joint = "；" if zh else "; "
    told = finding.reasons
    parts = []
    if told.get("overlap"):
        parts.append("与不得同时享受的待遇重复" if zh else "received together with what it excludes")
    if told.get("failed"):
        texts = [titles.clause(finding.definition, key).text.get(language) or key for key in told["failed"]]
        parts.append(("不符合：" if zh else "not met: ") + joint.join(texts))
    if told.get("missing"):
        inputs = list(dict.fromkeys(titles.input(key)[1].label.get(language) or key for key in told["missing"]))
        more = ("等" if zh else " and more") if len(inputs) > 4 else ""
        parts.append(("缺少：" if zh else "missing: ") + ("、" if zh else ", ").join(inputs[:4]) + more)
    elif finding.status == "unknown" and told.get("unknown"):
        texts = [titles.clause(finding.definition, key).text.get(language) or key for key in told["unknown"]]
        parts.append(("无法判定：" if zh else "not decided: ") + joint.join(texts))
    if not parts and finding.status == "eligible":
        parts.append("符合全部条件" if zh else "meets every condition")
    if finding.kind in (ALERT, CHECK):
        held = (titles.alerts if finding.kind == ALERT else titles.checks).get(finding.definition)
        if held and held.deadline.zh:
            parts.append(f"{held.who.get(language)}{'，' if zh else ', '}{held.deadline.get(language)}")
    return joint.join(parts)
