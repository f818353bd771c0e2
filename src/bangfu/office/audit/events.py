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


SORTS = {
    "write": ("变更", "changes"),
    "read": ("查看", "reads"),
    "refusal": ("拒绝", "refusals"),
    "system": ("系统", "system"),
}
"""The sorts of events, as they read."""
SEEN = declare("audit.seen", "在审计记录中查看个人信息", "personal data seen in the log", "read")
EXPORTED = declare("audit.exported", "导出审计记录", "log exported", "read")
VERIFICATION_STARTED = declare("audit.verification", "校验审计日志", "verification of the log started", "system")
