"""What can be made out of a number that identifies nobody: which of its eighteen places are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bangfu.core.matching.edits import UNKNOWN
from bangfu.core.matching.numbers import NO_NUMBER, WEIGHTS, birth_days, pack_digits, real_dates
from bangfu.core.values.id_number import cleaned_number

PLACES = 18
_READ_WRONG = str.maketrans({"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "|": "1", "B": "8", "S": "5", "Z": "2"})
_SCIENTIFIC = re.compile(r"([0-9])(?:\.([0-9]+))?E\+?([0-9]+)")
_LONG_FLOAT = re.compile(r"([0-9]{18})\.0+")


def readable(text: str | None) -> str:
    """The text of a number without repairs that nobody would question: width, case, spaces, letters for digits."""
    if not text:
        return ""
    shown = cleaned_number(text)
    return shown if _SCIENTIFIC.fullmatch(shown) else shown.translate(_READ_WRONG)


def character_matrix(texts: Sequence[str], width: int) -> Any:
    """Texts of one width as a matrix of uint8: digits, 10 for X, UNKNOWN for anything else."""
    import numpy as np

    codes = np.array([list(map(ord, text)) for text in texts], np.uint32).reshape(len(texts), width)
    found = np.full(codes.shape, UNKNOWN, np.uint8)
    digit = (codes >= 48) & (codes < 58)
    found[digit] = codes[digit] - 48
    found[codes == ord("X")] = 10
    return found


def patterns(texts: Sequence[str]) -> Any:
    """What is known of each place of the number behind each text (rows × 18, uint8): digits, 10 for X, or UNKNOWN.

    Places that a spreadsheet has overwritten with zeros, stars, and whatever a different length has moved are unknown.
    """
    import numpy as np

    found = np.full((len(texts), PLACES), UNKNOWN, np.uint8)
    whole = [row for row, text in enumerate(texts) if len(text) == PLACES and "E" not in text]
    if whole:
        found[whole] = _of_eighteen(character_matrix([texts[row] for row in whole], PLACES))
    for row, text in enumerate(texts):
        if text and (len(text) not in (17, PLACES, 19) or "E" in text):
            known = _known(text)
            found[row, : len(known)] = [ord(c) - 48 if "0" <= c <= "9" else UNKNOWN for c in known]
    return found


def _of_eighteen(digits: Any) -> Any:
    """Eighteen characters as they stand, without what a placeholder or a spreadsheet has put there."""
    import numpy as np

    known = np.where((digits == 10) & (np.arange(PLACES) < PLACES - 1), UNKNOWN, digits)
    filler = (known[:, :6] == 9).all(axis=1)  # of a placeholder only the date of birth may be meant
    known[filler, :6] = UNKNOWN
    known[filler, 14:] = UNKNOWN
    known[(known[:, 15:] == 0).all(axis=1), 15:] = UNKNOWN
    rest = known[:, 6:]
    low = np.where(rest == UNKNOWN, np.uint8(UNKNOWN), rest).min(axis=1)
    high = np.where(rest == UNKNOWN, np.uint8(0), rest).max(axis=1)
    known[(low >= high) & (rest != UNKNOWN).any(axis=1)] = UNKNOWN  # one digit all along
    return known


def _known(text: str) -> str:
    """The text in eighteen places, with a `?` for what is not known; empty where nothing can be placed."""
    if scientific := _SCIENTIFIC.fullmatch(text):
        digits = scientific[1] + (scientific[2] or "")
        # the last digit shown may be rounded
        return digits[:-1].ljust(PLACES, "?") if scientific[3] == "17" and len(digits) > 6 else ""
    if long_float := _LONG_FLOAT.fullmatch(text):
        return long_float[1][:15].ljust(PLACES, "?")
    if len(text) > 19:  # a certificate's number, or more than one number: the first may still be read
        return text[:PLACES]
    if len(text) == 15 and text.isascii() and text.isdigit():
        return f"{text[:6]}19{text[6:]}?"
    return ""


def pattern_births(known: Any) -> Any:
    """The date of birth of each pattern as days since 1970; NO_DAY where a digit is unknown or it is no date."""
    import numpy as np

    from bangfu.core.matching.rows import NO_DAY

    born = known[:, 6:14].astype(np.int64)
    complete = (born <= 9).all(axis=1)
    number = np.zeros(len(known), np.int64)
    for place in range(8):
        number = number * 10 + np.where(complete, born[:, place], 0)
    packed = number * 1000
    sound = complete & real_dates(packed)
    return np.where(sound, birth_days(np.where(sound, packed, 0)), NO_DAY).astype(np.int32)


def person_digits(packed: Any) -> Any:
    """The eighteen places of packed numbers (rows × 18, uint8; 10 for X); of no number, UNKNOWN."""
    import numpy as np

    digits = np.full((len(packed), 18), UNKNOWN, np.uint8)
    left = np.where(packed == NO_NUMBER, 0, packed)
    for place in range(16, -1, -1):
        digits[:, place] = left % 10
        left = left // 10
    digits[:, 17] = pack_digits(digits[:, : len(WEIGHTS)])[1]
    digits[packed == NO_NUMBER] = UNKNOWN
    return digits


def partly_agrees(visible: Any, agreeing: Any) -> Any:
    """Whether what can be seen of a number is a person's: all of four characters or more, or all but two of many."""
    wrong = visible - agreeing
    return ((wrong == 0) & (agreeing >= 4)) | ((wrong <= 2) & (agreeing >= 14))
