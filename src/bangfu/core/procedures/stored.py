"""Events as JSON, the way they are kept: read back they are equal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from bangfu.core.procedures.events import EVENTS, Actor, Event, Thing

_KINDS = {event: kind for kind, event in EVENTS.items()}
_COMMON = ("at", "actor", "things")
_TUPLES = ("with_persons", "persons")


class StoredEventError(ValueError):
    """A stored event that cannot be read; the message says what was found, in both languages."""


def event_to_json(event: Event) -> str:
    """One event as a line of JSON; equal events give equal lines."""
    actor = {"key": event.actor.key, "role": event.actor.role, "area": event.actor.area}
    if event.actor.bureau:
        actor["bureau"] = event.actor.bureau
    plain: dict[str, Any] = {"kind": _KINDS[type(event)], "at": event.at.isoformat(), "actor": actor}
    if event.things:
        plain["things"] = [_thing(thing) for thing in event.things]
    for spec in fields(event):
        value = getattr(event, spec.name)
        if spec.name in _COMMON or not value:
            continue
        if spec.name in _TUPLES:
            plain[spec.name] = list(value)
        else:
            plain[spec.name] = dict(sorted(value.items())) if isinstance(value, Mapping) else value
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def event_from_json(text: str) -> Event:
    """The event that a line holds. Raises StoredEventError."""
    try:
        plain = json.loads(text)
        kind = EVENTS[plain.pop("kind")]
        values: dict[str, Any] = {
            "at": datetime.fromisoformat(plain.pop("at")),
            "actor": Actor(**plain.pop("actor")),
            "things": tuple(_read_thing(item) for item in plain.pop("things", [])),
        }
        values |= {key: tuple(value) if key in _TUPLES else value for key, value in plain.items()}
        return kind(**values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        zh, en = "存储的办理记录无法读取", "a stored event that cannot be read"
        raise StoredEventError(f"{zh} / {en} ({type(error).__name__})") from None


def _thing(thing: Thing) -> dict[str, Any]:
    plain: dict[str, Any] = {"id": thing.id, "ref": thing.ref}
    if thing.on is not None:
        plain["on"] = thing.on.isoformat()
    if thing.values:
        plain["values"] = dict(sorted(thing.values.items()))
    return plain


def _read_thing(plain: dict[str, Any]) -> Thing:
    on = plain.get("on")
    values = plain.get("values", {})
    if not all(isinstance(value, str | int | bool) for value in values.values()):
        raise TypeError("a value that is neither text nor number")
    return Thing(plain["id"], plain["ref"], None if on is None else date.fromisoformat(on), values)
