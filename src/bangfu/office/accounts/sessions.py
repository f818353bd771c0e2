"""Sessions: kept in our own table, so that people see where they are logged in and end it; ended by idleness and by age."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

WORK = "work"
"""The place of our facts in a session: when it began, when it was last used, from where."""
TOUCH_EVERY = 60
"""Seconds within which use is not written again: idleness is measured to the minute."""


class SessionStore(DatabaseStore):
    """Django's database sessions, with columns that can be listed."""

    @classmethod
    def get_model_class(cls) -> Any:
        """Our table."""
        from bangfu.office.accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """A row with what the session says of itself."""
        row = super().create_model_instance(data)
        work = data.get(WORK) or {}
        user = data.get("_auth_user_id")
        row.user_id = int(user) if user else None
        row.started_at, row.seen_at = _moment(work.get("started")), _moment(work.get("seen"))
        row.address, row.agent = work.get("address", "")[:45], work.get("agent", "")[:200]
        return row


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def address_of(request: HttpRequest) -> str:
    """Where a request comes from. The proxy's word counts only where there is one (BANGFU_HTTPS), and only its last entry."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
        if forwarded:
            return forwarded[:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def begin(request: HttpRequest) -> None:
    """Note the beginning of a session that has just been logged in."""
    now = time.time()
    agent = request.META.get("HTTP_USER_AGENT", "")[:200]
    request.session[WORK] = {"started": now, "seen": now, "address": address_of(request), "agent": agent}
    request.session.save()


def touch(request: HttpRequest) -> bool:
    """Note that a session is in use; False where it is older than the absolute limit and must end."""
    now = time.time()
    work = request.session.get(WORK)
    if not work:
        begin(request)
        return True
    if now - work["started"] > settings.BANGFU_SESSION_HOURS * 3600:
        return False
    if now - work["seen"] >= TOUCH_EVERY:
        request.session[WORK] = {**work, "seen": now}  # a changed session is saved, and its idle limit begins anew
    return True


def live(user_id: int) -> QuerySet[Any]:
    """A user's sessions that have not ended, the newest first."""
    rows = SessionStore.get_model_class().objects.filter(user_id=user_id, expire_date__gt=timezone.now())
    return rows.order_by("-started_at")


def end_oldest(user_id: int, keep_key: str) -> int:
    """End what is more than BANGFU_MAX_SESSIONS, the oldest first, never the one just begun; returns how many."""
    model = SessionStore.get_model_class()
    model.objects.filter(expire_date__lte=timezone.now()).delete()  # everybody's that are over: nothing piles up
    others = [row.session_key for row in live(user_id) if row.session_key != keep_key]
    surplus = others[max(settings.BANGFU_MAX_SESSIONS - 1, 0) :]
    model.objects.filter(session_key__in=surplus).delete()
    return len(surplus)


def end(user_id: int, number: str = "", keep_key: str = "") -> int:
    """End one of a user's sessions by its number, or all but `keep_key`; returns how many."""
    rows = [row for row in live(user_id) if row.session_key != keep_key and number in ("", row.number)]
    SessionStore.get_model_class().objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    return len(rows)
