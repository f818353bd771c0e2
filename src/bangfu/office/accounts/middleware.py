"""Gives every request its actor, language and reach in the database, ends what is too old, and shows and logs refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from bangfu.office.accounts import access, sessions
from bangfu.office.accounts.actor import NOBODY, Actor, actor_of
from bangfu.office.accounts.events import ACCESS_REFUSED, LOGGED_OUT
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import OutOfReach, Refused

ALWAYS = frozenset({"account_logout", "account_reauthenticate", "mfa_reauthenticate", "language", "health"})
"""Pages that stay open to somebody who must first do something."""
CODES = frozenset({"mfa_activate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"})


def _actor(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return NOBODY
    return actor_of(request.user, timezone.localdate())


def _redirect(request: HttpRequest, address: str) -> HttpResponse:
    """A fragment's request sends the whole page there, not the fragment."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


class ActorMiddleware:
    """`request.actor`: who acts in this request. A refusal becomes a page and a row of the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
            if not sessions.touch(request):
                return self._too_old(request)
        # on SQLite there is no wall to set, and a page that needs no actor asks for none
        with areas.seeing(actor.reach() if connection.vendor == "postgresql" else ()):
            answer = self.get_response(request)
            if answer.streaming and not isinstance(answer, FileResponse):
                answer.streaming_content = areas.streamed(answer.streaming_content)  # type: ignore[attr-defined]
        login = settings.LOGIN_URL
        if getattr(request, "htmx", False) and answer.status_code == 302 and answer["Location"].startswith(login):
            return HttpResponseClientRedirect(login)
        return answer

    def _too_old(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        subject = audit.Subject("user", user.key, user.area_code)  # type: ignore[union-attr]
        audit.record(request.actor, LOGGED_OUT, subject, after={"why": "age"})  # type: ignore[attr-defined]
        logout(request)
        messages.info(request, _("登录已满 %d 小时，请重新登录") % settings.BANGFU_SESSION_HOURS)
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(settings.LOGIN_URL)
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)

    def process_view(
        self, request: HttpRequest, view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Who must change the password or set up the second step does that first."""
        name = request.resolver_match.url_name if request.resolver_match else ""
        if not request.user.is_authenticated or name in ALWAYS:
            return None
        if request.user.must_change_password:
            if name == "account_change_password":
                return None
            messages.warning(request, _("请先设置您自己的密码"))
            return _redirect(request, reverse("account_change_password"))
        if name in CODES or not access.needs_second_step(request.actor):  # type: ignore[attr-defined]
            return None
        if access.has_second_step(request.user):  # type: ignore[arg-type]
            return None
        messages.warning(request, _("您的角色必须使用两步验证，请先启用"))
        return _redirect(request, reverse("mfa_activate_totp"))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a refusal; other exceptions go on."""
        if not isinstance(exception, Refused):
            return None
        subject = audit.Subject("page", request.path[:64], exception.area_code)
        after = {"permission": exception.permission, "method": request.method}
        audit.record(request.actor, ACCESS_REFUSED, subject, after=after)  # type: ignore[attr-defined]
        if isinstance(exception, OutOfReach):
            return render(request, "404.html", status=404)
        return render(request, "403.html", {"permission": exception.permission}, status=403)
