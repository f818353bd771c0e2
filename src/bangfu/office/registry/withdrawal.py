"""Taking back what one batch brought: counter-entries, projections made anew, and what stands in the way.

Runs inside the caller's transaction, in chunks, so that memory does not grow with the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from bangfu.office.audit import api as audit
from bangfu.office.pages.inserting import insert, update
from bangfu.office.registry import events
from bangfu.office.registry.bulk import CHUNK, Origin, recount
from bangfu.office.registry.catalogue import catalogue
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.subjects import WITHDRAWAL, Subject, rebuild, values_now
from bangfu.office.registry.updates import change_entry, save

REASON = "import_withdrawn"
"""Why a household was closed or a person left: the batch that brought them was taken back."""


@dataclass(frozen=True)
class Obstacle:
    """Something later that builds on what a batch created: which subject, what (a code), and how many."""

    kind: str
    number: str
    count: int


def _counting(batch: str, link: str) -> QuerySet[Statement]:
    """The batch's statements on subjects of a kind that still count, each with whether it was the subject's first."""
    earlier = Statement.objects.filter(**{link: OuterRef(link)}, pk__lt=OuterRef("pk"), withdrawn_by=None)
    rows = Statement.objects.filter(batch=batch, withdrawn_by=None, **{f"{link}__isnull": False})
    return rows.exclude(source=WITHDRAWAL).annotate(added_to=Exists(earlier.exclude(source=WITHDRAWAL)))


def created(batch: str, link: str) -> QuerySet[Statement, Any]:
    """Keys of the households (`household`) or persons (`person`) that the batch brought into the registry."""
    return _counting(batch, link).filter(added_to=False).values(f"{link}_id")


def obstacles(batch: str, limit: int = 100) -> list[Obstacle]:
    """What others added later to households and persons that the batch created; while there is any, it must stay."""
    found: list[Obstacle] = []
    houses, people = created(batch, "household"), created(batch, "person")
    others = Statement.objects.exclude(batch=batch).exclude(source=WITHDRAWAL).filter(withdrawn_by=None)
    open_members = Membership.objects.filter(household__in=houses, end=None).exclude(person__in=people)
    tests: tuple[tuple[str, Any, str], ...] = (
        ("statement", others.filter(household__in=houses), "household__number"),
        ("statement", others.filter(person__in=people), "person__number"),
        ("member", open_members, "household__number"),
        ("record", _records(batch).filter(household__in=houses), "household__number"),
        ("record", _records(batch).filter(person__in=people), "person__number"),
        ("episode", StatusEpisode.objects.exclude(batch=batch).filter(household__in=houses), "household__number"),
        ("episode", StatusEpisode.objects.exclude(batch=batch).filter(person__in=people), "person__number"),
        (
            "moved",
            Membership.objects.filter(person__in=people).exclude(end=None).exclude(end_reason=REASON),
            "person__number",
        ),
    )
    for kind, rows, name in tests:
        counts: dict[str, int] = {}
        for number in rows.order_by(name).values_list(name, flat=True)[: limit * 20]:
            counts[number] = counts.get(number, 0) + 1
        found += [Obstacle(kind, number, count) for number, count in counts.items()]
        if len(found) >= limit:
            break
    return found[:limit]


def _records(batch: str) -> QuerySet[Record]:
    return Record.objects.exclude(batch=batch).filter(withdrawn_on=None)


def withdraw(batch: str, origin: Origin) -> Iterator[audit.Entry]:
    """Take a batch back; yields the log rows, which the caller appends as they come. Obstacles are the caller's to ask for.

    `origin.batch` names the withdrawal, `origin.note` its reason.
    """
    touched: set[int] = set()
    for link in ("person", "household"):
        while part := list(_counting(batch, link).order_by("pk")[:CHUNK]):
            yield from _statements(link, part, origin, touched)
    yield from _take_records(batch, origin)
    yield from _take_episodes(batch, origin)
    for ids in _chunks(sorted(touched)):
        recount(Household.objects.filter(pk__in=ids))


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _statements(link: str, part: Sequence[Statement], origin: Origin, touched: set[int]) -> Iterator[audit.Entry]:
    now = timezone.now()
    model: type[Subject] = Household if link == "household" else Person
    ids = {getattr(row, f"{link}_id") for row in part}
    subjects = {s.pk: s for s in model.objects.select_related("key").filter(pk__in=ids)}
    said: dict[int, set[str]] = {}
    for row in part:
        key = getattr(row, f"{link}_id")
        said.setdefault(key, set()).update(row.values)
        if row.sealed:
            said[key].update(n for n in catalogue().tables[f"{link}s"] if catalogue().sealed(f"{link}s", n))
    before = {key: values_now(subjects[key], names) for key, names in said.items()}
    counters = [
        Statement(
            **{f"{link}_id": getattr(row, f"{link}_id")},
            as_of=row.as_of,
            recorded_at=now,
            source=WITHDRAWAL,
            source_note=origin.note[:120],
            values={},
            actor_key=origin.actor.key,
            batch=origin.batch,
        )
        for row in part
    ]
    insert(counters)
    for row, counter in zip(part, counters, strict=True):
        row.withdrawn_by = counter
    update(part, ["withdrawn_by"])
    new = {getattr(row, f"{link}_id") for row in part if not row.added_to}  # type: ignore[attr-defined]
    rows = list(subjects.values())
    rebuild(rows)
    entries = [
        change_entry(catalogue(), origin, subject, before[key], values_now(subject, said[key]))
        for key, subject in subjects.items()
        if key not in new
    ]
    _close([s for s in rows if s.pk in new], origin)
    save(rows, *(("closed_on", "closed_reason") if link == "household" else ("left_on", "left_reason")))
    touched.update(s.pk if isinstance(s, Household) else s.household_id for s in rows if s.pk)  # type: ignore[misc]
    yield from entries
    for subject in rows:
        if subject.pk in new:
            kind = events.HOUSEHOLD_CLOSED if link == "household" else events.PERSON_LEFT
            place = audit.Subject(link, subject.number, subject.area_code)
            yield audit.entry(origin.actor, kind, place, after={"reason": REASON, "batch": origin.batch})


def _close(subjects: Iterable[Subject], origin: Origin) -> None:
    today = timezone.localdate()
    people = []
    for subject in subjects:
        if isinstance(subject, Household):
            subject.closed_on, subject.closed_reason = today, REASON
        else:
            subject.left_on, subject.left_reason = today, REASON
            people.append(subject.pk)
    Membership.objects.filter(person__in=people, end=None).update(end=today, end_reason=REASON)


def _take_records(batch: str, origin: Origin) -> Iterator[audit.Entry]:
    today = timezone.localdate()
    rows = Record.objects.filter(batch=batch, withdrawn_on=None).select_related("household", "household__key", "person")
    while part := list(rows.order_by("pk")[:CHUNK]):
        for row in part:
            row.withdrawn_on = today
            key_id = (row.person or row.household).key_id
            before = {"table": row.table, **row.values}
            place = audit.Subject("household", row.household.number, row.area_code)
            yield audit.entry(
                origin.actor, events.RECORD_WITHDRAWN, place, before=before, sealed=row.sealed, subject_key_id=key_id
            )
        update(part, ["withdrawn_on"])


def _take_episodes(batch: str, origin: Origin) -> Iterator[audit.Entry]:
    rows = StatusEpisode.objects.filter(batch=batch).select_related("household")
    while part := list(rows.order_by("pk")[:CHUNK]):
        for row in part:
            before = {"kind": row.kind, "from": _iso(row.start), "to": _iso(row.end), "reason": row.reason}
            place = audit.Subject("household", row.household.number, row.area_code)
            yield audit.entry(origin.actor, events.EPISODE_WITHDRAWN, place, before=before)
        StatusEpisode.objects.filter(pk__in=[row.pk for row in part]).delete()


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def reopen(
    subjects: Sequence[Subject], origin: Origin, households: dict[int, Household] | None = None
) -> list[audit.Entry]:
    """Bring back households and persons of a batch that was taken back, since a later batch names them again.

    Persons come back into the household that `households` gives by their key. The caller states their values next.
    """
    entries = []
    for subject in subjects:
        link = "household" if isinstance(subject, Household) else "person"
        if isinstance(subject, Household):
            subject.closed_on, subject.closed_reason, subject.opened_on = None, "", origin.as_of
        else:
            subject.left_on, subject.left_reason = None, ""
            home = (households or {}).get(subject.pk)
            if home is not None:
                subject.household, subject.area_code = home, home.area_code
        kind = events.HOUSEHOLD_REOPENED if link == "household" else events.PERSON_RETURNED
        place = audit.Subject(link, subject.number, subject.area_code)
        entries.append(audit.entry(origin.actor, kind, place, after={"batch": origin.batch}))
    if subjects and isinstance(subjects[0], Household):
        update(subjects, ["closed_on", "closed_reason", "opened_on", "area_code"])
    else:
        update(subjects, ["left_on", "left_reason", "household", "area_code"])
        insert([Membership(person=p, household=p.household, start_reason="") for p in subjects])  # type: ignore[misc]
    return entries
