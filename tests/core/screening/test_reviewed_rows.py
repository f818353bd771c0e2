"""What reviewers decided of a bureau's rows counts in `match`, in the cross-check and in the monthly run alike."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.api import screen
from bangfu.core.demo import generate
from bangfu.core.matching.crosscheck.run import crosscheck
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.matching import match
from bangfu.core.matching.review_answers import read_reviews

RULES = Path(__file__).resolve().parents[3] / "rulebook" / "demo-county"
AS_OF = date(2026, 10, 31)
ZHANG, LI, WANG = "341225198801011230", "341225199001011237", "341225196002031236"
MANIFEST = {
    "source": "公安局",
    "as_of": "2026-10-31",
    "received_on": "2026-11-01",
    "covers": {"areas": ["341225"], "from": "2026-10-01", "to": "2026-10-31"},
    "legal_basis": "x",
    "authorisation": "y",
}


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """张三 and 李四 in one household, 王五 alone; a car under 张三's number with his brother's name."""
    data = tmp_path / "data"
    (data / "bureau").mkdir(parents=True)
    people = {"person_no": ["P1", "P2", "P3"], "household_no": ["H1", "H1", "H2"]}
    people |= {"name": ["张三", "李四", "王五"], "id_number": [ZHANG, LI, WANG]}
    pq.write_table(pa.table(people), data / "persons.parquet")
    homes = {"household_no": ["H1", "H2"], "region_code": ["341225101201"] * 2}
    pq.write_table(pa.table(homes), data / "households.parquet")
    file = data / "bureau" / "vehicles.csv"
    file.write_text(f"证件号码,姓名,车辆类型,估值\n{WANG},王五,轿车,2\n{ZHANG},张强,轿车,1\n", encoding="utf-8")
    (data / "bureau" / "vehicles.manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    return data


def answer(registry: Path, file: Path, work: Path, answers: Any) -> Path:
    """Link a file, answer its review sheet line by line, keep the decisions."""
    match(registry, file, work / "matched")
    book = openpyxl.load_workbook(work / "matched" / "review.xlsx")
    sheet = book["须核实"]
    at = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        if "是否同一人" in at and sheet.cell(line, at["人编号"]).value:
            sheet.cell(line, at["是否同一人"], answers())
            sheet.cell(line, at["核实人"], "核实员甲")
            sheet.cell(line, at["日期"], "2026-11-05")
    book.save(work / "filled.xlsx")
    read_reviews([work / "filled.xlsx"], work / "decisions.csv")
    return work / "decisions.csv"


def household(facts: Path, number: str) -> dict[str, Any]:
    return next(r for r in pq.read_table(facts / "household_facts.parquet").to_pylist() if r["household_no"] == number)


def test_a_file_that_is_no_list_of_decisions_is_refused_before_anything_is_done(county: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "d.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="不是核实结果文件"):
        crosscheck(county, county, tmp_path / "facts", decisions=wrong)
    with pytest.raises(DataError, match="不是核实结果文件"):
        screen(rulebook=RULES, data=county, as_of=AS_OF, out=tmp_path / "out", decisions=wrong)
    assert not (tmp_path / "facts").exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("said", "count", "coverage"), [(None, None, "under_review"), ("是", 1, "covered"), ("否", 0, "covered")]
)
def test_the_cross_check_knows_what_was_decided(
    county: Path, tmp_path: Path, said: str | None, count: int | None, coverage: str
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    decisions = answer(county, county / "bureau" / "vehicles.csv", work, lambda: said) if said else None
    found = crosscheck(county, county, tmp_path / "facts", as_of=AS_OF, decisions=decisions)
    row = household(tmp_path / "facts", "H1")
    assert (row["vehicle_count"], row["vehicle_count_coverage"]) == (count, coverage)
    assert found.summary["tables"]["vehicles"]["decisions_settled"] == (1 if said else 0)
    assert household(tmp_path / "facts", "H2")["vehicle_count"] == 1


def test_only_the_decisions_change_and_no_file_is_read_again(county: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    crosscheck(county, county, tmp_path / "facts", as_of=AS_OF)
    decisions = answer(county, county / "bureau" / "vehicles.csv", work, lambda: "是")
    again = crosscheck(county, county, tmp_path / "facts", as_of=AS_OF, decisions=decisions)
    assert (again.summary["registry_ingested"], again.summary["tables"]["vehicles"]["ingested"]) == (False, False)
    assert household(tmp_path / "facts", "H1")["vehicle_count"] == 1


def test_a_decision_lapses_when_the_registered_person_changes(county: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    decisions = answer(county, county / "bureau" / "vehicles.csv", work, lambda: "是")
    people = pq.read_table(county / "persons.parquet").to_pydict()
    people["name"][0] = "张四"
    pq.write_table(pa.table(people), county / "persons.parquet")
    found = crosscheck(county, county, tmp_path / "facts", as_of=AS_OF, decisions=decisions)
    table = found.summary["tables"]["vehicles"]
    assert (table["decisions_settled"], table["decisions_lapsed"]) == (0, 1)
    assert household(tmp_path / "facts", "H1")["vehicle_count_coverage"] == "under_review"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reviewed")
    generate(folder / "county", households=250, seed=5)
    return folder / "county" / "2026-10"


def test_match_and_the_cross_check_link_every_row_alike_whatever_reviewers_say(demo: Path, tmp_path: Path) -> None:
    dice = random.Random(1)
    whole = tmp_path / "decisions.csv"
    files = [path for path in sorted((demo / "bureau").iterdir()) if path.suffix in (".csv", ".xlsx")]
    for place, file in enumerate(files):
        work = tmp_path / str(place)
        work.mkdir()
        kept = answer(demo, file, work, lambda: dice.choice(("是", "否")))
        if kept.exists():
            lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
            with whole.open("a", encoding="utf-8") as out:
                out.writelines(lines[1:] if whole.stat().st_size else lines)
    settled = crosscheck(demo, demo, tmp_path / "facts", as_of=AS_OF, decisions=whole).summary["tables"]
    assert sum(table["decisions_settled"] for table in settled.values()) > 5
    for file in files:
        match(demo, file, tmp_path / "again", decisions=whole)
        ours = pq.read_table(tmp_path / "facts" / "links" / f"{file.stem}.parquet").to_pylist()
        theirs = pq.read_table(tmp_path / "again" / "links.parquet").to_pylist()
        keys = ("row_no", "person_no", "method", "review")
        assert [[row[k] for k in keys] for row in ours] == [[row[k] for k in keys] for row in theirs], file.name


def test_the_run_decides_by_what_reviewers_said(demo: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    file = demo / "bureau" / "vehicles.csv"
    review = match(demo, file, tmp_path / "m").table
    asked = [row for row in review.to_pylist() if row["review"]]
    assert asked
    decisions = answer(demo, file, work, lambda: "否")
    plain, told = silent(demo, tmp_path / "plain"), silent(demo, tmp_path / "told", decisions)
    homes = {
        r["person_no"]: r["household_no"]
        for r in pq.read_table(tmp_path / "plain/snapshot/persons.parquet").to_pylist()
    }
    named = {homes[row["person_no"]] for row in asked if row["person_no"]}
    assert told < plain
    assert named <= plain
    assert not named & told


def silent(data: Path, out: Path, decisions: Path | None = None) -> set[str]:
    """Households of which the covering file of vehicles says nothing, since a row may be about them."""
    screen(rulebook=RULES, data=data, as_of=AS_OF, out=out, decisions=decisions, policies=["dibao"], only=["decisions"])
    rows = pq.read_table(out / "snapshot" / "households.parquet").to_pylist()
    return {row["household_no"] for row in rows if row["covered:vehicles"] is False}
