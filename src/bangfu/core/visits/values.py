"""Answers as values: read from a form's text, and judged. Money is an integer of fen, a day ISO text, decimals text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from bangfu.core.rulebook.model import CodeList, Label
from bangfu.core.rulebook.visit_model import UNCLEAR, Item

LONGEST = 200
_MONEY = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?\Z")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?\Z")
_LARGEST = 10**14
_WORDS = (("yes", Label("是", "yes")), ("no", Label("否", "no")))
_UNCLEAR = Label("不清楚", "unclear")
_EXPECTED = {
    "yes_no": Label("请选择一项", "choose one"),
    "choice": Label("请选择一项", "choose one"),
    "money": Label("请填写金额，单位元，最多两位小数", "an amount in yuan with at most two decimals"),
    "number": Label("请填写数字", "a number"),
    "date": Label("请填写日期，如 2026-10-31", "a day such as 2026-10-31"),
    "text": Label("请填写文字，最多 200 字", "a text of at most 200 characters"),
    "photo": Label("照片请用拍照上传", "a picture is uploaded, not written"),
}


def words_of(item: Item, codes: Mapping[str, CodeList]) -> dict[str, Label]:
    """The words that an item may be answered with, in order, with what they are called; empty for figures and texts.

    Unclear is always among them, last.
    """
    if item.answer == "yes_no":
        own = {word: item.choices.get(word, label) for word, label in _WORDS}
    elif item.answer == "choice":
        listed = codes.get(item.code)
        own = {str(v.value): v.label for v in listed.values} if listed else dict(item.choices)
    else:
        return {}
    return {**own, UNCLEAR: _UNCLEAR}


def read_text(item: Item, text: str) -> object:
    """What was written into a field, as a value; None where nothing was. A text that is no such value stays text."""
    text = " ".join(text.replace("，", ",").split()) if item.answer in ("money", "number") else " ".join(text.split())
    if not text:
        return None
    if text == UNCLEAR:
        return UNCLEAR
    if item.answer == "money":
        plain = text.replace(",", "").removesuffix("元").strip()
        return int(Decimal(plain) * 100) if _MONEY.match(plain) else text
    if item.answer == "number":
        plain = text.replace(",", "")
        if not _NUMBER.match(plain):
            return text
        return int(plain) if "." not in plain else format(Decimal(plain).normalize(), "f")
    return text


def problem_of(item: Item, value: object, codes: Mapping[str, CodeList]) -> Label | None:
    """What is wrong with a value, None where nothing is. None (not answered) and unclear are always right."""
    if value is None or value == UNCLEAR:
        return None
    return None if _fits(item, value, codes) else _EXPECTED[item.answer]


def _fits(item: Item, value: object, codes: Mapping[str, CodeList]) -> bool:
    if item.answer in ("yes_no", "choice"):
        return isinstance(value, str) and value in words_of(item, codes)
    if item.answer == "money":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
    if item.answer == "number":
        return _is_number(value)
    if item.answer == "date":
        return _is_day(value)
    if item.answer == "text":
        return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST
    return False


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    try:
        return Decimal(value).is_finite() and bool(_NUMBER.match(str(value)))
    except InvalidOperation:
        return False


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and date.fromisoformat(value) >= date(1850, 1, 1)
    except ValueError:
        return False
