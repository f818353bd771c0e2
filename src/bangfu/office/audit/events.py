"""The kinds of events. Each app declares its own; an event that nobody declared cannot be recorded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EventKind:
    """One kind: a stable code, how it reads, and whether it is a write, a read or a refusal."""

    code: str
    label_zh: str
    label_en: str
    sort: str = "write"

    def label(self, language: str) -> str:
        """The kind in a language, `zh…` or another."""
        return self.label_zh if language.startswith("zh") else self.label_en


KINDS: dict[str, EventKind] = {}


def declare(code: str, label_zh: str, label_en: str, sort: str = "write") -> EventKind:
    """Make a kind known; declaring a code twice is a mistake."""
    if code in KINDS:
        raise ValueError(f"event kind {code} is declared twice")
    if sort not in ("write", "read", "refusal", "system"):
        raise ValueError(f"no sort of events: {sort}")
    KINDS[code] = kind = EventKind(code, label_zh, label_en, sort)
    return kind
