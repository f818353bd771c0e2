"""The commands: exit codes, messages for a person, and never a traceback for bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu import __version__
from bangfu.core.cli import main
from bangfu.core.cli.parser import PARTS, build_parser
from bangfu.core.screening import run
from tests.core.support.reference_data import registry, write

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "rulebook" / "reference"
AS_OF = ("--as-of", "2024-09-01")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(registry(1, 12), tmp_path_factory.mktemp("county"))


def called(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = main([str(item) for item in argv])
    out, err = capsys.readouterr()
    assert "Traceback" not in err + out
    return code, out, err


def command(*argv: object, **env: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "bangfu.core.cli", *map(str, argv)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths, **env},
    )  # fmt: skip


# -- bad usage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        ([], "COMMAND"),
        (["nonsense"], "invalid choice"),
        (["rulebook"], "COMMAND"),
        (["rulebook", "check", "/no/such/place"], "不存在 / no such file or folder"),
        (["rulebook", "test", REFERENCE, "--cases", "/no/such.yml"], "no such file or folder"),
        (["screen", "--rulebook", REFERENCE], "--data"),
        (["screen", "--rulebook", REFERENCE, "--data", "/no", *AS_OF, "--out", "/tmp/x"], "/no: 不存在"),
        (["explain", "--rulebook", REFERENCE, "--data", ".", "--as-of", "2024-13-01", "--household", 1], "2024-13-01"),
        (["explain", "--rulebook", REFERENCE, "--data", ".", "--as-of", "1.9.2024", "--household", 1], "日期"),
        (["worklists", "read", "/no.xlsx", "--out", "/tmp/x"], "/no.xlsx: 不存在"),
        (["demo", "--households", "many", "--out", "/tmp/x"], "positive whole number"),
    ],
)
def test_bad_usage_exits_2_and_says_what_was_expected(
    capsys: pytest.CaptureFixture[str], argv: list[object], told: str
) -> None:
    code, _, err = called(capsys, *argv)
    assert code == 2
    assert told in err


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--engine", "spark"), "尚未提供"),
        (("--only", "decisions,numbers"), "'numbers'"),
        (("--memory", "lots"), "2GB"),
        (("--memory", "1KB"), "64MB"),
        (("--threads", "0"), "positive whole number"),
        (("--policies", "dibo"), "did you mean 'dibao'"),
    ],
)
def test_an_option_that_cannot_be_followed_exits_2_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], county: Path, tmp_path: Path, option: tuple[str, str], told: str
) -> None:
    out = tmp_path / "out"
    code, _, err = called(
        capsys, "screen", "--rulebook", REFERENCE, "--data", county, *AS_OF, "--out", out, *option
    )  # fmt: skip
    assert code == 2
    assert told in err
    assert list(tmp_path.iterdir()) == []


def test_a_policy_or_household_that_is_not_there_exits_2_with_what_is_near(
    capsys: pytest.CaptureFixture[str], county: Path
) -> None:
    explain = ("explain", "--rulebook", REFERENCE, "--data", county, *AS_OF)
    code, _, err = called(capsys, *explain, "--household", 1, "--policy", "dibo")
    assert (code, "did you mean 'dibao'" in err) == (2, True)
    code, _, err = called(capsys, *explain, "--household", 999_999)
    assert (code, "hh_id of households.parquet" in err) == (2, True)
    code, _, err = called(capsys, *explain, "--household", "H1'; --")
    assert (code, "is not a number" in err) == (2, True)


# -- bad data and bad rules -----------------------------------------------------------------------------


def test_a_broken_rulebook_exits_1_with_file_line_and_column(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "rulebook.yml").write_text("name: [x\n  version: 1\n", encoding="utf-8")
    code, _, err = called(capsys, "rulebook", "check", tmp_path)
    assert code == 1
    assert err.startswith("bangfu: 规则集有")
    assert f"{tmp_path / 'rulebook.yml'}:" in err


def test_a_file_in_place_of_a_folder_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    single = tmp_path / "file"
    single.write_text("x", encoding="utf-8")
    code, _, err = called(capsys, "rulebook", "check", single)
    assert code == 1
    assert str(single) in err
    code, _, err = called(capsys, "explain", "--rulebook", REFERENCE, "--data", single, *AS_OF, "--household", 1)
    assert code == 1
    assert "is not a folder" in err


@pytest.mark.parametrize("content", [b"", b"this is no Parquet", b"PAR1 and then nothing"])
def test_an_unreadable_parquet_file_exits_1_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], county: Path, tmp_path: Path, content: bytes
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in county.iterdir():
        (data / path.name).write_bytes(path.read_bytes())
    (data / "persons.parquet").write_bytes(content)
    out = tmp_path / "out"
    code, _, err = called(capsys, "screen", "--rulebook", REFERENCE, "--data", data, *AS_OF, "--out", out)
    assert code == 1
    assert err.startswith("bangfu: ")
    assert "internal error" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
    code, _, err = called(capsys, "explain", "--rulebook", REFERENCE, "--data", data, *AS_OF, "--household", 1)
    assert code == 1
    assert "internal error" not in err


def test_absurd_numbers_are_refused_by_column(capsys: pytest.CaptureFixture[str], county: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in county.iterdir():
        (data / path.name).write_bytes(path.read_bytes())
    table = pq.read_table(data / "persons.parquet")
    position = table.column_names.index("wage")
    wages = pa.array([10**15] * table.num_rows, pa.int64())
    pq.write_table(table.set_column(position, "wage", wages), data / "persons.parquet")
    code, _, err = called(capsys, "explain", "--rulebook", REFERENCE, "--data", data, *AS_OF, "--household", 1)
    assert code == 1
    assert "wage" in err


def test_debugging_shows_where(county: Path) -> None:
    argv = ("explain", "--rulebook", REFERENCE, "--data", county, *AS_OF, "--household", "999999")
    assert "Traceback" not in command(*argv).stderr
    assert "Traceback" in command(*argv, BANGFU_DEBUG="1").stderr


# -- what works -----------------------------------------------------------------------------------------


def test_check_lists_definitions_and_quiet_lists_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = called(capsys, "rulebook", "check", REFERENCE)
    assert code == 0
    assert "政策 policies: 7" in out
    assert "  dibao  最低生活保障" in out
    assert called(capsys, "rulebook", "check", REFERENCE, "--quiet") == (0, "", "")


def test_passing_cases_end_with_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = called(capsys, "rulebook", "test", REFERENCE)
    assert code == 0
    assert out.splitlines()[-1].endswith(" passed, 0 failed")


def test_a_failing_case_exits_1_with_expected_got_and_the_trace(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(
        "- name: wrong\n  as_of: 2024-09-01\n  household: {residence_months: 5}\n  persons: [{age: 40}]\n"
        "  parameters: {line: 650.00}\n  expect: {dibao: {status: eligible}}\n",
        encoding="utf-8",
    )
    code, out, _ = called(capsys, "rulebook", "test", REFERENCE, "--cases", path)
    assert code == 1
    assert f"✗ wrong  ({path}:1)" in out
    assert "dibao.status: expected eligible; got ineligible" in out
    assert "在本地居住月数 5，低于须居住月数 6" in out
    assert out.splitlines()[-1] == "0 passed, 1 failed"


def test_explain_writes_a_letter_json_or_a_page(
    capsys: pytest.CaptureFixture[str], county: Path, tmp_path: Path
) -> None:
    explain = ("explain", "--rulebook", REFERENCE, "--data", county, *AS_OF, "--household", 1, "--policy", "dibao")
    code, out, err = called(capsys, *explain)
    assert (code, err) == (0, "")
    assert "关于 1 户“最低生活保障”的说明" in out
    code, out, _ = called(capsys, *explain, "--lang", "en")
    assert "minimum living guarantee: explanation for household 1" in out
    code, out, _ = called(capsys, *explain, "--format", "json")
    assert json.loads(out)[0]["policy"] == "dibao"
    target = tmp_path / "letter.html"
    code, out, _ = called(capsys, *explain, "--format", "html", "--out", target)
    assert str(target) in out
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_explanation_of_a_countys_files_agrees_with_the_run(
    capsys: pytest.CaptureFixture[str], county: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, _, _ = called(
        capsys, "screen", "--rulebook", REFERENCE, "--data", county, *AS_OF, "--out", out, "--only", "decisions"
    )
    assert code == 0
    from bangfu.core.api import read_decisions

    rows = read_decisions(out).to_pylist()
    decided = {(r["policy"], r["household_no"], r["person_no"]): r for r in rows}
    for number in sorted({r["household_no"] for r in rows}):
        argv = ("explain", "--rulebook", REFERENCE, "--data", county, *AS_OF, "--household", number)
        _, text, _ = called(capsys, *argv, "--format", "json")
        for told in json.loads(text):
            row = decided[told["policy"], told["household_no"], told["person_no"]]
            assert told["status"] == row["status"]
            assert [c["id"] for c in told["clauses"] if c["verdict"] == "not_met"] == row["failed"]
            if told["amount"]:
                assert told["amount"]["fen"] == row["amount_fen"]


def test_every_command_has_an_example_in_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (
        [], ["rulebook"], ["rulebook", "check"], ["rulebook", "test"], ["screen"], ["worklists"],
        ["worklists", "read"], ["explain"], ["demo"], ["token"], ["exchange"], ["exchange", "record"], ["exchange", "verify"],
    ):  # fmt: skip
        code, out, _ = called(capsys, *argv, "--help")
        assert code == 0
        assert "示例 example:\n  bangfu " in out


def test_every_example_in_the_help_is_understood() -> None:
    parser = build_parser()
    for argv in (
        ["screen"], ["explain"], ["demo"], ["rulebook", "check"], ["rulebook", "test"], ["worklists", "read"], ["token"],
        ["exchange", "record"], ["exchange", "verify"],
    ):  # fmt: skip
        text = command(*argv, "--help").stdout
        example = text.split("示例 example:\n  bangfu ")[1].splitlines()[0]
        assert parser.parse_args(example.split()).run is not None


def test_the_parts_that_only_accepts_are_those_of_the_run() -> None:
    assert run.ALL == PARTS


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert called(capsys, "--version") == (0, f"bangfu {__version__}\n", "")


def test_help_does_not_load_what_it_does_not_need() -> None:
    code = (
        "import sys\nfrom bangfu.core.cli import main\nmain(['--help'])\n"
        "heavy = {'duckdb', 'pyarrow', 'yaml', 'openpyxl', 'xlsxwriter', 'cryptography', 'bangfu.core.rulebook'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": paths})  # fmt: skip
    assert (made.returncode, made.stderr) == (0, "")


def test_an_interrupted_command_leaves_nothing_and_exits_130(
    capsys: pytest.CaptureFixture[str], county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)

    monkeypatch.setattr("bangfu.core.screening.run._finish", interrupted)
    code, _, err = called(
        capsys, "screen", "--rulebook", REFERENCE, "--data", county, *AS_OF, "--out", tmp_path / "out",
        "--only", "decisions",
    )  # fmt: skip
    assert code == 130
    assert "interrupted" in err
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error() -> None:
    line = f"{sys.executable} -m bangfu.core.cli rulebook check {REFERENCE} | head -1"
    paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    made = subprocess.run(line, shell=True, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": paths})  # fmt: skip
    assert made.stderr == ""
    assert made.stdout.startswith("reference 1.0")


def test_dates_of_the_law_decide_which_policies_are_explained(capsys: pytest.CaptureFixture[str], county: Path) -> None:
    before = date(2019, 12, 31).isoformat()
    argv = ("explain", "--rulebook", REFERENCE, "--data", county, "--as-of", before, "--household", 1)
    code, _, err = called(capsys, *argv)
    assert code == 1
    assert "none of these is in force on this day" in err
