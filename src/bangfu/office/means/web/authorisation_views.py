"""What a household signed, and what it withdrew."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import actor_in
from bangfu.office.means import authorising
from bangfu.office.means.web.forms import AuthoriseForm, WithdrawForm
from bangfu.office.means.web.views import back_in
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry


def _members(household: registry.Household) -> list[registry.Person]:
    return list(registry.Person.objects.filter(household=household, left_on=None).order_by("number"))


@page("cases.act", "GET", "POST")
def authorise(request: HttpRequest, number: str) -> HttpResponse:
    """Record an authorisation."""
    actor = actor_in(request)
    household = registry.household(actor, number, authorising.ACT)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AuthoriseForm(household, _members(household), *posted)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            authorising.authorise(
                actor=actor, household=number, signers=given["signers"], signed_on=given["signed_on"],
                last_day=given["last_day"], purpose=given["purpose"], scope=given["scope"], number=given["number"],
                paper=form.brought(),
            )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已登记授权"))
            return redirect(back_in(request, "back") or _place(number))
    return render(request, "means/paper.html", {"form": form, "household": household, "back": back_in(request, "back")})


@page("cases.act", "GET", "POST")
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Record that somebody no longer agrees."""
    actor = actor_in(request)
    household = registry.household(actor, number, authorising.ACT)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WithdrawForm(household, _members(household), *posted)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            authorising.withdraw(
                actor=actor, household=number, signers=given["signers"], on=given["on"], scope=given["scope"],
                paper=form.brought(),
            )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("已登记撤回"))
            return redirect(back_in(request, "back") or _place(number))
    context = {"form": form, "household": household, "withdrawing": True, "back": back_in(request, "back")}
    return render(request, "means/paper.html", context)


def _place(number: str) -> str:
    from django.urls import reverse

    return reverse("means:household", args=[number])
