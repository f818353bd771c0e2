"""Pages of one's own account, and the way in by a link."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from bangfu.office.accounts import access, sessions
from bangfu.office.accounts.actor import Actor
from bangfu.office.accounts.models import AccessLink, Session, User
from bangfu.office.accounts.roles import PERMISSIONS
from bangfu.office.accounts.web.forms import PasswordForm
from bangfu.office.accounts.web.people import add_errors
from bangfu.office.accounts.web.present import duty_rows
from bangfu.office.areas import api as areas
from bangfu.office.pages.guard import PUBLIC, SIGNED_IN, page
from bangfu.office.pages.refusals import Invalid

_LINK = "password_link"


@page(SIGNED_IN)
def me(request: HttpRequest) -> HttpResponse:
    """Who I am here: my duties, what they allow and where, my sessions, my language."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    own = User.objects.get(pk=request.user.pk)
    duties = list(own.assignments.order_by("starts_on", "pk"))
    allowed = [(label, actor.areas(code)) for code, label in PERMISSIONS.items() if actor.may(code)]
    codes = {code for _label, there in allowed for code in there} | {duty.area_code for duty in duties}
    names = areas.names(codes)
    context = {
        "own": own,
        "duties": duty_rows(actor, duties, names, timezone.localdate(), permission=None),
        "allowed": [(label, [names.get(code, code) for code in there]) for label, there in allowed],
        "sessions": sessions.live(own.pk),
        "here": Session(session_key=request.session.session_key or "").number,
        "second_step": access.has_second_step(own),
        "required": access.needs_second_step(actor),
    }
    return render(request, "accounts/me.html", context)


@page(SIGNED_IN, "POST")
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one of my sessions, or all but this one."""
    keep = request.session.session_key or ""
    number = request.POST.get("number", "")
    count = access.end_sessions(actor=request.actor, user=request.user, number=number, keep_key=keep)  # type: ignore[attr-defined, arg-type]
    messages.success(request, _("已结束 %d 处登录") % count)
    return HttpResponseRedirect(reverse("accounts:me"))


@page(PUBLIC)
@never_cache
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """A link was followed: its secret leaves the address at once, so that no history and no proxy keeps it in use."""
    request.session[_LINK] = AccessLink.hash_of(secret)
    return HttpResponseRedirect(reverse("accounts:welcome"))


@page(PUBLIC, "GET", "POST")
@never_cache
@sensitive_post_parameters("password", "again")
def welcome(request: HttpRequest) -> HttpResponse:
    """Set the password that the link is for."""
    secret_hash = request.session.get(_LINK, "")
    found = access.open_link(secret_hash) if secret_hash else None
    if found is None:
        return render(request, "accounts/link_over.html", status=410)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            access.use_link(secret_hash=secret_hash, **form.cleaned_data)
        except Invalid as error:
            add_errors(form, error)
        else:
            request.session.flush()
            messages.success(request, _("密码已设置，请登录"))
            return HttpResponseRedirect(reverse("account_login"))
    translation.activate(found.user.language)
    return render(request, "accounts/welcome.html", {"form": form, "link": found})
