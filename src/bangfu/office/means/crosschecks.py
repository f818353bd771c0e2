"""The cross-check that follows a run: queued, worked in the background, whole or not at all."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, system_actor
from bangfu.office.audit import api as audit
from bangfu.office.means import events, folders, jobs
from bangfu.office.means.models import ACTIVE, CANCELLED, DONE, INTERRUPTED, QUEUED, WORKING, Crosscheck
from bangfu.office.pages.refusals import Invalid
from bangfu.office.runs import api as runs

_log = logging.getLogger("bangfu.means")
LEVELS = (2, 4, 6, 9, 12)


def _subject(check: Crosscheck) -> audit.Subject:
    return audit.Subject("crosscheck", str(check.pk), check.area_code)


@transaction.atomic
def start(*, actor: Actor, run: runs.Run) -> Crosscheck:
    """Queue the cross-check of a run's month. Raises Refused, Invalid where the run is not done, no file is there, or one is
    under way."""
    actor.require("runs.start", run.area_code)
    if run.status != DONE:
        raise Invalid(_("比对完成后才能核对部门数据"))
    if not any(file.file for file in runs.bureau_files(run.area_code, run.as_of)):
        raise Invalid(_("这个月没有部门数据文件，无法核对"))
    waiting = Crosscheck.objects.filter(area_code=run.area_code, status=QUEUED)
    waiting.update(status=CANCELLED, finished_at=timezone.now())  # the newer one does its work as well
    check = Crosscheck(
        run=run, area_code=run.area_code, as_of=run.as_of, started_by=actor.key, started_by_name=actor.name,
        created_at=timezone.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            check.save()
    except IntegrityError:
        raise Invalid(_("本县正在核对部门数据，完成后才能再启动")) from None
    audit.record(actor, events.CROSSCHECK_STARTED, _subject(check), after={"run": run.pk})
    from bangfu.office.means.tasks import work_crosscheck

    transaction.on_commit(lambda: work_crosscheck.enqueue(check.pk))
    return check


@runs.also_after
def follow(run: runs.Run) -> None:
    """Every run that is done is followed by its cross-check, where there is anything to check against."""
    try:
        start(actor=system_actor(), run=run)
    except Invalid as error:
        _log.info("no cross-check after run %s: %s", run.pk, error)


def recover() -> int:
    """Mark cross-checks whose process is gone, and sweep what they left; returns how many."""
    found = sum(give_up(check, CANCELLED if check.cancel_asked else INTERRUPTED) for check in jobs.lost(Crosscheck))
    working = set(Crosscheck.objects.filter(status__in=WORKING).values_list("pk", flat=True))
    done = set(Crosscheck.objects.filter(status=DONE).values_list("pk", flat=True))
    for folder in folders.home().iterdir():
        if folder.name.isdigit() and int(folder.name) not in working:
            folders.remove_work(int(folder.name))
            if int(folder.name) not in done:
                folders.remove_results(int(folder.name))
    return found


def give_up(check: Crosscheck, status: str, error: str = "") -> bool:
    """End a cross-check without results: nothing of it is left but its row. False where it had ended already."""
    with transaction.atomic():
        ended = jobs.end(check, status, error=error[:2000])
        if ended:
            after = {"status": status, "error": error[:500]}
            audit.record(audit.SystemActor(), events.CROSSCHECK_ENDED, _subject(check), after=after)
    if ended:
        folders.remove_work(check.pk)
        folders.remove_results(check.pk)
    return ended


@transaction.atomic
def finish(check: Crosscheck, counts: dict[str, Any]) -> bool:
    """Show the results. False where the work is no longer this process's."""
    if not jobs.end(check, DONE, own=True, counts=counts):
        return False
    audit.record(audit.SystemActor(), events.CROSSCHECK_FINISHED, _subject(check), after=counts)
    return True


def counts_of(pk: int) -> dict[str, Any]:
    """What a cross-check's row keeps of summary.json."""
    told = json.loads((folders.results(pk) / "summary.json").read_text(encoding="utf-8"))
    tables = {
        name: {key: table[key] for key in ("rows", "linked", "review", "unlinked")}
        | {"problem": table["manifest_problem"]}
        for name, table in told["tables"].items()
    }
    found = {"persons": told["persons"], "households": told["households"], "tables": tables}
    return found | {"conflicts": sum(told["conflicts"].values())}


def touching(area_code: str) -> QuerySet[Crosscheck]:
    """Cross-checks of an area and of those that hold it."""
    above = [area_code[:digits] for digits in LEVELS if digits <= len(area_code)]
    return Crosscheck.objects.filter(area_code__in=above)


def latest(area_code: str) -> Crosscheck | None:
    """The newest finished one that covers an area, of the latest day."""
    for check in touching(area_code).filter(status=DONE).order_by("-as_of", "-id")[:3]:
        if folders.results(check.pk).is_dir():
            return check
    return None


def under_way(area_code: str) -> Crosscheck | None:
    """The one that waits or works."""
    return touching(area_code).filter(status__in=ACTIVE).order_by("-id").first()
