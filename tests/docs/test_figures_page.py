"""docs/algorithms/figures.md says what the checker of figures does: its kinds, and how it does on the corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bangfu.core.figures.check import check_text
from bangfu.core.figures.kinds import KINDS

from .conftest import DOCS, ROOT, tables

PAGE = (DOCS / "algorithms" / "figures.md").read_text(encoding="utf-8")
CORPUS = ROOT / "tests" / "core" / "figures" / "corpus"


def rows(*header: str) -> list[tuple[str, ...]]:
    """The one table with that header."""
    (found,) = [rows for found, rows in tables(PAGE) if found[: len(header)] == header]
    return found


def test_the_page_explains_every_kind_of_finding_and_no_other() -> None:
    assert [row[0].strip("`") for row in rows("kind", "checks")] == list(KINDS)


def score(path: Path) -> tuple[str, ...]:
    """(paragraphs, errors planted, found, false alarms)."""
    cases: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    planted = found = false = 0
    for case in cases:
        wrong = [f for f in check_text(case["text"]) if f.verdict == "inconsistent"]
        explained = []
        for error in case.get("errors", []):
            start = case["text"].index(error["at"])
            touching = [f for f in wrong if f.start < start + len(error["at"]) and start < f.end]
            explained += touching
            planted += 1
            found += error["kind"] in [f.kind for f in touching]
        false += len([f for f in wrong if f not in explained])
    return str(len(cases)), str(planted), str(found), str(false)


def test_the_scores_on_both_halves_of_the_corpus_are_those_of_the_page() -> None:
    measured = {row[0]: row[1:] for row in rows("half", "paragraphs")}
    assert measured["development, tuned on"] == score(CORPUS / "development.yml")
    assert measured["held out, after its three faults were corrected"] == score(CORPUS / "held_out.yml")
    assert measured["held out, the one run"][:2] == score(CORPUS / "held_out.yml")[:2]
    assert measured["the second set, after its miss was corrected"] == score(CORPUS / "second_held_out.yml")
