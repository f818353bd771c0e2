"""The administrator's pages: who works here, with which duties; invitations, links, closing, sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from bangfu.office.accounts import access, actions, queries, sessions
from bangfu.office.accounts.actor import Actor, actor_in
from bangfu.office.accounts.mail import send_link
from bangfu.office.accounts.models import User
from bangfu.office.accounts.queries import MANAGE
from bangfu.office.accounts.roles import ROLES
from bangfu.office.accounts.web import forms
from bangfu.office.accounts.web.present import duty_rows, labelled
from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import page
from bangfu.office.pages.paging import page_of
from bangfu.office.pages.refusals import Invalid, OutOfReach


def add_errors(form: django_forms.Form, error: Invalid) -> None:
    """An action's refusal at its field, or above the form."""
    for field, message in error.errors.items():
        form.add_error(field if field in form.fields else None, message)


@page(MANAGE)
def users(request: HttpRequest) -> HttpResponse:
    """Accounts of the administrator's area."""
    actor, today = actor_in(request), timezone.localdate()
    wanted = {name: request.GET.get(name, "").strip() for name in ("q", "role", "area", "state")}
    found = queries.filtered(
        queries.users(actor), today, text=wanted["q"], role=wanted["role"], area=wanted["area"], state=wanted["state"]
    )
    part = page_of(queries.with_duties(found), ("username",), request.GET.get("page", ""))
    names = areas.names(duty.area_code for row in part for duty in row.assignments.all())
    rows = [(row, duty_rows(actor, row.assignments.all(), names, today, now_only=True)) for row in part]
    context = {
        "page": part,
        "rows": rows,
        "wanted": wanted,
        "filtered": any(wanted.values()),
        "roles": [(code, role.label) for code, role in ROLES.items()],
        "areas": forms.area_choices(actor),
    }
    return render(request, "accounts/users.html", context)


@page(MANAGE)
def user(request: HttpRequest, key: str) -> HttpResponse:
    """One account: duties, sessions, what was done to it and with it."""
    actor, today = actor_in(request), timezone.localdate()
    found = queries.user(actor, key)
    return render(request, "accounts/user.html", _about(actor, found, today))


def _about(actor: Actor, found: User, today: Any) -> dict[str, Any]:
    duties = queries.visible_duties(actor, found)
    names = areas.names([*(duty.area_code for duty in duties), found.area_code])
    whole = queries.manageable(actor, found, today)
    return {
        "found": found,
        "duties": duty_rows(actor, duties, names, today),
        "home": names.get(found.area_code, ""),
        "hidden": len(found.assignments.all()) - len(duties),
        "whole": whole,
        "own": found.pk == actor.user_id,
        "sessions": sessions.live(found.pk) if whole else [],
        "second_step": access.has_second_step(found),
        "open_link": found.links.filter(ended_at=None, expires_at__gt=timezone.now()).first(),
        "deeds": labelled(queries.deeds(actor, found)),
        "history": labelled(queries.history(found)),
        "close_form": forms.CloseForm(),
    }


@page(MANAGE, "GET", "POST")
@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    """A new account with its first duty; the link is shown once."""
    actor = actor_in(request)
    form = forms.InviteForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = access.invite(actor=actor, **form.person(), **form.duty())
            return _handed(request, made, secret)
        except Invalid as error:
            add_errors(form, error)
    return render(request, "accounts/invite.html", {"form": form})


@page(MANAGE, "POST")
@never_cache
def link(request: HttpRequest, key: str) -> HttpResponse:
    """A new link for somebody who has none or forgot the password."""
    actor = actor_in(request)
    found = queries.user(actor, key)
    try:
        return _handed(request, found, access.issue_link(actor=actor, user=found))
    except Invalid as error:
        messages.error(request, str(error))
        return _back(key)


def _handed(request: HttpRequest, found: User, secret: str) -> HttpResponse:
    """The link, by mail where that is set up, else on this page and never again."""
    address = request.build_absolute_uri(reverse("accounts:link", args=[secret]))
    sent = send_link(found, address)
    return render(request, "accounts/handed.html", {"found": found, "address": "" if sent else address, "sent": sent})


def _back(key: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("accounts:user", args=[key]))


@page(MANAGE, "GET", "POST")
def grant(request: HttpRequest, key: str) -> HttpResponse:
    """Another duty for somebody."""
    actor = actor_in(request)
    found = queries.user(actor, key)
    form = forms.DutyForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            actions.grant_role(actor=actor, user=found, **form.duty())
            messages.success(request, _("已授予角色"))
            return _back(key)
        except Invalid as error:
            add_errors(form, error)
    return render(request, "accounts/grant.html", {"form": form, "found": found})


def _do(request: HttpRequest, key: str, act: Callable[[Actor, User], object], done: str) -> HttpResponse:
    """A button of the user's page: do it, say so or say why not."""
    actor = actor_in(request)
    found = queries.user(actor, key)
    try:
        act(actor, found)
        messages.success(request, done)
    except Invalid as error:
        messages.error(request, str(error))
    return _back(key)


@page(MANAGE, "POST")
def end_role(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A duty ends on a day, today unless another is given."""

    def act(actor: Actor, found: User) -> None:
        duty = found.assignments.filter(pk=pk).first()
        if duty is None:
            raise OutOfReach(MANAGE)
        try:
            day = django_forms.DateField(required=False).clean(request.POST.get("on", ""))
        except django_forms.ValidationError:
            raise Invalid(_("日期应写成 2026-01-01")) from None
        actions.end_role(actor=actor, duty=duty, on=day or timezone.localdate())

    return _do(request, key, act, _("角色已终止"))


@page(MANAGE, "POST")
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Nobody can log in with the account any more."""
    reason = request.POST.get("reason", "")
    return _do(request, key, lambda a, u: actions.close_account(actor=a, user=u, reason=reason), _("账户已停用"))


@page(MANAGE, "POST")
def reopen(request: HttpRequest, key: str) -> HttpResponse:
    """The account works again."""
    return _do(request, key, lambda a, u: actions.reopen_account(actor=a, user=u), _("账户已恢复"))


@page(MANAGE, "POST")
def end_sessions(request: HttpRequest, key: str) -> HttpResponse:
    """One session of somebody, or all of them."""
    number = request.POST.get("number", "")
    return _do(request, key, lambda a, u: access.end_sessions(actor=a, user=u, number=number), _("会话已结束"))


@page(MANAGE, "POST")
def reset_second_step(request: HttpRequest, key: str) -> HttpResponse:
    """For somebody who lost their phone and their codes."""
    return _do(request, key, lambda a, u: access.reset_second_step(actor=a, user=u), _("两步验证已取消"))
