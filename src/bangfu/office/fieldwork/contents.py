"""What a visit holds, as it is kept: JSON sealed under the household's key.

about     date, time and place; `gps`: [latitude, longitude, metres] where the visitor gave it
met       who was talked to: {person, name, relation, said}; `person` is "" for somebody who is no member
answers   by key (`item`, `item@person`): the visitor's own answer
voices    by key: answers of those who were met, by their place in `met` as text
photos    by key: documents of the household's file
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from bangfu.core.api import visits as v
from bangfu.office.fieldwork.models import Visit
from bangfu.office.privacy.api import Erased, SealBroken

LABEL = "visit"


class Changed(ValueError):
    """The bytes of a record are not those that were handed in."""


@dataclass
class Content:
    """See the head of this module."""

    time: str = ""
    place: str = ""
    gps: list[float] = field(default_factory=list)
    met: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    voices: dict[str, dict[str, str]] = field(default_factory=dict)
    photos: dict[str, list[int]] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    """What is added when it is handed in: numbers, form, visitors, members, what the registry knew."""
    cut: list[str] = field(default_factory=list)
    """Numbers of persons whose part was erased since."""


def text_of(content: Content) -> str:
    """The bytes that are sealed and hashed."""
    return json.dumps(asdict(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal(visit: Visit, content: Content) -> str:
    """Put a content into a visit that is not yet saved; returns its sha256."""
    text = text_of(content)
    visit.content = visit.household.key.seal(LABEL, text)
    return hashlib.sha256(text.encode()).hexdigest()


def opened(visit: Visit) -> Content:
    """What a visit holds. Raises Erased, SealBroken, Changed (handed in, and other bytes than then)."""
    if visit.content is None:
        if visit.sha256:
            raise Erased(visit.number)
        return Content()
    text = visit.household.key.unseal(LABEL, bytes(visit.content)) or "{}"
    found = Content(**json.loads(text))
    if visit.sha256 and not found.cut and hashlib.sha256(text.encode()).hexdigest() != visit.sha256:
        raise Changed(visit.number)
    return found


def cut_person(visit: Visit, number: str) -> None:
    """Take one person's answers and words out of a record; the hash stays that of what was handed in."""
    try:
        content = opened(visit)
    except (Erased, SealBroken, Changed):
        return
    for held in (content.answers, content.voices, content.photos):
        for key in [key for key in held if v.split_key(key)[1] == number]:
            del held[key]
    for place, one in enumerate(content.met):
        if one.get("person") == number:
            content.met[place] = {"person": "", "name": "", "relation": "", "said": ""}
            for said in content.voices.values():
                said.pop(str(place), None)
    known = content.about.get("known", {})
    for key in [key for key in known if v.split_key(key)[1] == number]:
        del known[key]
    content.about["members"] = [m for m in content.about.get("members", []) if m.get("number") != number]
    content.cut.append(number)
    seal(visit, content)
    visit.save(update_fields=["content"])
