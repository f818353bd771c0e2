"""A long text takes the time of its length: no check compares every figure with every other."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bangfu.core.figures.check import check_text

TEXTS = Path(__file__).parent / "texts"


def seconds(text: str) -> float:
    """The quickest of three runs, in seconds of this process."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        check_text(text)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("name", ["D5", "D7"])
def test_eight_times_the_text_takes_less_than_sixteen_times_the_time(name: str) -> None:
    text = next(TEXTS.glob(f"{name}-*")).read_text(encoding="utf-8") + "\n"
    text *= 12_000 // len(text) + 1
    assert seconds(text * 8) < 16 * seconds(text)
