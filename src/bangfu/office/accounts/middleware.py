"""Gives every request its actor, shows the database the actor's areas, and shows and logs refusals."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from bangfu.office.accounts.actor import NOBODY, Actor, actor_of
from bangfu.office.accounts.events import ACCESS_REFUSED
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import OutOfReach, Refused


def _actor(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return NOBODY
    return actor_of(request.user, timezone.localdate())


class ActorMiddleware:
    """`request.actor`: who acts in this request. A refusal becomes a page and a row of the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        # on SQLite there is no wall to set, and a page that needs no actor asks for none
        with areas.seeing(actor.reach() if connection.vendor == "postgresql" else ()):
            response = self.get_response(request)
            if response.streaming and not isinstance(response, FileResponse):
                response.streaming_content = areas.streamed(response.streaming_content)  # type: ignore[attr-defined]
        return response

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
