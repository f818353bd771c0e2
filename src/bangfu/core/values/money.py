"""Money: integer fen inside, yuan in files. Never a binary float."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from bangfu.core.values.reading import MISSING, Reading
from bangfu.core.values.text import is_blank, squeeze

_PLAIN = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?")
_COMMON = re.compile(r"[0-9]{1,12}(?:\.[0-9]{0,2})?")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?e[+-]?\d+", re.IGNORECASE)
_MONEY = re.compile(
    r"(?:人民币|rmb|cny|￥|¥)?(?P<number>.*?)(?P<unit>亿元?|万元?|千元|百元|元整?|圆整?|块钱?|yuan)?",
    re.IGNORECASE,
)
_FACTORS = {"亿": 100_000_000, "万": 10_000, "千": 1_000, "百": 100}
LIMIT_FEN = 10**17
"""A thousand billion yuan: more than any cell holds, and sums of ten of them still fit 64 bits."""


class NotMoney(ValueError):
    """The text is no exact amount of money."""


def parse_yuan(text: str) -> int:
    """Yuan as text, to fen. Raises NotMoney for anything but an amount with at most two decimals."""
    reading = read_yuan(text)
    if not isinstance(reading.value, int) or reading.note in {"rounded", "declared_zero"}:
        raise NotMoney(f"no exact amount in yuan: {text!r}")
    return reading.value


def format_yuan(fen: int) -> str:
    """Fen as yuan with two decimals and thousands: 123450 → `1,234.50`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def read_number(text: str) -> Decimal | None:
    """A decimal number with or without thousands, or in parentheses for a negative one.

    None if it is none.
    """
    if text.startswith("(") and text.endswith(")"):
        inner = read_number(text[1:-1])
        return -inner if inner is not None and inner > 0 else None
    if not (_PLAIN.fullmatch(text) or _SCIENTIFIC.fullmatch(text)) or not any(map(str.isdigit, text)):
        return None
    return Decimal(text.replace(",", ""))


def read_yuan(text: str, factor: int = 1) -> Reading:
    """Fen from yuan as a cell carries them: `1,234.50`, `￥50`, `3.5万元`, full-width digits, `无`.

    `factor` is what a number without a unit counts (10000 under a header in 万元). Notes: rounded, unit,
    declared_zero. Problems: not_money, too_large.
    """
    if factor == 1 and _COMMON.fullmatch(text):  # nearly every cell: no need to look for anything else
        yuan, _, cents = text.partition(".")
        return Reading(int(yuan) * 100 + int(cents.ljust(2, "0")))
    shown = squeeze(text).replace("，", ",")
    if shown == "无":
        return Reading(0, "declared_zero")
    if is_blank(shown):
        return MISSING
    found = _MONEY.fullmatch(shown)
    number = read_number(found["number"]) if found else None
    if found is None or number is None:
        return Reading(None, "", "not_money")
    unit = found["unit"] or ""
    times = _FACTORS.get(unit[:1], 1) if unit else factor
    exact = number * times * 100
    if abs(exact) >= LIMIT_FEN:
        return Reading(None, "", "too_large")
    fen = int(exact.to_integral_value(ROUND_HALF_UP))
    if fen != exact:
        return Reading(fen, "rounded")
    return Reading(fen, "unit" if times != 1 else "")
