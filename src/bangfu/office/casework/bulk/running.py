"""How a bulk action goes on: in chunks, each a transaction, so that a kill leaves whole cases and the rest still to do.

The preview goes through the same code as the doing and writes nothing but its answers. What was previewed as possible is
looked at again when it is done; who was quicker meanwhile is told, case by case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, User, actor_of
from bangfu.office.audit import api as audit
from bangfu.office.casework import events
from bangfu.office.casework.bulk import handing, moving, opening
from bangfu.office.casework.bulk.rows import (
    BUSY,
    CANCELLED,
    CHECKED,
    CHECKING,
    DONE,
    DRAFT,
    HANDING,
    MOVING,
    NEW,
    OPENING,
    WORKING,
    WOULD,
    BulkAction,
    BulkItem,
)
from bangfu.office.casework.models import OpenStep
from bangfu.office.pages.inserting import insert, update
from bangfu.office.pages.refusals import Invalid, OutOfReach

CHUNK = 500
AT_ONCE = 200
"""So many are done while the reader waits; more go to the background worker."""
MOST = 20_000
KEPT, SILENT = timedelta(days=1), timedelta(minutes=2)
_TRIES = 3

Handler = Callable[[BulkAction, list[BulkItem], Actor, bool], list[audit.Entry]]
HANDLERS: Mapping[str, Handler] = {OPENING: opening.handle, MOVING: moving.handle, HANDING: handing.handle}
_KINDS = {OPENING: events.BULK_OPENED, MOVING: events.BULK_MOVED, HANDING: events.BULK_HANDED}


@transaction.atomic
def begin(
    *, actor: Actor, sort: str, items: Iterable[BulkItem], content: Mapping[str, Any], note: str = ""
) -> BulkAction:
    """A new action on these items, of which nothing is decided yet. Raises Invalid for none or too many."""
    rows = list(items)
    if not rows:
        raise Invalid(_("没有选中任何一条"))
    if len(rows) > MOST:
        raise Invalid(_("一次最多 %s 条，请缩小范围") % MOST)
    now = timezone.now()
    action = BulkAction.objects.create(
        key=uuid4().hex, sort=sort, content=dict(content), note=note, user=actor.user_id or 0, actor_key=actor.key,
        actor_name=actor.name, total=len(rows), beat_at=now, created_at=now,
    )  # fmt: skip
    for row in rows:
        row.action = action
    insert(rows)
    return action


def own(actor: Actor, pk: int) -> BulkAction:
    """An action of one's own; those of others are not there. Raises OutOfReach."""
    found = BulkAction.objects.filter(pk=pk, actor_key=actor.key).first()
    if found is None:
        raise OutOfReach("cases.act")
    return found


def preview(*, actor: Actor, action: BulkAction, content: Mapping[str, Any], note: str = "") -> None:
    """Look at every item with these parameters; nothing of a case is written. Raises Invalid where it was confirmed."""
    with transaction.atomic():
        row = _locked(actor, action, (DRAFT, CHECKED))
        row.content, row.note, row.state, row.beat_at = dict(content), note, CHECKING, timezone.now()
        row.language = get_language() or "zh-hans"
        row.save()
        row.items.exclude(answer=NEW).update(answer=NEW, reason="")
        if row.sort == OPENING:
            row.items.update(case=None, topic="")
    _go(row)


def move(*, actor: Actor, action: BulkAction, together: moving.Together, note: str) -> None:
    """Preview one move; chosen cases that are at another step or another version are left out of it. Raises Invalid."""
    with transaction.atomic():
        row = _locked(actor, action, (DRAFT,))
        here = OpenStep.objects.filter(case__definition=together.digest, step=together.step)
        left = row.items.exclude(case__in=here.values("case")).delete()[0]
        row.total -= left
        row.save()
    preview(actor=actor, action=action, content={**together.plain(), "left_out": left}, note=note)


def hand(*, actor: Actor, action: BulkAction, to: str, step: str, note: str) -> None:
    """Preview handing the chosen cases to the account with this key. Raises Invalid."""
    with transaction.atomic():
        row = _locked(actor, action, (DRAFT,))
        row.sort = HANDING
        row.save()
    name = User.objects.get(key=to).full_name
    preview(actor=actor, action=action, content={"to": to, "name": name, "step": step}, note=note)


def confirm(*, actor: Actor, action: BulkAction) -> None:
    """Do what the preview found possible. Raises Invalid where it was confirmed before, or nothing is possible."""
    with transaction.atomic():
        row = _locked(actor, action, (CHECKED,))
        if not row.items.filter(answer=WOULD).exists():
            raise Invalid(_("没有可以办理的"))
        row.state, row.beat_at = WORKING, timezone.now()
        row.save()
    _go(row)


@transaction.atomic
def cancel(*, actor: Actor, action: BulkAction) -> None:
    """Do not do it; what is being done stops after its chunk, and what was done stays done. Raises Invalid where it ended."""
    row = _locked(actor, action, (DRAFT, CHECKING, CHECKED, WORKING))
    begun, row.state, row.finished_at = row.state == WORKING, CANCELLED, timezone.now()
    row.save()
    if begun:
        _told(row, actor)


def resume(*, actor: Actor, action: BulkAction) -> None:
    """Go on where an interruption left it. Raises Invalid where it is not under way."""
    with transaction.atomic():
        row = _locked(actor, action, BUSY)
    _go(row)


def _locked(actor: Actor, action: BulkAction, states: tuple[str, ...]) -> BulkAction:
    row = BulkAction.objects.select_for_update().filter(pk=action.pk, actor_key=actor.key).first()
    if row is None:
        raise OutOfReach("cases.act")
    if row.state not in states:
        raise Invalid(_("这次批量办理已是“%s”，没有重复执行") % row.get_state_display())
    return row


def _go(action: BulkAction) -> None:
    """Few at once, many in the worker."""
    from bangfu.office.casework.tasks import work_on

    if action.total <= AT_ONCE:
        carry_on(action.pk)
    else:
        transaction.on_commit(lambda: work_on.enqueue(action.pk))


def carry_on(pk: int, chunk: int = CHUNK) -> BulkAction:
    """Work an action to the end of its phase, with the rights that who asked for it has today."""
    action = BulkAction.objects.get(pk=pk)
    actor = actor_of(User.objects.get(pk=action.user), timezone.localdate())
    failed = 0
    while True:
        try:
            with override(action.language):
                action = _chunk(pk, actor, chunk)
        except IntegrityError:  # somebody opened the same matter in this very moment: looked at again, it is there
            failed += 1
            if failed >= _TRIES:
                raise
            continue
        failed = 0
        if not action.busy:
            return action


@transaction.atomic
def _chunk(pk: int, actor: Actor, chunk: int) -> BulkAction:
    action = BulkAction.objects.select_for_update().get(pk=pk)
    if not action.busy:
        return action
    dry = action.state == CHECKING
    waiting = NEW if dry else WOULD
    items = list(BulkItem.objects.filter(action=action, answer=waiting).order_by("pk")[:chunk])
    if items:
        entries = HANDLERS[action.sort](action, items, actor, dry)
        assert dry or all(item.answer != WOULD for item in items)
        update(items, ["answer", "reason", "case", "topic"])
        if entries:
            audit.record_bulk(actor, _KINDS[action.sort], _subject(action), f"cases:{action.key}", entries)
    if len(items) < chunk:
        action.state, action.finished_at = (CHECKED, None) if dry else (DONE, timezone.now())
        if not dry:
            _told(action, actor)
    action.beat_at = timezone.now()
    action.save()
    return action


def _subject(action: BulkAction) -> audit.Subject:
    return audit.Subject("casework_bulk", action.key)


def _told(action: BulkAction, actor: Actor) -> None:
    audit.record(actor, events.BULK_DONE, _subject(action), after={"state": action.state, **counts(action)})


def counts(action: BulkAction) -> dict[str, int]:
    """How many items there are of each answer. One query."""
    rows = BulkItem.objects.filter(action=action).order_by().values_list("answer")
    return dict(rows.annotate(n=Count("pk")))


def stalled(action: BulkAction) -> bool:
    """True where nothing has happened for longer than a chunk takes."""
    return action.busy and action.beat_at < timezone.now() - SILENT


def recover() -> int:
    """Have what a killed worker left carried on; put away previews that nobody confirmed for a day."""
    from bangfu.office.casework.tasks import work_on

    old = timezone.now() - KEPT
    BulkAction.objects.filter(state__in=(DRAFT, CHECKED), beat_at__lt=old).delete()
    found = list(
        BulkAction.objects.filter(state__in=BUSY, beat_at__lt=timezone.now() - SILENT).values_list("pk", flat=True)
    )
    for pk in found:
        work_on.enqueue(pk)
    return len(found)
