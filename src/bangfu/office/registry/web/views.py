"""Lists, search, and the household's file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.registry import queries
from bangfu.office.registry.search import find


@page("registry.view")
def household_list(request: HttpRequest) -> HttpResponse:
    """Households of the actor's area."""
    rows = queries.households(request.actor)  # type: ignore[attr-defined]
    part = page_of(rows, ("area_code", "number"), request.GET.get("page", ""))
    names = areas.names(row.area_code for row in part)
    return render(request, "registry/households.html", {"page": part, "names": names})


@page("registry.view")
def household_file(request: HttpRequest, number: str) -> HttpResponse:
    """One household."""
    household = queries.household(request.actor, number)  # type: ignore[attr-defined]
    return render(request, "registry/household.html", {"household": household})


@page("registry.view")
def search(request: HttpRequest) -> HttpResponse:
    """Households and persons by whatever was typed."""
    found = find(request.actor, request.GET.get("q", ""))  # type: ignore[attr-defined]
    names = areas.names(row.area_code for row in found.persons)
    return render(request, "registry/search.html", {"found": found, "names": names})
