"""Values that a textbook prints: Haughton and Khandker, Handbook on Poverty and Inequality (World Bank, 2009), pages 70 and 72."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bangfu.core.cli.main import main

COUNTRY_C = "income\n100\n110\n150\n160\n"


def test_the_handbooks_country_c_with_a_line_of_125(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.csv"
    path.write_text(COUNTRY_C, encoding="utf-8")
    assert main(["measures", str(path), "--income", "income", "--line", "125", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["headcount_ratio"] == pytest.approx(0.5)
    assert found["fgt1"] == pytest.approx(0.08)  # the poverty gap index: 0.32/4
    assert found["fgt2"] == pytest.approx(0.0136)  # the squared poverty gap index: 0.0544/4
