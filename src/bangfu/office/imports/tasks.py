"""What a worker does with a batch. Each task finds out for itself whether it may, and leaves a reason where it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.utils import timezone
from django_tasks import task

from bangfu.core.files.remarks import FileError
from bangfu.office.accounts.api import Actor, User, actor_of
from bangfu.office.areas.api import everywhere
from bangfu.office.imports import checking, committing, marked, storage, tidying, withdrawing
from bangfu.office.imports.models import (
    CANCELLED,
    CHECKED,
    CHECKING,
    COMMITTED,
    COMMITTING,
    FAILED,
    WITHDRAWING,
    Batch,
    Issue,
)
from bangfu.office.pages.refusals import Refused

log = logging.getLogger("bangfu.imports")
Work = Callable[[Batch, Actor, storage.Progress], None]


@task()
def check(batch_id: int, user_id: int) -> None:
    """Read and judge the file; then make the marked workbook where there is anything to mark."""
    tidying.clear_out()
    batch = _run(batch_id, user_id, CHECKING, checking.check, CANCELLED)
    if batch is not None and batch.state == CHECKED and batch.issues.filter(severity=Issue.ERROR).exists():
        mark.enqueue(batch_id)


@task()
def mark(batch_id: int) -> None:
    """The workbook with the bad cells marked."""
    marked.write(Batch.objects.get(pk=batch_id))


@task()
def commit(batch_id: int, user_id: int) -> None:
    """Write the rows."""
    _run(batch_id, user_id, COMMITTING, committing.commit, CANCELLED)


@task()
def withdraw(batch_id: int, user_id: int) -> None:
    """Take the rows back."""
    _run(batch_id, user_id, WITHDRAWING, withdrawing.withdraw, COMMITTED)


def _run(batch_id: int, user_id: int, state: str, work: Work, when_cancelled: str) -> Batch | None:
    """Do a piece of work as the only one who does; None where somebody else does, or it is no longer wanted."""
    batch = Batch.objects.filter(pk=batch_id, state=state).first()
    if batch is None:
        return None
    with storage.held(batch) as free:
        if not free:
            return None
        batch.refresh_from_db()  # whoever held it may have finished
        if batch.state != state:
            return None
        actor = actor_of(User.objects.get(pk=user_id), timezone.localdate())
        try:
            with everywhere():  # a number that is taken in another area is taken; each row's area is judged by itself
                work(batch, actor, storage.Progress(batch))
        except storage.Cancelled:
            _leave(batch, when_cancelled, None)
        except FileError as error:
            _leave(batch, FAILED, {"code": error.code, **error.details})
        except FileNotFoundError:
            _leave(batch, FAILED, {"code": "gone"})
        except Refused:
            _leave(batch, CHECKED if state == COMMITTING else when_cancelled, {"code": "refused"})
        except committing.RegistryChanged as error:
            _leave(batch, CHECKED, {"code": "registry_changed", "count": error.count})
        except withdrawing.HasObstacles as error:
            found = [[o.kind, o.number, o.count] for o in error.found]
            _leave(batch, COMMITTED, {"code": "obstacles", "count": len(found), "later": found})
        except Exception as error:
            log.exception("batch %s: %s failed", batch_id, state)
            _leave(batch, FAILED, {"code": "unexpected", "kind": type(error).__name__, "during": state})
        return batch


def _leave(batch: Batch, state: str, failure: dict[str, object] | None) -> None:
    """Where a batch stands after work that was not finished; what was written meanwhile is in the database already."""
    Batch.objects.filter(pk=batch.pk, state__in=(CHECKING, COMMITTING, WITHDRAWING)).update(
        state=state, failure=failure
    )
    batch.refresh_from_db()
