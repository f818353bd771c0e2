"""New values for households and persons that exist, many at once, and the projection made anew from statements.

Everything here runs inside the caller's transaction. The subjects must have been read with their keys and locked by the
caller (`locked_households`, `locked_persons`). One call takes subjects of one kind.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone

from bangfu.office.audit import api as audit
from bangfu.office.pages.inserting import insert, update
from bangfu.office.registry import events
from bangfu.office.registry.bulk import Origin
from bangfu.office.registry.catalogue import Catalogue, catalogue
from bangfu.office.registry.models import Household, Membership, Person, Statement
from bangfu.office.registry.projection import pack, split
from bangfu.office.registry.subjects import (
    WITHDRAWAL,
    Subject,
    blank_columns,
    link_of,
    merged,
    project,
    rebuild,
    statements_of,
    table_of,
    values_now,
)


@dataclass(frozen=True)
class Change:
    """What is newly said of a subject: only what differs, JSON-typed; None unsays a fact."""

    subject: Subject
    values: Mapping[str, Any]


def locked_households(numbers: Collection[str]) -> dict[str, Household]:
    """Households by number with their keys, locked until the transaction ends."""
    rows = Household.objects.select_for_update(of=("self",)).select_related("key").filter(number__in=numbers)
    return {row.number: row for row in rows}


def locked_persons(numbers: Collection[str]) -> dict[str, Person]:
    """Persons by number with their keys and households, locked until the transaction ends."""
    rows = Person.objects.select_for_update(of=("self",)).select_related("key", "household")
    return {row.number: row for row in rows.filter(number__in=numbers)}


def state(changes: Sequence[Change], origin: Origin) -> list[audit.Entry]:
    """A statement with the new facts for each subject, the projection rewritten, the version one higher.

    Where the registry holds newer statements than `origin.as_of`, these go on to count: the projection is made from all
    statements. Returns the log rows (before and after, personal values sealed), which the caller must append; the caller
    recounts households whose members' relations changed.
    """
    if not changes:
        return []
    known, now = catalogue(), timezone.now()
    table, link = table_of(changes[0].subject), link_of(changes[0].subject)
    subjects = [change.subject for change in changes]
    newest = _newest(subjects, link)
    before = [values_now(change.subject, change.values) for change in changes]
    statements = []
    for change in changes:
        plain, sealed = split(known, table, change.values)
        statements.append(
            Statement(
                **{link: change.subject},
                as_of=origin.as_of,
                recorded_at=now,
                source=origin.source,
                source_note=origin.note,
                values=plain,
                sealed=change.subject.key.seal("statement", pack(sealed)),
                actor_key=origin.actor.key,
                batch=origin.batch,
            )
        )
    insert(statements)
    late = [s for s in subjects if (held := newest.get(s.pk)) is not None and held > origin.as_of]
    for change in changes:
        if change.subject not in set(late):
            project(known, change.subject, change.values)
    rebuild(late)
    save(subjects)
    return [change_entry(known, origin, s, was, values_now(s, was)) for s, was in zip(subjects, before, strict=True)]


def _newest(subjects: Sequence[Subject], link: str) -> dict[int, date]:
    rows = Statement.objects.filter(**{f"{link}__in": [s.pk for s in subjects]}, withdrawn_by=None)
    rows = rows.exclude(source=WITHDRAWAL)
    return dict(rows.values_list(link).annotate(last=Max("as_of")).values_list(link, "last"))


def values_on(subjects: Sequence[Subject], on: date) -> dict[int, dict[str, Any]]:
    """What was known of subjects as of a day, by primary key, from the statements that count today."""
    stated = statements_of(subjects, on)
    found = {s.pk: merged(s, stated.get(s.pk, [])) for s in subjects}
    return {key: {n: v for n, v in values.items() if v is not None} for key, values in found.items()}


def values_known(subjects: Sequence[Subject], at: datetime) -> dict[int, dict[str, Any]]:
    """What the registry had been told of subjects of one kind at an instant, by primary key, blanks left out.

    A statement that was taken back since counts where it was taken back later. Raises Erased.
    """
    if not subjects:
        return {}
    link = link_of(subjects[0])
    rows = Statement.objects.filter(**{f"{link}__in": [s.pk for s in subjects]}, recorded_at__lte=at)
    rows = rows.exclude(source=WITHDRAWAL).exclude(withdrawn_by__recorded_at__lte=at)
    stated: dict[int, list[Statement]] = {}
    for row in rows.order_by("as_of", "recorded_at", "pk"):
        stated.setdefault(getattr(row, f"{link}_id"), []).append(row)
    found = {s.pk: merged(s, stated.get(s.pk, [])) for s in subjects}
    return {key: {n: v for n, v in values.items() if v is not None} for key, values in found.items()}


def reproject(subjects: Sequence[Subject]) -> None:
    """Make the projection of subjects anew from their statements and save it, the version one higher."""
    rebuild(subjects)
    save(subjects)


def save(subjects: Sequence[Subject], *more: str) -> None:
    """Save projections (and further fields), versions one higher; open memberships take over the relation."""
    now = timezone.now()
    for subject in subjects:
        subject.version += 1
        subject.changed_at = now
    if not subjects:
        return
    update(subjects, [*blank_columns(subjects[0]), "facts", "version", "changed_at", *more])
    if isinstance(subjects[0], Person):
        ids = {s.pk: s.relation for s in subjects}  # type: ignore[union-attr]
        open_ones = Membership.objects.filter(person__in=list(ids), end=None).only("person_id", "relation")
        moved = [row for row in open_ones if row.relation != ids[row.person_id]]
        for row in moved:
            row.relation = ids[row.person_id]
        update(moved, ["relation"])


def change_entry(
    known: Catalogue, origin: Origin, subject: Subject, was: Mapping[str, Any], now: Mapping[str, Any]
) -> audit.Entry:
    """The log row of a change."""
    place = audit.Subject(link_of(subject), subject.number, subject.area_code)
    return audit.entry(origin.actor, change_kind(subject), place, **change_details(known, subject, was, now))


def change_kind(subject: Subject) -> audit.EventKind:
    """The kind of event that a change of facts is."""
    return events.HOUSEHOLD_CHANGED if isinstance(subject, Household) else events.PERSON_CHANGED


def change_details(
    known: Catalogue, subject: Subject, was: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    """What a log row says of changed facts: plain as they were and are, the personal ones sealed under the label `change`."""
    before, hidden_before = split(known, table_of(subject), was)
    after, hidden_after = split(known, table_of(subject), now)
    hidden = {"before": hidden_before, "after": hidden_after} if hidden_before or hidden_after else {}
    sealed = subject.key.seal("change", pack(hidden))
    return {"before": before, "after": after, "sealed": sealed, "subject_key_id": subject.key_id}
