"""Where a fact comes from: every statement that named it, newest first, and where two sources differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bangfu.office.privacy.api import Erased
from bangfu.office.registry.catalogue import Field
from bangfu.office.registry.household_file import Labels
from bangfu.office.registry.models import Household, Person, Statement
from bangfu.office.registry.projection import unpack


@dataclass(frozen=True)
class Said:
    """One statement's word on a fact. `counts`: it is the one that the file shows."""

    statement: Statement
    text: str
    counts: bool
    differs: bool


def provenance(subject: Household | Person, field: Field, words: Labels, *, unmasked: bool) -> list[Said]:
    """All statements about a subject that named a field, in the order of their weight, newest first."""
    rows = subject.statements.order_by("-as_of", "-recorded_at", "-id")
    found: list[tuple[Statement, Any]] = []
    for statement in rows:
        values = statement.values
        if field.sealed:
            try:
                values = unpack(subject.key.unseal("statement", statement.sealed))
            except Erased:
                values = {}
        if field.name in values:
            found.append((statement, values[field.name]))
    standing = next((value for statement, value in found if statement.withdrawn_by_id is None), None)
    first = next((statement.pk for statement, _ in found if statement.withdrawn_by_id is None), None)
    hidden = field.sealed and not unmasked
    return [
        Said(statement, "" if hidden else words.text(field, value), statement.pk == first, value != standing)
        for statement, value in found
    ]
