"""A household's file (一户一档): everything about one household for one page, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.values.text import mask
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import history, income, living, queries, tags
from bangfu.office.registry.columns import age_on
from bangfu.office.registry.facts import HIDDEN, MISSING, Fact, Reader, Subject, subjects_of
from bangfu.office.registry.first_vocabularies import BATCH, MEASURE
from bangfu.office.registry.models import Document, Household, LastSeen, Membership, Person, Record, StatusEpisode

ABOUT = (
    "household_type", "monitored_kind", "monitored_since", "declared_members", "natural_village", "hukou_local",
    "residence_months", "urban", "registered_in", "graduated_in", "collector",
)  # fmt: skip
HOME = (
    "house_grade", "house_area_m2", "dilapidated_house", "other_safe_house", "renovated_before", "electricity",
    "sanitary_toilet", "road_kind", "road_distance_km", "arable_mu", "forest_mu", "cooperative_member",
    "industry_project", "pv_recipient",
)  # fmt: skip
RISKS = (
    "poverty_cause", "risk_1", "risk_2", "risk_other_note", "disaster_kind", "risk_resolved", "risk_resolved_on",
    "resolution_kind", "no_labour_flag", "emergency_on",
)  # fmt: skip
MEMBER = (
    "id_kind", "ethnicity", "political_status", "education", "school_status", "labour_skill", "marriage", "health",
    "disability_kind", "disability_grade", "resident_insurance", "employee_insurance", "resident_pension", "wage_income",
    "job_place", "job_months", "usual_resident", "rural_hukou", "declared_dibao", "declared_hardship",
)  # fmt: skip


@dataclass(frozen=True)
class Member:
    """A person of the household as the page shows them."""

    person: Person
    relation: str
    age: int | None
    sex: str
    id_masked: str
    phone_masked: str
    facts: tuple[Fact, ...]
    present: bool
    left: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of measures with its records; `batch` of the 五个一批 that they count towards."""

    label: str
    records: tuple[tuple[Record, str], ...]


@dataclass(frozen=True)
class HouseholdFile:
    """All parts of the page."""

    household: Household
    village: list[Any]
    on: date
    phone: str
    members: list[Member]
    gone: list[Member]
    tags: list[tags.Tag]
    about: list[Fact]
    home: list[Fact]
    risks: list[Fact]
    living: list[living.Item]
    years: list[income.Year]
    picture: income.Picture | None
    benefits: list[dict[str, Any]]
    measures: list[Kind]
    batches: list[tuple[str, int]]
    episodes: list[dict[str, Any]]
    visits: list[Record]
    work: list[dict[str, Any]]
    documents: list[Document]
    timeline: list[history.Event]
    events: int
    seen: datetime | None
    news: list[history.Event]


def _secret(row: Household | Person, label: str, field: str) -> str:
    try:
        text = row.key.unseal(label, getattr(row, field))
    except Erased:
        return _("已删除")
    return mask(text) if text else ""


def _member(reader: Reader, subject: Subject, membership: Membership | None, on: date) -> Member:
    person: Person = subject.row  # type: ignore[assignment]
    present = membership is not None and membership.end is None
    left = ""
    if membership is not None and membership.end:
        left = f"{membership.end:%Y-%m-%d} {membership.end_reason}".strip()
    relation = membership.relation if membership else person.relation
    return Member(
        person,
        reader.words.label("relation", relation, on),
        age_on(person.birth_date, on),
        reader.words.label("sex", person.sex, on),
        _secret(person, "id", "id_sealed"),
        _secret(person, "phone", "phone_sealed"),
        tuple(reader.facts(subject, MEMBER)),
        present,
        left,
    )


def _people(household: Household) -> tuple[list[Person], list[Membership]]:
    memberships = list(Membership.objects.filter(household=household).order_by("pk").select_related("person__key"))
    seen: dict[int, Person] = {}
    for membership in memberships:
        seen.setdefault(membership.person_id, membership.person)
    return list(seen.values()), memberships


def _order(member: Member) -> tuple[int, date, str]:
    first = {"head": 0, "spouse": 1}.get(member.person.relation, 2)
    return first, member.person.birth_date or date.max, member.person.number


def _measures(reader: Reader, records: Sequence[Record]) -> tuple[list[Kind], list[tuple[str, int]]]:
    by_kind: dict[str, list[tuple[Record, str]]] = {}
    count: dict[str, int] = {}
    for record in records:
        if record.table != "measures":
            continue
        word = reader.words.word(MEASURE, record.kind, record.start)
        batch = record.values.get("batch") or word.group
        label = reader.words.label(BATCH, batch, record.start)
        by_kind.setdefault(word.label(), []).append((record, label))
        if label:
            count[label] = count.get(label, 0) + 1
    order = [word.label() for word in reader.words.choices(MEASURE)]
    known = [Kind(label, tuple(by_kind.pop(label))) for label in order if label in by_kind]
    return known + [Kind(label, tuple(rows)) for label, rows in by_kind.items()], sorted(count.items())


def _benefits(reader: Reader, records: Sequence[Record], people: dict[int, Person]) -> list[dict[str, Any]]:
    return [
        {
            "label": history.record_label(reader, record),
            "person": people[record.person_id].name if record.person_id in people else "",
            "fen": record.values.get("monthly_amount"),
            "start": record.start,
            "end": record.end,
            "source": reader.words.label("source", record.source, record.start),
        }
        for record in records
        if record.table == "benefits"
    ]


def _work(reader: Reader, records: Sequence[Record], people: dict[int, Person]) -> list[dict[str, Any]]:
    shown = []
    for record in records:
        if record.table in ("measures", "benefits", "visits"):
            continue
        fields = reader.known.tables.get(record.table, {})
        values = [
            (fields[name].label(reader.language), reader.shown(record.table, name, value, record.start)[1])
            for name, value in record.values.items()
            if name in fields
            and name not in ("person_no", "household_no", "from", "to", "kind", "signed_on", "valid_to")
        ]
        zh, en = reader.known.table_labels.get(record.table, (record.table, ""))
        label = zh if reader.language.startswith("zh") or not en else en
        kind = history.record_label(reader, record)
        shown.append(
            {
                "label": label if kind == label else f"{label}：{kind}",
                "person": people[record.person_id].name if record.person_id in people else "",
                "start": record.start,
                "end": record.end,
                "values": values,
            }
        )
    return shown


def _episodes(reader: Reader, episodes: Sequence[StatusEpisode], people: dict[int, Person], on: date) -> list[dict[str, Any]]:  # fmt: skip
    before: set[str] = set()
    shown = []
    for episode in episodes:
        # a status that was held before and ended is a re-entry
        again = episode.kind in before
        before.add(episode.kind)
        shown.append(
            {
                "label": history.record_label(reader, episode, on),
                "person": people[episode.person_id].name if episode.person_id in people else "",
                "start": episode.start,
                "end": episode.end,
                "open": episode.end is None or episode.end > on,
                "again": again,
                "reason": episode.reason,
                "source": reader.words.label("source", episode.source, episode.start),
            }
        )
    return shown


def household_file(actor: Actor, number: str, since: datetime | None = None) -> HouseholdFile:
    """The file of one household. Raises OutOfReach. `since` is the reader's last look, for what is new."""
    household = queries.household(actor, number)
    on, reader = timezone.localdate(), Reader.now()
    persons, memberships = _people(household)
    subject, by_person = subjects_of(household, persons)
    last = {m.person_id: m for m in memberships}
    members = [_member(reader, by_person[p.pk], last.get(p.pk), on) for p in persons]
    present = sorted((m for m in members if m.present), key=_order)
    inside = [by_person[m.person.pk] for m in present]
    records = list(Record.objects.filter(household=household, withdrawn_on=None).order_by("start", "pk"))
    episodes = list(StatusEpisode.objects.filter(household=household).order_by("start", "pk"))
    documents = list(Document.objects.filter(household=household, withdrawn_at=None).order_by("-added_at"))
    log = history.log_of(household.number, [p.number for p in persons])
    subjects = [subject, *by_person.values()]
    keys = {s.actor_key for held in subjects for s in held.statements} | {d.added_by for d in documents}
    given = history.Sources(
        reader, subjects, memberships, episodes, records, documents, log, history.names_of(keys)
    )  # fmt: skip
    people = {p.pk: p for p in persons}
    years = income.years(reader, subject, list(by_person.values()), memberships, on)
    measures, batches = _measures(reader, records)
    timeline, events = history.timeline(given)
    return HouseholdFile(
        household,
        areas.path(household.area_code),
        on,
        _secret(household, "phone", "phone_sealed"),
        present,
        [m for m in members if not m.present],
        tags.tags(inside, on),
        reader.facts(subject, ABOUT),
        reader.facts(subject, HOME),
        reader.facts(subject, RISKS),
        living.items(reader, subject, inside, on),
        years,
        income.picture(years[0]) if years else None,
        _benefits(reader, records, people),
        measures,
        batches,
        _episodes(reader, episodes, people, on),
        [r for r in records if r.table == "visits"],
        _work(reader, records, people),
        documents,
        timeline,
        events,
        since,
        history.news(given, since),
    )


def last_seen(actor: Actor, household: Household) -> datetime | None:
    """When the actor last opened the file."""
    row = LastSeen.objects.filter(user_key=actor.key, household=household).first()
    return row.at if row else None


@dataclass(frozen=True)
class Provenance:
    """Everything that sources said about one fact."""

    fact: Fact
    owner: str
    household: Household
    lines: list[dict[str, Any]]


def provenance(actor: Actor, table: str, number: str, name: str) -> Provenance | None:
    """Where a fact of a household or person comes from; None where the catalogue has no such fact. Raises OutOfReach."""
    reader = Reader.now()
    if reader.known.field(table, name) is None:
        queries.household(actor, number) if table == "households" else queries.person(actor, number)
        return None
    if table == "households":
        household = queries.household(actor, number)
        subject, _others = subjects_of(household, [])
        owner = household.number
    else:
        person = queries.person(actor, number)
        household, owner = person.household, person.name  # type: ignore[assignment]
        subject = subjects_of(household, [person])[1][person.pk]
    said = subject.said(name)
    names = history.names_of(s.statement.actor_key for s in said)
    counting = subject.counting(name)
    lines = []
    for word in said:
        statement = word.statement
        state, text = reader.shown(table, name, word.value, statement.as_of)
        lines.append(
            {
                "statement": statement,
                "text": text,
                "missing": state == MISSING,
                "hidden": state == HIDDEN,
                "source": reader.words.label("source", statement.source, statement.as_of),
                "by": names.get(statement.actor_key, statement.actor_key),
                "withdrawn": word.withdrawn,
                "counts": counting is not None and counting.statement.pk == statement.pk,
                "differs": counting is not None and not word.withdrawn and repr(word.value) != repr(counting.value),
            }
        )
    return Provenance(reader.fact(subject, name), owner, household, lines)
