"""The page that writes an official document over the figures of a run."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.pages.downloads import sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting import documents, figures
from bangfu.office.runs import api as runs

TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}


def _fields(names: list[str], written: dict[str, str], issued: bool) -> list[tuple[str, str, str, bool]]:
    """(field, words, text, one line) of slots, those of an issued document apart."""
    of_issue, many = documents.issued(), ("附件",)
    single = {*documents.OWN, documents.SUBJECT, *of_issue} - {*many}
    return [
        (f"slot-{n}", name, written[name], name in single)
        for n, name in enumerate(names) if (name in of_issue) == issued
    ]  # fmt: skip


@page("export", "GET", "POST")
def document(request: HttpRequest) -> HttpResponse:
    """Choose a kind, write what a person must write, see what is missing and what changed, take the file."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("runs.view")
    asked = request.POST if request.method == "POST" else request.GET
    run = runs.latest(actor)
    kind = documents.kinds().get(asked.get("kind", ""))
    context: dict[str, Any] = {"run": run, "kinds": documents.kinds().values(), "kind": kind}
    if run is None or kind is None:
        return render(request, "reporting/document.html", context)
    code = figures.area_of(actor, run, asked.get("area", "").strip()[:12])
    actor.require("export", code)
    names = documents.slots(kind)
    written = {name: request.POST.get(f"slot-{n}", "") for n, name in enumerate(names)}
    own = actor.areas("export")
    context |= {
        "area": code,
        "place": areas.names([code])[code],
        "places": [p for p in runs.places(actor, run) if any(p.code.startswith(prefix) for prefix in own)],
        "slots": _fields(names, written, issued=False),
        "issue": _fields(names, written, issued=True),
    }
    if request.method != "POST":
        return render(request, "reporting/document.html", context)
    wanted = request.POST.get("make", "")
    try:
        made = documents.make(
            actor=actor, run=run, code=code, kind_id=kind.id, ending=wanted or ".docx", written=written
        )
    except Invalid as error:
        return render(request, "reporting/document.html", {**context, "errors": error.errors}, status=422)
    except figures.NotKept as error:
        return render(request, "reporting/document.html", {**context, "errors": {"": str(error)}}, status=422)
    if not wanted:
        return render(request, "reporting/document.html", {**context, "made": made})
    return sent(made.name, made.content, TYPES[wanted])
