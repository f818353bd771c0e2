"""Bulk actions: choose, preview, apply."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Conflict, Invalid
from bangfu.office.registry import bulk_actions
from bangfu.office.registry.filters import households_asked, kept
from bangfu.office.registry.models import Household
from bangfu.office.registry.vocabularies import words

SHOWN = 200
"""Households of a preview that are listed; all are counted."""


def _keys(request: HttpRequest) -> list[int]:
    """Primary keys of the chosen households, inside the actor's area; one more than the most where there are more."""
    actor = request.actor  # type: ignore[attr-defined]
    most = bulk_actions.MOST + 1
    if request.POST.get("which") == "all":
        asked = households_asked(actor, QueryDict(request.POST.get("query", "")), bulk_actions.PERMISSION)
        if not asked.good:
            raise Invalid({"": _("筛选条件有误")})
        return list(asked.rows.order_by(*asked.order).values_list("pk", flat=True)[:most])
    chosen = [int(text) for text in request.POST.getlist("household") if text.isdigit() and len(text) < 19][:most]
    rows = Household.objects.filter(pk__in=chosen).filter(actor.limit(bulk_actions.PERMISSION))
    return list(rows.order_by("area_code", "number").values_list("pk", flat=True))


def _back(request: HttpRequest, wrong: str) -> HttpResponse:
    messages.error(request, wrong, extra_tags="danger")
    return HttpResponseRedirect(f"{reverse('registry:households')}?{kept(QueryDict(request.POST.get('query', '')))}")


def _form(request: HttpRequest, keys: list[int], errors: dict[str, str] | None = None) -> HttpResponse:
    held = words()
    rows = Household.objects.filter(pk__in=keys)
    codes = set(rows.values_list("area_code", flat=True).distinct())
    groups = areas.Group.objects.filter(village_code__in=codes, valid_to=None).order_by("name")
    context = {
        "keys": keys,
        "which": request.POST.get("which", ""),
        "query": request.POST.get("query", ""),
        "groups": sorted(set(groups.values_list("name", flat=True))),
        "measures": held.choices("measure_kind"),
        "batches": held.choices("measure_batch"),
        "statuses": held.choices("status_kind"),
        "today": timezone.localdate().isoformat(),
        "errors": errors or {},
        "given": request.POST,
        "action": request.POST.get("action", ""),
    }
    return render(request, "registry/bulk.html", context, status=400 if errors else 200)


@page("registry.bulk", "POST")
def choose(request: HttpRequest) -> HttpResponse:
    """What to do with the chosen households."""
    try:
        keys = _keys(request)
    except Invalid as wrong:
        return _back(request, wrong.errors[""])
    if not keys:
        return _back(request, _("没有选中任何户"))
    if len(keys) > bulk_actions.MOST:
        return _back(request, _("超过一次批量操作的上限 %s 户，请缩小筛选范围") % bulk_actions.MOST)
    return _form(request, keys)


@page("registry.bulk", "POST")
def preview(request: HttpRequest) -> HttpResponse:
    """What would change, household by household."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        keys = _keys(request)
    except Invalid as wrong:
        return _back(request, wrong.errors[""])
    try:
        plan = bulk_actions.preview(
            actor=actor, action=request.POST.get("action", ""), parameters=request.POST.dict(), keys=keys
        )
    except Invalid as wrong:
        return _form(request, keys, wrong.errors) if keys else _back(request, next(iter(wrong.errors.values())))
    context = {
        "plan": plan,
        "label": bulk_actions.ACTIONS[plan.action],
        "changes": plan.changes[:SHOWN],
        "skips": plan.skips[:SHOWN],
        "shown": SHOWN,
        "query": request.POST.get("query", ""),
    }
    return render(request, "registry/bulk_preview.html", context)


@page("registry.bulk", "POST")
def apply(request: HttpRequest) -> HttpResponse:
    """Do it, once."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        done = bulk_actions.apply(actor=actor, token=request.POST.get("token", ""))
    except Invalid as wrong:
        return _back(request, wrong.errors[""])
    except Conflict:
        return _back(request, _("有户在预览后被修改，没有做任何改动；请重新预览"))
    text = _("%(label)s：变更 %(n)s 户，跳过 %(m)s 户")
    if done.again:
        text = _("这次操作已经做过，没有重复执行。%(label)s：变更 %(n)s 户，跳过 %(m)s 户")
    messages.success(request, text % {"label": bulk_actions.ACTIONS[done.action], "n": done.changed, "m": done.skipped})
    return HttpResponseRedirect(f"{reverse('registry:households')}?{kept(QueryDict(request.POST.get('query', '')))}")
