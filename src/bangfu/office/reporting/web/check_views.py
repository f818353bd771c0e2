"""The page that checks the figures of a text or a filled form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from bangfu.core.figures.kinds import KINDS
from bangfu.office.accounts.api import Actor
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting import checking
from bangfu.office.runs import api as runs

VERDICTS = ("inconsistent", "ambiguous", "consistent")


@page("home.view", "GET", "POST")
def check(request: HttpRequest) -> HttpResponse:
    """Paste or upload; what does not hold is marked, with the reason beside it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    run = runs.latest(actor) if actor.may("runs.view") else None
    context: dict[str, Any] = {"run": run, "text": "", "against": True, "endings": ",".join(checking.ENDINGS)}
    if request.method != "POST":
        return render(request, "reporting/check.html", context)
    text, against = request.POST.get("text", ""), request.POST.get("against") == "yes"
    context |= {"text": text, "against": against}
    language = get_language() or "zh-hans"
    try:
        done = checking.check(
            actor=actor,
            file=request.FILES.get("file"),  # type: ignore[arg-type]
            text=text,
            language=language,
            run=run if against else None,
        )
    except Invalid as error:
        return render(request, "reporting/check.html", {**context, "errors": error.errors}, status=422)
    at = 0 if language.startswith("zh") else 1
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    found = sorted(done.findings, key=lambda f: (order[f.verdict], f.start))
    context |= {
        "done": done,
        "counts": [(verdict, done.counts.get(verdict, 0)) for verdict in VERDICTS],
        "found": [(f, KINDS[f.kind][at], f.message("en" if at else "zh")) for f in found if f.verdict != "consistent"],
        "html": mark_safe(done.html),
    }
    response = render(request, "reporting/check.html", context)
    response["Cache-Control"] = "no-store"
    return response
