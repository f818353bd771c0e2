"""The demo's time: while its stories are told, days pass by saying so, and everything that is written bears those days."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.utils import timezone

Story = Iterator[int]
"""Does something, then says after how many days it goes on."""


class _Clock:
    """What time it is. It only goes forward; each look at it is a second later than the last."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@contextmanager
def _turned(clock: _Clock) -> Iterator[None]:
    real = timezone.now
    timezone.now = clock.now
    try:
        yield
    finally:
        timezone.now = real


def tell(first: date, stories: Sequence[Story]) -> None:
    """Tells stories side by side from nine in the morning of `first`, each part on its day; nobody works at weekends.

    For filling a demo only: nothing else may turn the clock.
    """
    clock = _Clock(timezone.make_aware(datetime.combine(_working(first), time(9))))
    waiting = [(_working(first), place, story) for place, story in enumerate(stories)]
    heapq.heapify(waiting)
    with _turned(clock):
        while waiting:
            day, place, story = heapq.heappop(waiting)
            clock.time = max(clock.time + timedelta(minutes=5), timezone.make_aware(datetime.combine(day, time(9))))
            days = next(story, None)
            if days is not None:
                heapq.heappush(waiting, (_working(day + timedelta(days=days)), place, story))


def _working(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day
