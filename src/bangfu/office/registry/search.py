"""One box for everything: what was typed says by its form what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q

from bangfu.core.values.text import squeeze
from bangfu.office.accounts.api import Actor
from bangfu.office.registry.identifiers import ID, PHONE, indexes_to_search
from bangfu.office.registry.models import Person
from bangfu.office.registry.queries import persons

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


def condition(text: str) -> tuple[str, Q]:
    """How a text is understood, and the condition on persons."""
    typed = squeeze(text)
    if _ID.fullmatch(typed):
        return "id", Q(id_index__in=indexes_to_search(ID, typed)) | _prefix("household__number", typed)
    if _PHONE.fullmatch(typed):
        indexes = indexes_to_search(PHONE, typed)
        return "phone", Q(phone_index__in=indexes) | Q(household__phone_index__in=indexes)
    if _NUMBER.fullmatch(typed):
        return "number", _prefix("household__number", typed)
    if _LETTERS.fullmatch(typed):
        low = typed.lower()
        return "pinyin", _prefix("initials", low) | _prefix("pinyin", low)
    return "name", _prefix("name", typed)


def find(actor: Actor, text: str) -> Found:
    """At most LIMIT persons of the actor's area."""
    typed = squeeze(text)
    if not typed:
        return Found("", "", [], False)
    understood, wanted = condition(typed)
    rows = persons(actor).filter(wanted).select_related("household")
    found = list(rows.order_by("name", "area_code")[: LIMIT + 1])
    return Found(typed, understood, found[:LIMIT], len(found) > LIMIT)
