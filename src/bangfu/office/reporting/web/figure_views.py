"""Pages of the figures: a list, one figure with the households behind it, the list as a workbook."""

from __future__ import annotations

import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.core.reporting.cells import Cell, CellError
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.downloads import XLSX
from bangfu.office.pages.guard import page
from bangfu.office.pages.purposes import stated_in
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting import events, phrases
from bangfu.office.reporting import figures as reading
from bangfu.office.runs import api as runs

PART = 50
"""Rows behind a figure on one page."""


def _at() -> int:
    return 0 if (get_language() or "zh-hans").startswith("zh") else 1


def _run(actor: Actor, asked: str) -> runs.Run | None:
    """The run asked for, else the last. Raises OutOfReach."""
    return (
        runs.run(actor, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 10 else runs.latest(actor)
    )


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the list shows: run, area, words, and the figures; `gone` where the run keeps none."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    run = _run(actor, request.GET.get("run", ""))
    words = request.GET.get("words", "").strip()[:40]
    if run is None:
        return {"run": None, "finished": [], "groups": [], "words": words}
    code = reading.area_of(actor, run, request.GET.get("area", "").strip()[:12])
    found: dict[str, list[reading.Line]] = {}
    gone = ""
    try:
        found = reading.lines(run, code, get_language() or "zh-hans", words)
    except reading.NotKept as error:
        gone = str(error)
    return {
        "run": run,
        "finished": runs.finished(actor),
        "area": code,
        "place": areas.names([code])[code],
        "places": [
            p for p in runs.places(actor, run) if any(p.code.startswith(own) for own in actor.areas(reading.VIEW))
        ],
        "words": words,
        "groups": [(label, found[name]) for name, label in reading.GROUPS if found.get(name)],
        "gone": gone,
    }


@page("runs.view")
def figures(request: HttpRequest) -> HttpResponse:
    """Every indicator of a run for one area, beside the run before."""
    return render(request, "reporting/figures.html", _asked(request))


@page("export")
def export(request: HttpRequest) -> HttpResponse:
    """The same list as a workbook."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require("runs.view")
    shown = _asked(request)
    run = shown["run"]
    if run is None or shown["gone"]:
        raise Http404
    actor.require("export", shown["area"])
    content = _workbook(shown)
    subject = audit.Subject("run", str(run.pk), shown["area"])
    audit.record(actor, events.FIGURES_EXPORTED, subject, after={"words": shown["words"]})
    response = HttpResponse(content, content_type=XLSX)
    name = _("%(place)s_%(month)s_数字.xlsx") % {"place": shown["place"], "month": f"{run.as_of:%Y-%m}"}
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _workbook(shown: dict[str, Any]) -> bytes:
    import xlsxwriter

    run, at, content = shown["run"], _at(), io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("数字"))
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.write_string(0, 0, f"{shown['place']} {run.as_of:%Y-%m-%d}", book.add_format({"bold": True, "font_size": 14}))
    heads = (_("类别"), _("指标"), _("数值"), _("上次"), _("变化"), _("分子"), _("分母"), _("口径"))
    for column, head in enumerate(heads):
        sheet.write_string(2, column, head, bold)
    row = 3
    for label, lines in shown["groups"]:
        for line in lines:
            cell: Cell = line.cell
            texts = (str(label), line.title, line.value, line.before, line.by)
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)
            sheet.write_number(row, 5, cell.numerator)
            if cell.denominator is not None:
                sheet.write_number(row, 6, cell.denominator)
            sheet.write_string(row, 7, cell.numerator_query + (f" / {cell.denominator_query}" if cell.ratio else ""))
            row += 1
    sheet.write_string(row + 1, 0, (_("快照"), "snapshot")[at] + f" {reading.kept(run).snapshot_hash[:16]}")
    for column, width in enumerate((12, 34, 16, 16, 14, 12, 12, 60)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(3, 2)
    book.close()
    return content.getvalue()


@page("runs.view", "GET", "POST")
def figure(request: HttpRequest, run: int, indicator: str) -> HttpResponse:
    """One figure: what it counts, by area, why it changed, and the rows behind it (logged, since they name households)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = runs.run(actor, run)
    code = reading.area_of(actor, found, request.GET.get("area", "").strip()[:12])
    at = _at()
    context: dict[str, Any] = {"run": found, "area": code, "place": areas.names([code])[code], "gone": ""}
    try:
        cell = reading.kept(found).cell(indicator, reading.key_of(found, code))
    except CellError:
        raise Http404 from None
    except reading.NotKept as error:
        return render(request, "reporting/figure.html", {**context, "gone": str(error), "title": indicator})
    earlier = reading.before(found)
    old = earlier.found.get((cell.indicator, cell.area)) if earlier else None
    line = reading.line_of(cell, old, at)
    context |= {"line": line, "cell": cell, "title": line.title, "parts": reading.parts(actor, found, cell, code, at)}
    side = "denominator" if request.GET.get("side") == "denominator" and cell.ratio else "numerator"
    health = reading.about_health(found, cell)
    context |= {"side": side, "health": health, "may_unmask": actor.may("registry.unmask", code)}
    context["may_open"] = actor.may("registry.view", code)
    if not context["may_open"] or (health and request.method != "POST"):
        return render(request, "reporting/figure.html", context)
    stated = stated_in(request.POST)
    try:
        reading.record_opening(actor=actor, run=found, cell=cell, code=code, **stated)
    except Invalid as error:
        context |= {"errors": error.errors, **stated}
        return render(request, "reporting/figure.html", context, status=422)
    context |= _opened(actor, found, cell, side, request.GET.get("from", ""), at)
    response = render(request, "reporting/figure.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _opened(actor: Actor, run: runs.Run, cell: Cell, side: str, start: str, at: int) -> dict[str, Any]:
    """The rows behind one side, a part of them, and what changed since the run before."""
    try:
        behind = reading.behind(run, cell, side)
        change = reading.against_before(run, cell)
    except reading.NotKept as error:
        return {"not_opened": str(error)}
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 0
    unit = cell.unit if side == "numerator" and not cell.ratio else ""
    rows = reading.named(actor, behind.counted[first : first + PART], unit, at)
    changes = change.changes if change is not None else None
    return {
        "rows": rows,
        "first": first + 1 if rows else 0,
        "last": first + len(rows),
        "count": len(behind.counted),
        "households": len(behind.households),
        "persons": len(behind.persons),
        "undecided": reading.named(actor, behind.undecided[:PART], unit, at),
        "undecided_count": len(behind.undecided),
        "next": first + PART if first + PART < len(behind.counted) else None,
        "previous": max(0, first - PART) if first else None,
        "reasons": [reason.en if at else reason.zh for reason in change.reasons] if change else [],
        "changes": reading.changed(actor, changes, unit, at) if changes else [],
        "changes_count": len(changes or ()),
    }


@page("runs.view")
def phrase(request: HttpRequest, run: int) -> HttpResponse:
    """A figure that a document names in words: what it counts, and the rows behind it (logged, since they name households)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = runs.run(actor, run)
    code = reading.area_of(actor, found, request.GET.get("area", "").strip()[:12])
    words, start = request.GET.get("words", "").strip(), request.GET.get("from", "")
    context: dict[str, Any] = {"run": found, "area": code, "place": areas.names([code])[code], "words": words}
    try:
        figure_ = phrases.opened(found, code, words)
    except Invalid:
        raise Http404 from None
    except reading.NotKept as error:
        return render(request, "reporting/phrase.html", {**context, "gone": str(error)})
    context |= {"figure": figure_, "may_open": actor.may("registry.view", code)}
    if context["may_open"] and not figure_.health:
        phrases.record_opening(actor=actor, run=found, code=code, phrase=words)
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 0
        rows = reading.named(actor, figure_.rows[first : first + PART], "元" if figure_.money else "", _at())
        count = len(figure_.rows)
        context |= {
            "rows": rows, "first": first + 1 if rows else 0, "last": first + len(rows), "count": count,
            "next": first + PART if first + PART < count else None, "previous": max(0, first - PART) if first else None,
        }  # fmt: skip
    response = render(request, "reporting/phrase.html", context)
    response["Cache-Control"] = "no-store"
    return response
