"""Reads of entitlements. Each takes the actor: no row, sum or choice lies outside the actor's area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.benefits.models import ACTIVE, ENDED, PHASING_OUT, STOPPING, Entitlement, OneOff, Period, Transfer
from bangfu.office.benefits.periods import month_of
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting
from bangfu.office.registry import api as registry

VIEW, ACT = "cases.view", "cases.act"
SOON = timedelta(days=30)
"""So long before its day a review is shown as coming."""
LEVELS = (2, 4, 6, 9, 12)
ORDER = ("area_code", "id")


def entitlements(actor: Actor, permission: str = VIEW) -> QuerySet[Entitlement]:
    """Entitlements in the actor's area."""
    return Entitlement.objects.filter(actor.limit(permission))


def received(today: date) -> Q:
    """What is received in this month or will be: not ended, or ended after this month."""
    return ~Q(state=ENDED) | Q(until__gt=month_of(today))


def states(today: date) -> Mapping[str, tuple[Any, Q]]:
    """The choices of the list, each with its label and condition."""
    return {
        "received": (_("享受中（含渐退和待停发）"), received(today)),
        ACTIVE: (_("正常享受"), Q(state=ACTIVE)),
        STOPPING: (_("已决定停发，公示中"), Q(state=STOPPING)),
        PHASING_OUT: (_("渐退期"), Q(state=PHASING_OUT)),
        ENDED: (_("已停止"), Q(state=ENDED)),
        "all": (_("全部"), Q()),
    }


def reviews(today: date) -> Mapping[str, tuple[Any, Q]]:
    """Likewise by when a review is due, and whether circumstances changed."""
    going = Q(state=ACTIVE)
    return {
        "overdue": (_("复核已超期"), going & Q(review_due_on__lt=today)),
        "due": (_("30天内应复核"), going & Q(review_due_on__gte=today, review_due_on__lte=today + SOON)),
        "changed": (_("情况有变化"), going & ~Q(changed={})),
        "never": (_("没有复核日期"), going & Q(review_due_on=None)),
    }


@dataclass(frozen=True)
class Filters:
    """What the list shows. A word that it does not know shows everything it may, never nothing."""

    policy: str = ""
    class_name: str = ""
    state: str = "received"
    review: str = ""
    area: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """From a query string."""
        today = timezone.localdate()
        names = ("policy", "class", "state", "review", "area")
        policy, class_name, state, review, area = (
            (query.get(name) or "").replace("\0", "").strip()[:60] for name in names
        )
        state = state if state in states(today) else "received"
        review = review if review in reviews(today) else ""
        return cls(policy, class_name, state, review, area if area.isascii() and area.isdigit() else "")

    def narrowing(self, actor: Actor) -> Q:
        """The condition. Raises OutOfReach for an area elsewhere."""
        today = timezone.localdate()
        wanted = states(today)[self.state][1]
        if self.review:
            wanted &= reviews(today)[self.review][1]
        if self.policy:
            wanted &= Q(policy=self.policy)
        if self.class_name:
            wanted &= Q(class_name="" if self.class_name == "-" else self.class_name)
        if self.area:
            own = actor.areas(VIEW)
            if not any(self.area.startswith(prefix) or prefix.startswith(self.area) for prefix in own):
                raise OutOfReach(VIEW, self.area[:12])
            wanted &= areas.inside((self.area,))
        return wanted


def listed(actor: Actor, filters: Filters) -> QuerySet[Entitlement]:
    """The rows of the list."""
    return entitlements(actor).filter(filters.narrowing(actor)).select_related("household")


@dataclass(frozen=True)
class Totals:
    """Of what is listed: rows, households, persons and fen a month of what is not ended."""

    rows: int
    households: int
    persons: int
    monthly_fen: int


def totals(rows: QuerySet[Entitlement]) -> Totals:
    """Persons are those of the households that receive something as a whole, and the single persons of others. Three queries."""
    rows = rows.order_by().select_related(None)
    found = rows.aggregate(
        n=Count("pk"),
        households=Count("household", distinct=True),
        fen=Sum("amount_fen", filter=Q(per="month") & received(timezone.localdate()), default=0),
    )
    whole = rows.filter(person_number="").values("household")
    of_households = registry.Household.objects.filter(pk__in=whole).aggregate(n=Sum("person_count", default=0))["n"]
    single = (
        rows.exclude(person_number="").exclude(household__in=whole).aggregate(n=Count("person_number", distinct=True))
    )
    return Totals(found["n"], found["households"], of_households + single["n"], found["fen"])


def review_counts(actor: Actor, filters: Filters) -> dict[str, int]:
    """How many each choice of reviews holds, within the other filters. One query."""
    wider = Filters(filters.policy, filters.class_name, "all", "", filters.area)
    rows = entitlements(actor).filter(wider.narrowing(actor))
    return rows.aggregate(**{k: Count("pk", filter=q) for k, (_l, q) in reviews(timezone.localdate()).items()})


def by_area(actor: Actor, filters: Filters) -> list[tuple[str, str, int]]:
    """The areas next below the one shown with their counts in this list. Two queries."""
    own = actor.areas(VIEW)
    code = filters.area or (own[0] if len(own) == 1 else "")
    below = next((digits for digits in LEVELS if digits > max(len(code), 6)), 12)
    rows = listed(actor, filters).select_related(None).annotate(part=Substr("area_code", 1, below)).order_by()
    found = dict(rows.values_list("part").annotate(n=Count("pk")))
    names = areas.names(found)
    return [(part, names[part], found[part]) for part in sorted(found)]


def classes(actor: Actor) -> list[str]:
    """Classes that are in use in the actor's area."""
    rows = entitlements(actor).exclude(class_name="").order_by("class_name")
    return list(rows.values_list("class_name", flat=True).distinct()[:20])


def policies() -> list[tuple[str, str]]:
    """Policies under which something may be received from one month to another, with their titles."""
    found = [
        (one.id, one.title.get(reader_language()))
        for one in registry.rulebook().policies.values()
        if one.entitlement is not None and (one.amount is None or one.amount.per != "once")
    ]
    return sorted(found, key=lambda pair: pair[1])


def title_of(policy: str) -> str:
    """The name of a policy in the reader's language; its id where it is gone."""
    found = registry.rulebook().policies.get(policy)
    return found.title.get(reader_language()) if found is not None else policy


def of_household(actor: Actor, number: str) -> tuple[registry.Household, list[Entitlement], list[OneOff]]:
    """What a household receives and was given once, the latest first. Raises OutOfReach."""
    household = registry.household(actor, number, VIEW)
    rows = Entitlement.objects.filter(household=household).order_by("until", "policy", "pk")
    once = OneOff.objects.filter(household=household, replaced_at=None).order_by("-month", "-pk")
    return household, list(rows), list(once[:20])


def periods_of(entitlements: list[Entitlement]) -> dict[int, list[Period]]:
    """The periods as known now, by entitlement, the latest first. One query."""
    found: dict[int, list[Period]] = {}
    for row in Period.objects.filter(entitlement__in=entitlements, replaced_at=None).order_by("-start"):
        found.setdefault(row.entitlement_id, []).append(row)
    return found


def person_names(numbers: Iterable[str]) -> dict[str, str]:
    """Names of the persons whose entitlements are shown, by their numbers. One query."""
    wanted = [number for number in numbers if number]
    return dict(registry.Person.objects.filter(number__in=wanted).values_list("number", "name"))


def entitlement(actor: Actor, pk: int, permission: str = VIEW) -> Entitlement:
    """One entitlement with its household. Raises OutOfReach where it lies elsewhere, and where there is none."""
    found = Entitlement.objects.select_related("household__key").filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says of reviews and of households that move. Two queries."""
    if not actor.may(ACT):
        return []
    found, url = review_counts(actor, Filters()), reverse("benefits:benefits")
    lines = [
        Waiting(_("复核超期的待遇"), found["overdue"], f"{url}?review=overdue", urgent=True),
        Waiting(_("情况有变化的待遇"), found["changed"], f"{url}?review=changed"),
    ]
    if actor.may("registry.confirm"):
        own = actor.areas("registry.confirm")
        mine = Q(state=Transfer.ASKED) & areas.inside(own) | Q(state=Transfer.HANDED_OVER) & areas.inside(
            own, "to_area"
        )
        lines.append(
            Waiting(_("待移交或接收的迁移户"), Transfer.objects.filter(mine).count(), reverse("benefits:transfers"))
        )
    return [line for line in lines if line.count]
