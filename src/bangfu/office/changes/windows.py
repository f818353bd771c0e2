"""Whether editing is open in an area on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from bangfu.office.changes.models import ChangeWindow


@dataclass(frozen=True)
class Regime:
    """The windows that bear on an area: those set for it or for an area above it, without those called off."""

    windows: tuple[ChangeWindow, ...]

    def is_open(self, day: date) -> bool:
        """A freeze closes; where windows are set at all, only they open; an area without any is always open."""
        if any(w.kind == "freeze" and _covers(w, day) for w in self.windows):
            return False
        opening = [w for w in self.windows if w.kind == "open"]
        return not opening or any(_covers(w, day) for w in opening)

    def next_open(self, day: date) -> date | None:
        """The first day from `day` on which it is open, within two years; None where none is set."""
        turns = {day} | {w.opens_on for w in self.windows if w.opens_on > day}
        turns |= {date.fromordinal(w.closes_on.toordinal() + 1) for w in self.windows if w.closes_on}
        return next((turn for turn in sorted(turns) if turn >= day and self.is_open(turn)), None)


def _covers(window: ChangeWindow, day: date) -> bool:
    return window.opens_on <= day and (window.closes_on is None or day <= window.closes_on)


def _above(area_code: str) -> list[str]:
    return [area_code[:digits] for digits in (2, 4, 6, 9, 12) if digits <= len(area_code)]


def regime(area_code: str) -> Regime:
    """The windows of an area. One query."""
    rows = ChangeWindow.objects.filter(area_code__in=_above(area_code), ended_at=None)
    return Regime(tuple(rows.order_by("opens_on", "pk")))


def regimes(area_codes: Iterable[str]) -> dict[str, Regime]:
    """The same for many areas in one query."""
    codes = set(area_codes)
    wanted = Q(area_code__in={above for code in codes for above in _above(code)})
    rows = list(ChangeWindow.objects.filter(wanted, ended_at=None).order_by("opens_on", "pk"))
    return {code: Regime(tuple(w for w in rows if code.startswith(w.area_code))) for code in codes}
