"""A file of tokens is linked without anybody's number leaving the bureau."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.keys import TokenKey
from bangfu.core.matching.matching import match
from bangfu.core.matching.numbers import number_text
from bangfu.core.matching.token_file import write_tokens

KEY, OTHER = (TokenKey(hashlib.sha256(text).digest()) for text in (b"one", b"another"))
ZHANG, LI, WANG = (number_text(n) for n in (34122519880101123, 34122519900101124, 34122519600203123))


def registry(folder: Path, *more: tuple[str, str, str]) -> Path:
    people = [("P1", "张三", ZHANG), ("P2", "李四", LI), ("P3", "王五", WANG), *more]
    folder.mkdir(parents=True, exist_ok=True)
    columns = {"person_no": [p for p, _, _ in people], "household_no": [f"H{p}" for p, _, _ in people]}
    columns |= {"name": [n for _, n, _ in people], "id_number": [i for _, _, i in people]}
    pq.write_table(pa.table(columns), folder / "persons.parquet")
    return folder


def tokens(folder: Path, *rows: tuple[str, str, str], name_birth: bool = False, key: TokenKey = KEY) -> Path:
    text = "\n".join(["证件号码,姓名,出生日期,估值", *(f"{i},{n},{b},1000" for i, n, b in rows)])
    plain = folder / "plain.csv"
    plain.write_text(text + "\n", encoding="utf-8")
    out = folder / "vehicles.csv"
    write_tokens(key, plain, out, name_birth=name_birth)
    return out


def linked(folder: Path, file: Path, *, key: TokenKey | None = KEY) -> list[tuple[str | None, str, bool]]:
    found = match(folder / "registry", file, folder / "out", key=key).table
    return list(zip(*(found.column(name).to_pylist() for name in ("person_no", "method", "review")), strict=True))


def test_a_file_of_tokens_without_the_key_is_refused(tmp_path: Path) -> None:
    registry(tmp_path / "registry")
    with pytest.raises(DataError, match="需要密钥：--key FILE"):
        linked(tmp_path, tokens(tmp_path, (ZHANG, "张三", "")), key=None)


def test_another_key_is_refused_and_never_reads_as_no_matches(tmp_path: Path) -> None:
    registry(tmp_path / "registry")
    with pytest.raises(DataError, match="用另一把密钥"):
        linked(tmp_path, tokens(tmp_path, (ZHANG, "张三", ""), key=OTHER))


def test_a_file_in_which_no_row_has_a_token_is_refused(tmp_path: Path) -> None:
    registry(tmp_path / "registry")
    file = tokens(tmp_path, (ZHANG, "张三", ""))
    file.write_text("id_token,id_problem,估值\n,missing,1000\n", encoding="utf-8")
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
