"""What happened to a household, newest first: statements and the facts they changed, members, statuses, records,
documents, and rows of the log; and what of it is new to a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import User
from bangfu.office.audit import api as audit
from bangfu.office.registry.facts import Reader, Subject
from bangfu.office.registry.models import Document, Membership, Record, Statement, StatusEpisode
from bangfu.office.registry.subjects import WITHDRAWAL

MOST = 200
TABLES = {"measures": "measure_kind", "benefits": "programme", "posts": "post_kind"}
"""Tables whose kinds are codes of a vocabulary."""


@dataclass(frozen=True)
class Difference:
    """A fact that a statement changed: as it was and as it became."""

    label: str
    before: str
    after: str
    owner: str = ""


@dataclass(frozen=True)
class Event:
    """Something that happened: its day, a sort for its mark, a headline, details, who and when it was written down."""

    on: date | None
    sort: str
    text: str
    detail: str = ""
    differences: tuple[Difference, ...] = ()
    by: str = ""
    recorded: datetime | None = None


def changes(reader: Reader, subject: Subject) -> Iterable[tuple[Statement, tuple[Difference, ...]]]:
    """Each statement of a subject with what it changed, compared with what counted as of its day before it."""
    counted: dict[str, Any] = {}
    owner = "" if subject.table == "households" else subject.row.name  # type: ignore[union-attr]
    for statement in subject.statements:
        if statement.source == WITHDRAWAL:
            continue
        found = []
        values = subject.values(statement)
        for name, value in values.items():
            if counted.get(name) == value:
                continue
            _state, before = reader.shown(subject.table, name, counted.get(name), statement.as_of)
            _state, after = reader.shown(subject.table, name, value, statement.as_of)
            found.append(Difference(reader.label(subject.table, name), before, after, owner))
        if statement.withdrawn_by_id is None:
            counted.update(values)
        yield statement, tuple(found)


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Names of users by their key; `system` for commands."""
    found = dict(User.objects.filter(key__in=set(keys)).values_list("key", "full_name"))
    return {"system": _("系统"), **found}


def record_label(reader: Reader, record: Record | StatusEpisode, on: date | None = None) -> str:
    """The kind of a record in words of its day."""
    if isinstance(record, StatusEpisode):
        return reader.words.label("status_kind", record.kind, record.start or on)
    vocabulary = TABLES.get(record.table)
    if vocabulary:
        return reader.words.label(vocabulary, record.kind, record.start or on)
    zh, en = reader.known.table_labels.get(record.table, (record.table, ""))
    return zh if reader.language.startswith("zh") or not en else en


@dataclass(frozen=True)
class Sources:
    """All that a timeline is made of; read once by the file."""

    reader: Reader
    subjects: Sequence[Subject]
    memberships: Sequence[Membership]
    episodes: Sequence[StatusEpisode]
    records: Sequence[Record]
    documents: Sequence[Document]
    log: Sequence[audit.Entry]
    names: dict[str, str]


def log_of(number: str, persons: Iterable[str]) -> list[audit.Entry]:
    """The newest rows of the log about a household and its persons that tell of writes."""
    writes = [code for code, kind in audit.KINDS.items() if kind.sort == "write"]
    rows = audit.Entry.objects.filter(
        Q(subject_type="household", subject_id=number) | Q(subject_type="person", subject_id__in=list(persons))
    )
    return list(rows.filter(kind__in=writes).order_by("-id").defer("sealed")[:MOST])


def _statements(given: Sources) -> Iterable[Event]:
    for subject in given.subjects:
        for statement, changed in changes(given.reader, subject):
            source = given.reader.words.label("source", statement.source, statement.as_of)
            whose = "" if subject.table == "households" else f"{subject.row.name}："  # type: ignore[union-attr]
            text = whose + _("%(source)s，%(n)s 项") % {"source": source, "n": len(changed)}
            if statement.withdrawn_by_id is not None:
                text += _("（已冲销）")
            yield Event(
                statement.as_of,
                "statement",
                text,
                statement.source_note,
                changed,
                given.names.get(statement.actor_key, statement.actor_key),
                statement.recorded_at,
            )


def _others(given: Sources) -> Iterable[Event]:
    people = {subject.row.pk: subject.row for subject in given.subjects if subject.table == "persons"}
    for row in given.memberships:
        name = people[row.person_id].name if row.person_id in people else ""  # type: ignore[union-attr]
        relation = given.reader.words.label("relation", row.relation, row.start)
        if row.start:
            text = _("%(name)s 入户（%(relation)s）") % {"name": name, "relation": relation}
            yield Event(row.start, "member", text, row.start_reason)
        if row.end:
            yield Event(row.end, "member", _("%s 离户") % name, row.end_reason)
    for episode in given.episodes:
        label = record_label(given.reader, episode)
        yield Event(episode.start, "status", _("%s 开始") % label, episode.reason)
        if episode.end:
            yield Event(episode.end, "status", _("%s 结束") % label, episode.reason)
    for record in given.records:
        zh, en = given.reader.known.table_labels.get(record.table, (record.table, record.table))
        table = zh if given.reader.language.startswith("zh") or not en else en
        label = record_label(given.reader, record)
        yield Event(record.start, "record", table if label == table else f"{table}：{label}")
    for document in given.documents:
        by = given.names.get(document.added_by, "")
        day = timezone.localtime(document.added_at).date()
        yield Event(day, "document", _("归入材料：%s") % document.title, "", (), by, document.added_at)


TOLD = frozenset(
    {
        "registry.household.added", "registry.household.changed", "registry.person.added", "registry.person.changed",
        "registry.record.added", "registry.episode.added", "registry.episode.ended", "registry.document.added",
    }
)  # fmt: skip
"""Kinds of log rows that the timeline tells already by what they wrote."""
STATED = frozenset(kind for kind in TOLD if kind.endswith(("household.added", "person.added", ".changed")))
"""Those of them that a statement tells."""


def _day(entry: audit.Entry) -> date:
    return timezone.localtime(entry.at).date()


def _log(given: Sources) -> Iterable[Event]:
    language = given.reader.language
    for entry in given.log:
        if entry.kind in TOLD:
            continue
        kind = audit.KINDS[entry.kind]
        yield Event(_day(entry), "log", kind.label(language), _("日志"), (), entry.actor_name, entry.at)


def timeline(given: Sources) -> tuple[list[Event], int]:
    """The newest events and how many there are in all; what has no date stands last."""
    found = [*_statements(given), *_others(given), *_log(given)]
    found.sort(key=lambda event: (event.on or date.min, event.recorded is not None, event.recorded or 0), reverse=True)
    return found[:MOST], len(found)


def news(given: Sources, since: datetime | None) -> list[Event]:
    """What was written down since a reader's last look, newest first; nothing on the first look."""
    if since is None:
        return []
    said = [event for event in _statements(given) if event.recorded and event.recorded > since]
    language = given.reader.language
    other = [
        Event(_day(e), "log", audit.KINDS[e.kind].label(language), _told(given, e), (), e.actor_name, e.at)
        for e in given.log
        if e.at > since and e.kind not in STATED
    ]
    return sorted([*said, *other], key=lambda event: event.recorded or since, reverse=True)


def _told(given: Sources, entry: audit.Entry) -> str:
    after = entry.after or {}
    table, kind = after.get("table", ""), after.get("kind", "") or after.get("programme", "")
    vocabulary = "status_kind" if table == "status_episodes" else TABLES.get(table, "")
    return given.reader.words.label(vocabulary, kind) if vocabulary else ""
