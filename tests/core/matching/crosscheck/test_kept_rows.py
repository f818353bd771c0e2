"""The rows behind a cross-check are kept without what identifies anybody, and are those of the ingests."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from crosscheck_world import make_world, write_world

from bangfu.core.matching.crosscheck import registry_ingest
from bangfu.core.matching.crosscheck.errors import DataError
from bangfu.core.matching.crosscheck.kept_rows import FOLDER, KeptRows, sort_facts, write_rows
from bangfu.core.matching.crosscheck.returned_rows import Returned
from bangfu.core.matching.crosscheck.run import crosscheck
from bangfu.core.matching.report.catalogue import COLUMNS, hidden
from bangfu.core.matching.report.folder import read_crosscheck
from bangfu.core.values.text import mask


def test_without_ingests_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        write_rows(tmp_path)
    assert str(error.value) == f"{tmp_path}: 不是核对结果 / this is no folder of a cross-check"
    assert KeptRows(tmp_path).rows_of("H001") == []


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_every_household_has_the_rows_of_the_ingests_with_numbers_masked(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_ingest, "UNIT", 16)
    world = make_world(seed)
    write_world(world, tmp_path / "county")
    allowed = {str(row["household_no"]) for row in world.persons if row["household_no"] is not None}
    left_out = min(allowed)
    agreed = allowed - {left_out}
    crosscheck(tmp_path / "county", tmp_path / "county", tmp_path / "out", allowed=lambda _table, _on: agreed)
    write_rows(tmp_path / "out")
    kept, returned, rows = KeptRows(tmp_path / "out"), Returned(tmp_path / "out"), 0
    assert kept.rows_of(left_out) == []
    for number in sorted(allowed):
        expected = [
            (r.table, r.row_no, r.person_no, r.method, r.review, masked(r.values)) for r in returned.rows_of(number)
        ]
        found = [(r.table, r.row_no, r.person_no, r.method, r.review, dict(r.values)) for r in kept.rows_of(number)]
        assert found == expected
        rows += len(found)
    assert rows > 20
    for path in (tmp_path / "out" / FOLDER).iterdir():
        content = path.read_bytes()
        assert not [p for p in world.persons if p.get("id_number") and str(p["id_number"]).encode() in content], (
            path.name
        )


def test_facts_in_the_order_of_households_say_the_same_of_each(tmp_path: Path) -> None:
    world = make_world(24)
    write_world(world, tmp_path / "county")
    crosscheck(tmp_path / "county", tmp_path / "county", tmp_path / "out")
    numbers = {str(row["household_no"]) for row in world.persons if row["household_no"] is not None}
    before = {number: read_crosscheck(tmp_path / "out", {number}) for number in numbers}
    sort_facts(tmp_path / "out")
    assert {number: read_crosscheck(tmp_path / "out", {number}) for number in numbers} == before
    order = pq.read_table(tmp_path / "out" / "person_facts.parquet").column("household_no").drop_null().to_pylist()
    assert order == sorted(order)
    assert len(order) > 20


def masked(values: object) -> dict[str, object]:
    """As the report masks them."""
    assert isinstance(values, dict)

    def one(name: str, value: object) -> object:
        if not isinstance(value, str):
            return value
        return mask(value) if COLUMNS.get(name, (None, ""))[1] == "number" else hidden(value, every=True)

    return {name: one(name, value) for name, value in values.items()}
