"""`bangfu match`: what it writes, what it refuses, what it says; whole or not at all."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from linking_cast import numbered

from bangfu.core.cli import main
from bangfu.core.matching.links import COLUMNS
from bangfu.core.matching.methods import METHODS

ROOT = Path(__file__).parents[3]
WEIMIN, XIAOHONG, STRANGER = (
    numbered(date(1980, 5, 6), 11),
    numbered(date(1975, 3, 4), 22),
    numbered(date(1999, 9, 9), 1),
)
SLIP = WEIMIN[:9] + "7" + WEIMIN[10:]
PERSONS = {
    "person_no": ["P1", "P2"],
    "household_no": ["H1", "H2"],
    "name": ["张伟民", "李晓红"],
    "id_number": [WEIMIN, XIAOHONG],
}
ROWS = {
    "id_number": [WEIMIN, f" {XIAOHONG}43", SLIP, STRANGER, "12345", WEIMIN],
    "name": ["张伟民", "李晓红", "张伟民", "路人", "无此人", "孙悟空"],
}


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A folder with a registry and a bureau's file."""
    (tmp_path / "registry").mkdir()
    pq.write_table(pa.table(PERSONS), tmp_path / "registry" / "persons.parquet")
    pq.write_table(pa.table(ROWS), tmp_path / "vehicles.parquet")
    return tmp_path


def arguments(county: Path, **changed: Path) -> list[str]:
    given = {"registry": county / "registry", "file": county / "vehicles.parquet", "out": county / "out"} | changed
    return ["match", *(word for name, path in given.items() for word in (f"--{name}", str(path)))]


def called(capsys: pytest.CaptureFixture[str], argv: list[str]) -> tuple[int, str, str]:
    code = main(argv)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert_masked(out + err)
    return code, out, err


def assert_masked(text: str) -> None:
    """No number of a person, no name of one."""
    assert not re.search(r"\d{15}", text)
    for name in (*PERSONS["name"], *ROWS["name"]):
        assert name not in text


def left_over(county: Path) -> list[str]:
    return sorted(path.name for path in county.iterdir() if path.name.startswith("."))


# -- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["registry", "file"])
def test_what_is_not_there_is_bad_usage(capsys: pytest.CaptureFixture[str], county: Path, missing: str) -> None:
    code, _, err = called(capsys, arguments(county, **{missing: county / "nowhere"}))
    assert code == 2
    assert "不存在 / no such file or folder" in err
    assert not (county / "out").exists()


@pytest.mark.parametrize("left_out", ["--registry", "--file", "--out"])
def test_an_option_that_is_left_out_is_named(capsys: pytest.CaptureFixture[str], county: Path, left_out: str) -> None:
    argv = arguments(county)
    at = argv.index(left_out)
    code, _, err = called(capsys, argv[:at] + argv[at + 2 :])
    assert code == 2
    assert left_out in err


@pytest.mark.parametrize(
    ("columns", "zh", "en"),
    [
        ({"id_number": ["", ""], "name": ["张伟民", "李晓红"]}, "这不等于“没有匹配”", "that is not “no matches”"),
        ({"name": ["张伟民"], "车牌": ["A1"]}, "表头中没有“id_number、证件号码", "the header has no column id_number"),
    ],
)
def test_a_file_without_anything_to_link_by_exits_1_in_both_languages_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], county: Path, columns: dict[str, Any], zh: str, en: str
) -> None:
    pq.write_table(pa.table(columns), county / "vehicles.parquet")
    code, out, err = called(capsys, arguments(county))
    assert (code, out) == (1, "")
    assert err.startswith("bangfu: vehicles.parquet：")
    assert zh in err
    assert en in err
    assert not (county / "out").exists()
    assert left_over(county) == []


@pytest.mark.parametrize("columns", [{"person_no": ["P1"]}, {"person_no": ["P1"], "id_number": ["无"]}])
def test_a_registry_without_numbers_exits_1(
    capsys: pytest.CaptureFixture[str], county: Path, columns: dict[str, Any]
) -> None:
    pq.write_table(pa.table(columns), county / "registry" / "persons.parquet")
    code, _, err = called(capsys, arguments(county))
    assert code == 1
    assert err.startswith("bangfu: persons.parquet：")
    assert not (county / "out").exists()


@pytest.mark.parametrize("name", ["vehicles.csv", "vehicles.xlsx", "vehicles.parquet"])
def test_a_broken_file_exits_1(capsys: pytest.CaptureFixture[str], county: Path, name: str) -> None:
    (county / name).write_bytes(b"PK\x03\x04\xff\xfe\x00broken")
    code, _, err = called(capsys, arguments(county, file=county / name))
    assert code == 1
    assert "internal error" not in err
    assert left_over(county) == []


@pytest.mark.parametrize("foreign", ["notes.txt", "summary.json", "run.json"])
def test_a_folder_that_holds_something_else_is_not_replaced(
    capsys: pytest.CaptureFixture[str], county: Path, foreign: str
) -> None:
    (county / "out").mkdir()
    (county / "out" / foreign).write_text("{}", encoding="utf-8")
    code, _, err = called(capsys, arguments(county))
    assert code == 1
    assert "文件夹里有其他内容，不会覆盖" in err
    assert "name another folder" in err
    assert [path.name for path in (county / "out").iterdir()] == [foreign]


@pytest.mark.parametrize("place", ["registry", "."])
def test_neither_the_registry_nor_the_folder_of_the_file_is_replaced(
    capsys: pytest.CaptureFixture[str], county: Path, place: str
) -> None:
    code, _, err = called(capsys, arguments(county, out=county / place))
    assert code == 1
    assert "不会覆盖" in err
    assert (county / "registry" / "persons.parquet").is_file()


def test_a_file_in_the_place_of_the_results_is_not_replaced(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    (county / "out").write_text("x", encoding="utf-8")
    code, _, err = called(capsys, arguments(county))
    assert code == 1
    assert "this is a file" in err
    assert (county / "out").read_text(encoding="utf-8") == "x"


# -- interrupted ------------------------------------------------------------------------------------------------

_BLOCKED = """
import sys, time
from bangfu.core.matching import matching
said = matching.links_table
def blocked(*args):
    print("linking", flush=True)
    time.sleep(60)
matching.links_table = blocked
from bangfu.core.cli import main
sys.exit(main(sys.argv[1:]))
"""


def interrupted(county: Path, by: int) -> tuple[int, str]:
    """Run `match`, send it a signal when it has linked and not yet written; its exit code and what it said."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        [sys.executable, "-c", _BLOCKED, *arguments(county)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "linking\n"
        process.send_signal(by)
        _, err = process.communicate(timeout=30)
    return process.returncode, err


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_exits_130_and_leaves_nothing(county: Path, by: int) -> None:
    code, err = interrupted(county, by)
    assert code == 130
    assert "已中断，没有留下半成品" in err
    assert "Traceback" not in err
    assert not (county / "out").exists()
    assert left_over(county) == []


def test_a_killed_run_leaves_no_results_and_the_next_one_clears_its_traces(
    capsys: pytest.CaptureFixture[str], county: Path
) -> None:
    assert interrupted(county, signal.SIGKILL)[0] == -signal.SIGKILL
    assert not (county / "out").exists()
    assert len(left_over(county)) == 1
    assert called(capsys, arguments(county))[0] == 0
    assert left_over(county) == []


def test_an_interrupted_run_leaves_the_earlier_results_alone(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    assert called(capsys, arguments(county))[0] == 0
    before = (county / "out" / "links.parquet").read_bytes()
    for by in (signal.SIGINT, signal.SIGKILL):
        interrupted(county, by)
        assert (county / "out" / "links.parquet").read_bytes() == before


def test_results_that_a_killed_run_had_put_away_come_back(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    assert called(capsys, arguments(county))[0] == 0
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (county / "out").rename(county / f".out.old-{gone.pid}-abc")
    pq.write_table(pa.table({"id_number": [""]}), county / "vehicles.parquet")
    assert called(capsys, arguments(county))[0] == 1
    assert (county / "out" / "links.parquet").is_file()
    assert left_over(county) == []


# -- what works -------------------------------------------------------------------------------------------------


def test_a_run_says_how_many_rows_were_linked_and_where_the_results_are(
    capsys: pytest.CaptureFixture[str], county: Path
) -> None:
    code, out, err = called(capsys, arguments(county))
    assert (code, err) == (0, "")
    assert out == f"行 rows: 6; 对应 linked: 3; 须核实 review: 1; 未对应 unlinked: 2\n结果 results: {county / 'out'}\n"


def test_links_have_the_columns_and_types_of_the_documents(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    called(capsys, arguments(county))
    table = pq.read_table(county / "out" / "links.parquet")
    assert table.column_names == list(COLUMNS)
    assert [str(field.type) for field in table.schema] == [
        "int64", "string", "dictionary<values=string, indices=int8, ordered=0>", "float", "bool", "string",
    ]  # fmt: skip
    assert table.column("row_no").to_pylist() == list(range(6))
    assert set(table.column("method").to_pylist()) <= {method.code for method in METHODS}
    for column in ("row_no", "method", "score", "review"):
        assert table.column(column).null_count == 0
    found = {name: table.column(name).to_pylist() for name in ("person_no", "method", "review", "note")}
    assert found == {
        "person_no": ["P1", "P2", "P1", None, None, None],
        "method": ["id_name", "id_name", "number_slip", "not_registered", "no_candidate", "contradicts"],
        "review": [False, False, False, False, False, True],
        "note": [None, "去掉空格；取残疾人证号前18位", "证件号码校验位不对", None, "证件号码位数不对", "可能是：P1"],
    }
    scores = table.column("score").to_pylist()
    assert scores[0] == scores[1] == 1.0
    assert 0.995 <= scores[2] < 1
    assert scores[3:] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("kind", ["int64", "int32", "large_string", "dictionary"])
def test_person_no_has_the_type_of_the_registry(capsys: pytest.CaptureFixture[str], county: Path, kind: str) -> None:
    keys = (
        pa.array(["P1", "P2"], pa.large_string())
        if kind == "large_string"
        else pa.array([7, 8], kind)
        if "int" in kind
        else pa.array(["P1", "P2"]).dictionary_encode()
    )
    pq.write_table(pa.table({**PERSONS, "person_no": keys}), county / "registry" / "persons.parquet")
    assert called(capsys, arguments(county))[0] == 0
    column = pq.read_table(county / "out" / "links.parquet").column("person_no")
    assert str(column.type) in (kind, "string")
    assert column.to_pylist()[:2] == keys.to_pylist()


def test_no_name_and_no_number_is_in_the_results(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    called(capsys, arguments(county))
    table = pq.read_table(county / "out" / "links.parquet").drop_columns("score")
    assert_masked(json.dumps(table.to_pylist(), ensure_ascii=False))
    assert_masked((county / "out" / "summary.json").read_text(encoding="utf-8"))


def test_the_summary_counts_what_became_of_the_rows(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    manifest = {"source": "县公安局", "as_of": "2026-09-30", "covers": {"areas": ["990101"]}}
    (county / "vehicles.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    called(capsys, arguments(county))
    summary = json.loads((county / "out" / "summary.json").read_text(encoding="utf-8"))
    seconds = summary.pop("seconds")
    assert 0 < seconds < 60
    assert {key: summary[key] for key in ("file", "rows", "persons", "linked", "review", "unlinked")} == {
        "file": "vehicles.parquet", "rows": 6, "persons": 2, "linked": 3, "review": 1, "unlinked": 2,
    }  # fmt: skip
    assert summary["methods"] == {
        "contradicts": 1,
        "id_name": 2,
        "no_candidate": 1,
        "not_registered": 1,
        "number_slip": 1,
    }
    assert (
        sum(summary["methods"].values())
        == summary["rows"]
        == summary["linked"] + summary["review"] + summary["unlinked"]
    )
    assert summary["manifest"] == {"source": "县公安局", "as_of": "2026-09-30"}
    assert summary["manifest_problem"] is None


def test_the_same_input_gives_the_same_bytes(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    called(capsys, arguments(county))
    called(capsys, arguments(county, out=county / "again"))
    one, two = (county / name / "links.parquet" for name in ("out", "again"))
    assert one.read_bytes() == two.read_bytes()


def test_an_earlier_run_is_replaced_whole(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    called(capsys, arguments(county))
    (county / "out" / "seen.txt").write_text("x", encoding="utf-8")
    pq.write_table(pa.table({"id_number": [WEIMIN]}), county / "vehicles.parquet")
    time.sleep(0.01)
    called(capsys, arguments(county))
    assert pq.read_table(county / "out" / "links.parquet").num_rows == 1
    assert not (county / "out" / "seen.txt").exists()
    assert left_over(county) == []


def test_a_file_without_rows_is_a_run_with_no_links(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    (county / "vehicles.csv").write_text("证件号码,姓名\n", encoding="utf-8")
    code, out, _ = called(capsys, arguments(county, file=county / "vehicles.csv"))
    assert (code, out.splitlines()[0]) == (0, "行 rows: 0; 对应 linked: 0; 须核实 review: 0; 未对应 unlinked: 0")
    assert pq.read_table(county / "out" / "links.parquet").num_rows == 0
