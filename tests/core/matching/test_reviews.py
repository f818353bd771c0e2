"""What a reviewer decides is asked once: it holds next month, until the row or the registered person changes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.matching.decisions import read_decisions
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.matching import Matched, match
from bangfu.core.matching.numbers import number_text
from bangfu.core.matching.review_answers import read_reviews

ZHANG, LI, WANG = "341225198801011230", "341225199001011237", "341225196002031236"
HEAD = "证件号码,姓名,估值\n"
DOUBT = f"{ZHANG},张强,1\n"  # two characters, one of which differs: his number, or his brother's


def registry(folder: Path, name: str = "张三") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    table = {"person_no": ["P1", "P2", "P3"], "household_no": ["H1", "H1", "H2"]}
    table |= {"name": [name, "李四", "王五"], "id_number": [ZHANG, LI, WANG]}
    pq.write_table(pa.table(table), folder / "persons.parquet")
    return folder


def matched(folder: Path, rows: str, *, decisions: Path | None = None, name: str = "张三") -> Matched:
    file = folder / "vehicles.csv"
    file.write_text(HEAD + rows, encoding="utf-8")
    return match(registry(folder / "registry", name), file, folder / "out", decisions=decisions)


def sheet(path: Path) -> Any:
    return openpyxl.load_workbook(path)["须核实"]


def answered(folder: Path, *answers: str, verifier: str = "核实员甲", day: str = "2026-11-05") -> Path:
    book = openpyxl.load_workbook(folder / "out" / "review.xlsx")
    lines = book["须核实"]
    at = {cell.value: cell.column for cell in lines[1]}
    for number, answer in enumerate(answers, 2):
        lines.cell(number, at["是否同一人"], answer)
        lines.cell(number, at["核实人"], verifier)
        lines.cell(number, at["日期"], day)
    path = folder / "filled.xlsx"
    book.save(path)
    return path


def said(found: Matched) -> list[tuple[Any, str, bool]]:
    table = found.table
    return list(zip(*(table.column(name).to_pylist() for name in ("person_no", "method", "review")), strict=True))


def test_what_is_no_review_list_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "other.xlsx").write_bytes(b"%PDF")
    book = openpyxl.Workbook()
    book.save(tmp_path / "empty.xlsx")
    found = read_reviews([tmp_path / "other.xlsx", tmp_path / "empty.xlsx"], tmp_path / "decisions.csv")
    assert (found.kept, len(found.problems)) == (0, 2)
    assert not (tmp_path / "decisions.csv").exists()
    (tmp_path / "decisions.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="不是核实结果文件"):
        read_decisions(tmp_path / "decisions.csv")


def test_an_answer_needs_somebody_who_answers_for_it_and_a_word_of_the_list(tmp_path: Path) -> None:
    matched(tmp_path, DOUBT)
    assert [p.problem for p in read_reviews([answered(tmp_path, "是", verifier="")], tmp_path / "d.csv").problems] == [
        "没有填核实人"
    ]
    assert [p.problem for p in read_reviews([answered(tmp_path, "大概")], tmp_path / "d.csv").problems] == [
        "不是可选的答案"
    ]
    assert read_reviews([answered(tmp_path, "无法确定")], tmp_path / "d.csv").left_open == 1


def test_a_line_shows_both_sides_masked_and_says_what_agrees_and_what_differs(tmp_path: Path) -> None:
    assert said(matched(tmp_path, DOUBT)) == [("P1", "id_doubtful", True)]
    lines = sheet(tmp_path / "out" / "review.xlsx")
    row = dict(zip((cell.value for cell in lines[1]), (cell.value for cell in lines[2]), strict=True))
    assert (row["数据行"], row["数据姓名"], row["登记姓名"]) == ("2", "张强", "张三")
    assert row["数据证件号码"] == row["登记证件号码"] == "3412**********1230"
    assert (row["相同"], row["不同"], row["人编号"], row["户编号"]) == ("证件号码", "姓名差一字", "P1", "H1")
    assert lines.freeze_panes == "A2"


def test_yes_links_next_month_and_is_not_asked_again(tmp_path: Path) -> None:
    matched(tmp_path, DOUBT)
    decisions = tmp_path / "decisions.csv"
    assert read_reviews([answered(tmp_path, "是")], decisions).kept == 1
    found = matched(tmp_path, f"{WANG},王五,2\n{DOUBT}", decisions=decisions)
    assert said(found) == [("P3", "id_name", False), ("P1", "decision", False)]
    assert found.summary["decisions"] == {"settled": 1, "lapsed": 0}
    assert sheet(tmp_path / "out" / "review.xlsx").cell(2, 1).value == "没有须核实的行。"


def test_no_rules_the_person_out(tmp_path: Path) -> None:
    matched(tmp_path, DOUBT)
    decisions = tmp_path / "decisions.csv"
    read_reviews([answered(tmp_path, "否")], decisions)
    assert said(matched(tmp_path, DOUBT, decisions=decisions)) == [(None, "no_candidate", False)]


def test_a_decision_lapses_when_the_row_or_the_registered_person_changes(tmp_path: Path) -> None:
    matched(tmp_path, DOUBT)
    decisions = tmp_path / "decisions.csv"
    read_reviews([answered(tmp_path, "是")], decisions)
    assert said(matched(tmp_path, f"{ZHANG},张华,1\n", decisions=decisions))[0][1] != "decision"
    found = matched(tmp_path, DOUBT, decisions=decisions, name="张林")
    assert said(found)[0][1] != "decision"
    assert found.summary["decisions"]["lapsed"] == 1


def test_a_later_answer_replaces_an_earlier_one(tmp_path: Path) -> None:
    matched(tmp_path, DOUBT)
    decisions = tmp_path / "decisions.csv"
    read_reviews([answered(tmp_path, "是")], decisions)
    read_reviews([answered(tmp_path, "否")], decisions)
    assert said(matched(tmp_path, DOUBT, decisions=decisions)) == [(None, "no_candidate", False)]


def test_decisions_hold_no_name_and_no_number(tmp_path: Path) -> None:
    matched(tmp_path, DOUBT)
    decisions = tmp_path / "decisions.csv"
    read_reviews([answered(tmp_path, "是")], decisions)
    text = decisions.read_text(encoding="utf-8")
    assert not any(secret in text for secret in (ZHANG, "张强", "张三", "1988"))
    assert decisions.stat().st_mode & 0o077 == 0


def test_rows_about_nobody_are_counted_by_reason_with_what_to_do(tmp_path: Path) -> None:
    matched(tmp_path, "110101199003071233,路人,1\n,无名,2\n123,孙七,3\n")
    book = openpyxl.load_workbook(tmp_path / "out" / "unlinked.xlsx")
    summary = [[cell.value for cell in row] for row in book["汇总"].iter_rows(min_row=2)]
    assert sum(row[1] for row in summary) == 3
    assert all(row[2] for row in summary)
    assert [row[0].value for row in book["请来源单位补正"].iter_rows(min_row=2)] == ["3", "4"]


def test_splink_is_an_extra_that_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(DataError, match=r"pip install 'bangfu\[splink\]'"):
        match(registry(tmp_path / "registry"), _file(tmp_path), tmp_path / "out", splink=True)
    assert not (tmp_path / "out").exists()


def test_splinks_opinion_stands_beside_ours_and_changes_nothing(tmp_path: Path) -> None:
    pytest.importorskip("splink", reason="Splink is an optional extra (requirements/bench.txt)")
    people = [
        (f"P{i:03d}", f"{'赵钱孙李周吴郑王'[i % 8]}{'一二三四五六七八九十'[i // 8 % 10]}{'甲乙丙丁'[i // 80]}", i)
        for i in range(320)
    ]
    numbers = [number_text(34122519500101000 + i % 28 * 1000 + i // 28 * 100_000 + i) for _, _, i in people]
    folder = tmp_path / "registry"
    folder.mkdir()
    names = [name for _, name, _ in people]
    pq.write_table(
        pa.table({"person_no": [no for no, _, _ in people], "name": names, "id_number": numbers}),
        folder / "persons.parquet",
    )
    file = tmp_path / "vehicles.parquet"
    rows = pa.table({"id_number": [*numbers, numbers[0]], "name": [*names, "冯一甲"]})
    rows = rows.append_column(
        "birth_date", pa.array([f"{n[6:10]}-{n[10:12]}-{n[12:14]}" for n in rows["id_number"].to_pylist()])
    )
    pq.write_table(rows, file)
    with_it = match(folder, file, tmp_path / "with", splink=True)
    without = match(folder, file, tmp_path / "without")
    assert with_it.table.equals(without.table)
    shown = [cell.value for cell in sheet(tmp_path / "with" / "review.xlsx")["O"]]
    assert shown[0] == "Splink"


def _file(folder: Path) -> Path:
    path = folder / "vehicles.csv"
    path.write_text(HEAD + DOUBT, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("row,answer\n", "expected the columns row, person_no, person, answer, verifier, day"),
        (
            "row,person_no,person,answer,verifier,day\n1.2E+31,P1,,yes,,\n",
            "line 2: row and person must be 32 characters",
        ),
        (
            f"row,person_no,person,answer,verifier,day\n{'a' * 32},P1,,maybe,,\n",
            "line 2: no person, or an answer other",
        ),
        (f"row,person_no,person,answer,verifier,day\n{'a' * 32},,,no,,\n", "line 2: no person, or an answer other"),
    ],
)
def test_a_file_of_decisions_that_a_spreadsheet_spoilt_is_refused(tmp_path, lines, words):
    from bangfu.core.matching.decisions import read_decisions
    from bangfu.core.matching.errors import DataError

    path = tmp_path / "decisions.csv"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_decisions(path)
    path.write_bytes("row,核实".encode("gb18030"))
    with pytest.raises(DataError, match="not UTF-8"):
        read_decisions(path)
