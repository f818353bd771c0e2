"""Rulebooks of a few lines, and one household through them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.screening.household import Decision, HouseholdEvaluator

DAY = date(2024, 3, 1)
HEAD = {"name": "tiny", "version": "1", "country": "CN", "title": "tiny", "licence": "Apache-2.0"}
TABLES = {
    "households": {"file": "households", "key": "household_no", "of": "household"},
    "persons": {"file": "persons", "key": "person_no", "of": "person", "belongs_to": "household_no"},
}


def write_book(
    folder: Path,
    facts: Mapping[str, object],
    policies: Sequence[Mapping[str, object]],
    *,
    tables: Mapping[str, object] = TABLES,
    parameters: Mapping[str, object] | None = None,
    codes: Mapping[str, object] | None = None,
) -> Path:
    """The files of a rulebook; JSON is YAML."""
    texts: dict[str, object] = {"rulebook.yml": HEAD, "facts/all.yml": {"tables": tables, "facts": facts}}
    texts["parameters/all.yml"] = {"parameters": parameters or {}}
    texts["codes/all.yml"] = {"codes": codes or {}}
    texts["policies/all.yml"] = {"policies": list(policies)}
    for name, content in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    return folder


def policy(name: str, when: str, **more: object) -> dict[str, object]:
    """A household's policy of one condition."""
    return {"id": name, "title": name, "of": "household", "conditions": [{"id": "c", "when": when}], **more}


def decide(book: Rulebook, rows: Mapping[str, Sequence[Mapping[str, Any]]], **more: Any) -> list[Decision]:
    """Every decision on one household's rows."""
    return HouseholdEvaluator(book, DAY, what=("decisions",), **more).decisions(rows)


def tiny(folder: Path, facts: Mapping[str, object], policies: Sequence[Mapping[str, object]], **more: Any) -> Rulebook:
    """A loaded rulebook."""
    return load(write_book(folder, facts, policies, **more))
