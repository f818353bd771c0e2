"""Means checks in the demo: the cross-check after the last run, who signed, reports that hold, one that was withdrawn.

Everything goes through the same actions as the pages use, with the demo's people as actors.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from bangfu.office.areas import api as areas
from bangfu.office.means import api as means
from bangfu.office.registry import api as registry
from bangfu.office.site.demo_people import acting

PAPER = "乡镇便民服务中心 3 号柜"
REPORTS = 6


def check() -> means.Crosscheck | None:
    """Work the cross-check that waits since the last run; None where none does."""
    waiting = means.Crosscheck.objects.filter(status="queued").order_by("-pk").first()
    return means.work_crosscheck_now(waiting) if waiting is not None else None


def report(household: str, purpose: str, case: str = "") -> means.MeansReport | None:
    """Everybody of a household signs at the county, which makes the report; None without a cross-check."""
    if not means.Crosscheck.objects.filter(status="done").exists():
        return None
    _sign(household, purpose)
    return means.make_report(actor=acting("civil"), household=household, purpose=purpose, case=case)


def _sign(household: str, purpose: str) -> None:
    signed = timezone.localdate() - timedelta(days=10)
    means.authorise(
        actor=acting("civil"), household=household, signers=(), signed_on=signed,
        last_day=signed + timedelta(days=364), purpose=purpose, paper=means.Paper(place=PAPER),
    )  # fmt: skip


def leave() -> list[means.MeansReport]:
    """Reports of some households of the demo's village; the last of them no longer agrees."""
    with areas.everywhere():
        homes = registry.households(acting("civil")).filter(closed_on=None, person_count__gte=2)
        homes = homes.exclude(pk__in=means.MeansReport.objects.values("household")).order_by("number")
        torn = homes.filter(number__in=means.contradicted())[:2]  # sources that disagree are worth showing
        village = registry.households(acting("village")).filter(pk__in=homes)[: REPORTS - 2]
        chosen = [home.number for home in (*torn, *village)]
        made = [report(number, "最低生活保障年度复核") for number in chosen]
        if chosen and made[-1] is not None:
            means.withdraw(
                actor=acting("village"), household=chosen[-1], signers=(), on=timezone.localdate(),
                paper=means.Paper(place=PAPER),
            )  # fmt: skip
    return [one for one in made if one is not None]
