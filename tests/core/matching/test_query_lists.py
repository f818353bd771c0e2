"""The list for a bureau names nobody whose household has not agreed, and is for its owner alone."""

from __future__ import annotations

import csv
import stat
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bangfu.core.files.whole import OutputError
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.exchange.authorisations_reading import read_authorisations
from bangfu.core.matching.queries import Query, plan_query, read_household_list, write_query
from tests.core.support.report_factory import IDS, ON, PEOPLE, REGISTER, write_csv, write_register, write_registry

PURPOSE = "最低生活保障审核确认"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_registry(tmp_path)
    write_register(tmp_path)
    return tmp_path


def planned(folder: Path, on: date = ON, **options: object) -> Query:
    found = read_authorisations(folder)
    return plan_query(folder, "vehicles", purpose=PURPOSE, on=on, authorisations=found, **options)  # type: ignore[arg-type]


def test_without_a_register_nobody_is_listed(tmp_path: Path) -> None:
    write_registry(tmp_path)
    with pytest.raises(DataError, match="没有授权登记簿（authorisations 表），不能列出任何人"):
        planned(tmp_path)


def test_only_the_members_of_households_that_agreed_are_listed_and_the_others_with_the_reason(folder: Path) -> None:
    query = planned(folder)
    assert [(one.number, one.name, one.authorisation_no) for one in query.asked] == [
        (IDS["P1"], "张三", "SQ-1"),
        (IDS["P2"], "李四", "SQ-1"),
        (IDS["P3"], "张小", "SQ-1"),
    ]
    assert [(one.household_no, one.person_no, one.reason.zh) for one in query.not_asked] == [
        ("H2", "", "没有授权"),
        ("H3", "", "授权已撤回（2026-09-01）"),
        ("H4", "", "授权已过期（有效期至 2026-07-31）"),
        ("H5", "P8", "尚有成年家庭成员未签署授权"),
    ]


def test_a_date_before_the_withdrawal_brings_nobody_back(folder: Path) -> None:
    before = planned(folder, date(2026, 8, 15))
    assert {one.household_no for one in before.asked} == {"H1"}
    assert ("H3", "授权已撤回（2026-09-01）") in [(one.household_no, one.reason.zh) for one in before.not_asked]


def test_a_person_without_a_sound_number_or_name_is_not_asked_about(folder: Path) -> None:
    people = [["人编号", "户编号", "姓名", "证件号码"]]
    numbers = {"P1": "", "P2": IDS["P2"][:17] + "9", "P3": IDS["P3"]}
    names = {"P1": "张三", "P2": "李四", "P3": "=HYPERLINK(1)"}
    people += [[person, "H1", names[person], numbers[person]] for person in numbers]
    write_csv(folder / "registry" / "persons.csv", people)
    query = planned(folder)
    assert query.asked == []
    assert [(one.person_no, one.reason.zh) for one in query.not_asked] == [
        ("P1", "登记簿中没有证件号码"),
        ("P2", "登记簿中的证件号码有误，须先更正"),
        ("P3", "登记簿中没有姓名或姓名有误，须先更正"),
    ]


def test_a_list_of_households_limits_the_query_and_those_that_do_not_exist_are_told(folder: Path) -> None:
    query = planned(folder, households={"H1", "H99"})
    assert len(query.asked) == 3
    assert [(one.household_no, one.reason.zh) for one in query.not_asked] == [("H99", "登记簿中没有这一户")]


def test_another_purpose_than_the_one_agreed_to_is_put_before_a_person(folder: Path) -> None:
    rows = [list(row) for row in REGISTER]
    rows[1][6] = "临时救助"
    write_register(folder, rows)
    assert [one.household_no for one in planned(folder).other_purposes()] == ["H1"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("l.txt", "H1\n\n H2 \n"), ("l.csv", "户编号\nH1\nH2\n"), ("l2.csv", "household_no\nH1\nH2\n")],
)
def test_households_are_listed_in_a_table_or_a_text(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_household_list(tmp_path / name) == {"H1", "H2"}


def test_a_list_without_a_household_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(DataError, match="没有户编号"):
        read_household_list(tmp_path / "l.txt")


def test_the_files_are_for_their_owner_alone_and_hold_what_was_planned(folder: Path, tmp_path: Path) -> None:
    written = write_query(planned(folder), tmp_path / "ask", ["第2行：日期有误"])
    assert written == tmp_path / "ask" / "query_vehicles.csv"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "ask" / "not_asked.xlsx").stat().st_mode) == 0o600
    assert written.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(written.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[:2] == [["证件号码", "姓名", "授权编号", "查询事项"], [IDS["P1"], "张三", "SQ-1", PURPOSE]]
    assert len(rows) == 4
    book = load_workbook(tmp_path / "ask" / "not_asked.xlsx")
    assert book["未查询"]["D2"].value == "没有授权"
    assert book["登记簿问题"]["A2"].value == "第2行：日期有误"
    everything = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    summary = (tmp_path / "ask" / "query.json").read_text(encoding="utf-8")
    assert not any(IDS[person] in everything + summary for person, *_ in PEOPLE)


def test_a_folder_that_holds_something_else_is_not_replaced(folder: Path) -> None:
    with pytest.raises(OutputError, match="文件夹里有其他内容"):
        write_query(planned(folder), folder)
