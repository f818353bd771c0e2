"""Reports of many households: the list, its preview, its progress."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import actor_in
from bangfu.office.means import batches
from bangfu.office.means.models import DRAFT, WORKING, ReportBatch
from bangfu.office.means.web.forms import ManyForm
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid


@page("means.report", "GET", "POST")
def many(request: HttpRequest) -> HttpResponse:
    """Write or paste a list of households."""
    actor = actor_in(request)
    form = ManyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            items = [(number, "") for number in form.numbers()]
            batch = batches.draft(actor=actor, purpose=form.cleaned_data["purpose"], items=items)
        except Invalid as error:
            for name, message in error.errors.items():
                form.add_error(name if name in form.fields else None, message)
        else:
            return redirect("means:batch", batch.pk)
    mine = ReportBatch.objects.filter(started_by=actor.key).order_by("-pk")[:10]
    return render(request, "means/many.html", {"form": form, "mine": mine})


def _found(request: HttpRequest, pk: int) -> ReportBatch:
    batch = batches.of_actor(actor_in(request), pk)
    if batch.status in WORKING and batches.recover():
        batch.refresh_from_db()
    return batch


@page("means.report")
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview of a list; then where it is, and what was not made and why."""
    batch = _found(request, pk)
    context = {"batch": batch, "percent": _percent(batch)}
    if batch.status == DRAFT:
        lines = batches.preview(actor_in(request), batch)
        context |= {"lines": lines, "able": sum(not line.why_not for line in lines)}
    return render(request, "means/batch.html", context)


def _percent(batch: ReportBatch) -> int:
    return 100 * min(batch.step_done, batch.step_total) // max(batch.step_total, 1)


@page("means.report")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is asked for again while the list is worked."""
    batch = _found(request, pk)
    response = render(request, "means/batch_progress.html", {"batch": batch, "percent": _percent(batch)})
    if not batch.active:
        response["HX-Refresh"] = "true"
    return response


@page("means.report", "POST")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a list."""
    try:
        batches.begin(actor=actor_in(request), batch=pk)
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("means:batch", pk)


@page("means.report", "POST")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a list."""
    try:
        batches.cancel(actor=actor_in(request), batch=pk)
        messages.info(request, _("正在停止，已出具的报告保留"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("means:batch", pk)
