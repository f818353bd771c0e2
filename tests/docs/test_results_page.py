"""docs/commands.md names every file of a run and every column of its tables, and no other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bangfu.core import api, demo

from .conftest import DOCS, ROOT, tables

TEXT = (DOCS / "commands.md").read_text(encoding="utf-8")
TABLES = ("decisions/", "clauses.parquet", "findings.parquet", "alerts/", "checks/", "indicators.parquet")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over a small synthetic county."""
    folder = tmp_path_factory.mktemp("county")
    county = demo.generate(folder / "county", households=120, seed=1)
    month, as_of = county.months[0]
    assert isinstance(as_of, date)
    data = folder / "county" / month
    return api.screen(rulebook=ROOT / "rulebook" / "demo-county", data=data, as_of=as_of, out=folder / "results")


def columns(heading: str) -> list[str]:
    """The columns that the page lists under the heading that names a table."""
    (part,) = [p for p in TEXT.split("\n### ")[1:] if heading in p.split("\n", 1)[0]]
    ((_, rows),) = [found for found in tables(part) if found[0][0] == "column"]
    return [cell.strip("`") for cell, _ in rows]


@pytest.mark.parametrize("name", TABLES)
def test_the_page_has_the_columns_of_a_table(results: Path, name: str) -> None:
    assert pq.read_table(results / name.rstrip("/")).column_names == columns(name)


def test_the_page_has_the_files_of_a_run(results: Path) -> None:
    (rows,) = [rows for header, rows in tables(TEXT) if header[0] == "file"]
    listed = {cell.strip("`") for cell, _ in rows}
    found = {f"{path.name}/" if path.is_dir() else path.name for path in results.iterdir()}
    assert found <= listed
    assert listed - found <= {"problems/"}
