"""The workings of a single-record write: statements, memberships, the projection made anew, the log, and a journal of steps.

An action opens a `Writing`, does its steps, and ends with `finish()`, which makes the projection of everything touched anew
from statements and memberships. The journal holds keys and dates only, no personal value; `undoing.py` reads it backwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import events
from bangfu.office.registry.bulk import recount
from bangfu.office.registry.catalogue import Catalogue, catalogue
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.projection import pack, split
from bangfu.office.registry.subjects import Subject, link_of, own_statements, rebuild, said_by, table_of, values_now
from bangfu.office.registry.updates import change_details, change_kind

SubjectT = TypeVar("SubjectT", Household, Person)
Step = dict[str, Any]
WRITE = "registry.confirm"
"""The permission of whoever makes a change take effect."""
UNDONE = "undone"
"""The reason on memberships and files that a counter-entry took back."""


@dataclass(frozen=True)
class Basis:
    """On what a write rests: the day from which it holds, the source, a note, and the change that it belongs to."""

    on: date
    source: str = "change"
    note: str = ""
    batch: str = ""


def newest_as_of(subject: Subject, names: Iterable[str]) -> dict[str, date]:
    """By field the day of the statement that counts."""
    wanted, found = set(names), {}
    for statement in own_statements(subject):
        for name in wanted & set(said_by(subject, statement)):
            found[name] = statement.as_of
    return found


@dataclass
class Writing:
    """One action at work. Subjects come locked; what it touches is saved once, by `finish`."""

    actor: Actor
    basis: Basis
    known: Catalogue = field(default_factory=catalogue)
    steps: list[Step] = field(default_factory=list)
    _held: dict[tuple[str, int], Subject] = field(default_factory=dict)
    _touched: set[tuple[str, int]] = field(default_factory=set)

    def household(self, number: str) -> Household:
        """A household locked for this action, in the actor's area. Raises Refused, Invalid."""
        row = Household.objects.select_for_update(of=("self",)).select_related("key").filter(number=number).first()
        if row is None:
            raise Invalid(_("没有编号为 %s 的户") % number)
        self.actor.require(WRITE, row.area_code)
        return self.own(row)

    def person(self, number: str) -> Person:
        """A person locked for this action, in the actor's area. Raises Refused, Invalid."""
        rows = Person.objects.select_for_update(of=("self",)).select_related("key", "household__key")
        row = rows.filter(number=number).first()
        if row is None:
            raise Invalid(_("没有编号为 %s 的人") % number)
        self.actor.require(WRITE, row.area_code)
        return self.own(row)

    def own(self, subject: SubjectT) -> SubjectT:
        """The one instance that this writing holds of a subject, so that nothing set on it is lost."""
        held: SubjectT = self._held.setdefault((link_of(subject), subject.pk), subject)  # type: ignore[assignment]
        if isinstance(held, Person) and held.household is not None:
            held.household = self.own(held.household)
        return held

    def touch(self, *subjects: Subject) -> None:
        """These are made anew and saved at the end."""
        for subject in subjects:
            self.own(subject)
            self._touched.add((link_of(subject), subject.pk))

    def touched(self) -> list[Subject]:
        """Everything that `finish` saves."""
        return [self._held[key] for key in sorted(self._touched)]

    def members(self, household: Household) -> list[Person]:
        """The open members, as instances of this writing."""
        return [self.own(person) for person in open_members(household)]

    def step(self, op: str, **details: Any) -> None:
        """Into the journal."""
        self.steps.append({"op": op, **details})

    def log(self, kind: audit.EventKind, subject: Subject, **details: Any) -> None:
        """One row of the log about a subject."""
        place = audit.Subject(link_of(subject), subject.number, subject.area_code)
        audit.record(self.actor, kind, place, **details)

    def statement(self, subject: Subject, values: Mapping[str, Any], as_of: date | None = None) -> Statement:
        """A statement, without a step of its own."""
        plain, sealed = split(self.known, table_of(subject), values)
        self.touch(subject)
        return Statement.objects.create(
            **{link_of(subject): subject},
            as_of=as_of or self.basis.on,
            recorded_at=timezone.now(),
            source=self.basis.source,
            source_note=self.basis.note[:120],
            values=plain,
            sealed=subject.key.seal("statement", pack(sealed)),
            actor_key=self.actor.key,
            batch=self.basis.batch,
        )

    def state(self, subject: Subject, values: Mapping[str, Any], supersede: bool = False) -> None:
        """New facts of a subject that exists, with log row and step. `supersede` dates them no earlier than what they replace."""
        if not values:
            return
        before = values_now(subject, values)
        as_of = self.basis.on
        if supersede:
            as_of = max([as_of, *newest_as_of(subject, values).values()])
        statement = self.statement(subject, values, as_of)
        self.step("stated", statement=statement.pk, of=link_of(subject), number=subject.number)
        self.log_change(subject, before, values)
        if isinstance(subject, Person) and subject.household and {"name", "relation"} & set(values):
            self.touch(subject.household)

    def log_change(self, subject: Subject, was: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """The log row of changed facts: plain as they were and are, personal values sealed under the label `change`."""
        self.log(change_kind(subject), subject, **change_details(self.known, subject, was, now))

    def join(self, person: Person, household: Household, relation: str, reason: str) -> None:
        """An open membership from the basis's day; the person's records come along."""
        old_household, old_area = person.household, person.area_code
        member = Membership.objects.create(
            person=person, household=household, relation=relation, start=self.basis.on, start_reason=reason
        )
        person.household, person.area_code = household, household.area_code
        person.left_on, person.left_reason = None, ""
        self.touch(person, household)
        self.step(
            "joined",
            membership=member.pk,
            person=person.number,
            before=old_household.number if old_household else "",
            area=old_area,
        )
        if old_household is not None and old_household.pk != household.pk:
            self.follow(person, old_household, household)
        self.log(
            events.MEMBERSHIP_CHANGED,
            person,
            after={"household": household.number, "relation": relation, "reason": reason},
        )

    def follow(self, person: Person, old: Household, new: Household) -> None:
        """The person's own records and statuses go with them; those of the household stay."""
        for model, op in ((Record, "records_followed"), (StatusEpisode, "episodes_followed")):
            rows = model.objects.filter(person=person, household=old)
            ids = list(rows.values_list("pk", flat=True))
            if ids:
                model.objects.filter(pk__in=ids).update(household=new, area_code=new.area_code)
                self.step(op, ids=ids, before=old.number)

    def leave(self, person: Person, reason: str, gone: bool = True) -> None:
        """End the open membership; `gone` where the person leaves the registry and does not only change household."""
        member = Membership.objects.select_for_update(of=("self",)).filter(person=person, end=None).first()
        if member is None or person.household is None:
            raise Invalid(_("%s 已不在任何户内") % person.name)
        if member.start is not None and member.start > self.basis.on:
            raise Invalid({"effective_on": _("%(name)s 于 %(day)s 才入户，生效日期不得早于这一天") % {"name": person.name, "day": member.start}})  # noqa: E501  # fmt: skip
        household = person.household
        member.end, member.end_reason = self.basis.on, reason
        member.save(update_fields=["end", "end_reason"])
        if gone:
            person.left_on, person.left_reason = self.basis.on, reason
        self.touch(person, household)
        self.step("left", membership=member.pk, person=person.number)
        kind = events.PERSON_LEFT if gone else events.MEMBERSHIP_CHANGED
        before = {"household": household.number, "relation": member.relation}
        self.log(kind, person, before=before, after={"reason": reason, "on": self.basis.on.isoformat()})

    def finish(self) -> list[Step]:
        """Make the projection of everything touched anew, save it, and give the journal."""
        now = timezone.now()
        subjects = sorted(
            (self._held[key] for key in self._touched), key=lambda s: (isinstance(s, Household), s.number)
        )
        households = []
        for subject in subjects:
            if subject.key.destroyed_at is None:  # of the erased nothing is left to make anew
                rebuild([subject])
            subject.version += 1
            subject.changed_at = now
            if isinstance(subject, Household):
                households.append(subject)
            subject.save()
            if isinstance(subject, Person):
                Membership.objects.filter(person=subject, end=None).exclude(relation=subject.relation).update(
                    relation=subject.relation
                )
        recount(households)
        return self.steps


def open_members(household: Household) -> list[Person]:
    """Persons with an open membership, the head first, then by number."""
    rows = Person.objects.filter(memberships__household=household, memberships__end=None)
    found = list(rows.select_related("key", "household").order_by("number"))
    return sorted(found, key=lambda person: person.relation != "head")
