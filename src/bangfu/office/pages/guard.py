"""The decorator that every view carries: which permission it asks for. A test walks all URLs and refuses one without."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

View = Callable[..., HttpResponse]
PUBLIC = "public"
"""The permission of pages for people who are not logged in."""
SIGNED_IN = "signed_in"
"""The permission of pages for everybody who is logged in, whatever their roles: their own account."""


def page(permission: str, *methods: str) -> Callable[[View], View]:
    """Only for actors with `permission` somewhere; what lies in which area is checked by queries and actions.

    Methods default to GET and HEAD.
    """
    allowed = set(methods or ("GET",)) | ({"HEAD"} if not methods or "GET" in methods else set())

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(sorted(allowed))
            if permission != PUBLIC:
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
                if permission != SIGNED_IN:
                    request.actor.require(permission)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.methods = frozenset(allowed)  # type: ignore[attr-defined]
        return guarded

    return decorate
