"""The population's SQL and one household's Python say the same of every unit, on random rules and registries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bangfu.core.api import load_rulebook, read_decisions, screen
from bangfu.core.engines.duckdb_engine import EngineError
from bangfu.core.screening import chunks
from bangfu.core.screening.household import HouseholdEvaluator
from tests.core.support import random_registry as registry
from tests.core.support.random_rules import Author

FIELDS = (
    "status", "amount_fen", "amount_min_fen", "amount_max_fen", "failed", "unknown", "missing", "receives", "finding",
)  # fmt: skip
Answers = dict[tuple[Any, Any, Any], Counter[tuple[Any, ...]]]


def plain(names: Iterable[str]) -> frozenset[str]:
    """Ids without the table that is put before one where a policy has two of a name."""
    return frozenset(name.rpartition(".")[2] for name in names)


def by_population(rules: Path, data: Path, out: Path) -> Answers:
    screen(rulebook=rules, data=data, as_of=registry.DAY, out=out, only=("decisions",), threads=1)
    found: Answers = {}
    for row in read_decisions(out).to_pylist():
        unit = (row["policy"], row["household_no"], row["person_no"])
        said = tuple(plain(row[f]) if isinstance(row[f], list) else row[f] for f in FIELDS)
        found.setdefault(unit, Counter())[said] += 1
    return found


def by_household(rules: Path, county: registry.County) -> Answers:
    covered = dict.fromkeys(county.absent, "no")
    evaluator = HouseholdEvaluator(load_rulebook(rules), registry.DAY, what=("decisions",), covered=covered)
    found: Answers = {}
    for rows in registry.families(county):
        for made in evaluator.decisions(rows):
            unit = (made.policy, made.household_no, made.person_no)
            values = [getattr(made, f) for f in FIELDS]
            said = tuple(plain(v) if isinstance(v, tuple) else v for v in values)
            found.setdefault(unit, Counter())[said] += 1
    return found


def differences(left: Answers, right: Answers) -> list[str]:
    return [
        f"{unit}: SQL {dict(left.get(unit, {}))}, Python {dict(right.get(unit, {}))}"
        for unit in sorted(left.keys() | right.keys(), key=str)
        if left.get(unit) != right.get(unit)
    ]


@pytest.mark.parametrize("seed", range(80))
def test_both_evaluators_say_the_same_of_every_unit(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if seed % 4 == 3:
        monkeypatch.setattr(chunks, "SMALL", 10)  # two chunks with blanks of their own
    rules = Author(seed).rulebook().write(tmp_path / "rules")
    county = registry.county(seed)
    data = registry.write(county, tmp_path / "data", seed)
    try:
        population = by_population(rules, data, tmp_path / "out")
    except EngineError as error:
        assert "64" in str(error)
        with pytest.raises(OverflowError):
            by_household(rules, county)
        return
    assert differences(population, by_household(rules, county)) == []
