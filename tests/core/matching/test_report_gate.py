"""Entry, exit and stopping need a current report."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from bangfu.core.matching.exchange.authorisations_reading import read_authorisations
from bangfu.core.matching.report.gate import may_decide, report_file_name, report_status
from tests.core.support.report_factory import ON, REGISTER, built, county, source_rows, write_register


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return county(tmp_path_factory.mktemp("gate"))


def test_no_report_somebody_elses_and_a_changed_one_are_none(base: Path, tmp_path: Path) -> None:
    report = built(base)
    assert report_status(None, "H1", ON) == "none"
    assert report_status(tmp_path / "no.json", "H1", ON) == "none"
    assert report_status(tmp_path, "H1", ON) == "none"
    assert report_status(report, "H2", ON) == "none"
    assert report_status(report | {"valid": True}, "H1", ON) == "none"
    assert report_status(report, "H1", date(2026, 10, 14)) == "none"  # not made yet
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    assert report_status(broken, "H1", ON) == "none"


def test_a_report_is_current_to_its_last_day_and_expired_on_the_next(base: Path) -> None:
    report = built(base)
    assert report["validity"]["last_day"] == "2026-12-28"
    assert report_status(report, "H1", date(2026, 12, 28)) == "current"
    assert report_status(report, "H1", date(2026, 12, 29)) == "expired"


def test_a_report_that_rests_on_no_dated_source_is_none(tmp_path: Path) -> None:
    undated = {row["table"]: {"as_of": None, "received_on": None} for row in source_rows()}
    county(tmp_path, sources=source_rows(**undated))
    report = built(tmp_path)
    assert report["status"]["code"] == "none"


def test_a_withdrawal_after_the_report_tells_against_it(base: Path, tmp_path: Path) -> None:
    report = built(base)
    write_register(tmp_path, [REGISTER[0], ["S", "H1", "", "2026-08-01", "", "", "", "", "2026-11-01", ""]])
    register = read_authorisations(tmp_path)
    assert report_status(report, "H1", date(2026, 10, 31), register) == "current"
    assert report_status(report, "H1", date(2026, 11, 1), register) == "not_authorised"


def test_the_status_is_found_in_a_file_and_in_a_folder_of_reports(base: Path, tmp_path: Path) -> None:
    file = tmp_path / report_file_name("H1", "json")
    file.write_text(json.dumps(built(base)), encoding="utf-8")
    assert report_status(file, "H1", ON) == report_status(tmp_path, "H1", ON) == "current"
    assert report_status(tmp_path, "H2", ON) == "none"


def test_a_households_file_name_is_safe_and_its_own() -> None:
    assert report_file_name("H1", "pdf") == "report_H1.pdf"
    assert report_file_name("../a b", "pdf") == "report_%2E%2E%2Fa%20b.pdf"
    assert report_file_name("a%20b", "pdf") != report_file_name("a b", "pdf")


@pytest.mark.parametrize("kind", ["grant", "refuse", "reduce", "stop"])
def test_only_a_current_report_lets_a_decision_be_made(kind: str) -> None:
    assert may_decide(kind, "current")[0]
    for status in ("expired", "none", "not_authorised"):
        allowed, why = may_decide(kind, status)
        assert not allowed
        assert why.zh.startswith("不能作出“")
        assert why.en.startswith("No decision on ")


def test_the_reason_says_what_to_do() -> None:
    assert may_decide("stop", "expired")[1].zh == "不能作出“停发”决定：核对报告已过有效期，须重新核对。"
    assert may_decide("refuse", "not_authorised")[1].en == (
        "No decision on refusing: there is no authorisation to match: obtain it first; the clock stands still and "
        "nothing may be held against the household."
    )


def test_another_kind_of_decision_is_an_error_and_never_allowed() -> None:
    with pytest.raises(ValueError, match="no such decision or status: 'suspend', 'current'"):
        may_decide("suspend", "current")
