"""A household of a campaign: the look at it, and how what was found is put right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.casework import api as casework
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.pairing import campaign_actions, machine, queries, showing
from bangfu.office.pairing import campaign_queries as cq
from bangfu.office.pairing.models import CampaignFinding
from bangfu.office.pairing.models.campaigns import RUNNING
from bangfu.office.pairing.queries import ACT, ASSIGN, VIEW
from bangfu.office.pairing.web.campaign_forms import AssignForm, LookForm, ReportForm, SettleForm
from bangfu.office.registry import api as registry


@page("cases.view", "GET", "POST")
def row(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """One household of the list: look at it, and see what was found."""
    actor, today = actor_in(request), timezone.localdate()
    held = cq.row(actor, pk, row)
    found = held.campaign
    may = actor.may(ACT, held.area_code) and found.state == RUNNING
    form = LookForm(found, held, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        actor.require(ACT, held.area_code)
        if form.is_valid():
            try:
                campaign_actions.look(actor=actor, campaign=pk, row=row, given=form.look())
            except Invalid as error:
                form.refuse(error)
            else:
                n = CampaignFinding.objects.filter(row=held).count()
                messages.success(request, _("已登记，发现 %s 个问题") % n if n else _("已登记，没有问题"))
                return redirect("pairing:campaign_row", pk, row)
    faults = CampaignFinding.objects.filter(row=held).order_by("pk")
    said = {"yes": _("是"), "no": _("否"), "unknown": _("不清楚")}
    context = {
        "campaign": found, "row": held, "form": form, "may": may, "place": areas.names([held.area_code])[held.area_code],
        "faults": [(one, cq.kind_label(found, one.kind)) for one in faults],
        "answers": [
            (cq.question_text(q), said.get(held.answers.get(q["id"], ""), ""), held.answers.get(q["id"]) == q["expected"])
            for q in found.checklist["questions"]
        ],
        "contact": queries.last_contact([held.household_id]).get(held.household_id), "today": today,
        "again": "again" in request.GET or request.method == "POST",
        "following": cq.rows(actor, found).filter(looked_on=None, place__gt=held.place).order_by("place").first(),
    }  # fmt: skip
    return render(request, "pairing/campaign_row.html", context)


@page("cases.view", "GET", "POST")
def finding(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    """One finding: what is done, by whom, by when; done with proof; confirmed by another, or justified."""
    actor = actor_in(request)
    seen = (
        CampaignFinding.objects.select_related("campaign", "row__household__key")
        .filter(pk=finding, campaign=pk)
        .first()
    )
    if seen is None or not actor.may(VIEW, seen.area_code):
        raise OutOfReach(VIEW, seen.area_code if seen else "")
    home, deed = seen.row.household, request.POST.get("deed", "")
    helper = queries.current(home, timezone.localdate())
    forms = _forms(request, seen, home, deed, helper.helper.name if helper else "")
    if request.method == "POST":
        actor.require(ASSIGN if deed == "justify" else ACT, seen.area_code)
        form = forms.get(deed)
        if form is not None and form.is_valid():
            try:
                _do(actor, pk, finding, deed, form)
            except Invalid as error:
                form.refuse(error)
            else:
                messages.success(request, _("已办理"))
                return redirect("pairing:finding", pk, finding)
        seen.refresh_from_db()
    may = actor.may(ACT, seen.area_code) and seen.campaign.state == RUNNING
    allowed = [name for name, moves in machine.FINDING.items() if may and seen.state in moves]
    if not actor.may(ASSIGN, seen.area_code):
        allowed = [name for name in allowed if name != "justify"]
    own_report = seen.done_by == actor.key
    context = {
        "campaign": seen.campaign, "finding": seen, "household": home, "kind": cq.kind_label(seen.campaign, seen.kind),
        "place": areas.names([seen.area_code])[seen.area_code], "forms": forms, "may": may, "own_report": own_report,
        "allowed": [name for name in allowed if not (own_report and name in machine.ALONE)], "today": timezone.localdate(),
        "document": registry.Document.objects.filter(pk=seen.document).first() if seen.document else None,
        "case": casework.Case.objects.filter(number=seen.case_number, household=home).first() if seen.case_number else None,
    }  # fmt: skip
    return render(request, "pairing/finding.html", context)


def _forms(
    request: HttpRequest, seen: CampaignFinding, home: registry.Household, deed: str, helper: str
) -> dict[str, Any]:
    def given(name: str) -> tuple[Any, Any]:
        return (request.POST, request.FILES) if request.method == "POST" and deed == name else (None, None)

    return {
        "assign": AssignForm(_cases(home), *given("assign"), initial=AssignForm.of(seen, helper), prefix="a"),
        "report": ReportForm(home, *given("report"), prefix="r"),
        **{name: SettleForm(*given(name), prefix=name[0]) for name in ("confirm", "send_back", "justify")},
    }


def _cases(home: registry.Household) -> list[tuple[str, str]]:
    titles = showing.procedure_titles()
    rows = casework.Case.objects.filter(household=home).order_by("-pk")[:30]
    return [
        (row.number, f"{row.number} {titles.get(row.procedure, row.procedure)}（{row.get_status_display()}）")
        for row in rows
    ]


def _do(actor: Any, pk: int, finding: int, deed: str, form: Any) -> None:
    given = form.cleaned_data
    if deed == "assign":
        campaign_actions.assign(actor=actor, campaign=pk, finding=finding, **given)
    elif deed == "report":
        campaign_actions.report(
            actor=actor, campaign=pk, finding=finding, on=given["on"], words=given["words"], evidence=form.evidence()
        )
    else:
        campaign_actions.settle(actor=actor, campaign=pk, finding=finding, deed=deed, words=given["words"])
