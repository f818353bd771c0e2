"""The log, one of its rows, its export, and the state of its chains."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from bangfu.office.audit import queries
from bangfu.office.audit.actions import Subject, record
from bangfu.office.audit.events import EXPORTED, KINDS, SORTS
from bangfu.office.audit.naming import naming
from bangfu.office.audit.tasks import verify_log
from bangfu.office.audit.web.export import MOST, lines
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.purposes import stated_in
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import Erased, SealBroken

TONES = {"write": "", "read": "unknown", "refusal": "bad", "system": "quiet"}


def _language() -> str:
    return get_language() or "zh-hans"


def _sorts() -> list[tuple[str, str]]:
    return [(code, labels[0 if _language().startswith("zh") else 1]) for code, labels in SORTS.items()]


def _dressed(row: Any, called: dict[tuple[str, str], str]) -> dict[str, Any]:
    kind = KINDS.get(row.kind)
    name = called.get((row.subject_type, row.subject_id), row.subject_id)
    return {
        "row": row,
        "name": name,
        "kind": kind.label(_language()) if kind else row.kind,
        "tone": TONES[kind.sort] if kind else "",
    }


def _state() -> dict[str, Any]:
    last = queries.last_verification()
    key = "zh" if _language().startswith("zh") else "en"
    texts = [finding[key] for finding in last.findings] if last else []
    return {"last": last, "running": bool(last and last.finished_at is None), "findings": texts}


@page(queries.VIEW)
def log(request: HttpRequest) -> HttpResponse:
    """Rows of the actor's area, the newest first."""
    actor = request.actor  # type: ignore[attr-defined]
    wanted, errors = queries.Filter.read(request.GET), {}
    try:
        rows = queries.find(actor, wanted)
    except Invalid as error:
        rows, errors = queries.entries(actor).none(), error.errors
    part = page_of(rows, ("id",), request.GET.get("page", ""), size=50, count=False, descending=True)
    subjects = naming().subjects(_language())
    called = naming().called((row.subject_type, row.subject_id) for row in part)
    context = {
        "page": part,
        "rows": [_dressed(row, called) for row in part],
        "names": naming().areas(row.area_code for row in part if row.area_code),
        "subjects": subjects,
        "subject_choices": subjects.items(),
        "area_choices": naming().area_choices(actor.areas(queries.VIEW)),
        "kinds": sorted((kind.label(_language()), kind.code) for kind in KINDS.values()),
        "sorts": _sorts(),
        "wanted": wanted,
        "errors": errors,
        **_state(),
    }
    return render(request, "audit/log.html", context, status=422 if errors else 200)


def _entry(request: HttpRequest, row: Any, status: int = 200, **more: Any) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    kind = KINDS.get(row.kind)
    context = {
        **_dressed(row, naming().called([(row.subject_type, row.subject_id)])),
        "sort": dict(_sorts()).get(kind.sort, "") if kind else "",
        "subject": naming().subjects(_language()).get(row.subject_type, row.subject_type),
        "url": naming().subject_url(row.subject_type, row.subject_id),
        "area": naming().areas([row.area_code]).get(row.area_code, "") if row.area_code else "",
        "lines": queries.lines(row, row.before, row.after, _language()),
        "fresh": not row.before,
        "may_reveal": row.sealed is not None and actor.may(queries.UNMASK, row.area_code),
        "sealed": row.sealed is not None,
        **more,
    }
    return render(request, "audit/entry.html", context, status=status)


@page(queries.VIEW)
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One row with what was before and after; personal values stay sealed."""
    return _entry(request, queries.entry(request.actor, pk))  # type: ignore[attr-defined]


@never_cache
@page(queries.VIEW, "POST")
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The same with its personal values, for this view only."""
    actor = request.actor  # type: ignore[attr-defined]
    form = stated_in(request.POST)
    try:
        row, before, after = queries.reveal(actor=actor, pk=pk, **form)
    except Invalid as error:
        return _entry(request, queries.entry(actor, pk), 422, errors=error.errors, **form)
    except Erased:
        return _entry(request, queries.entry(actor, pk), 410, erased=True)
    except SealBroken as error:
        return _entry(request, queries.entry(actor, pk), 422, broken=str(error))
    personal = queries.lines(row, before, after, _language())
    return _entry(request, row, personal=personal, personal_fresh=not before)


@page("export")
def export(request: HttpRequest) -> HttpResponse:
    """What the page shows, all pages of it, as CSV for a spreadsheet; logged."""
    actor = request.actor  # type: ignore[attr-defined]
    actor.require(queries.VIEW)
    wanted = queries.Filter.read(request.GET)
    try:
        rows = queries.find(actor, wanted)
    except Invalid:
        return redirect(f"/audit/?{request.GET.urlencode()}")
    asked = {name: value for name, value in vars(wanted).items() if value}
    record(actor, EXPORTED, Subject("log", "export"), after={"filter": asked, "most": MOST})
    answer = StreamingHttpResponse(lines(rows, _language()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate():%Y%m%d}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@page(queries.VIEW, "GET", "POST")
def verification(request: HttpRequest) -> HttpResponse:
    """POST starts a reading of the whole log in the background; GET is its state, asked for again while it runs."""
    if request.method == "POST":
        try:
            row = queries.start_verification(actor=request.actor)  # type: ignore[attr-defined]
        except Invalid as error:
            messages.info(request, str(error))
        else:
            verify_log.enqueue(row.pk)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "audit/state.html", _state())
    return redirect("audit:log")
