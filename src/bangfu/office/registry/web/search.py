"""The search box: results and suggestions. ID numbers and telephones are posted, so that no address holds them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.registry.columns import age_on
from bangfu.office.registry.search import FEW, Found, find


def _context(found: Found) -> dict[str, object]:
    today = timezone.localdate()
    rows = [{"person": person, "age": age_on(person.birth_date, today)} for person in found.persons]
    return {"found": found, "rows": rows, "names": areas.names({person.area_code for person in found.persons})}


@page("registry.view", "GET", "POST")
def search(request: HttpRequest) -> HttpResponse:
    """Persons by whatever was typed; one exact hit opens the household."""
    typed = request.POST.get("q", "") if request.method == "POST" else request.GET.get("q", "")
    found = find(request.actor, typed[:60])  # type: ignore[attr-defined]
    if request.method == "POST":
        if found.exact:
            return redirect("registry:household", found.exact)
        if not found.personal:
            return HttpResponseRedirect(f"{reverse('registry:search')}?{urlencode({'q': found.text})}")
    return render(request, "registry/search.html", _context(found))


@page("registry.view", "POST")
def suggest(request: HttpRequest) -> HttpResponse:
    """A few persons while somebody types."""
    found = find(request.actor, request.POST.get("q", "")[:60], FEW)  # type: ignore[attr-defined]
    return render(request, "registry/suggestions.html", _context(found))
