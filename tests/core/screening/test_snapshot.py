import dataclasses
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from snapshot_factory import (
    FACTS,
    ID1,
    ID2,
    ID3,
    LINES,
    VILLAGE,
    county,
    fact,
    manifest,
    rulebook,
    write,
)

from bangfu.core.files.remarks import FileError
from bangfu.core.matching.tokens.keys import TokenKey
from bangfu.core.matching.tokens.writing import write_tokens
from bangfu.core.screening.snapshot import Snapshot, take_snapshot, write_problems

AS_OF = date(2024, 9, 1)
SECRET = "f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5"


def frozen(folder: Path, **given) -> Snapshot:  # type: ignore[no-untyped-def]
    return take_snapshot(given.pop("book", rulebook()), folder / "data", AS_OF, folder / "out", **given)


def rows(snapshot: Snapshot, table: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(snapshot.tables[table]).to_pylist()
    return found


def by_key(snapshot: Snapshot, table: str, key: str) -> dict[object, dict[str, object]]:
    return {row[key]: row for row in rows(snapshot, table)}


def test_a_county_without_persons_is_refused_by_the_name_of_the_file(tmp_path: Path) -> None:
    county(tmp_path / "data")
    (tmp_path / "data" / "persons.csv").unlink()
    with pytest.raises(FileError, match=r"persons：文件夹中没有这张表。 请放入 persons\.csv"):
        frozen(tmp_path)


def test_one_table_in_two_folders_is_refused(tmp_path: Path) -> None:
    county(tmp_path / "data")
    county(tmp_path / "data" / "registry")
    with pytest.raises(FileError, match="两个文件"):
        frozen(tmp_path)


def test_a_rulebook_without_households_is_refused(tmp_path: Path) -> None:
    book = dataclasses.replace(rulebook(), tables={})
    with pytest.raises(LookupError, match="household and of person"):
        frozen(tmp_path, book=book)


def test_a_reading_that_nobody_knows_is_a_mistake_of_the_rulebook(tmp_path: Path) -> None:
    county(tmp_path / "data")
    for reads in ("id_number.shoe_size", "name.length"):
        with pytest.raises(LookupError, match="no such reading"):
            frozen(tmp_path, book=rulebook((*FACTS, fact("persons", "x", "text", reads=reads))))


def test_no_personal_value_reaches_the_snapshot(tmp_path: Path) -> None:
    county(tmp_path / "data")
    write(tmp_path / "data", "benefits", ["户编号", "待遇项目", "银行账号"], ["H1", "dibao", "6217000011112222"])
    write(tmp_path / "data" / "bureau", "deaths", ["证件号码", "姓名", "死亡日期"], [ID2, "李四", "2024-05-06"])
    snapshot = frozen(tmp_path)
    for path in (tmp_path / "out").iterdir():
        table = pq.read_table(path)
        assert not {"name", "id_number", "head_name", "phone", "account"} & set(table.column_names)
        content = str(table.to_pylist())
        for secret in ("张三", "李", "王五", ID1, ID2, ID3, "13912345678", "6217000011112222"):
            assert secret not in content
    assert set(snapshot.tables) == {"households", "persons", "benefits", "deaths"}


def test_rows_of_a_household_lie_together_in_the_order_of_their_keys(tmp_path: Path) -> None:
    county(tmp_path / "data")
    snapshot = frozen(tmp_path)
    assert [row["household_no"] for row in rows(snapshot, "households")] == ["H1", "H2"]
    assert [row["person_no"] for row in rows(snapshot, "persons")] == ["P1", "P2", "P3"]


def test_columns_have_the_types_that_the_facts_declare_and_blanks_stay_blank(tmp_path: Path) -> None:
    county(tmp_path / "data")
    snapshot = frozen(tmp_path)
    schema = pq.read_schema(snapshot.tables["persons"])
    assert {field.name: str(field.type) for field in schema} == {
        "person_no": "string",
        "household_no": "string",
        "birth_date": "date32[day]",
        "sex": "string",
        "id_problem": "string",
        "id_birth_date": "date32[day]",
        "id_sex": "string",
        "id_households": "int64",
        "id_in_household": "int64",
        "id_disability_grade": "int64",
        "name_problem": "bool",
    }
    assert [row["income"] for row in rows(snapshot, "households")] == [None, 10_000]
    assert not schema.metadata


def test_a_declared_column_that_the_file_lacks_is_unknown_and_a_derived_one_is_left_out(
    tmp_path: Path,
) -> None:
    county(tmp_path / "data")
    write(tmp_path / "data", "households", ["户编号", "行政村代码"], ["H1", VILLAGE])
    (row,) = rows(frozen(tmp_path), "households")
    assert row["income"] is None
    assert row["phone_problem"] is None
    assert "members" not in row


def test_a_derived_fact_that_the_file_carries_is_read(tmp_path: Path) -> None:
    county(tmp_path / "data")
    write(tmp_path / "data", "households", ["户编号", "members"], ["H1", "4"])
    assert rows(frozen(tmp_path), "households")[0]["members"] == 4


def test_what_the_id_number_says_is_kept_without_the_number(tmp_path: Path) -> None:
    county(tmp_path / "data")
    persons = by_key(frozen(tmp_path), "persons", "person_no")
    assert persons["P3"]["id_problem"] == "ok"
    assert persons["P3"]["id_birth_date"] == date(1960, 2, 3)
    assert persons["P3"]["id_sex"] == "male"
    assert persons["P3"]["id_disability_grade"] == 3
    assert [persons[key]["name_problem"] for key in ("P1", "P2", "P3")] == [False, True, False]


def test_a_person_in_two_households_and_twice_in_one_is_counted(tmp_path: Path) -> None:
    county(tmp_path / "data")
    who = ["人编号", "户编号", "姓名", "证件号码"]
    others = [
        ["P4", "H1", "张三", ID1],
        ["P5", "H2", "张三", "'" + ID1],
        ["P6", "H2", "赵", "999999"],
        ["P7", "H2", "钱", "999999"],
    ]
    write(tmp_path / "data", "persons", who, ["P1", "H1", "张三", ID1], *others)
    persons = by_key(frozen(tmp_path), "persons", "person_no")
    assert {key: (row["id_households"], row["id_in_household"]) for key, row in persons.items()} == {
        "P1": (2, 2),
        "P4": (2, 2),
        "P5": (2, 1),
        "P6": (None, None),
        "P7": (None, None),
    }


def test_households_with_the_same_phone_are_counted(tmp_path: Path) -> None:
    county(tmp_path / "data")
    households = rows(frozen(tmp_path), "households")
    assert [(row["phone_problem"], row["phone_households"]) for row in households] == [(False, 2), (False, 2)]


def test_rows_about_a_person_get_their_household(tmp_path: Path) -> None:
    county(tmp_path / "data")
    write(tmp_path / "data", "work_records", ["人编号", "务工企业"], ["P3", "甲"], ["P1", "乙"], ["P9", "丙"])
    write(tmp_path / "data", "benefits", ["户编号", "人编号", "待遇项目"], ["H2", "", "a"], ["", "P1", "b"])
    snapshot = frozen(tmp_path)
    assert [(row["household_no"], row["person_no"]) for row in rows(snapshot, "work_records")] == [
        ("H1", "P1"),
        ("H2", "P3"),
        (None, "P9"),
    ]
    assert [(row["household_no"], row["programme"]) for row in rows(snapshot, "benefits")] == [
        ("H1", "b"),
        ("H2", "a"),
    ]
    assert [note.count for note in snapshot.notes if note.code == "orphans"] == [1]


def test_a_bureaus_row_joins_by_its_number_or_by_what_else_it_says_and_never_by_half(tmp_path: Path) -> None:
    bureau = county(tmp_path / "data") / "bureau"
    write(
        bureau,
        "deaths",
        ["身份证号", "姓名", "死亡日期"],
        [f" {ID1} ", "张三", "2024-05-06"],
        [ID3[:6] + ID3[8:17], "王武", "202406"],
        [ID2[:17] + "0", "李四", "2024-05-07"],
        [ID2, "赵六", "2024-05-07"],
        ["3412**********1237", "李四", "2024-05-07"],
        ["", "李四", "2024-05-07"],
        ["110101199001010015", "路人", "2024-05-07"],
    )
    manifest(bureau, "deaths")
    snapshot = frozen(tmp_path)
    assert rows(snapshot, "deaths") == [
        {"died_on": date(2024, 5, 6), "person_no": "P1", "household_no": "H1"},
        {"died_on": date(2024, 5, 7), "person_no": "P2", "household_no": "H1"},  # one slip in the number
        {"died_on": date(2024, 5, 7), "person_no": "P2", "household_no": "H1"},  # what the stars leave, and the name
        {"died_on": date(2024, 6, 1), "person_no": "P3", "household_no": "H2"},
    ]
    linked = {note.detail[:6]: note.count for note in snapshot.notes if note.code == "linked_by"}
    assert linked == {"证件号码一致": 1, "证件号码有一": 1, "证件号码有遮": 1}
    told = {note.detail: note.count for note in snapshot.notes if note.code == "not_joined"}
    assert told == {"证件号码已登记在他人名下，姓名不同": 1, "为空": 1, "证件号码无误，不在登记簿中": 1}
    assert [(p.row, p.value, p.code) for p in snapshot.problems] == [
        (4, "3412**********1230", "bad_id"),
        (6, "3412**********1237", "bad_id"),
        (5, "3412**********1237", "contradicts"),
    ]


def test_a_number_whose_name_is_another_is_somebody_elses_whatever_the_birth_date_says(tmp_path: Path) -> None:
    bureau = county(tmp_path / "data") / "bureau"
    header = ["证件号码", "姓名", "出生日期", "死亡日期"]
    write(
        bureau,
        "deaths",
        header,
        [ID1, "赵六", "1999-01-01", "2024-05-06"],
        [ID2, "赵六", "1990-01-01", "2024-05-07"],  # bureaus take the date from the number: it confirms nothing
        [ID3, "王 五", "1999-01-01", "2024-05-08"],
    )
    snapshot = frozen(tmp_path)
    assert [row["person_no"] for row in rows(snapshot, "deaths")] == ["P3"]
    assert [(p.row, p.code) for p in snapshot.problems if p.code == "contradicts"] == [
        (2, "contradicts"),
        (3, "contradicts"),
    ]


def test_a_number_that_two_registered_persons_carry_joins_to_both(tmp_path: Path) -> None:
    data = county(tmp_path / "data")
    write(
        data,
        "persons",
        ["人编号", "户编号", "姓名", "证件号码"],
        ["P1", "H1", "张三", ID1],
        ["P2", "H2", "张三", ID1],
    )
    write(data, "deaths", ["证件号码", "姓名", "死亡日期"], [ID1, "张三", "2024-05-06"])
    assert [row["household_no"] for row in rows(frozen(tmp_path), "deaths")] == ["H1", "H2"]


def test_a_row_that_a_person_must_look_at_makes_the_files_silence_unknown_for_those_it_may_be_about(
    tmp_path: Path,
) -> None:
    bureau = county(tmp_path / "data") / "bureau"
    header = ["证件号码", "姓名", "死亡日期"]
    for row, covered in (([ID3, "王五", "2024-05-06"], True), ([ID2, "赵六", "2024-05-06"], False)):
        write(bureau, "deaths", header, row)
        manifest(bureau, "deaths")
        snapshot = frozen(tmp_path)
        assert [home["covered:deaths"] for home in rows(snapshot, "households") if home["household_no"] == "H1"] == [
            covered
        ]
        assert [row["person_no"] for row in rows(snapshot, "deaths")] == (["P3"] if covered else [])


def test_silence_is_unknown_unless_the_manifest_covers_the_household(tmp_path: Path) -> None:
    bureau = county(tmp_path / "data") / "bureau"
    write(bureau, "deaths", ["证件号码", "姓名", "死亡日期"], [ID3, "王五", "2024-05-06"])
    manifest(bureau, "deaths", period={"from": "2024-01-01", "to": "2025-01-01"})
    write(bureau, "financial_assets", ["证件号码", "姓名", "余额"], [ID3, "王五", "5.5"])
    snapshot = frozen(tmp_path)
    covered = [(row["covered:deaths"], row["covered:bank_balances"]) for row in rows(snapshot, "households")]
    assert covered == [(True, False), (False, False)]
    assert [row["balance"] for row in rows(snapshot, "bank_balances")] == [550]
    assert [(p.file, p.code) for p in snapshot.problems] == [("financial_assets.csv", "no_manifest")]
    assert (snapshot.manifests["deaths"] is None, snapshot.manifests["bank_balances"]) == (False, None)


def test_a_manifest_of_last_year_covers_nobody_today(tmp_path: Path) -> None:
    bureau = county(tmp_path / "data") / "bureau"
    write(bureau, "deaths", ["证件号码", "姓名", "死亡日期"], [ID3, "王五", "2024-05-06"])
    manifest(bureau, "deaths", period={"from": "2023-01-01", "to": "2024-09-01"})
    assert [row["covered:deaths"] for row in rows(frozen(tmp_path), "households")] == [False, False]


def test_a_bureaus_file_that_cannot_be_read_is_a_problem_and_covers_nobody(tmp_path: Path) -> None:
    bureau = county(tmp_path / "data") / "bureau"
    bureau.mkdir()
    (bureau / "deaths.xlsx").write_bytes(b"%PDF-1.7")
    manifest(bureau, "deaths")
    snapshot = frozen(tmp_path)
    assert "deaths" not in snapshot.tables
    assert [row["covered:deaths"] for row in rows(snapshot, "households")] == [False, False]
    assert [p.code for p in snapshot.problems] == ["unreadable_table"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_file_of_tokens_is_told_and_covers_nobody_though_its_manifest_does(tmp_path: Path, whole: bool) -> None:
    bureau = county(tmp_path / "data") / "bureau"
    write(bureau, "plain", ["证件号码", "死亡日期"], [ID3, "2024-05-06"])
    write_tokens(TokenKey(bytes.fromhex(SECRET)), bureau / "plain.csv", bureau / "deaths.csv")
    (bureau / "plain.csv").unlink()
    if not whole:
        (bureau / "deaths.tokens.json").unlink()
    manifest(bureau, "deaths")
    snapshot = frozen(tmp_path)
    assert "deaths" not in snapshot.tables
    assert [row["covered:deaths"] for row in rows(snapshot, "households")] == [False, False]
    (problem,) = snapshot.problems
    assert problem.line("en") == (
        "deaths.csv：it carries tokens in place of ID numbers (or deaths.tokens.json lies beside it) and was not read "
        "Tokens are linked by bangfu match --key FILE only; until then whoever is in the file or not is unknown. If the "
        "file is plain after all, move the note away."
    )
    assert problem.line("zh").startswith(
        "deaths.csv：该文件以密文代替证件号码（或旁边有 deaths.tokens.json），没有读入 密文只能用 bangfu match --key FILE 比对"
    )


def test_a_bureaus_file_without_id_numbers_joins_nobody_and_covers_nobody(tmp_path: Path) -> None:
    bureau = county(tmp_path / "data") / "bureau"
    write(bureau, "deaths", ["姓名", "死亡日期"], ["王五", "2024-05-06"])
    manifest(bureau, "deaths")
    snapshot = frozen(tmp_path)
    assert rows(snapshot, "deaths") == []
    assert [row["covered:deaths"] for row in rows(snapshot, "households")] == [False, False]
    assert [p.code for p in snapshot.problems] == ["no_id_column"]


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    county(tmp_path / "data")
    write(tmp_path / "data", "deaths", ["证件号码", "死亡日期"], [ID3, "2024-05-06"])
    for out in ("a", "b"):
        take_snapshot(rulebook(), tmp_path / "data", AS_OF, tmp_path / out)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_facts_of_a_cross_check_replace_what_they_know_and_nothing_else(tmp_path: Path) -> None:
    county(tmp_path / "data")
    (tmp_path / "facts").mkdir()
    given = {"household_no": ["H1", "H2"], "income": ["5", None], "members": [3, 4]}
    pq.write_table(pa.table(given), tmp_path / "facts" / "household_facts.parquet")
    snapshot = frozen(tmp_path, facts=tmp_path / "facts")
    assert [(row["income"], row["members"]) for row in rows(snapshot, "households")] == [
        (500, 3),
        (10_000, 4),
    ]


def test_keys_are_of_one_type_where_one_file_has_numbers_and_another_text(tmp_path: Path) -> None:
    data = county(tmp_path / "data")
    for name in ("households", "persons"):
        (data / f"{name}.csv").unlink()
    pq.write_table(pa.table({"household_no": [2, 1]}), data / "households.parquet")
    pq.write_table(pa.table({"person_no": [11, 12], "household_no": [1, 2]}), data / "persons.parquet")
    snapshot = frozen(tmp_path)
    assert [row["household_no"] for row in rows(snapshot, "households")] == [1, 2]
    write(data, "work_records", ["人编号", "务工企业"], ["12", "甲"])
    snapshot = frozen(tmp_path)
    assert [row["person_no"] for row in rows(snapshot, "persons")] == ["11", "12"]
    assert [(row["household_no"], row["person_no"]) for row in rows(snapshot, "work_records")] == [(2, "12")]


def test_a_person_whose_household_is_not_registered_stays(tmp_path: Path) -> None:
    data = county(tmp_path / "data")
    write(data, "persons", ["人编号", "户编号"], ["P1", "H404"])
    assert [row["household_no"] for row in rows(frozen(tmp_path), "persons")] == ["H404"]


def test_a_table_of_parameter_values_is_frozen_with_the_rest(tmp_path: Path) -> None:
    data = county(tmp_path / "data")
    write(
        data,
        "lines",
        ["region_code", "valid_from", "valid_to", "line"],
        [VILLAGE, "2024-01-01", "2025-01-01", "65000"],
    )
    snapshot = frozen(tmp_path, book=rulebook(FACTS, LINES))
    assert rows(snapshot, "lines") == [
        {"region_code": VILLAGE, "valid_from": date(2024, 1, 1), "valid_to": date(2025, 1, 1), "line": 65_000}
    ]


def test_the_directory_knows_names_for_worklists_and_masks_the_number(tmp_path: Path) -> None:
    data = county(tmp_path / "data")
    write(data, "villages", ["行政村代码", "行政村名称", "乡镇名称"], [VILLAGE, "东村", "北镇"])
    directory = frozen(tmp_path).directory
    assert directory.households["H1"] == ("张三", VILLAGE, "一组", "", "13912345678")
    assert directory.persons["P1"] == ("张三", "3412**********1230", "H1")
    assert directory.villages[VILLAGE] == ("东村", "北镇")


def test_problems_are_listed_and_the_bad_rows_of_each_file_go_back(tmp_path: Path) -> None:
    data = county(tmp_path / "data")
    header = ["人编号", "户编号", "姓名", "证件号码", "性别"]
    write(data, "persons", header, ["P1", "H1", "张三", ID1[:17] + "9", "男"], ["P2", "H1", "李四", ID2, "甲"])
    snapshot = frozen(tmp_path)
    written = write_problems(snapshot, tmp_path / "problems")
    assert [path.name for path in written] == ["problems.xlsx", "退回_persons.xlsx"]
    listed = [[cell.value for cell in row] for row in load_workbook(written[0])["问题"].iter_rows()][1:]
    assert [row[:5] for row in listed] == [
        ["persons.csv", "", "3", "性别", "甲"],
        ["persons.csv", "", "2", "证件号码", "3412**********1239"],
    ]
    returned = [[cell.value for cell in row] for row in load_workbook(written[1]).active.iter_rows()]
    assert returned[1][3] == ID1[:17] + "9"
    assert returned[1][-1].startswith("证件号码：证件号码“3412**********1239”：校验位不对")


def test_nothing_is_written_where_there_is_no_problem(tmp_path: Path) -> None:
    county(tmp_path / "data")
    assert write_problems(frozen(tmp_path), tmp_path / "problems") == []
