"""The worked numbers of docs/algorithms/crosscheck.md come out of a cross-check, and the columns that are documented exist."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.matching.crosscheck.coverage import CODES
from bangfu.core.matching.crosscheck.run import crosscheck
from bangfu.core.matching.numbers import number_text

from .conftest import DOCS, tables

PAGE = (DOCS / "algorithms" / "crosscheck.md").read_text(encoding="utf-8")
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
HEADER = ("rows about the person", "files cover", "fact", "value", "found", "coverage")
(WORKED,) = [rows for header, rows in tables(PAGE) if header == HEADER]
NUMBER, NAME, AREA = number_text(99010119600101001), "王伟", "990101101201"


def county(folder: Path, rows: str, covers: bool) -> Path:
    """One person, and the files that hold the rows of a line."""
    (folder / "bureau").mkdir(parents=True)
    person = {"person_no": ["P"], "household_no": ["H"], "id_number": [NUMBER], "name": [NAME]}
    pq.write_table(pa.table(person), folder / "persons.parquet")
    pq.write_table(pa.table({"household_no": ["H"], "region_code": [AREA]}), folder / "households.parquet")
    files: dict[str, list[dict[str, str]]] = {}
    for table in re.findall(r"none of `(\w+)`", rows):
        files[table] = []
    for text in re.findall(r"`(\w+ [^`]+)`", rows):
        table, *cells = text.split(" ")
        files.setdefault(table, []).append({"name": NAME, **dict(cell.split("=") for cell in cells)})
    for table, lines in files.items():
        columns = ["id_number", "name", *(column.name for column in catalogue().tables[table].columns)]
        with (folder / "bureau" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows({"id_number": NUMBER, **line} for line in lines)
        area = AREA[:6] if covers else "110101"
        manifest = {"source": "某局", "as_of": "2026-09-30", "covers": {"areas": [area]}}
        (folder / "bureau" / f"{table}.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def told(value: object) -> str:
    """As the page writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)


@pytest.mark.parametrize("line", WORKED, ids=" · ".join)
def test_a_worked_number_comes_out_of_a_cross_check(line: tuple[str, ...], tmp_path: Path) -> None:
    rows, covers, fact, *expected = line
    data = county(tmp_path / "county", rows, covers == "yes")
    crosscheck(data, data, tmp_path / "out", as_of=date(2026, 9, 30), links=False, threads=1)
    entity = "person" if catalogue().facts[fact].of == "person" else "household"
    (row,) = pq.read_table(tmp_path / "out" / f"{entity}_facts.parquet").to_pylist()
    assert [told(row[fact]), told(row.get(f"{fact}_found")), row[f"{fact}_coverage"]] == expected


def test_the_pages_name_every_coverage_and_every_fact() -> None:
    (kinds,) = [rows for header, rows in tables(PAGE) if header == ("coverage", "when")]
    assert {row[0].strip("`") for row in kinds} == set(CODES)
    for entity in ("household", "person"):
        named = re.search(rf"acts of a {entity}: ([^.]*)\.", COMMANDS)
        assert named is not None
        assert re.findall(r"`(\w+)`", named[1]) == [fact.name for fact in catalogue().of(entity)]


def test_the_columns_of_the_results_are_those_that_are_documented(tmp_path: Path) -> None:
    data = county(tmp_path / "county", "none of `vehicles`", covers=True)
    crosscheck(data, data, tmp_path / "out", threads=1)
    documented = {
        tuple(row[0].strip("`") for row in rows) for header, rows in tables(COMMANDS) if header == ("column", "meaning")
    }
    assert tuple(pq.read_schema(tmp_path / "out" / "conflicts.parquet").names) in documented
    parts = ("F", "F_source", "F_as_of", "F_coverage", "F_found")
    assert parts in documented
    for entity, keys in (("household", ["household_no"]), ("person", ["person_no", "household_no"])):
        columns = keys + [
            part.replace("F", fact.name, 1)
            for fact in catalogue().of(entity)
            for part in parts
            if part != "F_found" or fact.numeric
        ]
        assert pq.read_schema(tmp_path / "out" / f"{entity}_facts.parquet").names == columns
    (files,) = [
        {row[0].strip("`") for row in rows}
        for header, rows in tables(COMMANDS)
        if header == ("in the folder", "what it holds") and ("household_facts" in rows[0][0])
    ]
    assert {path.name + "/" * path.is_dir() for path in (tmp_path / "out").iterdir()} == files
