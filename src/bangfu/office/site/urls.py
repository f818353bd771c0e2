"""All addresses. Each app has its own `web/urls.py` under a namespace."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from bangfu.office.site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("health/", views.health, name="health"),
    path("accounts/", include("bangfu.office.accounts.web.login_urls")),
]
for _app in settings.APPS:
    if _app != "site" and find_spec(f"bangfu.office.{_app}") and find_spec(f"bangfu.office.{_app}.web"):
        urlpatterns.append(path("", include((f"bangfu.office.{_app}.web.urls", _app))))

handler404 = views.not_found
handler500 = views.failed
