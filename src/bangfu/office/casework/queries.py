"""Reads of cases. Each takes the actor: no case, count or choice lies outside the actor's area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import ROLES, Actor, User
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework.models import Case, OpenStep, Proposal, StepPassed
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting

VIEW, ACT, DECIDE = "cases.view", "cases.act", "cases.decide"
BUREAU = "cases.bureau"
SOON = timedelta(days=3)
"""So long before its day a case is shown in amber."""
LEVELS = (2, 4, 6, 9, 12)


def today() -> date:
    """The day by which cases are due or not."""
    return timezone.localdate()


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


def roles_here(actor: Actor) -> Q:
    """The condition on steps that are for one of the actor's roles, where the role is held."""
    wanted = Q(pk__in=[])
    for grant in actor.grants:
        if ACT in ROLES[grant.role].permissions:
            wanted |= Q(role=grant.role) & areas.inside((grant.area_code,))
    return wanted


def _having(steps: QuerySet[OpenStep]) -> Q:
    """Cases with one of these steps. The steps are gathered once: asked for case by case they are looked up by role."""
    return Q(pk__in=steps.order_by().values("case"))


def _mine(actor: Actor) -> Q:
    """Some open step is for one of the actor's roles and nobody else's, and nothing holds it."""
    free = Q(assigned_to__in=("", actor.key))
    return _having(OpenStep.objects.filter(roles_here(actor), free, held=False))


def _own(actor: Actor) -> Q:
    """Some open step was given to the actor."""
    return _having(OpenStep.objects.filter(assigned_to=actor.key))


def views(actor: Actor, today: date) -> Mapping[str, tuple[Any, Q]]:
    """The lists of the board, each with its label and its condition."""
    running = Q(running=True)
    return {
        "mine": (_("待我办理"), running & _mine(actor)),
        "own": (_("分给我"), running & _own(actor)),
        "overdue": (_("已超期"), running & Q(listed_on__lt=today)),
        "soon": (_("即将到期"), running & Q(listed_on__gte=today, listed_on__lte=today + SOON)),
        "others": (_("等待他人"), running & ~_mine(actor) & Q(suspended="")),
        "suspended": (_("中止"), running & ~Q(suspended="")),
        "running": (_("办理中"), running),
        "closed": (_("已办结"), Q(running=False)),
        "all": (_("全部"), Q()),
    }


@dataclass(frozen=True)
class Filters:
    """What the board shows beside the list that is chosen.

    `step` is open now; `found` the kind of line that a case came from, `decided` how it was decided since; `owner` the account
    that a step was given to; `due` one day; `late` narrows `step` to what is beyond its day.
    """

    area: str = ""
    procedure: str = ""
    step: str = ""
    found: str = ""
    decided: str = ""
    owner: str = ""
    due: str = ""
    late: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """From a query string."""
        return cls(**{one.name: (query.get(one.name) or "").replace("\0", "").strip()[:64] for one in fields(cls)})

    def narrowing(self, actor: Actor) -> Q:
        """The condition. Raises OutOfReach for an area elsewhere."""
        wanted = Q()
        if self.procedure:
            wanted &= Q(procedure=self.procedure)
        if self.step:
            here = Q(procedure=self.procedure, step=self.step) if self.procedure else Q(step=self.step)
            late = Q(due_on__lt=timezone.localdate(), held=False) if self.late else Q()
            wanted &= _having(OpenStep.objects.filter(here, late))
        if self.found:
            wanted &= Q(found_as=self.found)
        if self.decided:
            made = StepPassed.objects.filter(case=OuterRef("pk"), decides__in=self.decided.split(","))
            wanted &= Q(Exists(made))
        if self.owner:
            key = User.objects.filter(username=self.owner).values_list("key", flat=True).first() or "?"
            wanted &= _having(OpenStep.objects.filter(assigned_to=key))
        if self.due:
            wanted &= Q(listed_on=_day(self.due))
        if self.area:
            own = actor.areas(VIEW)
            if not (self.area.isascii() and self.area.isdigit()):
                return Q(pk__in=[])
            if not any(self.area.startswith(prefix) or prefix.startswith(self.area) for prefix in own):
                raise OutOfReach(VIEW, self.area[:12])
            wanted &= areas.inside((self.area,))
        return wanted


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


def board(actor: Actor, view: str, filters: Filters) -> QuerySet[Case]:
    """The cases of one list."""
    _label, condition = views(actor, timezone.localdate())[view]
    return cases(actor).filter(condition, filters.narrowing(actor)).select_related("household", "definition")


def whose(actor: Actor, filters: Filters, *more: str) -> str:
    """What a remembered number depends on beside the rows: who reads, where, what is asked, and the day."""
    grants = sorted({(grant.role, grant.area_code) for grant in actor.grants})
    return f"cases {actor.key} {grants} {filters} {timezone.localdate()} {more}"


def counts(actor: Actor, filters: Filters) -> dict[str, int]:
    """How many each list holds, remembered until somebody writes. Three queries."""
    return audit.while_unchanged(whose(actor, filters, "counts"), lambda: _counts(actor, filters))


def _counts(actor: Actor, filters: Filters) -> dict[str, int]:
    known = views(actor, timezone.localdate())
    found = cases(actor).filter(filters.narrowing(actor))
    wanted = {
        f"n_{name}": condition for name, (_l, condition) in known.items() if name not in ("closed", "all", "others")
    }
    wanted["n_both"] = _mine(actor) & Q(suspended="")
    # every list but two is of what runs: what was closed long ago is counted once, by its index
    sums = found.filter(running=True).aggregate(**{name: Count("pk", filter=one) for name, one in wanted.items()})
    numbers = {name.removeprefix("n_"): n for name, n in sums.items()}
    numbers["others"] = numbers["running"] - numbers["suspended"] - numbers.pop("both")
    numbers["closed"] = found.filter(running=False).count()
    numbers["all"] = numbers["running"] + numbers["closed"]
    return numbers


def below(actor: Actor, filters: Filters) -> int:
    """How many digits the areas next below the one that is shown have."""
    own = actor.areas(VIEW)
    code = filters.area or (own[0] if len(own) == 1 else "")
    return next((digits for digits in LEVELS if digits > max(len(code), 6)), 12)


def by_area(actor: Actor, view: str, filters: Filters) -> list[tuple[str, str, int]]:
    """The areas next below the one shown with their counts in this list, remembered until somebody writes."""
    digits = below(actor, filters)

    def counted() -> dict[str, int]:
        rows = board(actor, view, filters).annotate(part=Substr("area_code", 1, digits)).order_by()
        return dict(rows.values_list("part").annotate(n=Count("pk")))

    found = audit.while_unchanged(whose(actor, filters, "areas", view), counted)
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
