"""The numbers of docs/algorithms/unknowns.md come out of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bangfu.core.rulebook.loader import load
from bangfu.core.screening.household import Decision, HouseholdEvaluator

from .conftest import DOCS, blocks, tables

PAGE = (DOCS / "algorithms" / "unknowns.md").read_text(encoding="utf-8")
AS_OF = date(2024, 9, 1)
SECTIONS = {"tables": "facts", "facts": "facts", "parameters": "parameters", "codes": "codes"}
MONEY = ("wage", "pension", "debt", "value")
WORKED = [
    row for header, rows in tables(PAGE) if header == ("of", "expression", "rows", "answer", "missing") for row in rows
]
STATUSES = [row for header, rows in tables(PAGE) if header == ("condition", "exclusion", "status") for row in rows]
CLAUSES = {"true": "true", "false": "false", "unknown": "wage > 0"}


@pytest.fixture(scope="module")
def definitions() -> dict[str, Any]:
    """The facts that the page's numbers use."""
    (block,) = blocks(PAGE, "yaml")
    found: dict[str, Any] = yaml.safe_load(block)
    assert set(found) == set(SECTIONS)
    return found


@pytest.fixture
def decide(definitions: dict[str, Any], tmp_path: Path) -> Any:
    """A function from a policy and rows to the one decision."""

    def decision(policy: dict[str, Any], rows: dict[str, Any]) -> Decision:
        (tmp_path / "rulebook.yml").write_text("name: page\nversion: '1'\n", encoding="utf-8")
        for name, folder in SECTIONS.items():
            _write(tmp_path / folder / f"{name}.yml", {name: definitions[name]})
        _write(tmp_path / "policies" / "page.yml", {"id": "page", "title": "page", **policy})
        covered = {"vehicles": "yes" if "vehicles" in rows.get("covered", ()) else "no"}
        evaluator = HouseholdEvaluator(load(tmp_path), AS_OF, covered=covered)
        return evaluator.decisions(_rows(rows))[0]

    return decision


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _rows(given: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The page's rows as the evaluator takes them: keys filled in, money in fen."""
    persons = [{"person_no": f"P{n}", "household_no": "H1", **row} for n, row in enumerate(given["persons"], 1)]
    tables_ = {"households": [{"household_no": "H1", **given.get("household", {})}], "persons": persons}
    tables_["vehicles"] = list(given.get("vehicles", []))
    for rows in tables_.values():
        for row in rows:
            row.update({key: _fen(row[key]) for key in MONEY if key in row})
    return tables_


def _fen(yuan: object) -> int:
    return int(Decimal(str(yuan)) * 100)


@cache
def _is_amount(answer: str) -> bool:
    return answer not in ("true", "false", "unknown")


def _answer(decision: Decision, *, amount: bool) -> str:
    """The decision as the page writes it."""
    if not amount:
        return {"eligible": "true", "ineligible": "false", "unknown": "unknown"}[decision.status]
    if decision.amount_fen is not None:
        return f"{decision.amount_fen / 100:.2f}"
    ends = (decision.amount_min_fen, decision.amount_max_fen)
    return " … ".join("no bound" if end is None else f"{end / 100:.2f}" for end in ends)


def _worked() -> Iterator[Any]:
    for row in WORKED:
        yield pytest.param(row, id=row[1])


@pytest.mark.parametrize("row", list(_worked()))
def test_a_worked_number_is_what_the_engine_computes(decide: Any, row: tuple[str, ...]) -> None:
    of, expression, rows, answer, missing = row
    formula, amount = expression.strip("`"), _is_amount(answer)
    policy: dict[str, Any] = {"of": of, "conditions": [{"id": "c", "when": "true" if amount else formula}]}
    if amount:
        policy["amount"] = {"formula": formula, "per": "month"}
    decision = decide(policy, yaml.safe_load(rows.strip("`")))
    assert _answer(decision, amount=amount) == answer
    assert ", ".join(sorted(decision.missing)) == missing


@pytest.mark.parametrize(("condition", "exclusion", "status"), STATUSES)
def test_a_status_follows_from_its_clauses(decide: Any, condition: str, exclusion: str, status: str) -> None:
    policy = {
        "of": "person",
        "conditions": [{"id": "yes", "when": CLAUSES[condition]}],
        "exclusions": [{"id": "no", "when": CLAUSES[exclusion]}],
    }
    assert decide(policy, {"persons": [{}]}).status == status


def test_the_page_has_every_pair_of_verdicts_and_many_numbers() -> None:
    words = ("true", "false", "unknown")
    assert {row[:2] for row in STATUSES} == {(a, b) for a in words for b in words}
    assert len(WORKED) >= 40
