"""Work in the background: bulk actions that are too long to wait for."""

from __future__ import annotations

import logging

from django_tasks import task

from bangfu.office.areas.api import everywhere
from bangfu.office.casework.bulk import running

log = logging.getLogger("bangfu.casework")


@task()
def work_on(action_pk: int) -> None:
    """Carry a bulk action on to the end of its phase; where it fails it stays as it is, to be carried on."""
    with everywhere():  # each case's area is judged by itself; a matter that is open elsewhere is open
        try:
            running.carry_on(action_pk)
        except Exception:
            log.exception("bulk action %s stopped", action_pk)
