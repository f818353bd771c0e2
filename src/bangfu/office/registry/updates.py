"""New values for households and persons that exist, many at once, and the projection made anew from statements.

Everything here runs inside the caller's transaction. The subjects must have been read with their keys and locked by the
caller (`locked_households`, `locked_persons`). One call takes subjects of one kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone

from bangfu.office.audit import api as audit
from bangfu.office.pages.inserting import insert, update
from bangfu.office.registry import events
from bangfu.office.registry.bulk import Origin
from bangfu.office.registry.catalogue import Catalogue, catalogue
from bangfu.office.registry.models import Household, Membership, Person, Statement
from bangfu.office.registry.projection import (
    pack,
    project_household,
    project_person,
    sealed_facts,
    split,
    unpack,
)

Subject = Household | Person
WITHDRAWAL = "withdrawal"
"""The source of a counter-entry: it states nothing and only says that another statement no longer counts."""
_HOUSEHOLD = {
    "group_name": "", "head_name": "", "household_type": "", "monitored_kind": "", "per_capita_fen": None,
    "phone_sealed": None, "phone_index": None, "sealed_facts": None,
}  # fmt: skip
_PERSON = {
    "name": "", "pinyin": "", "initials": "", "sex": "", "birth_date": None, "relation": "", "id_sealed": None,
    "id_index": None, "phone_sealed": None, "phone_index": None, "sealed_facts": None,
}  # fmt: skip


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


def values_now(subject: Subject, names: Iterable[str]) -> dict[str, Any]:
    """The present values of some facts, without opening what was not asked for. None where nothing is known."""
    known = catalogue()
    table = _table(subject)
    found: dict[str, Any] = {}
    secret: dict[str, Any] | None = None
    for name in names:
        if name == "id_number" and isinstance(subject, Person):
            found[name] = subject.key.unseal("id", subject.id_sealed)
        elif name == "phone":
            found[name] = subject.key.unseal("phone", subject.phone_sealed)
        elif name == "birth_date" and isinstance(subject, Person):
            found[name] = subject.birth_date.isoformat() if subject.birth_date else None
        elif name in _OWN[table]:
            found[name] = getattr(subject, name) or None
        elif known.sealed(table, name):
            secret = sealed_facts(subject) if secret is None else secret
            found[name] = secret.get(name)
        else:
            found[name] = subject.facts.get(name)
    return found


_OWN = {"households": ("group_name", "head_name"), "persons": ("name", "sex", "relation")}


def _table(subject: Subject) -> str:
    return "households" if isinstance(subject, Household) else "persons"


def _link(subject: Subject) -> str:
    return "household" if isinstance(subject, Household) else "person"


def state(changes: Sequence[Change], origin: Origin) -> list[audit.Entry]:
    """A statement with the new facts for each subject, the projection rewritten, the version one higher.

    Where the registry holds newer statements than `origin.as_of`, these go on to count: the projection is made from all
    statements. Returns the log rows (before and after, personal values sealed), which the caller must append; the caller
    recounts households whose members' relations changed.
    """
    if not changes:
        return []
    known, now = catalogue(), timezone.now()
    table, link = _table(changes[0].subject), _link(changes[0].subject)
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
    project(known, [change for change in changes if change.subject not in set(late)])
    rebuild(late)
    save(subjects)
    return [change_entry(known, origin, s, was, values_now(s, was)) for s, was in zip(subjects, before, strict=True)]


def _newest(subjects: Sequence[Subject], link: str) -> dict[int, date]:
    rows = Statement.objects.filter(**{f"{link}__in": [s.pk for s in subjects]}, withdrawn_by=None)
    rows = rows.exclude(source=WITHDRAWAL)
    return dict(rows.values_list(link).annotate(last=Max("as_of")).values_list(link, "last"))


def project(known: Catalogue, changes: Iterable[Change]) -> None:
    """Write values into subjects that are not yet saved."""
    for change in changes:
        if isinstance(change.subject, Household):
            project_household(known, change.subject, change.values)
        else:
            project_person(known, change.subject, change.values)


def rebuild(subjects: Sequence[Subject]) -> None:
    """The projection of each subject from its statements that count; nothing is saved."""
    known = catalogue()
    stated = statements_of(subjects)
    for subject in subjects:
        for name, blank in (_HOUSEHOLD if isinstance(subject, Household) else _PERSON).items():
            setattr(subject, name, blank)
        subject.facts = {}
        project(known, [Change(subject, merged(subject, stated.get(subject.pk, [])))])


def statements_of(subjects: Sequence[Subject], on: date | None = None) -> dict[int, list[Statement]]:
    """The statements that count, oldest first, by subject; up to a day where one is given."""
    if not subjects:
        return {}
    link = _link(subjects[0])
    rows = Statement.objects.filter(**{f"{link}__in": [s.pk for s in subjects]}, withdrawn_by=None)
    rows = rows if on is None else rows.filter(as_of__lte=on)
    found: dict[int, list[Statement]] = {}
    for row in rows.order_by("as_of", "recorded_at", "pk"):
        found.setdefault(getattr(row, f"{link}_id"), []).append(row)
    return found


def merged(subject: Subject, statements: Iterable[Statement]) -> dict[str, Any]:
    """What statements in this order say together. Raises Erased where the subject's key was destroyed."""
    values: dict[str, Any] = {}
    for row in statements:
        values.update(row.values)
        values.update(unpack(subject.key.unseal("statement", row.sealed)))
    return values


def values_on(subjects: Sequence[Subject], on: date) -> dict[int, dict[str, Any]]:
    """What was known of subjects as of a day, by primary key, from the statements that count today."""
    stated = statements_of(subjects, on)
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
    names = _HOUSEHOLD if isinstance(subjects[0], Household) else _PERSON
    update(subjects, [*names, "facts", "version", "changed_at", *more])
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
    """The log row of a change: what is plain as it was and is, what is personal sealed under the label `change`."""
    household = isinstance(subject, Household)
    before, hidden_before = split(known, _table(subject), was)
    after, hidden_after = split(known, _table(subject), now)
    hidden = {"before": hidden_before, "after": hidden_after} if hidden_before or hidden_after else {}
    return audit.entry(
        origin.actor,
        events.HOUSEHOLD_CHANGED if household else events.PERSON_CHANGED,
        audit.Subject("household" if household else "person", subject.number, subject.area_code),
        before=before,
        after=after,
        sealed=subject.key.seal("change", pack(hidden)),
        subject_key_id=subject.key_id,
    )
