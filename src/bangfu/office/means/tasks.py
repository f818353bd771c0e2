"""The background tasks: the cross-check of a run, and reports of many households. No ID number stays, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_tasks import task

from bangfu.office.means import batches, crosschecks, folders, jobs
from bangfu.office.means.models import (
    CANCELLED,
    EXPORTING,
    FAILED,
    INTERRUPTED,
    MAKING,
    MATCHING,
    WORKING,
    Crosscheck,
    ReportBatch,
)
from bangfu.office.registry.api import ExportError, export_registry
from bangfu.office.runs import api as runs

log = logging.getLogger(__name__)
UNEXPECTED = _("程序出错，请把时间和编号告诉系统管理员")


@task
def work_crosscheck(pk: int) -> None:
    """Work one queued cross-check to its end."""
    crosschecks.recover()
    check = jobs.claim(Crosscheck, pk, EXPORTING)
    if check is None:
        return
    reporter = runs.Reporter(check, WORKING)
    try:
        _guarded(
            lambda: _crosscheck(check, reporter), lambda *end: crosschecks.give_up(check, *end), f"cross-check {pk}"
        )
    finally:
        folders.remove_work(pk)
        reporter.close()


def _crosscheck(check: Crosscheck, reporter: Any) -> None:
    folder = folders.fresh_work(check.pk)
    data = folder / "data"
    export_registry(data / "registry", check.area_code, reporter)
    runs.gather_bureau_files(check.area_code, check.as_of, data / "bureau")
    jobs.step(check, MATCHING)
    asked = {"data": str(data), "as_of": check.as_of.isoformat(), "out": str(folder / "out")}
    runs.work_apart("bangfu.office.means.child", asked, folder / "stderr.log", reporter, reporter.beat)
    jobs.step(check, MATCHING)
    folders.keep_results(check.pk, folder / "out")
    if not crosschecks.finish(check, crosschecks.counts_of(check.pk)):
        raise runs.Stopped


@task
def work_batch(pk: int) -> None:
    """Make the reports of one queued list."""
    batch = jobs.claim(ReportBatch, pk, MAKING)
    if batch is None:
        return
    _guarded(lambda: batches.make(batch), lambda *end: batches.give_up(batch, *end), f"reports {pk}")


def _guarded(work: Callable[[], object], give_up: Callable[..., object], what: str) -> None:
    """Do the work; however it fails, its row says so."""
    try:
        work()
    except runs.Stopped:
        give_up(CANCELLED)
    except (ExportError, runs.ScreeningFailed) as error:
        known = isinstance(error, ExportError) or error.known
        if not known:
            log.error("%s: %s", what, error)
        give_up(FAILED, str(error) if known else str(UNEXPECTED))
    except Exception:
        log.exception("%s failed", what)
        give_up(FAILED, str(UNEXPECTED))
    except BaseException:
        give_up(INTERRUPTED)
        raise
