"""Facts of a cross-check in the monthly run: what is not known there is not made "none" here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from snapshot_factory import FACTS, ID1, ID3, OTHER, VILLAGE, county, fact, manifest, rulebook, write

from bangfu.core.screening.snapshot import Snapshot, take_snapshot

AS_OF = date(2024, 9, 1)
GRADED = rulebook((*FACTS, fact("persons", "disability_grade", "integer", "残疾等级")))
NOT_AN_ANSWER = ["not_covered", "no_manifest", "no_file", "not_authorised", "under_review", "bedekt", None]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A county of two households whose bureaus' files cover both and have one row each, about P3 of H2."""
    folder = county(tmp_path / "data")
    for name, title, value in (("deaths", "死亡日期", "2024-05-06"), ("financial_assets", "余额", "5.5")):
        write(folder / "bureau", name, ["证件号码", "姓名", title], [ID3, "王五", value])
        manifest(folder / "bureau", name, areas=["341225", "341226"])
    return folder


def given(data: Path, entity: str, columns: Mapping[str, Sequence[object]]) -> Path:
    folder = data.parent / "facts"
    folder.mkdir(exist_ok=True)
    kinds = {name: pa.dictionary(pa.int8(), pa.string()) for name in columns if name.endswith("_coverage")}
    table = pa.table({name: pa.array(values, kinds.get(name)) for name, values in columns.items()})
    pq.write_table(table, folder / f"{entity}_facts.parquet")
    return folder


def frozen(data: Path, facts: Path | None, book: object = None) -> Snapshot:
    return take_snapshot(book or rulebook(), data, AS_OF, data.parent / "out", facts=facts)  # type: ignore[arg-type]


def rows(snapshot: Snapshot, table: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(snapshot.tables[table]).to_pylist()
    return found


def covered(snapshot: Snapshot, table: str) -> dict[object, object]:
    return {row["household_no"]: row[f"covered:{table}"] for row in rows(snapshot, "households")}


def assets(code: str | None) -> dict[str, list[object]]:
    """H1 has no known sum and the code; H2's is known."""
    return {"household_no": ["H1", "H2"], "financial_assets": [None, 5], "financial_assets_coverage": [code, "covered"]}


@pytest.mark.parametrize("code", NOT_AN_ANSWER)
def test_where_the_cross_check_has_no_answer_the_runs_own_file_does_not_say_none(data: Path, code: str | None) -> None:
    assert covered(frozen(data, None), "bank_balances") == {"H1": True, "H2": True}
    snapshot = frozen(data, given(data, "household", assets(code)))
    assert covered(snapshot, "bank_balances") == {"H1": False, "H2": True}
    assert covered(snapshot, "deaths") == {"H1": True, "H2": True}


@pytest.mark.parametrize("code", NOT_AN_ANSWER)
def test_what_is_not_known_of_a_person_is_not_known_of_the_household(data: Path, code: str | None) -> None:
    columns = {"person_no": ["P1", "P2", "P3"], "household_no": ["H1", "H1", "H2"], "deceased": [None, False, True]}
    facts = given(data, "person", columns | {"deceased_coverage": [code, "covered", "covered"]})
    snapshot = frozen(data, facts)
    assert covered(snapshot, "deaths") == {"H1": False, "H2": True}
    assert covered(snapshot, "bank_balances") == {"H1": True, "H2": True}


def test_a_file_that_does_not_cover_is_not_made_to_by_facts_that_say_so(data: Path) -> None:
    manifest(data / "bureau", "financial_assets", areas=["341226"])
    snapshot = frozen(data, given(data, "household", assets("covered")))
    assert covered(snapshot, "bank_balances") == {"H1": False, "H2": True}


def test_rows_about_a_household_that_allowed_no_query_are_not_used(data: Path) -> None:
    columns = assets("covered") | {"financial_assets_coverage": ["covered", "not_authorised"]}
    snapshot = frozen(data, given(data, "household", columns))
    assert (rows(snapshot, "bank_balances"), len(rows(snapshot, "deaths"))) == ([], 1)
    assert covered(snapshot, "bank_balances") == {"H1": True, "H2": False}
    (note,) = [note for note in snapshot.notes if note.code == "facts_not_authorised"]
    assert note.line("zh") == (
        "financial_assets：比对结果：1户未授权查询bank_balances，其记录不采用，这些户在本表中按“未知”处理 "
        "请取得授权后重新比对。"
    )
    assert note.message("en") == (
        "by the cross-check, 1 household(s) did not authorise the query: rows about them are not used, and of them the "
        "table says nothing"
    )


def test_rows_about_a_person_who_may_not_be_asked_about_are_not_used(data: Path) -> None:
    columns = {"person_no": ["P3"], "household_no": ["H2"], "deceased": [None], "deceased_coverage": ["not_authorised"]}
    snapshot = frozen(data, given(data, "person", columns))
    assert (rows(snapshot, "deaths"), len(rows(snapshot, "bank_balances"))) == ([], 1)


@pytest.mark.parametrize("code", [code for code in NOT_AN_ANSWER if code != "not_authorised"])
def test_rows_that_were_found_stay_as_what_is_there_at_least(data: Path, code: str | None) -> None:
    columns = assets("covered") | {"financial_assets": [0, None], "financial_assets_coverage": ["covered", code]}
    snapshot = frozen(data, given(data, "household", columns))
    assert [row["household_no"] for row in rows(snapshot, "bank_balances")] == ["H2"]
    assert covered(snapshot, "bank_balances") == {"H1": True, "H2": False}


def test_doubt_is_counted_and_says_what_to_do(data: Path) -> None:
    snapshot = frozen(data, given(data, "household", assets("under_review")))
    (note,) = [note for note in snapshot.notes if note.code.startswith("facts_")]
    assert note.line("zh") == (
        "financial_assets：比对结果：bank_balances中有待核实的记录可能与1户有关，这些户在本表中按“未知”处理 "
        "请核实这些记录后重新比对。"
    )
    assert (note.count, note.advice("en")) == (1, "Settle these rows and run the cross-check again.")


def test_a_word_that_nobody_knows_is_named(data: Path) -> None:
    snapshot = frozen(data, given(data, "household", assets("bedekt")))
    (note,) = [note for note in snapshot.notes if note.code.startswith("facts_")]
    assert note.message("zh") == "比对结果中bank_balances的覆盖情况“bedekt”无法识别，1户在本表中按“未知”处理"


def test_of_a_household_that_the_facts_do_not_name_the_runs_own_file_speaks(data: Path) -> None:
    columns = {"household_no": ["H9", "H2"], "financial_assets": [None, 5]}
    facts = given(data, "household", columns | {"financial_assets_coverage": ["under_review", "covered"]})
    snapshot = frozen(data, facts)
    assert covered(snapshot, "bank_balances") == {"H1": True, "H2": True}
    assert not [note for note in snapshot.notes if note.code.startswith("facts_")]


def test_numbers_as_keys_find_the_registrys_text(data: Path) -> None:
    home = ["户编号", "行政村代码", "户主姓名", "联系电话", "村民组", "家庭收入"]
    write(data, "households", home, ["1", VILLAGE, "张三", "", "", ""], ["2", OTHER, "王五", "", "", ""])
    write(data, "persons", ["人编号", "户编号", "姓名", "证件号码"], ["P1", "1", "张三", ID1], ["P3", "2", "王五", ID3])
    columns = assets("under_review") | {"household_no": [1, 2]}
    assert covered(frozen(data, given(data, "household", columns)), "bank_balances") == {"1": False, "2": True}


# -- what the registry itself states ----------------------------------------------------------------


def grades(data: Path, registered: Sequence[str], certified: Sequence[int | None]) -> list[object]:
    """The run's grades of P1, P2 and P3: the registry's column, and what the facts have."""
    who = ["人编号", "户编号", "姓名", "证件号码", "残疾等级"]
    homes = {"P1": "H1", "P2": "H1", "P3": "H2"}
    write(
        data, "persons", who, *([key, homes[key], key, "", text] for key, text in zip(homes, registered, strict=True))
    )
    columns = {"person_no": list(homes), "household_no": list(homes.values()), "disability_grade": list(certified)}
    facts = given(data, "person", columns | {"disability_grade_coverage": ["covered"] * 3})
    found = {row["person_no"]: row["disability_grade"] for row in rows(frozen(data, facts, GRADED), "persons")}
    return [found[key] for key in homes]


def test_a_certificate_file_that_is_silent_does_not_unsay_the_registered_grade(data: Path) -> None:
    assert grades(data, ["2", "4", ""], [0, 0, 0]) == [2, 4, None]


def test_a_certificate_of_another_grade_stands_beside_the_registered_one_not_in_its_place(data: Path) -> None:
    assert grades(data, ["2", "", "3"], [4, 1, None]) == [2, None, 3]


def test_where_the_registry_keeps_no_grades_those_of_the_certificates_are_taken(data: Path) -> None:
    assert grades(data, ["", "", ""], [4, 0, None]) == [4, 0, None]
