"""Who is told what: the one list by which a lower app reaches a higher one without knowing it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from bangfu.office.runs import api as runs

_log = logging.getLogger("bangfu.worker")

RECOVERIES: list[Callable[[], object]] = [runs.recover]
"""What each app does, before the first task of a worker, about work that a killed worker left."""


def recover() -> None:
    """Tasks that say they run although their worker is dead have failed; then each app puts its own rows right."""
    from django_tasks_db.models import DBTaskResult

    with transaction.atomic():
        dead = DBTaskResult.objects.filter(status="RUNNING")
        for task in dead:
            _log.warning("task %s was interrupted", task.id)
        dead.update(status="FAILED", finished_at=timezone.now())
    for step in RECOVERIES:
        step()
