"""The county speaks the catalogue's language: every file and every header is one that the facts know."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from demo_reading import by, identity, sheet, table, well_formed

from bangfu.core.demo import DemoResult
from bangfu.core.demo.layout import BORN_FILES, BUREAU, REGISTRY

FACTS = Path(__file__).resolve().parents[3] / "rulebook" / "cn" / "facts"
JOINS = {"证件号码", "姓名", "出生日期"}
"""Columns by which a bureau row is joined to a person; they are no facts of the row."""


SEEN_BY_VISITS = {"是否不愁吃", "是否不愁穿"}
"""What the national export has no column for and a home visit establishes."""


def known() -> tuple[dict[str, str], dict[str, set[str]]]:
    """File name to table, and the first headers of each table's facts."""
    tables = yaml.safe_load((FACTS / "tables.yml").read_text(encoding="utf-8"))["tables"]
    headers: dict[str, set[str]] = {}
    for path in FACTS.glob("*.yml"):
        for fact in yaml.safe_load(path.read_text(encoding="utf-8")).get("facts", {}).values():
            if fact.get("headers"):
                headers.setdefault(fact["of"], set()).add(fact["headers"][0])
    return {t["file"]: name for name, t in tables.items()}, headers


def of(name: str) -> str:
    """What the facts of a registry table are declared of."""
    return {
        "households": "household",
        "persons": "person",
        "villages": "village",
        "stations": "station",
        "groups": "group",
        "natural_villages": "natural_village",
    }.get(name, name)


@pytest.mark.parametrize("name", REGISTRY)
def test_every_registry_header_is_the_first_header_of_a_fact(name: str) -> None:
    files, headers = known()
    assert set(REGISTRY[name]) - headers[of(files[name])] == set()


@pytest.mark.parametrize("name", BUREAU)
def test_every_bureau_header_is_the_first_header_of_a_fact(name: str) -> None:
    files, headers = known()
    assert set(BUREAU[name]) - JOINS - headers[files[name]] == set()


def test_the_household_and_person_sheets_carry_every_column_of_the_export() -> None:
    _, headers = known()
    assert headers["household"] - SEEN_BY_VISITS == set(REGISTRY["households"])
    assert headers["person"] == set(REGISTRY["persons"])


def test_every_header_on_disk_is_the_layouts(small: DemoResult) -> None:
    folder = small.out / "2026-10"
    for place, layout in ((folder, REGISTRY), (folder / "bureau", BUREAU)):
        for name, headers in layout.items():
            path = place / f"{name}.csv"
            if path.exists():
                text = path.read_bytes().decode(
                    "gb18030" if name in {"benefits", "vehicles", "measures"} else "utf-8-sig"
                )
                assert next(csv.reader(io.StringIO(text))) == headers
            else:
                assert sheet(place / f"{name}.xlsx")[1] == headers


def test_registers_of_persons_carry_the_date_of_birth_and_registers_of_things_do_not() -> None:
    born = {name for name, headers in BUREAU.items() if "出生日期" in headers}
    assert born == BORN_FILES
    assert {"deaths", "pensions", "medical_settlements", "disability_certificates", "school_enrolment"} < born
    assert not born & {"vehicles", "real_estate", "business_registrations", "financial_assets", "payroll"}


def test_every_bureau_file_has_a_manifest_that_covers_the_month(small: DemoResult) -> None:
    for month, as_of in small.months:
        for name in BUREAU:
            manifest = json.loads((small.out / month / "bureau" / f"{name}.manifest.json").read_text("utf-8"))
            assert manifest["as_of"] == as_of.isoformat()
            assert manifest["covers"]["period"]["from"] < as_of.isoformat() < manifest["covers"]["period"]["to"]
            assert manifest["source"]
            assert manifest["legal_basis"]
            assert manifest["authorisation"]


def test_the_vehicle_file_is_silent_on_one_township_and_its_manifest_says_so(county: DemoResult) -> None:
    folder = county.out / "2026-09"
    manifest = json.loads((folder / "bureau" / "vehicles.manifest.json").read_text("utf-8"))
    villages = table(folder, "villages")
    townships = {v["行政村代码"][:9] for v in villages}
    (uncovered,) = townships - set(manifest["covers"]["areas"])
    owners = {identity(row["证件号码"]) for row in table(folder / "bureau", "vehicles")}
    owners = {number for number in owners if well_formed(number)}
    there = [p for p in table(folder, "persons") if p["户编号"].startswith(uncovered)]
    assert there
    assert not owners & {identity(p["证件号码"]) for p in there}
    assert owners & {identity(p["证件号码"]) for p in table(folder, "persons")}


def test_a_workbook_has_a_title_above_its_header_and_a_total_and_a_note_below(small: DemoResult) -> None:
    lines = sheet(small.out / "2026-09" / "households.xlsx")
    assert lines[0][0] == "防止返贫监测信息系统户信息导出表"
    assert lines[1] == REGISTRY["households"]
    assert lines[-2][0] == "合计"
    assert lines[-1][0].startswith("注：")
    counted = by(table(small.out / "2026-09", "households"), "户编号")
    assert float(lines[-2][6]) == sum(int(rows[0]["户人口数"]) for rows in counted.values())
