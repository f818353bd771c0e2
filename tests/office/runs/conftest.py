"""Runs of the tests: one written by hand for pages, and a small county for the whole way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from runs_by_hand import AS_OF, EAST_VILLAGE, WEST_VILLAGE, add_lines, make_run


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A media folder of one's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(settings.MEDIA_ROOT)


@dataclass(frozen=True)
class Ran:
    """A run with two lines in the east and one in the west."""

    run: object
    east: object
    doubt: object
    west: object


@pytest.fixture
def ran(registered) -> Ran:
    """赵大 in the east is missed and has a doubt, 孙三 in the west receives without title."""
    run = make_run()
    lines = add_lines(
        run,
        ("entitled_not_receiving", "dibao", registered.east.number, EAST_VILLAGE,
         {"status": "eligible", "due_fen": 56_000, "paid_fen": 0, "change": "new"}),
        ("check", "DQ057", registered.east.number, EAST_VILLAGE, {"severity": "must_fix", "change": "unchanged"}),
        ("receiving_not_entitled", "dibao", registered.west.number, WEST_VILLAGE,
         {"status": "ineligible", "paid_fen": 30_700, "change": "new", "reasons": {"failed": ["vehicle"]}}),
    )  # fmt: skip
    by = {line.kind: line for line in lines}
    return Ran(run, by["entitled_not_receiving"], by["check"], by["receiving_not_entitled"])


@pytest.fixture(scope="session")
def county_files(tmp_path_factory) -> Path:
    """200 households, made once."""
    from bangfu.core.demo import generate

    out = tmp_path_factory.mktemp("county") / "county"
    generate(out, households=200, seed=1, months=2)
    return out


@dataclass(frozen=True)
class County:
    """The county in the office: its files, an actor of its civil affairs, a village's cadre."""

    files: Path
    civil: object
    village: object
    township: object

    def actor(self, user):
        """The actor behind a user."""
        from django.utils import timezone

        from bangfu.office.accounts.api import actor_of

        return actor_of(user, timezone.localdate())


@pytest.fixture
def county(db, county_files, media) -> County:
    """Loaded from the files of October, with both months' bureau files in their place."""
    from bangfu.office.accounts.api import User
    from bangfu.office.runs.api import place_bureau_files
    from bangfu.office.site import demo

    demo.load(county_files / "2026-10", AS_OF)
    demo.make_accounts(date(2026, 1, 1), "long-enough-word")
    for month in ("2026-09", "2026-10"):
        place_bureau_files("990101", date.fromisoformat(f"{month}-01"), county_files / month / "bureau")
    users = {user.username: user for user in User.objects.all()}
    return County(county_files, users["civil"], users["village"], users["township"])


@pytest.fixture
def work():
    """Works a queued run to its end, here and now."""

    from bangfu.office.runs.api import work_now

    return work_now
