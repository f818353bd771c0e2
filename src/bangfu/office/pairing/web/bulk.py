"""A village's households without a helper: the office proposes, a person confirms or chooses otherwise."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid
from bangfu.office.pairing import actions, queries, showing
from bangfu.office.pairing.models import Helper
from bangfu.office.pairing.queries import ASSIGN
from bangfu.office.pairing.web.forms import helper_choices
from bangfu.office.registry import api as registry


@page("cases.decide", "GET", "POST")
def bulk(request: HttpRequest) -> HttpResponse:
    """Preview and confirmation in one page."""
    actor, today = actor_in(request), timezone.localdate()
    asked = request.POST if request.method == "POST" else request.GET
    area = asked.get("area", "").strip()[:12]
    if not area:
        rows = queries.by_area(actor, queries.Asked(view="without"))
        return render(request, "pairing/bulk.html", {"places": rows, "area": ""})
    day, error = _day(asked.get("on", ""), today), ""
    if request.method == "POST":
        try:
            if day is None:
                raise Invalid(_("请填写日期"))
            n = actions.pair_in_bulk(
                actor=actor, area=area, chosen=_chosen(request), on=day, seen=request.POST.get("seen", "")
            )
        except Invalid as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("已为 %s 户确定帮扶责任人") % n)
            return redirect(f"{reverse('pairing:pairs')}?area={area}")
    shown = actions.preview(actor, area, today)
    words = registry.words()
    offered = helper_choices(_offered(shown), today)
    kept = {name.removeprefix("h-"): value for name, value in request.POST.items() if name.startswith("h-")}
    rows = [
        {"home": home, "kind": showing.why_needed(home, words),
         "chosen": kept.get(home.number, str(shown.proposal.pairs.get(home.number, "")))}
        for home in shown.homes
    ]  # fmt: skip
    context = {
        "area": area, "place": areas.names([area])[area], "rows": rows, "offered": offered, "seen": shown.fingerprint(),
        "left": len(shown.proposal.left), "on": (day or today).isoformat(), "error": error, "most": actions.MOST,
        "may": actor.may(ASSIGN, area),
    }  # fmt: skip
    return render(request, "pairing/bulk.html", context)


MOST_OFFERED = 60
"""Helpers to choose from for each household beside the proposed ones: the nearest with room."""


def _offered(shown: actions.Preview) -> list[Helper]:
    room = {hand.pk for hand in shown.hands if hand.quota is not None and hand.load < hand.quota}
    near = sorted(room, key=lambda pk: (-len(shown.names[pk].area_code), pk))[:MOST_OFFERED]
    wanted = {*near, *shown.proposal.pairs.values()}
    return sorted((shown.names[pk] for pk in wanted), key=lambda one: (-len(one.area_code), one.pk))


def _day(text: str, today: date) -> date | None:
    try:
        return parse_date(text) if text else today
    except ValueError:
        return None


def _chosen(request: HttpRequest) -> dict[str, int]:
    return {
        name.removeprefix("h-"): int(value)
        for name, value in request.POST.items()
        if name.startswith("h-") and value.isdigit() and len(value) < 16
    }
