"""The one window: find or register a household, state needs, tick, one receipt; and the list of applications."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from bangfu.core.values.receipt import read_receipt, shown_receipt
from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.intake import actions, queries, receipts
from bangfu.office.intake.proposing import ACT, needs, proposals
from bangfu.office.intake.web.forms import CameForm, WalkInForm, wanted_in
from bangfu.office.pages.downloads import PDF, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry


@page("cases.act", "GET", "POST")
def window(request: HttpRequest) -> HttpResponse:
    """Find the household that came; below, the latest applications."""
    actor, found = actor_in(request), None
    if request.method == "POST":
        typed = request.POST.get("q", "")[:60]
        if number := read_receipt(typed):
            return redirect("intake:application", number)
        found = registry.find(actor, typed)
        if found.exact:
            return redirect("intake:household", found.exact)
    rows = page_of(queries.applications(actor), ("-id",), request.GET.get("page", ""), count=False)
    codes = (
        {row.area_code for row in rows} | {person.area_code for person in found.persons}
        if found
        else {r.area_code for r in rows}
    )
    context = {
        "found": found, "page": rows, "places": areas.names(codes), "may_register": actor.may("registry.confirm"),
        "rows": [(row, shown_receipt(row.number)) for row in rows],
    }  # fmt: skip
    return render(request, "intake/window.html", context)


@page("registry.confirm", "GET", "POST")
def walk_in(request: HttpRequest) -> HttpResponse:
    """Register a household that is not in the registry, then go on with what it needs."""
    actor = actor_in(request)
    form = WalkInForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            household = actions.register_walk_in(
                actor=actor, area_code=given["area_code"], persons=form.persons(), phone=given["phone"],
                group=given["group"].strip(), sure=given["sure"],
            )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已登记：%s") % household.number)
            return redirect(f"{reverse('intake:household', args=[household.number])}?walk_in=1")
    return render(request, "intake/walk_in.html", {"form": form})


@page("cases.act", "GET", "POST")
def household(request: HttpRequest, number: str) -> HttpResponse:
    """State what is needed, tick what is applied for, and open it all at once."""
    actor = actor_in(request)
    home = registry.household(actor, number, ACT)
    asked = request.POST if request.method == "POST" else request.GET
    stated = [code for code in asked.getlist("needs") if code in dict(needs())]
    offered = proposals(actor, home, stated) if home.closed_on is None else []
    form = CameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            application = actions.apply_once(
                actor=actor, household=number, wanted=wanted_in(request.POST, offered), needs=stated, came=form.came(),
                paper=form.cleaned_data["paper"], note=form.cleaned_data["note"], walk_in=bool(request.POST.get("walk_in")),
            )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已受理，回执号 %s") % shown_receipt(application.number))
            return redirect("intake:application", application.number)
    context = {
        "household": home, "place": areas.names([home.area_code])[home.area_code], "form": form, "walk_in": asked.get("walk_in", ""),
        "needs": [(code, label, code in stated) for code, label in needs()], "stated": stated,
        "fitting": [one for one in offered if one.wanted], "others": [one for one in offered if not one.wanted],
        **_sent(request),
    }  # fmt: skip
    return render(request, "intake/household.html", context)


def _sent(request: HttpRequest) -> dict[str, Any]:
    """What was ticked, to be shown again beside a refusal."""
    if request.method != "POST":
        return {"ticked": set(), "given": {}}
    return {"ticked": set(request.POST.getlist("matter")), "given": request.POST.dict()}


@page("cases.view")
def application(request: HttpRequest, number: str) -> HttpResponse:
    """One application with all its cases and their clocks."""
    actor = actor_in(request)
    found = queries.application(actor, number)
    context = {
        "application": found, "shown": shown_receipt(found.number), "lines": queries.lines(found),
        "place": areas.names([found.area_code])[found.area_code], "said": actions.opened(found),
        "needs": dict(needs()),
    }  # fmt: skip
    return render(request, "intake/application.html", context)


@page("cases.view")
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt as PDF."""
    actor = actor_in(request)
    found = queries.application(actor, number)
    try:
        made = receipts.receipt(actor, found, request.build_absolute_uri(reverse("intake:status")))
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("intake:application", number)
    return sent(f"{found.number}.pdf", made, PDF, attached=False)
