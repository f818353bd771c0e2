"""Telephone numbers of households."""

from __future__ import annotations

import re
from typing import NamedTuple

from bangfu.core.values.text import is_blank, squeeze

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}\d{7,8}")
_COUNTRY = re.compile(r"(?:\+|00)?86(?=1\d{10}$)")


class PhoneReading(NamedTuple):
    """`number` has digits only.

    `problem` is ok, missing, placeholder, landline, several, scientific or malformed.
    """

    number: str | None
    repairs: tuple[str, ...]
    problem: str


def read_phone(raw: str | None) -> PhoneReading:
    """Read a phone; repairs a `.0`, spaces, dashes, full-width digits and a leading +86."""
    if raw is None or is_blank(raw) or squeeze(raw) == "无":
        return PhoneReading(None, (), "missing")
    shown = squeeze(raw)
    repairs = ["spacing"] if shown != raw else []
    if re.fullmatch(r"\d+\.0+", shown):
        shown, repairs = shown.partition(".")[0], [*repairs, "float"]
    if re.search(r"\de\+?\d", shown, re.IGNORECASE):
        return PhoneReading(None, (), "scientific")
    if len(re.findall(r"1[3-9]\d{9}", shown)) > 1:
        return PhoneReading(None, (), "several")
    plain = shown.replace("-", "").replace("(", "").replace(")", "")
    plain = _COUNTRY.sub("", plain)
    if plain != shown:
        repairs.append("punctuation")
    if _MOBILE.fullmatch(plain):
        problem = "placeholder" if len(set(plain[3:])) == 1 else "ok"
        return PhoneReading(plain, tuple(repairs), problem)
    if plain.isdigit() and len(set(plain)) == 1:
        return PhoneReading(None, (), "placeholder")
    if _LANDLINE.fullmatch(plain):
        return PhoneReading(plain, tuple(repairs), "landline")
    return PhoneReading(None, (), "malformed")
