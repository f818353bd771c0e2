"""The command `figures check`: exit codes, the keys of its JSON, the page, and what it says of bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bangfu.core.cli import main
from bangfu.core.figures.kinds import KINDS

WRONG = "全镇现有小学6所、初中2所，共计9所。\n经核实，户主身份证号为11010119900307123X。\n"
RIGHT = "全镇现有小学6所、初中2所，共计8所。\n"
KEYS = ["file", "kind", "verdict", "quote", "start", "end", "stated", "computed", "unit", "message"]


def called(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = main(["figures", "check", *(str(item) for item in argv)])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.txt"
    path.write_text(WRONG, encoding="utf-8")
    return path


@pytest.fixture
def right(tmp_path: Path) -> Path:
    path = tmp_path / "right.txt"
    path.write_text(RIGHT, encoding="utf-8")
    return path


# -- refusals -------------------------------------------------------------------------------------------


def test_a_missing_file_is_bad_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = called(capsys, tmp_path / "no.txt")
    assert (code, out) == (2, "")
    assert "no.txt: 不存在 / no such file or folder" in err


def test_a_command_without_files_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert called(capsys)[0] == 2


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, right: Path
) -> None:
    bad = tmp_path / "a.docx"
    bad.write_bytes(b"no archive")
    code, out, err = called(capsys, bad, right, "--format", "json")
    assert code == 1
    assert "a.docx: 文件损坏、加密或与后缀不符" in err
    assert [record["verdict"] for record in json.loads(out)] == ["consistent"]


def test_a_folder_that_is_no_run_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, right: Path) -> None:
    code, out, err = called(capsys, right, "--registry", tmp_path)
    assert (code, out) == (1, "")
    assert "没有 indicators.parquet" in err


# -- results --------------------------------------------------------------------------------------------


def test_a_text_that_holds_ends_with_0(capsys: pytest.CaptureFixture[str], right: Path) -> None:
    code, out, err = called(capsys, right)
    assert (code, out, err) == (0, f"{right}: 不符 0  存疑 0  相符 1\n", "")


def test_a_contradiction_ends_with_1_and_says_line_quote_and_reason(
    capsys: pytest.CaptureFixture[str], wrong: Path
) -> None:
    code, out, _ = called(capsys, wrong)
    assert code == 1
    assert out == (
        f"{wrong}: 不符 2  存疑 0  相符 0\n"
        "  [不符] 第1行 合计: “6所、初中2所，共计9所”\n"
        "      合计不符：文中为9所，各项之和 6所+2所 = 8所，相差1所；请核对总数和各项。\n"
        "  [不符] 第2行 个人信息: “1101**********123X”\n"
        "      文中有身份证号（1101**********123X）；公开前请删去。\n"
    )


def test_the_json_is_a_list_with_the_keys_that_others_read(capsys: pytest.CaptureFixture[str], wrong: Path) -> None:
    code, out, _ = called(capsys, wrong, "--format", "json")
    records = json.loads(out)
    assert code == 1
    assert [list(record) for record in records] == [KEYS] * 2
    first = records[0]
    assert (first["file"], first["kind"], first["verdict"]) == (str(wrong), "sum", "inconsistent")
    assert (first["stated"], first["computed"], first["unit"]) == (9, 8, "所")
    assert all(WRONG[r["start"] : r["end"]] == r["quote"] for r in records)
    assert "11010119900307123X" not in "".join(r["message"] for r in records)


def test_messages_come_in_english_where_asked(capsys: pytest.CaptureFixture[str], wrong: Path) -> None:
    out = called(capsys, wrong, "--lang", "en")[1]
    assert "  [inconsistent] line 1 sum: “6所、初中2所，共计9所”\n" in out
    assert "      The parts do not add up: the text says 9所, 6所+2所 = 8所; check the total and the parts.\n" in out


def test_the_page_marks_the_text_needs_no_network_and_shows_no_number_of_a_person(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, wrong: Path
) -> None:
    page = tmp_path / "page.html"
    code, out, _ = called(capsys, wrong, "--format", "html", "--out", page)
    text = page.read_text(encoding="utf-8")
    assert (code, out) == (1, f"结果 results: {page}\n")
    assert '<mark class="inconsistent">6所、初中2所，共计9所</mark><sup>1</sup>' in text
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "11010119900307123X" not in text


def test_what_a_text_holds_cannot_write_into_the_page(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "<b>.txt"
    path.write_text("<img src=x onerror=y>全镇现有小学6所、初中2所，共计9所。", encoding="utf-8")
    out = called(capsys, path, "--format", "html")[1]
    assert "<img" not in out
    assert "<b>.txt" not in out


def test_every_kind_has_a_name_in_both_languages() -> None:
    assert all(zh and en and zh != en for zh, en in KINDS.values())
