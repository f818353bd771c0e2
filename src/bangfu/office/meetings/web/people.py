"""Who is entitled to vote, near relatives, and the files of a meeting."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import actor_in
from bangfu.office.areas import api as areas
from bangfu.office.meetings import people, queries
from bangfu.office.meetings.models import CommitteeMember, NearRelative
from bangfu.office.meetings.web.forms import MemberForm, RelativeForm
from bangfu.office.meetings.web.views import add_errors, places_of
from bangfu.office.pages.downloads import sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid

ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}


@page("cases.view", "GET", "POST")
def committee(request: HttpRequest) -> HttpResponse:
    """The list of those entitled to vote, by village."""
    actor, form = actor_in(request), None
    may_act = actor.may(queries.ACT)
    if may_act:
        form = MemberForm(places_of(actor), request.POST if request.method == "POST" else None)
    if request.method == "POST":
        actor.require(queries.ACT)
        assert form is not None
        if form.is_valid():
            given = dict(form.cleaned_data)
            try:
                people.add_member(actor=actor, area_code=given.pop("area"), **given)
            except Invalid as error:
                add_errors(form, error)
            else:
                messages.success(request, _("已登记"))
                return redirect("meetings:committee")
    rows = CommitteeMember.objects.filter(actor.limit(queries.VIEW))
    part = page_of(rows, ("area_code", "id"), request.GET.get("page", ""), size=50, count=False)
    places = areas.names({row.area_code for row in part})
    today = timezone.localdate()
    context = {
        "page": part, "form": form, "may_act": may_act, "today": today,
        "rows": [{"row": row, "place": places[row.area_code], "serves": row.serves(today)} for row in part],
    }  # fmt: skip
    return render(request, "meetings/committee.html", context)


@page("cases.act", "POST")
def member_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A term ends today."""
    actor = actor_in(request)
    row = queries.member(actor, pk, queries.ACT)
    try:
        people.end_member(actor=actor, member=row.pk, on=timezone.localdate())
        messages.success(request, _("任期已结束"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("meetings:committee")


@page("cases.view", "GET", "POST")
def relatives(request: HttpRequest) -> HttpResponse:
    """The register of near relatives."""
    actor, form = actor_in(request), None
    may_act = actor.may(queries.ACT)
    if may_act:
        today = timezone.localdate()
        serving = list(CommitteeMember.objects.filter(actor.limit(queries.ACT)).order_by("area_code", "pk")[:500])
        names = areas.names({one.area_code for one in serving})
        choices = [(str(one.pk), f"{names[one.area_code]} {one.name}") for one in serving if one.serves(today)]
        initial = {"household": request.GET.get("household", "")[:30]}
        form = RelativeForm(choices, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        actor.require(queries.ACT)
        assert form is not None
        if form.is_valid():
            given = form.cleaned_data
            member = int(given["member"]) if given["member"] else None
            try:
                people.file_relative(
                    actor=actor, household=given["household"], relation=given["relation"], member=member,
                    account=given["account"],
                )  # fmt: skip
            except Invalid as error:
                add_errors(form, error)
            else:
                messages.success(request, _("已备案；此后在会议和个案中须回避"))
                return redirect("meetings:relatives")
    rows = NearRelative.objects.filter(actor.limit(queries.VIEW)).select_related("household", "member")
    part = page_of(rows, ("id",), request.GET.get("page", ""), count=False, descending=True)
    places = areas.names({row.area_code for row in part})
    context = {
        "page": part, "form": form, "may_act": may_act, "rows": [{"row": row, "place": places[row.area_code]} for row in part],
    }  # fmt: skip
    return render(request, "meetings/relatives.html", context)


@page("cases.act", "POST")
def relative_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A registration ends."""
    actor = actor_in(request)
    row = queries.relative(actor, pk, queries.ACT)
    try:
        people.end_relative(actor=actor, relative=row.pk)
        messages.success(request, _("备案已终止"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("meetings:relatives")


@page("cases.view")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo or the sign-in sheet."""
    row, content = people.open_file(actor=actor_in(request), file=pk)
    name = f"meeting-{row.meeting_id}-{row.pk}{ENDINGS.get(row.media_type, '')}"
    return sent(name, content, row.media_type, attached=False)
