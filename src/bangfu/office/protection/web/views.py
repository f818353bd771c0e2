"""What is due, what was asked, and the two steps of an erasure."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.protection import actions, queries, retention
from bangfu.office.protection.models import OPEN
from bangfu.office.registry.erasure import PERMISSION

SHOWN = 100


def _overview(request: HttpRequest, form: dict[str, Any], errors: dict[str, str], status: int = 200) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()  # type: ignore[attr-defined]
    waiting = list(queries.open_requests(actor)[:SHOWN])
    households = list(retention.due_households(actor, today)[: SHOWN + 1])
    persons = list(retention.due_persons(actor, today)[: SHOWN + 1])
    done = queries.requests(actor).exclude(state=OPEN)
    closed = page_of(done, ("id",), request.GET.get("page", ""), count=False, descending=True)
    asked = {(row.subject_type, row.subject_number) for row in waiting}
    names = areas.names(row.area_code for row in [*waiting, *households, *persons, *closed])
    context = {
        "waiting": [(row, row.requested_by == actor.key, actions.REASONS.get(row.reason)) for row in waiting],
        "households": [(row, ("household", row.number) in asked) for row in households[:SHOWN]],
        "persons": [(row, ("person", row.number) in asked) for row in persons[:SHOWN]],
        "more": len(households) > SHOWN or len(persons) > SHOWN,
        "page": closed,
        "closed": [(row, actions.REASONS.get(row.reason)) for row in closed],
        "names": names,
        "periods": retention.periods(),
        "reasons": actions.REASONS.items(),
        "form": form,
        "errors": errors,
    }
    return render(request, "protection/overview.html", context, status=status)


@page(PERMISSION)
def overview(request: HttpRequest) -> HttpResponse:
    """Everything on one page: what waits, what is due, what was done, how long things are kept."""
    return _overview(request, {}, {})


@page(PERMISSION, "POST")
def request_erasure(request: HttpRequest) -> HttpResponse:
    """Ask for an erasure."""
    form = {name: request.POST.get(name, "") for name in ("subject_type", "number", "reason", "document")}
    try:
        actions.request_erasure(actor=request.actor, **form)  # type: ignore[attr-defined]
    except Invalid as error:
        return _overview(request, form, error.errors, 422)
    messages.success(request, _("已提出，待另一人确认"))
    return redirect("protection:list")


def _step(request: HttpRequest, action: Any, pk: int, said: str) -> HttpResponse:
    try:
        action(actor=request.actor, pk=pk)  # type: ignore[attr-defined]
    except Invalid as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("protection:list")


@page(PERMISSION, "POST")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's yes."""
    if request.POST.get("sure") != "yes":
        messages.error(request, _("请先勾选“我已核对，删除后无法恢复”"))
        return redirect("protection:list")
    return _step(request, actions.confirm, pk, _("已删除个人资料"))


@page(PERMISSION, "POST")
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's no, or the first one's second thought."""
    return _step(request, actions.refuse, pk, _("申请已关闭，未删除"))
