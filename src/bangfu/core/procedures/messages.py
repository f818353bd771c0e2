"""What is said when something may not be done: in both languages, with what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bangfu.core.rulebook.model import Label


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done. `code` is stable for programs; `missing` are ids of what is not there."""

    code: str
    text: Label
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.text.zh} / {self.text.en}"


def refusal(code: str, zh: str, en: str, missing: Iterable[str] = ()) -> Refusal:
    """One reason."""
    return Refusal(code, Label(zh, en), tuple(missing))


def joined(found: Iterable[Refusal]) -> Refusal | None:
    """All reasons as one, so that nobody meets them one after the other; None where there are none."""
    reasons = list(dict.fromkeys(found))
    if len(reasons) < 2:
        return reasons[0] if reasons else None
    zh = "；".join(reason.text.zh for reason in reasons)
    en = "; ".join(reason.text.en for reason in reasons)
    return Refusal(reasons[0].code, Label(zh, en), tuple(name for reason in reasons for name in reason.missing))


def listed(labels: Iterable[Label]) -> tuple[str, str]:
    """Names in a row, Chinese and English."""
    found = list(labels)
    return "、".join(label.get("zh") for label in found), ", ".join(label.get("en") for label in found)
