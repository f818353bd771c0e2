"""Who should have been visited: the frequency of the rulebook by status against the last visit, one query a status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.core.api import visits as v
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.fieldwork.queries import VIEW
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.registry import api as registry

_NAMES = {v.MONITORED: _("监测对象"), v.GRADUATED: _("脱贫户")}


@dataclass(frozen=True)
class Frequency:
    """How often who has a status is visited, by which document. `months` is None where the county has not said."""

    status: str
    label: str
    parameter: str
    months: int | None
    source: str

    def cutoff(self, today: date) -> date | None:
        """Whoever was last visited before this day is overdue."""
        return None if self.months is None else months_before(today, self.months)


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last of that month."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)


def frequencies(area_code: str, today: date) -> list[Frequency]:
    """One for each status that some form names: the shortest interval in force in that area."""
    book, best = registry.rulebook(), dict[str, Frequency]()
    for form in book.visits.values():
        if not form.in_force(today):
            continue
        for every in form.every:
            value = _value(every.months, area_code, today)
            label = str(_NAMES.get(every.status, every.status))
            one = Frequency(every.status, label, every.months, value[0] if value else None, value[1] if value else "")
            held = best.get(every.status)
            if held is None or (one.months is not None and (held.months is None or one.months < held.months)):
                best[every.status] = one
    return list(best.values())


def _value(parameter: str, area_code: str, today: date) -> tuple[int, str] | None:
    """The value in force, of the closest area, with its document."""
    fitting = [
        one
        for one in registry.rulebook().parameters[parameter].values
        if area_code.startswith(one.area) and not one.match
        and (one.start is None or one.start <= today) and (one.end is None or today < one.end)
    ]  # fmt: skip
    found = max(fitting, key=lambda one: len(one.area), default=None)
    return (found.value, found.source) if found is not None and isinstance(found.value, int) else None


def place_of(actor: Actor, area: str) -> str:
    """The area whose rules count: the one asked for, else the one that the actor has. Raises OutOfReach."""
    own = actor.areas(VIEW)
    if area and not any(area.startswith(prefix) or prefix.startswith(area) for prefix in own):
        raise OutOfReach(VIEW, area[:12])
    return area or (own[0] if own else "")


def with_status(status: str, today: date) -> Q:
    """Households that have a status today."""
    if status == v.MONITORED:
        not_resolved = Q(facts__risk_resolved=False) | Q(
            facts__risk_resolved__isnull=True
        )  # a fact that is not there is not yes
        return Q(monitored_kind__in=registry.monitored_kinds()) & not_resolved
    if status == v.GRADUATED:
        return Q(household_type="graduated")
    open_ones = registry.StatusEpisode.objects.filter(Q(end=None) | Q(end__gt=today), kind=status)
    return Q(pk__in=open_ones.values("household"))


def overdue(actor: Actor, frequency: Frequency, area: str, today: date) -> QuerySet[Any]:
    """Households of a status whose last visit is too long ago, or of which none is known. Nobody where there is no rule."""
    rows = registry.households(actor, VIEW).filter(closed_on=None)
    if area:
        rows = rows.filter(areas.inside((area,)))
    cutoff = frequency.cutoff(today)
    if cutoff is None:
        return rows.none()
    late = Q(last_visit__on__lt=cutoff) | Q(last_visit=None)
    return rows.filter(with_status(frequency.status, today), late).select_related("last_visit__visit")


def today() -> date:
    """The office's day."""
    return timezone.localdate()
