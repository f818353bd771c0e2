"""The list of pairs, one household's helper, and my own households."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.pairing import actions, exports, queries, quotas, showing
from bangfu.office.pairing.models import Pairing
from bangfu.office.pairing.queries import ASSIGN, VIEW
from bangfu.office.pairing.web.forms import EndForm, PairForm, helper_choices
from bangfu.office.registry import api as registry


@page("cases.view")
def pairs(request: HttpRequest) -> HttpResponse:
    """Who helps whom, who has nobody, in the actor's area."""
    actor = actor_in(request)
    asked = queries.Asked.read(request.GET.dict())
    held: dict[int, Pairing] = {}
    if asked.view == "without":
        rows = queries.without(actor, asked.area).defer("facts", "sealed_facts")
        part = page_of(rows, ("area_code", "number"), request.GET.get("page", ""), count=False)
        homes = list(part)
    else:
        found = queries.pairs_now(actor, asked).annotate(place=F(queries.HOME), number=F("household__number"))
        found = found.select_related("helper", "household").defer("household__facts", "household__sealed_facts")
        part = page_of(found, ("place", "number"), request.GET.get("page", ""), count=False)
        held = {one.household_id: one for one in part}
        homes = [one.household for one in part]
    ranks, places = dict(quotas.choices(quotas.RANK)), areas.names({home.area_code for home in homes})
    contacts = queries.last_contact([home.pk for home in homes])
    counts, words = queries.counts(actor, asked), registry.words()
    by_area = queries.by_area(actor, asked)
    context = {
        "page": part, "asked": asked, "by_area": by_area, "counts": counts, "ranks": list(ranks.items()),
        "tabs": [(name, label, counts[name]) for name, label in queries.VIEWS.items()],
        "covered": counts["needed"] - counts["without"],
        "own": queries.own_helper(actor),
        "villages": [one for one in by_area if len(one[0]) == 12] if asked.view == "without" else [],
        "rows": [
            {"home": home, "place": places[home.area_code], "pairing": held.get(home.pk),
             "kind": showing.why_needed(home, words), "contact": contacts.get(home.pk)}
            for home in homes
        ],
        "rank_labels": ranks,
    }  # fmt: skip
    return render(request, "pairing/pairs.html", context)


@page("export")
def export(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, as .xlsx."""
    actor = actor_in(request)
    actor.require(VIEW)
    return exports.answer(exports.pairs(actor=actor, asked=queries.Asked.read(request.GET.dict())))


@page("cases.view")
def mine(request: HttpRequest) -> HttpResponse:
    """My households: what is due, for a phone."""
    actor, today = actor_in(request), timezone.localdate()
    own = queries.own_helper(actor)
    found = queries.mine(actor, own, today) if own is not None else []
    plans = showing.plans_of([one.pairing.household_id for one in found], today.year)
    context = {
        "own": own, "found": found, "today": today, "line": queries.lines([own], today)[0] if own else None,
        "beyond": own.load - len(found) if own is not None else 0, "plans": plans, "titles": showing.procedure_titles(),
        "due": sum(len(one.due) for one in found), "cases": sum(len(one.cases) for one in found),
        "kinds": dict(quotas.choices(quotas.MEASURE)),
    }  # fmt: skip
    return render(request, "pairing/mine.html", context)


@page("cases.view")
def of_household(request: HttpRequest, number: str) -> HttpResponse:
    """Helper and plan of one household: a part of its page, or a page where there is no JavaScript."""
    actor, today = actor_in(request), timezone.localdate()
    home = registry.household(actor, number, VIEW)
    plan = showing.plan_of(home, today.year)
    context = {
        "household": home, "history": queries.history(home), "now": queries.current(home, today), "today": today,
        "plan": plan, "shown": showing.shown(plan, home, today) if plan else None, "year": today.year,
        "needed": showing.why_needed(home), "ranks": dict(quotas.choices(quotas.RANK)),
        "contact": queries.last_contact([home.pk]).get(home.pk), "years": showing.years_of(home),
    }  # fmt: skip
    part = request.htmx  # type: ignore[attr-defined]
    return render(request, "pairing/household.html" if part else "pairing/household_page.html", context)


def _offered(actor: Actor, home: registry.Household, without: int = 0) -> list[tuple[str, str]]:
    around = {home.area_code[:n] for n in queries.LEVELS}
    rows = queries.helpers(actor, ASSIGN).filter(area_code__in=around, ended_on=None).exclude(pk=without)
    nearest = sorted(rows, key=lambda one: (-len(one.area_code), one.load, one.pk))
    return helper_choices(nearest, timezone.localdate())


@page("cases.decide", "GET", "POST")
def pair(request: HttpRequest, number: str) -> HttpResponse:
    """Give a household its helper, or hand it over to another."""
    actor = actor_in(request)
    home = registry.household(actor, number, ASSIGN)
    held = Pairing.objects.select_related("helper").filter(household=home, ends_on=None).first()
    offered = _offered(actor, home, held.helper_id if held else 0)
    form = PairForm(offered, held is not None, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        args: dict[str, Any] = {"actor": actor, "on": given["on"], "reason": given["reason"]}
        try:
            if held is None:
                actions.pair(household=number, helper=int(given["helper"]), **args)
            else:
                actions.hand_over(giver=held.helper_id, receiver=int(given["helper"]), households=[number], **args)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已登记帮扶责任人"))
            return redirect("pairing:household", number)
    context = {
        "form": form, "household": home, "held": held, "offered": offered,
        "title": _("交接帮扶户") if held else _("确定帮扶责任人"), "submit": _("交接") if held else _("确定"),
    }  # fmt: skip
    return render(request, "pairing/pair.html", context)


@page("cases.decide", "GET", "POST")
def end(request: HttpRequest, number: str) -> HttpResponse:
    """A household's helper helps it no more."""
    actor = actor_in(request)
    home = registry.household(actor, number, ASSIGN)
    held = Pairing.objects.select_related("helper").filter(household=home, ends_on=None).first()
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end(actor=actor, household=number, **form.cleaned_data)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已解除结对"))
            return redirect(reverse("pairing:household", args=[number]))
    context = {
        "form": form,
        "household": home,
        "held": held,
        "offered": True,
        "title": _("解除结对"),
        "submit": _("解除"),
    }
    return render(request, "pairing/pair.html", context)
