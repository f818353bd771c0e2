"""Writing to the log. Every other app's write calls one of these inside its own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from bangfu.office.audit.chain import MAIN, append
from bangfu.office.audit.events import KINDS, EventKind
from bangfu.office.audit.models import Entry
from bangfu.office.pages.inserting import build


class Acting(Protocol):
    """Whoever acts, as the log names them; `purpose` is why personal data are looked at."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def purpose(self) -> str: ...


@dataclass(frozen=True)
class SystemActor:
    """A command or a task that no person started."""

    key: str = "system"
    name: str = "系统"
    purpose: str = ""


@dataclass(frozen=True)
class Subject:
    """What was acted on: its type, its stable number, and the area it lies in."""

    type: str
    id: str
    area_code: str = ""


def entry(
    actor: Acting,
    kind: EventKind,
    subject: Subject,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    sealed: bytes | None = None,
    subject_key_id: int | None = None,
) -> Entry:
    """A row that is not yet in a chain. Personal values go into `sealed`, never into before and after."""
    if KINDS.get(kind.code) is not kind:
        raise ValueError(f"event kind {kind.code} is not declared")
    return build(
        Entry,
        at=timezone.now(),
        actor_key=actor.key,
        actor_name=actor.name,
        kind=kind.code,
        subject_type=subject.type,
        subject_id=subject.id,
        area_code=subject.area_code,
        purpose=actor.purpose,
        before=before,
        after=after,
        sealed=sealed,
        subject_key_id=subject_key_id,
    )


@transaction.atomic
def record(actor: Acting, kind: EventKind, subject: Subject, **details: Any) -> Entry:
    """One row at the end of the main chain, in the caller's transaction. Details as for `entry`."""
    row = entry(actor, kind, subject, **details)
    append(MAIN, [row])
    return row


@transaction.atomic
def record_bulk(actor: Acting, kind: EventKind, subject: Subject, stream: str, rows: Iterable[Entry]) -> Entry:
    """Many rows of one bulk action in a chain of their own, anchored in the main chain by its count and last hash.

    The main chain is locked only for its last row, so a long import does not hold up everybody else's writes.
    May be called again for the same stream: it grows, and is anchored again.
    """
    head = append(stream, rows)
    anchor = {"stream": stream, "count": head.count, "hash": bytes(head.hash).hex()}
    return record(actor, kind, subject, after=anchor)
