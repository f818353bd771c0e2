"""Figures of a text beside the indicators of a monthly run."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.figures.files import DataError, read
from bangfu.core.figures.registry import compare, read_indicators

INDICATORS = [
    ("villages", "行政村数", "990101201", 7, "个"),
    ("villages", "行政村数", "990101", 40, "个"),
    ("registered", "2014年建档立卡户数", "990101201", 1239, "户"),
    ("rangers", "护林员人数", "990101201", 6, "人"),
    ("rangers", "护林员人数", "990101", 31, "人"),
    ("rate", "监测对象占比", "990101201", Decimal("0.347"), "percent"),
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    (folder / "snapshot").mkdir(parents=True)
    rows = [
        {"indicator": i, "title_zh": t, "area": a, "period": "2026-10", "value": Decimal(v), "unit": u, "undecided": 0}
        for i, t, a, v, u in INDICATORS
    ]
    schema = pa.schema([(n, pa.string()) for n in ("indicator", "title_zh", "area", "period")])
    schema = schema.append(pa.field("value", pa.decimal128(24, 6))).append(pa.field("unit", pa.string()))
    pq.write_table(
        pa.Table.from_pylist(rows, schema.append(pa.field("undecided", pa.int64()))), folder / "indicators.parquet"
    )
    villages = {"region_code": ["990101201001"], "name": ["东风村"], "township_name": ["龙王乡"]}
    pq.write_table(pa.table(villages), folder / "snapshot" / "villages.parquet")
    return folder


def compared(run: Path, text: str) -> list[tuple[str, str, object]]:
    path = run.parent / "a.txt"
    path.write_text(text, encoding="utf-8")
    document = read(path)
    found = list(compare(document, read_indicators(run)))
    assert all(document.text.raw[f.start : f.end] == f.quote for f in found)
    return [(f.quote, f.verdict, f.computed) for f in found]


def test_a_folder_without_indicators_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        read_indicators(tmp_path)
    assert "没有 indicators.parquet；--registry 应是 bangfu screen 的结果文件夹" in str(refused.value)


def test_a_file_that_is_no_table_of_indicators_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "indicators.parquet")
    with pytest.raises(DataError, match="不是 bangfu screen 写出的指标表"):
        read_indicators(tmp_path)


def test_an_equal_figure_agrees(run: Path) -> None:
    assert compared(run, "龙王乡辖行政村7个。") == [("7个", "consistent", 7)]


def test_another_figure_is_wrong_where_area_and_month_are_certain(run: Path) -> None:
    text = "截至2026年10月，龙王乡聘用护林员5名。"
    assert compared(run, text) == [("5名", "inconsistent", 6)]


def test_a_title_with_its_own_year_needs_no_month(run: Path) -> None:
    assert compared(run, "龙王乡2014年建档立卡1293户。") == [("1293户", "inconsistent", 1239)]


@pytest.mark.parametrize(
    "text", ["龙王乡聘用护林员5名。", "截至2025年10月，龙王乡聘用护林员5名。", "截至2026年10月，聘用护林员5名。"]
)
def test_without_area_or_month_another_figure_is_only_in_doubt(run: Path, text: str) -> None:
    ((quote, verdict, _),) = compared(run, text)
    assert (quote, verdict) == ("5名", "ambiguous")


@pytest.mark.parametrize(
    "text", ["龙王乡其中护林员5名。", "龙王乡护林员约5名。", "龙王乡有5个合作社。", "新增行政村道路3公里。"]
)
def test_parts_approximations_and_other_things_are_not_compared(run: Path, text: str) -> None:
    assert compared(run, text) == []


def test_a_percentage_agrees_as_it_is_printed(run: Path) -> None:
    assert compared(run, "龙王乡监测对象占比0.35%。") == [("0.35%", "consistent", Decimal("0.347000"))]
