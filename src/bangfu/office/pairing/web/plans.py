"""一户一策: the plan of a year, its measures, versions and the paper; measures that are late."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.pages.downloads import PDF, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.pairing import exports, plan_actions, queries, quotas, showing
from bangfu.office.pairing.documents import plan_paper
from bangfu.office.pairing.models import Measure, Plan, PlanVersion
from bangfu.office.pairing.queries import ACT, VIEW
from bangfu.office.pairing.web.forms import MeasureForm, MoveForm, PlanForm
from bangfu.office.registry import api as registry


def _expected(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 8 else -1


def _there(actor: Actor, number: str, year: int, permission: str = VIEW) -> tuple[registry.Household, Plan]:
    home = registry.household(actor, number, permission)
    found = showing.plan_of(home, year)
    if found is None:
        raise OutOfReach(permission, home.area_code)
    return home, found


@page("cases.view")
def plan(request: HttpRequest, number: str, year: int) -> HttpResponse:
    """A household's plan of a year; where there is none yet, where it is begun."""
    actor, today = actor_in(request), timezone.localdate()
    home = registry.household(actor, number, VIEW)
    found = showing.plan_of(home, year)
    context = {
        "household": home, "year": year, "plan": found, "today": today, "place": areas.names([home.area_code])[home.area_code],
        "shown": showing.shown(found, home, today) if found else None, "may": actor.may(ACT, home.area_code),
        "now": queries.current(home, today), "years": showing.years_of(home),
        "versions": list(PlanVersion.objects.filter(plan=found).defer("content").order_by("-number")[:40]) if found else [],
        "causes": showing.causes_in_words(plan_actions.causes_of(home)), "this_year": today.year,
        "documents": _documents(found),
    }  # fmt: skip
    return render(request, "pairing/plan.html", context)


def _documents(found: Plan | None) -> dict[int, str]:
    keys = [key for key in found.measures.values_list("document", flat=True) if key] if found else []
    return dict(registry.Document.objects.filter(pk__in=keys).values_list("pk", "title"))


def _form_page(
    request: HttpRequest, form: object, home: registry.Household, year: int, title: str, version: int
) -> HttpResponse:
    held = request.POST.get("version") or version
    context = {"form": form, "household": home, "year": year, "title": title, "version": held, "submit": _("保存")}
    return render(request, "pairing/plan_form.html", context)


@page("cases.act", "GET", "POST")
def edit(request: HttpRequest, number: str, year: int) -> HttpResponse:
    """Begin a plan, or change its aim and take the causes from the registry anew."""
    actor = actor_in(request)
    home = registry.household(actor, number, ACT)
    found = showing.plan_of(home, year)
    initial = {"goal": found.goal if found else ""}
    form = PlanForm(found is not None, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            plan_actions.set_plan(
                actor=actor, household=number, year=year, expected=_expected(request), **form.cleaned_data
            )
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已保存"))
            return redirect("pairing:plan", number, year)
    title = _("%(year)s 年一户一策 · %(name)s") % {"year": year, "name": home.head_name}
    return _form_page(request, form, home, year, title, found.version if found else 0)


@page("cases.act", "GET", "POST")
def add(request: HttpRequest, number: str, year: int) -> HttpResponse:
    """A new measure."""
    actor = actor_in(request)
    home, found = _there(actor, number, year, ACT)
    helper = queries.current(home, timezone.localdate())
    initial = {"responsible": helper.helper.name if helper else actor.name}
    form = MeasureForm(False, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            plan_actions.add_measure(actor=actor, plan=found.pk, expected=_expected(request), content=form.content())
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已增加措施"))
            return redirect("pairing:plan", number, year)
    return _form_page(request, form, home, year, _("增加帮扶措施"), found.version)


def _measure(found: Plan, pk: int) -> Measure:
    measure = found.measures.filter(pk=pk).first()
    if measure is None:
        raise OutOfReach(ACT, found.area_code)
    return measure


@page("cases.act", "GET", "POST")
def change(request: HttpRequest, number: str, year: int, pk: int) -> HttpResponse:
    """What a measure says."""
    actor = actor_in(request)
    home, found = _there(actor, number, year, ACT)
    measure = _measure(found, pk)
    form = MeasureForm(True, request.POST if request.method == "POST" else None, initial=MeasureForm.of(measure))
    if request.method == "POST" and form.is_valid():
        try:
            plan_actions.change_measure(
                actor=actor, plan=found.pk, measure=pk, expected=_expected(request), content=form.content(),
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已保存"))
            return redirect("pairing:plan", number, year)
    return _form_page(request, form, home, year, _("修改帮扶措施"), found.version)


@page("cases.act", "GET", "POST")
def move(request: HttpRequest, number: str, year: int, pk: int, to: str) -> HttpResponse:
    """How far a measure has come."""
    actor = actor_in(request)
    home, found = _there(actor, number, year, ACT)
    measure = _measure(found, pk)
    if to not in plan_actions.MOVES[measure.state]:
        messages.warning(request, _("这项措施现在不能这样办理"))
        return redirect("pairing:plan", number, year)
    form = MoveForm(measure, to, home, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            plan_actions.move_measure(
                actor=actor, plan=found.pk, measure=pk, expected=_expected(request), to=to, on=given["on"],
                reason=given.get("reason", ""), effect=given.get("effect"), effect_words=given.get("effect_words", ""),
                evidence=form.evidence() if to == "done" else None,
            )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已登记进展"))
            return redirect("pairing:plan", number, year)
    (word,) = (label for name, label in showing.line_of(measure, timezone.localdate()).moves if name == to)
    title = f"{word}：{quotas.label(quotas.MEASURE, measure.kind)} {measure.what}"
    return _form_page(request, form, home, year, title, found.version)


@page("cases.view")
def version(request: HttpRequest, number: str, year: int, version: int) -> HttpResponse:
    """The plan as it stood after a change, and what the change was."""
    actor = actor_in(request)
    home, found = _there(actor, number, year)
    held = {one.number: one for one in PlanVersion.objects.filter(plan=found, number__in=(version, version - 1))}
    if version not in held:
        raise OutOfReach(VIEW, home.area_code)
    contents = {n: json.loads(one.content) if one.content else {} for n, one in held.items()}
    content = contents[version]
    context = {
        "household": home, "year": year, "version": held[version], "content": content,
        "causes": showing.causes_in_words(content.get("causes", ())), "kinds": dict(quotas.choices(quotas.MEASURE)),
        "states": dict(Measure._meta.get_field("state").choices or ()),
        "changes": showing.differences(contents.get(version - 1, {}), content),
    }  # fmt: skip
    return render(request, "pairing/version.html", context)


@page("cases.view")
def printed(request: HttpRequest, number: str, year: int) -> HttpResponse:
    """The plan on one page."""
    actor = actor_in(request)
    home, found = _there(actor, number, year)
    try:
        content = plan_paper.printed(actor=actor, plan=found, household=home)
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("pairing:plan", number, year)
    return sent(f"{number}-{year}.pdf", content, PDF, attached=False)


@page("cases.view")
def measures(request: HttpRequest) -> HttpResponse:
    """Measures that are late."""
    actor, today = actor_in(request), timezone.localdate()
    area = request.GET.get("area", "").strip()[:12]
    rows = queries.overdue(actor, today, area).select_related("plan__household")
    part = page_of(rows, ("due_on", "id"), request.GET.get("page", ""))
    names = areas.names({one.area_code for one in part} | ({area} if area else set()))
    context = {
        "page": part, "area": area, "place": names.get(area, ""), "today": today,
        "rows": [(one, quotas.label(quotas.MEASURE, one.kind), names[one.area_code], (today - one.due_on).days) for one in part],
    }  # fmt: skip
    return render(request, "pairing/measures.html", context)


@page("export")
def measures_export(request: HttpRequest) -> HttpResponse:
    """The same as .xlsx."""
    actor = actor_in(request)
    actor.require(VIEW)
    return exports.answer(exports.measures(actor=actor, area=request.GET.get("area", "").strip()[:12]))
