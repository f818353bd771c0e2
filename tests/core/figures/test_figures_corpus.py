"""Paragraphs of official prose with planted errors: how many are found, how many alarms are false. The second half was
written with the first, before the checker, and not looked at while it was tuned; docs/algorithms/figures.md gives the score of its
one run, and the three faults that run showed are corrected since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bangfu.core.figures.check import check_text

CORPUS = Path(__file__).parent / "corpus"


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((CORPUS / f"{name}.yml").read_text(encoding="utf-8"))
    return found


def judged(case: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """(errors found, errors missed, alarms that no planted error explains)."""
    text = case["text"]
    wrong = [f for f in check_text(text) if f.verdict == "inconsistent"]
    hits, missed, explained = [], [], set()
    for error in case.get("errors", []):
        start = text.index(error["at"])
        touching = [f for f in wrong if f.start < start + len(error["at"]) and start < f.end]
        explained |= {(f.kind, f.start) for f in touching}
        (hits if error["kind"] in {f.kind for f in touching} else missed).append(f"{case['id']}: {error['kind']}")
    return hits, missed, [f"{case['id']}: {f.kind}" for f in wrong if (f.kind, f.start) not in explained]


@pytest.mark.parametrize("case", cases("development"), ids=lambda case: case["id"])
def test_a_planted_error_is_found_and_nothing_else_is_called_wrong(case: dict[str, Any]) -> None:
    _, missed, false = judged(case)
    assert (missed, false) == ([], [])
    kinds = [f.kind for f in check_text(case["text"]) if f.verdict == "consistent"]
    assert set(case.get("holds", [])) <= set(kinds)


@pytest.mark.parametrize(
    "case", cases("held_out") + cases("second_held_out") + cases("third_held_out"), ids=lambda case: case["id"]
)
def test_no_false_alarm_in_what_was_held_out(case: dict[str, Any]) -> None:
    assert judged(case)[2] == []


@pytest.mark.parametrize("case", cases("third_held_out"), ids=lambda case: case["id"])
def test_ten_kinds_of_county_writing_get_the_verdicts_written_before(case: dict[str, Any]) -> None:
    _, missed, _ = judged(case)
    # 1.2+0.35+2.8 beside 4.25: rounding of the first and the last explains it, so it is left open
    assert missed == (["t-speech-material: sum"] if case["id"] == "t-speech-material" else [])
    found = check_text(case["text"])
    assert set(case.get("holds", [])) <= {f.kind for f in found if f.verdict == "consistent"}
    assert set(case.get("open", [])) <= {f.kind for f in found if f.verdict == "ambiguous"}


REGRESSION = cases("regression")


@pytest.mark.parametrize("text", [case["right"] for case in REGRESSION if "right" in case])
def test_a_right_text_raises_no_alarm(text: str) -> None:
    assert [(f.kind, f.quote) for f in check_text(text) if f.verdict == "inconsistent"] == []


@pytest.mark.parametrize(("kind", "text"), [(case["kind"], case["wrong"]) for case in REGRESSION if "wrong" in case])
def test_a_wrong_text_is_found_wrong(kind: str, text: str) -> None:
    assert kind in [f.kind for f in check_text(text) if f.verdict == "inconsistent"]


def test_the_identifiers_of_the_corpus_are_unique() -> None:
    names = [
        case["id"] for half in ("development", "held_out", "second_held_out", "third_held_out") for case in cases(half)
    ]
    assert len(names) == len(set(names)) >= 130
