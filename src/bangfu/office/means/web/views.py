"""The list of reports, one report, a household's means checks, and making one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.means import contradictions, crosschecks, queries, reading, reports, showing
from bangfu.office.means import export as lists
from bangfu.office.means.models import Authorisation, Withdrawal
from bangfu.office.means.register import known, standings
from bangfu.office.means.web.forms import MakeForm
from bangfu.office.pages.downloads import PDF, XLSX, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.purposes import stated_in
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry


def rows_of(found: Any) -> list[dict[str, Any]]:
    """Reports as lists show them."""
    today, labels = timezone.localdate(), dict(queries.STATES)
    return [
        {
            "report": one,
            "state": (state := queries.state_of(one, today)),
            "label": labels[state],
            "last": reading.last_day(one),
        }
        for one in found
    ]


@page("cases.view")
def reports_page(request: HttpRequest) -> HttpResponse:
    """The reports in the actor's area."""
    actor, filters = actor_in(request), queries.Filters.read(request.GET.dict())
    part = page_of(queries.reports(actor, filters), ("id",), request.GET.get("page", ""), count=False, descending=True)
    counts, places = queries.counts(actor, filters), areas.names({one.area_code for one in part})
    rows = rows_of(part)
    for row in rows:
        row["place"] = places[row["report"].area_code]
    context = {
        "page": part, "rows": rows, "filters": filters, "purposes": queries.purposes(actor),
        "by_area": queries.by_area(actor, filters),
        "tabs": [("", _("全部"), counts[""]), *((name, label, counts[name]) for name, label in queries.STATES)],
    }  # fmt: skip
    return render(request, "means/list.html", context)


@page("export")
def export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook."""
    with lists.workbook(actor=actor_in(request), filters=queries.Filters.read(request.GET.dict())) as file:
        response = HttpResponse(file.read(), content_type=XLSX)
    name = _("核对报告_%s.xlsx") % timezone.localdate().isoformat()
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@page("means.view", "GET", "POST")
def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One report. A POST with a purpose shows health in full."""
    actor = actor_in(request)
    report = queries.report(actor, pk)
    wrong: dict[str, Any] = {}
    stated = stated_in(request.POST) if request.method == "POST" else None
    try:
        look = reading.look(actor=actor, report=report, stated=stated)
    except Invalid as error:
        wrong, stated = dict(error.errors), None
        look = reading.look(actor=actor, report=report)
    context = {
        "report": report, "look": look, "place": areas.names([report.area_code])[report.area_code], "errors": wrong,
        "last": reading.last_day(report), "may_unmask": actor.may("registry.unmask", report.area_code),
        **stated_in(request.POST),
    }  # fmt: skip
    response = render(request, "means/report.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page("means.view", "POST")
def report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The core's PDF, for a stated purpose."""
    report = queries.report(actor_in(request), pk)
    try:
        content = reading.pdf(actor=actor_in(request), report=report, **stated_in(request.POST))
    except Invalid as error:
        for message in error.errors.values():
            messages.warning(request, message)
        return redirect("means:report", report.pk)
    return sent(f"{report.number}.pdf", content, PDF)


def about_household(actor: Actor, household: registry.Household) -> dict[str, Any]:
    """What the page of a household's means checks shows: who signed, who stands how, reports."""
    people = known([household], numbers=False)
    may, told = standings(household, people, timezone.localdate(), reader_language())
    names = {person.person_no: person.name for person in people.people.people.get(household.number, ())}
    labels = {code: zh if reader_language() == "zh" else en for code, zh, en in showing.sources()}
    papers = [
        {"row": row, "who": names.get(row.person_number, row.person_number), "gone": isinstance(row, Withdrawal),
         "scope": [labels.get(table, table) for table in row.scope], "last": last_day_of(row)}
        for row in (*Authorisation.objects.filter(household=household).order_by("-signed_on", "-pk"),
                    *Withdrawal.objects.filter(household=household).order_by("-on", "-pk"))
    ]  # fmt: skip
    papers.sort(key=lambda one: one["row"].recorded_at, reverse=True)
    return {
        "household": household, "authorised": may, "standings": told, "papers": papers,
        "reports": rows_of(reports.of_household(household.pk)), "check": crosschecks.latest(household.area_code),
        "may_read": actor.may(queries.READ, household.area_code), "may_make": actor.may(reports.MAKE, household.area_code),
        "may_act": actor.may("cases.act", household.area_code) and household.closed_on is None,
    }  # fmt: skip


def last_day_of(row: Any) -> Any:
    """The last day on which an authorisation holds, None where it has no end or is a withdrawal."""
    end = getattr(row, "end", None)
    return type(end).fromordinal(end.toordinal() - 1) if end else None


@page("cases.view")
def of_household(request: HttpRequest, number: str) -> HttpResponse:
    """The means checks of one household: a part of its page, or a page of its own."""
    actor = actor_in(request)
    household = registry.household(actor, number, queries.VIEW)
    part = request.htmx  # type: ignore[attr-defined]
    template = "means/panel.html" if part else "means/household.html"
    return render(request, template, {**about_household(actor, household), "form": MakeForm()})


def back_in(request: HttpRequest, name: str) -> str:
    """An address of ours that the form or the link carries, empty where it is none."""
    text = request.POST.get(name) or request.GET.get(name, "")
    return text if url_has_allowed_host_and_scheme(text, None) and text.startswith("/") else ""


@page("means.report", "GET", "POST")
def make(request: HttpRequest, number: str) -> HttpResponse:
    """Make a report. Without an authorisation it says of each person why not, and where the case's clock is stopped."""
    actor = actor_in(request)
    household = registry.household(actor, number, reports.MAKE)
    back, suspend = back_in(request, "back"), back_in(request, "suspend")
    form = MakeForm(
        request.POST if request.method == "POST" else {**request.GET.dict()} if "purpose" in request.GET else None
    )
    refused: reports.NotAuthorised | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = reports.make_report(actor=actor, household=number, purpose=given["purpose"], case=given["case"])
        except reports.NotAuthorised as error:
            refused = error
        except Invalid as error:
            for name, message in error.errors.items():
                form.add_error(name if name in form.fields else None, message)
        else:
            messages.success(request, _("已出具核对报告 %s") % made.number)
            return redirect(back or reverse("means:report", args=[made.pk]))
    context = {"household": household, "form": form, "refused": refused, "back": back, "suspend": suspend,
               "check": crosschecks.latest(household.area_code), "may_act": actor.may("cases.act", household.area_code)}  # fmt: skip
    return render(request, "means/make.html", context)


@page("means.view")
def contradictions_page(request: HttpRequest, number: str) -> HttpResponse:
    """Where sources contradict one another about a household."""
    actor = actor_in(request)
    household = registry.household(actor, number, queries.READ)
    check, found = contradictions.read(actor=actor, household=household)
    found = [showing.in_words(conflict) for conflict in found]
    for conflict in found:
        showing.star_conflict(conflict)
    language = reader_language()
    told = [
        {"label": reading.told(c["label"], language), "name": c["name"], "message": reading.told(c["message"], language),
         "sides": [(reading.told(c[s]["label"], language), reading.told(c[s]["said"], language)) for s in ("one", "other")]}
        for c in found
    ]  # fmt: skip
    return render(request, "means/contradictions.html", {"household": household, "check": check, "conflicts": told})
