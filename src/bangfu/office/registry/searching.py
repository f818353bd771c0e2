"""How a typed text is understood, and the conditions that use an index for it."""

from __future__ import annotations

import re

from django.db.models import Q

ID_FORM = re.compile(r"\d{15}|\d{17}[\dXx](\d{2}(B\d)?)?", re.IGNORECASE)
PHONE_FORM = re.compile(r"1[3-9]\d{9}|0\d{9,11}")
_DIGITS = re.compile(r"\d{4,}")
_LETTERS = re.compile(r"[a-z]+", re.IGNORECASE)
NUMBER_DIGITS = (16, 18)
"""Digits of household and person numbers, which have the length of an ID number."""


def kinds_of(typed: str) -> list[str]:
    """What a text can be, likeliest first: id, phone, number, pinyin, name."""
    found = []
    if ID_FORM.fullmatch(typed):
        found.append("id")
    if PHONE_FORM.fullmatch(typed):
        found.append("phone")
    if _DIGITS.fullmatch(typed):
        found.append("number")
    if _LETTERS.fullmatch(typed):
        found.append("pinyin")
    if not found:
        found.append("name")
    return found


def looks_personal(typed: str) -> bool:
    """True where the text may be an ID number or a telephone number and so does not belong into an address."""
    return kinds_of(typed)[0] in ("id", "phone")


def prefix(field: str, text: str) -> Q:
    """Texts that begin so. A range uses the index on both databases, LIKE does not on SQLite."""
    return Q(**{f"{field}__gte": text, f"{field}__lt": text[:-1] + chr(ord(text[-1]) + 1)})
