"""Erasing what is personal of a closed household or of a person who left: the key is destroyed, plain columns are blanked.

What was sealed with the key is gone everywhere: in these tables, in the log (whose hashes still hold) and in every
backup. Numbers, areas, dates and kinds stay, so that counts of past years do not change.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import SubjectKey
from bangfu.office.registry import events, queries
from bangfu.office.registry.models import Household, Person, Record, Statement, StatusEpisode

PERMISSION = "registry.erase"
ERASED_NAME = "已按规定删除"
"""What stands in the place of an erased name, so that every list and every export says so."""
_ALSO: list[Callable[[Household | Person], None]] = []


def also_erase(function: Callable[[Household | Person], None]) -> Callable[[Household | Person], None]:
    """An app that keeps copies of personal data (proposals, staged rows) removes them here, in the same transaction."""
    _ALSO.append(function)
    return function


def _four_eyes(actor: Actor, requested_by: str) -> None:
    if not requested_by or actor.key == requested_by:
        raise Invalid(_("须由另一人确认：提出删除的人不能自己确认"))


@transaction.atomic
def erase_person(*, actor: Actor, number: str, requested_by: str, reason: str) -> Person:
    """Erase a person who left or whose household is closed. Raises Refused, OutOfReach, Invalid."""
    person = queries.person(actor, number, PERMISSION)
    _four_eyes(actor, requested_by)
    if person.left_on is None and (person.household is None or person.household.closed_on is None):
        raise Invalid(_("此人仍在册，不能删除个人资料；请先办理减员或销户"))
    _erase_person(actor, person, {"requested_by": requested_by, "reason": reason})
    return person


@transaction.atomic
def erase_household(*, actor: Actor, number: str, requested_by: str, reason: str) -> Household:
    """Erase a closed household and all its members. Raises Refused, OutOfReach, Invalid."""
    household = queries.household(actor, number, PERMISSION)
    _four_eyes(actor, requested_by)
    if household.closed_on is None:
        raise Invalid(_("该户仍在册，不能删除个人资料；请先销户"))
    why = {"requested_by": requested_by, "reason": reason}
    for person in Person.objects.select_related("key", "household").filter(household=household).order_by("pk"):
        if person.key.destroyed_at is None:
            _erase_person(actor, person, why)
    household.head_name = ERASED_NAME
    household.phone_sealed = household.phone_index = household.sealed_facts = None
    household.facts = {}
    _finish(actor, household, why)
    return household


def _erase_person(actor: Actor, person: Person, why: dict[str, str]) -> None:
    house = person.household
    if house is not None and house.head_name and house.head_name == person.name:
        Household.objects.filter(pk=house.pk).update(head_name=ERASED_NAME)
    person.name, person.pinyin, person.initials, person.sex, person.birth_date = ERASED_NAME, "", "", "", None
    person.id_sealed = person.id_index = person.phone_sealed = person.phone_index = person.sealed_facts = None
    person.facts = {}
    _finish(actor, person, why)


def _finish(actor: Actor, subject: Household | Person, why: dict[str, str]) -> None:
    now = timezone.now()
    kind = "household" if isinstance(subject, Household) else "person"
    mine = {kind: subject} if kind == "person" else {kind: subject, "person": None}
    Statement.objects.filter(**{kind: subject}).update(values={}, sealed=None, source_note="")
    Record.objects.filter(**mine).update(values={}, sealed=None)
    StatusEpisode.objects.filter(**mine).update(reason="")
    for function in _ALSO:
        function(subject)
    subject.version += 1
    subject.changed_at = now
    subject.save()
    SubjectKey.objects.filter(pk=subject.key_id).update(wrapped=b"", destroyed_at=now)
    subject.key = SubjectKey.objects.get(pk=subject.key_id)
    audit.record(actor, events.ERASED, audit.Subject(kind, subject.number, subject.area_code), after=why)
