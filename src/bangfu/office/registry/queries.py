"""Reads of the registry. Each takes the actor and is limited to the actor's area: no row, count or choice lies outside."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from bangfu.office.accounts.api import Actor
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.registry.filters import Filter, condition
from bangfu.office.registry.models import Household, Person

VIEW = "registry.view"


def households(actor: Actor, permission: str = VIEW) -> QuerySet[Household]:
    """Households in the actor's area."""
    return Household.objects.filter(actor.limit(permission))


def filtered(actor: Actor, wanted: Filter, on: date) -> QuerySet[Household]:
    """Households in the actor's area that a filter names."""
    return households(actor).filter(condition(wanted, on))


def persons(actor: Actor, permission: str = VIEW) -> QuerySet[Person]:
    """Persons in the actor's area."""
    return Person.objects.filter(actor.limit(permission))


def household(actor: Actor, number: str, permission: str = VIEW) -> Household:
    """One household by its number. Raises OutOfReach where it lies elsewhere, and where there is none."""
    found = Household.objects.select_related("key").filter(number=number).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


def person(actor: Actor, number: str, permission: str = VIEW) -> Person:
    """One person by number, with their household. Raises OutOfReach."""
    found = Person.objects.select_related("key", "household").filter(number=number).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found
