"""Runs of a small random county, made once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.core.support.cells_runs import screened
from tests.core.support.indicator_county import Tables, made


@pytest.fixture(scope="session")
def county() -> Tables:
    return made(1)


@pytest.fixture(scope="session")
def run_dir(county: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return screened(county, tmp_path_factory.mktemp("cells"))


@pytest.fixture(scope="session")
def month_before(county: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same county a month earlier: two benefits and one household were not there yet, one person lived elsewhere."""
    tables = {name: [dict(row) for row in rows] for name, rows in county.items()}
    gone = tables["households"][0]["household_no"]
    for name in ("households", "measures", "benefits", "persons"):
        tables[name] = [row for row in tables[name] if row["household_no"] != gone]
    left = {row["person_no"] for row in tables["persons"]}
    for name in ("work_records", "contracts", "posts"):
        tables[name] = [row for row in tables[name] if row["person_no"] in left]
    tables["benefits"] = tables["benefits"][2:]
    return screened(tables, tmp_path_factory.mktemp("before"), date(2026, 9, 1))
