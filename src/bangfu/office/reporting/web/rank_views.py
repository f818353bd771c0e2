"""The ranks of townships or villages, and the same table as a workbook."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.office.pages.downloads import XLSX
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.reporting import rank_targets, ranks, ranks_sheet
from bangfu.office.runs import api as runs


def _run(request: HttpRequest) -> runs.Run | None:
    """The run that is asked for, else the last one that is done. Raises OutOfReach."""
    actor, number = request.actor, request.GET.get("run", "")  # type: ignore[attr-defined]
    if not number:
        return runs.latest(actor)
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise OutOfReach(ranks.VIEW)
    found = runs.run(actor, int(number))
    if found.status != "done":
        raise OutOfReach(ranks.VIEW)
    return found


def _asked(request: HttpRequest, run: runs.Run) -> tuple[ranks.Asked, dict[str, str], list[str]]:
    titles = ranks.indicators_of(run.pk, get_language() or "zh-hans")
    levels = ranks.levels_of(request.actor, run)  # type: ignore[attr-defined]
    return ranks.read_asked(request.GET.dict(), titles, levels), titles, levels


def _english() -> bool:
    return not (get_language() or "zh").startswith("zh")


@page("runs.view")
def rank(request: HttpRequest) -> HttpResponse:
    """Who stands where by one indicator."""
    actor = request.actor  # type: ignore[attr-defined]
    run = _run(request)
    if run is None:
        return render(request, "reporting/ranks.html", {})
    asked, titles, levels = _asked(request, run)
    table = ranks.ranks(actor, run, asked, _english())
    labels = {"township": _("乡镇"), "village": _("行政村")}
    context = {
        "may_set": actor.may(rank_targets.SET, run.area_code),
        "run": run, "asked": asked, "titles": titles, "levels": [(level, labels[level]) for level in levels],
        "finished": runs.finished(actor), "table": table, "export": actor.may("export"),
        "lines": ranks_sheet.described(table, run, asked) if table else [],
        "rows": [
            (row, ranks_sheet.starred(table, row), ranks_sheet.standing(row), ranks_sheet.pace(row), ranks_sheet.movement(row),
             ranks_sheet.place_moved(row), ranks_sheet.run_of(row))
            for row in table.rows
        ] if table else [],
    }  # fmt: skip
    return render(request, "reporting/ranks.html", context)


@page("runs.start", "GET", "POST")
def targets(request: HttpRequest) -> HttpResponse:
    """What each area is to reach by one indicator, and what a star is."""
    actor = request.actor  # type: ignore[attr-defined]
    run = _run(request)
    if run is None:
        raise OutOfReach(ranks.VIEW)
    actor.require(rank_targets.SET, run.area_code)
    asked, titles, _levels = _asked(request, run)
    places = [p for p in ranks.places_of(actor, run) if len(p.code) == ranks.LEVELS.get(asked.level, 0)]
    said = rank_targets.declared([p.code for p in places], asked.indicator)
    typed = {p.code: f"{said.targets[p.code]:f}" if p.code in said.targets else "" for p in places}
    stars, measured, errors = ",".join(f"{mark:f}" for mark in said.stars), said.measured, {}
    back = f"{reverse('reporting:ranks')}?{request.GET.urlencode()}"
    if request.method == "POST":
        typed = {p.code: request.POST.get(f"target-{p.code}", "") for p in places}
        stars, measured = request.POST.get("stars", "")[:100], request.POST.get("measured", "")
        try:
            rank_targets.declare(
                actor=actor, run=run, indicator=asked.indicator, typed=typed, stars=stars, measured=measured
            )
        except Invalid as error:
            errors = error.errors
        else:
            messages.success(request, _("目标和星级已记下"))
            return redirect(back)
    context = {
        "run": run, "asked": asked, "title": titles.get(asked.indicator, asked.indicator), "back": back, "errors": errors,
        "rows": [(p, typed[p.code], errors.get(p.code, "")) for p in places], "stars": stars, "measured": measured,
    }  # fmt: skip
    return render(request, "reporting/rank_targets.html", context, status=422 if errors else 200)


@page("export")
def export(request: HttpRequest) -> HttpResponse:
    """The table as a workbook."""
    actor = request.actor  # type: ignore[attr-defined]
    actor.require(ranks.VIEW)
    run = _run(request)
    back = f"{reverse('reporting:ranks')}?{request.GET.urlencode()}"
    try:
        if run is None:
            raise Invalid(_("没有可以导出的排名"))
        asked = _asked(request, run)[0]
        content = ranks_sheet.export(actor=actor, run=run, asked=asked, english=_english())
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect(back)
    response = HttpResponse(content, content_type=XLSX)
    name = _("排名_%(day)s.xlsx") % {"day": f"{run.as_of:%Y-%m}"}
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
