"""Showing personal values in full: only with the permission, for a stated purpose, for one view, and in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.registry import events, queries
from bangfu.office.registry.catalogue import Catalogue, Field, catalogue
from bangfu.office.registry.models import Household, Person
from bangfu.office.registry.projection import sealed_facts

PERMISSION = "registry.unmask"


@dataclass(frozen=True)
class Shown:
    """One value in full: its field, its label, the text."""

    name: str
    label: str
    text: str


@transaction.atomic
def unmask(*, actor: Actor, kind: str, number: str, purpose: str, why: str) -> tuple[Household | Person, list[Shown]]:
    """A household's or a person's values in full, and the row of the log that says who saw which fields and why.

    Raises OutOfReach, Refused, Invalid, and Erased where the data were erased.
    """
    actor.require(PERMISSION)
    read = queries.household if kind == "household" else queries.person
    subject: Household | Person = read(actor, number, PERMISSION)  # type: ignore[operator]
    stated = actor.for_purpose(purpose_text(purpose, why))
    shown = values_in_full(subject)
    place = audit.Subject(kind, subject.number, subject.area_code)
    audit.record(stated, events.UNMASKED, place, after={"fields": [value.name for value in shown]})
    return subject, shown


def values_in_full(subject: Household | Person) -> list[Shown]:
    """Every sealed value that the subject has. Raises Erased. Whoever calls it writes the log."""
    key = subject.key
    _opened = key.key  # an erased subject has none, and says so
    known = catalogue()
    table = "households" if isinstance(subject, Household) else "persons"
    values: dict[str, Any] = {}
    if isinstance(subject, Person):
        values["id_number"] = key.unseal("id", subject.id_sealed)
    values["phone"] = key.unseal("phone", subject.phone_sealed)
    values.update(sealed_facts(subject))
    return [_shown(known, table, name, value) for name, value in values.items() if value is not None]


def _shown(known: Catalogue, table: str, name: str, value: Any) -> Shown:
    language = get_language() or "zh-hans"
    field = known.field(table, name)
    if field is None:
        return Shown(name, str(_("电话") if name == "phone" else name), str(value))
    return Shown(name, field.label(language), text_of(known, field, value, language))


def text_of(known: Catalogue, field: Field, value: Any, language: str) -> str:
    """A JSON-typed value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if field.kind == "money" and isinstance(value, int):
        return f"{value // 100:,}.{value % 100:02d}" if value >= 0 else f"-{-value // 100:,}.{-value % 100:02d}"
    if field.code and field.code in known.codes:
        return known.codes[field.code].label(value, language)
    return str(value)
