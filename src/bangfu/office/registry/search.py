"""One box for everything: what was typed says by its form what it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from bangfu.core.values.text import squeeze
from bangfu.office.accounts.api import Actor
from bangfu.office.registry.identifiers import ID, PHONE, indexes_to_search
from bangfu.office.registry.models import Person
from bangfu.office.registry.queries import households, persons
from bangfu.office.registry.searching import kinds_of, looks_personal, prefix

LIMIT = 50
"""Persons that a page of results shows."""
FEW = 8
"""Persons that are suggested while somebody types."""


@dataclass(frozen=True)
class Found:
    """What was looked for, how it was understood, the persons, whether there are more, and the household that is meant.

    `exact` is the number of the one household that a whole number, ID or telephone leads to.
    """

    text: str
    understood: str
    persons: list[Person]
    more: bool
    exact: str = ""

    @property
    def personal(self) -> bool:
        """True where the text must not stand in an address."""
        return bool(self.text) and looks_personal(self.text)


Part = tuple[Q, tuple[str, ...]]


def _by_household(actor: Actor, condition: Q) -> Part:
    # in the order of the index of numbers: another order would tempt SQLite to walk the list's index
    ids = list(households(actor).filter(condition).order_by("number").values_list("pk", flat=True)[:LIMIT])
    return Q(household__in=ids), ("household", "number")


def _parts(actor: Actor, kind: str, typed: str) -> Iterable[Part]:
    """Conditions that each use one index, likeliest first."""
    if kind == "id":
        yield Q(id_index__in=indexes_to_search(ID, typed)), ("id_index", "number")
    elif kind == "phone":
        indexes = indexes_to_search(PHONE, typed)
        yield Q(phone_index__in=indexes), ("phone_index", "number")
        yield _by_household(actor, Q(phone_index__in=indexes))
    elif kind == "number":
        yield _by_household(actor, prefix("number", typed))
        yield prefix("number", typed), ("number",)
    elif kind == "pinyin":
        low = typed.lower()
        yield prefix("initials", low), ("initials", "area_code", "number")
        yield prefix("pinyin", low), ("pinyin", "area_code", "number")
    else:
        yield prefix("name", typed), ("name", "area_code", "number")


def find(actor: Actor, text: str, limit: int = LIMIT) -> Found:
    """At most `limit` persons of the actor's area. A fixed number of queries."""
    typed = squeeze(text)
    if not typed:
        return Found("", "", [], False)
    rows = persons(actor).select_related("household")
    found: dict[int, Person] = {}
    understood = ""
    for kind in kinds_of(typed):
        for condition, order in _parts(actor, kind, typed):
            for person in _first(rows, condition, order, limit):
                found.setdefault(person.pk, person)
                understood = understood or kind
    people = list(found.values())
    return Found(typed, understood or kinds_of(typed)[0], people[:limit], len(people) > limit, _exact(typed, people))


def _first(rows: QuerySet[Person], condition: Q, order: tuple[str, ...], limit: int) -> list[Person]:
    return list(rows.filter(condition).order_by(*order)[: limit + 1])


def _exact(typed: str, people: list[Person]) -> str:
    numbers = {person.household.number for person in people if person.household}
    if typed in numbers:
        return typed
    whole = looks_personal(typed) or any(person.number == typed for person in people)
    return next(iter(numbers)) if whole and len(numbers) == 1 else ""
