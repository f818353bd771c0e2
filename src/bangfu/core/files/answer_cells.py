"""What people write into the answer cells of a list, as values: a word of a list, a day."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 36526, 73050
"""Excel's day numbers from 2000-01-01 to 2099-12-31; other numbers are not taken for days."""


def cell_text(value: Any) -> str:
    """The cell as text: half-width, trimmed; a whole number without its `.0`; nothing is ""."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def choice(value: Any, allowed: tuple[str, ...]) -> str | None:
    """The word of the list that was written, "" where nothing was, None where it is another word."""
    text = re.sub(r"\s+", "", cell_text(value))
    return text if text in allowed or not text else None


def day_of(value: Any) -> date | None:
    """The day that was written, or None where there is none or it cannot be told for certain.

    Excel dates, their serial numbers, 2024-9-3, 2024/9/3, 2024.9.3, 2024年9月3日 and 20240903 are read; a day
    without a year is not.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = cell_text(value)
    if text.isdecimal() and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        return _EPOCH + timedelta(days=int(text))
    match = _DAY.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def number_like(text: str) -> bool:
    """Whether a name cell holds a number of a person or a phone."""
    return re.search(r"\d{7,}", text) is not None
