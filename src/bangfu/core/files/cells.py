"""Reads one cell's text by the kind of its column."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from bangfu.core.files.layout import ColumnLayout
from bangfu.core.values.dates import parse_date
from bangfu.core.values.money import LIMIT_FEN, format_yuan, read_number, read_yuan
from bangfu.core.values.reading import MISSING, Reading
from bangfu.core.values.text import half_width, is_blank, label_key, squeeze, tidy

Read = Callable[[str], Reading]

_YES = frozenset({"是", "有", "y", "yes", "true", "t", "1", "1.0", "√", "✓", "✔", "☑", "对", "v"})
_NO = frozenset({"否", "无", "没有", "不是", "n", "no", "false", "f", "0", "0.0", "×", "✗", "✘", "☒", "x", "错"})
_COUNT_UNITS = re.compile(r"(?<=\d)(?:人次|人|户次|户|口|个月|个|次|月|年|岁|周岁|天|项)$")
_MEASURE_UNITS = re.compile(r"(?<=\d)(?:平方米|平米|㎡|m2|m²|亩|公里|千米|km|千瓦|kw|公斤|吨)$", re.IGNORECASE)
_SCALE = Decimal("0.000001")
_WHOLE_LIMIT = 10**15
_NUMBERED = re.compile(r"\d+[.、:)_-]?(?=[^\d.])")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?e\+\d+", re.IGNORECASE)
_FLOAT_TEXT = re.compile(r"\d+\.0+")


def reader_of(column: ColumnLayout, factor: int = 1) -> Read:
    """The function that reads a cell of the column.

    `factor` is the unit that the header names (万元: 10000).
    """
    if column.kind == "text":
        return read_key if column.key or column.link else read_text
    if column.kind == "verbatim":
        return read_verbatim
    if column.kind == "code":
        return _code_reader(column)
    if column.kind == "boolean":
        return read_boolean
    if column.kind == "date":
        return _read_date
    return _bounded(column, _number_reader(column, factor))


def read_text(text: str) -> Reading:
    """Text without stray spaces; a blank or a dash is missing."""
    shown = tidy(text)
    if is_blank(shown):
        return MISSING
    return Reading(shown, "" if shown == text else "trimmed")


def read_verbatim(text: str) -> Reading:
    """The text as it stands; an empty cell is missing."""
    return Reading(text) if text else MISSING


def read_key(text: str) -> Reading:
    """A number that identifies a row: no spaces, half-width, no `.0`."""
    if text.isascii() and text.isalnum():
        return Reading(text) if text.lower() not in {"null", "none", "nan"} else MISSING
    shown = squeeze(text)
    if is_blank(shown):
        return MISSING
    if _SCIENTIFIC.fullmatch(shown):
        return Reading(None, "", "scientific")
    if _FLOAT_TEXT.fullmatch(shown):
        shown = shown.partition(".")[0]
    return Reading(shown, "" if shown == text else "key_repaired")


def read_boolean(text: str) -> Reading:
    """是/否, 有/无, Y/N, true/false, 1/0, √/×."""
    shown = label_key(text)
    if shown in _YES:
        return Reading(True)
    if shown in _NO:
        return Reading(False)
    return MISSING if is_blank(shown) else Reading(None, "", "not_boolean")


def _read_date(text: str) -> Reading:
    return Reading(*parse_date(text))


def read_integer(text: str) -> Reading:
    """A whole number, also `3.0`, `1,200`, `3人`; `无` is a declared zero."""
    if text.isascii() and text.isdigit() and len(text) < 15:
        return Reading(int(text))
    shown = squeeze(text)
    if shown == "无":
        return Reading(0, "declared_zero")
    if is_blank(shown):
        return MISSING
    plain = _COUNT_UNITS.sub("", shown)
    number = read_number(plain)
    if number is None or number != number.to_integral_value():
        return Reading(None, "", "not_integer")
    if abs(number) >= _WHOLE_LIMIT:
        return Reading(None, "", "too_large")
    return Reading(int(number), "unit" if plain != shown else "")


def read_decimal(text: str) -> Reading:
    """A number with at most six decimals; more are rounded half up with a note."""
    shown = squeeze(text)
    if shown == "无" or is_blank(shown):
        return MISSING
    plain = _MEASURE_UNITS.sub("", shown)
    number = read_number(plain)
    if number is None:
        return Reading(None, "", "not_number")
    if abs(number) >= _WHOLE_LIMIT // 1000:
        return Reading(None, "", "too_large")
    value = number.quantize(_SCALE, ROUND_HALF_UP)
    if value != number:
        return Reading(value, "rounded")
    return Reading(value, "unit" if plain != shown else "")


def _read_fen(text: str) -> Reading:
    reading = read_integer(text)
    if isinstance(reading.value, int) and abs(reading.value) >= LIMIT_FEN:
        return Reading(None, "", "too_large")
    return reading


def _number_reader(column: ColumnLayout, factor: int) -> Read:
    if column.kind == "integer":
        return read_integer
    if column.kind == "decimal":
        return read_decimal
    return _read_fen if column.fen else lambda text: read_yuan(text, factor)


def _bounded(column: ColumnLayout, read: Read) -> Read:
    low, high = column.low, column.high
    if low is None and high is None:
        return read

    def bounded(text: str) -> Reading:
        reading = read(text)
        value = reading.value
        if isinstance(value, int | Decimal) and outside(value, low, high):
            return Reading(None, "", "out_of_range")
        return reading

    return bounded


def outside(value: int | Decimal, low: int | Decimal | None, high: int | Decimal | None) -> bool:
    """True where the value is below `low` or above `high`; a side that is None is open."""
    return (low is not None and value < low) or (high is not None and value > high)


def range_text(column: ColumnLayout) -> str:
    """The column's bounds as people write them, money in yuan."""

    def shown(bound: int | Decimal | None) -> str:
        if bound is None:
            return "…"
        return format_yuan(int(bound)) if column.kind == "money" else str(bound)

    return f"{shown(column.low)} – {shown(column.high)}"


def _code_reader(column: ColumnLayout) -> Read:
    labels = column.labels

    def read(text: str) -> Reading:
        key = label_key(text)
        if key in labels:
            return Reading(labels[key])
        if is_blank(key):
            return MISSING
        if _FLOAT_TEXT.fullmatch(key) and key.partition(".")[0] in labels:
            return Reading(labels[key.partition(".")[0]], "float_text")
        stripped = key.lstrip("0")
        if key.isdigit() and stripped in labels:
            return Reading(labels[stripped])
        numbered = _NUMBERED.match(half_width(key))
        if numbered and key[numbered.end() :] in labels:
            return Reading(labels[key[numbered.end() :]], "numbered_label")
        return Reading(None, "", "not_in_list")

    return read
