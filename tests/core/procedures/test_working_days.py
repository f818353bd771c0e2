"""Working-day arithmetic against a plain oracle that marks every day of a year one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from procedure_scenes import at, book, calendar

from bangfu.core.procedures import Calendar
from bangfu.core.procedures.calendar import add_months, stopped_days
from bangfu.core.rulebook.procedure_model import Limit

DAYS = calendar()
STARTS = st.dates(date(2024, 1, 1), date(2026, 6, 30))
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=3)


def worked(day: date) -> bool:
    """Read off the years' lists, by the day's name and not its number."""
    year = book("cn").calendar.get(day.year)
    off = year is not None and any(str(day) == str(holiday) for holiday in year.holidays)
    extra = year is not None and str(day) in {str(d) for d in year.working}
    return extra or (day.strftime("%a") not in ("Sat", "Sun") and not off)


def oracle_due(start: date, count: int, unit: str, stopped: set[date]) -> date:
    """The last day, by writing out all days and striking out those that do not count."""
    days = [start + timedelta(days=n) for n in range(1, 900)]
    counted = [day for day in days if day not in stopped and (unit == "days" or worked(day))]
    last = counted[count - 1] if count else start
    return next(day for day in [last, *days] if day >= last and worked(day))


@given(STARTS, st.integers(0, 60), st.sampled_from(["days", "working_days"]), SPANS)
def test_due_days_are_those_of_the_oracle(start: date, count: int, unit: str, spans: list[tuple[int, int]]) -> None:
    pairs = [(start + timedelta(days=a), start + timedelta(days=a + b)) for a, b in spans]
    stopped = {first + timedelta(days=n) for first, last in pairs for n in range(1, (last - first).days + 1)}
    assert stopped_days(pairs, start + timedelta(days=900)) == stopped
    due = DAYS.due(start, Limit(count, unit), stopped)
    assert due == oracle_due(start, count, unit, stopped)
    assert DAYS.works(due)


@given(STARTS, st.integers(0, 200), SPANS)
def test_days_used_are_counted_one_by_one(start: date, length: int, spans: list[tuple[int, int]]) -> None:
    today = start + timedelta(days=length)
    pairs = [(start + timedelta(days=a), start + timedelta(days=a + b)) for a, b in spans]
    stopped = stopped_days(pairs, today)
    every = [start + timedelta(days=n) for n in range(1, length + 1)]
    assert DAYS.used(start, today, "working_days", stopped) == sum(worked(d) and d not in stopped for d in every)
    assert DAYS.used(start, today, "days", stopped) == sum(d not in stopped for d in every)


@given(STARTS, st.integers(0, 40), st.integers(0, 40))
def test_a_suspension_of_calendar_days_moves_a_limit_of_months_by_as_much(start: date, months: int, held: int) -> None:
    stopped = stopped_days([(start, start + timedelta(days=held))], start + timedelta(days=9000))
    plain = add_months(start, months)
    if plain < start + timedelta(days=held):
        return
    assert DAYS.due(start, Limit(months, "months"), stopped) == DAYS.next_working(plain + timedelta(days=held))


def test_a_month_ends_on_the_last_day_where_it_is_shorter() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2025, 8, 31), 6) == date(2026, 2, 28)


def test_worked_weekends_and_holidays_of_2026() -> None:
    assert DAYS.works(date(2026, 2, 14))
    assert not DAYS.works(date(2026, 2, 16))
    assert DAYS.due(date(2026, 2, 12), Limit(3, "working_days")) == date(2026, 2, 24)


def test_the_day_of_an_instant_is_that_of_beijing() -> None:
    assert DAYS.day(at("2026-11-02", 0)) == date(2026, 11, 2)
    assert DAYS.day(at("2026-11-02", 23)) == date(2026, 11, 2)


def test_a_year_without_data_counts_weekends_and_says_so() -> None:
    empty = Calendar({})
    assert empty.due(date(2026, 9, 30), Limit(1, "working_days")) == date(2026, 10, 1)
    assert [warning.zh for warning in empty.unsure(date(2026, 1, 1), date(2026, 2, 1))] == [
        "2026年没有节假日安排，只按周末计算；请补充工作日历"
    ]


def test_a_year_that_nobody_checked_says_so() -> None:
    years = book("cn").calendar
    assert DAYS.unsure(date(2026, 1, 1), date(2026, 2, 1)) == ()
    doubtful = Calendar({2026: replace(years[2026], certain=False)})
    assert [warning.en for warning in doubtful.unsure(date(2026, 1, 1), date(2026, 2, 1))] == [
        "the holidays of 2026 were not checked against the published notice"
    ]
