"""Takes a batch back: the registry's part, and what the batch had replaced comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils import timezone

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.imports import events, storage
from bangfu.office.imports.models import WITHDRAWING, WITHDRAWN, Batch
from bangfu.office.pages.inserting import update
from bangfu.office.registry import api as registry


class HasObstacles(Exception):
    """Later entries depend on what the batch created."""

    def __init__(self, found: list[registry.Obstacle]) -> None:
        super().__init__(len(found))
        self.found = found


def withdraw(batch: Batch, actor: Actor, progress: storage.Progress) -> None:
    """All of it in one transaction. Raises HasObstacles; then nothing is changed."""
    actor.require("imports.withdraw", batch.area_code)
    progress.say("withdrawing", 0, batch.written)
    with transaction.atomic():
        held = Batch.objects.select_for_update().get(pk=batch.pk)
        if held.state != WITHDRAWING:
            raise storage.Cancelled
        if found := registry.obstacles(batch.key):
            raise HasObstacles(found)
        stream = f"{batch.key}:withdrawal"
        origin = registry.Origin(actor, "withdrawal", batch.as_of, stream, batch.withdrawn_reason)
        subject = audit.Subject("batch", batch.key, batch.area_code)
        rows = _told(registry.withdraw(batch.key, origin), batch, progress)
        audit.record_bulk(actor, events.WITHDRAWN, subject, stream, rows)
        _bring_back(batch)
        batch.state, batch.withdrawn_at, batch.failure = WITHDRAWN, timezone.now(), None
        batch.save()


def _told(rows: Iterator[audit.Entry], batch: Batch, progress: storage.Progress) -> Iterator[audit.Entry]:
    for count, row in enumerate(rows):
        if count % 1000 == 0:
            progress.say("withdrawing", count, batch.written)
        yield row


def _bring_back(batch: Batch) -> None:
    """Records that it had replaced count again; statuses that it had changed are as they were, unless changed since."""
    kept = list(batch.replaced.all())
    records = registry.Record.objects.in_bulk([row.record for row in kept if row.record])
    for record in records.values():
        record.withdrawn_on = None
    update(list(records.values()), ["withdrawn_on"])
    episodes = registry.StatusEpisode.objects.in_bulk([row.episode for row in kept if row.episode])
    for row in kept:
        if row.episode in episodes:
            episode, end = episodes[row.episode], row.before.get("to")
            episode.end, episode.reason = date.fromisoformat(end) if end else None, row.before.get("reason", "")
    update(list(episodes.values()), ["end", "reason"])
