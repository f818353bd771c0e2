"""One box for everything: what was typed says by its form what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from bangfu.core.values.text import squeeze
from bangfu.office.accounts.api import Actor
from bangfu.office.registry.identifiers import ID, PHONE, indexes_to_search
from bangfu.office.registry.models import Person
from bangfu.office.registry.queries import households, persons

LIMIT = 50
_ID = re.compile(r"\d{15}|\d{17}[\dXx](\d{2}(B\d)?)?", re.IGNORECASE)
_PHONE = re.compile(r"1\d{10}|0\d{9,11}")
_NUMBER = re.compile(r"\d{6,}")
_LETTERS = re.compile(r"[a-z]+", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """What was looked for, how it was understood, the persons, and whether there are more than are shown."""

    text: str
    understood: str
    persons: list[Person]
    more: bool


def _end(text: str) -> str:
    return text[:-1] + chr(ord(text[-1]) + 1)


def _prefix(field: str, text: str) -> Q:
    # a range uses the index on both databases, LIKE does not on SQLite
    return Q(**{f"{field}__gte": text, f"{field}__lt": _end(text)})


def _queries(actor: Actor, typed: str) -> tuple[str, list[QuerySet[Person]]]:
    """How a text is understood, and one query for each index that may answer: an OR over two tables would use none."""
    rows = persons(actor).filter(left_on=None)
    if _ID.fullmatch(typed):
        found = [rows.filter(id_index__in=indexes_to_search(ID, typed))]
        return "id", [*found, *_by_household(actor, rows, _prefix("number", typed))]
    if _PHONE.fullmatch(typed):
        indexes = indexes_to_search(PHONE, typed)
        return "phone", [rows.filter(phone_index__in=indexes), *_by_household(actor, rows, Q(phone_index__in=indexes))]
    if _NUMBER.fullmatch(typed):
        return "number", _by_household(actor, rows, _prefix("number", typed))
    if _LETTERS.fullmatch(typed):
        low = typed.lower()
        return "pinyin", [
            rows.filter(_prefix(field, low)).order_by(field, "area_code") for field in ("initials", "pinyin")
        ]
    return "name", [rows.filter(_prefix("name", typed)).order_by("name", "area_code")]


def _by_household(actor: Actor, rows: QuerySet[Person], wanted: Q) -> list[QuerySet[Person]]:
    found = list(households(actor).filter(wanted).order_by("number").values_list("pk", flat=True)[: LIMIT + 1])
    return [rows.filter(household__in=found).order_by("household__number", "number")] if found else []


def find(actor: Actor, text: str, limit: int = LIMIT) -> Found:
    """At most `limit` persons of the actor's area, each once."""
    typed = squeeze(text)
    if not typed:
        return Found("", "", [], False)
    understood, queries = _queries(actor, typed)
    found: dict[int, Person] = {}
    for query in queries:
        for person in query.select_related("household")[: limit + 1]:
            found.setdefault(person.pk, person)
        if len(found) > limit:
            break
    rows = list(found.values())
    return Found(typed, understood, rows[:limit], len(rows) > limit)
