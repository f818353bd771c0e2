"""Text as people and spreadsheets write it: full-width forms, stray spaces, invisible characters."""

from __future__ import annotations

import re

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_INVISIBLE = dict.fromkeys([0x00AD, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF])
_SPACES = re.compile(r"\s+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))
_DOTS = str.maketrans(dict.fromkeys("•‧・･．.⋅∙●", "·"))

BLANKS = frozenset(
    {
        "",
        "/",
        "//",
        "\\",
        "-",
        "--",
        "---",
        "null",
        "none",
        "nan",
        "n/a",
        "#n/a",
        "#null!",
        "空",
        "(空)",
        "<na>",
    }
)
"""Normalised texts that say nothing was written."""
_LONGEST_BLANK = max(map(len, BLANKS))


def half_width(text: str) -> str:
    """Full-width letters, digits, punctuation and spaces as half-width ones."""
    return text if text.isascii() else text.translate(_FULL_WIDTH)


def tidy(text: str) -> str:
    """Without invisible characters and without spaces of any width at either end."""
    if text.isprintable() and text[:1] != " " and text[-1:] != " ":
        return text
    return text.translate(_INVISIBLE).strip()


def squeeze(text: str) -> str:
    """Half-width, without invisible characters and without any space or line break."""
    if text.isascii():
        return text if text.isprintable() and " " not in text else _SPACES.sub("", text)
    return _SPACES.sub("", half_width(text).translate(_INVISIBLE))


def is_blank(text: str) -> bool:
    """True where the text says that nothing was written: empty, `/`, `-`, `—`, `null` …"""
    if text in BLANKS:
        return True
    if text.isprintable() and " " not in text and (len(text) > _LONGEST_BLANK or text.isdigit()):
        return False
    return squeeze(text).translate(_DASHES).casefold() in BLANKS


def label_key(text: str) -> str:
    """The form in which labels and headers are compared.

    No spaces, half-width, lower case, one kind of dash.
    """
    return squeeze(text).translate(_DASHES).casefold()


def mask(text: str) -> str:
    """A personal value with its middle starred out: `3412**********1234`, `张*`, never the whole of it."""
    shown = tidy(text)
    if len(shown) >= 15:
        return shown[:4] + "*" * (len(shown) - 8) + shown[-4:]
    if len(shown) >= 7:
        return shown[:2] + "*" * (len(shown) - 4) + shown[-2:]
    return shown[:1] + "*" * (len(shown) - 1) if len(shown) > 1 else "*" * len(shown)


def name_key(text: str) -> str:
    """The form in which names are compared: no spaces, one kind of dot, lower case."""
    return squeeze(text).translate(_DOTS).casefold()


_NAME = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff〇]+(?:·[㐀-鿿豈-﫿\U00020000-\U0003ffff〇]+)*")


def name_problem(text: str) -> bool | None:
    """True where a name holds digits, spaces or other odd characters; None where there is no name.

    Spaces at the ends and another dot for `·` have one right answer and are no problem; a space inside
    a name is one, since it is what other systems fail to match on. A name in Latin letters (a foreign
    spouse) may hold spaces.
    """
    shown = tidy(text)
    if is_blank(shown):
        return None
    shown = shown.translate(_DOTS)
    if _NAME.fullmatch(shown):
        return False
    return not re.fullmatch(r"[A-Za-z]+(?:[ '·-][A-Za-z]+)*", shown)
