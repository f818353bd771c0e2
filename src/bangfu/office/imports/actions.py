"""Every write of this app that a person asks for; what takes long is queued for a worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.imports import events, recognise, storage, tables, tasks
from bangfu.office.imports.models import (
    ALL,
    CANCELLED,
    CHECKED,
    CHECKING,
    COMMITTED,
    COMMITTING,
    DISCARDED,
    FAILED,
    GOOD,
    MAPPING,
    SOURCES,
    WITHDRAWING,
    WORKING,
    Batch,
    RememberedColumns,
)
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry


def _subject(batch: Batch) -> audit.Subject:
    return audit.Subject("batch", batch.key, batch.area_code)


def upload(
    *, actor: Actor, file: UploadedFile, place: tuple[str, str], as_of: date, source: str, table: str = "",
    manifest: dict[str, Any] | None = None,
) -> Batch:  # fmt: skip
    """Keep a file and queue its check. Raises Refused, Invalid."""
    area_code, bureau = place
    actor.require("imports.upload", area_code)
    allowed = {kind.id for kind in tables.allowed(actor, area_code, bureau)}
    if place not in tables.places(actor):
        raise Invalid({"place": _("请选择您的区划或部门")})
    if table and table not in allowed:
        raise Invalid({"table": _("您不能导入这张表")})
    if source not in dict(SOURCES):
        raise Invalid({"source": _("请选择来源")})
    if as_of > timezone.localdate():
        raise Invalid({"as_of": _("数据截至日期不能晚于今天")})
    digest, ending = storage.receive(file)
    with transaction.atomic():
        batch = Batch.objects.create(
            area_code=area_code, bureau=bureau, table=table, file_name=(file.name or "?")[-160:], ending=ending,
            sha256=digest, size=file.size or 0, as_of=as_of, source=source, uploaded_by=actor.key,
            uploaded_name=actor.name, manifest=manifest,
        )  # fmt: skip
        after = {"sha256": digest, "size": batch.size, "as_of": as_of.isoformat(), "source": source}
        audit.record(actor, events.UPLOADED, _subject(batch), after=after)
    _queue(batch, tasks.check, actor)
    return batch


def _queue(batch: Batch, what: Any, actor: Actor) -> None:
    storage.forget_progress(batch)
    transaction.on_commit(lambda: what.enqueue(batch.pk, actor.user_id))


def _locked(batch: Batch, *states: str) -> Batch:
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.state not in states:
        raise Invalid(_("这一批现在是“%s”，不能这样办理；请刷新页面") % held.get_state_display())
    return held


@transaction.atomic
def set_columns(*, actor: Actor, batch: Batch, table: str, chosen: Mapping[str, str]) -> Batch:
    """Say which title of the file is which column of the table, remember it, and check again. Raises Refused, Invalid."""
    actor.require("imports.upload", batch.area_code)
    held = _locked(batch, MAPPING, CHECKED, FAILED, CANCELLED)
    if held.written:
        raise Invalid(_("已写入一部分的批次不能再改；请先撤回"))
    kind = next((k for k in tables.allowed(actor, held.area_code, held.bureau) if k.id == table), None)
    if kind is None:
        raise Invalid({"table": _("请选择这是哪张表")})
    columns = {name: title for name, title in chosen.items() if title in held.titles and kind.column(name)}
    if len(set(columns.values())) < len(columns):
        raise Invalid(_("文件中的一列只能对应一项；请检查重复的选择"))
    if missing := recognise.complete(kind, columns):
        labels = "、".join(tables.label_of(table, name, "zh") for name in missing)
        raise Invalid(_("还没有对应“%s”；没有它就不知道每行是谁") % labels)
    auto = recognise.Recognised(table, held.titles, {}) if not held.titles else automatic(kind, held.titles)
    by_hand = sorted(name for name, title in columns.items() if auto.columns.get(name) != title)
    if wrong := recognise.misread(kind, held.titles, columns, by_hand):
        labels = "、".join(tables.label_of(table, name, "zh") for name in wrong)
        raise Invalid(_("“%s”不能这样对应：文件里另有同名的列；请先改列名") % labels)
    before = {"table": held.table, "columns": held.columns}
    held.table, held.columns, held.by_hand, held.state, held.failure = table, columns, by_hand, CHECKING, None
    held.fingerprint = recognise.fingerprint(held.titles)
    held.save()
    RememberedColumns.objects.update_or_create(
        scope=held.bureau or held.area_code,
        fingerprint=held.fingerprint,
        defaults={"table": table, "columns": columns, "by_hand": by_hand, "user_key": actor.key},
    )
    audit.record(actor, events.MAPPED, _subject(held), before=before, after={"table": table, "columns": columns})
    _queue(held, tasks.check, actor)
    return held


def automatic(kind: tables.Kind, titles: list[str]) -> recognise.Recognised:
    """What a table's own headers say of titles, nothing remembered."""
    from bangfu.core.files.header import find_header

    header = find_header([list(titles)], kind.layout)
    return recognise.Recognised(
        kind.id, titles, {n: recognise.plain(titles[i]) for n, i in header.at.items()} if header else {}
    )


@transaction.atomic
def check_again(*, actor: Actor, batch: Batch) -> Batch:
    """Queue another check with the same columns. Raises Refused, Invalid."""
    actor.require("imports.upload", batch.area_code)
    held = _locked(batch, CHECKED, FAILED, CANCELLED, CHECKING)
    if held.written:
        raise Invalid(_("已写入一部分的批次不能再改；请先撤回"))
    held.state, held.failure = CHECKING, None
    held.save()
    _queue(held, tasks.check, actor)
    return held


@transaction.atomic
def commit(*, actor: Actor, batch: Batch, mode: str) -> Batch:
    """Queue the writing, whole or the good rows; a bureau's file is accepted at once. Raises Refused, Invalid."""
    actor.require("imports.commit", batch.area_code)
    held = _locked(batch, CHECKED, CANCELLED, FAILED)
    if mode not in (ALL, GOOD):
        raise Invalid({"mode": _("请选择导入方式")})
    if held.written and mode != held.mode:
        raise Invalid({"mode": _("已按“只导入没有错误的行”写入一部分，只能继续")})
    if not storage.checked_path(held).exists():
        raise Invalid(_("请先检查文件"))
    if mode == ALL and held.bad:
        raise Invalid({"mode": _("文件中有 %d 行不能导入；请改正后重新上传，或选择“只导入没有错误的行”") % held.bad})
    kind = tables.kinds()[held.table]
    if kind.bureau:
        return _accept(actor, held)
    if not held.good:
        raise Invalid(_("没有可以导入的行"))
    held.state, held.mode, held.failure = COMMITTING, mode, None
    held.committed_by, held.committed_name = actor.key, actor.name
    held.save()
    _queue(held, tasks.commit, actor)
    return held


def _accept(actor: Actor, held: Batch) -> Batch:
    held.state, held.failure, held.mode = COMMITTED, None, GOOD
    held.committed_by, held.committed_name, held.committed_at = actor.key, actor.name, timezone.now()
    held.save()
    audit.record(actor, events.ACCEPTED, _subject(held), after={"sha256": held.sha256, "table": held.table})
    return held


@transaction.atomic
def resume(*, actor: Actor, batch: Batch) -> Batch:
    """Queue again what a worker that is gone left undone. Raises Refused, Invalid."""
    permission = {CHECKING: "imports.upload", COMMITTING: "imports.commit", WITHDRAWING: "imports.withdraw"}
    actor.require(permission.get(batch.state, "imports.upload"), batch.area_code)
    held = _locked(batch, *WORKING)
    if not storage.interrupted(held):
        raise Invalid(_("后台还在办理，请稍候"))
    _queue(held, {CHECKING: tasks.check, COMMITTING: tasks.commit, WITHDRAWING: tasks.withdraw}[held.state], actor)
    return held


def cancel(*, actor: Actor, batch: Batch) -> None:
    """Stop what is under way: a worker stops at its next step; work that nobody has begun is dropped. Raises Refused."""
    actor.require("imports.upload" if batch.state == CHECKING else "imports.commit", batch.area_code)
    storage.ask_to_stop(batch)
    with storage.held(batch) as free, transaction.atomic():
        audit.record(actor, events.CANCELLED, _subject(batch), after={"state": batch.state})
        if free:  # nobody is at it: not begun, or killed
            after = COMMITTED if batch.state == WITHDRAWING else CANCELLED
            Batch.objects.filter(pk=batch.pk, state=batch.state).update(state=after)


@transaction.atomic
def discard(*, actor: Actor, batch: Batch) -> None:
    """Give up a batch of which nothing was written, and remove its file. Raises Refused, Invalid."""
    actor.require("imports.upload", batch.area_code)
    held = _locked(batch, MAPPING, CHECKED, FAILED, CANCELLED)
    if held.written:
        raise Invalid(_("已写入一部分的批次不能放弃；请继续或撤回"))
    held.state = DISCARDED
    held.save()
    held.issues.all().delete()
    audit.record(actor, events.DISCARDED, _subject(held), after={"sha256": held.sha256})
    transaction.on_commit(lambda: storage.remove(held))


@transaction.atomic
def withdraw(*, actor: Actor, batch: Batch, reason: str) -> Batch:
    """Queue taking a batch back. Raises Refused, and Invalid where later entries depend on it or no reason is given."""
    actor.require("imports.withdraw", batch.area_code)
    why = checked(reason, "reason", most=100)
    held = _locked(batch, COMMITTED, CANCELLED, FAILED)
    if held.state != COMMITTED and not held.written:
        raise Invalid(_("这一批没有写入任何内容，不需要撤回"))
    if found := registry.obstacles(held.key):
        held.failure = {"code": "obstacles", "count": len(found), "later": [[o.kind, o.number, o.count] for o in found]}
        held.save()
        return held
    held.withdrawn_by, held.withdrawn_name, held.withdrawn_reason = actor.key, actor.name, why
    held.state, held.failure = WITHDRAWING, None
    held.save()
    _queue(held, tasks.withdraw, actor)
    return held


def record_return(*, actor: Actor, batch: Batch) -> None:
    """The marked workbook holds the file's personal values in full: who takes it is logged."""
    actor.require("imports.upload", batch.area_code)
    audit.record(actor, events.RETURNED, _subject(batch), after={"sha256": batch.sha256})
