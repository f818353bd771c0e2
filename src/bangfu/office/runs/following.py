"""What higher apps do with a run that has just been finished. It is done by then: nothing here can spoil it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction

from bangfu.office.runs.models import Run

_log = logging.getLogger("bangfu.runs")
_AFTER: list[Callable[[Run], object]] = []


def also_after(function: Callable[[Run], object]) -> Callable[[Run], object]:
    """An app that goes on from a run's results is told of each run that is done."""
    _AFTER.append(function)
    return function


def tell(run: Run) -> None:
    """Tell everybody; what goes wrong there is written down and hurts nobody else."""
    for function in _AFTER:
        try:
            with transaction.atomic():
                function(run)
        except Exception:
            _log.exception("after run %s", run.pk)
