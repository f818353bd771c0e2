"""What the reader refuses, and in which words."""

from pathlib import Path

import pytest
from file_factory import HEADER, ONE, PERSONS, TWO, codes, only_problem, with_cell, write_csv, write_xlsx
from msoffcrypto.format.ooxml import OOXMLFile

from bangfu.core.files.catalogue import FILE_ERRORS, MESSAGES
from bangfu.core.files.find import find_table
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError


def test_two_files_for_one_table_are_refused_since_nobody_knows_which_is_meant(tmp_path: Path) -> None:
    write_csv(tmp_path / "persons.csv", [HEADER, ONE])
    write_xlsx(tmp_path / "persons.xlsx", [HEADER, ONE])
    with pytest.raises(FileError, match=r"同一张表有两个文件（persons\.csv、persons\.xlsx） 请只留一个。"):
        find_table(tmp_path, "persons")


def test_a_table_is_found_by_any_ending_or_not_at_all(tmp_path: Path) -> None:
    assert find_table(tmp_path, "persons") is None
    path = write_csv(tmp_path / "persons.csv", [HEADER, ONE])
    assert find_table(tmp_path, "persons") == path


def test_a_workbook_with_a_password_says_how_to_remove_it(tmp_path: Path) -> None:
    plain = write_xlsx(tmp_path / "plain.xlsx", [HEADER, ONE])
    locked = tmp_path / "persons.xlsx"
    with plain.open("rb") as source, locked.open("wb") as target:
        OOXMLFile(source).encrypt("secret", target)
    with pytest.raises(FileError) as caught:
        read_table(locked, PERSONS)
    assert caught.value.code == "password"
    assert str(caught.value) == (
        "persons.xlsx：工作簿有密码，无法读取。 请在表格软件中取消密码（文件→另存为→工具→常规选项），再放回文件夹。"
    )
    assert "protected by a password" in caught.value.line("en")


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"%PDF-1.7", b"\x00\x01\x02", b"<html><p>no table</p>"])
def test_what_is_no_table_is_refused_without_a_traceback(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "persons.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_table(path, PERSONS)
    assert caught.value.code in {"damaged", "not_a_table"}


def test_bytes_of_neither_encoding_are_refused_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_bytes("人编号,姓名\nP1,".encode() + b"\xff\xff\n")
    with pytest.raises(FileError) as caught:
        read_table(path, PERSONS)
    assert caught.value.code == "encoding"


def test_a_missing_header_names_what_was_expected_and_what_was_seen(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "persons.csv", [["甲", "乙"], ["1", "2"]])
    with pytest.raises(FileError) as caught:
        read_table(path, PERSONS)
    assert "应有：人编号、户编号、姓名、证件号码" in str(caught.value)
    assert "所见：甲、乙" in str(caught.value)


def test_a_header_without_the_key_column_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "persons.csv", [HEADER[1:], ONE[1:]])
    with pytest.raises(FileError, match="表头中没有“person_no、人编号”列"):
        read_table(path, PERSONS)


def test_an_empty_file_has_no_header(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_bytes(b"")
    with pytest.raises(FileError, match="没有找到表头"):
        read_table(path, PERSONS)


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("年工资性收入", "很多", "not_money"),
        ("年工资性收入", "-5", "out_of_range"),
        ("务工时间", "13", "out_of_range"),
        ("务工时间", "6.5", "not_integer"),
        ("耕地面积", "一亩半", "not_number"),
        ("出生日期", "1988-02-30", "impossible"),
        ("出生日期", "1988", "year_only"),
        ("是否参保", "也许", "not_boolean"),
        ("性别", "1", "not_in_list"),
        ("性别", "无", "not_in_list"),
        ("残疾等级", "3", "not_in_list"),
    ],
)
def test_a_cell_that_cannot_be_read_is_unknown_and_its_row_is_kept(
    tmp_path: Path, header: str, value: str, code: str
) -> None:
    reading = read_table(write_csv(tmp_path / "persons.csv", [HEADER, TWO, with_cell(header, value)]), PERSONS)
    problem = only_problem(reading)
    assert (problem.code, problem.file, problem.row, problem.column, problem.value) == (
        code,
        "persons.csv",
        3,
        header,
        value,
    )
    name = PERSONS.columns[HEADER.index(header)].name
    assert reading.column(name)[1] is None
    assert reading.column("person_no") == ["P2", "P1"]


def test_a_code_of_another_numbering_is_never_taken_by_its_number(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "persons.csv", [HEADER, with_cell("性别", "2")])
    reading = read_table(path, PERSONS)
    assert only_problem(reading).line() == (
        "persons.csv 第2行 列“性别”：“2”不在代码表中；可填：男、女 请按标签（文字）填写，不要填编号。"
    )


def test_a_row_without_its_key_is_rejected_and_the_others_stay(tmp_path: Path) -> None:
    reading = read_table(write_csv(tmp_path / "persons.csv", [HEADER, with_cell("人编号", " "), TWO]), PERSONS)
    assert only_problem(reading).code == "no_key"
    assert (reading.rejected, reading.column("person_no"), reading.rows_seen) == ((("", 2),), ["P2"], 2)


def test_a_repeated_key_keeps_the_first_row_and_tells_both(tmp_path: Path) -> None:
    rows = [HEADER, ONE, TWO, with_cell("姓名", "王五")]
    reading = read_table(write_csv(tmp_path / "persons.csv", rows), PERSONS)
    assert [(p.row, p.code, p.detail) for p in reading.problems] == [
        (2, "duplicated_key", "第4行"),
        (4, "duplicate_key", "第2行"),
    ]
    assert reading.column("name") == ["张三", "李四"]
    assert reading.rejected == (("", 4),)


def test_a_ragged_row_is_rejected_since_its_cells_have_shifted(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_text("\n".join([",".join(HEADER), ",".join(ONE) + ",多", ",".join(TWO[:5]), ",".join(TWO)]), "utf-8")
    reading = read_table(path, PERSONS)
    assert [(p.row, p.code, p.value, p.detail) for p in reading.problems] == [
        (2, "ragged", "12", "11"),
        (3, "ragged", "5", "11"),
    ]
    assert reading.column("person_no") == ["P2"]


def test_a_personal_value_is_masked_in_every_remark(tmp_path: Path) -> None:
    rows = [HEADER, with_cell("证件号码", " 341225198801011230 "), with_cell("姓名", " 张三丰 ", TWO)]
    reading = read_table(write_csv(tmp_path / "persons.csv", rows), PERSONS)
    assert {note.value for note in reading.notes} == {"3412**********1230", "张**"}


def test_every_message_exists_in_both_languages_and_can_be_written_out() -> None:
    for message in (*MESSAGES.values(), *FILE_ERRORS.values()):
        assert message.zh
        assert message.en
        assert bool(message.advice_zh) == bool(message.advice_en)


def test_a_key_in_scientific_notation_has_lost_its_digits(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "persons.xlsx", [HEADER, with_cell("人编号", 3.412251988010112e17)])
    reading = read_table(path, PERSONS)
    assert codes(reading.problems) == ["scientific", "no_key"]
    assert reading.table.num_rows == 0
