"""How a complaint goes, whatever is tried in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.office.grievance.machine import (
    ACCEPTED,
    ANSWERED,
    CLOSED,
    COUNTY,
    MOVES,
    PROBLEMS,
    RECEIVED,
    REFUSED,
    STATES,
    TOWNSHIP,
    Standing,
    moved,
    problem,
)

TRIES = st.lists(
    st.tuples(st.sampled_from([*MOVES, "burn"]), st.sampled_from(["a", "b"]), st.sampled_from(["", " ", "理由"])),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(TRIES, st.sampled_from([TOWNSHIP, COUNTY]))
def test_no_path_closes_without_an_answer_or_a_reason_and_no_clock_runs_when_told(tries, level):
    now, happened = Standing(level=level), []
    for name, by, words in tries:
        found = problem(now, name, by, words)
        assert found in ("", *PROBLEMS)
        if found:
            continue
        before, now = now, moved(now, name, by)
        happened.append((name, by, words.strip()))
        assert before.state != CLOSED, "nothing happens in what is closed"
        assert now.level == COUNTY or before.level == TOWNSHIP, "it never goes down again"
        assert bool(now.clock) == (now.state in (RECEIVED, ACCEPTED))
    names = [name for name, _by, _words in happened]
    assert now.state in STATES
    assert all(words for name, _by, words in happened if MOVES[name].words)
    if now.state == CLOSED:
        assert "answer" in names or "refuse" in names
    if now.state in (ANSWERED,):
        assert names.count("accept") == 1
        assert names.count("answer") == 1 + names.count("review")
    assert names.count("review") <= 1
    assert names.count("extend") <= 1
    assert names.count("escalate") <= 1
    answers = [by for name, by, _words in happened if name == "answer"]
    assert len(answers) == len(set(answers)), "a review is never answered by who answered first"


@pytest.mark.parametrize(
    ("now", "name", "expected"),
    [
        (Standing(), "answer", "not_now"),
        (Standing(), "refuse", "no_words"),
        (Standing(ACCEPTED, extended=True), "extend", "extended_already"),
        (Standing(ACCEPTED, level=COUNTY), "escalate", "at_the_top"),
        (Standing(ANSWERED, reviewed=True), "review", "reviewed_already"),
        (Standing(ACCEPTED, answered_by=("a",)), "answer", "answered_before"),
        (Standing(REFUSED), "close", ""),
    ],
)
def test_why_a_move_may_not_happen(now, name, expected):
    assert problem(now, name, "a", "" if expected == "no_words" else "理由") == expected
