"""The demo's people at work."""

from __future__ import annotations

from django.utils import timezone

from bangfu.office.accounts import api as accounts


def acting(username: str) -> accounts.Actor:
    """Somebody of the demo, as they act today."""
    return accounts.actor_of(accounts.User.objects.get(username=username), timezone.localdate())
