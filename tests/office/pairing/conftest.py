"""Officials of the tests: a county leader, a section chief of the township, and two who serve in the east village."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

COUNTY, EAST, EAST_VILLAGE, WEST_VILLAGE = "990101", "990101101", "990101101201", "990101102201"
START = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A media folder of one's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(settings.MEDIA_ROOT)


@dataclass(frozen=True)
class Officials:
    """By name."""

    leader: object
    chief: object
    officer: object
    other: object


@pytest.fixture
def officials(cast) -> Officials:
    """`officer` is the account of the cast; the others have none."""
    from bangfu.office.pairing.api import set_helper

    civil = cast.actor("civil")
    leader = set_helper(actor=civil, name="高县长", unit="县人民政府", rank="county_leader", area_code=COUNTY)
    chief = set_helper(actor=civil, name="马科长", unit="东乡人民政府", rank="section_chief", area_code=EAST)
    officer = set_helper(
        actor=civil, name="某officer", unit="县林业局", rank="staff", area_code=EAST_VILLAGE, user=cast["officer"]
    )
    other = set_helper(actor=civil, name="牛干部", unit="东乡农业站", rank="staff", area_code=EAST_VILLAGE)
    return Officials(leader, chief, officer, other)


@pytest.fixture
def monitored(registered):
    """Five more households of the east village that must have a helper."""
    from many_households import more

    return more(5, monitored_kind="unstable_graduated")
