"""Whether the finding of a household may be acted on."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from bangfu.core.matching.report.gate import report_file_name
from bangfu.core.screening.dataset import DataError
from bangfu.core.screening.means_checks import MeansChecks
from tests.core.support.report_factory import ON, built, county


def findings(*rows: tuple[str, str]) -> pa.Table:
    household, finding = zip(*rows, strict=True)
    return pa.table({"household_no": household, "finding": finding, "means_check": pa.nulls(len(rows), pa.string())})


def reports(folder: Path, made_on: date, *households: str) -> Path:
    folder.mkdir()
    data = county(folder.parent / "county")
    for number in households:
        text = json.dumps(built(data))
        (folder / report_file_name(number, "json")).write_text(text, encoding="utf-8")
    (folder / "index.csv").write_text(f"户编号,出具日期\nH1,{made_on}\n", encoding="utf-8-sig")
    return folder


def test_a_folder_without_an_index_is_no_folder_of_reports(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="需要 bangfu report --households 写出的文件夹"):
        MeansChecks(tmp_path, tmp_path, ON)


def test_a_finding_says_whether_a_current_report_allows_acting_on_it(tmp_path: Path) -> None:
    folder = reports(tmp_path / "reports", ON, "H1")
    found = MeansChecks(folder, tmp_path, ON - timedelta(days=30)).mark(
        findings(
            ("H1", "entitled_not_receiving"),
            ("H2", "receiving_not_entitled"),
            ("H1", "agrees"),
            ("H2", "cannot_tell"),
        )
    )
    assert found.column("means_check").to_pylist() == ["current", "none", None, None]


def test_a_report_that_has_expired_by_the_day_of_the_run_allows_nothing(tmp_path: Path) -> None:
    folder = reports(tmp_path / "reports", ON, "H1")
    checks = MeansChecks(folder, tmp_path, ON + timedelta(days=400))
    assert checks.mark(findings(("H1", "receiving_not_entitled"))).column("means_check").to_pylist() == ["expired"]


def test_a_run_that_was_told_of_no_reports_says_nothing_of_them(tmp_path: Path) -> None:
    found = MeansChecks(None, tmp_path, ON).mark(findings(("H1", "receiving_not_entitled")))
    assert found.column("means_check").to_pylist() == [None]
