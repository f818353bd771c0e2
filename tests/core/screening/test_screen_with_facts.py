"""A monthly run with the facts of a cross-check of the same files decides as the run without them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.api import read_decisions, screen
from bangfu.core.demo import generate
from bangfu.core.matching.crosscheck.run import crosscheck

RULES = Path(__file__).resolve().parents[3] / "rulebook" / "demo-county"
AS_OF = date(2026, 10, 31)
Decisions = dict[tuple[str, str, str | None], dict[str, Any]]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    generate(folder / "county", households=250, seed=3)
    return folder


@pytest.fixture(scope="module")
def data(county: Path) -> Path:
    return county / "county" / "2026-10"


@pytest.fixture(scope="module")
def facts(county: Path, data: Path) -> Path:
    crosscheck(data, data, county / "facts", as_of=AS_OF)
    return county / "facts"


def decided(data: Path, out: Path, facts: Path | None = None, policies: Sequence[str] | None = None) -> Decisions:
    screen(rulebook=RULES, data=data, as_of=AS_OF, out=out, facts=facts, policies=policies, only=["decisions"])
    return {(row["policy"], row["household_no"], row["person_no"]): row for row in read_decisions(out).to_pylist()}


@pytest.fixture(scope="module")
def alone(data: Path, county: Path) -> Decisions:
    return decided(data, county / "alone")


def first(decisions: Decisions, test: Callable[[dict[str, Any]], bool]) -> str:
    """The first household whose dibao decision is such."""
    return next(row["household_no"] for key, row in decisions.items() if key[0] == "dibao" and test(row))


def doubtful(facts: Path, out: Path, household: str, code: str, *names: str) -> Path:
    """The same facts, except that of one household those named are not known, for that reason."""
    out.mkdir()
    table = pq.read_table(facts / "household_facts.parquet")
    own = [number == household for number in table.column("household_no").to_pylist()]
    assert any(own)
    for name in names:
        for column, value in ((name, None), (f"{name}_coverage", code)):
            old = table.column(column).to_pylist()
            changed = [value if mine else kept for mine, kept in zip(own, old, strict=True)]
            kind = pa.string() if value else table.schema.field(column).type
            table = table.set_column(table.schema.get_field_index(column), column, pa.array(changed, kind))
    pq.write_table(table, out / "household_facts.parquet")
    (out / "person_facts.parquet").write_bytes((facts / "person_facts.parquet").read_bytes())
    return out


@pytest.mark.parametrize("code", ["under_review", "not_authorised", "not_covered"])
def test_a_household_whose_vehicles_are_in_doubt_is_unknown_and_vehicles_are_what_is_missing(
    data: Path, facts: Path, alone: Decisions, tmp_path: Path, code: str
) -> None:
    home = first(alone, lambda row: row["status"] == "eligible")
    given = doubtful(facts, tmp_path / "facts", home, code, "vehicle_count", "vehicle_value")
    found = decided(data, tmp_path / "out", given, ["dibao"])
    decision = found[("dibao", home, None)]
    assert (decision["status"], decision["missing"]) == ("unknown", ["vehicles"])
    others = {key: row for key, row in found.items() if key[1] != home}
    assert others == {key: row for key, row in alone.items() if key[0] == "dibao" and key[1] != home}


def test_a_house_that_is_there_refuses_whatever_more_may_be_there_but_not_without_authorisation(
    data: Path, facts: Path, alone: Decisions, tmp_path: Path
) -> None:
    home = first(alone, lambda row: row["failed"] == ["property"])
    found = {}
    for code in ("under_review", "not_authorised"):
        given = doubtful(facts, tmp_path / code, home, code, "property_count", "property_area_m2")
        decision = decided(data, tmp_path / f"out-{code}", given, ["dibao"])[("dibao", home, None)]
        found[code] = (decision["status"], "real_estate" in decision["missing"])
    assert found == {"under_review": ("ineligible", False), "not_authorised": ("unknown", True)}


def test_a_household_that_allowed_no_query_is_unknown_whatever_the_files_say(
    data: Path, alone: Decisions, tmp_path: Path
) -> None:
    home = first(alone, lambda row: row["failed"] == ["property"])
    others = {number for _, number, _ in alone} - {home}
    crosscheck(data, data, tmp_path / "facts", as_of=AS_OF, allowed=lambda _table, _on: others)
    decision = decided(data, tmp_path / "out", tmp_path / "facts", ["dibao"])[("dibao", home, None)]
    missing = ["bank_balances", "business_registrations", "real_estate", "vehicles"]
    assert (decision["status"], sorted(decision["missing"])) == ("unknown", missing)


def test_a_row_that_the_cross_check_doubts_and_the_run_never_sees_leaves_its_household_unknown(
    data: Path, alone: Decisions, tmp_path: Path
) -> None:
    home = first(alone, lambda row: row["status"] == "eligible")
    with (data / "persons.csv").open(encoding="utf-8-sig", newline="") as file:
        number = next(row["证件号码"] for row in csv.DictReader(file) if row["户编号"] == home)
    seen = tmp_path / "bureau"
    shutil.copytree(data / "bureau", seen)
    with (seen / "vehicles.csv").open("a", encoding="gb18030", newline="") as file:
        file.write(f"{number},孙悟空,例B1,小型轿车,50000.00,2020-01-01\r\n")
    crosscheck(data, seen, tmp_path / "facts", as_of=AS_OF)
    found = decided(data, tmp_path / "out", tmp_path / "facts", ["dibao"])
    changed = {key[1]: row for key, row in found.items() if row != alone[key]}
    assert {number: (row["status"], row["missing"]) for number, row in changed.items()} == {
        home: ("unknown", ["vehicles"])
    }


def test_household_by_household_the_decisions_are_those_of_the_run_without_facts(
    data: Path, county: Path, facts: Path, alone: Decisions
) -> None:
    together = decided(data, county / "together", facts)
    assert len(together) > 8000
    assert together == alone
    assert {row["status"] for row in alone.values()} == {"eligible", "ineligible", "unknown"}
    codes = set(pq.read_table(facts / "household_facts.parquet").column("vehicle_count_coverage").to_pylist())
    assert codes == {"covered", "not_covered", "under_review"}
