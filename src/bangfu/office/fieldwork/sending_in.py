"""A whole visit at once, as a client without a signal sends it when it has one: JSON and photos, taken in once only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.fieldwork import actions
from bangfu.office.fieldwork.actions import About, Answered
from bangfu.office.fieldwork.models import DRAFT, Visit
from bangfu.office.fieldwork.submitting import submit
from bangfu.office.pages.refusals import Conflict, Invalid, OutOfReach

LARGEST = 400_000
"""Characters of one visit."""
KEYS = frozenset(
    {"client_id", "household", "form", "visited_on", "time", "place", "gps", "companions", "met", "answers", "voices",
     "definition", "submit"}
)  # fmt: skip


@dataclass(frozen=True)
class Received:
    """What became of what was sent: the visit, whether it had come before, and what it still lacks (it is a draft then)."""

    visit: Visit
    again: bool
    problems: Mapping[str, str]


def take_in(*, actor: Actor, text: str, photos: Mapping[str, list[UploadedFile]]) -> Received:
    """Take in what a client sent; once it was handed in, the same `client_id` is answered as the first time and writes nothing.

    A visit that lacks something is kept as a draft, so that nothing is lost, and says what it lacks; sent again with it, it
    is handed in. Raises Refused, OutOfReach, Invalid for what cannot be read, and Conflict where the key was used for another
    visit.
    """
    sent = _read(text)
    held = Visit.objects.select_related("household__key").filter(client_id=str(sent["client_id"])).first()
    visit = _again(actor, held, sent) if held is not None else None
    if visit is None:
        try:
            visit = _begun(actor, sent, photos)
        except Invalid as error:
            # the same key came in meanwhile, by a client that did not wait for its answer
            if "client_id" in error.errors and Visit.objects.filter(client_id=str(sent["client_id"])).exists():
                return take_in(actor=actor, text=text, photos=photos)
            raise
    elif visit.status == DRAFT:
        visit = _filled(actor, visit, sent, photos)
    if visit.status != DRAFT or sent.get("submit", True) is False:
        return Received(visit, held is not None, {})
    try:
        return Received(submit(actor=actor, visit=visit.pk), held is not None, {})
    except Invalid as error:
        return Received(visit, held is not None, error.errors)


def _again(actor: Actor, held: Visit, sent: Mapping[str, Any]) -> Visit:
    """The visit that came before under this key. Raises OutOfReach, Conflict."""
    if held.made_by != actor.key:
        raise OutOfReach(actions.MAKE, held.area_code)
    if (held.household.number, held.form) != (str(sent["household"]), str(sent["form"])):
        raise Conflict({"client_id": (held.household.number, sent["household"])})
    return held


@transaction.atomic
def _begun(actor: Actor, sent: Mapping[str, Any], photos: Mapping[str, list[UploadedFile]]) -> Visit:
    visit = actions.begin(
        actor=actor, household=str(sent["household"]), form=str(sent["form"]), client_id=str(sent["client_id"]),
        visited_on=_day(sent),
    )  # fmt: skip
    return _filled(actor, visit, sent, photos)


@transaction.atomic
def _filled(actor: Actor, visit: Visit, sent: Mapping[str, Any], photos: Mapping[str, list[UploadedFile]]) -> Visit:
    """What was sent, in the draft; sent again it is the same draft."""
    if sent.get("definition") not in (None, "", visit.definition_id):
        raise Invalid({"definition": _("入户表已有新版本，请更新后重填变化的项目")})
    about = About(
        _day(sent), str(sent.get("time", "")), str(sent.get("place", "")), _gps(sent.get("gps")),
        tuple(map(str, sent.get("companions") or ())), tuple(_met(one) for one in sent.get("met") or ()),
    )  # fmt: skip
    answered = Answered(_mapping(sent, "answers"), {k: _texts(one) for k, one in _mapping(sent, "voices").items()})
    actions.save(actor=actor, visit=visit.pk, about=about, answered=answered)
    for key, files in photos.items():
        for file in files:
            actions.add_photo(actor=actor, visit=visit.pk, key=key, file=file)
    return visit


def _read(text: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise Invalid(_("内容过大"))
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid(_("不是有效的 JSON")) from None
    if not isinstance(sent, dict):
        raise Invalid(_("应为一次入户记录的 JSON 对象"))
    unknown = sorted(set(sent) - KEYS)
    if unknown:
        raise Invalid({unknown[0]: _("没有这一键")})
    missing = [key for key in ("client_id", "household", "form", "visited_on") if not isinstance(sent.get(key), str)]
    if missing:
        raise Invalid({missing[0]: _("缺少这一键，应为文字")})
    return sent


def _day(sent: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(sent["visited_on"])
    except ValueError:
        raise Invalid({"visited_on": _("应为日期，如 2026-10-31")}) from None


def _gps(value: Any) -> tuple[float, ...]:
    if value in (None, []):
        return ()
    good = isinstance(value, list) and 2 <= len(value) <= 3 and all(isinstance(n, int | float) for n in value)
    if not good:
        raise Invalid({"gps": _("应为 [纬度, 经度] 或 [纬度, 经度, 误差米]")})
    return tuple(float(n) for n in value)


def _mapping(sent: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = sent.get(key) or {}
    if not isinstance(value, dict):
        raise Invalid({key: _("应为键和值")})
    return value


def _texts(value: Any) -> dict[str, str]:
    return {str(k): str(one) for k, one in value.items()} if isinstance(value, dict) else {}


def _met(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Invalid({"met": _("应为键和值")})
    return _texts(value)
