"""What the home page says: counts of the actor's area, with the moment at which they were counted."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.utils import timezone

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs
from bangfu.office.site import subscribers

FRESH, KEPT = 60, 3600
"""Seconds after which one reader counts anew while the others still read the older count, and after which it is forgotten:
a county's million rows take a third of a second to count."""


def overview(actor: Actor) -> dict[str, Any]:
    """Households and persons of the actor's area, and how many are monitored. Counts are of open files."""
    codes = [code for code in actor.areas("home.view") if code]
    names = areas.names(codes)
    waiting = [line for lines in subscribers.WAITING for line in lines(actor)]
    waiting.sort(key=lambda line: not line.urgent)
    return {
        **_counts(actor),
        "waiting": waiting,
        "areas": [names[code] for code in codes],
        "runs_overview": runs.latest_overview(actor),
    }


def _counts(actor: Actor) -> dict[str, Any]:
    reach = actor.areas("registry.view")
    key = "home:" + ",".join(reach)
    found: dict[str, Any] | None = cache.get(key) if reach else {}
    stale = bool(found) and (timezone.now() - found["counted_at"]).total_seconds() > FRESH
    if found is None or (stale and cache.add(f"{key}:counting", True, 30)):
        open_files = registry.households(actor).filter(closed_on=None)
        monitored = open_files.filter(monitored_kind__in=registry.monitored_kinds())
        found = {
            "counts": {
                "households": open_files.count(),
                "monitored": monitored.count(),
                "graduated": open_files.filter(household_type="graduated").count(),
            },
            "persons": registry.persons(actor).filter(left_on=None).count(),
            "counted_at": timezone.localtime(),
        }
        cache.set(key, found, KEPT)
    return found
