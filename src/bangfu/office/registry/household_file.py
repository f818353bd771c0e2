"""One household's file (一户一档): everything that its page shows, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from bangfu.core.values.text import mask
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.privacy.api import Erased
from bangfu.office.registry.catalogue import Catalogue, Field, catalogue
from bangfu.office.registry.income import Bar, Year, bars, by_year
from bangfu.office.registry.models import Household, LastSeen, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.needs import Need, age_on, needs
from bangfu.office.registry.projection import sealed_facts

TIMELINE = 60
_NOT_LISTED = {"declared_members", "collector"}


@dataclass(frozen=True)
class Shown:
    """A fact as the page shows it: `text` is empty where nothing is known; `masked` where it is kept back."""

    field: Field
    text: str
    masked: bool = False


@dataclass(frozen=True)
class Member:
    """A member of today."""

    person: Person
    age: int | None
    relation: str
    sex: str
    id_number: str
    facts: list[Shown]


@dataclass(frozen=True)
class Event:
    """A line of the timeline."""

    on: date
    title: str
    detail: str = ""
    source: str = ""


@dataclass(frozen=True)
class HouseholdFile:
    """The page's content."""

    household: Household
    path: list[areas.Area]
    phone: str
    members: list[Member]
    needs: list[Need]
    years: list[Year]
    bars: list[Bar]
    facts: list[Shown]
    episodes: list[StatusEpisode]
    records: dict[str, list[tuple[Record, list[Shown]]]]
    timeline: list[Event]
    changed_since: list[audit.Entry] = field(default_factory=list)
    seen_before: datetime | None = None
    unmasked: bool = False
    erased: bool = False


class Labels:
    """Values in words, in one language."""

    def __init__(self, known: Catalogue, language: str) -> None:
        self.known, self.language = known, language

    def text(self, field_: Field, value: Any) -> str:
        """A value as people read it; empty where it is not known."""
        if value is None:
            return ""
        if field_.kind == "boolean":
            words = ("是", "否") if self.language.startswith("zh") else ("yes", "no")
            return words[0] if value else words[1]
        if field_.kind == "money":
            return f"{value / 100:,.2f}"
        if field_.kind == "code" and field_.code in self.known.codes:
            return self.known.codes[field_.code].label(value, self.language)
        return str(value)

    def code(self, name: str, value: str) -> str:
        """The label of a code value."""
        codes = self.known.codes.get(name)
        return codes.label(value, self.language) if codes and value else value

    def table(self, name: str) -> str:
        """The label of a table."""
        zh, en = self.known.table_labels.get(name, (name, name))
        return zh if self.language.startswith("zh") or not en else en

    def shown(self, table: str, values: dict[str, Any], hidden: dict[str, Any], *, unmasked: bool) -> list[Shown]:
        """All fields of a table with a value, in the order of the catalogue."""
        found = []
        for name, field_ in self.known.tables.get(table, {}).items():
            if field_.sealed:
                value = hidden.get(name)
                if value is not None:
                    found.append(Shown(field_, self.text(field_, value) if unmasked else "", not unmasked))
            elif values.get(name) is not None and name not in _NOT_LISTED:
                found.append(Shown(field_, self.text(field_, values[name])))
        return found


def _secret(subject: Household | Person) -> dict[str, Any]:
    try:
        return sealed_facts(subject)
    except Erased:
        return {}


def _personal(subject: Household | Person, label: str, sealed: Any, *, unmasked: bool) -> str:
    try:
        text = subject.key.unseal(label, sealed)
    except Erased:
        return ""
    return "" if not text else text if unmasked else mask(text)


def statements_of(household: Household, persons: Iterable[Person]) -> list[Statement]:
    """Statements that stand about a household or its members, in the order in which they count."""
    standing = Statement.objects.filter(withdrawn_by=None)
    # two queries: with an OR of two columns SQLite reads the whole table
    found = [*standing.filter(household=household), *standing.filter(person__in=[person.pk for person in persons])]
    return sorted(found, key=lambda statement: (statement.as_of, statement.recorded_at, statement.pk))


def household_file(household: Household, language: str, on: date, *, unmasked: bool = False) -> HouseholdFile:
    """Gather the file; the household's `key` must be loaded. The caller has checked that the actor may see it."""
    known = catalogue()
    words = Labels(known, language)
    persons = list(household.members.filter(left_on=None).select_related("key").order_by("number"))
    persons.sort(key=lambda person: person.relation != "head")
    stated = statements_of(household, persons)
    own = [statement for statement in stated if statement.household_id is not None]
    episodes = list(household.episodes.order_by("start", "id"))
    records = list(
        household.records.filter(withdrawn_on=None).select_related("person").order_by("table", "-start", "id")
    )
    moves = list(household.memberships.select_related("person").order_by("start", "id"))
    years = by_year(own)
    return HouseholdFile(
        household=household,
        path=areas.path(household.area_code),
        phone=_personal(household, "phone", household.phone_sealed, unmasked=unmasked),
        members=[_member(words, person, on, unmasked=unmasked) for person in persons],
        needs=needs(household.facts, persons, on),
        years=years,
        bars=bars(years),
        facts=words.shown("households", household.facts, _secret(household), unmasked=unmasked),
        episodes=episodes,
        records=_records(words, records),
        timeline=_timeline(words, stated, episodes, records, moves),
        unmasked=unmasked,
        erased=not bytes(household.key.wrapped),
    )


def _member(words: Labels, person: Person, on: date, *, unmasked: bool) -> Member:
    return Member(
        person=person,
        age=age_on(person.birth_date, on) if person.birth_date else None,
        relation=words.code("relation", person.relation),
        sex=words.code("sex", person.sex),
        id_number=_personal(person, "id", person.id_sealed, unmasked=unmasked),
        facts=words.shown("persons", person.facts, _secret(person), unmasked=unmasked),
    )


def _records(words: Labels, records: list[Record]) -> dict[str, list[tuple[Record, list[Shown]]]]:
    found: dict[str, list[tuple[Record, list[Shown]]]] = {}
    for record in records:
        shown = words.shown(record.table, record.values, {}, unmasked=False)
        found.setdefault(words.table(record.table), []).append((record, shown))
    return found


def _timeline(
    words: Labels,
    stated: list[Statement],
    episodes: list[StatusEpisode],
    records: list[Record],
    moves: list[Membership],
) -> list[Event]:
    zh = words.language.startswith("zh")
    events = []
    for statement in stated:
        table = "households" if statement.household_id else "persons"
        fields = [words.known.field(table, name) for name in statement.values]
        names = "、".join(f.label(words.language) for f in fields[:6] if f)
        more = f" … {len(fields)}" if len(fields) > 6 else ""
        events.append(
            Event(statement.as_of, words.table(table), names + more, statement.source_note or statement.source)
        )
    for episode in episodes:
        if episode.start:
            events.append(Event(episode.start, episode.kind, episode.reason, "开始" if zh else "began"))
        if episode.end:
            events.append(Event(episode.end, episode.kind, "", "结束" if zh else "ended"))
    for record in records:
        if record.start:
            events.append(Event(record.start, words.table(record.table), _kind(words, record)))
    for move in moves:
        if move.start:
            events.append(Event(move.start, move.person.name, words.code("relation", move.relation), move.start_reason))
        if move.end:
            events.append(Event(move.end, move.person.name, move.end_reason))
    events.sort(key=lambda event: event.on, reverse=True)
    return events[:TIMELINE]


def _kind(words: Labels, record: Record) -> str:
    for name in ("kind", "programme"):
        field_ = words.known.field(record.table, name)
        if field_ is not None:
            return words.text(field_, record.kind or None)
    return record.kind


def since_last_visit(user_key: str, household: Household, now: datetime) -> tuple[datetime | None, list[audit.Entry]]:
    """When this user was here last, and what was written about the household and its members since; notes the visit."""
    seen = LastSeen.objects.filter(user_key=user_key, household=household).first()
    before = seen.at if seen else None
    changes: list[audit.Entry] = []
    if before is not None:
        numbers = list(household.members.values_list("number", flat=True))
        rows = audit.Entry.objects.filter(at__gt=before).exclude(kind="registry.unmasked")
        own = rows.filter(subject_type="household", subject_id=household.number)
        theirs = rows.filter(subject_type="person", subject_id__in=numbers)
        changes = sorted([*own[:20], *theirs[:20]], key=lambda entry: entry.id, reverse=True)[:20]
    note_visit(user_key, household, now)
    return before, changes


def note_visit(user_key: str, household: Household, now: datetime) -> None:
    """Remember the visit in one statement of its own.

    SQLite has one writer at a time: a transaction of several statements, of which Python takes its time between each,
    makes ten readers wait for one another's note.
    """
    table = connection.ops.quote_name(LastSeen._meta.db_table)
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (user_key, household_id, at) VALUES (%s, %s, %s)"
            " ON CONFLICT (user_key, household_id) DO UPDATE SET at = excluded.at",
            [user_key, household.pk, moment],
        )
