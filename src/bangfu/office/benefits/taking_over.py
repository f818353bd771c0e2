"""What was received before this office decided anything, taken over from the registry, so that its reviews fall due too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.benefits import events
from bangfu.office.benefits.models import Entitlement, Period
from bangfu.office.benefits.periods import month_of
from bangfu.office.benefits.reviews import review_due
from bangfu.office.registry import api as registry

PERMISSION = "registry.confirm"
AT_ONCE = 1000


def take_over(*, actor: Actor) -> int:
    """An entitlement for each benefit of the actor's area that the registry says is received and that has none; how many.

    They were granted before; nothing new is granted here, and the registry is not written to. Raises Refused.
    """
    actor.require(PERMISSION)
    made = 0
    for policy in registry.rulebook().policies.values():
        if policy.entitlement is not None and policy.entitlement.table:
            made += sum(_some(actor, policy, part) for part in _parts(actor, policy))
    return made


def _parts(actor: Actor, policy: object) -> Iterator[list[registry.Record]]:
    rule = policy.entitlement  # type: ignore[attr-defined]
    rows = registry.Record.objects.filter(
        areas.inside(actor.areas(PERMISSION)), table=rule.table, withdrawn_on=None, household__closed_on=None
    )
    for name, value in rule.values.items():
        rows = rows.filter(**{f"values__{name}": value})
    known = Entitlement.objects.filter(policy=policy.id)  # type: ignore[attr-defined]
    pairs = set(known.values_list("household", "person_number"))
    part: list[registry.Record] = []
    for row in rows.select_related("household", "person").order_by("pk").iterator(chunk_size=AT_ONCE):
        whose = (row.household_id, row.person.number if row.person else "")
        if whose in pairs:
            continue
        pairs.add(whose)
        part.append(row)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


@transaction.atomic
def _some(actor: Actor, policy: object, rows: list[registry.Record]) -> int:
    rule, name = policy.entitlement, policy.id  # type: ignore[attr-defined]
    amount = policy.amount  # type: ignore[attr-defined]
    per = (amount.per or "month") if amount is not None else "status"
    now, today = timezone.now(), timezone.localdate()
    made = []
    for row in rows:
        monthly = int(row.values.get(rule.amount) or 0)
        since = month_of(row.start or today)
        made.append(
            Entitlement(
                household=row.household, person_number=row.person.number if row.person else "", policy=name,
                area_code=row.area_code, per=per, amount_fen=monthly * 12 if per == "year" else monthly,
                since=min(since, month_of(today)), record=row.pk, known_at=now,
                review_due_on=_due(name, row.area_code, row.pk),
            )
        )  # fmt: skip
    created = Entitlement.objects.bulk_create(made)
    Period.objects.bulk_create(
        Period(
            entitlement=one, start=one.since, amount_fen=one.amount_fen, reason="taken_over", recorded_at=now,
            recorded_by=actor.key,
        )
        for one in created
    )  # fmt: skip
    areas_of = actor.areas(PERMISSION)
    subject = audit.Subject("list", name, areas_of[0] if len(areas_of) == 1 else "")
    audit.record(actor, events.TAKEN_OVER, subject, after={"policy": name, "rows": len(created)})
    return len(created)


def _due(policy: str, area_code: str, key: int) -> object:
    """Nobody says when it was last looked at: the reviews are spread over the coming time, not all on one day."""
    today = timezone.localdate()
    last = review_due(policy, "", area_code, today)
    if last is None:
        return None
    return today + timedelta(days=1 + key * 7919 % max(1, (last - today).days))


def to_take_over(actor: Actor) -> int:
    """About how many there are: rows of the registry without an entitlement. One query a policy."""
    if not actor.may(PERMISSION):
        return 0
    found = 0
    for policy in registry.rulebook().policies.values():
        rule = policy.entitlement
        if rule is None or not rule.table:
            continue
        rows = registry.Record.objects.filter(
            areas.inside(actor.areas(PERMISSION)), table=rule.table, withdrawn_on=None, household__closed_on=None
        )
        for name, value in rule.values.items():
            rows = rows.filter(**{f"values__{name}": value})
        found += rows.exclude(~Q(household__entitlements=None) & Q(household__entitlements__policy=policy.id)).count()
    return found
