"""Working-day arithmetic over a calendar that is data.

A period begins on the day after the event and ends with its last day (民法典 art. 201); where that is a day of rest,
with the next working day (art. 203). A year without data counts its weekends only, which `unsure` tells.
"""

from __future__ import annotations

import calendar as months_of
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from bangfu.core.rulebook.model import Label
from bangfu.core.rulebook.procedure_model import CalendarYear, Limit

ONE_DAY = timedelta(days=1)
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. `zone` says on which day an instant falls."""

    years: Mapping[int, CalendarYear]
    zone: timezone = BEIJING

    def day(self, at: datetime) -> date:
        """The day of an instant; raises ValueError for one without a zone."""
        if at.tzinfo is None:
            raise ValueError("an instant needs a time zone / 时刻须带时区")
        return at.astimezone(self.zone).date()

    def works(self, day: date) -> bool:
        """Whether the day is worked."""
        year = self.years.get(day.year)
        if year is not None and day in year.holidays:
            return False
        return day.weekday() < 5 or (year is not None and day in year.working)

    def next_working(self, day: date) -> date:
        """The day itself where it is worked, else the next one that is."""
        while not self.works(day):
            day += ONE_DAY
        return day

    def unsure(self, first: date, last: date) -> tuple[Label, ...]:
        """A warning for each year touched that has no data or data that nobody has confirmed."""
        found = []
        for year in range(first.year, last.year + 1):
            known = self.years.get(year)
            if known is None:
                zh = f"{year}年没有节假日安排，只按周末计算；请补充工作日历"
                en = f"no holidays are known for {year}, weekends only are counted; add the year to the calendar"
                found.append(Label(zh, en))
            elif not known.certain:
                zh, en = (
                    f"{year}年节假日安排尚未与公布的通知核对",
                    f"the holidays of {year} were not checked against the published notice",
                )
                found.append(Label(zh, en))
        return tuple(found)

    def due(self, start: date, limit: Limit, stopped: Collection[date] = ()) -> date:
        """The last day of a limit that starts on `start`, leaving out the days on which the clock stood still."""
        if limit.unit == "months":
            last = add_months(start, limit.count)
            held = sum(start < day <= last for day in stopped)
            while held:
                last += ONE_DAY
                held -= last not in stopped
            return self.next_working(last)
        day, left = start, limit.count
        while left:
            day += ONE_DAY
            if day not in stopped and (limit.unit == "days" or self.works(day)):
                left -= 1
        return self.next_working(day)

    def used(self, start: date, today: date, unit: str, stopped: Collection[date] = ()) -> int:
        """Days counted from the day after `start` to `today`: working days, or all days for days and months."""
        count, day = 0, start
        while day < today:
            day += ONE_DAY
            count += day not in stopped and (unit != "working_days" or self.works(day))
        return count


def add_months(day: date, count: int) -> date:
    """The same day `count` months on, or the last of a shorter month."""
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, months_of.monthrange(year, month + 1)[1]))


def reached(start: date, limit: Limit, calendar: Calendar) -> date:
    """The first day on which a limit since `start` has passed, without moving to a working day."""
    if limit.unit == "months":
        return add_months(start, limit.count)
    if limit.unit == "days":
        return start + timedelta(days=limit.count)
    day, left = start, limit.count
    while left:
        day += ONE_DAY
        left -= calendar.works(day)
    return day


def stopped_days(spans: Iterable[tuple[date, date | None]], until: date) -> frozenset[date]:
    """The days after each suspension began up to the day on which it ended, or to `until`."""
    found: set[date] = set()
    for since, ended in spans:
        last = min(ended or until, until)
        found.update(since + timedelta(days=n) for n in range(1, (last - since).days + 1))
    return frozenset(found)
