"""A household's rows come back for its report as the bureau wrote them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bangfu.core.matching.crosscheck.returned import ReturnedRow, rows_of
from bangfu.core.matching.crosscheck.run import crosscheck
from bangfu.core.matching.errors import DataError

ZHANG, LI, WANG = "341225198801011230", "341225199001011237", "341225196002031236"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    files = {
        "households.csv": "户编号,行政村代码\nH1,341225100201\nH2,341225100201\n",
        "persons.csv": f"人编号,户编号,姓名,证件号码\nP1,H1,张三,{ZHANG}\nP2,H1,李四,{LI}\nP3,H2,王五,{WANG}\n",
        "bureau/vehicles.csv": (
            "证件号码,姓名,号牌号码,车辆类型,估值\n"
            f"{WANG},王五,示A1,小型轿车,10000\n{LI[:17]}0,李四,示A2,小型轿车,20000.50\n{ZHANG},赵六,示A3,小型轿车,3\n"
        ),
        "bureau/financial_assets.csv": f"证件号码,姓名,余额\n{ZHANG},张三,12.34\n",
    }
    for name, text in files.items():
        path = tmp_path / "county" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    manifest = {"source": "示例局", "as_of": "2026-10-31", "covers": {"areas": ["341225"]}}
    for table in ("vehicles", "financial_assets"):
        path = tmp_path / "county" / "bureau" / f"{table}.manifest.json"
        path.write_text(json.dumps(manifest), encoding="utf-8")
    return tmp_path / "county"


def test_without_links_and_without_ingests_nothing_reads_as_nothing_came_back(county: Path, tmp_path: Path) -> None:
    crosscheck(county, county, tmp_path / "out", links=False)
    with pytest.raises(DataError, match="没有逐行对应表"):
        rows_of(tmp_path / "out", "H1")
    crosscheck(county, county, tmp_path / "other")
    for ingest in (tmp_path / "other" / "ingest").glob("vehicles-*"):
        shutil.rmtree(ingest)
    with pytest.raises(DataError, match="读入结果已不在"):
        rows_of(tmp_path / "other", "H1")


def test_rows_come_back_with_person_method_and_values(county: Path, tmp_path: Path) -> None:
    crosscheck(county, county, tmp_path / "out")
    money, car = rows_of(tmp_path / "out", "H1")
    assert (money.table, money.row_no, money.person_no, money.method, money.review) == (
        "financial_assets",
        0,
        "P1",
        "id_name",
        False,
    )
    assert money.values["balance"] == 1234
    assert (car.table, car.row_no, car.person_no, car.method) == ("vehicles", 1, "P2", "number_slip")
    assert (car.values["plate"], car.values["value"]) == ("示A2", 2_000_050)
    assert [row.row_no for row in rows_of(tmp_path / "out", "H2")] == [0]
    assert rows_of(tmp_path / "out", "H9") == []


def test_a_new_cross_check_is_read_anew(county: Path, tmp_path: Path) -> None:
    crosscheck(county, county, tmp_path / "out")
    assert len(rows_of(tmp_path / "out", "H2")) == 1
    (county / "bureau" / "vehicles.csv").write_text(f"证件号码,姓名\n{ZHANG},张三\n", encoding="utf-8")
    crosscheck(county, county, tmp_path / "out")
    found: list[ReturnedRow] = rows_of(tmp_path / "out", "H2")
    assert found == []
