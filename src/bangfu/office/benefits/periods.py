"""Arithmetic of months: what an entitlement's periods are after a decision. Pure; no database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Decided:
    """Why a period begins or ends: a reason's code, the case, the sha256 of the decision."""

    reason: str
    case: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Span:
    """Months from `start` until `end` (exclusive, None while open) with one amount and class.

    `row` is the key of the database row that it came from, None where it is new.
    """

    start: date
    end: date | None
    amount_fen: int
    class_name: str
    begun: Decided
    ended: Decided | None = None
    row: int | None = None


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def later(month: date, months: int) -> date:
    """The first day of a month so many months later; earlier where negative."""
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def read_month(text: str) -> date:
    """`2026-12` as the first day of that month. Raises ValueError."""
    return date.fromisoformat(f"{text}-01")


def cut(spans: Sequence[Span], at: date, why: Decided) -> list[Span]:
    """Everything before the month `at`; a span that reaches beyond ends there, one that begins there or later is gone."""
    found = []
    for span in spans:
        if span.start >= at:
            continue
        beyond = span.end is None or span.end > at
        found.append(replace(span, end=at, ended=why, row=None) if beyond else span)
    return found


def set_from(spans: Sequence[Span], at: date, amount_fen: int, class_name: str, why: Decided) -> list[Span]:
    """From the month `at` on this amount and class, without an end; what was before stays."""
    return [*cut(spans, at, why), Span(at, None, amount_fen, class_name, why)]


def restored(now: Sequence[Span], before: Sequence[Span], why: Decided) -> list[Span]:
    """What was known before holds again, from the first month in which what is known now says otherwise."""
    at = _first_difference(now, before)
    if at is None:
        return list(now)
    again = [
        Span(max(span.start, at), span.end, span.amount_fen, span.class_name, why, span.ended)
        for span in before
        if span.end is None or span.end > at
    ]
    return [*cut(now, at, why), *again]


def _first_difference(one: Sequence[Span], other: Sequence[Span]) -> date | None:
    bounds = {day for span in (*one, *other) for day in (span.start, span.end) if day is not None}
    for month in sorted(bounds):
        if _said(on(one, month)) != _said(on(other, month)):
            return month
    return None


def _said(span: Span | None) -> tuple[int, str] | None:
    return None if span is None else (span.amount_fen, span.class_name)


def unbroken_since(spans: Sequence[Span]) -> date | None:
    """The first month of the time without a gap that the last span ends; None without spans."""
    since = None
    end: date | None = None
    for span in spans:
        if since is None or end != span.start:
            since = span.start
        end = span.end
    return since


def on(spans: Sequence[Span], month: date) -> Span | None:
    """The span that holds a month."""
    return next((s for s in spans if s.start <= month and (s.end is None or month < s.end)), None)
