"""The background task: registry out, core in a process of its own, results in; whatever happens, no ID number stays."""

from __future__ import annotations

import logging
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_tasks import task

from bangfu.office.registry.api import ExportError, export_registry, rulebook
from bangfu.office.runs import folders, loading
from bangfu.office.runs.actions import claim, finish, give_up, recover, step
from bangfu.office.runs.bureau import gather_bureau_files
from bangfu.office.runs.following import tell
from bangfu.office.runs.models import CANCELLED, DONE, FAILED, INTERRUPTED, LOADING, SCREENING, Run
from bangfu.office.runs.process import ScreeningFailed, Stopped, screen_apart
from bangfu.office.runs.reporting import Reporter

log = logging.getLogger(__name__)
RULES_CHANGED = _("规则集的文件在服务启动后改动过，请重启服务后再运行")
UNEXPECTED = _("程序出错，请把时间和编号告诉系统管理员")


@task
def work(run_pk: int) -> None:
    """Work one queued run to its end."""
    recover()
    run = claim(run_pk)
    if run is None:
        return
    reporter = Reporter(run)
    try:
        _work(run, reporter)
    except Stopped:
        give_up(run, CANCELLED)
    except (ExportError, ScreeningFailed) as error:
        known = isinstance(error, ExportError) or error.known
        if not known:
            log.error("run %s: %s", run.pk, error)
        give_up(run, FAILED, str(error) if known else str(UNEXPECTED))
    except Exception:
        log.exception("run %s failed", run.pk)
        give_up(run, FAILED, str(UNEXPECTED))
    except BaseException:
        give_up(run, INTERRUPTED)
        raise
    finally:
        folders.remove_work(run.pk)
        reporter.close()
    run.refresh_from_db()
    if run.status == DONE:
        tell(run)


def _work(run: Run, reporter: Reporter) -> None:
    folder = folders.fresh_work(run.pk)
    data = folder / "data"
    exported = export_registry(data / "registry", run.area_code, reporter)
    gather_bureau_files(run.area_code, run.as_of, data / "bureau")
    book = rulebook()
    rules = folders.keep_rulebook(book.lineage, book.digest)
    _go_on(step(run, SCREENING))
    previous = folders.results(run.previous_id) if run.previous_id else None
    screen_apart(
        rulebook=rules,
        data=data,
        as_of=run.as_of,
        out=folder / "out",
        previous=previous if previous and previous.is_dir() else None,
        progress=reporter,
        stop=reporter.beat,
    )
    _go_on(step(run, LOADING))
    results = folders.keep_results(run.pk, folder / "out")
    folders.remove_work(run.pk)
    counts = loading.load(run, results, reporter, [p.id for p in book.policies.values() if p.amount is None])
    _go_on(finish(run, counts=counts, **_record(loading.record_of(results), book.digest, exported.left_out, results)))


def _go_on(still_ours: bool) -> None:
    if not still_ours:
        raise Stopped


def _record(record: dict[str, Any], digest: str, left_out: tuple[str, ...], results: Any) -> dict[str, Any]:
    """What the run's row keeps of run.json."""
    told = record["rulebook"]
    if told["sha256"] != digest:
        raise ScreeningFailed(str(RULES_CHANGED), known=True)
    return {
        "rulebook_name": told["name"],
        "rulebook_version": told["version"],
        "rulebook_hash": told["sha256"],
        "snapshot_hash": folders.snapshot_hash(results / "snapshot"),
        "notes": {
            "rows": record["rows_in"],
            "left_out": list(left_out),
            "warnings": record["warnings"],
            "seconds": record["seconds"],
        },
    }
