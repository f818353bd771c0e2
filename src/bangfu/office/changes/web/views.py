"""Lists, the forms, a change side by side, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.changes import actions, queries, showing
from bangfu.office.changes.kinds import GROUPS, KINDS, LEVELS, level_of
from bangfu.office.changes.kinds import kind_of as kind_by_code
from bangfu.office.changes.models import CONFLICT, PENDING, PROPOSED, QUEUED, STATUSES, Change
from bangfu.office.changes.tasks import later
from bangfu.office.changes.web import asking
from bangfu.office.changes.windows import regime
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.purposes import stated_in
from bangfu.office.pages.refusals import Conflict, Invalid, OutOfReach
from bangfu.office.registry import api as registry


def _say(request: HttpRequest, change: Change) -> None:
    """What became of it, in words; what waits for its day is looked at again on that day."""
    if change.status == QUEUED:
        turn = regime(change.area_code).next_open(max(change.effective_on, timezone.localdate()))
        if turn is not None:
            later(change.area_code, actor_in(request).key, turn)
    words = {
        "applied": _("变更已生效"),
        "queued": _("变更已确认，窗口期关闭或生效日未到，已排队"),
        "proposed": _("变更已提出，等待另一人确认"),
        "returned": _("变更已退回"),
        "withdrawn": _("变更已撤回"),
        "conflict": _("变更有冲突"),
    }
    if change.status in words:
        messages.success(request, words[change.status])


@page("registry.view")
def change_list(request: HttpRequest) -> HttpResponse:
    """Changes of the actor's area by what there is to do, with counts by area."""
    actor = actor_in(request)
    conditions, counts = queries.views(actor), queries.counts(actor)
    chosen = request.GET.get("view", "")
    if chosen not in conditions:
        chosen = next((name for name in ("confirm", "mine", "conflict") if counts[name]), "done")
    rows = queries.changes(actor).filter(conditions[chosen]).select_related("household", "person", "key", "undoes")
    wide = any(len(prefix) < 9 for prefix in actor.areas(queries.VIEW))
    area = request.GET.get("area", "")
    area = area if area.isdigit() and len(area) in (6, 9, 12) else ""
    by_area = queries.by_area(rows, 9 if wide and len(area) < 9 else 12)
    if area:
        rows = rows.filter(areas.inside([area]))
    if chosen in ("confirm", "pending", "queued"):
        order: tuple[str, ...] = ("area_code", "id")
    else:  # what is settled, the newest first
        rows, order = rows.annotate(newest=-F("id")), ("newest",)
    part = page_of(rows, order, request.GET.get("page", ""))
    names = areas.names([*(row.area_code for row in part), *by_area])
    return render(
        request,
        "changes/list.html",
        {
            "page": part,
            "names": names,
            "tabs": [(name, _tab(name), counts[name]) for name in conditions],
            "chosen": chosen,
            "by_area": [(code, names[code], n) for code, n in by_area.items()],
            "area": area,
            "rows": [_row(change) for change in part],
        },
    )


def _tab(name: str) -> str:
    return {
        "confirm": _("待我确认"),
        "mine": _("我提出的"),
        "pending": _("全部待确认"),
        "queued": _("排队中"),
        "conflict": _("有冲突"),
        "done": _("已办"),
        "refused": _("退回与撤回"),
    }[name]


def _row(change: Change) -> dict[str, Any]:
    return {"change": change, "kind": kind_by_code(change.kind).label, "status": STATUSES[change.status]}


@page("registry.propose", "GET", "POST")
def propose(request: HttpRequest) -> HttpResponse:
    """Choose a kind, then its form; what comes back becomes a proposal."""
    actor = actor_in(request)
    asked = request.POST if request.method == "POST" else request.GET
    kind = asked.get("kind", "")
    if kind not in KINDS:
        return _choose(request, actor, asked.get("household", "").strip())
    try:
        where = asking.place(actor, kind, asked)
    except OutOfReach:
        if asked.get("household"):
            raise
        return _choose(request, actor, "", kind)
    errors: dict[str, str] = {}
    if request.method == "POST" and not asked.get("refresh"):
        try:
            return _proposed(request, actor, where)
        except Invalid as invalid:
            errors = {name: str(text) for name, text in invalid.errors.items()}
        except Conflict as conflict:
            return _form_conflict(request, actor, where, conflict)
        except _Duplicate as duplicate:
            return _form(request, actor, where, {}, duplicate=duplicate)
    return _form(request, actor, where, errors)


class _Duplicate(Exception):
    """The ID number is registered elsewhere: those in the actor's area, and whether there are others."""

    def __init__(self, seen: list[registry.Person], elsewhere: bool) -> None:
        super().__init__("duplicate")
        self.seen, self.elsewhere = seen, elsewhere


def _proposed(request: HttpRequest, actor: Actor, where: asking.Place) -> HttpResponse:
    proposal = asking.proposal(actor, where, request.POST)
    if not request.POST.get("duplicate_checked"):
        _warn_of_duplicates(actor, where, proposal)
    change = actions.propose(actor=actor, proposal=proposal)
    _say(request, change)
    return redirect("changes:show", change.pk)


def _warn_of_duplicates(actor: Actor, where: asking.Place, proposal: actions.Proposal) -> None:
    content = proposal.content
    numbers = [values.get("id_number") for values in (*content.persons, content.values)]
    found = [p for n in numbers if n for p in actions.registered_elsewhere(n, where.person)]
    if found:
        seen = [p for p in found if actor.may("registry.view", p.area_code)]
        raise _Duplicate(seen, len(seen) < len(found))


def _choose(request: HttpRequest, actor: Actor, number: str, kind: str = "") -> HttpResponse:
    household = registry.household(actor, number, actions.PROPOSE) if number else None
    groups = [
        (label, [k for k in KINDS.values() if k.group == group and _fits(k.code, household)])
        for group, label in GROUPS.items()
    ]
    shown = {
        "household": household,
        "members": registry.open_members(household) if household else [],
        "groups": [(label, kinds) for label, kinds in groups if kinds],
        "kind": KINDS.get(kind),
        "pending": [_row(c) for c in queries.pending_of(actor, household.pk)] if household else [],
    }
    return render(request, "changes/choose.html", shown)


def _fits(kind: str, household: registry.Household | None) -> bool:
    if household is None:
        return True
    if household.closed_on is not None:
        return kind in ("reopen", "correction")
    return kind not in ("reopen", "new_household")


def _form(
    request: HttpRequest,
    actor: Actor,
    where: asking.Place,
    errors: dict[str, str],
    duplicate: _Duplicate | None = None,
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else request.GET
    kind = KINDS[where.kind]
    code = where.household.area_code if where.household else ""
    today = timezone.localdate()
    rules = regime(code) if code else None
    shown = {
        **asking.context(actor, where, posted, errors),
        "kind": kind,
        "errors": errors,
        "posted": posted,
        "duplicate": duplicate,
        "today": today.isoformat(),
        "closed": rules is not None and not rules.is_open(today),
        "opens": rules.next_open(today) if rules else None,
        "pending": [_row(c) for c in queries.pending_of(actor, where.household.pk)] if where.household else [],
        "village": areas.names([code])[code] if code else "",
    }
    return render(request, "changes/form.html", shown, status=422 if errors else 200)


def _form_conflict(request: HttpRequest, actor: Actor, where: asking.Place, conflict: Conflict) -> HttpResponse:
    known = registry.catalogue().tables[where.table]
    rows = [
        {
            "name": name,
            "label": showing.label_of(where.table, name),
            "theirs": showing.show_value(known[name], theirs),
            "mine": showing.show_value(known[name], mine),
        }
        for name, (theirs, mine) in conflict.fields.items()
    ]
    subject = where.person or where.household
    names = asking.forms.correctable(where.table, subject) if subject else []
    now, _words = asking.present(subject, where.table, names) if subject else ({}, {})
    kept = [(name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "seen")]
    shown = {"place": where, "rows": rows, "kept": kept, "seen": asking.forms.seal_seen(now)}
    return render(request, "changes/form_conflict.html", shown)


@page("registry.view", "GET", "POST")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """A change side by side. POST with a purpose shows personal values in full, once, and is logged."""
    actor = actor_in(request)
    change = queries.change(actor, pk)
    opened = False
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            actions.record_unmasking(actor=actor, change=change, **stated_in(request.POST))
            opened = True
        except Invalid as invalid:
            errors = {name: str(text) for name, text in invalid.errors.items()}
    context = {**_shown(actor, change, opened, errors), **stated_in(request.POST)}
    response = render(request, "changes/show.html", context, status=422 if errors else 200)
    if opened:
        response["Cache-Control"] = "no-store"
    return response


def _shown(actor: Actor, change: Change, opened: bool, errors: dict[str, str]) -> dict[str, Any]:
    found = actions.conflicts_of(change)
    rows = showing.lines(change, opened, found)
    kind = kind_by_code(change.kind)
    ruled = kind_by_code(change.undoes.kind) if change.undoes else kind
    codes = [code for code in (change.area_code, change.other_area_code) if code]
    today = timezone.localdate()
    pending = change.status in PENDING
    may = actor.may("registry.confirm", change.area_code)
    own = change.proposed_by == actor.key
    return {
        "change": change,
        "kind": kind,
        "status": STATUSES[change.status],
        "lines": rows,
        "hidden": any(line.hidden for line in rows),
        "opened": opened,
        "errors": errors,
        "conflicts": len(found),
        "names": areas.names(codes),
        "may_confirm": change.status == PROPOSED and not own and not found and actions.may_confirm(actor, change),
        "may_return": pending and may and not own,
        "may_withdraw": pending and own,
        "may_resolve": (found or change.status == CONFLICT)
        and change.status in (PROPOSED, CONFLICT)
        and actor.may("registry.propose", change.area_code),
        "may_undo": change.status == "applied"
        and change.kind != "undo"
        and actor.may("registry.propose", change.area_code),
        "own": own,
        "level": LEVELS[level_of(ruled, change.area_code, change.other_area_code)],
        "undone_by": change.undone_by.order_by("-pk").first(),
        "opens": regime(change.area_code).next_open(today) if change.status == QUEUED else None,
        "future": change.effective_on > today,
        "made": _made(change),
    }


def _made(change: Change) -> list[tuple[str, str]]:
    """Links to what it made: new households."""
    return [
        (s["household"], reverse("registry:household", args=[s["household"]]))
        for s in change.steps
        if s["op"] == "opened"
    ]


def _back(request: HttpRequest, pk: int, errors: Invalid | None = None) -> HttpResponseRedirect:
    if errors is not None:
        for text in errors.errors.values():
            messages.error(request, str(text), extra_tags="danger")
    return redirect("changes:show", pk)


@page("registry.confirm", "POST")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or send back, with a remark."""
    actor, remark = actor_in(request), request.POST.get("remark", "")
    try:
        if request.POST.get("decision") == "return":
            change = actions.send_back(actor=actor, change=pk, remark=remark)
        else:
            change = actions.confirm(actor=actor, change=pk, remark=remark)
    except Invalid as invalid:
        return _back(request, pk, invalid)
    except Conflict:
        messages.warning(request, _("有人在此期间改了同一项，请逐项选择"))
        return redirect("changes:resolve", pk)
    _say(request, change)
    return redirect("changes:show", pk)


@page("registry.propose", "POST")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one's own proposal."""
    try:
        _say(request, actions.withdraw(actor=actor_in(request), change=pk))
    except Invalid as invalid:
        return _back(request, pk, invalid)
    return redirect("changes:show", pk)


@page("registry.propose", "GET", "POST")
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """The conflict of a pending change, field by field."""
    actor = actor_in(request)
    change = queries.change(actor, pk, actions.PROPOSE)
    errors: dict[str, str] = {}
    if request.method == "POST":
        choices = {name.removeprefix("choice-"): value for name, value in request.POST.items() if name[:7] == "choice-"}
        try:
            _say(request, actions.resolve(actor=actor, change=pk, choices=choices))
            return redirect("changes:show", pk)
        except Invalid as invalid:
            errors = {name: str(text) for name, text in invalid.errors.items()}
    table = change.content.get("table", "households")
    known = registry.catalogue().tables[table]
    rows = [
        {
            "name": name,
            "label": showing.label_of(table, name),
            "theirs": showing.show_value(known.get(name), theirs),
            "mine": showing.show_value(known.get(name), mine),
            "error": errors.get(name, ""),
        }
        for name, (theirs, mine) in actions.conflicts_of(change).items()
    ]
    shown = {"change": change, "kind": kind_by_code(change.kind), "rows": rows, "errors": errors}
    return render(request, "changes/conflict.html", shown, status=422 if errors else 200)


@page("registry.propose", "GET", "POST")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to undo a change that took effect."""
    actor = actor_in(request)
    change = queries.change(actor, pk, actions.PROPOSE)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = actions.undo(actor=actor, change=pk, reason=request.POST.get("reason", ""))
            _say(request, made)
            return redirect("changes:show", made.pk)
        except Invalid as invalid:
            errors = {name: str(text) for name, text in invalid.errors.items()}
    obstacles = registry.undo_obstacles(change.steps) if change.status == "applied" else []
    shown = {
        "change": change,
        "kind": kind_by_code(change.kind),
        "lines": showing.lines(change),
        "obstacles": obstacles,
        "errors": errors,
    }
    return render(request, "changes/undo.html", shown, status=422 if errors else 200)
