"""Pages for everybody, without an account and without JavaScript: report a need, ask how it stands, notices, objections."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bangfu.core.values.receipt import shown_receipt
from bangfu.office.accounts.api import address_of
from bangfu.office.casework import api as casework
from bangfu.office.grievance import api as grievance
from bangfu.office.intake import public_actions
from bangfu.office.intake.limits import TooMany
from bangfu.office.intake.proposing import needs
from bangfu.office.intake.web.forms import ComplaintForm, HelpForm, ObjectionForm
from bangfu.office.pages.guard import PUBLIC, page
from bangfu.office.pages.refusals import Invalid

MANY_VILLAGES = 400
"""With more than so many the township is chosen first."""


def _answer(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _status_of(error: Invalid) -> int:
    return 429 if isinstance(error, TooMany) else 400


@page(PUBLIC, "GET", "POST")
def help_page(request: HttpRequest) -> HttpResponse:
    """Somebody is in need: who, where, what happened. The receipt's number is shown once, on the page that answers."""
    places = public_actions.villages()
    whole = sum(len(villages) for _t, villages in places)
    at = request.GET.get("at", "")
    choose_first = whole > MANY_VILLAGES and not any(town.code == at for town, _v in places)
    shown = [group for group in places if not at or group[0].code == at] or places
    form = HelpForm(needs(), request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            said = public_actions.Said(
                given["village"].replace("\0", ""), given["name"].replace("\0", ""), given["phone"].strip(),
                tuple(given["needs"]), given["text"].replace("\0", ""), given["id_number"].strip(), given["consent"],
                address_of(request),
            )  # fmt: skip
            try:
                row = public_actions.report_need(said)
            except Invalid as error:
                status = _status_of(error)
                form.refuse(error)
            else:
                context = {"receipt": shown_receipt(row.number), "due_on": row.due_on}
                return _answer(request, "intake/public/received.html", context)
    stated = request.POST.getlist("needs")
    context = {
        "form": form, "places": shown, "townships": [town for town, _v in places] if choose_first else [],
        "needs": [(code, label, code in stated) for code, label in needs()], "at": at,
    }  # fmt: skip
    return _answer(request, "intake/public/help.html", context, status)


@page(PUBLIC, "GET", "POST")
def status_page(request: HttpRequest) -> HttpResponse:
    """How a report or an application stands: received, being looked into, decided. Nothing else."""
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        context["number"] = request.POST.get("number", "")[:20]
        try:
            context["state"] = public_actions.look_up(
                request.POST.get("number", "")[:40], request.POST.get("last_four", "")[:10], address_of(request)
            )
        except Invalid as error:
            context["error"], status = str(error), _status_of(error)
    return _answer(request, "intake/public/status.html", context, status)


@page(PUBLIC, "GET", "POST")
def notices(request: HttpRequest) -> HttpResponse:
    """What this is about, and a box for the code of a printed notice."""
    if request.method == "POST":
        token = request.POST.get("token", "").strip()[:64]
        if casework.notice_by_token(token) is not None:
            return redirect("intake:public_notice", token)
        return _answer(
            request, "intake/public/notices.html", {"error": _("没有找到正在公示的这一份；公示期满后不再显示")}, 404
        )
    return _answer(request, "intake/public/notices.html", {})


@page(PUBLIC, "GET", "POST")
def public_notice(request: HttpRequest, token: str) -> HttpResponse:
    """A notice while it stands, with a form to object."""
    notice = casework.notice_by_token(token)
    if notice is None:
        return _answer(request, "intake/public/notice_gone.html", {}, 404)
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                row = public_actions.object_to(
                    notice, text=given["text"].replace("\0", ""), name=given["name"].replace("\0", ""),
                    phone=given["phone"].strip(), address=address_of(request),
                )  # fmt: skip
            except Invalid as error:
                status = _status_of(error)
                form.refuse(error)
            else:
                return _answer(request, "intake/public/objected.html", {"receipt": shown_receipt(row.number)})
    return _answer(request, "intake/public/notice.html", {"notice": notice, "form": form, "token": token}, status)


@page(PUBLIC, "GET", "POST")
def complain(request: HttpRequest) -> HttpResponse:
    """A complaint, a petition, a report of misuse; anonymous if wished."""
    form = ComplaintForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            said = grievance.Said(
                given["kind"], given["about_area"].replace("\0", ""), given["text"].replace("\0", ""),
                given["name"].replace("\0", ""), given["phone"].strip(), given["about"].replace("\0", ""),
            )  # fmt: skip
            try:
                row = public_actions.complain(said, address_of(request))
            except Invalid as error:
                status = _status_of(error)
                form.refuse(error)
            else:
                context = {"receipt": shown_receipt(row.number), "due_on": row.due_on, "anonymous": not said.phone}
                return _answer(request, "intake/public/complained.html", context)
    context = {"form": form, "places": public_actions.villages(), "kinds": grievance.KINDS}
    return _answer(request, "intake/public/complain.html", context, status)
