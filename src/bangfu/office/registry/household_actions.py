"""Every single-record write on a household as a whole: opened, split, merged, moved, closed, reopened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import SubjectKey
from bangfu.office.registry import events
from bangfu.office.registry.checking import check_values
from bangfu.office.registry.journal import WRITE, Basis, Step, Writing
from bangfu.office.registry.models import Household, Person, Record, StatusEpisode
from bangfu.office.registry.numbering import next_household_number
from bangfu.office.registry.person_actions import (
    HEAD,
    PLACING,
    Relations,
    create_person,
    require_open,
    restate_relations,
)
from bangfu.office.registry.projection import project_household
from bangfu.office.registry.subjects import own_statements

_ALSO: list[Callable[[Household], None]] = []


def also_move(function: Callable[[Household], None]) -> Callable[[Household], None]:
    """An app whose rows lie where their household lies takes them along, in the same transaction; `area_code` is the new one."""
    _ALSO.append(function)
    return function


def _new_household(writing: Writing, area_code: str, values: Mapping[str, Any]) -> Household:
    said = {name: value for name, value in values.items() if value is not None and name not in PLACING}
    check_values("households", said)
    writing.actor.require(WRITE, area_code)
    key = SubjectKey.fresh()
    key.save()
    household = Household(
        number=next_household_number(area_code),
        area_code=area_code,
        key=key,
        opened_on=writing.basis.on,
        changed_at=timezone.now(),
        version=0,
    )
    project_household(writing.known, household, said)
    household.save()
    writing.own(household)
    statement = writing.statement(household, said)
    writing.step("opened", household=household.number, statement=statement.pk)
    writing.log(
        events.HOUSEHOLD_ADDED, household, after=statement.values, sealed=statement.sealed, subject_key_id=key.pk
    )
    return household


@transaction.atomic
def open_household(
    *,
    actor: Actor,
    basis: Basis,
    area_code: str,
    values: Mapping[str, Any],
    persons: Sequence[Mapping[str, Any]],
) -> tuple[Household, list[Step]]:
    """A new file with its first members, one of whom is the head. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    if sum(row.get("relation") == HEAD for row in persons) != 1:
        raise Invalid({"relations": _("应有且只有一名户主")})
    household = _new_household(writing, area_code, values)
    for row in persons:
        create_person(writing, household, row, "new_household")
    return household, writing.finish()


@transaction.atomic
def split_household(
    *,
    actor: Actor,
    basis: Basis,
    household: str,
    leaving: Relations,
    staying: Relations | None = None,
    values: Mapping[str, Any] | None = None,
) -> tuple[Household, list[Step]]:
    """Some members found a household of their own in the same village. `leaving` gives their relations to its head;
    `staying` those of the others, demanded where the old head leaves. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    old = writing.household(household)
    require_open(old)
    members = writing.members(old)
    going = [person for person in members if person.number in leaving]
    rest = [person for person in members if person.number not in leaving]
    if not going or not rest:
        raise Invalid({"leaving": _("请选择分出的成员，原户至少留一人")})
    if set(leaving) - {person.number for person in going}:
        raise Invalid({"leaving": _("分出的成员中有人已不在本户")})
    head_leaves = any(person.relation == HEAD for person in going)
    inherited = {"group_name": old.group_name or None, **(values or {})}
    new = _new_household(writing, old.area_code, inherited)
    _transfer(writing, going, new, leaving, "split", head=True)
    if head_leaves:
        restate_relations(writing, rest, staying or {})
    return new, writing.finish()


def _transfer(
    writing: Writing, going: list[Person], target: Household, relations: Relations, reason: str, head: bool
) -> None:
    for person in going:
        writing.leave(person, reason, gone=False)
        writing.join(person, target, relations.get(person.number, ""), reason)
    restate_relations(writing, going, relations, head=head)


@transaction.atomic
def merge_households(*, actor: Actor, basis: Basis, source: str, target: str, relations: Relations) -> list[Step]:
    """All members of `source` come into `target` with the given relations to its head; `source` is closed.
    Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    if source == target:
        raise Invalid({"other_household": _("请选择另一户")})
    first, second = sorted((source, target))  # one order of locks for everybody
    locked = {number: writing.household(number) for number in (first, second)}
    old, new = locked[source], locked[target]
    require_open(old)
    require_open(new)
    _transfer(writing, writing.members(old), new, relations, "merged", head=False)
    _close(writing, old, "merged")
    return writing.finish()


@transaction.atomic
def move_household(
    *, actor: Actor, basis: Basis, household: str, area_code: str, group_name: str | None = None
) -> list[Step]:
    """To another village: the household, its persons, their statuses and records change area; numbers stay.
    Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    home = writing.household(household)
    require_open(home)
    actor.require(WRITE, area_code)
    if area_code == home.area_code:
        raise Invalid({"area_code": _("该户已在这个村")})
    if not areas.current(basis.on).filter(code=area_code, level="village").exists() and (
        not areas.current().filter(code=area_code, level="village").exists()
    ):
        raise Invalid({"area_code": _("没有代码为 %s 的行政村") % area_code})
    before = home.area_code
    writing.state(home, {"region_code": area_code, "group_name": group_name}, supersede=True)
    writing.step("moved", household=home.number, before=before, after=area_code)
    place(writing, home, area_code)
    return writing.finish()


def place(writing: Writing, household: Household, area_code: str) -> None:
    """Everything that lies in a household lies in its village."""
    household.area_code = area_code
    for person in Person.objects.select_related("key", "household__key").filter(household=household):
        held = writing.own(person)
        held.area_code = area_code
        writing.touch(held)
    for model in (Record, StatusEpisode):
        model.objects.filter(household=household).update(area_code=area_code)
    for function in _ALSO:
        function(household)
    writing.touch(household)


def _close(writing: Writing, household: Household, reason: str) -> None:
    household.closed_on, household.closed_reason, household.turn = writing.basis.on, reason, household.turn + 1
    writing.touch(household)
    writing.step("closed", household=household.number, turn=household.turn)
    after = {"reason": reason, "on": writing.basis.on.isoformat()}
    writing.log(events.HOUSEHOLD_CLOSED, household, after=after)


@transaction.atomic
def close_household(*, actor: Actor, basis: Basis, household: str, reason: str) -> list[Step]:
    """The file is closed and every membership in it ends. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    home = writing.household(household)
    require_open(home)
    for person in writing.members(home):
        writing.leave(person, reason)
    _close(writing, home, reason)
    return writing.finish()


@transaction.atomic
def reopen_household(*, actor: Actor, basis: Basis, household: str) -> list[Step]:
    """A closed file is open again; members come back one by one (`return_person`). Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    home = writing.household(household)
    if home.closed_on is None:
        raise Invalid(_("户 %s 没有销户") % home.number)
    if home.closed_on > basis.on:
        raise Invalid({"effective_on": _("生效日期不得早于销户日期 %s") % home.closed_on})
    before = {"closed_on": home.closed_on.isoformat(), "reason": home.closed_reason}
    closing = {"on": home.closed_on.isoformat(), "reason": home.closed_reason}
    last = max((row.pk for row in own_statements(home)), default=0)
    home.closed_on, home.closed_reason, home.turn = None, "", home.turn + 1
    writing.step("reopened", household=home.number, turn=home.turn, last=last, **closing)
    writing.touch(home)
    writing.log(events.HOUSEHOLD_REOPENED, home, before=before, after={"on": basis.on.isoformat()})
    return writing.finish()
