"""Guessing is stopped and logged: passwords by django-axes, codes of the second step and old passwords by counting here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.actor import NOBODY
from bangfu.office.accounts.events import LOCKED_OUT, LOGIN_FAILED, SECOND_STEP_FAILED
from bangfu.office.accounts.models import User
from bangfu.office.accounts.sessions import address_of
from bangfu.office.audit import api as audit

MINUTES = 15


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name that is counted: `Admin ` and `admin` are one account, and so one count."""
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    return str(typed).strip().lower()[:60]


def _subject(username: str) -> audit.Subject:
    user = User.objects.filter(username=username).first()
    # what was typed for a name that does not exist may be a password: it is not kept
    return audit.Subject("user", user.key, user.area_code) if user else audit.Subject("user", "-")


def failed(request: HttpRequest, credentials: dict[str, Any]) -> None:
    """Log a wrong password or an unknown name."""
    after = {"address": address_of(request)}
    audit.record(NOBODY, LOGIN_FAILED, _subject(username_of(request, credentials)), after=after)


def answer(request: HttpRequest, credentials: dict[str, Any] | None = None, **_more: Any) -> HttpResponse:
    """The page for somebody who is locked out, and one row of the log for each lockout (axes calls this)."""
    subject = _subject(username_of(request, credentials))
    since = timezone.now() - timedelta(minutes=MINUTES)
    known = audit.Entry.objects.filter(subject_type="user", subject_id=subject.id, kind=LOCKED_OUT.code, at__gt=since)
    if subject.id == "-" or not known.exists():
        audit.record(NOBODY, LOCKED_OUT, subject, after={"address": address_of(request)})
    return render(request, "accounts/locked.html", {"minutes": MINUTES}, status=429)


def check_guesses(user: User) -> None:
    """Raises ValidationError after too many wrong codes or old passwords in a quarter of an hour."""
    since = timezone.now() - timedelta(minutes=MINUTES)
    wrong = audit.Entry.objects.filter(
        subject_type="user", subject_id=user.key, kind=SECOND_STEP_FAILED.code, at__gt=since
    )
    if wrong.count() >= settings.AXES_FAILURE_LIMIT:
        raise ValidationError(_("输错次数太多，请 %d 分钟后再试") % MINUTES)


def wrong_guess(user: User, what: str) -> None:
    """Log one."""
    audit.record(NOBODY, SECOND_STEP_FAILED, audit.Subject("user", user.key, user.area_code), after={"what": what})
