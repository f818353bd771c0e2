"""A run: the same bytes for the same files, refusals by name, and never half an output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.api import read_decisions, screen
from bangfu.core.engines import duckdb_engine
from bangfu.core.files.whole import OutputError
from bangfu.core.screening import chunks
from bangfu.core.screening.dataset import DataError
from tests.core.support.tiny_book import DAY, policy, write_book

FACTS = {
    "rooms": {"of": "household", "type": "integer"},
    "wage": {"of": "person", "type": "money", "unit": "fen", "min": 0},
}
POLICIES = [
    policy("poor", "sum(persons.wage) < 1", receives="rooms = 3"),
    {**policy("worker", "wage > 0.02 and eligible(poor)"), "of": "person"},
]
SLOW = """
import sys, time
from datetime import date
from bangfu.core.api import screen
def stop(*told):
    print("working", flush=True)
    time.sleep(60)
day = date(2024, 3, 1)
screen(rulebook=sys.argv[1], data=sys.argv[2], as_of=day, out=sys.argv[3], only=("decisions",), progress=stop)
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path / "book", FACTS, POLICIES)


def county(folder: Path, rooms: dict[int, int | None], wages: dict[int, tuple[int, int | None]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    homes = {"household_no": list(rooms), "rooms": pa.array(rooms.values(), pa.int64())}
    people = {
        "person_no": list(wages), "household_no": pa.array([h for h, _ in wages.values()], pa.int64()),
        "wage": pa.array([w for _, w in wages.values()], pa.int64()),
    }  # fmt: skip
    pq.write_table(pa.table(homes), folder / "households.parquet", row_group_size=50)
    pq.write_table(pa.table(people), folder / "persons.parquet", row_group_size=50)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    people = {i: (i // 2, None if i % 17 == 0 else i % 400) for i in range(400)}
    return county(tmp_path / "data", {i: i % 5 for i in range(200)}, people)


def run(book: Path, data: Path, out: Path, **more: Any) -> Path:
    more.setdefault("only", ("decisions",))
    return screen(rulebook=book, data=data, as_of=DAY, out=out, **more)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.parquet"))}


def statuses(out: Path, name: str) -> dict[Any, str]:
    rows = read_decisions(out).to_pylist()
    return {row["person_no"] or row["household_no"]: row["status"] for row in rows if row["policy"] == name}


# Refusals


def test_household_keys_that_stand_twice_are_named_with_their_file(book: Path, tmp_path: Path):
    data = county(tmp_path / "data", {1: 1, 2: 2}, {1: (1, 5)})
    pq.write_table(pa.table({"household_no": [1, 2, 2, 3, 3], "rooms": [1] * 5}), data / "households.parquet")
    with pytest.raises(DataError, match=r"households\.parquet.*2, 3"):
        run(book, data, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["book", "data"]


def test_a_folder_that_is_not_a_run_is_not_overwritten(book: Path, data: Path, tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("keep me")
    with pytest.raises(OutputError, match="不会覆盖"):
        run(book, data, tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["letter.txt"]


def test_a_file_in_the_place_of_the_output_is_not_overwritten(book: Path, data: Path, tmp_path: Path):
    (tmp_path / "out").write_text("keep me")
    with pytest.raises(OutputError, match="这是一个文件"):
        run(book, data, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "keep me"


def test_an_error_in_the_middle_leaves_nothing_and_keeps_the_run_before(book: Path, data: Path, tmp_path: Path):
    run(book, data, tmp_path / "out")
    before = contents(tmp_path / "out")

    def fail(*told: object) -> None:
        raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError, match="power"):
        run(book, data, tmp_path / "out", progress=fail)
    assert contents(tmp_path / "out") == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["book", "data", "out"]


def test_a_killed_run_leaves_no_output_and_the_next_one_cleans_up(book: Path, data: Path, tmp_path: Path):
    environment = {**os.environ, "PYTHONPATH": "src"}
    command = [sys.executable, "-c", SLOW, str(book), str(data), str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"working\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    time.sleep(0.1)
    assert not (tmp_path / "out").exists()
    assert [p for p in tmp_path.iterdir() if ".partial-" in p.name]
    run(book, data, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["book", "data", "out"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SET enable_external_access = true",
        "SET memory_limit = '9GB'",
        "RESET lock_configuration",
        "COPY (SELECT 1) TO '/tmp/bangfu-outside.parquet'",
        "ATTACH '/tmp/bangfu-outside.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
    ],
)
def test_the_engine_reaches_nothing_outside_its_folders_and_stays_locked(sql: str, tmp_path: Path):
    connection = duckdb_engine.connect([tmp_path], threads=1, memory_mb=256)
    with pytest.raises(duckdb.Error):
        connection.execute(sql)


def test_a_path_that_leaves_an_allowed_folder_by_dots_is_outside(tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    connection = duckdb_engine.connect([tmp_path / "in"], threads=1, memory_mb=256)
    with pytest.raises(duckdb.Error):
        connection.execute(f"SELECT * FROM read_csv('{tmp_path}/in/../secret.csv')")


# What a run gives


def test_one_thread_and_two_write_the_same_bytes(
    book: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(chunks, "SMALL", 30)
    one, two = (run(book, data, tmp_path / f"out{n}", threads=n) for n in (1, 2))
    assert len(list((one / "decisions").iterdir())) == 2
    assert contents(one) == contents(two)


def test_however_the_households_are_cut_the_decisions_are_the_same(
    book: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = read_decisions(run(book, data, tmp_path / "whole")).to_pylist()
    monkeypatch.setattr(chunks, "SMALL", 30)
    cut = read_decisions(run(book, data, tmp_path / "cut")).to_pylist()
    assert sorted(map(repr, whole)) == sorted(map(repr, cut))


def test_rows_in_another_order_give_the_same_decisions(book: Path, data: Path, tmp_path: Path):
    # the bytes may differ, since rows are written in the order in which they are read
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for name in ("households", "persons"):
        table = pq.read_table(data / f"{name}.parquet")
        pq.write_table(table.take(list(range(table.num_rows))[::-1]), mixed / f"{name}.parquet")
    left, right = (run(book, d, tmp_path / f"out-{d.name}") for d in (data, mixed))
    assert sorted(map(repr, read_decisions(left).to_pylist())) == sorted(map(repr, read_decisions(right).to_pylist()))


def test_a_person_without_a_household_row_is_decided_unknown_and_told_as_an_error_of_the_data(
    book: Path, tmp_path: Path
):
    data = county(tmp_path / "data", {1: 1}, {1: (1, 5), 2: (9, 5), 3: (8, None)})
    out = run(book, data, tmp_path / "out")
    assert statuses(out, "worker") == {1: "eligible", 2: "unknown", 3: "unknown"}
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert [text for text in record["warnings"] if text.startswith("persons.parquet: 2 ")]


def test_a_registry_in_order_is_not_said_to_have_strays(book: Path, data: Path, tmp_path: Path):
    record = json.loads((run(book, data, tmp_path / "out") / "run.json").read_text(encoding="utf-8"))
    assert not [text for text in record["warnings"] if "persons.parquet" in text]


def test_a_run_of_one_policy_gives_the_rows_of_the_full_run(book: Path, data: Path, tmp_path: Path):
    full = read_decisions(run(book, data, tmp_path / "full")).to_pylist()
    one = read_decisions(run(book, data, tmp_path / "one", policies=("worker",))).to_pylist()
    assert sorted(map(repr, one)) == sorted(repr(row) for row in full if row["policy"] == "worker")


def test_findings_are_marked_new_unchanged_and_gone(book: Path, tmp_path: Path):
    pytest.importorskip("bangfu.core.screening.snapshot", reason="worklists need the snapshots of counties' files")
    people = {1: (1, 5), 2: (2, 500), 3: (3, 5)}
    old = county(tmp_path / "old", {1: 1, 2: 3, 3: 1}, people)
    new = county(tmp_path / "new", {1: 1, 2: 1, 3: 1, 4: 3}, {**people, 3: (3, 900), 4: (4, 900)})
    everything = ("decisions", "alerts", "checks", "indicators", "worklists")
    before = run(book, old, tmp_path / "before", only=everything)
    after = run(book, new, tmp_path / "after", only=everything, previous=before)
    rows = pq.read_table(after / "findings.parquet").to_pylist()
    marked = {(row["household_no"], row["change"]) for row in rows if row["policy"] == "poor"}
    assert marked == {(1, "unchanged"), (2, "gone"), (3, "gone"), (4, "new")}
