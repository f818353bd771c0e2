"""What a cross-check refuses, what it keeps, and what it reads again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from crosscheck_world import AREAS, make_world, number_of, write_table, write_world

from bangfu.core.cli.main import main
from bangfu.core.files.remarks import FileError
from bangfu.core.files.whole import OutputError
from bangfu.core.matching.crosscheck.errors import DataError
from bangfu.core.matching.crosscheck.run import crosscheck
from bangfu.core.matching.crosscheck.steps import in_turn
from bangfu.core.matching.crosscheck.store import read_arrow
from bangfu.core.matching.tokens.keys import TokenKey
from bangfu.core.matching.tokens.writing import write_tokens

SECRET = "f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5"


def county(folder: Path, seed: int = 31) -> Path:
    write_world(make_world(seed), folder)
    return folder


def bytes_of(out: Path) -> dict[str, bytes]:
    """Every result but the summary, which says how long things took."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in ("summary.json", "hashes.json")
    }


# -- refusals --------------------------------------------------------------------------------------------------


def test_a_folder_without_bureau_files_is_refused_and_not_read_as_nobody_has_anything(tmp_path: Path) -> None:
    data = county(tmp_path / "county")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError) as error:
        crosscheck(data, tmp_path / "empty", tmp_path / "out")
    assert str(error.value).startswith(
        f"{tmp_path / 'empty'}: 没有部门数据文件 / no bureau's file is there; 文件名应为 / expected names: deaths、custody、"
    )


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("noted", [True, False])
def test_a_file_of_tokens_is_refused_and_not_read_as_nobody_has_a_vehicle(
    ending: str, noted: bool, tmp_path: Path
) -> None:
    data = county(tmp_path / "county")
    for path in (data / "bureau").glob("vehicles.*"):
        path.unlink()
    plain = tmp_path / "plain.csv"
    plain.write_text(f"证件号码,姓名,出生日期,估值\n{number_of(Random(1))},张三,1990-01-01,1\n", encoding="utf-8")
    made = data / "bureau" / f"vehicles.{ending}"
    write_tokens(TokenKey(bytes.fromhex(SECRET)), plain, made, name_birth=True)
    if not noted:
        made.with_name("vehicles.tokens.json").unlink()
    with pytest.raises(FileError) as error:
        crosscheck(data, data, tmp_path / "out")
    assert error.value.line("en") == (
        f"{made.name}: it carries tokens in place of ID numbers (or vehicles.tokens.json lies beside it), which cannot "
        "be linked here; that is not “no matches”. Link it with bangfu match --key FILE; if the file is plain after "
        "all, move the note away."
    )
    assert error.value.line("zh").startswith(
        f"{made.name}：该文件以密文代替证件号码（或旁边有 vehicles.tokens.json），"
    )
    assert not (tmp_path / "out" / "person_facts.parquet").exists()


@pytest.mark.parametrize("blank", [None, "", " ", "/"])
def test_an_empty_column_of_numbers_is_refused_and_not_read_as_no_rows(blank: str | None, tmp_path: Path) -> None:
    data = county(tmp_path / "county")
    for path in (data / "bureau").glob("vehicles.*"):
        path.unlink()
    rows = {"id_number": pa.array([blank, blank], pa.string()), "name": ["王伟", "李芳"], "value": [100, 200]}
    pq.write_table(pa.table(rows), data / "bureau" / "vehicles.parquet")
    with pytest.raises(FileError) as error:
        crosscheck(data, data, tmp_path / "out")
    assert str(error.value) == (
        "vehicles.parquet：“证件号码”列没有一行有内容，无法对应到人员；这不等于“没有匹配”。 请来源单位重新导出，或检查列是否放错。"
    )
    assert not (tmp_path / "out" / "household_facts.parquet").exists()


def test_a_file_without_a_column_of_numbers_is_refused(tmp_path: Path) -> None:
    data = county(tmp_path / "county")
    for path in (data / "bureau").glob("vehicles.*"):
        path.unlink()
    pq.write_table(pa.table({"name": ["王伟"], "value": [100]}), data / "bureau" / "vehicles.parquet")
    with pytest.raises(FileError) as error:
        crosscheck(data, data, tmp_path / "out")
    assert error.value.code == "no_key_column"


def test_a_folder_that_holds_something_else_is_not_overwritten(tmp_path: Path) -> None:
    data = county(tmp_path / "county")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError):
        crosscheck(data, data, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_where_no_manifest_names_a_day_it_is_today_and_nobody_is_covered(tmp_path: Path) -> None:
    data = county(tmp_path / "county")
    for path in (data / "bureau").glob("*.manifest.json"):
        path.unlink()
    assert crosscheck(data, data, tmp_path / "out").summary["as_of"] == date.today().isoformat()
    facts = pq.read_table(tmp_path / "out" / "household_facts.parquet")
    assert "covered" not in {value for column in facts.column_names for value in facts.column(column).to_pylist()}


def test_the_command_says_what_it_did_and_which_files_it_did_not_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = county(tmp_path / "county")
    (data / "bureau" / "vehicle.csv").write_text("证件号码\n", encoding="utf-8")
    command = ["crosscheck", "--registry", str(data), "--bureau", str(data / "bureau"), "--out", str(tmp_path / "out")]
    assert main([*command, "--no-links"]) == 0
    printed = capsys.readouterr().out
    assert "基准日 as of: 2026-10-31" in printed
    assert "未用到的文件 files not used: vehicle.csv" in printed
    assert not (tmp_path / "out" / "links").exists()
    assert main([*command, "--as-of", "31.10.2026"]) == 2


# -- what is kept ----------------------------------------------------------------------------------------------


def test_one_new_file_touches_only_that_file(tmp_path: Path) -> None:
    world = make_world(32)
    data = tmp_path / "county"
    write_world(world, data)
    first = crosscheck(data, data, tmp_path / "out").summary
    assert all(table["ingested"] for table in first["tables"].values())
    before = {path.name: state(path) for path in (tmp_path / "out" / "ingest").iterdir() if path.is_dir()}
    world.tables["payroll"] = world.tables["payroll"][1:]
    write_table(world, "payroll", data)
    second = crosscheck(data, data, tmp_path / "out").summary
    assert {name for name, table in second["tables"].items() if table["ingested"]} == {"payroll"}
    assert second["registry_ingested"] is False
    after = {path.name: state(path) for path in (tmp_path / "out" / "ingest").iterdir() if path.is_dir()}
    gone, new = set(before) - set(after), set(after) - set(before)
    assert [name.split("-")[0] for name in (*gone, *new)] == ["payroll", "payroll"]
    assert all(after[name] == before[name] for name in set(after) & set(before))
    fresh = crosscheck(data, data, tmp_path / "again")
    assert bytes_of(fresh.out) == bytes_of(tmp_path / "out")


def state(folder: Path) -> list[tuple[str, int, int]]:
    """The files themselves: inode and time of change of what they hold."""
    return sorted((path.name, path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir())


def test_ingests_are_for_their_owner_only(tmp_path: Path) -> None:
    data = county(tmp_path / "county")
    crosscheck(data, data, tmp_path / "out")
    folders = [tmp_path / "out" / "ingest", *(tmp_path / "out" / "ingest").iterdir()]
    assert {path.stat().st_mode & 0o777 for path in folders if path.is_dir()} == {0o700}


def test_results_hold_no_names_and_no_numbers(tmp_path: Path) -> None:
    world = make_world(38)
    write_world(world, tmp_path / "county")
    crosscheck(tmp_path / "county", tmp_path / "county", tmp_path / "out")
    written = "".join(
        str(pq.read_table(path).to_pydict()) for path in (tmp_path / "out").rglob("*.parquet") if path.is_file()
    )
    for path in (tmp_path / "out" / "state").glob("*.arrow"):
        written += str(read_arrow(path).to_pydict())
    book = openpyxl.load_workbook(tmp_path / "out" / "conflicts.xlsx")
    written += str([row for sheet in book for row in sheet.iter_rows(values_only=True)])
    assert "H001" in written
    assert "王*" in written or "李*" in written or "**" in written
    personal = {row[key] for row in world.persons for key in ("id_number", "name") if len(row[key]) > 1}
    assert [text for text in personal if text in written] == []


def test_threads_and_memory_do_not_change_the_bytes(tmp_path: Path) -> None:
    data = county(tmp_path / "county", seed=34)
    crosscheck(data, data, tmp_path / "one", threads=1, memory_mb=64)
    crosscheck(data, data, tmp_path / "three", threads=3, memory_mb=4096)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "three")


# -- interrupted -----------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from bangfu.core.matching.crosscheck import run
ingest, done = run.ingest_table, []
def dying(path, table, *rest):
    if len(done) == 3:
        from bangfu.core.matching.crosscheck.sorting import SortedRows
        SortedRows.finish = lambda self: os.kill(os.getpid(), signal.SIGKILL)
    done.append(table.name)
    return ingest(path, table, *rest)
run.ingest_table = dying
run.crosscheck(Path(sys.argv[1]), Path(sys.argv[1]), Path(sys.argv[2]), threads=1)
"""


def test_an_ingest_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    data = county(tmp_path / "county", seed=35)
    tables = [path.name.split(".")[0] for path in (data / "bureau").iterdir() if "manifest" not in path.name]
    assert len(set(tables)) > 5
    process = subprocess.run([sys.executable, "-c", KILLED, str(data), str(tmp_path / "out")], check=False)
    assert process.returncode == -signal.SIGKILL
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["ingest"]
    found = crosscheck(data, data, tmp_path / "out").summary
    assert found["registry_ingested"] is False
    assert sum(not table["ingested"] for table in found["tables"].values()) == 3
    crosscheck(data, data, tmp_path / "again")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "again")
    assert [path.name for path in tmp_path.iterdir() if ".partial-" in path.name] == []


def test_an_interrupted_run_leaves_the_earlier_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = county(tmp_path / "county")
    crosscheck(data, data, tmp_path / "out")
    before = bytes_of(tmp_path / "out")

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bangfu.core.matching.crosscheck.run.write_sources", interrupted)
    with pytest.raises(KeyboardInterrupt):
        crosscheck(data, data, tmp_path / "out", as_of=date(2026, 1, 1))
    assert bytes_of(tmp_path / "out") == before


def test_the_first_error_of_a_thread_stops_all(tmp_path: Path) -> None:
    committed: list[int] = []

    def work(number: int) -> int:
        if number == 5:
            raise ValueError("five")
        return number

    with pytest.raises(ValueError, match="five"):
        in_turn(1000, 3, work, lambda number, _: committed.append(number))
    assert committed == [0, 1, 2, 3, 4]


# -- hostile files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [False, True])
def test_a_million_rows_of_one_number_stay_fast(shared: bool, tmp_path: Path) -> None:
    rng = Random(1)
    numbers = [number_of(rng) for _ in range(1000)]
    if shared:
        numbers[1] = numbers[0]  # two registered persons carry it
    persons = {
        "person_no": list(range(1000)),
        "household_no": [at // 2 for at in range(1000)],
        "id_number": numbers,
        "name": ["王伟", "李芳"] + ["张敏"] * 998,
    }
    data = tmp_path / "county"
    (data / "bureau").mkdir(parents=True)
    pq.write_table(pa.table(persons), data / "persons.parquet")
    households = {"household_no": list(range(500)), "region_code": [AREAS[0]] * 500}
    pq.write_table(pa.table(households), data / "households.parquet")
    size = 1_000_000
    name = pa.array(["王伟", "赵刚"]).take(pa.array([0, 0, 0, 1] * (size // 4)))  # every fourth is somebody else's row
    rows = {
        "id_number": pa.array([numbers[0]]).take(pa.array([0] * size)),
        "name": name,
        "balance": pa.array([1] * size),
    }
    pq.write_table(pa.table(rows), data / "bureau" / "financial_assets.parquet")
    covers = {"as_of": "2026-10-31", "covers": {"areas": ["990101"]}}
    (data / "bureau" / "financial_assets.manifest.json").write_text(json.dumps(covers))
    started = time.perf_counter()
    crosscheck(data, data, tmp_path / "out", links=False)
    assert time.perf_counter() - started < 60  # minutes or hours where every row is looked at by itself
    first = pq.read_table(tmp_path / "out" / "household_facts.parquet").slice(0, 1).to_pylist()[0]
    assert first["financial_assets"] is None
    assert first["financial_assets_coverage"] == "under_review"
    assert first["financial_assets_found"] == size // 4 * 3


def test_columns_that_changed_places_are_read_from_their_right_place(tmp_path: Path) -> None:
    world = make_world(36)
    world.tables["vehicles"] = [
        {"id_number": person["name"], "name": person["id_number"], "kind": "小型轿车", "value": 100}
        for person in world.persons
        if len(person["id_number"]) == 18
    ]
    world.identity["vehicles"] = ["id_number", "name"]
    world.files["vehicles"], world.manifests["vehicles"] = (
        "parquet",
        {"as_of": "2026-10-31", "covers": {"areas": ["99"]}},
    )
    write_world(world, tmp_path / "county")
    found = crosscheck(tmp_path / "county", tmp_path / "county", tmp_path / "out").summary["tables"]["vehicles"]
    assert found["linked"] > 0.9 * found["rows"]


def test_a_second_process_on_one_folder_is_refused_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    from bangfu.core.files.whole import OutputError, alone

    out = tmp_path / "facts"
    hold = "import sys, time; from pathlib import Path; from bangfu.core.files.whole import alone\nwith alone(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", hold, str(out)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(OutputError, match="另一个进程正在写这个文件夹"), alone(out):
        pass
    child.kill()
    child.wait()
    with alone(out):
        assert (tmp_path / ".facts.lock").exists()
    assert list(tmp_path.iterdir()) == []
