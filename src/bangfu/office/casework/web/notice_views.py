"""Public notices: making one, several on a sheet, printing, and the proof that they hang."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, actor_in
from bangfu.office.areas import api as areas
from bangfu.office.casework import engine, notices, queries, showing
from bangfu.office.casework.documents import posters
from bangfu.office.casework.models import Case, OpenStep
from bangfu.office.casework.notice_models import PublicNotice
from bangfu.office.casework.web.notice_forms import IssueForm, ProofForm, SheetForm
from bangfu.office.pages.downloads import PDF, sent
from bangfu.office.pages.guard import page
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid, OutOfReach

WAITING_ROWS = 120


def _add(form: forms.Form, error: Invalid) -> None:
    for name, message in error.errors.items():
        form.add_error(name if name in form.fields else None, message)


@page("cases.view", "GET", "POST")
def notice(request: HttpRequest, pk: int, thing: str) -> HttpResponse:
    """The notices of one kind of a case; making one."""
    actor = actor_in(request)
    case = queries.case(actor, pk)
    procedure = engine.procedure_of(case)
    kind = procedure.things.get(thing)
    if kind is None or kind.kind != "notice":
        raise OutOfReach(queries.VIEW, case.area_code)
    form = IssueForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            notices.issue(actor=actor, case=case.pk, thing=thing, from_on=given["from_on"], note=given["note"])
        except Invalid as error:
            _add(form, error)
        else:
            messages.success(request, _("已出具公示，请打印张贴并登记张贴照片"))
            return redirect("casework:notice", case.pk, thing)
    rows = [row for row in notices.standing(case) if row.thing == thing]
    due = notices.open_notice(case) == thing
    words, why_not = None, ""
    if due:
        try:
            words = notices.words_of(case, thing)
        except Invalid as error:
            why_not = str(error)
    context = {
        "case": case, "thing": thing, "title": kind.title.get(reader_language()), "rows": [_shown(row) for row in rows],
        "form": form, "proof": ProofForm(), "due": due, "words": words, "why_not": why_not,
        "may_act": actor.may(queries.ACT, case.area_code), "what": showing.title_of(case), "stands": kind.stands,
    }  # fmt: skip
    return render(request, "casework/notice.html", context)


def _shown(row: PublicNotice) -> dict[str, Any]:
    today = timezone.localdate()
    state = (
        "withdrawn" if row.withdrawn_at else "ahead" if today < row.from_on else "stands" if row.stands(today) else "over"
    )  # fmt: skip
    return {"row": row, "state": state, "address": posters.address_of(row.token), "path": notices.path_of(row.token)}


@page("cases.act", "POST")
def proof(request: HttpRequest, notice: int) -> HttpResponse:
    """Register that a notice hangs."""
    actor = actor_in(request)
    row = notices.notice_of(actor, notice, queries.ACT)
    form = ProofForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            done = notices.prove(actor=actor, notice=row.pk, **form.cleaned_data)
        except Invalid as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("已登记张贴"))
            if done.from_on != row.from_on:
                said = {"first": done.from_on, "last": done.until_on}
                messages.warning(
                    request, _("张贴日期与印出的不同，公示期改为 %(first)s 至 %(last)s；请换上重新打印的公示") % said
                )
            if done.photo_differs:
                said = {"photo": done.taken_on, "posted": done.posted_on}
                messages.warning(request, _("照片拍摄于 %(photo)s，与张贴日期 %(posted)s 不同，请核对") % said)
    else:
        messages.warning(request, _("请填写张贴日期"))
    return redirect("casework:notice", row.case_id, row.thing)


@page("cases.act", "POST")
def withdraw(request: HttpRequest, notice: int) -> HttpResponse:
    """Take a notice down."""
    actor = actor_in(request)
    row = notices.notice_of(actor, notice, queries.ACT)
    try:
        notices.withdraw(actor=actor, notice=row.pk)
        messages.success(request, _("已撤下"))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("casework:notice", row.case_id, row.thing)


@page("cases.view")
def print_notice(request: HttpRequest, notice: int) -> HttpResponse:
    """A notice as PDF; with the others of its sheet where it has some."""
    actor = actor_in(request)
    row = notices.notice_of(actor, notice)
    rows = [row]
    if row.sheet:
        rows = list(notices.notices(actor).filter(sheet=row.sheet, withdrawn_at=None).order_by("pk")) or rows
    try:
        content = posters.print_notices(actor, rows, request.GET.get("place", ""))
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("casework:notice", row.case_id, row.thing)
    return sent(f"{row.case.number}-notice.pdf", content, PDF, attached=False)


@page("cases.view", "GET", "POST")
def board(request: HttpRequest) -> HttpResponse:
    """What waits for its notice, by village; several on one sheet; and the notices that were made."""
    actor = actor_in(request)
    waiting = _waiting(actor)
    choices = [(str(one["case"].pk), one["case"].number) for group in waiting for one in group["rows"]]
    form = SheetForm(choices, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            wanted = [int(one) for one in form.cleaned_data["cases"]]
            made = notices.issue_sheet(actor=actor, cases=wanted, from_on=form.cleaned_data["from_on"])
        except Invalid as error:
            _add(form, error)
        else:
            messages.success(request, _("已出具 %s 户的公示，可打印一张") % len(made))
            return redirect("casework:notices")
    part = page_of(notices.notices(actor), ("id",), request.GET.get("page", ""), count=False, descending=True)
    places = areas.names({row.area_code for row in part})
    context = {
        "waiting": waiting, "form": form, "page": part, "chosen": request.POST.getlist("cases"),
        "rows": [{**_shown(row), "place": places[row.area_code]} for row in part],
        "may_act": actor.may(queries.ACT),
    }  # fmt: skip
    return render(request, "casework/notices.html", context)


def _waiting(actor: Actor) -> list[dict[str, Any]]:
    """Cases whose notice is to be made, by village and kind. Three queries."""
    steps = {
        notices.step_with(procedure, thing.id)
        for procedure in engine.current().values()
        for thing in procedure.things.values()
        if thing.kind == "notice"
    } - {""}
    made = PublicNotice.objects.filter(case=OuterRef("case"), step=OuterRef("step"), withdrawn_at=None)
    open_now = OpenStep.objects.filter(actor.limit(queries.ACT), ~Exists(made), step__in=steps, held=False)
    found = Case.objects.filter(pk__in=open_now.values("case"))
    rows = found.select_related("household", "definition").order_by("area_code", "procedure", "household__number")
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for case in rows[:WAITING_ROWS]:
        key = (case.area_code, case.procedure)
        group = groups.setdefault(key, {"area": case.area_code, "title": showing.title_of(case), "rows": []})
        group["rows"].append({"case": case, "matter": showing.matter_title(case.matter)})
    names: Mapping[str, str] = areas.names({code for code, _p in groups})
    for (code, _procedure), group in groups.items():
        group["place"] = names[code]
    return list(groups.values())
