"""A bureau's file with tokens: what is refused, what travels, and that nobody can be found in it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bangfu import __version__
from bangfu.core.cli import main
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.tokens import hashing as tokens
from bangfu.core.matching.tokens.keys import TokenKey
from bangfu.core.matching.tokens.notes import checked_note, read_note
from bangfu.core.matching.tokens.writing import write_tokens
from tests.core.support.made_numbers import DAYS, ending_in_x, made_number

SECRET = bytes.fromhex("f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5")
KEY = TokenKey(SECRET)
BORN = date(1990, 3, 7)
NUMBER, WITH_X = made_number(BORN, 112), ending_in_x(date(1985, 1, 2))
HEADER = ["证件号码", "姓名", "出生日期", "车辆类型", "估值", "备注"]
ROWS = [
    [NUMBER, "欧阳娜", "1990-03-07", "小型汽车", "85000", "正常"],
    [WITH_X.lower(), "李 四", "", "摩托车", "/", "无"],
    ["99010119900307112Y", "钱五", "1990/3", "小型汽车", "", ""],
    ["", "孙六", "19700506", "", "1.50", "见卷宗"],
]


def write(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture
def bureau(tmp_path: Path) -> Path:
    return write(tmp_path / "vehicles.csv", [HEADER, *ROWS])


def refusal(file: Path, out: Path, **options: Any) -> str:
    before = {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()}
    with pytest.raises(DataError) as caught:
        write_tokens(KEY, file, out, **options)
    assert {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()} == before
    return str(caught.value)


# -- what is refused, leaving nothing ---------------------------------------------------------------------


def test_a_file_without_a_column_of_numbers_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "b.csv", [["姓名", "估值"], ["张三", "1"]])
    assert refusal(file, tmp_path / "out.csv") == (
        f"{file}: 没有证件号码列（证件号码、身份证号、身份证号码、身份证），无法生成密文 / there is no column of ID numbers "
        "(证件号码、身份证号、身份证号码、身份证) to make tokens of; give it one of these titles"
    )


def test_a_column_in_which_no_number_is_one_is_refused_not_passed_on_empty(tmp_path: Path) -> None:
    file = write(tmp_path / "b.csv", [["身份证号", "估值"], ["99010119900307112Y", "1"], ["", "2"], ["", "3"]])
    message = refusal(file, tmp_path / "out.csv")
    assert "列“身份证号”没有一个可用的证件号码（bad_length 1、missing 2），没有生成密文；请检查是否选错了列" in message
    assert "not one ID number of column 身份证号 is well-formed" in message
    assert "99010119900307112Y" not in message


def test_a_file_that_has_tokens_already_is_refused(bureau: Path, tmp_path: Path) -> None:
    write_tokens(KEY, bureau, tmp_path / "once.csv")
    assert "已有列 id_problem、id_token、source_row" in refusal(tmp_path / "once.csv", tmp_path / "twice.csv")


@pytest.mark.parametrize("name", ["out.xlsx", "out", "out.txt"])
def test_another_ending_is_refused(bureau: Path, tmp_path: Path, name: str) -> None:
    assert "结果应为 .csv 或 .parquet" in refusal(bureau, tmp_path / name)


def test_nothing_but_an_earlier_result_is_replaced(bureau: Path, tmp_path: Path) -> None:
    precious = write(tmp_path / "precious.csv", [["a"], ["1"]])
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "odd.parquet").write_bytes(b"PAR1 nothing")
    for out in (precious, bureau, tmp_path / "folder.csv", tmp_path / "odd.parquet"):
        assert "已有其他内容，不会覆盖" in refusal(bureau, out)
    for ending in ("csv", "parquet"):
        write_tokens(KEY, bureau, tmp_path / f"out.{ending}")
        write_tokens(KEY, bureau, tmp_path / f"out.{ending}")


def test_what_stops_half_way_leaves_nothing(bureau: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bangfu.core.matching.tokens.writing._write_table", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_tokens(KEY, bureau, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["vehicles.csv"]


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"%PDF-1.7")
    with pytest.raises(FileError):
        write_tokens(KEY, tmp_path / "b.xlsx", tmp_path / "out.csv")


# -- what travels -----------------------------------------------------------------------------------------


def test_rows_keep_their_order_and_facts_and_lose_who_they_are_about(bureau: Path, tmp_path: Path) -> None:
    done = write_tokens(KEY, bureau, tmp_path / "out.csv")
    first, second = tokens.token_of_number(KEY, NUMBER), tokens.token_of_number(KEY, WITH_X)
    assert [list(row.values()) for row in read(tmp_path / "out.csv")] == [
        [first, "ok", "2", "小型汽车", "85000", "正常"],
        [second, "ok", "3", "摩托车", "/", "无"],
        [None, "bad_length", "4", "小型汽车", None, None],
        [None, "missing", "5", None, "1.50", "见卷宗"],
    ]
    assert list(read(tmp_path / "out.csv")[0]) == ["id_token", "id_problem", "source_row", "车辆类型", "估值", "备注"]
    assert (done.rows, done.tokens, done.named, done.left_out) == (4, 2, 0, 0)
    assert done.id_problems == {"bad_length": 1, "missing": 1}
    assert [(title, reason) for title, reason, _ in done.dropped] == [
        ("证件号码", "id"), ("姓名", "name"), ("出生日期", "birth")
    ]  # fmt: skip


def test_csv_excel_and_parquet_in_any_encoding_give_the_same_tokens(bureau: Path, tmp_path: Path) -> None:
    plain = [list(map(str, row)) for row in ROWS]
    old = write(tmp_path / "old.csv", [HEADER, *plain], "gb18030")
    book = Workbook()
    for row in ([["车辆信息表"]], [HEADER], plain):
        for line in row:
            book.active.append(line)
    book.save(tmp_path / "book.xlsx")
    columns = {title: [row[at] or None for row in plain] for at, title in enumerate(HEADER)}
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    made = []
    for file in (bureau, old, tmp_path / "book.xlsx", tmp_path / "table.parquet"):
        write_tokens(KEY, file, tmp_path / "out.parquet", name_birth=True)
        made.append([{k: v for k, v in row.items() if k != "source_row"} for row in read(tmp_path / "out.parquet")])
    assert made[0] == made[1] == made[2] == made[3]
    assert made[0][0]["name_birth_token"] == tokens.name_birth_token(KEY, "欧阳娜", BORN)


def test_names_are_hashed_only_when_asked_and_with_the_best_birth_known(bureau: Path, tmp_path: Path) -> None:
    done = write_tokens(KEY, bureau, tmp_path / "out.csv", name_birth=True)
    rows = read(tmp_path / "out.csv")
    from_number, from_column = date(1985, 1, 2), date(1970, 5, 6)
    assert [row["name_birth_token"] for row in rows] == [
        tokens.name_birth_token(KEY, "欧阳娜", BORN),
        tokens.name_birth_token(KEY, "李四", from_number),
        None,  # the number is wrong, and a month alone is no date of birth
        tokens.name_birth_token(KEY, "孙六", from_column),
    ]
    assert rows[0]["sound_birth_token"] == tokens.sound_birth_token(KEY, "欧阳娜", BORN)
    assert [row["sound_birth_token"] is None for row in rows] == [False, False, True, False]
    assert done.named == 3
    assert read_note(tmp_path / "out.csv") is not None


def test_a_file_without_numbers_can_travel_by_names_alone_where_that_is_asked(tmp_path: Path) -> None:
    file = write(tmp_path / "b.csv", [["姓名", "出生日期", "估值"], ["张三", "1990-03-07", "1"]])
    write_tokens(KEY, file, tmp_path / "out.csv", name_birth=True)
    (row,) = read(tmp_path / "out.csv")
    assert (row["id_token"], row["id_problem"]) == (None, "missing")
    assert row["name_birth_token"] == tokens.name_birth_token(KEY, "张三", BORN)


def test_an_empty_file_travels_as_an_empty_file(tmp_path: Path) -> None:
    done = write_tokens(KEY, write(tmp_path / "deaths.csv", [HEADER]), tmp_path / "out.csv")
    assert (done.rows, read(tmp_path / "out.csv")) == (0, [])


def test_a_row_that_cannot_be_read_is_counted_and_told_without_its_values(bureau: Path, tmp_path: Path) -> None:
    with bureau.open("a", encoding="utf-8", newline="") as file:
        file.write(f"{NUMBER},张三,1990-03-07\n")
    done = write_tokens(KEY, bureau, tmp_path / "out.csv")
    assert (done.rows, done.left_out) == (4, 1)
    (remark,) = done.remarks
    assert remark.line("en").startswith("vehicles.csv row 6：the row has 3 cells, the header 6")
    assert NUMBER not in remark.line()


def test_sheets_are_numbered_and_an_id_merged_over_rows_counts_for_each(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "张三"
    for row in (["身份证号", "车辆类型"], [NUMBER, "小型汽车"], [None, "摩托车"]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    other = book.create_sheet("李四")
    for row in (["身份证号", "车辆类型"], [WITH_X, "小型汽车"]):
        other.append(row)
    book.save(tmp_path / "b.xlsx")
    write_tokens(KEY, tmp_path / "b.xlsx", tmp_path / "out.csv")
    rows = read(tmp_path / "out.csv")
    assert [(row["source_sheet"], row["source_row"]) for row in rows] == [("1", "2"), ("1", "3"), ("2", "2")]
    token = tokens.token_of_number(KEY, NUMBER)
    assert [row["id_token"] for row in rows] == [token, token, tokens.token_of_number(KEY, WITH_X)]


def test_a_second_column_of_numbers_does_not_travel(tmp_path: Path) -> None:
    file = write(tmp_path / "b.csv", [["证件号码", "身份证号", "配偶身份证", "估值"], [NUMBER, NUMBER, WITH_X, "1"]])
    done = write_tokens(KEY, file, tmp_path / "out.csv")
    assert done.kept == ("估值",)
    assert {title for title, _, _ in done.dropped} == {"证件号码", "身份证号", "配偶身份证"}


def test_the_note_says_how_the_tokens_were_made(bureau: Path, tmp_path: Path) -> None:
    write_tokens(KEY, bureau, tmp_path / "out.csv")
    found = json.loads((tmp_path / "out.tokens.json").read_text(encoding="utf-8"))
    assert found == {
        "algorithm": "HMAC-SM3",
        "key": KEY.fingerprint,
        "version": __version__,
        "tokens": ["id"],
        "rows": 4,
        "rows_left_out": 0,
        "id_problems": {"bad_length": 1, "missing": 1},
        "columns": ["车辆类型", "估值", "备注"],
        "columns_dropped": {"证件号码": "id", "姓名": "name", "出生日期": "birth"},
        "dictionaries": dict(tokens.dictionary_versions()),
        "sha256": hashlib.sha256((tmp_path / "out.csv").read_bytes()).hexdigest(),
        "seal": found["seal"],
    }
    assert set(tokens.dictionary_versions()) == {"OpenCC", "pypinyin", "unicode"}
    assert checked_note(tmp_path / "out.csv", KEY) == found
    assert read_note(tmp_path / "other.csv") is None
    (tmp_path / "out.tokens.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DataError, match="this is no note on a file of tokens"):
        read_note(tmp_path / "out.csv")


def test_the_same_file_and_key_give_the_same_bytes(bureau: Path, tmp_path: Path) -> None:
    for ending in ("csv", "parquet"):
        made = []
        for name in ("a", "b"):
            write_tokens(KEY, bureau, tmp_path / f"{name}.{ending}", name_birth=True)
            made.append((tmp_path / f"{name}.{ending}").read_bytes())
        assert made[0] == made[1]


# -- nobody can be found ----------------------------------------------------------------------------------

NAMES = ("欧阳娜", "买买提·阿卜杜拉", "覃建国")


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_number_name_phone_or_birth_is_in_any_byte_that_leaves(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("bureau")
    days = data.draw(st.lists(DAYS, min_size=3, max_size=3, unique=True))
    numbers = [made_number(day, 100 + at) for at, day in enumerate(days)]
    notes = data.draw(
        st.lists(
            st.sampled_from(
                [
                    "正常",
                    "见{name}卷宗",
                    "身份证{number}",
                    "电话13800001234",
                    "手机：138 0000 1234",
                    "生于{day}",
                    "卡6222021234567890123",
                ]
            ),
            min_size=3,
            max_size=3,
        )
    )
    rows = [
        [
            number,
            name,
            str(day),
            "13800001234",
            "某镇某村8号",
            f"{number}43",
            note.format(name=name, number=number, day=day),
            day,
            "x",
        ]
        for number, name, day, note in zip(numbers, NAMES, days, notes, strict=True)
    ]
    header = ["证件号码", "姓名", "出生日期", "联系电话", "家庭住址", "残疾证", "说明", "日期", "级别"]
    file = write(folder / "b.csv", [header, *rows])
    ending = data.draw(st.sampled_from(["csv", "parquet"]))
    write_tokens(KEY, file, folder / f"out.{ending}", name_birth=data.draw(st.booleans()))
    out = read(folder / f"out.{ending}")
    leaving = (folder / f"out.{ending}").read_bytes() + (folder / "out.tokens.json").read_bytes() + repr(out).encode()
    for secret in (
        *numbers,
        *NAMES,
        "13800001234",
        "138 0000 1234",
        "6222021234567890123",
        "某镇某村8号",
        SECRET.hex(),
    ):
        assert secret.encode() not in leaving
    assert not any(str(day).encode() in leaving for day in days if not any(n.startswith("生于") for n in notes))
    assert "级别" in out[0]


def test_the_command_tells_no_personal_value_and_no_key(
    bureau: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key.txt"
    key.write_text(SECRET.hex(), encoding="utf-8")
    key.chmod(0o644)
    write(bureau, [[*HEADER, "联系人信息"], *([*row, f"{row[1]}13800001234"] for row in ROWS), [NUMBER, "张三"]])
    argv = ["token", "--key", str(key), "--file", str(bureau), "--out", str(tmp_path / "out.csv"), "--name-birth"]
    assert main(argv) == 1  # one row could not be read
    out, err = capsys.readouterr()
    for secret in (NUMBER, WITH_X, WITH_X.lower(), *(row[1] for row in ROWS), "13800001234", SECRET.hex(), "1990"):
        assert secret not in out + err
    assert "行 rows: 4; 有密文 with a token: 2; 姓名密文 with a name token: 3\n" in out
    assert "没有密文 without: bad_length 1, missing 1\n" in out
    assert "去掉的列 dropped: 联系人信息: 内容含手机号或邮箱 / holds telephone numbers or mail addresses (4)\n" in out
    assert "保留的列 kept: 车辆类型、估值、备注\n" in out
    assert f"密钥指纹 key fingerprint: {KEY.fingerprint}\n" in out
    assert f"run: chmod 600 {key}" in err
    assert "--name-birth: 姓名和出生日期容易穷举" in err
    assert "无法读入的行 rows left out: 1\n" in err


def test_the_command_without_a_key_says_how_to_make_one(
    bureau: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BANGFU_TOKEN_KEY", raising=False)
    argv = ["token", "--file", str(bureau), "--out", str(tmp_path / "out.csv")]
    assert main(argv) == 2
    assert "run: openssl rand -hex 32 > key.txt && chmod 600 key.txt" in capsys.readouterr().err
    monkeypatch.setenv("BANGFU_TOKEN_KEY", SECRET.hex())
    assert main(argv) == 0
    assert main([*argv, "--key", SECRET.hex()]) == 1
    assert SECRET.hex()[:8] not in "".join(capsys.readouterr())


def test_a_file_that_is_not_there_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["token", "--key", "k", "--file", str(tmp_path / "no.csv"), "--out", str(tmp_path / "out.csv")]
    assert main(argv) == 2
    assert "不存在 / no such file" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []


def test_a_workbook_keeps_its_numbers_as_text(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["证件号码", "估值", "登记日期"], [NUMBER, 85000, date(2020, 1, 2)]):
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    assert load_workbook(tmp_path / "b.xlsx").active["A2"].value == NUMBER
    write_tokens(KEY, tmp_path / "b.xlsx", tmp_path / "out.csv")
    (row,) = read(tmp_path / "out.csv")
    assert (row["估值"], row["登记日期"]) == ("85000", "2020-01-02")
