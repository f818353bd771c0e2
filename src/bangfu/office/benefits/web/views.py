"""The list of entitlements, its export, a household's part, and looking for changed circumstances."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.benefits import circumstances, exporting, queries, taking_over
from bangfu.office.benefits.models import ACTIVE, Entitlement
from bangfu.office.benefits.reviews import review_procedure
from bangfu.office.pages.downloads import sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def case_links(numbers: Any) -> dict[str, str]:
    """Addresses of cases by their numbers; nothing where there are no cases' pages."""
    try:
        return {number: reverse("casework:numbered", args=[number]) for number in numbers if number.startswith("GA")}
    except NoReverseMatch:
        return {}


@page("cases.view")
def benefits(request: HttpRequest) -> HttpResponse:
    """Who receives what since when, reviews that are due, and the sums of what is listed."""
    actor, today = actor_in(request), timezone.localdate()
    filters = queries.Filters.read(request.GET.dict())
    rows = queries.listed(actor, filters)
    part = page_of(rows, queries.ORDER, request.GET.get("page", ""), count=False)
    places = areas.names({row.area_code for row in part})
    counts = queries.review_counts(actor, filters)
    context = {
        "page": part, "filters": filters, "totals": queries.totals(rows), "today": today,
        "rows": [_shown(row, places[row.area_code], today) for row in part],
        "states": [(code, label) for code, (label, _q) in queries.states(today).items()],
        "reviews": [(code, label, counts[code]) for code, (label, _q) in queries.reviews(today).items()],
        "policies": queries.policies(), "classes": queries.classes(actor), "by_area": queries.by_area(actor, filters),
        "links": case_links({row.case_number for row in part}),
        "names": queries.person_names(row.person_number for row in part),
        "to_take_over": taking_over.to_take_over(actor) if not filters.area and not part.previous else 0,
    }  # fmt: skip
    return render(request, "benefits/benefits.html", context)


def _shown(row: Entitlement, place: str, today: Any) -> dict[str, Any]:
    tone = ""
    if row.state == ACTIVE and row.review_due_on is not None:
        late, soon = row.review_due_on < today, row.review_due_on <= today + queries.SOON
        tone = "bad" if late else "warn" if soon else "quiet"
    return {
        "row": row, "place": place, "title": queries.title_of(row.policy), "tone": tone,
        "reviewed": row.state == ACTIVE and bool(review_procedure(row.policy)),
    }  # fmt: skip


@page("export", "POST")
def export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook."""
    actor, filters = actor_in(request), queries.Filters.read(request.POST.dict())
    try:
        made = exporting.export(actor=actor, filters=filters)
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("benefits:benefits")
    return sent(made.name, made.content, XLSX)


@page("cases.act", "POST")
def notice(request: HttpRequest) -> HttpResponse:
    """Look for changed circumstances among what lies in the actor's area."""
    actor = actor_in(request)
    seen, changed = circumstances.notice(actor, queries.entitlements(actor, queries.ACT))
    said = {"seen": seen, "changed": changed}
    messages.success(request, _("检查了 %(seen)s 项待遇，其中 %(changed)s 项的情况与决定时不同") % said)
    return redirect(reverse("benefits:benefits") + "?review=changed")


@page("registry.confirm", "POST")
def take_over(request: HttpRequest) -> HttpResponse:
    """Take over what the registry says is received."""
    made = taking_over.take_over(actor=actor_in(request))
    messages.success(request, _("已接收 %s 项在册待遇；它们由以前的决定批准，复核日期从现在起分散安排") % made)
    return redirect("benefits:benefits")


@page("cases.view")
def of_household(request: HttpRequest, number: str) -> HttpResponse:
    """What one household receives: a part of its page, or a page where there is no JavaScript."""
    actor, today = actor_in(request), timezone.localdate()
    household, rows, once = queries.of_household(actor, number)
    periods = queries.periods_of(rows)
    numbers = {row.case_number for row in (*rows, *once)}
    numbers |= {n for many in periods.values() for p in many for n in (p.case_number, p.end_case_number)}
    shown = [
        {
            **_shown(row, "", today), "periods": periods.get(row.pk, []),
            "changed": circumstances.told(circumstances.changes_of(row)),
        }
        for row in rows
    ]  # fmt: skip
    context = {
        "household": household, "rows": shown, "links": case_links(numbers),
        "names": queries.person_names(row.person_number for row in rows),
        "once": [(row, queries.title_of(row.policy)) for row in once],
    }  # fmt: skip
    part = request.htmx  # type: ignore[attr-defined]
    template = "benefits/household.html" if part else "benefits/household_page.html"
    return render(request, template, context)
