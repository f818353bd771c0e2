"""Reads of visits. Each takes the actor: no visit, finding, count or choice lies outside the actor's area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.fieldwork.models import CASE, DRAFT, OPEN, SUBMITTED, Difference, Finding, Visit
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting

VIEW, MAKE, SETTLE = "cases.view", "registry.propose", "registry.confirm"
LEVELS = (2, 4, 6, 9, 12)


def visits(actor: Actor, permission: str = VIEW) -> QuerySet[Visit]:
    """Visits that were handed in, in the actor's area."""
    return Visit.objects.filter(actor.limit(permission), status=SUBMITTED)


def drafts(actor: Actor) -> QuerySet[Visit]:
    """The actor's own drafts; nobody sees another's."""
    return Visit.objects.filter(actor.limit(MAKE), status=DRAFT, made_by=actor.key)


def visit(actor: Actor, pk: int, permission: str = VIEW) -> Visit:
    """One visit with its household. Raises OutOfReach where it lies elsewhere, where there is none, and for others' drafts."""
    found = Visit.objects.select_related("household__key", "definition", "amends").filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    if found.status == DRAFT and found.made_by != actor.key:
        raise OutOfReach(permission, found.area_code)
    return found


@dataclass(frozen=True)
class Filters:
    """Which visits: below which area, with which form, from when until when (both days count)."""

    area: str = ""
    form: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """From a query string; what is no day is none."""
        text = {name: (query.get(name) or "").replace("\0", "").strip()[:60] for name in ("area", "form")}
        return cls(text["area"], text["form"], _day(query.get("since", "")), _day(query.get("until", "")))

    def narrowing(self, actor: Actor, day: str, *, form: bool = True) -> Q:
        """The condition on rows whose date is the column `day`. Raises OutOfReach for an area elsewhere."""
        wanted = within(actor, self.area)
        if self.form and form:
            wanted &= Q(form=self.form)
        if self.since:
            wanted &= Q(**{f"{day}__gte": self.since})
        if self.until:
            wanted &= Q(**{f"{day}__lte": self.until})
        return wanted


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def within(actor: Actor, area: str) -> Q:
    """Rows below an area that the actor reaches. Raises OutOfReach for one elsewhere."""
    if not area:
        return Q()
    if not (area.isascii() and area.isdigit()):
        return Q(pk__in=[])
    if not any(area.startswith(prefix) or prefix.startswith(area) for prefix in actor.areas(VIEW)):
        raise OutOfReach(VIEW, area[:12])
    return areas.inside((area,))


@dataclass(frozen=True)
class Row:
    """One line of the report: an area with what was visited and found there."""

    code: str
    name: str
    households: int
    visits: int
    findings: int
    open: int
    cases: int


def report(actor: Actor, filters: Filters) -> tuple[list[Row], Row]:
    """The areas next below the one shown, and the whole: households (each once), visits, findings. Five queries at most.

    A visit that was corrected by another counts once, as it was corrected.
    """
    own = actor.areas(VIEW)
    code = filters.area or (own[0] if len(own) == 1 else "")
    below = next((digits for digits in LEVELS if digits > max(len(code), 6)), 12)
    corrected = Visit.objects.filter(amends=OuterRef("pk"), status=SUBMITTED)
    made = visits(actor).filter(filters.narrowing(actor, "visited_on"), ~Exists(corrected))
    found = Finding.objects.filter(actor.limit(VIEW), filters.narrowing(actor, "found_on", form=False))
    found = found.filter(~Exists(Visit.objects.filter(amends=OuterRef("visit"), status=SUBMITTED)))
    if filters.form:
        found = found.filter(visit__form=filters.form)
    counted = {"households": Count("household", distinct=True), "visits": Count("pk")}
    told = {
        "findings": Count("pk"), "open": Count("pk", filter=Q(status=OPEN)), "cases": Count("pk", filter=Q(status=CASE)),
    }  # fmt: skip
    parts: dict[str, dict[str, int]] = {}
    for rows, wanted in ((made, counted), (found, told)):
        for part in rows.annotate(part=Substr("area_code", 1, below)).order_by().values("part").annotate(**wanted):
            parts.setdefault(part.pop("part"), {}).update(part)
    names = areas.names([*parts, code] if code else list(parts))
    whole = {**made.aggregate(**counted), **found.aggregate(**told)}
    lines = [_row(part, names.get(part, part), parts[part]) for part in sorted(parts)]
    return lines, _row(code, names.get(code, str(_("全部"))), whole)


def _row(code: str, name: str, held: Mapping[str, Any]) -> Row:
    return Row(code, name, *(held.get(key, 0) for key in ("households", "visits", "findings", "open", "cases")))


def findings(actor: Actor, filters: Filters, status: str = "") -> QuerySet[Finding]:
    """Findings in the actor's area."""
    rows = Finding.objects.filter(actor.limit(VIEW), filters.narrowing(actor, "found_on", form=False))
    return rows.filter(status=status) if status else rows


def differences(actor: Actor, filters: Filters) -> QuerySet[Difference]:
    """What waits to be settled, in the actor's area."""
    wanted = actor.limit(SETTLE) if actor.may(SETTLE) else actor.limit(VIEW)
    return Difference.objects.filter(wanted, within(actor, filters.area), status=OPEN)


def of_household(actor: Actor, household: int) -> list[Visit]:
    """The visits of one household that were handed in, the latest first."""
    rows = visits(actor).filter(household=household).select_related("definition")
    return list(rows.order_by("-visited_on", "-id")[:12])


def usable(actor: Actor, household: int, forms: Iterable[str], since: date) -> list[Visit]:
    """Visits that a step of a case may name: of this household, by one of these forms, not older than `since`, in which the
    actor took part."""
    rows = visits(actor).filter(household=household, form__in=list(forms), visited_on__gte=since)
    rows = rows.select_related("definition").order_by("-visited_on", "-id")[:20]
    return [row for row in rows if actor.key == row.made_by or actor.key in row.companions]


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says of visits. Three queries."""
    lines = []
    if actor.may(MAKE):
        own = drafts(actor).count()
        lines.append(Waiting(_("没有提交的入户记录"), own, f"{reverse('fieldwork:visits')}?view=drafts"))
        found = Finding.objects.filter(actor.limit(MAKE), status=OPEN).count()
        lines.append(Waiting(_("待处理的走访发现"), found, reverse("fieldwork:findings"), urgent=True))
    if actor.may(SETTLE):
        open_ones = Difference.objects.filter(actor.limit(SETTLE), status=OPEN).count()
        lines.append(Waiting(_("入户与登记不一致，待核定"), open_ones, reverse("fieldwork:differences")))
    return [line for line in lines if line.count]


def today() -> date:
    """The office's day."""
    return timezone.localdate()
