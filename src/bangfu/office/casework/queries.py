"""Reads of cases. Each takes the actor: no case, count or choice lies outside the actor's area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import ROLES, Actor
from bangfu.office.areas import api as areas
from bangfu.office.casework.models import CLOSED, Case, OpenStep, Proposal
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting

VIEW, ACT, DECIDE = "cases.view", "cases.act", "cases.decide"
BUREAU = "cases.bureau"
SOON = timedelta(days=3)
"""So long before its day a case is shown in amber."""
LEVELS = (2, 4, 6, 9, 12)


def cases(actor: Actor, permission: str = VIEW) -> QuerySet[Case]:
    """Cases in the actor's area."""
    return Case.objects.filter(actor.limit(permission))


def case(actor: Actor, pk: int, permission: str = VIEW) -> Case:
    """One case with its household. Raises OutOfReach where it lies elsewhere, and where there is none."""
    found = Case.objects.select_related("household__key", "definition", "about").filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


def steps_of_bureaus(actor: Actor) -> QuerySet[OpenStep]:
    """Open steps of the bureaus for which the actor acts, each in the area of that duty."""
    wanted = Q(pk__in=[])
    for grant in actor.grants:
        if grant.bureau and BUREAU in ROLES[grant.role].permissions:
            wanted |= Q(bureau=grant.bureau) & areas.inside((grant.area_code,))
    return OpenStep.objects.filter(wanted)


def of_bureaus(actor: Actor) -> QuerySet[Case]:
    """Cases with an open step of the actor's bureau: all that an officer of another bureau ever sees."""
    steps = steps_of_bureaus(actor).filter(case=OuterRef("pk"))
    return Case.objects.filter(Exists(steps)).select_related("household__key", "definition", "about")


def reaches(actor: Actor, found: Case, permission: str = VIEW) -> bool:
    """Whether the actor may do this in the case: by the area, or because a step of it is their bureau's."""
    if actor.may(permission, found.area_code):
        return True
    return actor.may(BUREAU, found.area_code) and steps_of_bureaus(actor).filter(case=found).exists()


def _mine(actor: Actor) -> Exists:
    """Some open step is for one of the actor's roles, and nothing holds it."""
    wanted = Q(pk__in=[])
    for grant in actor.grants:
        if ACT in ROLES[grant.role].permissions:
            wanted |= Q(role=grant.role) & areas.inside((grant.area_code,))
    return Exists(OpenStep.objects.filter(wanted, case=OuterRef("pk"), held=False))


def views(actor: Actor, today: date) -> Mapping[str, tuple[Any, Any]]:
    """The lists of the board, each with its label and its condition. A pair of conditions: on the case, and on its steps."""
    running = ~Q(status=CLOSED)
    return {
        "mine": (_("待我办理"), running & Q(_mine(actor))),
        "overdue": (_("已超期"), running & Q(due_on__lt=today)),
        "soon": (_("即将到期"), running & Q(due_on__gte=today, due_on__lte=today + SOON)),
        "others": (_("等待他人"), running & ~Q(_mine(actor)) & Q(suspended="")),
        "suspended": (_("中止"), running & ~Q(suspended="")),
        "closed": (_("已办结"), Q(status=CLOSED)),
    }


@dataclass(frozen=True)
class Filters:
    """What the board shows beside the list that is chosen."""

    area: str = ""
    procedure: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """From a query string."""
        return cls(*((query.get(name) or "").replace("\0", "").strip()[:60] for name in ("area", "procedure")))

    def narrowing(self, actor: Actor) -> Q:
        """The condition. Raises OutOfReach for an area elsewhere."""
        wanted = Q()
        if self.procedure:
            wanted &= Q(procedure=self.procedure)
        if self.area:
            own = actor.areas(VIEW)
            if not (self.area.isascii() and self.area.isdigit()):
                return Q(pk__in=[])
            if not any(self.area.startswith(prefix) or prefix.startswith(self.area) for prefix in own):
                raise OutOfReach(VIEW, self.area[:12])
            wanted &= areas.inside((self.area,))
        return wanted


def board(actor: Actor, view: str, filters: Filters) -> QuerySet[Case]:
    """The cases of one list."""
    _label, condition = views(actor, timezone.localdate())[view]
    return cases(actor).filter(condition, filters.narrowing(actor)).select_related("household", "definition")


def counts(actor: Actor, filters: Filters) -> dict[str, int]:
    """How many each list holds. One query."""
    found = cases(actor).filter(filters.narrowing(actor))
    wanted = {
        name: Count("pk", filter=condition) for name, (_l, condition) in views(actor, timezone.localdate()).items()
    }
    return found.aggregate(**wanted)


def by_area(actor: Actor, view: str, filters: Filters) -> list[tuple[str, str, int]]:
    """The areas next below the one shown with their counts in this list. Two queries."""
    own = actor.areas(VIEW)
    code = filters.area or (own[0] if len(own) == 1 else "")
    below = next((digits for digits in LEVELS if digits > max(len(code), 6)), 12)
    rows = board(actor, view, filters).annotate(part=Substr("area_code", 1, below)).order_by()
    found = dict(rows.values_list("part").annotate(n=Count("pk")))
    names = areas.names(found)
    return [(part, names[part], found[part]) for part in sorted(found)]


def of_household(actor: Actor, household: int) -> list[Case]:
    """The cases of one household, the latest first."""
    return list(cases(actor).filter(household=household).select_related("definition").order_by("-id")[:20])


def waits_for_a_second(case: Case) -> bool:
    """True where a decision was drafted that a second person has to sign."""
    return Proposal.objects.filter(case=case, version=case.version).exists()


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says of cases. One query."""
    if not actor.may(ACT):
        return []
    found, url = counts(actor, Filters()), reverse("casework:board")
    lines = [
        Waiting(_("超期的个案"), found["overdue"], f"{url}?view=overdue", urgent=True),
        Waiting(_("待我办理的个案"), found["mine"], f"{url}?view=mine"),
    ]
    return [line for line in lines if line.count]
