"""Many new households and persons at once: what an import and the demo write, with keys, statements and log rows.

Rows are mappings of the rulebook's column names to JSON-typed values (`catalogue.to_json`); money in fen.
Everything here runs inside the caller's transaction and writes one log row for each record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import Count
from django.utils import timezone

from bangfu.office.audit import api as audit
from bangfu.office.pages.inserting import build, insert, update
from bangfu.office.privacy.api import SubjectKey
from bangfu.office.registry import events
from bangfu.office.registry.catalogue import Catalogue, catalogue
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.projection import pack, project_household, project_person, split

Row = Mapping[str, Any]
CHUNK = 2000
KEYS = ("household_no", "person_no", "region_code")
"""Columns that place a row and are no facts."""


@dataclass(frozen=True)
class Origin:
    """Where rows come from: who brought them, the kind of source, as of when, and the batch that can be withdrawn."""

    actor: audit.Acting
    source: str
    as_of: date
    batch: str = ""
    note: str = ""


def chunks(rows: Iterable[Row], size: int = CHUNK) -> Iterator[list[Row]]:
    """Rows in lists of at most `size`."""
    whole = iter(rows)
    while part := list(islice(whole, size)):
        yield part


def _keys(count: int) -> list[SubjectKey]:
    return list(insert([SubjectKey.fresh() for _ in range(count)]))


def _said(values: Row) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in KEYS and value is not None}


def _statement(
    origin: Origin, known: Catalogue, table: str, subject: Household | Person, said: Row, now: datetime
) -> Statement:
    plain, sealed = split(known, table, said)
    return build(
        Statement,
        {"household" if table == "households" else "person": subject},
        as_of=origin.as_of,
        recorded_at=now,
        source=origin.source,
        source_note=origin.note,
        values=plain,
        sealed=subject.key.seal("statement", pack(sealed)),
        actor_key=origin.actor.key,
        batch=origin.batch,
    )


def _log(
    origin: Origin, kind: audit.EventKind, subject: audit.Subject, statement: Statement, key: SubjectKey
) -> audit.Entry:
    return audit.entry(
        origin.actor, kind, subject, after=statement.values, sealed=statement.sealed, subject_key_id=key.pk
    )


def add_households(rows: Sequence[Row], origin: Origin) -> tuple[list[Household], list[audit.Entry]]:
    """New households; returns them and the log rows that the caller must append. Numbers must be new."""
    known = catalogue()
    now = timezone.now()
    keys = _keys(len(rows))
    found, said = [], [_said(row) for row in rows]
    for row, key, values in zip(rows, keys, said, strict=True):
        household = Household(
            number=row["household_no"], area_code=row["region_code"], key=key, opened_on=origin.as_of, changed_at=now
        )
        project_household(known, household, values)
        found.append(household)
    insert(found)
    statements = [
        _statement(origin, known, "households", household, values, now)
        for household, values in zip(found, said, strict=True)
    ]
    insert(statements)
    entries = [
        _log(origin, events.HOUSEHOLD_ADDED, audit.Subject("household", h.number, h.area_code), s, h.key)
        for h, s in zip(found, statements, strict=True)
    ]
    return found, entries


def add_persons(
    rows: Sequence[Row], households: Mapping[str, Household], origin: Origin
) -> tuple[list[Person], list[audit.Entry]]:
    """New persons with an open membership in the household that each row names; the caller recounts the households."""
    known = catalogue()
    now = timezone.now()
    keys = _keys(len(rows))
    found, said = [], [_said(row) for row in rows]
    for row, key, values in zip(rows, keys, said, strict=True):
        household = households[row["household_no"]]
        own = {"number": row["person_no"], "area_code": household.area_code, "changed_at": now}
        person = build(Person, {"household": household, "key": key}, **own)
        project_person(known, person, values)
        found.append(person)
    insert(found)
    insert(
        [
            build(Membership, person_id=person.pk, household_id=person.household_id, relation=person.relation)
            for person in found
        ]
    )
    statements = [
        _statement(origin, known, "persons", person, values, now) for person, values in zip(found, said, strict=True)
    ]
    insert(statements)
    entries = [
        _log(origin, events.PERSON_ADDED, audit.Subject("person", p.number, p.area_code), s, p.key)
        for p, s in zip(found, statements, strict=True)
    ]
    return found, entries


_STARTS = ("from", "since", "signed_on", "start", "on")
_ENDS = ("to", "valid_to", "until", "end")
_KINDS = ("kind", "programme")


def _first(row: Row, names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def add_records(
    table: str,
    rows: Sequence[Row],
    households: Mapping[str, Household],
    persons: Mapping[str, Person],
    origin: Origin,
) -> tuple[list[Record] | list[StatusEpisode], list[audit.Entry]]:
    """Rows of one of the other tables. Each names a person, a household, or both."""
    known = catalogue()
    found: list[Any] = []
    entries: list[audit.Entry] = []
    for row in rows:
        person = persons.get(row.get("person_no") or "")
        household = households.get(row.get("household_no") or "") or (person.household if person else None)
        if household is None:
            raise LookupError(f"{table}: a row names neither a known household nor a known person")
        plain, sealed = split(known, table, _said(row))
        record = _record(table, row, household, person, plain, sealed, origin)
        found.append(record)
        kind = events.EPISODE_ADDED if table == "status_episodes" else events.RECORD_ADDED
        key = (person or household).key
        secret = key.seal("record", pack(sealed))
        subject = audit.Subject("household", household.number, household.area_code)
        after = {"table": table, **plain}
        entries.append(audit.entry(origin.actor, kind, subject, after=after, sealed=secret, subject_key_id=key.pk))
    insert(found)
    return found, entries


def place_of(row: Row) -> tuple[str, date | None, date | None]:
    """Kind, first day and last day of a row of one of the other tables: by what it is told from its neighbours."""
    return str(_first(row, _KINDS) or ""), _day(_first(row, _STARTS)), _day(_first(row, _ENDS))


def _record(
    table: str,
    row: Row,
    household: Household,
    person: Person | None,
    plain: dict[str, Any],
    sealed: dict[str, Any],
    origin: Origin,
) -> Record | StatusEpisode:
    kind, start, end = place_of(row)
    common: dict[str, Any] = {
        "household": household,
        "person": person,
        "area_code": household.area_code,
        "kind": kind,
        "start": start,
        "end": end,
        "source": origin.source,
        "batch": origin.batch,
    }
    if table == "status_episodes":
        return StatusEpisode(reason=row.get("reason") or "", **common)
    key = (person or household).key
    return Record(table=table, values=plain, sealed=key.seal("record", pack(sealed)), **common)


def recount(households: Iterable[Household]) -> None:
    """Set `person_count` from open memberships, and the head's name where exactly one member is the head."""
    rows = list(households)
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        ids = [h.pk for h in part]
        counts = dict(
            Membership.objects.filter(household__in=ids, end=None)
            .values_list("household")
            .annotate(n=Count("pk"))
            .values_list("household", "n")
        )
        heads: dict[int, list[str]] = {}
        for household, name in Person.objects.filter(household__in=ids, relation="head", left_on=None).values_list(
            "household", "name"
        ):
            heads.setdefault(household, []).append(name)
        for household in part:
            household.person_count = counts.get(household.pk, 0)
            if len(heads.get(household.pk, [])) == 1:
                household.head_name = heads[household.pk][0]
        update(part, ["person_count", "head_name"])
