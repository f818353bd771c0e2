"""What a change holds: its content and the values it found, plain in columns and personal under the subject's key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bangfu.office.changes.models import Change
from bangfu.office.privacy.api import SubjectKey, blind_index
from bangfu.office.registry import api as registry

Values = dict[str, Any]


@dataclass(frozen=True)
class Content:
    """`values` are facts of `table`'s subject; `persons` the facts of new persons; `options` relations, reasons, keys."""

    table: str = "households"
    values: Values = field(default_factory=dict)
    persons: tuple[Values, ...] = ()
    options: Values = field(default_factory=dict)
    base: Values = field(default_factory=dict)


def store(change: Change, content: Content, key: SubjectKey) -> None:
    """Write a content into a change that is not yet saved."""
    known = registry.catalogue()
    plain, secret = registry.split(known, content.table, content.values)
    base, secret_base = registry.split(known, content.table, content.base)
    hidden = {"values": secret, "base": secret_base, "persons": list(content.persons)}
    hidden = {name: part for name, part in hidden.items() if part}
    change.content = {"table": content.table, "values": plain, "options": content.options}
    change.base = base
    change.key = key
    change.sealed = key.seal("change", registry.pack(hidden))


def read(change: Change) -> Content:
    """The content again; the change's key must be loaded. Raises Erased."""
    hidden = registry.unpack(change.key.unseal("change", change.sealed))
    plain = change.content
    return Content(
        plain.get("table", "households"),
        {**plain.get("values", {}), **hidden.get("values", {})},
        tuple(hidden.get("persons", ())),
        dict(plain.get("options", {})),
        {**change.base, **hidden.get("base", {})},
    )


def digest(name: str, value: Any) -> str:
    """A short mark of a value, by which a form tells whether it changed; keyed, so that it gives nothing away."""
    text = json.dumps([name, value], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(blind_index("seen", text)).hexdigest()[:16]


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    """Marks of the values that a form shows."""
    return {name: digest(name, value) for name, value in values.items()}


def conflicts(now: Mapping[str, Any], base: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields of `mine` that someone else changed since `base` to something else: {field: (theirs, mine)}."""
    return {
        name: (now.get(name), value)
        for name, value in mine.items()
        if name in base and now.get(name) != base[name] and now.get(name) != value
    }
