"""Every write on reconciliations: files taken in, compared in the background, differences turned into corrections."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.files.remarks import FileError
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.changes import events
from bangfu.office.changes.actions import Proposal, propose
from bangfu.office.changes.content import Content
from bangfu.office.changes.models import Change, Difference, Reconciliation
from bangfu.office.changes.reconciling import BOOKS, TABLES, compare, values_of
from bangfu.office.pages.refusals import Invalid, OutOfReach

RECONCILE = "registry.confirm"
NOT_CORRECTABLE = {"household_no", "region_code", "head_name"}
"""Differences that another kind of change puts right."""


def folder_of(made: Reconciliation) -> Path:
    """Where its files lie until they are compared."""
    return Path(settings.MEDIA_ROOT) / "reconcile" / str(made.pk)


@transaction.atomic
def start(*, actor: Actor, area_code: str, as_of: date, files: Mapping[str, Any]) -> Reconciliation:
    """Take in the export's files (Django uploads by table). Raises Refused, Invalid."""
    actor.require(RECONCILE, area_code)
    errors = {}
    if not areas.current().filter(code=area_code).exists():
        errors["area_code"] = _("没有这个区划")
    if as_of > timezone.localdate():
        errors["as_of"] = _("导出日期不能晚于今天")
    if "households" not in files:
        errors["households"] = _("请选择户信息导出表")
    for table, upload in files.items():
        if Path(upload.name).suffix.lower() not in BOOKS:
            errors[table] = _("请上传 Excel 或 CSV 文件")
        elif upload.size > settings.BANGFU_MAX_UPLOAD_MB * 1024 * 1024:
            errors[table] = _("文件超过 %s MB") % settings.BANGFU_MAX_UPLOAD_MB
    if errors:
        raise Invalid(errors)
    made = Reconciliation.objects.create(
        area_code=area_code,
        as_of=as_of,
        made_by=actor.key,
        made_name=actor.name,
        made_at=timezone.now(),
        files={table: Path(files[table].name).name[:80] for table in TABLES if table in files},
    )
    folder = folder_of(made)
    folder.mkdir(parents=True, exist_ok=True)
    for table, name in made.files.items():
        with (folder / f"{table}{Path(name).suffix.lower()}").open("wb") as target:
            for chunk in files[table].chunks():
                target.write(chunk)
    after = {"as_of": as_of.isoformat(), "files": made.files}
    audit.record(actor, events.RECONCILED, audit.Subject("reconciliation", str(made.pk), area_code), after=after)
    return made


def carry_out(pk: int) -> Reconciliation:
    """Compare, in the background; the files are removed whatever comes of it."""
    made = Reconciliation.objects.get(pk=pk)
    if made.status != "waiting":
        return made
    folder = folder_of(made)
    try:
        paths = {path.stem: path for path in folder.iterdir()}
        with transaction.atomic():
            made.counts = compare(made, paths)
            _settle(made, "done")
    except FileError as error:
        _settle(made, "failed", str(error))
    except Exception as error:
        _settle(made, "failed", type(error).__name__)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return made


@transaction.atomic
def _settle(made: Reconciliation, status: str, problem: str = "") -> None:
    made.status, made.problem = status, problem[:300]
    made.save(update_fields=["counts", "status", "problem"])
    actor = audit.SystemActor(made.made_by, made.made_name)
    after = {"status": status, **made.counts}
    audit.record(actor, events.COMPARED, audit.Subject("reconciliation", str(made.pk), made.area_code), after=after)


def locked_difference(actor: Actor, pk: int) -> Difference:
    """One difference in the actor's area. Raises OutOfReach."""
    rows = Difference.objects.select_for_update(of=("self",)).select_related("key", "reconciliation")
    row = rows.filter(pk=pk).first()
    if row is None or not actor.may(RECONCILE, row.area_code):
        raise OutOfReach(RECONCILE, row.area_code if row else "")
    return row


@transaction.atomic
def propose_theirs(*, actor: Actor, difference: int, evidence: str = "") -> Change:
    """A correction that takes over the national system's value. Raises Refused, Invalid."""
    row = locked_difference(actor, difference)
    if row.change_id is not None:
        raise Invalid(_("已据此提出过变更"))
    if row.sort != "value" or row.field in NOT_CORRECTABLE:
        raise Invalid(_("这一差异不能用更正解决，请到户档中办理相应的变更"))
    _ours, theirs = values_of(row)
    proposal = Proposal(
        kind="correction",
        household=row.household_no,
        person=row.person_no,
        effective_on=row.reconciliation.as_of,
        reason=_("与国家系统核对不一致，按国家系统更正"),
        evidence=evidence,
        content=Content(table=row.table, values={row.field: theirs}),
    )
    row.change = propose(actor=actor, proposal=proposal)
    row.save(update_fields=["change"])
    return row.change
