"""Windows: what is open, a calendar, setting and ending, and the queue."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.changes import queries, window_actions
from bangfu.office.changes.models import QUEUED, ChangeWindow
from bangfu.office.changes.tasks import later
from bangfu.office.changes.web.forms import read_day
from bangfu.office.changes.windows import Regime, regime
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid

_SHOWN_MONTHS = 3


@page("registry.view", "GET", "POST")
def windows(request: HttpRequest) -> HttpResponse:
    """The windows of the actor's area; POST sets one and applies the queue where that opens it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            window = _set(actor, request)
            _apply(request, actor, window.area_code)
            return redirect("changes:windows")
        except Invalid as invalid:
            errors = {name: str(text) for name, text in invalid.errors.items()}
    return render(request, "changes/windows.html", _shown(request, actor, errors), status=422 if errors else 200)


def _set(actor: Actor, request: HttpRequest) -> ChangeWindow:
    posted, days, errors = request.POST, {}, {}
    for name in ("opens_on", "closes_on"):
        if posted.get(name):
            try:
                days[name] = read_day(posted[name])
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise Invalid(errors)
    window = window_actions.set_window(
        actor=actor,
        area_code=posted.get("area_code", ""),
        kind=posted.get("kind", ""),
        name=posted.get("name", ""),
        opens_on=days.get("opens_on", timezone.localdate()),
        closes_on=days.get("closes_on"),
    )
    _later(actor, window)
    return window


def _later(actor: Actor, window: ChangeWindow) -> None:
    """On the morning when it will open, the queue is applied by whoever works the tasks."""
    today = timezone.localdate()
    turn = regime(window.area_code).next_open(max(today, window.opens_on))
    if turn is not None:
        later(window.area_code, actor.key, turn)


def _apply(request: HttpRequest, actor: Actor, area_code: str) -> None:
    done = window_actions.apply_queued(actor=actor, area_code=area_code)
    if done.applied or done.conflicts:
        words = {"a": done.applied, "c": done.conflicts, "w": done.waiting}
        messages.success(request, _("排队的变更：%(a)s 项已生效，%(c)s 项有冲突，%(w)s 项继续等待") % words)


@page("windows.manage", "POST")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a window or call it off."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        window = window_actions.end_window(actor=actor, window=pk)
        messages.success(request, _("“%s”已结束") % window.name)
        _apply(request, actor, window.area_code)
    except Invalid as invalid:
        messages.error(request, str(invalid), extra_tags="danger")
    return redirect("changes:windows")


@page("windows.manage", "POST")
def apply_now(request: HttpRequest) -> HttpResponse:
    """Apply what waits in an area that is open."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    for prefix in actor.areas(window_actions.MANAGE):
        done = window_actions.apply_queued(actor=actor, area_code=prefix)
        words = {"a": done.applied, "c": done.conflicts, "w": done.waiting}
        messages.success(request, _("排队的变更：%(a)s 项已生效，%(c)s 项有冲突，%(w)s 项继续等待") % words)
    return redirect("changes:windows")


def _shown(request: HttpRequest, actor: Actor, errors: dict[str, str]) -> dict[str, Any]:
    today = timezone.localdate()
    own = actor.areas(queries.VIEW)
    choices = list(areas.within(own).exclude(level="village").values_list("code", "name", "level"))
    choices += list(areas.within(own).filter(level="village").values_list("code", "name", "level")[:300])
    codes = [code for code, _name, _level in choices]
    chosen = request.GET.get("area", "")
    chosen = chosen if chosen in codes else (codes[0] if codes else "")
    rules = regime(chosen) if chosen else Regime(())
    rows = list(queries.windows(actor).order_by("-opens_on", "-pk")[:100])
    return {
        "windows": [_row(actor, w, today) for w in rows],
        "names": areas.names([w.area_code for w in rows]),
        "areas": choices,
        "chosen": chosen,
        "open": rules.is_open(today),
        "next_open": rules.next_open(today),
        "ruled": bool(rules.windows),
        "months": [_month(rules, today, n) for n in range(_SHOWN_MONTHS)],
        "queued": queries.changes(actor).filter(status=QUEUED).count(),
        "kinds": ChangeWindow.KINDS,
        "posted": request.POST,
        "errors": errors,
        "today": today.isoformat(),
        "manageable": [c for c in choices if actor.may("windows.manage", c[0])],
    }


def _row(actor: Actor, window: ChangeWindow, today: date) -> dict[str, Any]:
    over = window.ended_at is not None or (window.closes_on is not None and window.closes_on < today)
    state = "over" if over else "coming" if window.opens_on > today else "now"
    return {"window": window, "state": state, "may_end": not over and actor.may("windows.manage", window.area_code)}


def _month(rules: Regime, today: date, ahead: int) -> dict[str, Any]:
    months = today.year * 12 + today.month - 1 + ahead
    year, month = divmod(months, 12)
    weeks = calendar.Calendar().monthdatescalendar(year, month + 1)
    return {
        "first": date(year, month + 1, 1),
        "weeks": [
            [{"day": d, "inside": d.month == month + 1, "open": rules.is_open(d), "today": d == today} for d in week]
            for week in weeks
        ],
    }
