"""Reads, limited to the actor's area."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.pages.waiting import Waiting
from bangfu.office.protection.models import OPEN, ErasureRequest
from bangfu.office.registry.erasure import PERMISSION


def requests(actor: Actor) -> QuerySet[ErasureRequest]:
    """All requests of the actor's area."""
    return ErasureRequest.objects.filter(actor.limit(PERMISSION))


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says of erasures: those that somebody else asked for. At most one query."""
    if not actor.may(PERMISSION):
        return []
    count = open_requests(actor).exclude(requested_by=actor.key).count()
    return [Waiting(_("待确认的删除申请"), count, reverse("protection:list"), urgent=True)] if count else []


def open_requests(actor: Actor) -> QuerySet[ErasureRequest]:
    """Those that wait for a second person, the oldest first."""
    return requests(actor).filter(state=OPEN).order_by("pk")
