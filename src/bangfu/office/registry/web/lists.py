"""Lists of households and persons, their export, and saved filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from bangfu.office.pages.downloads import XLSX, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import SIZES
from bangfu.office.pages.purposes import stated_in
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import actions, choices, list_export
from bangfu.office.registry.columns import HOUSEHOLD_COLUMNS, PERSON_COLUMNS, Column
from bangfu.office.registry.filters import HOUSEHOLD_SORTS, PERSON_SORTS, Asked, households_asked, kept, persons_asked
from bangfu.office.registry.lists import listing
from bangfu.office.registry.models import SavedFilter

_SORTED_BY = {"village": "village", "head": "head", "members": "members", "income": "income", "name": "name"}  # fmt: skip


def _heads(asked: Asked, sorts: Iterable[str]) -> list[dict[str, Any]]:
    """The heads of the columns: where a click sorts, and which way it is sorted now."""
    now = asked.values.get("sort", "village")
    found = []
    for column in asked.columns:
        name = _SORTED_BY.get(column.name, "")
        if name not in sorts:
            found.append({"column": column})
            continue
        down = f"-{name}" in sorts
        state = "ascending" if now == name else "descending" if now == f"-{name}" else ""
        turned = f"-{name}" if down and now == name else name
        found.append({"column": column, "sort": turned, "state": state})
    return found


def _without(query: QueryDict, names: list[str]) -> str:
    copy = query.copy()
    for name in ("page", *names):
        copy.pop(name, None)
    return f"?{copy.urlencode()}"


def _context(request: HttpRequest, asked: Asked, kind: str, known: dict[str, Column], sorts: Any) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    size = int(request.GET["size"]) if request.GET.get("size", "").isdigit() else SIZES[0]
    shown = listing(asked, request.GET.get("page", ""), size)
    own = SavedFilter.objects.filter(user_key=actor.key).order_by("name")
    return {
        "kind": kind,
        "page": shown.page,
        "lines": shown.lines,
        "heads": _heads(asked, sorts),
        "asked": asked,
        "choices": choices.of(actor, kind),
        "sorts": [(code, choices.SORTS[code]) for code in sorts],
        "said": [
            {**one, "href": _without(request.GET, one["drop"])} for one in choices.said(actor, kind, asked.values)
        ],
        "chosen": {column.name for column in asked.columns},
        "columns": [column for column in known.values() if column.chosen],
        "sizes": SIZES,
        "query": kept(request.GET),
        "filters": [f for f in own if f.query.get("list") == kind],
        "personal": any(column.personal for column in asked.columns),
    }


@page("registry.view")
def household_list(request: HttpRequest) -> HttpResponse:
    """Households of the actor's area, filtered and sorted by the address."""
    asked = households_asked(request.actor, request.GET)  # type: ignore[attr-defined]
    context = _context(request, asked, "households", HOUSEHOLD_COLUMNS, HOUSEHOLD_SORTS)
    return render(request, "registry/households.html", context, status=200 if asked.good else 400)


@page("registry.view")
def person_list(request: HttpRequest) -> HttpResponse:
    """Persons likewise."""
    asked = persons_asked(request.actor, request.GET)  # type: ignore[attr-defined]
    context = _context(request, asked, "persons", PERSON_COLUMNS, PERSON_SORTS)
    return render(request, "registry/persons.html", context, status=200 if asked.good else 400)


def _export(request: HttpRequest, ask: Callable[..., Asked], back: str) -> HttpResponse:
    query = QueryDict(request.POST.get("query", ""))
    open_ = request.POST.get("open") == "yes"
    actor = request.actor  # type: ignore[attr-defined]
    try:
        asked_for = ask(actor, query, "export")
        book = list_export.export(actor=actor, asked=asked_for, open_personal=open_, **stated_in(request.POST))
    except Invalid as wrong:
        for message in wrong.errors.values():
            messages.error(request, message, extra_tags="danger")
        return HttpResponseRedirect(f"{reverse(back)}?{query.urlencode()}")
    return sent(book.name, book.content, XLSX)


@page("export", "POST")
def export_households(request: HttpRequest) -> HttpResponse:
    """The list as a workbook."""
    return _export(request, households_asked, "registry:households")


@page("export", "POST")
def export_persons(request: HttpRequest) -> HttpResponse:
    """The list as a workbook."""
    return _export(request, persons_asked, "registry:persons")


def _list_address(kind: str, query: str) -> str:
    return f"{reverse('registry:persons' if kind == 'persons' else 'registry:households')}?{query}"


@page("registry.view", "POST")
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the list under a name."""
    kind = "persons" if request.POST.get("list") == "persons" else "households"
    query = kept(QueryDict(request.POST.get("query", "")))
    try:
        row = actions.save_filter(actor=request.actor, name=request.POST.get("name", ""), listed=kind, query=query)  # type: ignore[attr-defined]
        messages.success(request, _("已保存筛选“%s”") % row.name)
    except Invalid as wrong:
        messages.error(request, next(iter(wrong.errors.values())), extra_tags="danger")
    return HttpResponseRedirect(_list_address(kind, query))


@page("registry.view", "POST")
def delete_filter(request: HttpRequest, key: int) -> HttpResponse:
    """Forget a filter."""
    actions.delete_filter(actor=request.actor, key=key)  # type: ignore[attr-defined]
    kind = "persons" if request.POST.get("list") == "persons" else "households"
    return HttpResponseRedirect(_list_address(kind, kept(QueryDict(request.POST.get("query", "")))))
