"""What the checker says: one finding for one relation, in both languages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from bangfu.core.figures.text import Text

Verdict = Literal["consistent", "inconsistent", "ambiguous"]
Value = Decimal | int | str | None


@dataclass(frozen=True)
class Finding:
    """A relation that was checked. `start` and `end` are offsets into the text as read, and `quote` is that piece of it;
    `stated` and `computed` are in `unit` (scale included: 万元) where they are numbers."""

    kind: str
    verdict: Verdict
    start: int
    end: int
    quote: str
    stated: Value
    computed: Value
    unit: str
    message_zh: str
    message_en: str
    file: str = ""

    def message(self, lang: str) -> str:
        """The reason in `zh` or `en`."""
        return self.message_en if lang == "en" else self.message_zh

    def in_file(self, name: str) -> Finding:
        """The same finding with the name of its file."""
        return replace(self, file=name)


def found(
    text: Text, kind: str, verdict: Verdict, start: int, end: int, zh: str, en: str,
    stated: Value = None, computed: Value = None, unit: str = "",
) -> Finding:  # fmt: skip
    """A finding about a stretch of the even text."""
    first, last = text.original(start, end)
    return Finding(kind, verdict, first, last, text.raw[first:last], stated, computed, unit, zh, en)


def plain(value: Decimal, places: int | None = None) -> str:
    """A number as people write it, without trailing zeros; rounded half up to `places` where given."""
    if places is not None:
        value = rounded(value, places)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Decimal, places: int) -> Decimal:
    """Rounded half up to so many decimal places."""
    from decimal import ROUND_HALF_UP

    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def truncated(value: Decimal, places: int) -> Decimal:
    """Cut off after so many decimal places."""
    from decimal import ROUND_DOWN

    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)


def tidy(value: Decimal | int) -> Decimal | int:
    """A whole number as an integer."""
    return int(value) if value == int(value) else value
