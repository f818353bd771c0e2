"""Every write on a draft of a visit: begun, saved section by section, photos, thrown away. Handing in: submitting.py."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import visits as v
from bangfu.office.accounts.api import Actor, User, actor_of
from bangfu.office.audit import api as audit
from bangfu.office.fieldwork import asking, contents, events
from bangfu.office.fieldwork.contents import Content
from bangfu.office.fieldwork.models import DRAFT, Visit
from bangfu.office.fieldwork.queries import MAKE
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.registry import api as registry

CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}\Z")
MOST_MET, MOST_PHOTOS = 12, 60


@dataclass(frozen=True)
class About:
    """When, where, with whom, and who was met. `companions` are account names; `met` as in a content."""

    visited_on: date
    time: str = ""
    place: str = ""
    gps: tuple[float, ...] = ()
    companions: tuple[str, ...] = ()
    met: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Answered:
    """Answers of one section: None takes an answer back. `voices` by key, then by place in `met`."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    voices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def subject(visit: Visit) -> audit.Subject:
    """A visit in the log."""
    return audit.Subject("visit", visit.number or visit.client_id, visit.area_code)


@transaction.atomic
def begin(
    *, actor: Actor, household: str, form: str, client_id: str = "", visited_on: date | None = None, amends: int | None = None
) -> Visit:  # fmt: skip
    """A draft; the one that the actor already has for this household and form, if there is one.

    Raises Refused, OutOfReach, Invalid.
    """
    home = registry.household(actor, household, MAKE)
    if home.closed_on is not None:
        raise Invalid(_("本户已销户，不能记录入户"))
    now = timezone.now()
    day = visited_on or timezone.localdate()
    chosen = asking.forms(day).get(form)
    if chosen is None:
        raise Invalid({"form": _("请选择入户表")})
    former = _former(home, amends) if amends else None
    if not client_id and former is None:
        mine = Visit.objects.filter(household=home, form=form, status=DRAFT, made_by=actor.key, amends=None).first()
        if mine is not None:
            return mine
    if client_id and not CLIENT_ID.match(client_id):
        raise Invalid({"client_id": _("客户端标识应为 8 至 64 位字母、数字或连字符")})
    visit = Visit(
        client_id=client_id or str(uuid4()), household=home, definition=asking.stored(chosen), form=form,
        area_code=home.area_code, visited_on=day, made_by=actor.key, made_name=actor.name, begun_at=now, saved_at=now,
        amends=former,
    )  # fmt: skip
    content = Content()
    if former is not None:
        earlier = asking.content_of(former)
        if earlier is not None:
            content = Content(
                earlier.time, earlier.place, [], earlier.met, earlier.answers, earlier.voices, earlier.photos
            )
        visit.visited_on, visit.companions = former.visited_on, former.companions
    contents.seal(visit, content)
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError:
        raise Invalid({"client_id": _("这份记录已经收到过")}) from None
    audit.record(actor, events.BEGUN, subject(visit), after={"form": form, "household": home.number})
    return visit


def _former(home: registry.Household, pk: int) -> Visit:
    found = Visit.objects.select_related("household__key").filter(pk=pk, household=home).exclude(status=DRAFT).first()
    if found is None:
        raise Invalid({"amends": _("没有要更正的那次入户记录")})
    if found.later.exclude(status=DRAFT).exists():
        raise Invalid({"amends": _("那次入户记录已被更正，请更正最近的一次")})
    return found


def locked(actor: Actor, pk: int) -> Visit:
    """One's own draft, locked. Raises OutOfReach, Refused, Invalid where it was handed in."""
    rows = Visit.objects.select_for_update(of=("self",)).select_related("household__key", "definition", "amends")
    found = rows.filter(pk=pk).first()
    if found is None or found.made_by != actor.key:
        raise OutOfReach(MAKE, found.area_code if found else "")
    actor.require(MAKE, found.area_code)
    if found.status != DRAFT:
        raise Invalid(_("这次入户记录已提交，不能再改；要更正请另作一次记录，写明更正哪一次"))
    return found


@transaction.atomic
def save(*, actor: Actor, visit: int, about: About | None = None, answered: Answered | None = None) -> Visit:
    """Write what was filled in into the draft. What is not named stays. Raises Refused, OutOfReach, Invalid."""
    row = locked(actor, visit)
    content = contents.opened(row)
    if about is not None:
        _about(actor, row, content, about)
    if answered is not None:
        _answers(row, content, answered)
    return _kept(actor, row, content)


def _kept(actor: Actor, row: Visit, content: Content) -> Visit:
    contents.seal(row, content)
    row.version += 1
    row.saved_at = timezone.now()
    row.save()
    audit.record(actor, events.SAVED, subject(row), after={"version": row.version, "answers": len(content.answers)})
    return row


def _about(actor: Actor, row: Visit, content: Content, about: About) -> None:
    if about.visited_on > timezone.localdate():
        raise Invalid({"visited_on": _("入户日期不能晚于今天")})
    if not asking.form_of(row).in_force(about.visited_on):
        raise Invalid({"visited_on": _("这一天还没有这份入户表")})
    if len(about.met) > MOST_MET:
        raise Invalid({"met": _("最多记 %s 人") % MOST_MET})
    row.visited_on = about.visited_on
    row.companions = companions_of(actor, row.area_code, about.companions)
    content.time, content.place = about.time[:5], checked(about.place, "place", needed=False, most=60)
    content.gps = _gps(about.gps)
    content.met = [_met(row, one) for one in about.met]


def companions_of(actor: Actor, area_code: str, names: tuple[str, ...]) -> list[str]:
    """Keys of colleagues by their accounts: people who work in this area, and not the one who writes. Raises Invalid."""
    users = {user.username: user for user in User.objects.filter(username__in=names, is_active=True)}
    unknown = [name for name in names if name not in users]
    if unknown:
        raise Invalid({"companions": _("没有这个账户：%s") % "、".join(unknown)})
    on, found = timezone.localdate(), []
    for name in dict.fromkeys(names):
        user = users[name]
        if user.key == actor.key:
            raise Invalid({"companions": _("同行人是您以外的人")})
        if not actor_of(user, on).may("registry.view", area_code):
            raise Invalid({"companions": _("%s 在本村没有任职，不能作为同行人") % user.full_name})
        found.append(user.key)
    return found


def _gps(given: tuple[float, ...]) -> list[float]:
    if not given:
        return []
    latitude, longitude, *more = given
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Invalid({"gps": _("位置不正确")})
    return [round(latitude, 5), round(longitude, 5), *(round(one) for one in more[:1])]


def _met(row: Visit, one: Mapping[str, str]) -> dict[str, str]:
    number = one.get("person", "")
    if number and not registry.Person.objects.filter(number=number, household=row.household).exists():
        raise Invalid({"met": _("见到的人不在本户，请写姓名和关系")})
    name = checked(one.get("name", ""), "met", needed=not number, most=30)
    relation = checked(one.get("relation", ""), "met", needed=False, most=30)
    return {
        "person": number, "name": "" if number else name, "relation": "" if number else relation,
        "said": checked(one.get("said", ""), "said", needed=False, most=200),
    }  # fmt: skip


def _answers(row: Visit, content: Content, answered: Answered) -> None:
    form, errors = asking.form_of(row), {}
    codes = registry.rulebook().codes
    numbers = set(registry.Person.objects.filter(household=row.household).values_list("number", flat=True))
    for key, given in answered.answers.items():
        item = _item(form, key, numbers)
        if item is None or item.answer == "photo":
            errors[key] = _("入户表没有这一项")
            continue
        try:
            value = _value(item, key, given)
        except Invalid as error:
            errors.update(error.errors)
            continue
        if value is None:
            content.answers.pop(key, None)
        else:
            content.answers[key] = value
    for key, said in answered.voices.items():
        item = _item(form, key, numbers)
        if item is None or not item.each:
            errors[key] = _("这一项不逐人询问")
            continue
        words = v.words_of(item, codes)
        content.voices[key] = {
            place: word for place, word in said.items() if word in words and place.isdigit() and int(place) < MOST_MET
        }
    if errors:
        raise Invalid(errors)


def _value(item: v.Item, key: str, value: Any) -> Any:
    """A value that may be kept. Raises Invalid for the key."""
    wrong = v.problem_of(item, value, registry.rulebook().codes)
    if wrong is not None:
        raise Invalid({key: wrong.get(reader_language())})
    return checked(str(value), key) if item.answer == "text" and value not in (None, v.UNCLEAR) else value


def _item(form: v.VisitForm, key: str, numbers: set[str]) -> v.Item | None:
    name, person = v.split_key(key)
    item = form.item(name)
    return item if item is not None and (person in numbers if item.of == "person" else not person) else None


@transaction.atomic
def add_photo(*, actor: Actor, visit: int, key: str, file: UploadedFile) -> Visit:
    """A picture for an item, kept in the household's file at once. Raises Refused, OutOfReach, Invalid."""
    row = locked(actor, visit)
    content, form = contents.opened(row), asking.form_of(row)
    numbers = set(registry.Person.objects.filter(household=row.household).values_list("number", flat=True))
    item = _item(form, key, numbers)
    if item is None:
        raise Invalid({key: _("入户表没有这一项")})
    if sum(map(len, content.photos.values())) >= MOST_PHOTOS:
        raise Invalid({key: _("一次入户最多 %s 张照片") % MOST_PHOTOS})
    held = _in_the_file(row, file)
    if held is None:
        held = _stored(actor, row, item, key, file)
    if held not in content.photos.get(key, []):  # a page that is sent twice has its picture once
        content.photos.setdefault(key, []).append(held)
    return _kept(actor, row, content)


def _in_the_file(row: Visit, file: UploadedFile) -> int | None:
    """The document that these very bytes are already, in this household's file."""
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    rows = registry.Document.objects.filter(household=row.household, sha256=digest, withdrawn_at=None)
    return rows.values_list("pk", flat=True).first()


def _stored(actor: Actor, row: Visit, item: v.Item, key: str, file: UploadedFile) -> int:
    house = item.answer == "photo" or "house" in item.id or "roof" in item.id
    kind = "house_photo" if house else "visit_photo"
    if item.answer == "money":
        kind = "other"  # bills and receipts: opened for a purpose only
    try:
        stored = registry.add_document(
            actor=actor, household=row.household, kind=kind,
            title=f"{item.ask.zh[:30]} {row.visited_on}", file=file, dated=row.visited_on,
        )  # fmt: skip
    except Invalid as error:
        raise Invalid({key: str(error)}) from None
    return int(stored.pk)


@transaction.atomic
def drop_photo(*, actor: Actor, visit: int, document: int) -> Visit:
    """Take a picture out of the draft and out of the file again. Raises Refused, OutOfReach, Invalid."""
    row = locked(actor, visit)
    content = contents.opened(row)
    held = [key for key, documents in content.photos.items() if document in documents]
    if not held:
        raise Invalid(_("草稿中没有这张照片"))
    content.photos[held[0]].remove(document)
    _withdraw(actor, [document])
    return _kept(actor, row, content)


def _withdraw(actor: Actor, documents: list[int]) -> None:
    own = registry.Document.objects.select_related("household").filter(pk__in=documents, withdrawn_at=None)
    for one in own.filter(added_by=actor.key):
        registry.withdraw_document(actor=actor, document=one, reason=_("入户记录草稿中删去"))


@transaction.atomic
def discard(*, actor: Actor, visit: int) -> None:
    """Throw a draft away, with its photos. Raises Refused, OutOfReach, Invalid."""
    row = locked(actor, visit)
    former = asking.content_of(row.amends) if row.amends is not None else None
    kept = {one for documents in (former.photos if former else {}).values() for one in documents}
    content = contents.opened(row)
    _withdraw(actor, [one for documents in content.photos.values() for one in documents if one not in kept])
    audit.record(actor, events.DISCARDED, subject(row), before={"form": row.form, "answers": len(content.answers)})
    row.delete()
