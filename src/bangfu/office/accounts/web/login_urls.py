"""allauth's addresses: the few that this installation uses, and 404 under all others.

Those keep their names, since allauth's own views look them up. What a later release of allauth adds is closed from the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from bangfu.office.pages.guard import PUBLIC, page

OPEN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "mfa_index",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)


@page(PUBLIC, "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
def closed(_request: HttpRequest, **_arguments: str) -> HttpResponse:
    """Nobody signs up, confirms an address or resets a password by mail here."""
    raise Http404


def _chosen(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern | URLResolver]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield path(str(pattern.pattern), include(list(_chosen(pattern.url_patterns))))
        elif pattern.name in OPEN:
            yield pattern
        else:
            yield URLPattern(pattern.pattern, closed, name=pattern.name)


urlpatterns = [
    *_chosen(account_urls.urlpatterns),
    path("2fa/", include(list(_chosen(mfa_urls.urlpatterns)))),
]
