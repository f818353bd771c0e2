"""Words that officials write beside what they do: kept in the log, so no personal number may stand in them."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from bangfu.office.pages.refusals import Invalid

LONGEST = 200
_NUMBERS = re.compile(r"(?<![0-9A-Za-z])1\d{10}(?!\d)|\d{17}[\dXx]|(?<!\d)\d{15}(?!\d)|\d{17,}")
"""A mobile number, a resident ID of 15 or 18, an account. A household's or person's number has 16 or 18 digits."""


def problem_of(text: str, *, needed: bool = True, most: int = LONGEST) -> str:
    """What is wrong with a text, in words; empty where nothing is."""
    if needed and not text.strip():
        return _("请写明理由")
    if len(text) > most:
        return _("最多 %s 字") % most
    if _NUMBERS.search(text):
        return _("请不要在文字中写证件号码、电话或账号")
    return ""


def checked(text: str, name: str, *, needed: bool = True, most: int = LONGEST) -> str:
    """The text with its spaces put right. Raises Invalid for the field `name`."""
    text = " ".join(text.split())
    if found := problem_of(text, needed=needed, most=most):
        raise Invalid({name: found})
    return text
