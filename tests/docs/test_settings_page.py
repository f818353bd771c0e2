"""The page of settings lists what the office reads, all of it and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from bangfu.office.site.environment import SETTINGS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "office" / "settings.md"


def test_every_setting_is_on_the_page_with_its_words():
    rows = re.findall(r"^\| `(BANGFU_\w+)` \| (.+?) \| .+ \|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert dict(rows) == {name: english for name, (_, english) in SETTINGS.items()}
