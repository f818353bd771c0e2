"""Lists: visits, who is overdue, what was found per area; the same as workbooks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import EmptyResultSet
from django.db.models import Count
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.fieldwork import asking, queries
from bangfu.office.fieldwork import due as due_rules
from bangfu.office.fieldwork.exporting import due_workbook, report_workbook
from bangfu.office.fieldwork.showing import visitor_names
from bangfu.office.pages.downloads import XLSX, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry


def _forms() -> list[tuple[str, str]]:
    return [(one.id, one.title.get(reader_language())) for one in registry.rulebook().visits.values()]


@page("cases.view")
def visits(request: HttpRequest) -> HttpResponse:
    """Visits that were handed in, or one's own drafts."""
    actor = actor_in(request)
    filters = queries.Filters.read(request.GET.dict())
    own = actor.may(queries.MAKE)
    chosen = "drafts" if own and request.GET.get("view") == "drafts" else "submitted"
    if chosen == "drafts":
        rows, order = queries.drafts(actor), ("saved_at", "id")
    else:
        rows, order = queries.visits(actor).filter(filters.narrowing(actor, "visited_on")), ("visited_on", "id")
        if request.GET.get("found"):
            rows = rows.filter(found__gt=0)
    rows = rows.select_related("household", "definition")
    part = page_of(rows, order, request.GET.get("page", ""), count=False, descending=True)
    names, who = areas.names({row.area_code for row in part}), visitor_names(list(part))
    context = {
        "page": part, "chosen": chosen, "filters": filters, "forms": _forms(), "may_make": own,
        "drafts": queries.drafts(actor).count() if own else 0,
        "rows": [
            {"visit": row, "title": asking.title_of(row), "place": names[row.area_code], "who": who[row.pk]} for row in part
        ],
    }  # fmt: skip
    return render(request, "fieldwork/visits.html", context)


@page("cases.view")
def of_household(request: HttpRequest, number: str) -> HttpResponse:
    """The visits of one household: a part of its page, or a page where there is no JavaScript."""
    actor = actor_in(request)
    household = registry.household(actor, number, queries.VIEW)
    rows = queries.of_household(actor, household.pk)
    who = visitor_names(rows)
    part = request.htmx  # type: ignore[attr-defined]
    context = {
        "household": household, "rows": [(row, asking.title_of(row), who[row.pk]) for row in rows],
        "may_make": actor.may(queries.MAKE, household.area_code), "whole": not part,
    }  # fmt: skip
    return render(request, "fieldwork/household.html" if part else "fieldwork/household_page.html", context)


def _due(request: HttpRequest) -> dict[str, Any]:
    actor, today = actor_in(request), due_rules.today()
    filters = queries.Filters.read(request.GET.dict())
    place = due_rules.place_of(actor, filters.area)
    rules = due_rules.frequencies(place, today)
    asked = request.GET.get("status", "")
    chosen = next((one for one in rules if one.status == asked), None)
    chosen = chosen or next((one for one in rules if one.months is not None), rules[0] if rules else None)
    return {"actor": actor, "today": today, "filters": filters, "rules": rules, "chosen": chosen}


@page("cases.view")
def due(request: HttpRequest) -> HttpResponse:
    """Who should have been visited by now, status by status."""
    found = _due(request)
    actor, chosen, today, area = found["actor"], found["chosen"], found["today"], found["filters"].area
    tabs = [(one, audit.count(due_rules.overdue(actor, one, area, today))) for one in found["rules"]]
    rows = due_rules.overdue(actor, chosen, area, today) if chosen else registry.households(actor).none()
    part = page_of(rows, ("number",), request.GET.get("page", ""), count=False)
    names = areas.names({row.area_code for row in part})
    lines = [
        {"household": row, "place": names[row.area_code], "last": getattr(row, "last_visit", None)} for row in part
    ]
    for line in lines:
        line["days"] = (today - line["last"].on).days if line["last"] else None
    context = {
        **found, "tabs": tabs, "page": part, "lines": lines, "may_make": actor.may(queries.MAKE),
        "may_export": actor.may("export"), "by_area": _below(actor, rows, area),
    }  # fmt: skip
    return render(request, "fieldwork/due.html", context)


def _below(actor: Actor, rows: Any, area: str) -> list[tuple[str, str, int]]:
    """The areas next below the one shown with how many are overdue there."""
    own = actor.areas(queries.VIEW)
    code = area or (own[0] if len(own) == 1 else "")
    if len(code) >= 12:
        return []
    below = next((digits for digits in queries.LEVELS if digits > max(len(code), 6)), 12)
    parts = rows.annotate(part=Substr("area_code", 1, below)).order_by().values_list("part").annotate(n=Count("pk"))
    try:
        sql, values = parts.query.sql_with_params()
    except EmptyResultSet:
        return []
    counted: dict[str, int] = audit.while_unchanged(f"{sql} {values!r}", lambda: dict(parts))
    names = areas.names(counted)
    return [(part, names[part], counted[part]) for part in sorted(counted)]


def _file(name: str, content: bytes) -> HttpResponse:
    return sent(name, content, XLSX)


@page("export", "POST")
def due_file(request: HttpRequest) -> HttpResponse:
    """The list of who is overdue as a workbook."""
    found = _due(request)
    try:
        if found["chosen"] is None:
            raise Invalid(_("没有可导出的清单"))
        book = due_workbook(
            actor=found["actor"], frequency=found["chosen"], area=found["filters"].area, today=found["today"]
        )
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("fieldwork:due")
    return _file(book.name, book.content)


@page("cases.view")
def report(request: HttpRequest) -> HttpResponse:
    """Households visited and findings, area by area."""
    actor = actor_in(request)
    filters = queries.Filters.read(request.GET.dict())
    lines, whole = queries.report(actor, filters)
    context = {"lines": lines, "whole": whole, "filters": filters, "forms": _forms(), "may_export": actor.may("export")}
    return render(request, "fieldwork/report.html", context)


@page("export", "POST")
def report_file(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    book = report_workbook(actor=actor_in(request), filters=queries.Filters.read(request.GET.dict()))
    return _file(book.name, book.content)
