"""Dates as they are written in the field."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from bangfu.core.values.text import is_blank, squeeze

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SPACED = re.compile(r"(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)[\sT]+\d{1,2}:\d{2}.*", re.DOTALL)
_MONTH = re.compile(r"(\d{4})([-/.年])(\d{1,2})月?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_FLOAT = re.compile(r"(\d+)\.0+")
_EXCEL_ZERO = date(1899, 12, 30)
_SERIALS = range(61, 73_051)  # before 61 Excel counts a 29 February 1900 that never was; 73050 ends 2099
_YEARS = range(1850, 2101)


class DateReading(NamedTuple):
    """`note`: month_only, excel_serial, float_text. `problem`.

    Not_date, year_only, ambiguous_month, impossible.
    """

    value: date | None
    note: str = ""
    problem: str = ""


def parse_date(text: str) -> DateReading:
    """Read a date: ISO, `2019/4`, `2019.04`, `201904`, `20190412`, `2019年4月`, Excel serials, datetimes.

    A month without a day is its first day, with a note. `2019.1` is refused: a spreadsheet writes
    October so.
    """
    spaced = _SPACED.fullmatch(text.strip())
    shown = squeeze(spaced[1] if spaced else text)
    if shown == "无" or is_blank(shown):
        return DateReading(None)
    floating = _FLOAT.fullmatch(shown)
    if floating and len(floating[1]) >= 5:
        inner = _digits(floating[1])
        return inner if inner.problem or inner.note else DateReading(inner.value, "float_text")
    if found := _DAY.fullmatch(shown):
        return _make(found[1], found[2], found[3], "")
    if found := _MONTH.fullmatch(shown):
        if found[2] == "." and found[3] == "1":
            return DateReading(None, "", "ambiguous_month")
        return _make(found[1], found[3], "1", "month_only")
    return _digits(shown)


def _digits(shown: str) -> DateReading:
    if re.fullmatch(r"\d{4}年?", shown):
        return DateReading(None, "", "year_only")
    if re.fullmatch(r"\d{5}", shown) and int(shown) in _SERIALS:
        return DateReading(_EXCEL_ZERO + timedelta(int(shown)), "excel_serial")
    found = _COMPACT.fullmatch(shown)
    if found is None:
        return DateReading(None, "", "not_date")
    return _make(found[1], found[2], found[3] or "1", "" if found[3] else "month_only")


def _make(year: str, month: str, day: str, note: str) -> DateReading:
    if int(year) not in _YEARS:
        return DateReading(None, "", "impossible")
    try:
        return DateReading(date(int(year), int(month), int(day)), note)
    except ValueError:
        return DateReading(None, "", "impossible")
