"""Codes of administrative areas: 12 digits, of which the leading 2, 4, 6, 9 or 12 name a level."""

from __future__ import annotations

from bangfu.core.values.reading import MISSING, Reading
from bangfu.core.values.text import is_blank, squeeze

LEVELS = (("province", 2), ("city", 4), ("county", 6), ("township", 9), ("village", 12))
"""Levels from the top, with the number of digits that name them."""


class NotAnArea(ValueError):
    """The text is no area code."""


def read_area_code(text: str) -> Reading:
    """A code of 2, 4, 6, 9 or 12 digits; repairs spaces, full-width digits and a `.0`. Problem: not_area."""
    shown = squeeze(text)
    if is_blank(shown):
        return MISSING
    code = shown[:-2] if shown.endswith(".0") else shown
    if not (code.isascii() and code.isdigit() and len(code) in {2, 4, 6, 9, 12}):
        return Reading(None, "", "not_area")
    return Reading(code, "" if code == text else "area_repaired")


def prefix(code: str) -> str:
    """The digits that mean something: `341225100000` → `341225100`. Raises NotAnArea."""
    if not (code.isascii() and code.isdigit()):
        raise NotAnArea(f"an area code has digits only: {code!r}")
    lengths = [length for _, length in LEVELS]
    if len(code) not in lengths:
        raise NotAnArea(f"an area code has 2, 4, 6, 9 or 12 digits: {code!r}")
    for length in lengths:
        if length >= len(code) or not code[length:].strip("0"):
            return code[:length]
    return code


def level(code: str) -> str:
    """`province`, `city`, `county`, `township` or `village`. Raises NotAnArea."""
    return {length: name for name, length in LEVELS}[len(prefix(code))]


def parent(code: str) -> str | None:
    """The prefix of the area above, None for a province. Raises NotAnArea."""
    own = len(prefix(code))
    shorter = [length for _, length in LEVELS if length < own]
    return code[: shorter[-1]] if shorter else None


def county(code: str) -> str:
    """The six digits of the county."""
    return code[:6]


def township(code: str) -> str:
    """The nine digits of the township."""
    return code[:9]


def village(code: str) -> str:
    """The twelve digits of the village."""
    return code[:12]


def within(code: str, area: str) -> bool:
    """True where `code` is the area `area` or lies in it; the empty area holds everything."""
    return not area or code.startswith(prefix(area))
