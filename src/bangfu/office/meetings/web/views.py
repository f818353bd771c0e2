"""Meetings, their matters and their tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.meetings import actions, people, queries
from bangfu.office.meetings import minutes as papers
from bangfu.office.meetings.models import CLOSED, DRAFT, HELD, Attendee, Matter, Meeting
from bangfu.office.meetings.rules import needed
from bangfu.office.meetings.seams import candidates
from bangfu.office.meetings.web.forms import (
    ArrangementsForm,
    AttendanceForm,
    CallForm,
    DiscussionForm,
    DoneForm,
    FileForm,
    TaskForm,
    VoteForm,
)
from bangfu.office.pages.downloads import DOCX, PDF, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid, OutOfReach


def add_errors(form: forms.Form, error: Invalid) -> None:
    """Say what an action refused."""
    for name, message in error.errors.items():
        form.add_error(name if name in form.fields else None, message)


def places_of(actor: Actor) -> list[tuple[str, str]]:
    """Villages and townships in which the actor may act, villages first."""
    rows = areas.current().filter(actor.limit(queries.ACT, "code"), level__in=("village", "township"))
    found = [(row.code, row.name) for row in rows.order_by("code")[:800]]
    return sorted(found, key=lambda one: (-len(one[0]), one[0]))


@page("cases.view")
def meetings(request: HttpRequest) -> HttpResponse:
    """The meetings of the actor's area."""
    actor = actor_in(request)
    part = page_of(
        queries.meetings(actor),
        ("starts_at", "id"),
        request.GET.get("page", ""),
        count=False,
        descending=True,
    )
    places = areas.names({row.area_code for row in part})
    titles: dict[int, list[str]] = {}
    for row in Matter.objects.filter(meeting__in=list(part)).select_related("household").order_by("position"):
        titles.setdefault(row.meeting_id, []).append(row.household.head_name or "—")
    rows = [{"row": row, "place": places[row.area_code], "matters": titles.get(row.pk, [])} for row in part]
    context = {"page": part, "rows": rows, "may_act": actor.may(queries.ACT)}
    return render(request, "meetings/meetings.html", context)


@page("cases.act", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Call a meeting."""
    actor = actor_in(request)
    form = CallForm(places_of(actor), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.call_meeting(
                actor=actor, area_code=form.cleaned_data["area"], arrangements=form.arrangements()
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已登记会议，请列入议题"))
            return redirect("meetings:meeting", made.pk)
    return render(request, "meetings/new.html", {"form": form})


@page("cases.view")
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting: what is to be done next, who came, how they voted, what was decided."""
    actor = actor_in(request)
    return render(request, "meetings/meeting.html", _context(actor, queries.meeting(actor, pk)))


def _context(actor: Actor, row: Meeting, **failed: forms.Form) -> dict[str, Any]:
    matters = list(Matter.objects.filter(meeting=row).select_related("household__key").order_by("position"))
    for one in matters:
        one.meeting = row
    may_act = actor.may(queries.ACT, row.area_code)
    entitled = queries.members(row.area_code, timezone.localtime(row.starts_at).date()) if row.state == DRAFT else []
    on = {one.reference for one in matters}
    wanted = max((needed(len(entitled), one.quorum, one.least) for one in matters), default=0)
    known: dict[str, forms.Form] = {}
    if may_act and row.state == DRAFT:
        given = {name: getattr(row, name) for name in ("kind", "place", "chair", "recorder")}
        known["arrangements"] = ArrangementsForm(initial={**given, "starts_at": timezone.localtime(row.starts_at)})
        known["attendance"] = AttendanceForm(entitled)
    if may_act and row.state != CLOSED:
        known |= {"file": FileForm(), "discussion": DiscussionForm(row)}
    if may_act and row.state == HELD:
        known["task"] = TaskForm()
    return {
        "meeting": row, "place": areas.names([row.area_code])[row.area_code], "may_act": may_act, **known, **failed,
        "matters": [(one, queries.votes_on(one)) for one in matters], "entitled": entitled, "needed": wanted,
        "candidates": [one for one in candidates(actor, row.area_code) if one.reference not in on]
        if may_act and row.state == DRAFT else [],
        "attendees": list(Attendee.objects.filter(meeting=row).order_by("pk")),
        "files": list(row.files.order_by("pk")), "tasks": list(row.tasks.order_by("pk")),
        "unchanged": queries.unchanged(row, matters) if row.state == CLOSED else None,
        "ready": row.state == HELD and all(queries.votes_on(one) is not None for one in matters),
        "today": timezone.localdate(),
    }  # fmt: skip


def _hold(actor: Actor, row: Meeting, form: Any) -> str:
    actions.hold(actor=actor, meeting=row.pk, present=form.came(), guests=form.others())
    return _("已登记到会人员，请逐项登记表决")


def _change(actor: Actor, row: Meeting, form: Any) -> str:
    actions.change_meeting(actor=actor, meeting=row.pk, arrangements=form.arrangements())
    return _("已修改会议安排")


def _file(actor: Actor, row: Meeting, form: Any) -> str:
    people.add_file(actor=actor, meeting=row.pk, **form.cleaned_data)
    return _("已登记")


def _discussion(actor: Actor, row: Meeting, form: Any) -> str:
    actions.note_discussion(actor=actor, meeting=row.pk, text=form.cleaned_data["text"])
    return _("已保存发言要点")


def _task(actor: Actor, row: Meeting, form: Any) -> str:
    actions.add_task(actor=actor, meeting=row.pk, **form.cleaned_data)
    return _("已登记决定事项")


FORMS: dict[str, Callable[[Actor, Meeting, Any], str]] = {
    "attendance": _hold, "arrangements": _change, "file": _file, "discussion": _discussion, "task": _task,
}  # fmt: skip


def _form(what: str, row: Meeting, request: HttpRequest) -> forms.Form:
    if what == "attendance":
        day = timezone.localtime(row.starts_at).date()
        return AttendanceForm(queries.members(row.area_code, day), request.POST)
    if what == "discussion":
        return DiscussionForm(row, request.POST)
    kinds: dict[str, Any] = {"arrangements": ArrangementsForm, "file": FileForm, "task": TaskForm}
    made: forms.Form = kinds[what](request.POST, request.FILES)
    return made


@page("cases.act", "POST")
def do(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """One of the things that are done on a meeting's page."""
    actor = actor_in(request)
    row = queries.meeting(actor, pk, queries.ACT)
    try:
        if what == "agenda":
            actions.add_matters(actor=actor, meeting=row.pk, references=request.POST.getlist("references"))
            messages.success(request, _("已列入议题"))
        elif what == "close":
            actions.close(actor=actor, meeting=row.pk)
            messages.success(request, _("已办结，记录已封存"))
        elif what == "drop":
            actions.drop_meeting(actor=actor, meeting=row.pk)
            messages.success(request, _("已取消会议"))
            return redirect("meetings:meetings")
        elif what in FORMS:
            return _filled(request, actor, row, what)
        else:
            raise OutOfReach(queries.ACT, row.area_code)
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("meetings:meeting", row.pk)


def _filled(request: HttpRequest, actor: Actor, row: Meeting, what: str) -> HttpResponse:
    form = _form(what, row, request)
    if form.is_valid():
        try:
            messages.success(request, FORMS[what](actor, row, form))
            return redirect("meetings:meeting", row.pk)
        except Invalid as error:
            add_errors(form, error)
    row.refresh_from_db()
    return render(request, "meetings/meeting.html", _context(actor, row, **{what: form}))


@page("cases.act", "GET", "POST")
def matter(request: HttpRequest, pk: int) -> HttpResponse:
    """The count of one matter."""
    actor = actor_in(request)
    row = queries.matter(actor, pk, queries.ACT)
    if row.meeting.state != HELD:
        messages.warning(request, _("会议召开后、办结前登记表决"))
        return redirect("meetings:meeting", row.meeting_id)
    voters = list(Attendee.objects.filter(meeting=row.meeting, member__isnull=False).select_related("member"))
    forced = actions.must_abstain(row, voters)
    form = VoteForm(
        voters, [one.attendee.pk for one in forced], row.meeting.chair, request.POST if request.method == "POST" else None
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.vote(actor=actor, matter=row.pk, count=form.count())
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已登记表决：%s") % done.get_result_display())
            return redirect("meetings:meeting", row.meeting_id)
    context = {
        "matter": row, "meeting": row.meeting, "form": form, "forced": forced,
        "relatives": queries.relatives_of(row.household_id),
        "needed": needed(row.meeting.entitled, row.quorum, row.least),
    }  # fmt: skip
    return render(request, "meetings/matter.html", context)


@page("cases.act", "POST")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a matter off the agenda."""
    actor = actor_in(request)
    row = queries.matter(actor, pk, queries.ACT)
    try:
        actions.remove_matter(actor=actor, matter=row.pk)
        messages.success(request, _("已移出议题"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("meetings:meeting", row.meeting_id)


@page("cases.view")
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as PDF or Word, whole or as they may be posted."""
    actor = actor_in(request)
    row = queries.meeting(actor, pk)
    kind = "docx" if request.GET.get("format") == "docx" else "pdf"
    posted = request.GET.get("posted") == "1"
    try:
        content = papers.make(actor, row, kind, posted)
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("meetings:meeting", row.pk)
    return sent(f"meeting-{row.pk}.{kind}", content, DOCX if kind == "docx" else PDF, attached=kind == "docx")


@page("cases.view")
def tasks(request: HttpRequest) -> HttpResponse:
    """What meetings decided, and whether it was done."""
    actor, today = actor_in(request), timezone.localdate()
    open_only = request.GET.get("view") != "done"
    rows = queries.tasks(actor).filter(done_at__isnull=open_only)
    part = page_of(rows, ("due_on", "id"), request.GET.get("page", ""), count=False, descending=not open_only)
    places = areas.names({row.area_code for row in part})
    context = {
        "page": part, "open_only": open_only, "today": today, "may_act": actor.may(queries.ACT),
        "rows": [{"row": row, "place": places[row.area_code], "late": row.done_at is None and row.due_on < today} for row in part],
    }  # fmt: skip
    return render(request, "meetings/tasks.html", context)


@page("cases.act", "POST")
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """A task was done."""
    actor = actor_in(request)
    row = queries.task(actor, pk, queries.ACT)
    form = DoneForm(request.POST)
    if form.is_valid():
        try:
            actions.finish_task(actor=actor, task=row.pk, proof=form.cleaned_data["proof"])
            messages.success(request, _("已办结"))
        except Invalid as error:
            messages.warning(request, str(error))
    else:
        messages.warning(request, _("请写明办结证明"))
    return redirect("meetings:tasks")
