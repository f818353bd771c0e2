"""The authorisation register: without one nobody is asked about, and whatever is doubtful counts against asking."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bangfu.core.files.remarks import FileError
from bangfu.core.matching.exchange.authorisations import Authorisation, Authorisations, Member, Withdrawal
from bangfu.core.matching.exchange.authorisations_reading import read_authorisations
from tests.core.support.report_factory import ON, REGISTER, write_csv, write_register, write_registry

HEADER = REGISTER[0]


def register(folder: Path, *rows: list[str], header: list[str] = HEADER) -> Authorisations:
    write_registry(folder)
    write_register(folder, [header, *rows])
    found = read_authorisations(folder)
    assert found is not None
    return found


def row(**cells: str) -> list[str]:
    good = {"授权编号": "SQ-1", "户编号": "H1", "签署日期": "2026-08-01", "有效期至": "2027-07-31"}
    return [(good | cells).get(title, "") for title in HEADER]


# -- nobody is asked ------------------------------------------------------------------------------------


def test_a_folder_without_a_register_gives_none_and_no_answer(tmp_path: Path) -> None:
    write_registry(tmp_path)
    assert read_authorisations(tmp_path) is None


def test_two_registers_are_refused(tmp_path: Path) -> None:
    write_register(tmp_path)
    write_csv(tmp_path / "authorisations.csv", REGISTER)
    with pytest.raises(FileError, match="同一张表有两个文件"):
        read_authorisations(tmp_path)


def test_a_register_that_names_no_household_is_refused(tmp_path: Path) -> None:
    write_register(tmp_path, [["授权编号", "签署日期", "有效期至"], ["SQ-1", "2026-08-01", "2027-07-31"]])
    with pytest.raises(FileError, match="表头中没有“household_no、户编号”列"):
        read_authorisations(tmp_path)


@pytest.mark.parametrize(
    ("cells", "status", "message"),
    [
        ({"户编号": "H2"}, "none", "没有授权"),
        ({"有效期至": "2026-10-14"}, "expired", "授权已过期（有效期至 2026-10-14）"),
        ({"签署日期": "2026-10-16"}, "not_yet", "授权尚未生效（2026-10-16 起）"),
        ({"有效期起": "2026-11-01"}, "not_yet", "授权尚未生效（2026-11-01 起）"),
        ({"撤回日期": "2026-10-15"}, "withdrawn", "授权已撤回（2026-10-15）"),
        ({"核对范围": "不动产、存款"}, "out_of_scope", "授权范围不含该来源"),
    ],
)
def test_who_has_not_agreed_may_not_be_asked_about_and_the_answer_says_why(
    tmp_path: Path, cells: dict[str, str], status: str, message: str
) -> None:
    answer = register(tmp_path, row(**cells)).answer("H1", ON, "vehicles")
    assert (answer.status, answer.granted, answer.message().zh) == (status, False, message)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"签署日期": "去年八月"}, "“去年八月”不是日期"),
        ({"有效期至": "2027"}, "“2027”只有年份"),
        ({"签署日期": ""}, "缺少“签署日期”"),
        ({"户编号": ""}, "缺少“户编号”"),
    ],
)
def test_a_row_that_cannot_be_read_authorises_nothing_and_is_told(
    tmp_path: Path, cells: dict[str, str], told: str
) -> None:
    found = register(tmp_path, row(**cells), row(户编号="H9"))
    assert found.answer("H1", ON, "vehicles").status == "none"
    assert any(told in problem.line() for problem in found.problems)
    assert found.answer("H9", ON, "vehicles").granted


def test_a_withdrawal_whose_date_cannot_be_read_counts_as_withdrawn(tmp_path: Path) -> None:
    found = register(tmp_path, row(撤回日期="上个月"), row(授权编号="SQ-2", 签署日期="2026-09-01"))
    assert found.answer("H1", ON, "vehicles").status == "withdrawn"
    assert any("“上个月”不是日期" in problem.line() for problem in found.problems)


def test_a_second_sheet_with_other_titles_is_read_as_carefully(tmp_path: Path) -> None:
    write_registry(tmp_path)
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(row())
    second = book.create_sheet("补录")
    other = {"授权编号": "授权书编号", "签署日期": "签字日期", "有效期至": "到期日", "撤回日期": "撤销日期"}
    second.append([other.get(title, title) for title in HEADER])
    second.append(row(撤回日期="上个月"))
    book.save(tmp_path / "registry" / "authorisations.xlsx")
    found = read_authorisations(tmp_path)
    assert found is not None
    assert found.answer("H1", ON, "vehicles").status == "withdrawn"


def test_a_sheet_that_was_not_read_is_a_problem_since_it_may_hold_withdrawals(tmp_path: Path) -> None:
    write_registry(tmp_path)
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(row())
    book.create_sheet("撤回").append(["户编号", "撤回时间"])
    book.save(tmp_path / "registry" / "authorisations.xlsx")
    found = read_authorisations(tmp_path)
    assert found is not None
    assert [problem.line() for problem in found.problems] == ["authorisations.xlsx 撤回：工作表未读入：没有所需的表头"]


def test_a_word_of_the_scope_that_nobody_knows_narrows_and_never_widens(tmp_path: Path) -> None:
    found = register(tmp_path, row(核对范围="车俩"))
    assert found.answer("H1", ON, "vehicles").status == "out_of_scope"
    assert any("“车俩”不在代码表中" in problem.line() for problem in found.problems)


# -- agreed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["", "全部", "车辆", "机动车登记、存款", "vehicles; real_estate", "存款 车辆"])
def test_a_scope_names_sources_in_the_words_of_the_office_and_none_means_all(tmp_path: Path, scope: str) -> None:
    found = register(tmp_path, row(核对范围=scope))
    answer = found.answer("H1", ON, "vehicles")
    assert (answer.status, answer.authorisation_no, found.problems) == ("granted", "SQ-1", ())


def test_the_day_under_the_paper_header_still_counts_and_under_valid_to_no_longer(tmp_path: Path) -> None:
    day = date(2026, 10, 15)
    paper = register(tmp_path / "paper", row(有效期至="2026-10-15"))
    assert paper.answer("H1", day, "vehicles").granted
    assert not paper.answer("H1", day + timedelta(days=1), "vehicles").granted
    header = ["valid_to" if title == "有效期至" else title for title in HEADER]
    house = register(tmp_path / "house", row(有效期至="2026-10-15"), header=header)
    assert house.answer("H1", day - timedelta(days=1), "vehicles").granted
    assert not house.answer("H1", day, "vehicles").granted


def test_a_withdrawal_ends_what_was_signed_until_then_and_a_new_signature_stands(tmp_path: Path) -> None:
    found = register(
        tmp_path,
        row(授权编号="SQ-1", 签署日期="2026-01-01"),
        row(授权编号="SQ-2", 签署日期="2026-03-01", 撤回日期="2026-05-01"),
        row(授权编号="SQ-3", 签署日期="2026-09-01"),
    )
    answers = [found.answer("H1", day, "vehicles") for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 9, 1))]
    assert [(a.status, a.authorisation_no) for a in answers] == [
        ("granted", "SQ-2"),
        ("withdrawn", "SQ-2"),
        ("granted", "SQ-3"),
    ]


def test_a_withdrawal_for_one_source_leaves_the_others(tmp_path: Path) -> None:
    found = register(tmp_path, row(), row(授权编号="SQ-1b", 核对范围="存款", 撤回日期="2026-09-01"))
    assert found.answer("H1", ON, "financial_assets").status == "withdrawn"
    assert found.answer("H1", ON, "vehicles").granted


# -- who must sign --------------------------------------------------------------------------------------


def test_every_adult_must_sign_where_rows_name_persons_and_a_minor_need_not(tmp_path: Path) -> None:
    one = register(tmp_path / "one", row(人编号="P1"))
    answer = one.answer("H1", ON, "vehicles")
    assert (answer.status, answer.missing) == ("members_missing", ("P2",))
    assert one.answer("H1", ON, "vehicles", "P1").granted
    assert one.answer("H1", ON, "vehicles", "P2").status == "none"
    assert one.answer("H1", ON, "vehicles", "P3").granted  # born 2015: a parent has signed
    both = register(tmp_path / "both", row(人编号="P1"), row(授权编号="SQ-2", 人编号="P2"))
    assert (both.answer("H1", ON, "vehicles").status, both.answer("H1", ON, "vehicles").authorisation_no) == (
        "granted",
        "SQ-1、SQ-2",
    )
    assert both.answer("H1", date(2033, 6, 1), "vehicles").status == "expired"


def test_a_child_must_sign_from_its_eighteenth_birthday_on(tmp_path: Path) -> None:
    found = register(tmp_path, *(row(人编号=person, 有效期至="2040-01-01") for person in ("P1", "P2")))
    assert found.answer("H1", date(2033, 5, 31), "vehicles").granted
    assert found.answer("H1", date(2033, 6, 1), "vehicles").missing == ("P3",)


def test_one_member_who_withdraws_ends_it_for_the_household(tmp_path: Path) -> None:
    found = register(tmp_path, row(), row(授权编号="SQ-1c", 人编号="P2", 撤回日期="2026-10-01"))
    answer = found.answer("H1", ON, "vehicles")
    assert (answer.status, answer.missing) == ("withdrawn", ("P2",))
    assert found.authorised_households(ON, "vehicles") == set()


def test_where_nobody_knows_the_members_a_persons_signature_is_not_enough(tmp_path: Path) -> None:
    found = register(tmp_path, row(户编号="H99", 人编号="P99"))
    assert found.answer("H99", ON, "vehicles").status == "members_missing"


def test_the_households_that_may_be_asked_about_are_those_whose_answer_is_yes(tmp_path: Path) -> None:
    write_registry(tmp_path)
    write_register(tmp_path)
    found = read_authorisations(tmp_path)
    assert found is not None
    assert found.authorised_households(ON, "vehicles") == {"H1"}
    assert found.authorised_households(date(2026, 7, 1), "vehicles") == {"H4"}


# -- properties -----------------------------------------------------------------------------------------

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
SCOPES = st.sampled_from([frozenset(), frozenset({"vehicles"}), frozenset({"deaths"})])
PERSONS = st.sampled_from(["", "P1", "P2"])
ROWS = st.builds(
    lambda person, signed, end, scope: Authorisation("A", "H", person, signed, signed, end, "", scope),
    PERSONS,
    DAYS,
    st.none() | DAYS,
    SCOPES,
)
WITHDRAWALS = st.builds(lambda person, scope, on: Withdrawal(person, scope, on, on), PERSONS, SCOPES, DAYS)
MEMBERS = [Member("P1", date(1980, 1, 1)), Member("P2", None), Member("P3", date(2020, 1, 1))]


@given(st.lists(ROWS, max_size=4), st.lists(WITHDRAWALS, max_size=3), DAYS)
def test_a_household_is_granted_exactly_where_each_adult_has_a_paper_that_holds(
    rows: list[Authorisation], withdrawals: list[Withdrawal], on: date
) -> None:
    found = Authorisations({"H": rows} if rows else {}, {"H": withdrawals}, {"H": MEMBERS})

    def holds(paper: Authorisation, person: str) -> bool:
        mine = paper.person_no in ("", person) and (not paper.scope or "vehicles" in paper.scope)
        runs = paper.start <= on and (paper.end is None or on < paper.end)
        ended = any(
            w.on <= on
            and paper.signed_on <= w.on
            and w.person_no in ("", person)
            and (not w.scope or "vehicles" in w.scope)
            for w in withdrawals
        )
        return mine and runs and not ended

    expected = all(any(holds(paper, person) for paper in rows) for person in ("P1", "P2"))
    assert found.answer("H", on, "vehicles").granted == expected
    assert found.authorised_households(on, "vehicles") == ({"H"} if expected else set())
