"""Months of entitlements: arithmetic that never overlaps, and what was known when."""

from __future__ import annotations

import itertools
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bangfu.office.benefits.periods import (
    Decided,
    Span,
    cut,
    later,
    month_of,
    on,
    restored,
    set_from,
    unbroken_since,
)

WHY = Decided("changed", "GA1", "a" * 64)
MONTHS = st.integers(0, 48).map(lambda n: later(date(2024, 1, 1), n))
DECISIONS = st.lists(st.tuples(st.sampled_from(["set", "cut"]), MONTHS, st.integers(1, 4)), max_size=8)


def worked(decisions) -> list[Span]:
    """The periods after some decisions."""
    spans: list[Span] = []
    for kind, month, amount in decisions:
        spans = set_from(spans, month, amount, "", WHY) if kind == "set" else cut(spans, month, WHY)
    return spans


def by_month(decisions) -> dict[date, int]:
    """The oracle: what is paid in each month, a table of months written over by each decision."""
    table: dict[date, int] = {}
    for kind, at, amount in decisions:
        for n in range(60):
            month = later(date(2024, 1, 1), n)
            if month >= at:
                table.pop(month, None)
                if kind == "set":
                    table[month] = amount
    return table


@given(DECISIONS)
def test_whatever_is_decided_no_two_periods_overlap_and_each_month_is_paid_as_last_decided(decisions):
    spans = worked(decisions)
    for before, after in itertools.pairwise(spans):
        assert before.end is not None
        assert before.end <= after.start
    paid = {m: s.amount_fen for m in (later(date(2024, 1, 1), n) for n in range(60)) if (s := on(spans, m))}
    assert paid == by_month(decisions)


@given(DECISIONS, DECISIONS)
def test_what_is_restored_pays_every_month_as_before(first, second):
    before, now = worked(first), worked([*first, *second])
    again = restored(now, before, Decided("restored"))
    for n in range(60):
        month = later(date(2024, 1, 1), n)
        found, wanted = on(again, month), on(before, month)
        assert (found and found.amount_fen) == (wanted and wanted.amount_fen)


def test_a_break_begins_a_new_time_and_a_change_does_not():
    spans = worked([("set", date(2024, 1, 1), 1), ("set", date(2024, 5, 1), 2)])
    assert unbroken_since(spans) == date(2024, 1, 1)
    spans = set_from(cut(spans, date(2024, 8, 1), WHY), date(2024, 10, 1), 3, "", WHY)
    assert unbroken_since(spans) == date(2024, 10, 1)
    assert unbroken_since([]) is None


def test_months_go_over_the_turn_of_the_year():
    assert later(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert later(date(2027, 1, 1), -1) == date(2026, 12, 1)
    assert month_of(date(2026, 12, 31)) == date(2026, 12, 1)
