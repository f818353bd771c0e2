"""What the background work of this app has in common: taken in hand once, going on while it is ours, recovered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from django.utils import timezone

from bangfu.office.means.models import QUEUED, WORKING, Job
from bangfu.office.runs import api as runs

STALE = timedelta(minutes=3)
"""Work that said nothing for so long has lost its process."""
J = TypeVar("J", bound=Job)


def claim(model: type[J], pk: int, first: str) -> J | None:
    """Take queued work in hand; None where it was cancelled or somebody else has it."""
    rows = model._default_manager
    taken = rows.filter(pk=pk, status=QUEUED).update(
        status=first, worker=runs.worker_name(), heartbeat_at=timezone.now(), step_done=0, step_total=0
    )
    return rows.get(pk=pk) if taken else None


def step(job: Job, status: str) -> None:
    """On to the next step. Raises Stopped where the work is no longer this process's."""
    changed = type(job)._default_manager.filter(pk=job.pk, status__in=WORKING, worker=job.worker, cancel_asked=False)
    if not changed.update(status=status, step_done=0, step_total=0, heartbeat_at=timezone.now()):
        raise runs.Stopped
    job.status = status


def end(job: Job, status: str, own: bool = False, **fields: Any) -> bool:
    """End work; with `own` only where it is this process's and nobody asked it to stop. False where it had ended."""
    now = timezone.now()
    rows = type(job)._default_manager.filter(pk=job.pk, status__in=WORKING)
    if own:
        rows = rows.filter(worker=job.worker, cancel_asked=False)
    return bool(rows.update(status=status, finished_at=now, heartbeat_at=now, **fields))


def lost(model: type[J]) -> list[J]:
    """Work whose process is gone."""
    late = timezone.now() - STALE
    return [
        job
        for job in model._default_manager.filter(status__in=WORKING)
        if job.heartbeat_at is None or job.heartbeat_at < late or runs.is_gone(job.worker)
    ]
