"""The monthly run over soiled bureau files finds what only linking reveals, and falls into no trap."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from bangfu.core import api
from bangfu.core.demo import DemoResult

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))


@pytest.fixture(scope="module")
def found(small: DemoResult, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a run of the second month finds of what is planted, by tools/truth.py."""
    import truth

    month, as_of = small.months[1]
    data, out = small.out / month, tmp_path_factory.mktemp("results") / "out"
    api.screen(rulebook=ROOT / "rulebook" / "demo-county", data=data, as_of=as_of, out=out)
    return truth.compare(small.out / "truth.parquet", month, data, out)


def test_everything_that_a_wrong_identity_hides_is_found(found: Any) -> None:
    assert sum(found.linking_planted.values()) >= 10
    assert found.linking_found == found.linking_planted
    assert found.missed == []


def test_a_join_on_numbers_misses_every_one_of_these_and_nothing_else(found: Any) -> None:
    assert found.join_misses == sum(found.linking_planted.values())


def test_no_trap_becomes_a_finding_to_act_on(found: Any) -> None:
    assert found.traps >= 9
    assert found.wrongful == []
    assert found.wrong == []


def test_a_join_on_numbers_falls_for_every_stranger_under_a_members_number(found: Any) -> None:
    assert found.join_falls == found.under_number >= 4


def test_a_row_under_a_members_number_is_sent_to_a_person_and_the_file_says_nothing_of_the_household(
    found: Any,
) -> None:
    assert found.unreviewed == []
