"""What is received in the demo: taken over from the registry, some reviews overdue, a fact that changed, a clue more, a move.

Everything goes through the same actions as the pages use.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.benefits import api as benefits
from bangfu.office.casework import api as casework
from bangfu.office.registry import api as registry
from bangfu.office.site.demo_people import acting

WORDS = "其子上月返乡，家里说收入少了"


def leave() -> int:
    """How many entitlements there are afterwards; what this county lacks is left out."""
    with areas.everywhere():
        civil, township, village = acting("civil"), acting("township"), acting("village")
        benefits.take_over(actor=civil)
        rows = benefits.Entitlement.objects.filter(village.limit("cases.view"), policy="dibao", state="active")
        mine = list(rows.select_related("household__key").order_by("pk")[:4])
        _changed(township, mine)
        _clue(village)
        _move(township, mine)
        _late(mine)
        return benefits.Entitlement.objects.exclude(state="ended").count()


def _late(mine: list[benefits.Entitlement]) -> None:
    """The first of the village were due last week."""
    today = timezone.localdate()
    for days, row in enumerate(mine[:2]):
        benefits.Entitlement.objects.filter(pk=row.pk).update(review_due_on=today - timedelta(days=7 + days))


def _changed(township: accounts.Actor, mine: list[benefits.Entitlement]) -> None:
    """Somebody began a small business since."""
    for row in mine[:1]:
        before = registry.values_now(row.household, ("business_income",))["business_income"] or 0
        basis = registry.Basis(timezone.localdate(), "survey", "入户采集")
        values = {"business_income": before + 1_280_000}
        registry.state_facts(actor=township, basis=basis, subject=row.household, values=values)
    benefits.notice(township, benefits.Entitlement.objects.filter(township.limit("cases.act")))


def _clue(village: accounts.Actor) -> None:
    """The household of a monitoring case is named once more."""
    found = casework.Case.objects.filter(village.limit("cases.view"), procedure="relapse_monitoring", status="open")
    case = found.select_related("household").order_by("pk").first()
    if case is not None:
        number = case.household.number
        casework.register_clue(actor=village, household=number, source="household", words=WORDS)


def _move(township: accounts.Actor, mine: list[benefits.Entitlement]) -> None:
    """A household goes to the next township, which has to accept it."""
    own = township.areas("registry.confirm")[0]
    there = areas.current().filter(level="village").exclude(code__startswith=own).order_by("code").first()
    if mine and there is not None:
        benefits.ask_transfer(
            actor=township, household=mine[-1].household.number, to_area=there.code, reason="随子女到邻乡居住"
        )
