"""Every single-record write on persons and facts: what is so, who belongs to which household, who is its head.

Each is atomic, asks the actor for `registry.confirm` in the area, writes the log inside, and returns the journal of its
steps (`journal.py`), with which `undoing.undo` takes it back. Households as a whole: `household_actions.py`; statuses and
other rows: `record_actions.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import SubjectKey
from bangfu.office.registry import events
from bangfu.office.registry.checking import check_person_values, check_values
from bangfu.office.registry.journal import UNDONE, Basis, Step, Writing, newest_as_of
from bangfu.office.registry.models import Household, Membership, Person
from bangfu.office.registry.numbering import next_person_number
from bangfu.office.registry.projection import project_person, values_of_person
from bangfu.office.registry.subjects import Subject, table_of

HEAD = "head"
Relations = Mapping[str, str]
"""Relation to the head by number of the person."""
PLACING = ("household_no", "person_no", "region_code", "head_name")
"""Fields that no correction states: they follow from other changes."""


@transaction.atomic
def state_facts(*, actor: Actor, basis: Basis, subject: Subject, values: Mapping[str, Any]) -> list[Step]:
    """New values of facts of one household or person; None unsays a fact. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    number = subject.number
    held: Subject = writing.household(number) if isinstance(subject, Household) else writing.person(number)
    table = table_of(held)
    errors = {name: _("这一项不能更正") for name in values if name in PLACING}
    if errors:
        raise Invalid(errors)
    check_values(table, values)
    for name, day in newest_as_of(held, values).items():
        if day > basis.on:
            errors[name] = _("该项已有截至 %s 的登记，更正的生效日期不得早于这一天") % day
    if errors:
        raise Invalid(errors)
    if isinstance(held, Person):
        _check_person(held, values)
    writing.state(held, values)
    return writing.finish()


def _check_person(person: Person, values: Mapping[str, Any]) -> None:
    if HEAD in (values.get("relation"), person.relation) and values.get("relation", person.relation) != person.relation:
        raise Invalid({"relation": _("户主的变动请用“变更户主”")})
    if {"id_number", "birth_date", "sex"} & set(values):
        check_person_values({**values_of_person(person), **values}, values)


def create_person(writing: Writing, household: Household, values: Mapping[str, Any], reason: str) -> Person:
    """A new person in a household, inside an action. Values carry name and relation."""
    check_values("persons", values)
    check_person_values(values, values)
    if not values.get("name") or not values.get("relation"):
        raise Invalid({"name": _("请填写姓名和与户主关系")})
    key = SubjectKey.fresh()
    key.save()
    person = Person(
        number=next_person_number(household),
        household=household,
        area_code=household.area_code,
        key=key,
        changed_at=timezone.now(),
        version=0,
    )
    said = {name: value for name, value in values.items() if value is not None and name not in PLACING}
    project_person(writing.known, person, said)
    person.save()
    member = Membership.objects.create(
        person=person, household=household, relation=person.relation, start=writing.basis.on, start_reason=reason
    )
    statement = writing.statement(person, said)
    writing.touch(household)
    writing.step("person_added", person=person.number, membership=member.pk, statement=statement.pk)
    writing.log(
        events.PERSON_ADDED,
        person,
        after={"household": household.number, "reason": reason, **statement.values},
        sealed=statement.sealed,
        subject_key_id=key.pk,
    )
    return person


def require_open(household: Household) -> None:
    """Raises Invalid where the file is closed."""
    if household.closed_on is not None:
        raise Invalid(_("户 %s 已销户，请先恢复") % household.number)


@transaction.atomic
def add_person(
    *, actor: Actor, basis: Basis, household: str, values: Mapping[str, Any], reason: str
) -> tuple[Person, list[Step]]:
    """A new person: a birth, a marriage in, another addition. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    home = writing.household(household)
    require_open(home)
    if values.get("relation") == HEAD and any(m.relation == HEAD for m in writing.members(home)):
        raise Invalid({"relation": _("户 %s 已有户主") % home.number})
    person = create_person(writing, home, values, reason)
    return person, writing.finish()


def restate_relations(writing: Writing, members: list[Person], relations: Relations, head: bool = True) -> None:
    """The relation of each member, all of them and nobody else, with exactly one head (or none). Raises Invalid."""
    numbers = {person.number for person in members}
    missing = [person.name for person in members if not relations.get(person.number)]
    if missing:
        raise Invalid({"relations": _("请填写每个成员与新户主的关系，还缺：%s") % "、".join(missing)})
    if set(relations) - numbers:
        raise Invalid({"relations": _("成员已有变化，请重新填写每个成员与户主的关系")})
    heads = sum(relation == HEAD for relation in relations.values())
    if heads != (1 if head and members else 0):
        raise Invalid({"relations": _("应有且只有一名户主") if head else _("并入的成员不能是户主")})
    for person in members:
        check_values("persons", {"relation": relations[person.number]})
        if person.relation != relations[person.number]:
            writing.state(person, {"relation": relations[person.number]}, supersede=True)


@transaction.atomic
def change_head(*, actor: Actor, basis: Basis, household: str, relations: Relations) -> list[Step]:
    """Another head: the relation of every member is stated anew. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    home = writing.household(household)
    require_open(home)
    members = writing.members(home)
    before = {person.number for person in members if person.relation == HEAD}
    if before == {number for number, relation in relations.items() if relation == HEAD}:
        raise Invalid({"relations": _("户主没有变化")})
    restate_relations(writing, members, relations)
    return writing.finish()


@transaction.atomic
def end_membership(
    *, actor: Actor, basis: Basis, person: str, reason: str, relations: Relations | None = None
) -> list[Step]:
    """A person leaves the registry: death, marriage out, move, prison. Where the head leaves, the others' relations to a
    new head are demanded. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    leaver = writing.person(person)
    home = leaver.household
    was_head = leaver.relation == HEAD
    writing.leave(leaver, reason)
    remaining = writing.members(home) if home else []
    if was_head and remaining:
        restate_relations(writing, remaining, relations or {})
    return writing.finish()


@transaction.atomic
def return_person(*, actor: Actor, basis: Basis, person: str, household: str, relation: str, reason: str) -> list[Step]:
    """A person who had left comes into a household again. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    who, home = writing.person(person), writing.household(household)
    require_open(home)
    if Membership.objects.filter(person=who, end=None).exists():
        raise Invalid(_("%s 仍在户内") % who.name)
    if who.left_reason == UNDONE:
        raise Invalid({"person": _("%s 的登记已被撤销，请重新登记") % who.name})
    if relation == HEAD and any(m.relation == HEAD for m in writing.members(home)):
        raise Invalid({"relation": _("户 %s 已有户主") % home.number})
    last = Membership.objects.filter(person=who).exclude(end_reason=UNDONE).order_by("-end").first()
    if last is not None and last.end is not None and last.end > basis.on:
        raise Invalid({"effective_on": _("生效日期不得早于离户日期 %s") % last.end})
    writing.join(who, home, relation, reason)
    if who.relation != relation:
        writing.state(who, {"relation": relation}, supersede=True)
    return writing.finish()
