"""Reads of pairing. Each takes the actor: no household, count or choice lies outside the actor's area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import api as casework
from bangfu.office.fieldwork import api as fieldwork
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting
from bangfu.office.pairing import quotas
from bangfu.office.pairing.models import Helper, Measure, Pairing
from bangfu.office.pairing.models.plans import PLANNED, UNDER_WAY
from bangfu.office.registry import api as registry

VIEW, ACT, ASSIGN = "cases.view", "cases.act", "cases.decide"
LEVELS = (2, 4, 6, 9, 12)
SOON = timedelta(days=14)
"""So long before its day a measure is shown as due."""


def held(on: date) -> Q:
    """Pairings in force on a day."""
    return Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gt=on))


def last_contact(households: Iterable[int]) -> dict[int, date]:
    """The day of the last contact with each household (by pk) that the office knows of; none: no entry.

    Visits that were handed in, and visits that a file brought into the registry. Two queries.
    """
    keys, today, found = list(households), timezone.localdate(), dict[int, date]()
    visits = fieldwork.Visit.objects.filter(household__in=keys, status="submitted", visited_on__lte=today)
    recorded = registry.Record.objects.filter(household__in=keys, table="visits", withdrawn_on=None, start__lte=today)
    for rows, column in ((visits, "visited_on"), (recorded, "start")):
        for household, day in rows.order_by().values_list("household").annotate(day=Max(column)):
            found[household] = max(day, found.get(household, day))
    return found


def in_or_around(actor: Actor, permission: str = VIEW) -> Q:
    """The condition that a row lies in the actor's area or belongs to an area around it."""
    limit = actor.limit(permission)
    around = {code[:n] for code in actor.areas(permission) for n in LEVELS if n < len(code)}
    # an empty condition means everywhere, and "everything or X" would be X
    return limit | Q(area_code__in=around) if limit and around else limit


def helpers(actor: Actor, permission: str = VIEW) -> QuerySet[Helper]:
    """Officials who serve in the actor's area, those of the county around it among them."""
    return Helper.objects.filter(in_or_around(actor, permission))


def helper(actor: Actor, pk: int, permission: str = VIEW) -> Helper:
    """One official. Raises OutOfReach."""
    found = helpers(actor, permission).filter(pk=pk).first()
    if found is None:
        other = Helper.objects.filter(pk=pk).first()
        raise OutOfReach(permission, other.area_code if other else "")
    return found


def own_helper(actor: Actor) -> Helper | None:
    """The actor as one who helps."""
    return Helper.objects.filter(user=actor.user_id, ended_on=None).first() if actor.user_id else None


def pairings(actor: Actor, permission: str = VIEW) -> QuerySet[Pairing]:
    """Pairings of households in the actor's area."""
    return Pairing.objects.filter(actor.limit(permission))


def current(household: registry.Household, on: date) -> Pairing | None:
    """Who helps a household on a day."""
    return Pairing.objects.select_related("helper").filter(held(on), household=household).first()


def history(household: registry.Household) -> list[Pairing]:
    """Everybody who helped or will, the latest first."""
    return list(Pairing.objects.select_related("helper").filter(household=household).order_by("-starts_on", "-pk")[:30])


HOME = "household__area_code"


def narrowed(actor: Actor, area: str, column: str = "area_code") -> Q:
    """The condition that a row lies in an area that was asked for. Raises OutOfReach for one elsewhere."""
    if not area:
        return Q()
    if not (area.isascii() and area.isdigit()) or len(area) not in LEVELS:
        return Q(pk__in=[])
    if not any(area.startswith(own) or own.startswith(area) for own in actor.areas(VIEW)):
        raise OutOfReach(VIEW, area)
    return areas.inside((area,), column)


@dataclass(frozen=True)
class Asked:
    """What the list of pairs was asked for."""

    view: str = "paired"
    area: str = ""
    rank: str = ""
    text: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Asked:
        """From a query string."""
        view, area, rank, text = (
            (query.get(name) or "").replace("\0", "").strip()[:60] for name in ("view", "area", "rank", "text")
        )
        return cls(view if view in VIEWS else "paired", area, rank, text)


VIEWS = {"paired": _("已结对"), "without": _("应结对未结对"), "beyond": _("已结对、不在应结对范围")}


def pairs_now(actor: Actor, asked: Asked, view: str = "") -> QuerySet[Pairing]:
    """The pairings of today in the views `paired` and `beyond`: begun from what is small, the pairings, not the registry."""
    rows = Pairing.objects.filter(
        held(timezone.localdate()), actor.limit(VIEW, HOME), narrowed(actor, asked.area, HOME)
    )
    rows = rows.filter(household__closed_on=None)
    if asked.rank:
        rows = rows.filter(helper__rank=asked.rank)
    if asked.text:
        rows = rows.filter(helper__name__startswith=asked.text)
    return rows.exclude(quotas.needing("household__")) if (view or asked.view) == "beyond" else rows


def without(actor: Actor, area: str = "") -> QuerySet[registry.Household]:
    """Households that must have a helper and have none today."""
    now = Pairing.objects.filter(held(timezone.localdate()), household=OuterRef("pk"))
    rows = registry.households(actor, VIEW).filter(narrowed(actor, area))
    return rows.filter(quotas.needing()).filter(~Exists(now))


def counts(actor: Actor, asked: Asked) -> dict[str, int]:
    """How many each view holds, and how many need a helper (`needed`), whoever helps."""
    plain = Asked(area=asked.area)
    needing = registry.households(actor, VIEW).filter(narrowed(actor, asked.area)).filter(quotas.needing())
    covered = pairs_now(actor, plain).filter(quotas.needing("household__")).values("household").distinct().count()
    needed = audit.count(needing)
    return {
        "paired": pairs_now(actor, asked, "paired").count(), "without": needed - covered,
        "beyond": pairs_now(actor, asked, "beyond").count(), "needed": needed,
    }  # fmt: skip


def by_area(actor: Actor, asked: Asked) -> list[tuple[str, str, int]]:
    """The areas next below the one shown with their counts in this view. Two queries."""
    own = actor.areas(VIEW)
    code = asked.area or (own[0] if len(own) == 1 else "")
    below = next((digits for digits in LEVELS if digits > max(len(code), 6)), 12)
    rows: QuerySet[Any] = without(actor, asked.area) if asked.view == "without" else pairs_now(actor, asked)
    column = "area_code" if asked.view == "without" else HOME
    grouped = rows.annotate(part=Substr(column, 1, below)).order_by().values_list("part").annotate(n=Count("pk"))
    sql, values = grouped.query.sql_with_params()
    found = audit.while_unchanged(f"{sql} {values!r}", lambda: dict(grouped))
    names = areas.names(found)
    return [(part, names[part], found[part]) for part in sorted(found)]


@dataclass(frozen=True)
class Line:
    """An official with load and quota."""

    helper: Helper
    rank: str
    quota: int | None
    standing: str


def lines(rows: Iterable[Helper], on: date) -> list[Line]:
    """Officials as lists show them."""
    ranks = dict(quotas.choices(quotas.RANK))
    found = []
    for one in rows:
        allowed = quotas.quota(one.rank, one.area_code, on)
        standing = quotas.standing(one.load, allowed)
        found.append(Line(one, ranks.get(one.rank, one.rank), allowed.households if allowed else None, standing))
    return found


def by_standing(actor: Actor, rows: QuerySet[Helper], on: date) -> dict[str, list[int]]:
    """Keys of officials by how their load stands to their quota. One query."""
    found: dict[str, list[int]] = {"over": [], "under": [], "full": [], "unknown": []}
    for pk, rank, code, load in rows.filter(ended_on=None).values_list("pk", "rank", "area_code", "load"):
        found[quotas.standing(load, quotas.quota(rank, code, on))].append(pk)
    return found


OPEN_STATES = (PLANNED, UNDER_WAY)


def measures(actor: Actor, permission: str = VIEW) -> QuerySet[Measure]:
    """Measures of plans in the actor's area."""
    return Measure.objects.filter(actor.limit(permission))


def overdue(actor: Actor, on: date, area: str = "") -> QuerySet[Measure]:
    """Measures that should have been done by a day and are not."""
    return measures(actor).filter(narrowed(actor, area), state__in=OPEN_STATES, due_on__lt=on)


@dataclass(frozen=True)
class Mine:
    """One of my households: since when, the last contact, measures that are due, open cases."""

    pairing: Pairing
    place: str
    contact: date | None
    due: list[Measure]
    cases: list[casework.Case]


def mine(actor: Actor, own: Helper, on: date) -> list[Mine]:
    """The households that the actor helps, those with something due first. A handful of queries."""
    rows = list(pairings(actor).filter(held(on), helper=own).select_related("household").order_by("household__number"))
    keys = [row.household_id for row in rows]
    contacts, names = last_contact(keys), areas.names({row.area_code for row in rows})
    due: dict[int, list[Measure]] = {}
    open_ones = measures(actor).filter(plan__household__in=keys, state__in=OPEN_STATES, due_on__lte=on + SOON)
    for one in open_ones.select_related("plan").order_by("due_on", "pk"):
        due.setdefault(one.plan.household_id, []).append(one)
    cases: dict[int, list[casework.Case]] = {}
    running = casework.Case.objects.filter(actor.limit(VIEW), household__in=keys).exclude(status="closed")
    for case in running.select_related("definition").order_by(F("due_on").asc(nulls_last=True), "pk"):
        cases.setdefault(case.household_id, []).append(case)
    found = [
        Mine(row, names[row.area_code], contacts.get(key), due.get(key, []), cases.get(key, []))
        for row, key in zip(rows, keys, strict=True)
    ]
    return sorted(found, key=lambda one: (not one.due, not one.cases))


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says: measures that are late, households without a helper, findings of campaigns that are late."""
    if not actor.may(ACT):
        return []
    from bangfu.office.pairing.campaign_queries import late_findings

    today = timezone.localdate()
    found: list[tuple[Any, int, str, bool]] = [
        (_("逾期的帮扶措施"), overdue(actor, today).count(), reverse("pairing:measures"), True),
        (_("逾期的回头看整改"), late_findings(actor, today).count(), reverse("pairing:campaigns"), True),
    ]
    if actor.may(ASSIGN):
        found.append(
            (
                _("应结对未结对的户"),
                counts(actor, Asked())["without"],
                f"{reverse('pairing:pairs')}?view=without",
                False,
            )
        )
    return [Waiting(label, count, url, urgent) for label, count, url, urgent in found if count]
