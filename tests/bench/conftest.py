"""The bench's scripts, importable, and one small generated file with every kind of error."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))


@pytest.fixture(scope="session")
def dirty_file(tmp_path_factory):
    """8,000 persons and rows, all kinds; a folder."""
    import linking_data

    out = tmp_path_factory.mktemp("linking")
    linking_data.generate(linking_data.Wanted(8_000, 8_000, 3, further=True, twins=0.01), out)
    return out
