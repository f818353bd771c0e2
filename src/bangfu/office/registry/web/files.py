"""The household's file, its print, and where a fact comes from."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bangfu.office.pages.guard import page
from bangfu.office.registry import actions, file
from bangfu.office.registry.documents import KINDS, LARGEST_MB
from bangfu.office.registry.queries import household as household_of

_LOOKS = "registry.looks"
_MOST_LOOKS = 60


def _since(request: HttpRequest, number: str) -> datetime | None:
    """The look before this session's first look at the file, so that what is new stays new while one works."""
    actor = request.actor  # type: ignore[attr-defined]
    looks = request.session.get(_LOOKS, {})
    if number not in looks:
        household = household_of(actor, number)
        before = file.last_seen(actor, household)
        actions.note_look(actor=actor, household=household, at=timezone.now())
        kept = list(looks.items())[-_MOST_LOOKS + 1 :]
        looks = {**dict(kept), number: before.isoformat() if before else ""}
        request.session[_LOOKS] = looks
    return datetime.fromisoformat(looks[number]) if looks[number] else None


@page("registry.view")
def household_file(request: HttpRequest, number: str) -> HttpResponse:
    """One household on one page."""
    since = _since(request, number)
    whole = file.household_file(request.actor, number, since)  # type: ignore[attr-defined]
    context = {"file": whole, "household": whole.household, "kinds": KINDS, "largest": LARGEST_MB}
    return render(request, "registry/household.html", context)


@page("registry.view")
def household_print(request: HttpRequest, number: str) -> HttpResponse:
    """The file for A4 paper, masked like the page."""
    whole = file.household_file(request.actor, number)  # type: ignore[attr-defined]
    return render(request, "registry/household_print.html", {"file": whole, "household": whole.household})


def _provenance(request: HttpRequest, table: str, number: str, name: str) -> HttpResponse:
    found = file.provenance(request.actor, table, number, name)  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    page_ = "registry/fact_part.html" if request.headers.get("HX-Request") else "registry/fact.html"
    return render(request, page_, {"found": found})


@page("registry.view")
def household_fact(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Who said what about a fact of the household."""
    return _provenance(request, "households", number, name)


@page("registry.view")
def person_fact(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Who said what about a fact of a person."""
    return _provenance(request, "persons", number, name)
