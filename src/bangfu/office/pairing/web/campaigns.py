"""Campaigns: the list, a new one, one campaign with its counts and households, its start and close, its tables."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.pages.downloads import DOCX, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.pairing import campaign_actions, exports
from bangfu.office.pairing import campaign_queries as cq
from bangfu.office.pairing.documents import campaign_report
from bangfu.office.pairing.models import Campaign, CampaignFinding
from bangfu.office.pairing.models.campaigns import DRAFT
from bangfu.office.pairing.queries import ASSIGN, VIEW, narrowed
from bangfu.office.pairing.web.campaign_forms import CampaignForm, progress, scope_in_words
from bangfu.office.pairing.web.helpers import places
from bangfu.office.registry import api as registry


@page("cases.view")
def campaigns(request: HttpRequest) -> HttpResponse:
    """All campaigns of the area, the running ones first."""
    actor, today = actor_in(request), timezone.localdate()
    rows = cq.campaigns(actor).exclude(state="dropped").order_by("-state", "-pk")
    part = page_of(rows, ("id",), request.GET.get("page", ""), descending=True)
    names = areas.names({row.area_code for row in part})
    counts = cq.counts_of(actor, part)
    listed = [
        {"campaign": row, "place": names[row.area_code], "tone": progress(row, today), "counts": counts.get(row.pk)}
        for row in part
    ]
    context = {
        "page": part, "rows": listed, "late": cq.late_findings(actor, today).count(), "may": actor.may(ASSIGN),
        "templates": cq.templates(),
    }  # fmt: skip
    return render(request, "pairing/campaigns.html", context)


@page("cases.decide", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """A draft; a template fills in the condition that it proposes."""
    actor = actor_in(request)
    template = registry.rulebook().campaigns.get(request.GET.get("template", ""))
    initial: dict[str, Any] = {}
    if template is not None:
        title = template.title.get(reader_language())
        initial = {**template.scope, "template": template.id, "title": f"{timezone.localdate().year} {title}"}
    form = CampaignForm(places(actor), request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = campaign_actions.draft(
                actor=actor, title=given["title"], template=given["template"], area_code=given["area_code"],
                scope=form.scope(), starts_on=given["starts_on"], due_on=given["due_on"],
            )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已拟定；核对名单后启动"))
            return redirect("pairing:campaign", made.pk)
    return render(
        request, "pairing/campaign_new.html", {"form": form, "templates": cq.templates(), "template": template}
    )


@page("cases.view")
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: counts by area and its households; a draft shows the list as it would be."""
    actor, today = actor_in(request), timezone.localdate()
    found = cq.campaign(actor, pk)
    context: dict[str, Any] = {
        "campaign": found, "place": areas.names([found.area_code])[found.area_code], "scope": scope_in_words(found.scope),
        "may": actor.may(ASSIGN, found.area_code), "tone": progress(found, today), "today": today,
        "questions": [cq.question_text(one) for one in found.checklist["questions"]],
    }  # fmt: skip
    if found.state == DRAFT:
        return _draft_page(request, context)
    by_area = cq.by_area(actor, found)
    whole = cq.total(one.counts for one in by_area)
    area = request.GET.get("area", "").strip()[:12]
    view = request.GET.get("view", "")
    base = cq.rows(actor, found).filter(narrowed(actor, area))
    numbers = {name: base.filter(condition).count() for name, condition in cq.ROW_VIEWS.items()}
    if view not in (*cq.ROW_VIEWS, "all"):
        view = next((name for name in ("todo", "found") if numbers[name]), "all")
    rows = (
        base.select_related("household")
        if view == "all"
        else base.filter(cq.ROW_VIEWS[view]).select_related("household")
    )
    part = page_of(
        rows.defer("household__facts", "household__sealed_facts"), ("place",), request.GET.get("page", ""), count=False
    )
    faults: dict[int, list[CampaignFinding]] = {}
    for one in CampaignFinding.objects.filter(row__in=[row.pk for row in part]).order_by("pk"):
        faults.setdefault(one.row_id, []).append(one)
    labels = {
        "todo": _("待查看"),
        "found": _("有问题未销号"),
        "settled": _("问题已销号"),
        "fine": _("没有问题"),
        "all": _("全部"),
    }
    numbers["all"] = base.count()
    villages = areas.names({row.area_code for row in part})
    context |= {
        "by_area": by_area, "whole": whole, "page": part, "view": view, "area": area, "heads": exports.count_labels(),
        "tabs": [(name, labels[name], numbers[name]) for name in labels],
        "rows": [(row, villages[row.area_code], [(f, cq.kind_label(found, f.kind)) for f in faults.get(row.pk, [])]) for row in part],
        **_checked(request, found),
    }  # fmt: skip
    return render(request, "pairing/campaign.html", context)


def _checked(request: HttpRequest, found: Campaign) -> dict[str, Any]:
    """Whether list and outcome are those that were frozen: asked for by who sees the whole campaign."""
    whole = actor_in(request).may(VIEW, found.area_code)
    if not whole or "check" not in request.GET:
        return {"may_check": whole}
    holds = campaign_actions.outcome_holds(found) if found.outcome_hash else None
    return {"checked": True, "unchanged": cq.unchanged(found), "holds": holds}


def _draft_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    actor, found = actor_in(request), context["campaign"]
    homes: list[registry.Household] = []
    if context["may"]:
        try:
            homes = cq.listed_now(actor, found.area_code, found.scope)
        except Invalid as error:
            context["error"] = str(error)
    parts: dict[str, int] = {}
    for home in homes:
        parts[home.area_code] = parts.get(home.area_code, 0) + 1
    names = areas.names(parts)
    context |= {
        "homes": homes[:50], "count": len(homes), "parts": [(names[code], n) for code, n in sorted(parts.items())],
        "seen": cq.list_hash(home.number for home in homes), "villages": names,
    }  # fmt: skip
    return render(request, "pairing/campaign_draft.html", context)


def _done(request: HttpRequest, pk: int, deed: Any, said: str) -> HttpResponse:
    actor = actor_in(request)
    found = cq.campaign(actor, pk)
    actor.require(ASSIGN, found.area_code)
    try:
        deed(actor)
        messages.success(request, said)
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("pairing:campaign", pk)


@page("cases.decide", "POST")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the list and begin."""
    seen = request.POST.get("seen", "")
    said = _("已启动，名单已定格")
    return _done(request, pk, lambda actor: campaign_actions.start(actor=actor, campaign=pk, seen=seen), said)


@page("cases.decide", "POST")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    return _done(request, pk, lambda actor: campaign_actions.drop(actor=actor, campaign=pk), _("已放弃"))


@page("cases.decide", "POST")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """End it, where everything is settled."""
    return _done(request, pk, lambda actor: campaign_actions.close(actor=actor, campaign=pk), _("已结束"))


@page("export")
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Counts, list and findings as .xlsx."""
    actor = actor_in(request)
    actor.require(VIEW)
    return exports.answer(exports.campaign(actor=actor, found=cq.campaign(actor, pk)))


@page("export")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The 整改清单 as .docx."""
    actor = actor_in(request)
    actor.require(VIEW)
    found = cq.campaign(actor, pk)
    return sent(f"{found.title}整改清单.docx", campaign_report.report(actor=actor, found=found), DOCX)
