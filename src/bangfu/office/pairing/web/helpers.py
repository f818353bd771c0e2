"""Officials who help: list with load and quota, one official, their four assignments, handing their households over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts import api as accounts
from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.pairing import actions, queries, quotas
from bangfu.office.pairing.models import Helper, LeaderDuty
from bangfu.office.pairing.queries import ASSIGN, VIEW
from bangfu.office.pairing.web.forms import DutyForm, EndForm, HandOverForm, HelperForm, helper_choices

TABS = ("all", "over", "under", "full", "unknown", "gone")


def places(actor: accounts.Actor, permission: str = ASSIGN) -> list[tuple[str, str]]:
    """Areas where the actor may do this, nested by spaces."""
    rows = (
        areas.within(actor.areas(permission))
        .filter(level__in=("county", "township", "village"))
        .order_by("code")[:2000]
    )
    deep = {"county": 0, "township": 1, "village": 2}
    return [(row.code, "　" * deep[row.level] + row.name) for row in rows]


@page("cases.view")
def helpers(request: HttpRequest) -> HttpResponse:
    """Officials of the actor's area, above and below their quota."""
    actor, today = actor_in(request), timezone.localdate()
    rows = queries.helpers(actor)
    standing = queries.by_standing(actor, rows, today)
    view = request.GET.get("view", "all")
    view = view if view in TABS else "all"
    chosen = rows.filter(ended_on=None) if view == "all" else rows.filter(pk__in=standing.get(view, ()))
    if view == "gone":
        chosen = rows.exclude(ended_on=None)
    text = request.GET.get("text", "").replace("\0", "").strip()[:60]
    if text:
        chosen = chosen.filter(name__startswith=text)
    part = page_of(chosen, ("area_code", "id"), request.GET.get("page", ""), count=False)
    labels = {
        "all": _("全部"), "over": _("超过定额"), "under": _("未满定额"), "full": _("已满"), "unknown": _("没有定额"), "gone": _("已离任"),
    }  # fmt: skip
    numbers = {
        "all": sum(map(len, standing.values())), "gone": rows.exclude(ended_on=None).count(),
        **{name: len(found) for name, found in standing.items()},
    }  # fmt: skip
    context = {
        "page": part, "lines": queries.lines(part, today), "view": view, "text": text,
        "tabs": [(name, labels[name], numbers[name]) for name in TABS if name in ("all", "over", "under") or numbers[name]],
        "names": areas.names({one.area_code for one in part}), "quotas": _quotas(actor, today), "ones": _ones(list(part)),
    }  # fmt: skip
    return render(request, "pairing/helpers.html", context)


def _ones(people: list[Helper]) -> dict[int, tuple[int, int]]:
    """Of each leader, how many of the four assignments are in place, of how many. One query."""
    ranks, needed = quotas.codes(quotas.FOUR_RANKS), len(quotas.choices(quotas.FOUR_ONES))
    leaders = [one.pk for one in people if one.rank in ranks and one.ended_on is None]
    rows = LeaderDuty.objects.filter(helper__in=leaders, ends_on=None).values_list("helper").annotate(n=Count("kind"))
    held = dict(rows.order_by())
    return {pk: (held.get(pk, 0), needed) for pk in leaders}


def _quotas(actor: accounts.Actor, today: Any) -> list[tuple[str, Any]]:
    codes = actor.areas(VIEW)
    county = codes[0][:6] if codes else ""
    return [(label, quotas.quota(rank, county, today)) for rank, label in quotas.choices(quotas.RANK)]


@page("cases.view")
def helper(request: HttpRequest, pk: int) -> HttpResponse:
    """One official: households in the actor's area, history, the four assignments."""
    actor, today = actor_in(request), timezone.localdate()
    found = queries.helper(actor, pk)
    rows = queries.pairings(actor).filter(helper=found).select_related("household").order_by("-starts_on", "-pk")[:400]
    now = [row for row in rows if row.ends_on is None or row.ends_on > today]
    duties = {one.kind: one for one in LeaderDuty.objects.filter(helper=found, ends_on=None)}
    leads = found.rank in quotas.codes(quotas.FOUR_RANKS)
    names = areas.names(
        {found.area_code, *(row.area_code for row in rows), *(one.place for one in duties.values() if one.place)}
    )
    context = {
        "helper": found, "line": queries.lines([found], today)[0], "now": now, "names": names,
        "before": [row for row in rows if row not in now], "beyond": max(0, found.load - len(now)),
        "may": actor.may(ASSIGN, found.area_code), "leads": leads, "quota": quotas.quota(found.rank, found.area_code, today),
        "ones": [(code, label, duties.get(code)) for code, label in quotas.choices(quotas.FOUR_ONES)] if leads else [],
        "past": list(LeaderDuty.objects.filter(helper=found).exclude(ends_on=None).order_by("-ends_on")[:20]),
        "kinds": dict(quotas.choices(quotas.FOUR_ONES)),
        "may_hand_over": any(actor.may(ASSIGN, row.area_code) for row in now),
    }  # fmt: skip
    return render(request, "pairing/helper.html", context)


def _saved(request: HttpRequest, form: HelperForm, pk: int | None) -> Helper | None:
    actor, given = actor_in(request), dict(form.cleaned_data)
    username = given.pop("username").strip().lower()
    try:
        user = None
        if username:
            user = accounts.users(actor, ASSIGN).filter(username=username).first()
            if user is None:
                raise Invalid({"username": _("本区划没有这个账户：%s") % username})
        return actions.set_helper(actor=actor, user=user, helper=pk, **given)
    except Invalid as error:
        if "user" in error.errors:
            error.errors["username"] = error.errors.pop("user")
        form.refuse(error)
        return None


@page("cases.decide", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Register an official."""
    actor = actor_in(request)
    form = HelperForm(places(actor), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = _saved(request, form, None)
        if made is not None:
            messages.success(request, _("已登记：%s") % made.name)
            return redirect("pairing:helper", made.pk)
    return render(request, "pairing/form.html", {"form": form, "title": _("登记帮扶干部"), "submit": _("登记")})


@page("cases.decide", "GET", "POST")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what is known of an official."""
    actor = actor_in(request)
    found = queries.helper(actor, pk)
    actor.require(ASSIGN, found.area_code)
    initial = {name: getattr(found, name) for name in ("name", "unit", "rank", "area_code")}
    initial["username"] = found.user.username if found.user else ""
    form = HelperForm(places(actor), request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and _saved(request, form, pk) is not None:
        messages.success(request, _("已更正"))
        return redirect("pairing:helper", pk)
    return render(
        request, "pairing/form.html", {"form": form, "title": found.name, "submit": _("保存"), "helper": found}
    )


@page("cases.decide", "GET", "POST")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """An official leaves."""
    actor = actor_in(request)
    found = queries.helper(actor, pk)
    actor.require(ASSIGN, found.area_code)
    form = EndForm(request.POST if request.method == "POST" else None)
    del form.fields["reason"]
    form.fields["on"].label = _("离任日期")
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_helper(actor=actor, helper=pk, on=form.cleaned_data["on"])
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已登记离任"))
            return redirect("pairing:helper", pk)
    title = _("%s 离任") % found.name
    return render(
        request, "pairing/form.html", {"form": form, "title": title, "submit": _("登记离任"), "helper": found}
    )


@page("cases.decide", "GET", "POST")
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the four assignments."""
    actor = actor_in(request)
    found = queries.helper(actor, pk)
    actor.require(ASSIGN, found.area_code)
    form = DutyForm(
        places(actor), request.POST if request.method == "POST" else None, initial={"kind": request.GET.get("kind")}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.set_duty(
                actor=actor,
                helper=pk,
                kind=given["kind"],
                target=form.target_name(),
                on=given["on"],
                place=given["place"],
            )
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已登记"))
            return redirect("pairing:helper", pk)
    title = _("“四个一” · %s") % found.name
    return render(request, "pairing/form.html", {"form": form, "title": title, "submit": _("登记"), "helper": found})


@page("cases.decide", "GET", "POST")
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """An official's households go to another."""
    actor, today = actor_in(request), timezone.localdate()
    found = queries.helper(actor, pk, ASSIGN)
    rows = queries.pairings(actor, ASSIGN).filter(helper=found, ends_on=None).select_related("household")
    homes = [(row.household.number, f"{row.household.head_name} {row.household.number}") for row in rows]
    receivers = helper_choices(
        queries.helpers(actor, ASSIGN).filter(ended_on=None).exclude(pk=pk).order_by("area_code", "pk"), today
    )
    first = {"households": [number for number, _label in homes]}
    form = HandOverForm(receivers, homes, request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.hand_over(
                actor=actor, giver=pk, receiver=int(given["receiver"]), households=given["households"], on=given["on"],
                reason=given["reason"],
            )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已交接 %s 户") % len(made))
            return redirect("pairing:helper", int(given["receiver"]))
    title = _("交接 %s 的帮扶户") % found.name
    return render(request, "pairing/form.html", {"form": form, "title": title, "submit": _("交接"), "helper": found})
