"""Filled forms do not lie about for ever: after a month their files go, the rows stay."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from bangfu.office.areas.api import everywhere
from bangfu.office.audit import api as audit
from bangfu.office.reporting import events, storage
from bangfu.office.reporting.models import ACTIVE, FilledForm

log = logging.getLogger("bangfu.reporting")
DAYS = 30
"""After so many days the files of a form go."""


def clear_out() -> int:
    """Remove the files of old forms; returns of how many. Safe to call at any time, again and again."""
    now, cleared = timezone.now(), 0
    with everywhere():
        old = FilledForm.objects.filter(removed_at=None, made_at__lt=now - timedelta(days=DAYS)).exclude(
            state__in=ACTIVE
        )
        for form in old:
            with transaction.atomic():
                FilledForm.objects.filter(pk=form.pk).update(removed_at=now)
                subject = audit.Subject("form", str(form.pk), form.area_code)
                audit.record(audit.SystemActor(), events.FORM_REMOVED, subject, before={"sha256": form.sha256})
            storage.remove(form)
            cleared += 1
    if cleared:
        log.info("files of %d forms were removed", cleared)
    return cleared
