"""Writing periods: what differs from what is known is added, and what it replaces is marked. Only actions.py calls it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bangfu.office.accounts.api import Actor
from bangfu.office.benefits.models import ACTIVE, ENDED, Entitlement, Period
from bangfu.office.benefits.periods import Decided, Span, unbroken_since


def spans_of(entitlement: Entitlement, known_at: datetime | None = None) -> list[Span]:
    """Its periods in order, as known now or as they were known at an instant."""
    rows = Period.objects.filter(entitlement=entitlement)
    if known_at is None:
        rows = rows.filter(replaced_at=None)
    else:
        rows = rows.filter(recorded_at__lte=known_at).exclude(replaced_at__lte=known_at)
    return [
        Span(
            row.start, row.end, row.amount_fen, row.class_name,
            Decided(row.reason, row.case_number, row.decision_sha256),
            Decided(row.end_reason, row.end_case_number, row.end_sha256) if row.end_reason else None, row.pk,
        )
        for row in rows.order_by("start", "pk")
    ]  # fmt: skip


def write(actor: Actor, entitlement: Entitlement, spans: Sequence[Span], now: datetime) -> None:
    """Make the periods be these, and the row for lists with them. The row must be locked by whoever calls."""
    kept = {span.row for span in spans if span.row is not None}
    Period.objects.filter(entitlement=entitlement, replaced_at=None).exclude(pk__in=kept).update(replaced_at=now)
    before: Span | None = None
    former: int | None = None
    for span in spans:
        row = span.row
        if row is None:
            gap = former if before is not None and before.end != span.start else None
            row = Period.objects.create(
                entitlement=entitlement, start=span.start, end=span.end, amount_fen=span.amount_fen,
                class_name=span.class_name, reason=span.begun.reason, case_number=span.begun.case,
                decision_sha256=span.begun.sha256, end_reason=span.ended.reason if span.ended else "",
                end_case_number=span.ended.case if span.ended else "", end_sha256=span.ended.sha256 if span.ended else "",
                former_id=gap, recorded_at=now, recorded_by=actor.key,
            ).pk  # fmt: skip
        before, former = span, row
    project(entitlement, spans)


def project(entitlement: Entitlement, spans: Sequence[Span]) -> None:
    """What lists read. With no period left (a grant that was taken back before it began) it ended when it began."""
    if not spans:
        entitlement.state, entitlement.until, entitlement.amount_fen = ENDED, entitlement.since, 0
    else:
        last = spans[-1]
        entitlement.since = unbroken_since(spans) or last.start
        entitlement.until, entitlement.amount_fen, entitlement.class_name = last.end, last.amount_fen, last.class_name
        entitlement.state = ACTIVE if last.end is None else ENDED
    entitlement.last_month = None
    if entitlement.state == ENDED:
        entitlement.review_due_on, entitlement.changed = None, {}
    entitlement.save()
