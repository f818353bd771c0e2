"""What no public notice holds: an ID, a phone, an account, a household's number, also where they are written apart."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

_BETWEEN = re.compile(r"(?<=\d)[\s\-—–‐_·]{1,3}(?=[\dXx])")
_LONG = re.compile(r"\d{11,}")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[\s\-—–‐]{0,2}\d{7,8}(?!\d)")
_ACCOUNT = re.compile(r"(?:账号|卡号|帐号|身份证|电话|手机)[^。；\n]{0,8}?\d{6,}")


def forbidden(text: str) -> str:
    """What must not be public in a text, in words; empty where nothing is."""
    plain = unicodedata.normalize("NFKC", text)
    joined = _BETWEEN.sub("", plain)
    if found := _LONG.search(joined):
        return _("公示内容中有不得公开的号码（%s 位数字），没有印出") % len(found[0])
    if _LANDLINE.search(plain) or _ACCOUNT.search(plain):
        return _("公示内容中有电话、账号或证件号码，没有印出")
    return ""
