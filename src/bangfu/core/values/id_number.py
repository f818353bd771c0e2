"""The resident ID number (GB 11643) and the disability certificate number that is built on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from bangfu.core.values.text import half_width, is_blank, squeeze

PROBLEMS = (
    "ok",
    "missing",
    "placeholder",
    "bad_length",
    "bad_checksum",
    "bad_suffix",
    "impossible_date",
    "scientific",
    "masked",
)
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_SUFFIX = re.compile(r"([1-7])([1-4])(?:B[0-9])?")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+")
_LONG_FLOAT = re.compile(r"([0-9]{18})\.0+")
_LABEL = re.compile(r"^(?:公民)?身份(?:证号码|证号|证|号码)[^\dA-Z]{0,3}")
_FLOAT = re.compile(r"([0-9]+)\.0+")
_CENTENARIANS = frozenset({"996", "997", "998", "999"})
"""Order codes that the numbers of fifteen digits kept for people of a hundred years and more: born in 18yy."""
_LOOKALIKES = str.maketrans({"Х": "X", "х": "X", "×": "X", "✕": "X", "╳": "X", "Χ": "X", "χ": "X", "x": "X"})
_JUNK = str.maketrans(dict.fromkeys("'\"`‘’“”-‐‑–—−.,:"))


class IdReading(NamedTuple):
    """What an ID number says.

    `number` is the 18 characters as far as they can be read; it identifies a person only where
    `problem` is ok. `birth_date`, `sex` (male, female), `disability_kind` (1–7) and `disability_grade`
    (1–4) are given only where the check digit holds. `repairs` are codes, `problem` is one of PROBLEMS.
    """

    number: str | None
    birth_date: date | None
    sex: str | None
    disability_kind: int | None
    disability_grade: int | None
    repairs: tuple[str, ...]
    problem: str


def _nothing(problem: str, number: str | None = None, repairs: tuple[str, ...] = ()) -> IdReading:
    return IdReading(number, None, None, None, None, repairs, problem)


@cache
def _check_digit() -> Callable[[str], str]:
    """python-stdnum's own, which takes a fifth of a microsecond; imported at first use for start-up time."""
    from stdnum.cn import ric

    found: Callable[[str], str] = ric.calc_check_digit
    return found


@lru_cache(maxsize=65_536)
def _birth_date(digits: str) -> date | None:
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return found if 1850 <= found.year <= 2100 else None


def read_id_number(raw: str | None) -> IdReading:
    """Read an ID number as files carry it, repairing what has one right answer.

    Repairs: width, spaces, label, lower_case, look_alike, float (a `.0`), fifteen_digits, certificate. A
    number in scientific notation has lost its last digits, and a star hides some: neither can be
    repaired. Digits of other scripts are no digits.
    """
    if raw is None:
        return _nothing("missing")
    if len(raw) == 18 and raw.isascii() and _EIGHTEEN.fullmatch(raw):
        return _eighteen(raw, (), "")
    if raw.isascii() and raw.isdigit():  # a wrong number most often is only digits, with nothing to clean
        return _nothing("placeholder") if _one_digit(raw) else _by_length(raw, ())
    if is_blank(raw) or squeeze(raw) in {"无", "无证", "未办理", "不详"}:
        return _nothing("missing")
    shown, repairs = _clean(raw)
    if "*" in shown or shown.count("X") > 1:
        return _nothing("masked")
    if _SCIENTIFIC.fullmatch(shown) or re.fullmatch(r"[0-9]{16,}\.0+", shown):
        return _nothing("scientific")
    if _one_digit(shown):
        return _nothing("placeholder")
    return _by_length(shown, repairs)


def _one_digit(shown: str) -> bool:
    return shown.startswith("999999") or len(set(shown)) == 1


def cleaned_number(raw: str) -> str:
    """What can be read of a number: half-width, upper case, without spaces, quotes and a spreadsheet's `.0`."""
    return raw if raw.isascii() and raw.isdigit() else _clean(raw)[0]


def _clean(raw: str) -> tuple[str, tuple[str, ...]]:
    repairs = []
    narrow = half_width(raw)
    if narrow.rstrip() != raw.rstrip():
        repairs.append("width")
    shown = squeeze(narrow)
    if shown != narrow:
        repairs.append("spaces")
    bare = _LABEL.sub("", shown)
    if bare != shown:
        shown = bare
        repairs.append("label")
    whole = _LONG_FLOAT.fullmatch(shown)
    if whole and not whole[1].endswith("000") and int(float(whole[1])) != int(whole[1]):
        # neither a spreadsheet nor a float holds this number: only the ending was put on
        shown = whole[1]
        repairs.append("float")
    floating = _FLOAT.fullmatch(shown)
    if floating and len(floating[1]) <= 15:  # a spreadsheet's number holds fifteen digits
        shown = floating[1]
        repairs.append("float")
    upper = shown.translate(_LOOKALIKES).upper()
    if upper != shown:
        repairs.append("lower_case" if shown.isascii() else "look_alike")
    if not re.fullmatch(r"[0-9.]+(?:E\+?[0-9]+|\.0+)", upper):
        plain = upper.translate(_JUNK)
        if plain != upper:
            repairs.append("punctuation")
        upper = plain
    return upper, tuple(repairs)


def _by_length(shown: str, repairs: tuple[str, ...]) -> IdReading:
    if len(shown) == 15 and shown.isascii() and shown.isdigit():
        longer = f"{shown[:6]}{'18' if shown[12:] in _CENTENARIANS else '19'}{shown[6:]}0"
        return _eighteen(longer[:17] + _check_digit()(longer), (*repairs, "fifteen_digits"), "")
    if len(shown) not in {18, 20, 22} or not _EIGHTEEN.fullmatch(shown[:18]):
        return _nothing("bad_length")
    if len(shown) > 18:
        repairs = (*repairs, "certificate")
    return _eighteen(shown[:18], repairs, shown[18:])


def _eighteen(number: str, repairs: tuple[str, ...], suffix: str) -> IdReading:
    if number.startswith("999999") or number == number[0] * 18:
        return _nothing("placeholder")
    if number[17] != _check_digit()(number):
        return _nothing("bad_checksum", number, repairs)
    born = _birth_date(number[6:14])
    if born is None:
        return _nothing("impossible_date", number, repairs)
    sex = "male" if number[16] in "13579" else "female"
    if not suffix:
        return IdReading(number, born, sex, None, None, repairs, "ok")
    found = _SUFFIX.fullmatch(suffix)
    if found is None:
        return IdReading(number, born, sex, None, None, repairs, "bad_suffix")
    return IdReading(number, born, sex, int(found[1]), int(found[2]), repairs, "ok")
