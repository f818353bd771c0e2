"""Reads of the reports. Each takes the actor: no row, count or choice lies outside the actor's area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.means.models import MeansReport
from bangfu.office.pages.refusals import OutOfReach

VIEW, READ = "cases.view", "means.view"
AREA = "household__area_code"
"""A report lies where its household lies today."""
LEVELS = (2, 4, 6, 9, 12)
STATES = (
    ("current", _("有效")),
    ("expired", _("已过有效期")),
    ("closed", _("授权已撤回")),
    ("undated", _("没有注明日期的来源")),
)


def in_state(state: str, today: date) -> Q:
    """The condition for reports in one state; everything for no state."""
    return {
        "current": Q(closed=False, until__gt=today),
        "expired": Q(closed=False, until__lte=today),
        "closed": Q(closed=True),
        "undated": Q(closed=False, until=None),
    }.get(state, Q())


def state_of(report: MeansReport, today: date) -> str:
    """The state of a report, as lists know it."""
    if report.closed:
        return "closed"
    if report.until is None:
        return "undated"
    return "current" if report.until > today else "expired"


@dataclass(frozen=True)
class Filters:
    """What the list shows."""

    state: str = ""
    area: str = ""
    purpose: str = ""
    household: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """From a query string."""
        names = ("state", "area", "purpose", "household")
        return cls(*((query.get(name) or "").replace("\0", "").strip()[:60] for name in names))

    def narrowing(self, actor: Actor, permission: str = VIEW) -> Q:
        """The condition but for the state. Raises OutOfReach for an area elsewhere."""
        wanted = Q()
        if self.purpose:
            wanted &= Q(purpose=self.purpose)
        if self.household:
            wanted &= Q(household__number__startswith=self.household)
        if self.area:
            if not (self.area.isascii() and self.area.isdigit()):
                return Q(pk__in=[])
            own = actor.areas(permission)
            if not any(self.area.startswith(prefix) or prefix.startswith(self.area) for prefix in own):
                raise OutOfReach(permission, self.area[:12])
            wanted &= areas.inside((self.area,), AREA)
        return wanted


def reports(actor: Actor, filters: Filters, permission: str = VIEW) -> QuerySet[MeansReport]:
    """The reports that the filters show, without their contents."""
    rows = MeansReport.objects.filter(actor.limit(permission, AREA), filters.narrowing(actor, permission))
    rows = rows.filter(in_state(filters.state, timezone.localdate()))
    return rows.select_related("household").defer("content", "household__sealed_facts")


def counts(actor: Actor, filters: Filters) -> dict[str, int]:
    """How many are in each state, and all of them as "". One query."""
    today = timezone.localdate()
    rows = MeansReport.objects.filter(actor.limit(VIEW, AREA), filters.narrowing(actor))
    wanted = {f"n_{name}": Count("pk", filter=in_state(name, today)) for name, _label in STATES}
    found = rows.aggregate(whole=Count("pk"), **wanted)
    return {"": found["whole"], **{name: found[f"n_{name}"] for name, _label in STATES}}


def purposes(actor: Actor) -> list[str]:
    """What reports in the area were made for."""
    rows = MeansReport.objects.filter(actor.limit(VIEW, AREA)).order_by("purpose")
    return list(rows.values_list("purpose", flat=True).distinct()[:30])


def by_area(actor: Actor, filters: Filters) -> list[tuple[str, str, int]]:
    """The areas next below the one shown, with their counts. Two queries."""
    own = actor.areas(VIEW)
    code = filters.area or (own[0] if len(own) == 1 else "")
    below = next((digits for digits in LEVELS if digits > max(len(code), 6)), 12)
    rows = reports(actor, filters).annotate(part=Substr(AREA, 1, below)).order_by()
    found = dict(rows.values_list("part").annotate(n=Count("pk")))
    names = areas.names(found)
    return [(part, names[part], found[part]) for part in sorted(found)]


def report(actor: Actor, pk: int, permission: str = READ) -> MeansReport:
    """One report with its household. Raises OutOfReach where it lies elsewhere, and where there is none."""
    found = MeansReport.objects.select_related("household__key", "crosscheck").filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found
