"""Every write of this app: starting, stopping and ending a run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.runs import events, folders, loading
from bangfu.office.runs.models import (
    ACTIVE,
    CANCELLED,
    DONE,
    EXPORTING,
    FAILED,
    INTERRUPTED,
    LOADING,
    QUEUED,
    SCREENING,
    Run,
)
from bangfu.office.runs.reporting import is_gone, worker_name

STALE = timedelta(minutes=3)
"""A run that said nothing for so long has lost its process."""
WORKING = (EXPORTING, SCREENING, LOADING)


def _subject(run: Run) -> audit.Subject:
    return audit.Subject("run", str(run.pk), run.area_code)


@transaction.atomic
def start(*, actor: Actor, area_code: str, as_of: date) -> Run:
    """Queue a run of a county as of a day. Raises Refused elsewhere, Invalid where one is under way."""
    actor.require("runs.start", area_code)
    if len(area_code) != areas.DIGITS["county"]:
        raise Invalid({"area": _("月度比对以县为单位启动")})
    if as_of > timezone.localdate():
        raise Invalid({"as_of": _("基准日不能晚于今天")})
    before = Run.objects.filter(area_code=area_code, status=DONE, as_of__lt=as_of.replace(day=1))
    run = Run(
        area_code=area_code,
        as_of=as_of,
        started_by=actor.key,
        started_by_name=actor.name,
        created_at=timezone.now(),
        previous=before.order_by("-as_of", "-pk").first(),
    )
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError:
        under_way = Run.objects.filter(area_code=area_code, status__in=ACTIVE).first()
        raise Invalid(_under_way(under_way)) from None
    audit.record(actor, events.STARTED, _subject(run), after={"as_of": as_of.isoformat()})
    from bangfu.office.runs.tasks import work

    transaction.on_commit(lambda: work.enqueue(run.pk))
    return run


def _under_way(run: Run | None) -> str:
    if run is None:
        return _("本县已有比对正在进行，请稍后再试")
    return _("本县 %(month)s 的比对正在进行（%(who)s 启动），完成或取消后才能再启动") % {
        "month": f"{run.as_of:%Y-%m}",
        "who": run.started_by_name,
    }


@transaction.atomic
def cancel(*, actor: Actor, run: Run) -> Run:
    """Ask a run to stop; one that still waits is cancelled at once. Raises Refused, Invalid where it has ended."""
    actor.require("runs.start", run.area_code)
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if not locked.active:
        raise Invalid(_("这次比对已经结束，不能取消"))
    before = {"status": locked.status}
    if locked.status == QUEUED:
        locked.status, locked.finished_at = CANCELLED, timezone.now()
    locked.cancel_asked = True
    locked.save(update_fields=["status", "finished_at", "cancel_asked"])
    audit.record(actor, events.CANCELLED, _subject(locked), before=before, after={"status": locked.status})
    return locked


# -- by the working process ---------------------------------------------------------------------------------------


def claim(run_pk: int) -> Run | None:
    """Take a queued run in hand; None where it was cancelled or somebody else has it."""
    now = timezone.now()
    taken = Run.objects.filter(pk=run_pk, status=QUEUED).update(
        status=EXPORTING, worker=worker_name(), heartbeat_at=now, step_done=0, step_total=0
    )
    return Run.objects.get(pk=run_pk) if taken else None


def step(run: Run, status: str, total: int = 0) -> bool:
    """On to the next step; False where the run is no longer this process's."""
    changed = Run.objects.filter(pk=run.pk, status__in=WORKING, worker=run.worker).update(
        status=status, step_done=0, step_total=total, heartbeat_at=timezone.now()
    )
    run.status = status
    return bool(changed)


@transaction.atomic
def finish(run: Run, **fields: Any) -> bool:
    """Show the results: from here on the run is `done`. False where the run is no longer this process's."""
    now = timezone.now()
    own = Run.objects.filter(pk=run.pk, status=LOADING, worker=run.worker, cancel_asked=False)
    if not own.update(status=DONE, finished_at=now, heartbeat_at=now, **fields):
        return False
    after = {"counts": fields["counts"], "rulebook": fields["rulebook_hash"], "snapshot": fields["snapshot_hash"]}
    audit.record(audit.SystemActor(), events.FINISHED, _subject(run), after=after)
    return True


_ENDS = {CANCELLED: None, FAILED: events.FAILED, INTERRUPTED: events.INTERRUPTED}


def give_up(run: Run, status: str, error: str = "") -> bool:
    """End a run without results: nothing of it is left but its row. Does nothing where it has ended already."""
    with transaction.atomic():
        now = timezone.now()
        ended = Run.objects.filter(pk=run.pk, status__in=WORKING).update(
            status=status, finished_at=now, error=error[:2000]
        )
        kind = _ENDS[status]
        if ended and kind is not None:
            audit.record(audit.SystemActor(), kind, _subject(run), after={"error": error[:500]})
    if ended:
        folders.remove_work(run.pk)
        folders.remove_results(run.pk)
        loading.clear(run.pk)
    return bool(ended)


def recover() -> int:
    """Mark runs whose process is gone, and sweep what they left; returns how many."""
    found = 0
    for run in Run.objects.filter(status__in=WORKING):
        silent = run.heartbeat_at is None or run.heartbeat_at < timezone.now() - STALE
        if silent or is_gone(run.worker):
            found += give_up(run, CANCELLED if run.cancel_asked else INTERRUPTED)
    working = set(Run.objects.filter(status__in=WORKING).values_list("pk", flat=True))
    for folder in folders.home().glob("*/work"):
        if folder.parent.name.isdigit() and int(folder.parent.name) not in working:
            folders.remove_work(int(folder.parent.name))
    return found
