"""What holds for every page and every model of the office."""

from __future__ import annotations

import messages
import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from bangfu.office.accounts.roles import PERMISSIONS, ROLES
from bangfu.office.pages.guard import PUBLIC
from bangfu.office.privacy.api import PersonalData


def patterns(resolver=None, prefix=""):
    """Every URL pattern of ours, with its whole path."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def ours():
    """Views of the office itself; those of allauth guard themselves."""
    return [(path, view) for path, view in patterns() if view.__module__.startswith("bangfu.")]


def test_every_page_names_its_permission():
    bare = [path for path, view in ours() if not hasattr(view, "permission")]
    assert bare == []
    unknown = {view.permission for _, view in ours()} - set(PERMISSIONS) - {PUBLIC}
    assert unknown == set()


def test_every_permission_is_held_by_some_role():
    held = set().union(*(role.permissions for role in ROLES.values()))
    assert set(PERMISSIONS) == held


def test_every_model_declares_its_personal_data():
    models = [m for m in apps.get_models() if m.__module__.startswith("bangfu.")]
    assert [m.__name__ for m in models if not isinstance(getattr(m, "personal_data", None), PersonalData)] == []
    for model in models:
        names = {field.name for field in model._meta.get_fields()}
        assert set(model.personal_data.fields) <= names, model


def test_every_text_has_english():
    assert [line for app in messages.apps() for line in messages.gaps(app)] == []


@pytest.mark.django_db
def test_a_visitor_is_sent_to_the_login_page(client):
    for path, view in ours():
        if view.permission != PUBLIC and "<" not in path:
            answer = client.get("/" + path) if "GET" in view.methods else client.post("/" + path)
            assert answer.status_code == 302, path
            assert answer["Location"].startswith("/accounts/login/"), path
