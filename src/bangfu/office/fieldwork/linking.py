"""What cases ask of visits: which record may be a step's thing, what it concludes, and which finding a case begins with."""

from __future__ import annotations

from datetime import date

from bangfu.core.api import visits as v
from bangfu.office.accounts.api import Actor, User
from bangfu.office.fieldwork import asking
from bangfu.office.fieldwork.models import SUBMITTED, Finding, Visit
from bangfu.office.fieldwork.queries import usable
from bangfu.office.pages.refusals import OutOfReach


def of_case(actor: Actor, pk: int, household: int, forms: tuple[str, ...], since: date) -> Visit | None:
    """The visit where a thing may be it, None otherwise."""
    return next((one for one in usable(actor, household, forms, since) if one.pk == pk), None)


def accounts_besides(actor: Actor, visit: Visit) -> tuple[str, ...]:
    """Accounts of those who made a visit besides the actor. One query."""
    keys = {visit.made_by, *visit.companions} - {actor.key}
    return tuple(User.objects.filter(key__in=keys).order_by("username").values_list("username", flat=True))


def conclusions_of(visit: Visit) -> dict[str, str]:
    """Verdicts on conditions of procedures, as the form says that they follow from the answers; empty where erased."""
    content = asking.content_of(visit)
    if content is None or visit.status != SUBMITTED:
        return {}
    home = asking.home_of(visit.household, visit.visited_on)
    return v.conclusions(asking.form_of(visit), home.members, content.answers)


def finding_of(actor: Actor, pk: int) -> Finding:
    """A finding that a case is opened from. Raises OutOfReach."""
    row = Finding.objects.select_related("visit", "household").filter(pk=pk).first()
    if row is None or not actor.may("cases.act", row.area_code):
        raise OutOfReach("cases.act", row.area_code if row else "")
    return row
