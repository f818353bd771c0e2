"""The tree, an area, its map, and changes of the tree."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.areas import actions, queries
from bangfu.office.areas.models import Area
from bangfu.office.areas.plans import PLANNERS, Plan
from bangfu.office.areas.queries import Reaching
from bangfu.office.areas.web import forms
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid

VIEW, MANAGE = "areas.view", "areas.manage"
FORMS = {
    "rename": forms.RenameForm,
    "recode": forms.RecodeForm,
    "merge": forms.MergeForm,
    "split": forms.SplitForm,
    "add": forms.AddForm,
    "add-group": forms.AddGroupForm,
}
TITLES = {
    "rename": gettext_lazy("更名"),
    "recode": gettext_lazy("变更代码或划转"),
    "merge": gettext_lazy("合并"),
    "split": gettext_lazy("拆分"),
    "add": gettext_lazy("新增下级区划"),
    "add-group": gettext_lazy("新增村民组"),
}


def _actor(request: HttpRequest) -> Reaching:
    actor: Reaching = request.actor  # type: ignore[attr-defined]
    return actor


def _nodes(actor: Reaching, rows: list[Area], parent: str, opened: frozenset[str]) -> list[dict[str, Any]]:
    """Areas of one level with their numbers, and below them those that are open."""
    numbers = queries.counted(actor, parent, rows)
    nodes = []
    for row in rows:
        below = _nodes(actor, list(queries.children(row.code)), row.code, opened) if row.code in opened else None
        leaf = row.level == "village"
        nodes.append({"area": row, "numbers": numbers[row.code], "below": below, "leaf": leaf})
    return nodes


@page(VIEW)
def tree(request: HttpRequest) -> HttpResponse:
    """From the actor's areas downwards; `open` names the area whose path is unfolded."""
    actor = _actor(request)
    tops = queries.tops(actor)
    opened = request.GET.get("open", "")
    unfolded = {opened[:digits] for digits in (2, 4, 6, 9) if digits <= len(opened)} | {opened}
    if not opened:
        unfolded = _first_open(tops)
    found = queries.find(actor, request.GET.get("q", ""))
    context = {
        "nodes": _nodes(actor, tops, "", frozenset(unfolded)),
        "counters": queries.counters(actor),
        "found": found,
        "searched": request.GET.get("q", "").strip(),
        "above": queries.path(tops[0].parent_code) if len(tops) == 1 else [],
    }
    return render(request, "areas/tree.html", context)


def _first_open(tops: list[Area]) -> set[str]:
    """The single line down to the county is open from the start, so that the first page shows townships."""
    unfolded: set[str] = set()
    rows = tops
    while len(rows) == 1 and rows[0].level not in ("township", "village"):
        unfolded.add(rows[0].code)
        rows = list(queries.children(rows[0].code)[:2])
    if len(tops) == 1:
        unfolded.add(tops[0].code)
    return unfolded


@page(VIEW)
def children(request: HttpRequest, code: str) -> HttpResponse:
    """The next level of the tree, for HTMX."""
    actor = _actor(request)
    area = queries.area(actor, code)
    nodes = _nodes(actor, list(queries.children(area.code)), area.code, frozenset())
    return render(request, "areas/nodes.html", {"nodes": nodes, "counters": queries.counters(actor)})


@page(VIEW)
def area(request: HttpRequest, code: str) -> HttpResponse:
    """An area: what it is, what lies in it, its map, its history."""
    actor = _actor(request)
    found = queries.area(actor, code)
    below = list(queries.children(code)) if found.valid_to is None else []
    rows, successions = queries.history(code)
    own = queries.counted(actor, code, [found])[code]
    context = {
        "area": found,
        "path": [(row, actor.may(VIEW, row.code)) for row in queries.path(code) if row.code != code],
        "nodes": _nodes(actor, below, code, frozenset()),
        "counters": queries.counters(actor),
        "numbers": list(zip(queries.counters(actor), own, strict=True)),
        "groups": queries.groups(code) if found.level == "village" else [],
        "rows": rows,
        "successions": successions,
        "names": queries.names_ever({c for s in successions for c in (s.old_code, s.new_code)}),
        "has_map": queries.has_outline(code),
        "changes": _changes(actor, found),
    }
    return render(request, "areas/area.html", context)


def _changes(actor: Reaching, found: Area) -> list[tuple[str, Any]]:
    """Links to what the actor may change here."""
    if found.valid_to is not None or not actor.may(MANAGE, found.code):
        return []
    kinds = ["rename"]
    kinds += ["add-group"] if found.level == "village" else ["add"]
    if found.level in ("village", "township"):
        kinds += ["recode", "merge", "split"]
    return [(kind, TITLES[kind]) for kind in kinds]


@page(VIEW)
def boundaries(request: HttpRequest, code: str) -> HttpResponse:
    """The outlines that the map of an area draws."""
    actor = _actor(request)
    found = queries.area(actor, code)
    whole = queries.outlines(actor, found.code)
    for feature in whole["features"]:
        feature["properties"]["url"] = reverse("areas:area", args=[feature["properties"]["code"]])
    return JsonResponse(whole, content_type="application/geo+json")


@page(MANAGE, "GET", "POST")
def change(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A change of the tree: a form, for the larger ones a preview with numbers, then done."""
    actor = _actor(request)
    found = queries.area(actor, code, MANAGE)
    if kind not in FORMS or kind not in dict(_changes(actor, found)):
        raise Http404
    form = FORMS[kind](request.POST or None, actor=actor, area=found)
    plan: Plan | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if kind not in PLANNERS:
                return _done(request, _simple(actor, kind, form.wanted()))
            plan = PLANNERS[kind](**form.wanted())
            for touched in sorted(plan.touched()):
                actor.require(MANAGE, touched)
            if form.cleaned_data["seen"]:
                actions.change(actor=actor, kind=kind, seen=form.cleaned_data["seen"], **form.wanted())
                return _done(request, plan.pairs[0][1])
        except Invalid as error:
            for field, message in error.errors.items():
                form.add_error(field if field in form.fields else None, message)
    context = {"area": found, "form": form, "title": TITLES[kind], "plan": plan, "planned": kind in PLANNERS}
    if plan:
        names = queries.names({old for old, _new in plan.pairs})
        begun = {b.code: b.name for b in plan.begins}
        target = queries.names({new for _old, new in plan.pairs})
        context["pairs"] = [(o, names[o], n, begun.get(n) or target[n]) for o, n in plan.pairs]
    return render(request, "areas/change.html", context)


def _simple(actor: Reaching, kind: str, wanted: dict[str, Any]) -> str:
    if kind == "rename":
        return actions.rename(actor=actor, **wanted).code
    if kind == "add":
        return actions.add_area(actor=actor, **wanted).code
    return actions.add_group(actor=actor, **wanted).village_code


def _done(request: HttpRequest, code: str) -> HttpResponse:
    messages.success(request, _("已办理，并记入审计日志"))
    return HttpResponseRedirect(reverse("areas:area", args=[code]))
