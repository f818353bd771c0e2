"""One household's rows can be read out of the results, whoever linked them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from crosscheck_oracle import link_all
from crosscheck_world import make_world, write_world

from bangfu.core.matching.crosscheck import registry_ingest
from bangfu.core.matching.crosscheck.errors import DataError
from bangfu.core.matching.crosscheck.returned_rows import rows_of
from bangfu.core.matching.crosscheck.run import crosscheck


def test_a_folder_that_is_no_cross_check_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        rows_of(tmp_path, "H001")
    assert str(error.value) == f"{tmp_path}: 不是核对结果 / this is no folder of a cross-check"


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_household_has_just_the_rows_that_were_linked_to_its_members_or_may_be_theirs(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_ingest, "UNIT", 16)
    world = make_world(seed)
    write_world(world, tmp_path / "county")
    crosscheck(tmp_path / "county", tmp_path / "county", tmp_path / "out")
    expected: dict[Any, set[tuple[Any, ...]]] = defaultdict(set)
    linked = link_all(world, tmp_path / "county")
    for table, told in linked.links.items():
        methods = pq.read_table(tmp_path / "out" / "links" / f"{table}.parquet").column("method").to_pylist()
        for row_no, (person, review) in enumerate(told):
            others = linked.others[table].get(row_no, ()) if review else ()
            for who in {person, *others} - {None}:
                home = world.persons[who]["household_no"]
                expected[home].add((table, row_no, world.persons[who]["person_no"], methods[row_no], review))
    for number in {row["household_no"] for row in world.persons} - {None}:
        found = rows_of(tmp_path / "out", number)
        assert {(r.table, r.row_no, r.person_no, r.method, r.review) for r in found} == expected[number]
        for row in found:
            written = world.tables[row.table][row.row_no]
            assert {name: row.values[name] for name in row.values if name != "area_m2"} == {
                name: written[name] for name in row.values if name != "area_m2"
            }
    with pytest.raises(KeyError):
        rows_of(tmp_path / "out", "H999")
