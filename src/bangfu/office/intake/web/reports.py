"""The township's list of what the public reported, and one report: to whom it belongs, what becomes of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.values.receipt import shown_receipt
from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.casework import api as casework
from bangfu.office.intake import public_actions, queries, report_actions
from bangfu.office.intake.models import OPEN_STATES
from bangfu.office.intake.proposing import needs, proposals
from bangfu.office.intake.web.forms import wanted_in
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid


@page("reports.handle")
def reports(request: HttpRequest) -> HttpResponse:
    """What came in, the most urgent first. No name: who reads one opens it, and that is logged."""
    actor, today = actor_in(request), timezone.localdate()
    lists, chosen = queries.views(today), request.GET.get("view", "")
    chosen = chosen if chosen in lists else "open"
    rows = queries.reports(actor).filter(lists[chosen][1])
    order = ("-id",) if chosen == "ended" else ("received_at", "id")
    part = page_of(rows, order, request.GET.get("page", ""), count=False)
    places = areas.names({row.area_code for row in part} | {row.area_code[:9] for row in part})
    counted = queries.counts(actor)
    context = {
        "page": part, "chosen": chosen, "tabs": [(name, label, counted[name]) for name, (label, _c) in lists.items()],
        "rows": [
            {"report": row, "shown": shown_receipt(row.number), "place": places[row.area_code],
             "township": places[row.area_code[:9]],
             "tone": casework.tone_of(row.due_on, today) if row.state in OPEN_STATES else ""}
            for row in part
        ],
    }  # fmt: skip
    return render(request, "intake/reports.html", context)


@page("reports.handle", "GET", "POST")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report."""
    actor = actor_in(request)
    row = queries.report(actor, pk)
    if request.method == "POST":
        try:
            said = _done(request, pk)
        except Invalid as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, said)
        return redirect("intake:report", pk)
    said_there = report_actions.read(actor=actor, report=row)
    still = row.state in OPEN_STATES
    home = row.household
    stated = said_there.get("needs", [])
    offered = proposals(actor, home, stated) if home is not None and still else []
    context = {
        "report": row, "shown": shown_receipt(row.number), "said": said_there, "still": still,
        "place": areas.names([row.area_code])[row.area_code], "needs": [dict(needs()).get(code, code) for code in stated],
        "candidates": report_actions.candidates(actor, row) if still else [],
        "same": report_actions.same_household(actor, row, home) if home is not None and still else {},
        "fitting": [one for one in offered if one.wanted], "others": [one for one in offered if not one.wanted],
        "ticked": set(), "given": {}, "today": timezone.localdate(), "answer": report_actions.answered(row),
    }  # fmt: skip
    context["open_cases"] = (
        [(case, casework.title_of(case)) for case in context["same"].get("cases", [])] if home else []
    )
    return render(request, "intake/report.html", context)


def _done(request: HttpRequest, pk: int) -> str:
    """Does what a button of the page says; returns what is told afterwards. Raises Invalid."""
    actor, what = actor_in(request), request.POST.get("do", "")
    if what == "match":
        report_actions.match(actor=actor, report=pk, household=request.POST.get("household", "")[:40].replace("\0", ""))
        return _("已对应到户")
    if what == "take_up":
        report_actions.take_up(actor=actor, report=pk)
        return _("已登记为核实中")
    if what == "join":
        case = request.POST.get("case", "")
        report_actions.join(actor=actor, report=pk, case=int(case) if case.isdigit() and len(case) < 16 else 0)
        return _("已并入正在办理的事项")
    if what == "turn":
        row = queries.report(actor, pk)
        if row.household is None:
            raise Invalid(_("请先对应到户"))
        wanted = wanted_in(request.POST, proposals(actor, row.household, ()))
        application = report_actions.turn_into(actor=actor, report=pk, wanted=wanted, note=request.POST.get("note", ""))
        return _("已转为申请，回执号 %s") % shown_receipt(application.number)
    if what == "answer":
        report_actions.answer(actor=actor, report=pk, reason=request.POST.get("reason", ""))
        return _("已答复")
    raise Invalid(_("没有这样的办理动作"))


@page("cases.act")
def objections(request: HttpRequest) -> HttpResponse:
    """What came over the web against notices, the latest first. No word of it: who reads one opens it, and that is logged."""
    actor = actor_in(request)
    part = page_of(queries.objections(actor), ("-id",), request.GET.get("page", ""), count=False)
    places = areas.names({row.area_code for row in part})
    rows = [
        {
            "row": row,
            "shown": shown_receipt(row.number),
            "place": places[row.area_code],
            "title": casework.title_of(row.case),
        }
        for row in part
    ]
    return render(request, "intake/objections.html", {"page": part, "rows": rows})


@page("cases.act")
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection, for who looks into it."""
    actor = actor_in(request)
    row = queries.objection(actor, pk)
    context = {
        "row": row, "shown": shown_receipt(row.number), "said": public_actions.read_objection(actor=actor, row=row),
        "place": areas.names([row.area_code])[row.area_code],
    }  # fmt: skip
    return render(request, "intake/objection.html", context)
