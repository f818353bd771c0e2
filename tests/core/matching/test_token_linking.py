"""A file of tokens is linked without anybody's number leaving the bureau."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from bangfu.core.cli import main
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.matching import match
from bangfu.core.matching.numbers import number_text
from bangfu.core.matching.tokens import hashing as tokens_module
from bangfu.core.matching.tokens import notes as token_notes
from bangfu.core.matching.tokens.keys import TokenKey
from bangfu.core.matching.tokens.notes import note_path, write_note
from bangfu.core.matching.tokens.writing import write_tokens

KEY, OTHER = (TokenKey(hashlib.sha256(text).digest()) for text in (b"one", b"another"))
ZHANG, LI, WANG = (number_text(n) for n in (34122519880101123, 34122519900101124, 34122519600203123))


def registry(folder: Path, *more: tuple[str, str, str]) -> Path:
    people = [("P1", "张三", ZHANG), ("P2", "李四", LI), ("P3", "王五", WANG), *more]
    folder.mkdir(parents=True, exist_ok=True)
    columns = {"person_no": [p for p, _, _ in people], "household_no": [f"H{p}" for p, _, _ in people]}
    columns |= {"name": [n for _, n, _ in people], "id_number": [i for _, _, i in people]}
    pq.write_table(pa.table(columns), folder / "persons.parquet")
    return folder


def tokens(
    folder: Path, *rows: tuple[str, str, str], name_birth: bool = False, key: TokenKey = KEY, ending: str = "csv"
) -> Path:
    folder.mkdir(exist_ok=True)
    text = "\n".join(["证件号码,姓名,出生日期,估值", *(f"{i},{n},{b},1000" for i, n, b in rows)])
    plain = folder / "plain.csv"
    plain.write_text(text + "\n", encoding="utf-8")
    out = folder / f"vehicles.{ending}"
    write_tokens(key, plain, out, name_birth=name_birth)
    return out


def linked(folder: Path, file: Path, *, key: TokenKey | None = KEY) -> list[tuple[str | None, str, bool]]:
    found = match(folder / "registry", file, folder / "out", key=key).table
    return list(zip(*(found.column(name).to_pylist() for name in ("person_no", "method", "review")), strict=True))


def test_a_file_of_tokens_without_the_key_is_refused(tmp_path: Path) -> None:
    registry(tmp_path / "registry")
    with pytest.raises(DataError, match="需要密钥：--key FILE"):
        linked(tmp_path, tokens(tmp_path, (ZHANG, "张三", "")), key=None)


def refusal(folder: Path, file: Path, key: TokenKey = KEY) -> str:
    registry(folder / "registry")
    with pytest.raises(DataError) as caught:
        linked(folder, file, key=key)
    assert not (folder / "out").exists()
    return str(caught.value)


def noted(file: Path, **changes: object) -> Path:
    """The file with some fields of its note changed by hand."""
    beside = note_path(file)
    beside.write_text(json.dumps({**json.loads(beside.read_text(encoding="utf-8")), **changes}), encoding="utf-8")
    return file


def test_another_key_is_refused_and_never_reads_as_no_matches(tmp_path: Path) -> None:
    assert refusal(tmp_path, tokens(tmp_path, (ZHANG, "张三", ""), key=OTHER)) == (
        f"vehicles.csv: 密文是用另一把密钥（{OTHER.fingerprint}）生成的，手中的是 {KEY.fingerprint}，无法比对；"
        "这不等于“没有匹配”。请核对密钥 / the tokens were made with another key "
        f"({OTHER.fingerprint}, not {KEY.fingerprint}): nothing can agree; that is not “no matches”: find out which key "
        "was agreed"
    )


def test_another_key_behind_an_edited_note_is_refused(tmp_path: Path) -> None:
    file = tokens(tmp_path, (ZHANG, "张三", ""), key=OTHER)
    assert refusal(tmp_path, noted(file, key=KEY.fingerprint)) == (
        "vehicles.tokens.json: 说明文件被改动过，不再与密钥相符，无法比对。请向来源单位重新索取 / the note was changed after "
        "it was made and does not fit the key: nothing is linked; ask the source for it again"
    )


@pytest.mark.parametrize(
    "changes", [{"rows": 7}, {"version": "0"}, {"dictionaries": {}}, {"sha256": "0" * 64}, {"seal": None}, {"more": 1}]
)
def test_an_edited_note_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    assert "the note was changed" in refusal(tmp_path, noted(tokens(tmp_path, (ZHANG, "张三", "")), **changes))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"key": 1}', "{", "\ufeff{}", "张三"])
def test_a_note_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tokens(tmp_path, (ZHANG, "张三", ""))
    note_path(file).write_text(text, encoding="utf-8")
    assert "不是密文文件的说明，请向来源单位重新索取 / this is no note on a file of tokens" in refusal(tmp_path, file)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("name_birth", [True, False])
def test_a_file_of_tokens_without_its_note_is_refused(tmp_path: Path, ending: str, name_birth: bool) -> None:
    file = tokens(tmp_path, (ZHANG, "张三", ""), name_birth=name_birth, ending=ending)
    note_path(file).unlink()
    assert refusal(tmp_path, file) == (
        f"{file.name}: 缺少说明文件 vehicles.tokens.json，不知道密文是用哪把密钥生成的，无法比对；这不等于“没有匹配”。"
        "请向来源单位索取 / its note vehicles.tokens.json is missing: nobody knows with which key the tokens were made, so "
        "nothing is linked; that is not “no matches”: ask the source for it"
    )


def test_a_file_that_a_spreadsheet_program_saved_again_without_its_note_is_refused(tmp_path: Path) -> None:
    file = tokens(tmp_path, (ZHANG, "张三", ""))
    note_path(file).unlink()
    for text in (file.read_text(encoding="utf-8-sig").replace('"', ""), "id_token\tid_problem\nab\tok\n"):
        file.write_text(text, encoding="utf-8")
        assert "缺少说明文件" in refusal(tmp_path, file)
    book = Workbook()
    for row in (["id_token", "id_problem", "估值"], ["ab" * 32, "ok", 1]):
        book.active.append(row)
    book.save(tmp_path / "vehicles.xlsx")
    with pytest.raises(FileError, match="没有找到表头"):
        linked(tmp_path, tmp_path / "vehicles.xlsx")


def test_a_file_that_is_not_the_one_of_its_note_is_refused(tmp_path: Path) -> None:
    other = tokens(tmp_path / "other", (ZHANG, "张三", ""), key=OTHER).read_bytes()
    file = tokens(tmp_path, (ZHANG, "张三", ""))
    for content in (other, file.read_bytes()[:-1], "证件号码,估值\n1,1\n".encode()):
        file.write_bytes(content)
        assert refusal(tmp_path, file) == (
            "vehicles.csv: 文件与说明文件 vehicles.tokens.json 不符（不是同一次生成的，或之后被改动、另存），无法比对；"
            "这不等于“没有匹配”。请原样使用来源单位发来的两个文件，或重新索取 / the file is not the one that "
            "vehicles.tokens.json was made for, or was changed or saved again since: nothing is linked; that is not “no "
            "matches”: use both files as the source sent them, or ask for them again"
        )


def test_a_file_in_which_no_row_has_a_token_is_refused(tmp_path: Path) -> None:
    registry(tmp_path / "registry")
    file = tokens(tmp_path, (ZHANG, "张三", ""))
    file.write_text("id_token,id_problem,估值\n,missing,1000\n", encoding="utf-8")
    write_note(KEY, note_path(file), file, {"tokens": ["id"]})
    with pytest.raises(DataError, match="这不等于“没有匹配”"):
        linked(tmp_path, file)


def test_numbers_link_however_they_are_written_and_strangers_stay_strangers(tmp_path: Path) -> None:
    registry(tmp_path / "registry")
    fifteen = WANG[:6] + WANG[8:17]
    file = tokens(
        tmp_path, (f" {ZHANG} ", "张三", ""), (fifteen, "王五", ""), (number_text(11010119900307123), "路人", "")
    )
    assert linked(tmp_path, file) == [
        ("P1", "token_id", False),
        ("P3", "token_id", False),
        (None, "not_registered", False),
    ]


def test_with_tokens_of_name_and_birth_somebody_elses_number_is_found_out(tmp_path: Path) -> None:
    registry(tmp_path / "registry")
    rows = ((ZHANG, "赵六", "1999-01-01"), (LI, "李四", "1990-01-01"))
    assert linked(tmp_path, tokens(tmp_path, *rows, name_birth=True)) == [
        (None, "contradicts", True),
        ("P2", "token_id", False),
    ]


def test_a_row_without_a_number_is_found_by_name_and_birth_where_only_one_person_can_be_meant(tmp_path: Path) -> None:
    registry(tmp_path / "registry", ("P4", "王五", number_text(34122519600203125)))
    rows = (
        ("", "李四", "1990-01-01"),
        ("", "王五", "1960-02-03"),
        ("", "李思", "1990-01-01"),
        ("", "孙七", "1990-01-01"),
    )
    assert linked(tmp_path, tokens(tmp_path, *rows, name_birth=True)) == [
        ("P2", "token_name_birth", False),
        (None, "several", True),  # two of that name and birth
        (None, "several", True),  # it only sounds like somebody
        (None, "no_candidate", False),
    ]


def test_the_notes_say_nothing_of_numbers_that_were_never_seen(tmp_path: Path) -> None:
    registry(tmp_path / "registry")
    file = tokens(tmp_path, (ZHANG, "张三", ""))
    assert match(tmp_path / "registry", file, tmp_path / "out", key=KEY).table.column("note").to_pylist() == [None]
    assert json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["linked"] == 1


# -- what both sides must have alike --------------------------------------------------------------------------


def warnings(folder: Path, file: Path) -> list[dict[str, str]]:
    registry(folder / "registry")
    match(folder / "registry", file, folder / "out", key=KEY)
    found = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    return list(found["warnings"])


def made_by(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    """A bureau with other versions; whoever links has those of this process again."""
    ours = dict(tokens_module.dictionary_versions())
    monkeypatch.setattr(token_notes, "__version__", versions.pop("Bangfu", token_notes.__version__))
    monkeypatch.setattr(token_notes, "dictionary_versions", lambda: {**ours, **versions})


def test_dictionaries_that_differ_are_told_where_names_were_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = tokens_module.dictionary_versions()["OpenCC"]
    with monkeypatch.context() as bureau:
        made_by(bureau, OpenCC="1.1.1")
        file = tokens(tmp_path, (ZHANG, "张三", ""), name_birth=True)
    assert warnings(tmp_path, file) == [
        {
            "zh": f"vehicles.csv: 生成密文用的是 OpenCC 1.1.1，本机是 {ours}；同一姓名可能得出不同的密文，从而漏掉匹配。"
            "请双方安装同一版本的 Bangfu 及其锁定的软件包，重新生成",
            "en": f"the tokens were made by OpenCC 1.1.1, here it is {ours}: the same name may have another token, and "
            "matches may be missed; install the same version of Bangfu with its locked packages on both sides and make "
            "them again",
        }
    ]
    key = tmp_path / "key.txt"
    key.write_text(hashlib.sha256(b"one").hexdigest(), encoding="utf-8")
    argv = ["match", "--registry", str(tmp_path / "registry"), "--file", str(file), "--out", str(tmp_path / "out")]
    assert main([*argv, "--key", str(key)]) == 0
    assert "OpenCC 1.1.1，本机是" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name_birth", "versions", "told"),
    [
        (True, {}, []),
        (True, {"pypinyin": "0.1", "unicode": "9.0.0"}, ["unicode 9.0.0", "pypinyin 0.1"]),
        (True, {"Bangfu": "0.0.1"}, ["Bangfu 0.0.1"]),
        (False, {"Bangfu": "0.0.1", "OpenCC": "1"}, ["Bangfu 0.0.1"]),  # numbers need no dictionary
        (False, {"OpenCC": "1", "pypinyin": "1", "unicode": "1"}, []),
    ],
)
def test_only_versions_that_the_tokens_depend_on_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name_birth: bool, versions: dict[str, str], told: list[str]
) -> None:
    with monkeypatch.context() as bureau:
        made_by(bureau, **versions)
        file = tokens(tmp_path, (ZHANG, "张三", ""), name_birth=name_birth)
    found = warnings(tmp_path, file)
    assert len(found) == len(told)
    for warned, what in zip(found, told, strict=True):
        assert what in warned["zh"]
        assert what in warned["en"]
