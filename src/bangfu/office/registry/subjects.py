"""What households and persons have in common: their statements, the projection made from these, and the present values.

Nothing here writes to the database; subjects must have been read with their keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bangfu.office.registry.catalogue import Catalogue, catalogue
from bangfu.office.registry.models import Household, Person, Statement
from bangfu.office.registry.projection import project_household, project_person, sealed_facts, unpack

Subject = Household | Person
WITHDRAWAL = "withdrawal"
"""The source of a counter-entry: it states nothing and only says that another statement no longer counts."""
_HOUSEHOLD: dict[str, Any] = {
    "group_name": "", "head_name": "", "household_type": "", "monitored_kind": "", "per_capita_fen": None,
    "phone_sealed": None, "phone_index": None, "sealed_facts": None,
}  # fmt: skip
_PERSON: dict[str, Any] = {
    "name": "", "pinyin": "", "initials": "", "sex": "", "birth_date": None, "relation": "", "id_sealed": None,
    "id_index": None, "phone_sealed": None, "phone_index": None, "sealed_facts": None,
}  # fmt: skip
_OWN = {"households": ("group_name", "head_name"), "persons": ("name", "sex", "relation")}


def table_of(subject: Subject) -> str:
    """The rulebook's table of a subject."""
    return "households" if isinstance(subject, Household) else "persons"


def link_of(subject: Subject) -> str:
    """The name under which statements and the log point to it."""
    return "household" if isinstance(subject, Household) else "person"


def blank_columns(subject: Subject) -> Mapping[str, Any]:
    """The columns that are made from statements, as they are where nothing is known."""
    return _HOUSEHOLD if isinstance(subject, Household) else _PERSON


def values_now(subject: Subject, names: Iterable[str]) -> dict[str, Any]:
    """The present values of some facts, without opening what was not asked for. None where nothing is known."""
    known, table = catalogue(), table_of(subject)
    found: dict[str, Any] = {}
    secret: dict[str, Any] | None = None
    for name in names:
        if name == "region_code":
            found[name] = subject.area_code
        elif name == "id_number" and isinstance(subject, Person):
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


def statements_of(subjects: Sequence[Subject], on: date | None = None) -> dict[int, list[Statement]]:
    """The statements that count, oldest first, by primary key of subjects of one kind; up to a day where one is given."""
    if not subjects:
        return {}
    link = link_of(subjects[0])
    rows = Statement.objects.filter(**{f"{link}__in": [s.pk for s in subjects]}, withdrawn_by=None)
    rows = rows.exclude(source=WITHDRAWAL)
    rows = rows if on is None else rows.filter(as_of__lte=on)
    found: dict[int, list[Statement]] = {}
    for row in rows.order_by("as_of", "recorded_at", "pk"):
        found.setdefault(getattr(row, f"{link}_id"), []).append(row)
    return found


def own_statements(subject: Subject) -> list[Statement]:
    """The statements of one subject that count, oldest first."""
    return statements_of([subject]).get(subject.pk, [])


def said_by(subject: Subject, statement: Statement) -> dict[str, Any]:
    """All that one statement says. Raises Erased where the subject's key was destroyed."""
    return {**statement.values, **unpack(subject.key.unseal("statement", statement.sealed))}


def merged(subject: Subject, statements: Iterable[Statement]) -> dict[str, Any]:
    """What statements in this order say together. Raises Erased where the subject's key was destroyed."""
    values: dict[str, Any] = {}
    for row in statements:
        values.update(said_by(subject, row))
    return values


def project(known: Catalogue, subject: Subject, values: Mapping[str, Any]) -> None:
    """Write values into a subject; nothing is saved."""
    if isinstance(subject, Household):
        project_household(known, subject, values)
    else:
        project_person(known, subject, values)


def rebuild(subjects: Sequence[Subject]) -> None:
    """The projection of subjects of one kind from their statements that count; nothing is saved.

    A household that ever moved lies where its statements say; any other stays where it was opened.
    """
    known, stated = catalogue(), statements_of(subjects)
    for subject in subjects:
        for name, blank in blank_columns(subject).items():
            setattr(subject, name, blank)
        subject.facts = {}
        values = merged(subject, stated.get(subject.pk, []))
        project(known, subject, values)
        if isinstance(subject, Household):
            subject.area_code = values.get("region_code") or subject.area_code
