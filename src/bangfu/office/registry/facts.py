"""Facts of a household as a page shows them: value, source, date, and whether sources disagree.

What is not known is said to be not known; a value that the reader may not see is said to be hidden. Neither is empty,
zero or no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.core.values.text import mask
from bangfu.office.privacy.api import Erased
from bangfu.office.registry.catalogue import HEALTH, Catalogue, catalogue
from bangfu.office.registry.models import Household, Person, Statement
from bangfu.office.registry.projection import unpack
from bangfu.office.registry.subjects import WITHDRAWAL
from bangfu.office.registry.vocabularies import Words, words

KNOWN, MISSING, HIDDEN = "known", "missing", "hidden"
IDENTIFIERS = frozenset({"id_number", "phone", "account"})
"""Personal values that are shown with their middle starred out; health facts are hidden altogether."""
NO_STATEMENT = frozenset({"household_no", "person_no", "region_code"})


@dataclass(frozen=True)
class Said:
    """One source's word on a fact."""

    statement: Statement
    value: Any
    withdrawn: bool


@dataclass(frozen=True)
class Fact:
    """A fact ready to be shown."""

    table: str
    name: str
    label: str
    state: str
    text: str
    value: Any = None
    source: str = ""
    as_of: date | None = None
    conflict: bool = False


@dataclass
class Subject:
    """A household or person with its statements, newest last."""

    row: Household | Person
    statements: list[Statement]
    _opened: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Its table in the catalogue."""
        return "households" if isinstance(self.row, Household) else "persons"

    def values(self, statement: Statement) -> dict[str, Any]:
        """All that a statement says, sealed values too; plain ones only where the subject was erased."""
        held = self._opened.get(statement.pk)
        if held is None:
            held = dict(statement.values)
            if statement.sealed:
                try:
                    held.update(unpack(self.row.key.unseal("statement", statement.sealed)))
                except Erased:
                    held = dict(statement.values)
            self._opened[statement.pk] = held
        return held

    def said(self, name: str) -> list[Said]:
        """Every word on a fact, the one that counts first."""
        found = [
            Said(statement, self.values(statement)[name], statement.withdrawn_by_id is not None)
            for statement in self.statements
            if statement.source != WITHDRAWAL and name in self.values(statement)
        ]
        found.reverse()
        return sorted(found, key=lambda said: said.withdrawn)

    def counting(self, name: str, until: date | None = None) -> Said | None:
        """The word that counts: the latest as-of, then the latest recorded, of those not withdrawn."""
        for said in self.said(name):
            if not said.withdrawn and (until is None or said.statement.as_of <= until):
                return said
        return None

    def disagree(self, name: str) -> bool:
        """True where the latest words of two sources differ."""
        latest: dict[str, Any] = {}
        for said in self.said(name):
            if not said.withdrawn:
                latest.setdefault(said.statement.source, said.value)
        return len({repr(value) for value in latest.values()}) > 1


def subjects_of(household: Household, persons: Iterable[Person]) -> tuple[Subject, dict[int, Subject]]:
    """The household and its members with all their statements. One query."""
    people = list(persons)
    rows = Statement.objects.filter(Q(household=household) | Q(person__in=people))
    by_person: dict[int | None, list[Statement]] = {}
    for row in rows.order_by("as_of", "recorded_at", "pk"):
        by_person.setdefault(row.person_id, []).append(row)
    whole = {person.pk: Subject(person, by_person.get(person.pk, [])) for person in people}
    return Subject(household, by_person.get(None, [])), whole


def text_of(known: Catalogue, words_: Words, table: str, name: str, value: Any, on: date | None = None) -> str:
    """A value as people read it: money in yuan, codes by their label of that day, yes and no in words."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    about = known.field(table, name)
    if about is None or value is None:
        return "" if value is None else str(value)
    if about.kind == "money":
        return f"{value / 100:,.2f} " + _("元")
    if about.kind == "code":
        return words_.label(about.code, value, on)
    return str(value)


@dataclass(frozen=True)
class Reader:
    """How facts are shown to one reader."""

    known: Catalogue
    words: Words
    language: str

    @classmethod
    def now(cls) -> Reader:
        """With the catalogue, the vocabularies and the language of this request."""
        return cls(catalogue(), words(), get_language() or "zh-hans")

    def label(self, table: str, name: str) -> str:
        """What a fact is called."""
        about = self.known.field(table, name)
        return about.label(self.language) if about else name

    def shown(self, table: str, name: str, value: Any, on: date | None = None) -> tuple[str, str]:
        """State and text of a value."""
        if value is None or value == "":
            return MISSING, _("未知")
        if name in IDENTIFIERS:
            return KNOWN, mask(str(value))
        if name in HEALTH or (self.known.field(table, name) is None):
            return HIDDEN, _("已遮盖")
        return KNOWN, text_of(self.known, self.words, table, name, value, on)

    def fact(self, subject: Subject, name: str) -> Fact:
        """A fact of a subject as it counts now."""
        said = subject.counting(name)
        value = said.value if said else None
        on = said.statement.as_of if said else None
        state, text = self.shown(subject.table, name, value, on)
        source = self.words.label("source", said.statement.source, on) if said else ""
        conflict = subject.disagree(name) if said else False
        plain = value if state == KNOWN and name not in IDENTIFIERS else None
        return Fact(subject.table, name, self.label(subject.table, name), state, text, plain, source, on, conflict)

    def facts(self, subject: Subject, names: Iterable[str]) -> list[Fact]:
        """Facts in order; names that this rulebook does not know are left out."""
        fields: Mapping[str, Any] = self.known.tables.get(subject.table, {})
        return [self.fact(subject, name) for name in names if name in fields]
