"""What the home page says: counts of the actor's area."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.registry import api as registry


def overview(actor: Actor) -> dict[str, Any]:
    """Households and persons of the actor's area, and how many are monitored. Counts are of open files."""
    open_files = registry.households(actor).filter(closed_on=None)
    counts = open_files.aggregate(
        households=Count("pk"),
        monitored=Count("pk", filter=~Q(monitored_kind="") & ~Q(monitored_kind="none")),
        graduated=Count("pk", filter=Q(household_type="graduated")),
    )
    persons = registry.persons(actor).filter(left_on=None).count()
    codes = [code for code in actor.areas("home.view") if code]
    return {"counts": counts, "persons": persons, "areas": [areas.names(codes).get(code, code) for code in codes]}
