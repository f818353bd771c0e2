"""Writes of the registry's pages: saved filters, looks, documents, vocabularies. Bulk actions: bulk_actions.py."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.pages.refusals import Conflict, Invalid, OutOfReach
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.registry import documents, events, usage
from bangfu.office.registry.documents import KINDS, check_title
from bangfu.office.registry.first_vocabularies import first_versions
from bangfu.office.registry.models import (
    Document,
    Household,
    LastSeen,
    Person,
    SavedFilter,
    Term,
    Vocabulary,
)

MOST_FILTERS = 50


@transaction.atomic
def save_filter(*, actor: Actor, name: str, listed: str, query: str) -> SavedFilter:
    """Keep a filter under a name, for oneself; the same name again replaces it. No audit row: it changes no record."""
    actor.require("registry.view")
    name = name.strip()
    if not name or len(name) > 40:
        raise Invalid({"name": _("请给筛选起一个 1 至 40 字的名称")})
    own = SavedFilter.objects.filter(user_key=actor.key)
    if own.count() >= MOST_FILTERS and not own.filter(name=name).exists():
        raise Invalid({"name": _("最多保存 %s 个筛选，请先删除不用的") % MOST_FILTERS})
    if any(row.query.get("list") != listed for row in own.filter(name=name)):
        raise Invalid({"name": _("另一个列表已有同名的筛选，请换一个名称")})
    row, _created = SavedFilter.objects.update_or_create(
        user_key=actor.key, name=name, defaults={"query": {"list": listed, "query": query}}
    )
    return row


@transaction.atomic
def delete_filter(*, actor: Actor, key: int) -> None:
    """Forget one of one's own filters. Raises OutOfReach for another's."""
    actor.require("registry.view")
    deleted, _rows = SavedFilter.objects.filter(user_key=actor.key, pk=key).delete()
    if not deleted:
        raise OutOfReach("registry.view")


def note_look(*, actor: Actor, household: Household, at: datetime) -> None:
    """Remember that the actor opened a file. No audit row: what is masked is no read of personal data.

    One statement of its own: SQLite has one writer at a time, and a transaction of several statements, of which Python
    takes its time between each, makes ten readers wait for one another's note.
    """
    actor.require("registry.view", household.area_code)
    LastSeen.objects.bulk_create(
        [LastSeen(user_key=actor.key, household=household, at=at)],
        update_conflicts=True,
        unique_fields=["user_key", "household"],
        update_fields=["at"],
    )


@transaction.atomic
def add_document(
    *,
    actor: Actor,
    household: Household,
    kind: str,
    title: str,
    file: UploadedFile,
    dated: date | None = None,
    person: Person | None = None,
    permission: str = "registry.propose",
) -> Document:
    """A photo or paper for the file, sealed under the household's key. Raises Refused, Invalid.

    `permission` is another one for who comes through a case, not through the file.
    """
    actor.require(permission, household.area_code)
    if kind not in KINDS:
        raise Invalid({"kind": _("请选择材料类别")})
    check_title(title)
    if person is not None and person.household_id != household.pk:
        raise Invalid({"person": _("该成员不在本户")})
    if dated is not None and dated > timezone.localdate():
        raise Invalid({"dated": _("日期不能晚于今天")})
    content = documents.read_upload(file)
    media_type = documents.media_type_of(content)
    digest = hashlib.sha256(content).hexdigest()
    if Document.objects.filter(household=household, sha256=digest, withdrawn_at=None).exists():
        raise Invalid({"file": _("这份材料已在本户档案中")})
    name = documents.store(household.key, content)
    row = Document.objects.create(
        household=household, person=person, kind=kind, title=title.strip(), dated=dated, file_name=name,
        media_type=media_type, size=len(content), sha256=digest, added_by=actor.key, added_at=timezone.now(),
    )  # fmt: skip
    after = {"document": row.pk, "kind": kind, "sha256": digest, "size": row.size}
    audit.record(actor, events.DOCUMENT_ADDED, _subject(household), after=after)
    return row


@transaction.atomic
def open_document(*, actor: Actor, document: Document, purpose: str = "", why: str = "") -> bytes:
    """The bytes of a document, with a row in the log. Raises Refused, Invalid (no purpose; erased; changed)."""
    household = document.household
    actor.require("registry.view", household.area_code)
    if KINDS[document.kind].personal:
        actor.require("registry.unmask", household.area_code)
        actor = actor.for_purpose(purpose_text(purpose, why))
    try:
        content = documents.load(household.key, document.file_name)
    except Erased:
        raise Invalid({"": _("个人资料已按规定删除")}) from None
    except SealBroken:
        raise Invalid({"": _("文件与归入时不一致，请联系管理员")}) from None
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise Invalid({"": _("文件与归入时不一致，请联系管理员")})
    audit.record(
        actor, events.DOCUMENT_OPENED, _subject(household), after={"document": document.pk, "kind": document.kind}
    )
    return content


@transaction.atomic
def withdraw_document(*, actor: Actor, document: Document, reason: str) -> None:
    """Take a document out of the file; it stays stored, and in the log. Raises Refused, Invalid."""
    actor.require("registry.propose", document.household.area_code)
    why = checked(reason, "reason", most=120)
    if document.withdrawn_at is not None:
        raise Invalid({"": _("这份材料已撤回")})
    document.withdrawn_at, document.withdrawn_reason = timezone.now(), why
    document.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    after = {"document": document.pk, "reason": document.withdrawn_reason}
    audit.record(actor, events.DOCUMENT_WITHDRAWN, _subject(document.household), after=after)


def _named(names: Collection[str]) -> Iterable[str]:
    return Document.objects.filter(file_name__in=names).values_list("file_name", flat=True)


documents.NAMED_BY.append(_named)


def _subject(household: Household) -> audit.Subject:
    return audit.Subject("household", household.number, household.area_code)


@dataclass(frozen=True)
class NewTerm:
    """A term of a version that is being made."""

    code: str
    label_zh: str
    label_en: str = ""
    group_code: str = ""
    ended: bool = False


@transaction.atomic
def load_vocabularies(*, actor: Actor) -> int:
    """Store the first version of every vocabulary that has none yet; returns how many. Asked twice it adds nothing."""
    actor.require("registry.vocabulary")
    stored = set(Vocabulary.objects.values_list("name", "version"))
    named = {name for name, _version in stored}
    added = 0
    for first in first_versions():
        if (first.name, first.version) in stored or (first.name in named and first.version == "1"):
            continue
        row = Vocabulary.objects.create(name=first.name, version=first.version, issuer=first.issuer)
        _terms(row, [NewTerm(t.code, t.label_zh, t.label_en, t.group_code) for t in first.terms])
        added += 1
    if added:
        audit.record(actor, events.VOCABULARY_CHANGED, audit.Subject("vocabulary", "*"), after={"added": added})
    return added


def _terms(row: Vocabulary, terms: Sequence[NewTerm]) -> None:
    Term.objects.bulk_create(
        Term(vocabulary=row, position=place, **{k: getattr(t, k) for k in NewTerm.__dataclass_fields__})
        for place, t in enumerate(terms, 1)
    )


@transaction.atomic
def new_version(
    *, actor: Actor, name: str, version: str, issuer: str, valid_from: date, terms: Sequence[NewTerm], based_on: str
) -> Vocabulary:
    """A new version of a vocabulary from a day on; the one before ends that day.

    Codes that records use cannot be left out, only ended. Raises Refused, Invalid, Conflict (somebody made a version).
    """
    actor.require("registry.vocabulary")
    held = list(Vocabulary.objects.select_for_update().filter(name=name).order_by("pk"))
    if not held:
        raise Invalid({"": _("没有这个代码表")})
    before = held[-1]
    if before.version != based_on:
        raise Conflict({"version": (before.version, based_on)})
    _check_version(held, version, valid_from, terms)
    left_out = set(before.terms.values_list("code", flat=True)) - {t.code for t in terms}
    used = usage.codes_in_use(name, left_out)
    if used:
        raise Invalid({"terms": _("以下代码已有记录使用，不能删除，可以停用：%s") % "、".join(sorted(used))})
    before.valid_to = valid_from
    before.save(update_fields=["valid_to"])
    row = Vocabulary.objects.create(name=name, version=version.strip(), issuer=issuer.strip(), valid_from=valid_from)
    _terms(row, terms)
    after: dict[str, Any] = {"version": row.version, "valid_from": valid_from.isoformat()}
    after["terms"] = {t.code: [t.label_zh, t.group_code, t.ended] for t in terms}
    earlier = {t.code: [t.label_zh, t.group_code, t.ended] for t in before.terms.all()}
    audit.record(
        actor,
        events.VOCABULARY_CHANGED,
        audit.Subject("vocabulary", name),
        before={"version": before.version, "terms": earlier},
        after=after,
    )
    return row


def _check_version(held: Sequence[Vocabulary], version: str, valid_from: date, terms: Sequence[NewTerm]) -> None:
    if not version.strip() or len(version.strip()) > 20 or any(v.version == version.strip() for v in held):
        raise Invalid({"version": _("请填一个没有用过的版本号，最多 20 字")})
    if held[-1].valid_from is not None and valid_from <= held[-1].valid_from:
        raise Invalid({"valid_from": _("启用日期应晚于现有版本的启用日期")})
    codes = [t.code for t in terms]
    if not terms:
        raise Invalid({"terms": _("代码表不能为空")})
    if any(not t.code or not t.label_zh for t in terms):
        raise Invalid({"terms": _("每一行都要有代码和名称")})
    for values, what in ((codes, _("代码")), ([t.label_zh for t in terms], _("名称"))):
        twice = {value for value in values if values.count(value) > 1}
        if twice:
            raise Invalid({"terms": _("%(what)s重复：%(which)s") % {"what": what, "which": "、".join(sorted(twice))}})
