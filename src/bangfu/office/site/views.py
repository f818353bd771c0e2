"""The home page, the language switch, and what is shown when something is wrong."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from bangfu.office.accounts import api as accounts
from bangfu.office.pages.guard import PUBLIC, page
from bangfu.office.site.home import overview


@page("home.view")
def home(request: HttpRequest) -> HttpResponse:
    """What is true and useful today, in the actor's area."""
    return render(request, "site/home.html", overview(request.actor))  # type: ignore[attr-defined]


@page(PUBLIC, "POST")
def language(request: HttpRequest) -> HttpResponse:
    """Switch between Chinese and English; kept with the account."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            accounts.set_language(actor=request.actor, language=chosen)  # type: ignore[attr-defined]
        translation.activate(chosen)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax", httponly=True)
    return response


@page(PUBLIC)
def health(_request: HttpRequest) -> HttpResponse:
    """For a watchdog: 200 where the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: no query, no actor, since either may be what failed."""
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old, or came from elsewhere."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)
