"""The list of runs, a run, its lines, and why each is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from bangfu.office.areas import api as areas
from bangfu.office.pages.downloads import XLSX
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.paging import Page, page_of
from bangfu.office.pages.purposes import stated_in
from bangfu.office.pages.refusals import Invalid
from bangfu.office.runs import actions, queries
from bangfu.office.runs.bureau import bureau_files
from bangfu.office.runs.explaining import explain, hidden_facts, member_names, record_unmasking
from bangfu.office.runs.looking import rule_of
from bangfu.office.runs.models import ALERT, CHANGES, CHECK, EXPORTING, KINDS, LOADING, SCREENING, Run
from bangfu.office.runs.queries import Filters
from bangfu.office.runs.rules import RulesGone, book_of, title, titles_of_run
from bangfu.office.runs.sheets import export as workbook
from bangfu.office.runs.sheets import shown
from bangfu.office.runs.web.forms import StartForm, counties, usual_day
from bangfu.office.runs.worklists import workbook as worklist_of

_SHARE = {EXPORTING: (5, 30), SCREENING: (30, 80), LOADING: (80, 100)}
"""From how many to how many of a hundred each step takes."""


def _percent(run: Run) -> int:
    start, end = _SHARE.get(run.status, (0, 0))
    return start + (end - start) * min(run.step_done, run.step_total) // max(run.step_total, 1)


def _refreshed(run: Run) -> Run:
    """The run as it stands, after one whose process is gone was marked so."""
    if run.status in actions.WORKING and actions.recover():
        run.refresh_from_db()
    return run


@page("runs.view")
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs that cover some of the actor's area, the latest first."""
    actor = request.actor  # type: ignore[attr-defined]
    part = page_of(queries.runs(actor).annotate(newest=-F("id")), ("newest",), request.GET.get("page", ""))
    if any(run.status in actions.WORKING for run in part) and actions.recover():
        return redirect(request.get_full_path())
    counts = queries.counts(actor, part)
    names = areas.names(run.area_code for run in part)
    rows = [
        (run, names[run.area_code], [(kind, counts.get(run.pk, {}).get(kind, 0)) for kind, _l in KINDS]) for run in part
    ]
    context = {"page": part, "rows": rows, "kinds": KINDS, "kind_labels": dict(KINDS)}
    return render(request, "runs/list.html", context)


@page("runs.start", "GET", "POST")
def new_run(request: HttpRequest) -> HttpResponse:
    """What a run would be made of, and the button that starts it."""
    actor = request.actor  # type: ignore[attr-defined]
    choices = counties(actor)
    first = choices[0][0] if choices else ""
    if request.method == "POST":
        form = StartForm(actor, request.POST)
        if form.is_valid():
            try:
                run = actions.start(actor=actor, area_code=form.cleaned_data["area"], as_of=form.cleaned_data["as_of"])
            except Invalid as error:
                for name, message in error.errors.items():
                    form.add_error(name if name in form.fields else None, message)
            else:
                return redirect("runs:run", run.pk)
    else:
        given = {"area": request.GET.get("area") or first, "as_of": request.GET.get("as_of")}
        form = StartForm(actor, {**given, "as_of": given["as_of"] or usual_day(first)} if first else None)
        form.is_valid()
    cleaned = getattr(form, "cleaned_data", {})
    files = bureau_files(cleaned["area"], cleaned["as_of"]) if {"area", "as_of"} <= set(cleaned) else []
    there = [file for file in files if file.file]
    context = {
        "form": form,
        "month": cleaned.get("as_of"),
        "there": there,
        "absent": [file for file in files if not file.file],
        "single": len(choices) == 1,
        "counties": choices,
    }
    return render(request, "runs/new.html", context)


@page("runs.view")
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: where it is while it works; then its counts by kind, policy and area."""
    actor = request.actor  # type: ignore[attr-defined]
    run = _refreshed(queries.run(actor, pk))
    context: dict[str, Any] = {
        "run": run,
        "percent": _percent(run),
        "place": areas.names([run.area_code])[run.area_code],
    }
    if run.status == "done":
        filters = Filters.read(request.GET.dict())
        table = queries.table(actor, run, Filters(kind=filters.kind, area=filters.area))
        titles, language = titles_of_run(run), reader_language()
        kinds = dict(KINDS)
        context.update(
            table=table,
            filters=filters,
            tiles=[(k, label, table.kinds.get(k, 0), table.fresh.get(k, 0)) for k, label in KINDS],
            rows=[
                (
                    line,
                    kinds[line.kind],
                    title(titles, line.kind, line.definition, language),
                    [(place, line.by_area.get(place.code, 0)) for place in table.places],
                )
                for line in table.lines
            ],
            worklist=table.code if table.code and actor.may(queries.VIEW, table.code) else "",
            left_out=_left_out(run, language),
        )
    return render(request, "runs/run.html", context)


def _left_out(run: Run, language: str) -> str:
    """Registry tables of which the office held nothing, by their labels."""
    try:
        tables = book_of(run).tables
    except RulesGone:
        return ""
    return ("、" if language == "zh" else ", ").join(
        tables[name].label.get(language) for name in run.notes.get("left_out", ()) if name in tables
    )


@page("runs.view")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is asked for again while a run works."""
    run = _refreshed(queries.run(request.actor, pk))  # type: ignore[attr-defined]
    response = render(request, "runs/progress.html", {"run": run, "percent": _percent(run)})
    if not run.active:
        response["HX-Refresh"] = "true"
    return response


@page("runs.start", "POST")
def cancel_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a run."""
    actor = request.actor  # type: ignore[attr-defined]
    run = queries.run(actor, pk)
    try:
        run = actions.cancel(actor=actor, run=run)
    except Invalid as error:
        messages.warning(request, str(error))
    else:
        messages.info(request, _("正在停止") if run.active else _("已取消"))
    return redirect("runs:run", pk)


@page("runs.view")
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines of a run."""
    actor = request.actor  # type: ignore[attr-defined]
    run = queries.run(actor, pk)
    filters = Filters.read(request.GET.dict())
    rows = queries.findings(actor, run, filters)
    part = page_of(rows, queries.ORDER, request.GET.get("page", ""), _size(request), count=False)
    places = queries.places(actor, run)
    names = {place.code: place.name for place in places}
    titles, language = titles_of_run(run), reader_language()
    kinds = dict(KINDS)
    found = queries.definitions(actor, run)
    wanted = [(d, k, title(titles, k, d, language)) for k, d in found if not filters.kind or k == filters.kind]
    choices = list({d: (d, f"{t}" if k not in (ALERT, CHECK) else f"{kinds[k]}：{t}") for d, k, t in wanted}.values())
    context = {
        "run": run,
        "filters": filters,
        "page": Page(shown(actor, run, part.rows, language, names), part.following, part.previous, None, part.size),
        "total": queries.total(actor, run, filters),
        "places": places,
        "kinds": KINDS,
        "changes": CHANGES,
        "definitions": choices,
        "export": actor.may("export"),
    }
    return render(request, "runs/lines.html", context)


def _size(request: HttpRequest) -> int:
    text = request.GET.get("size", "")
    return int(text) if text.isdigit() and len(text) < 4 else 25


@page("runs.view", "GET", "POST")
def explanation(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Why one line is there. A POST with a purpose shows health facts in full, and is logged."""
    actor = request.actor  # type: ignore[attr-defined]
    run = queries.run(actor, pk)
    finding = queries.finding(actor, run, line)
    language, unmask = reader_language(), False
    wrong: Mapping[str, Any] = {}
    if request.method == "POST":
        try:
            record_unmasking(actor=actor, run=run, finding=finding, **stated_in(request.POST))
            unmask = True
        except Invalid as error:
            wrong = error.errors
    context: dict[str, Any] = {
        "run": run,
        "finding": finding,
        "line": shown(actor, run, [finding], language)[0],
        "unmasked": unmask,
        "errors": wrong,
        **stated_in(request.POST),
        "may_unmask": actor.may("registry.unmask", finding.area_code),
    }
    if finding.kind in (ALERT, CHECK):
        names = member_names(actor, finding, language)
        try:
            hidden = frozenset[str]() if unmask else hidden_facts(book_of(run))
            context["rule"] = rule_of(run, finding, language, names, hidden)
        except RulesGone:
            context["rule"] = None
    else:
        context["told"] = explain(actor, run, finding, language, unmask=unmask)
    response = render(request, "runs/line.html", context)
    if unmask:
        response["Cache-Control"] = "no-store"
    return response


@page("export")
def export(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The lines that the list shows, as a workbook."""
    actor = request.actor  # type: ignore[attr-defined]
    run = queries.run(actor, pk)
    file = workbook(actor=actor, run=run, filters=Filters.read(request.GET.dict()), language=reader_language())
    name = _("比对结果_%(day)s.xlsx") % {"day": f"{run.as_of:%Y-%m}"}
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@page("runs.view")
def worklist(request: HttpRequest, pk: int, code: str) -> HttpResponse | HttpResponseRedirect:
    """The core's worklist of one area."""
    run = queries.run(request.actor, pk)  # type: ignore[attr-defined]
    name, content = worklist_of(actor=request.actor, run=run, area_code=code)  # type: ignore[attr-defined]
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
