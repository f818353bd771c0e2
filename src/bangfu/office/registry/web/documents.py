"""Documents of a household: add, open, withdraw."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from bangfu.office.pages.guard import page
from bangfu.office.pages.purposes import stated_in
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import actions, documents, queries
from bangfu.office.registry.models import Document, Person


def _back(number: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('registry:household', args=[number])}#documents")


def _wrong(request: HttpRequest, wrong: Invalid) -> None:
    for message in wrong.errors.values():
        messages.error(request, message, extra_tags="danger")


@page("registry.propose", "POST")
def add(request: HttpRequest, number: str) -> HttpResponse:
    """A photo or paper for the file."""
    actor = request.actor  # type: ignore[attr-defined]
    household = queries.household(actor, number, "registry.propose")
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Invalid({"file": _("请选择文件")})
        actions.add_document(
            actor=actor,
            household=household,
            kind=request.POST.get("kind", ""),
            title=request.POST.get("title", ""),
            file=file,
            dated=_date(request.POST.get("dated", "")),
            person=_person(household.pk, request.POST.get("person", "")),
        )
        messages.success(request, _("材料已归入档案"))
    except Invalid as wrong:
        _wrong(request, wrong)
    return _back(number)


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid({"dated": _("请填日期，如 2026-10-31")}) from None


def _person(household: int, number: str) -> Person | None:
    if not number:
        return None
    person = Person.objects.filter(household=household, number=number).first()
    if person is None:
        raise Invalid({"person": _("该成员不在本户")})
    return person


def _document(request: HttpRequest, key: int, permission: str) -> Document:
    found = Document.objects.select_related("household__key").filter(pk=key).first()
    number = found.household.number if found else "?"
    queries.household(request.actor, number, permission)  # type: ignore[attr-defined]  # out of reach is not found
    assert found is not None
    return found


@page("registry.view", "GET", "POST")
def show(request: HttpRequest, key: int) -> HttpResponse:
    """The document itself; a personal one asks for a purpose first."""
    actor = request.actor  # type: ignore[attr-defined]
    document = _document(request, key, "registry.view")
    kind = documents.KINDS[document.kind]
    context = {"document": document, "household": document.household, "kind": kind}
    if kind.personal and request.method != "POST":
        actor.require("registry.unmask", document.household.area_code)
        return render(request, "registry/document.html", context)
    try:
        content = actions.open_document(actor=actor, document=document, **stated_in(request.POST))
    except Invalid as wrong:
        context |= {"errors": wrong.errors, **stated_in(request.POST)}
        return render(request, "registry/document.html", context, status=400)
    response = HttpResponse(content, content_type=document.media_type)
    name = f"{document.title}{documents.ENDINGS[document.media_type]}"
    response["Content-Disposition"] = content_disposition_header(not document.is_image, name) or ""
    response["Cache-Control"] = "no-store"
    # what came from outside must not run anything in the office's name
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@page("registry.propose", "POST")
def withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """Take a document out of the file."""
    document = _document(request, key, "registry.propose")
    try:
        actions.withdraw_document(actor=request.actor, document=document, reason=request.POST.get("reason", ""))  # type: ignore[attr-defined]
        messages.success(request, _("材料已撤回，日志中仍有记录"))
    except Invalid as wrong:
        _wrong(request, wrong)
    return _back(document.household.number)
