"""Who stands in the registry twice is found with its kind; twins, namesakes and families are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.files.remarks import FileError
from bangfu.core.matching.duplicates.answers import read_answers
from bangfu.core.matching.duplicates.run import find_duplicates
from bangfu.core.matching.numbers import number_text

Person = tuple[str, str, str, str | None]
"""Number of the record, household, name, ID number."""


def number(birth: int, order: int, area: int = 341225) -> str:
    return number_text(int(f"{area}{birth}{order:03d}"))


OTHERS: list[Person] = [
    (f"X{i}", f"HX{i}", f"{'赵钱孙李周吴郑王'[i % 8]}{'文武成康宣平昭穆'[i // 8]}", number(19700101 + i, i))
    for i in range(64)
]


def registry(folder: Path, *people: Person) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    everybody = [*OTHERS, *people]
    columns = ("person_no", "household_no", "name", "id_number")
    table = {
        name: pa.array(list(values), pa.string())
        for name, values in zip(columns, zip(*everybody, strict=True), strict=True)
    }
    pq.write_table(pa.table(table), folder / "persons.parquet")
    homes = sorted({home for _, home, _, _ in everybody})
    villages = ["341225100201"] * len(homes)
    pq.write_table(pa.table({"household_no": homes, "region_code": villages}), folder / "households.parquet")
    return folder


def found(folder: Path, *people: Person, decisions: Path | None = None) -> list[tuple[str, str, tuple[str, ...]]]:
    table = find_duplicates(registry(folder / "registry", *people), folder / "out", decisions=decisions).table
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        groups.setdefault(row["group_no"], []).append(row)
    return [
        (rows[0]["kind"], rows[0]["severity"], tuple(sorted(r["person_no"] for r in rows))) for rows in groups.values()
    ]


def test_an_empty_column_of_numbers_is_refused_and_never_reads_as_no_duplicates(tmp_path: Path) -> None:
    folder = tmp_path / "registry"
    folder.mkdir()
    pq.write_table(pa.table({"person_no": ["P1"], "name": ["张三"], "id_number": [""]}), folder / "persons.parquet")
    with pytest.raises(FileError, match="没有一行有内容"):
        find_duplicates(folder, tmp_path / "out")


def test_one_number_in_two_households_and_twice_in_one(tmp_path: Path) -> None:
    ma, lu = number(19850607, 121), number(19601203, 33)
    people: tuple[Person, ...] = (
        ("P1", "H1", "马兰", ma), ("P2", "H2", "马兰", ma), ("P3", "H3", "鲁大海", lu), ("P4", "H3", "鲁大海", lu),
        ("P5", "H1", "马父", number(19550101, 11)), ("P6", "H2", "胡婿", number(19840404, 31)),
    )  # fmt: skip
    assert sorted(found(tmp_path, *people)) == [
        ("number_in_household", "certain", ("P3", "P4")),
        ("number_two_households", "certain", ("P1", "P2")),
    ]


def test_somebody_elses_number_is_no_duplicate_person(tmp_path: Path) -> None:
    ma = number(19850607, 121)
    ((kind, _, who),) = found(tmp_path, ("P1", "H1", "马兰", ma), ("P2", "H2", "段正", ma))
    assert (kind, who) == ("number_of_another", ("P1", "P2"))


def test_a_slip_and_a_missing_number_are_looked_at(tmp_path: Path) -> None:
    right = number(19770315, 45)
    wrong = right[:16] + str((int(right[16]) + 1) % 10) + right[17]
    ((kind, severity, who),) = found(tmp_path, ("P1", "H1", "欧阳修竹", right), ("P2", "H2", "欧阳修竹", wrong))
    assert (kind, who) == ("number_slip", ("P1", "P2"))
    assert severity in ("certain", "likely")


def test_a_household_registered_twice_is_one_finding(tmp_path: Path) -> None:
    numbers = [number(19600101 + i * 10101, 7 + i) for i in range(3)]
    names = ("洪七", "洪八", "洪九")
    people = [
        (f"P{h}{i}", f"H{h}", n, i_n) for h in (1, 2) for i, (n, i_n) in enumerate(zip(names, numbers, strict=True))
    ]
    kinds = {kind for kind, _, _ in found(tmp_path, *people)}
    assert kinds == {"household_twice"}


def test_twins_namesakes_and_fathers_are_not_duplicates(tmp_path: Path) -> None:
    people: tuple[Person, ...] = (
        ("P1", "H1", "柳如云", number(20100505, 11)), ("P2", "H1", "柳如月", number(20100505, 13)),
        ("P3", "H2", "祝建国", number(19491001, 15)), ("P4", "H3", "祝建国", number(19760101, 17)),
        ("P5", "H3", "祝建", number(19980101, 19)),
    )  # fmt: skip
    assert found(tmp_path, *people) == []


def test_the_order_of_the_registry_does_not_matter(tmp_path: Path) -> None:
    ma = number(19850607, 121)
    people: tuple[Person, ...] = (("P1", "H1", "马兰", ma), ("P2", "H2", "马兰", ma))
    assert found(tmp_path / "a", *people) == found(tmp_path / "b", *reversed(people))


def test_an_answer_that_they_are_not_the_same_is_kept_until_a_record_changes(tmp_path: Path) -> None:
    ma = number(19850607, 121)
    people: tuple[Person, ...] = (("P1", "H1", "马兰", ma), ("P2", "H2", "马兰", ma))
    assert len(found(tmp_path, *people)) == 1
    book = openpyxl.load_workbook(tmp_path / "out" / "duplicates.xlsx")
    filled = 0
    for sheet in book.worksheets:
        for header in sheet.iter_rows(min_row=1, max_row=4):
            titles = {cell.value: cell.column for cell in header}
            if "核实结果" in titles and "核实人" in titles:
                for row in range(header[0].row + 1, sheet.max_row + 1):
                    if sheet.cell(row, titles.get("编号", 1)).value:
                        sheet.cell(row, titles["核实结果"], "不是同一人")
                        sheet.cell(row, titles["核实人"], "核实员甲")
                        filled += 1
    assert filled
    book.save(tmp_path / "filled.xlsx")
    answers = read_answers([tmp_path / "filled.xlsx"], tmp_path / "decisions")
    assert answers.answers
    # not one person, and still one number: one of the two numbers is wrong
    assert [kind for kind, _, _ in found(tmp_path, *people, decisions=answers.table)] == ["number_of_another"]
    changed = (("P1", "H1", "马兰花", ma), ("P2", "H2", "马兰花", ma))
    assert [kind for kind, _, _ in found(tmp_path, *changed, decisions=answers.table)] == ["number_two_households"]
