"""What a run reads of the bureaus: the month's folder, and over it the imports that the county accepted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bangfu.office.imports import api as imports
from bangfu.office.runs.bureau import gather_bureau_files, place_bureau_files

DAY = date(2026, 10, 31)


@pytest.fixture
def accepted(monkeypatch, tmp_path: Path):
    """One accepted file of vehicles, asked for by whoever acts for this county only."""
    asked = []
    path = tmp_path / "upload.bin"
    path.write_text("新", encoding="utf-8")

    def files(actor, as_of):
        asked.append(([(g.role, g.area_code) for g in actor.grants], as_of))
        one = imports.BureauFile("vehicles", path, "车辆.CSV", "x", DAY, {"source": "公安局"}, {}, [])
        return {"vehicles": one}

    monkeypatch.setattr("bangfu.office.runs.bureau.imports.bureau_files", files)
    return asked


def test_an_accepted_import_takes_the_place_of_the_folder_s_file_and_no_other(accepted, settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path / "files"
    source = tmp_path / "month"
    source.mkdir()
    (source / "vehicles.xlsx").write_text("旧", encoding="utf-8")
    (source / "vehicles.manifest.json").write_text("{}", encoding="utf-8")
    (source / "deaths.csv").write_text("留", encoding="utf-8")
    place_bureau_files("990101", DAY, source)
    assert gather_bureau_files("990101", DAY, tmp_path / "out") == 2
    found = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    assert found == {"vehicles.csv": "新", "vehicles.manifest.json": '{"source": "公安局"}', "deaths.csv": "留"}
    assert accepted == [([("county_civil_affairs", "990101")], DAY)]


def test_without_a_folder_the_accepted_imports_are_all_there_is(accepted, settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path / "files"
    assert gather_bureau_files("990101", DAY, tmp_path / "out") == 1
