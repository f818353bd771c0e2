"""The page that shows personal values in full, once."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from bangfu.office.pages.guard import page
from bangfu.office.pages.purposes import stated_in
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import queries
from bangfu.office.registry.unmasking import PERMISSION, unmask


@never_cache
@page(PERMISSION, "POST")
def unmask_view(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """For this view only: nothing is kept, and the browser is told not to keep the page."""
    if kind not in ("household", "person"):
        raise Http404
    actor = request.actor  # type: ignore[attr-defined]
    form = stated_in(request.POST)
    context = {"kind": kind, "number": number, **form}
    try:
        subject, shown = unmask(actor=actor, kind=kind, number=number, **form)
    except Invalid as error:
        subject = (queries.household if kind == "household" else queries.person)(actor, number, PERMISSION)
        return render(
            request, "registry/unmasked.html", {"subject": subject, "errors": error.errors, **context}, status=422
        )
    except Erased:
        return render(request, "registry/unmasked.html", {"erased": True, **context}, status=410)
    return render(request, "registry/unmasked.html", {"subject": subject, "shown": shown, **context})
