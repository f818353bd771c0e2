"""Uploaded files do not lie about for ever: what is settled is removed, the batch's row and what it wrote stay."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from bangfu.office.imports import storage, tables
from bangfu.office.imports.models import CANCELLED, COMMITTED, DISCARDED, FAILED, WITHDRAWN, Batch

log = logging.getLogger("bangfu.imports")
DAYS = 30
"""After so many days the file of a settled batch goes: until then the marked workbook can be fetched."""
BUREAU_DAYS = 400
"""A bureau's file is read again by the runs of a year, and stays as long."""
_SETTLED = (COMMITTED, WITHDRAWN, FAILED, CANCELLED, DISCARDED)


def clear_out() -> int:
    """Remove files of batches that have long been settled; returns of how many. Safe to call at any time, again and again."""
    now, cleared = timezone.now(), 0
    bureaus = {kind.id for kind in tables.kinds().values() if kind.bureau}
    old = Batch.objects.filter(state__in=_SETTLED, uploaded_at__lt=now - timedelta(days=DAYS)).order_by("pk")
    for batch in old:
        kept = timedelta(days=BUREAU_DAYS if batch.table in bureaus and batch.state == COMMITTED else DAYS)
        settled = max(filter(None, (batch.uploaded_at, batch.committed_at, batch.withdrawn_at)))
        if settled < now - kept and storage.lies(batch) and not _wanted(batch):
            storage.remove(batch)
            cleared += 1
    if cleared:
        log.info("files of %d settled batches were removed", cleared)
    return cleared


def _wanted(batch: Batch) -> bool:
    """Another batch that is not settled, or is younger, rests on the same file."""
    twins = Batch.objects.filter(sha256=batch.sha256, ending=batch.ending).exclude(pk=batch.pk)
    young = timezone.now() - timedelta(days=DAYS)
    return twins.exclude(state__in=_SETTLED).exists() or twins.filter(uploaded_at__gte=young).exists()
