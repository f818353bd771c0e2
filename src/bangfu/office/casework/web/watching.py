"""The page of monitoring: counts, warnings, who may be ready for the resolution, and the form of a clue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.accounts.api import BUREAUS, Actor
from bangfu.office.benefits import api as benefits
from bangfu.office.casework import clue_actions, monitoring
from bangfu.office.casework.models import Case
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid

TITLES = {
    "objects": gettext_lazy("监测对象"),
    "plan_late": gettext_lazy("帮扶计划超期"),
    "no_measure": gettext_lazy("满期仍无开发式措施"),
    "no_visit": gettext_lazy("满期未走访"),
    "ready": gettext_lazy("可评估消除风险"),
    "left": gettext_lazy("自然减少"),
    "resolved": gettext_lazy("已消除风险"),
}
"""The lists, in order."""


class ClueForm(forms.Form):
    """Whose household, who says so, in a few words."""

    household = forms.CharField(label=gettext_lazy("户编号"), max_length=40)
    source = forms.ChoiceField(label=gettext_lazy("线索来源"), choices=benefits.CLUE_SOURCES[:3])
    bureau = forms.ChoiceField(
        label=gettext_lazy("部门"), required=False, choices=[("", gettext_lazy("不是部门线索")), *BUREAUS.items()]
    )
    words = forms.CharField(
        label=gettext_lazy("情况"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("不要写证件号码、电话或账号"),
    )  # fmt: skip


@page("cases.view")
def monitor(request: HttpRequest) -> HttpResponse:
    """Who is monitored, at what risk, what is late, and who may be ready."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = timezone.localdate()
    chosen = request.GET.get("list", "objects")
    chosen = chosen if chosen in TITLES else "objects"
    found = monitoring.counts(actor, today)
    part, lines = _listed(actor, chosen, request.GET.get("page", ""), today)
    numbers = {"objects": found.monitored, "resolved": monitoring.resolved(actor).count(), **found.lists}
    context = {
        "found": found, "chosen": chosen, "tabs": [(name, label, numbers[name]) for name, label in TITLES.items()],
        "page": part, "lines": lines, "months": monitoring.months_before_resolution(),
        "form": ClueForm(initial={"household": request.GET.get("household", "")[:40]}),
        "may_act": actor.may("cases.act"),
    }  # fmt: skip
    return render(request, "casework/monitoring.html", context)


def _listed(actor: Actor, chosen: str, token: str, today: Any) -> tuple[Any, list[monitoring.Line]]:
    if chosen in ("objects", "resolved"):
        rows = monitoring.households(actor) if chosen == "objects" else monitoring.resolved(actor)
        part = page_of(rows, ("area_code", "number"), token, count=False)
        homes = list(part)
        return part, monitoring.lines(actor, homes, monitoring.cases_by_household(actor, homes))
    rows = monitoring.lists_of(actor, today)[chosen].select_related("household", "definition")
    part = page_of(rows, ("area_code", "id"), token, count=False)
    found: list[Case] = list(part)
    lines = monitoring.lines(actor, [case.household for case in found], {c.household_id: c for c in found})
    if chosen == "ready":
        monitoring.weigh(actor, lines)
    elif chosen == "no_measure":
        monitoring.weigh(actor, lines, (monitoring.KEPT,))
    return part, lines


@page("cases.act", "POST")
def clue(request: HttpRequest) -> HttpResponse:
    """Register a clue."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = ClueForm(request.POST)
    if not form.is_valid():
        text = "；".join(str(error) for errors in form.errors.values() for error in errors)
        messages.warning(request, _("线索没有登记：%s") % text)
        return redirect("casework:monitoring")
    given = form.cleaned_data
    try:
        case, became = clue_actions.register_clue(
            actor=actor, household=given["household"].strip(), source=given["source"], words=given["words"],
            bureau=given["bureau"],
        )  # fmt: skip
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("casework:monitoring")
    said = {
        clue_actions.OPENED: _("线索已登记，已立案核实"),
        clue_actions.JOINED: _("本户已有正在办理的监测个案，线索已并入"),
        clue_actions.NOTED: _("本户已是监测对象，线索已记入"),
    }
    messages.success(request, said[became])
    return redirect("casework:case", case.pk) if case is not None else redirect("casework:monitoring")
