"""Handing over somebody's work."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts import handover as handing
from bangfu.office.accounts import queries
from bangfu.office.accounts.actor import Actor
from bangfu.office.accounts.models import Assignment, User
from bangfu.office.accounts.queries import HANDOVER
from bangfu.office.accounts.roles import ROLES
from bangfu.office.accounts.web.forms import HandoverForm
from bangfu.office.accounts.web.people import add_errors
from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid


@page(HANDOVER, "GET", "POST")
def handover(request: HttpRequest) -> HttpResponse:
    """Choose whose work, then what and to whom; see what would happen; do it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    giver = _giver(actor, request.POST.get("giver") or request.GET.get("from", ""))
    form = _form(actor, request, giver)
    plan: handing.Handover | None = None
    if request.method == "POST" and giver is not None and form.is_valid():
        data = form.cleaned_data
        wanted = {name: data[name] for name in ("giver", "receiver", "on")} | {"duties": list(data["duties"])}
        try:
            plan = handing.plan(actor, **wanted)
            if data["seen"]:
                handing.hand_over(actor=actor, seen=data["seen"], **wanted)
                messages.success(request, _("已交接，并记入审计日志"))
                return HttpResponseRedirect(reverse("accounts:handover"))
        except Invalid as error:
            add_errors(form, error)
    names = areas.names(duty.area_code for duty in plan.duties) if plan else {}
    duties = [(ROLES[duty.role].label, names[duty.area_code]) for duty in plan.duties] if plan else []
    context = {"form": form, "giver": giver, "plan": plan, "duties": duties}
    return render(request, "accounts/handover.html", context)


def _giver(actor: Actor, key: str) -> User | None:
    if not key:
        return None
    return queries.user(actor, key, HANDOVER)


def _form(actor: Actor, request: HttpRequest, giver: User | None) -> HandoverForm:
    form = HandoverForm(request.POST if request.method == "POST" else None, initial={"giver": giver and giver.key})
    people = queries.users(actor, HANDOVER).order_by("full_name")
    fields: Any = form.fields
    fields["giver"].queryset = people
    fields["receiver"].queryset = people.filter(is_active=True)
    for name in ("giver", "receiver"):
        fields[name].label_from_instance = lambda row: f"{row.full_name}（{row.username}）"
    if giver is None:
        del fields["receiver"], fields["duties"], fields["on"]
        return form
    fields["receiver"].queryset = fields["receiver"].queryset.exclude(pk=giver.pk)
    held = Assignment.objects.filter(actor.limit(HANDOVER), queries.not_over(timezone.localdate()), user=giver)
    names = areas.names(held.values_list("area_code", flat=True))
    fields["duties"].queryset = held
    fields["duties"].label_from_instance = lambda row: f"{ROLES[row.role].label} · {names[row.area_code]}"
    return form
