"""The commands `report` and `query`: what they refuse, what they write, and the line that every report leaves."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest

from bangfu.core.cli import main
from bangfu.core.matching.report.gate import report_status
from tests.core.support.report_factory import ON, county, write_register

PURPOSE = ("--purpose", "最低生活保障审核确认")
WHEN = ("--on", "2026-10-15")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return county(tmp_path)


def called(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = main([str(item) for item in argv])
    out, err = capsys.readouterr()
    assert "Traceback" not in err + out
    return code, out, err


def of(base: Path) -> tuple[object, ...]:
    return ("report", "--crosscheck", base / "crosscheck", "--registry", base / "county")


def log(base: Path) -> list[dict[str, str]]:
    file = base / "reports.log"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


# -- refusals -------------------------------------------------------------------------------------------


def test_a_report_without_a_purpose_is_not_made(capsys: pytest.CaptureFixture[str], base: Path) -> None:
    assert called(capsys, *of(base), "--household", "H1", *WHEN)[0] == 2
    code, out, err = called(capsys, *of(base), "--household", "H1", *WHEN, "--purpose", "  ")
    assert (code, out) == (2, "")
    assert "请写明核对用途" in err
    assert log(base) == []


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (("--household", "H1", "--format", "pdf"), 2, "--out: 请指定写到哪里"),
        (("--household", "H1", "--households", "l.txt"), 2, "not allowed with argument"),
        ((), 2, "--household"),
        (("--household", "H99"), 2, "登记簿和比对结果中都没有这一户"),
        (("--household", "H1", "--on", "2026-10-01"), 1, "那一天还没有这份数据"),
        (("--household", "H1", "--exchanges", "/no.log"), 2, "/no.log: 不存在"),
        (("--household", "H1", "--valid-days", "0"), 2, "positive whole number"),
    ],
)
def test_what_cannot_be_made_is_said_and_leaves_no_line(
    capsys: pytest.CaptureFixture[str], base: Path, more: tuple[str, ...], code: int, told: str
) -> None:
    found, _, err = called(capsys, *of(base), *WHEN, *PURPOSE, *more)
    assert (found, told in err) == (code, True), err
    assert log(base) == []


def test_where_the_log_cannot_be_written_no_report_is_handed_out(
    capsys: pytest.CaptureFixture[str], base: Path
) -> None:
    code, out, err = called(
        capsys, *of(base), "--household", "H1", *WHEN, *PURPOSE, "--log", base / "nowhere" / "reports.log"
    )
    assert (code, out) == (1, "")
    assert "reports.log: 无法读写" in err


# -- one report -----------------------------------------------------------------------------------------


def test_one_report_goes_to_the_terminal_and_leaves_its_line(capsys: pytest.CaptureFixture[str], base: Path) -> None:
    code, out, _ = called(
        capsys, *of(base), "--household", "H1", *WHEN, *PURPOSE, "--operator", "007", "--format", "json"
    )
    report = json.loads(out)
    assert (code, report["schema"]) == (0, "bangfu.means-report/1")
    (line,) = log(base)
    assert {key: line[key] for key in line if key != "time"} == {
        "operator": "007",
        "household_no": "H1",
        "purpose": "最低生活保障审核确认",
        "report_no": report["report_no"],
        "sha256": report["sha256"],
        "format": "json",
    }
    assert stat.S_IMODE((base / "reports.log").stat().st_mode) == 0o600


@pytest.mark.parametrize(("form", "start"), [("html", b"<!doctype html>"), ("pdf", b"%PDF"), ("json", b"{")])
def test_a_report_is_written_for_its_owner_alone(
    capsys: pytest.CaptureFixture[str], base: Path, form: str, start: bytes
) -> None:
    out = base / "made" / f"H1.{form}"
    code, told, err = called(
        capsys, *of(base), "--household", "H1", *WHEN, *PURPOSE, "--format", form, "--out", out
    )  # fmt: skip
    if form == "pdf" and "fonts-noto-cjk" in err:
        pytest.skip("no font with Chinese characters here; Debian's fonts-noto-cjk has them")
    assert (code, out.read_bytes()[: len(start)]) == (0, start)
    assert "状态 status: 有效 / current" in told
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_problems_of_the_register_are_told(capsys: pytest.CaptureFixture[str], base: Path) -> None:
    header = ["授权编号", "户编号", "签署日期", "有效期至"]
    write_register(base / "county", [header, ["S", "H1", "八月", "2027-01-01"]])
    code, out, err = called(capsys, *of(base), "--household", "H1", *WHEN, *PURPOSE)
    assert code == 0
    assert "authorisations.csv 第2行 列“签署日期”：“八月”不是日期" in err
    assert "报告状态：没有授权" in out


# -- many -----------------------------------------------------------------------------------------------


def test_many_reports_come_with_an_index_and_one_that_fails_stops_none(
    capsys: pytest.CaptureFixture[str], base: Path
) -> None:
    listed = base / "list.txt"
    listed.write_text("H1\nH2\nH77\nH1\n", encoding="utf-8")
    out = base / "many"
    code, told, err = called(capsys, *of(base), "--households", listed, *WHEN, *PURPOSE, "--out", out)
    assert (code, "报告 reports: 2; 未做成 failed: 1" in told, "H77: " in err) == (1, True, True)
    rows = list(csv.DictReader((out / "index.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["户编号"], row["状态"], row["有效期至"], row["未知项数"], row["文件"]) for row in rows] == [
        ("H1", "有效", "2026-12-28", "8", "report_H1.html"),
        ("H2", "没有授权", "", "0", "report_H2.html"),
        ("H77", "", "", "", ""),
    ]
    assert "登记簿和比对结果中都没有这一户" in rows[2]["问题"]
    assert sorted(path.name for path in out.iterdir()) == [
        "index.csv", "report_H1.html", "report_H1.json", "report_H2.html", "report_H2.json",
    ]  # fmt: skip
    assert [report_status(out, number, ON) for number in ("H1", "H2", "H77")] == ["current", "not_authorised", "none"]
    assert [line["household_no"] for line in log(base)] == ["H1", "H2"]


# -- query ----------------------------------------------------------------------------------------------


def test_a_list_for_a_bureau(capsys: pytest.CaptureFixture[str], base: Path) -> None:
    asked = ("query", "--registry", base / "county", *WHEN, *PURPOSE, "--out", base / "ask")
    code, _, err = called(capsys, *asked, "--source", "vehicle")
    assert (code, "did you mean 'vehicles'?" in err) == (2, True)
    code, out, _ = called(capsys, *asked, "--source", "vehicles")
    assert (code, "可查询 asked: 3 人 persons; 不查询 not asked: 4" in out) == (0, True)
    assert (base / "ask" / "query_vehicles.csv").is_file()
    (base / "county" / "registry" / "authorisations.csv").unlink()
    code, _, err = called(capsys, *asked, "--source", "vehicles")
    assert (code, "没有授权登记簿" in err) == (1, True)
