"""Where cases stand: places, steps, days."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.casework import boards, engine, queries, showing
from bangfu.office.casework.queries import Filters
from bangfu.office.pages.downloads import sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.paging import page_of


def _filters(request: HttpRequest) -> Filters:
    asked = Filters.read(request.GET.dict())
    return Filters(area=asked.area, procedure=asked.procedure, step=asked.step)


def _path(actor: Actor, code: str) -> list[tuple[str, str]]:
    """The way down to an area within the actor's reach."""
    own = actor.areas(queries.VIEW)
    steps = [code[:digits] for digits in (6, 9, 12) if digits <= len(code)]
    steps = [step for step in steps if any(step.startswith(prefix) for prefix in own)]
    names = areas.names(steps)
    return [(step, names[step]) for step in steps]


def _procedures() -> list[tuple[str, str]]:
    return [(one.id, one.title.get(reader_language())) for one in engine.current().values()]


@page("cases.view")
def places(request: HttpRequest) -> HttpResponse:
    """A township sees where its villages stand, a county its townships."""
    actor, filters = actor_in(request), _filters(request)
    rows = boards.places(actor, filters)
    sums = {name: sum(row.lists[name] for row in rows) for name in boards.LISTS}
    context = {
        "rows": rows,
        "sums": sums,
        "filters": filters,
        "path": _path(actor, filters.area),
        "procedures": _procedures(),
    }
    return render(request, "casework/places.html", context)


@page("cases.view")
def stalls(request: HttpRequest) -> HttpResponse:
    """Where cases stall, how long steps take, both errors found and corrected."""
    actor, filters = actor_in(request), _filters(request)
    overdue = sorted(boards.places(actor, Filters(area=filters.area)), key=lambda row: -row.lists["overdue"])
    context = {
        "rows": boards.stalls(actor, filters), "errors": boards.errors(actor, filters), "filters": filters,
        "overdue": [row for row in overdue if row.lists["overdue"]][:12], "path": _path(actor, filters.area),
        "procedures": _procedures(),
    }  # fmt: skip
    return render(request, "casework/stalls.html", context)


@page("cases.view")
def passed(request: HttpRequest) -> HttpResponse:
    """The steps behind a figure of how long they take."""
    actor, filters = actor_in(request), _filters(request)
    late = request.GET.get("late") == "1"
    rows = boards.passed(actor, filters, late)
    part = page_of(rows, ("days", "id"), request.GET.get("page", ""), count=False, descending=True)
    names = areas.names({row.area_code for row in part})
    title, label = boards.titles(filters.procedure, filters.step)
    context = {
        "page": part, "rows": [(row, names[row.area_code], showing.outcome_title(row)) for row in part],
        "title": title, "label": label, "late": late, "filters": filters,
    }  # fmt: skip
    return render(request, "casework/passed.html", context)


def _first(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return timezone.localdate().replace(day=1)


@page("cases.act")
def calendar(request: HttpRequest) -> HttpResponse:
    """What is due which day."""
    actor, today = actor_in(request), timezone.localdate()
    first = _first(request.GET.get("month", "")[:7])
    if not 2000 <= first.year <= 2100:
        first = today.replace(day=1)
    context = {"month": boards.month(actor, first), "today": today}
    return render(request, "casework/calendar.html", context)


@page("cases.act")
def calendar_file(request: HttpRequest) -> HttpResponse:
    """The actor's due list for a calendar on the desk or the phone: numbers and steps, no names."""
    actor, stamp = actor_in(request), f"{timezone.now():%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bangfu//casework//ZH", "CALSCALE:GREGORIAN"]
    for case, steps in boards.due_list(actor):
        titles = "、".join(showing.open_titles(case, steps))
        assert case.due_on is not None
        link = request.build_absolute_uri(reverse("casework:case", args=[case.pk]))
        lines += [
            "BEGIN:VEVENT", f"UID:{case.number}@{request.get_host().partition(':')[0]}", f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{case.due_on:%Y%m%d}", f"DTEND;VALUE=DATE:{case.due_on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(f'{case.number} {titles}')}", f"URL:{link}", "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    text = "\r\n".join(part for line in lines for part in _folded(line)) + "\r\n"
    return sent(_("待办事项.ics"), text, "text/calendar; charset=utf-8")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """Lines of at most 75 bytes, continued with a space, never within a character (RFC 5545, 3.1)."""
    parts, rest = [], line
    while len(rest.encode()) > 74:
        cut = 74
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        parts.append(rest[:cut])
        rest = " " + rest[cut:]
    return [*parts, rest]
