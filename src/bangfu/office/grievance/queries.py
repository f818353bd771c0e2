"""Reads of complaints. Each takes the actor: nothing lies outside the area, and nothing concerns the reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import ROLES, Actor, User, actor_of
from bangfu.office.grievance.machine import ACCEPTED, CLOSED, RECEIVED
from bangfu.office.grievance.models import Complaint, Concern
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting

VIEW, HANDLE = "grievance.view", "grievance.handle"
_TOWNSHIP = 9


def concerning(actor: Actor) -> Q:
    """Complaints that concern the reader: that name the account, or are about where the reader's duty lies.

    A duty in a village lies in that village and its township, one in a township in that township. The county's duties lie
    in none of them: above a village somebody must see what is said of it. Who is meant there is named by account.
    """
    places: set[str] = set()
    for grant in actor.grants:
        places |= {grant.area_code[:size] for size in (_TOWNSHIP, 12) if len(grant.area_code) >= size}
    named = Exists(Concern.objects.filter(complaint=OuterRef("pk"), user_key=actor.key))
    return Q(about_area__in=places) | Q(named)


def complaints(actor: Actor, permission: str = VIEW) -> QuerySet[Complaint]:
    """What the actor may see at all."""
    return Complaint.objects.filter(actor.limit(permission)).exclude(concerning(actor))


def complaint(actor: Actor, pk: int, permission: str = VIEW) -> Complaint:
    """One. Raises OutOfReach also for one that concerns the reader, in the same words as for one that is not there."""
    found = complaints(actor, permission).select_related("key", "case").filter(pk=pk).first()
    if found is None:
        raise OutOfReach(permission)
    return found


def views(actor: Actor, today: date) -> Mapping[str, tuple[Any, Q]]:
    """The lists, each with its label and its condition."""
    still = Q(state__in=(RECEIVED, ACCEPTED))
    return {
        "open": (_("办理中"), still),
        "mine": (_("由我承办"), still & Q(assigned_to=actor.key)),
        "overdue": (_("已超期"), still & Q(due_on__lt=today)),
        "told": (_("已答复，待办结"), ~still & ~Q(state=CLOSED)),
        "closed": (_("已办结"), Q(state=CLOSED)),
    }


def counts(actor: Actor) -> dict[str, int]:
    """How many each list holds. One query."""
    wanted = {
        name: Count("pk", filter=condition) for name, (_l, condition) in views(actor, timezone.localdate()).items()
    }
    return complaints(actor).aggregate(**wanted)


def assignable(found: Complaint) -> list[User]:
    """Accounts that may handle a complaint: of its office, and not concerned by it."""
    roles = [code for code, role in ROLES.items() if HANDLE in role.permissions]
    above = [found.area_code[:size] for size in (6, 9) if size <= len(found.area_code)]
    today = timezone.localdate()
    rows = User.objects.filter(is_active=True, assignments__role__in=roles, assignments__area_code__in=above).distinct()
    return [
        user
        for user in rows.order_by("full_name", "pk")[:60]
        if complaints(actor_of(user, today), HANDLE).filter(pk=found.pk).exists()
    ]


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says of complaints. One query."""
    if not actor.may(HANDLE):
        return []
    found, url = counts(actor), reverse("grievance:complaints")
    lines = [
        Waiting(_("超期的信访投诉"), found["overdue"], f"{url}?view=overdue", urgent=True),
        Waiting(_("由我承办的信访投诉"), found["mine"], f"{url}?view=mine"),
    ]
    return [line for line in lines if line.count]
