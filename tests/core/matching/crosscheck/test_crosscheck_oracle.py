"""Whatever the files hold, the facts are those that counting row by row gives."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from crosscheck_oracle import household_facts, link_all, person_facts
from crosscheck_world import make_world, write_world

from bangfu.core.matching.crosscheck import batches, facts, ranges, registry_ingest, sorting
from bangfu.core.matching.crosscheck.run import crosscheck

SEEDS = (1, 2, 3, 4, 5, 6, 7, 8)


def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces so small that this county has many of each: units, blocks, batches, runs of a sort."""
    monkeypatch.setattr(registry_ingest, "UNIT", 16)
    monkeypatch.setattr(ranges, "BLOCK", 5)
    monkeypatch.setattr(batches, "BATCH_ROWS", 4)
    monkeypatch.setattr(facts, "PIECE", 6)
    made = sorting.SortedRows.__init__
    monkeypatch.setattr(sorting.SortedRows, "__init__", lambda self, folder, _: made(self, folder, 300))


def rows_of_file(path: Path, key: str) -> dict[Any, dict[str, Any]]:
    """A Parquet file by key, areas as parts of a millionth."""
    found = {}
    for row in pq.read_table(path).to_pylist():
        found[row[key]] = {
            name: int(value * (1_000_000 if name.startswith("property_area") else 100))
            if isinstance(value, Decimal)
            else value
            for name, value in row.items()
        }
    return found


def differences(found: dict[Any, dict[str, Any]], expected: dict[Any, dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Key, column, what was found and what was expected."""
    assert set(found) == set(expected)
    return [
        (key, column, row.get(column), expected[key].get(column))
        for key, row in found.items()
        for column in sorted({*row, *expected[key]})
        if row.get(column) != expected[key].get(column) or (column in row) != (column in expected[key])
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_facts_are_what_counting_row_by_row_gives(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(seed)
    write_world(world, tmp_path / "county")
    if seed % 2:
        small_pieces(monkeypatch)
    crosscheck(tmp_path / "county", tmp_path / "county", tmp_path / "out", threads=1 + seed % 2)
    linked = link_all(world, tmp_path / "county")
    persons = rows_of_file(tmp_path / "out" / "person_facts.parquet", "person_no")
    assert differences(persons, person_facts(world, linked)) == []
    households = rows_of_file(tmp_path / "out" / "household_facts.parquet", "household_no")
    assert differences(households, household_facts(world, linked)) == []


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_links_are_those_of_linking_the_whole_file(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(seed, households=40)
    write_world(world, tmp_path / "county")
    small_pieces(monkeypatch)
    crosscheck(tmp_path / "county", tmp_path / "county", tmp_path / "out")
    for table, whole in link_all(world, tmp_path / "county").links.items():
        found = pq.read_table(tmp_path / "out" / "links" / f"{table}.parquet").to_pylist()
        assert [row["row_no"] for row in found] == list(range(len(whole)))
        expected = [(None if at is None else world.persons[at]["person_no"], review) for at, review in whole]
        assert [(row["person_no"], row["review"]) for row in found] == expected
