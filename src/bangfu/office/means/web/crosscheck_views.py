"""Cross-checks of bureaus' files: which there were, where one is, starting one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.means import crosschecks, showing
from bangfu.office.means.models import EXPORTING, MATCHING, WORKING, Crosscheck
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.runs import api as runs

_SHARE = {EXPORTING: (5, 40), MATCHING: (40, 100)}


def percent(check: Crosscheck) -> int:
    """How far it is."""
    start, end = _SHARE.get(check.status, (0, 0))
    return start + (end - start) * min(check.step_done, check.step_total) // max(check.step_total, 1)


def _reached(actor: Actor) -> list[Crosscheck]:
    own = {run.pk for run in runs.finished(actor)}
    return list(Crosscheck.objects.filter(run__in=own).select_related("run").order_by("-pk")[:24])


@page("runs.view")
def crosscheck_list(request: HttpRequest) -> HttpResponse:
    """The cross-checks after the runs that cover some of the actor's area, and what each found."""
    actor = actor_in(request)
    found = _reached(actor)
    if any(check.status in WORKING for check in found) and crosschecks.recover():
        found = _reached(actor)
    labels = {code: zh if reader_language() == "zh" else en for code, zh, en in showing.sources()}
    names = areas.names({check.area_code for check in found})
    rows = [
        {"check": check, "place": names[check.area_code], "percent": percent(check),
         "tables": [(labels.get(name, name), table) for name, table in check.counts.get("tables", {}).items()]}
        for check in found
    ]  # fmt: skip
    startable = [run for run in runs.finished(actor, 6) if actor.may("runs.start", run.area_code)]
    return render(request, "means/crosschecks.html", {"rows": rows, "runs": startable})


@page("runs.view")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is asked for again while it works."""
    check = next((one for one in _reached(actor_in(request)) if one.pk == pk), None)
    if check is None:
        raise OutOfReach("runs.view")
    if check.status in WORKING and crosschecks.recover():
        check.refresh_from_db()
    response = render(request, "means/crosscheck_progress.html", {"check": check, "percent": percent(check)})
    if not check.active:
        response["HX-Refresh"] = "true"
    return response


@page("runs.start", "POST")
def start(request: HttpRequest) -> HttpResponse:
    """Cross-check a run's month, once more or for the first time."""
    text = request.POST.get("run", "")
    run = runs.run(actor_in(request), int(text) if text.isdigit() and len(text) < 16 else 0)
    try:
        crosschecks.start(actor=actor_in(request), run=run)
        messages.info(request, _("已开始核对部门数据"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("means:crosschecks")
