"""A bureau's rows in the monthly run: what joins, what is looked at, and of whom the file then says nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from stdnum.cn import ric

from bangfu.core.files.identity import HOUSEHOLD_NO, IDENTITY, PERSON_NO
from bangfu.core.files.layout import TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.files.reading import TableReading
from bangfu.core.screening.snapshot_bureau import Joined, join_bureau, registered, remarks


def numbered(born: date, order: int) -> str:
    body = f"990101{born:%Y%m%d}{order:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


WEIMIN, XIAOHONG, TWICE, STRANGER = (
    numbered(date(1980, 5, 6), 11),
    numbered(date(1975, 3, 4), 22),
    numbered(date(1960, 1, 1), 81),
    numbered(date(1999, 9, 9), 1),
)
PERSONS = [
    ("P1", "H1", "张伟民", WEIMIN),
    ("P2", "H2", "李晓红", XIAOHONG),
    ("P3", "H3", "周全", TWICE),
    ("P4", "H4", "周全", TWICE),
]


def table(folder: Path, name: str, header: list[str], *rows: tuple[str, ...]) -> TableReading:
    path = folder / f"{name}.csv"
    path.write_text("".join(",".join(row) + "\n" for row in [tuple(header), *rows]), encoding="utf-8")
    return read_table(path, TableLayout(name, name, (PERSON_NO, HOUSEHOLD_NO, *IDENTITY)))


def joined(
    folder: Path, *rows: tuple[str, str], persons: list[tuple[str, str, str, str]] = PERSONS
) -> tuple[TableReading, Joined]:
    people = table(folder, "persons", ["人编号", "户编号", "姓名", "证件号码"], *persons)
    households = table(folder, "households", ["户编号", "联系电话"], *((home, "") for _, home, _, _ in persons))
    bureau = table(folder, "vehicles", ["证件号码", "姓名"], *rows)
    return bureau, join_bureau(bureau, registered(people, households, "person_no", "household_no"))


def pairs(found: Joined) -> list[tuple[int, int]]:
    return list(zip(found.rows.to_pylist(), found.persons.to_pylist(), strict=True))


def test_a_number_of_another_name_joins_nobody_and_silences_the_file_about_its_bearer(tmp_path: Path) -> None:
    bureau, found = joined(tmp_path, (WEIMIN, "孙悟空"), (XIAOHONG, "李晓红"))
    assert pairs(found) == [(1, 1)]
    assert found.doubtful == [0]
    _, problems = remarks(bureau, found)
    assert [(problem.code, problem.row, problem.value) for problem in problems] == [
        ("contradicts", 2, "9901**********0115")
    ]


@pytest.mark.parametrize("name", ["周全", ""])
def test_a_number_on_two_records_joins_both(tmp_path: Path, name: str) -> None:
    _, found = joined(tmp_path, (TWICE, name), (WEIMIN, "张伟民"))
    assert pairs(found) == [(0, 2), (0, 3), (1, 0)]
    assert found.doubtful == []


@pytest.mark.parametrize("records", [6, 30])
def test_a_number_on_many_records_joins_nobody(tmp_path: Path, records: int) -> None:
    many = [(f"P{n}", f"H{n}", "周全", TWICE) for n in range(records)]
    _, found = joined(tmp_path, (TWICE, "周全"), persons=many)
    assert pairs(found) == []
    assert found.doubtful == [0, 1, 2, 3, 4]


def test_a_slip_with_the_name_joins_and_without_it_is_looked_at(tmp_path: Path) -> None:
    slipped = WEIMIN[:9] + "7" + WEIMIN[10:]
    _, found = joined(tmp_path, (slipped, "张伟民"))
    assert (pairs(found), found.doubtful) == ([(0, 0)], [])
    _, found = joined(tmp_path, (slipped, ""))
    assert (pairs(found), found.doubtful) == ([], [0])


def test_strangers_join_nobody_and_silence_nothing(tmp_path: Path) -> None:
    bureau, found = joined(tmp_path, (STRANGER, "路人"), ("12345", "路人"))
    assert (pairs(found), found.doubtful) == ([], [])
    notes, problems = remarks(bureau, found)
    assert [(note.code, note.count) for note in notes] == [("not_joined", 1), ("not_joined", 1)]
    assert problems == []


def test_a_row_with_a_name_alone_is_counted_and_not_dropped(tmp_path: Path) -> None:
    bureau, found = joined(tmp_path, (WEIMIN, "张伟民"), ("", "李晓红"))
    assert bureau.table.num_rows == 2
    notes, _ = remarks(bureau, found)
    assert [(note.code, note.detail) for note in notes if note.code == "not_joined"] == [("not_joined", "为空")]
