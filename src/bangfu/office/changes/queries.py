"""Reads of the changes. Each takes the actor and is limited to the actor's area."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.changes.models import (
    APPLIED,
    CONFLICT,
    PENDING,
    PROPOSED,
    QUEUED,
    RETURNED,
    UNDONE,
    WITHDRAWN,
    Change,
    ChangeWindow,
    Difference,
    Reconciliation,
)
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting

VIEW = "registry.view"
_JOINED = ("household", "person", "other_household", "undoes", "key")


def changes(actor: Actor, permission: str = VIEW) -> QuerySet[Change]:
    """Changes in the actor's area."""
    return Change.objects.filter(actor.limit(permission))


def change(actor: Actor, pk: int, permission: str = VIEW) -> Change:
    """One change. Raises OutOfReach."""
    row = Change.objects.select_related(*_JOINED, "household__key", "person__key").filter(pk=pk).first()
    if row is None or not actor.may(permission, row.area_code):
        raise OutOfReach(permission, row.area_code if row else "")
    return row


def views(actor: Actor) -> Mapping[str, Q]:
    """The lists that are offered, each with its condition."""
    confirm = actor.limit("registry.confirm")
    return {
        "confirm": Q(status=PROPOSED) & confirm & ~Q(proposed_by=actor.key),
        "mine": Q(proposed_by=actor.key, status__in=(*PENDING, RETURNED)),
        "pending": Q(status=PROPOSED),
        "queued": Q(status=QUEUED),
        "conflict": Q(status=CONFLICT),
        "done": Q(status__in=(APPLIED, UNDONE)),
        "refused": Q(status__in=(RETURNED, WITHDRAWN)),
    }


def counts(actor: Actor) -> dict[str, int]:
    """How many changes each list holds. One query."""
    wanted = {name: Count("pk", filter=condition) for name, condition in views(actor).items()}
    return dict(changes(actor).aggregate(**wanted))


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says of changes. One query; none for who proposes and confirms nothing."""
    if not (actor.may("registry.propose") or actor.may("registry.confirm")):
        return []
    found, url = counts(actor), reverse("changes:list")
    lines = [
        Waiting(_("待我确认的变更"), found["confirm"], f"{url}?view=confirm", urgent=True),
        Waiting(_("有冲突的变更"), found["conflict"], f"{url}?view=conflict", urgent=True),
        Waiting(_("我提出的、未办结的变更"), found["mine"], f"{url}?view=mine"),
    ]
    return [line for line in lines if line.count]


def by_area(rows: QuerySet[Change], digits: int) -> dict[str, int]:
    """How many of these lie in each area of a level. One query."""
    found: dict[str, int] = {}
    for code, n in rows.order_by().values_list("area_code").annotate(n=Count("pk")):
        found[code[:digits]] = found.get(code[:digits], 0) + n
    return dict(sorted(found.items()))


def pending_of(actor: Actor, household: int) -> list[Change]:
    """What waits for one household."""
    return list(changes(actor).filter(household=household, status__in=PENDING).order_by("pk")[:20])


def windows(actor: Actor) -> QuerySet[ChangeWindow]:
    """Windows that bear on the actor's area: inside it, and above it."""
    own = set(actor.areas(VIEW))
    above = {prefix[:digits] for prefix in own for digits in (2, 4, 6, 9) if digits < len(prefix)}
    return ChangeWindow.objects.filter(areas.inside(own) | Q(area_code__in=above))


def reconciliations(actor: Actor) -> QuerySet[Reconciliation]:
    """Comparisons made in the actor's area."""
    return Reconciliation.objects.filter(actor.limit("registry.confirm"))


def reconciliation(actor: Actor, pk: int) -> Reconciliation:
    """One comparison. Raises Refused, OutOfReach."""
    actor.require("registry.confirm")
    row = Reconciliation.objects.filter(pk=pk).first()
    if row is None or not actor.may("registry.confirm", row.area_code):
        raise OutOfReach("registry.confirm", row.area_code if row else "")
    return row


def differences(made: Reconciliation) -> QuerySet[Difference]:
    """Its differences; the caller has asked for the reconciliation with an actor."""
    return made.differences.select_related("key")


def difference(actor: Actor, pk: int) -> Difference:
    """One difference. Raises Refused, OutOfReach."""
    actor.require("registry.confirm")
    row = Difference.objects.filter(pk=pk).first()
    if row is None or not actor.may("registry.confirm", row.area_code):
        raise OutOfReach("registry.confirm", row.area_code if row else "")
    return row
