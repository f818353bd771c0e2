"""Two households whose bureaus' files were cross-checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from means_by_hand import cross_checked


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A media folder of one's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def checked(registered, tmp_path, monkeypatch):
    """The cross-check of the county of the cast."""
    return cross_checked(tmp_path, monkeypatch)
