"""Reads, limited to the actor's area."""

from __future__ import annotations

from django.db.models import QuerySet

from bangfu.office.accounts.api import Actor
from bangfu.office.protection.models import OPEN, ErasureRequest
from bangfu.office.registry.erasure import PERMISSION


def requests(actor: Actor) -> QuerySet[ErasureRequest]:
    """All requests of the actor's area."""
    return ErasureRequest.objects.filter(actor.limit(PERMISSION))


def open_requests(actor: Actor) -> QuerySet[ErasureRequest]:
    """Those that wait for a second person, the oldest first."""
    return requests(actor).filter(state=OPEN).order_by("pk")
