"""Typed values: money in fen, bounded numbers, codes of a list; from YAML, from CSV and from the data."""

from __future__ import annotations

from collections.abc import Mapping as Map
from datetime import date, datetime
from decimal import Decimal

from bangfu.core.rulebook.mistakes import nearest
from bangfu.core.rulebook.model import CodeList, Type, Value
from bangfu.core.rulebook.reading import Fields, Reader, cut, shown
from bangfu.core.rulebook.yaml_source import Node, Scalar, plain_value

KINDS = ("integer", "money", "decimal", "boolean", "date", "text", "code")
PERIODS = ("month", "year")
LIMIT = 10**15
"""No number of a county is larger; fen of it still fit in 64 bits."""
Codes = Map[str, CodeList]


class Unfit(Exception):
    """A value that is not of its type; says what was expected and the nearest known value."""

    def __init__(self, expected: str, near: str = "") -> None:
        self.expected, self.nearest = expected, near
        super().__init__(expected)


def fitted(raw: object, kind: Type, *, fen: bool, codes: Codes) -> Value:
    """`raw`, a value or the text of one, as the evaluators see a value of `kind`.

    Money is yuan with at most two decimals unless `fen`, and becomes fen; booleans may be written as 0 and 1.
    Raises Unfit.
    """
    if isinstance(raw, datetime):
        raw = raw.date()
    if kind.kind in ("text", "code"):
        return _worded(raw, kind, codes)
    value = plain_value(raw.strip()) if isinstance(raw, str) else raw
    if isinstance(value, float):
        # the shortest decimal that is this float is what the sheet shows
        value = Decimal(repr(value)) if abs(value) < LIMIT else None
    match kind.kind:
        case "boolean":
            if isinstance(value, bool | int | Decimal) and value in (0, 1):
                return bool(value)
            raise Unfit("true or false")
        case "date":
            if isinstance(value, date):
                return value
            raise Unfit("a date such as 2024-07-01")
        case _:
            return _number(value, kind.kind, fen=fen)


def _number(value: object, kind: str, *, fen: bool) -> Value:
    number = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
    if kind == "money" and not fen:
        if number is not None and number.is_finite() and abs(number) < LIMIT and number * 100 == int(number * 100):
            return int(number * 100)
        raise Unfit("an amount in yuan with at most two decimals, below 10^15")
    if kind == "decimal":
        if number is not None and number.is_finite() and abs(number) < LIMIT:
            return number
        raise Unfit("a number below 10^15")
    if number is not None and number.is_finite() and abs(number) < 100 * LIMIT and number == int(number):
        return int(number)
    raise Unfit("a whole number of fen" if kind == "money" else "a whole number")


def _worded(raw: object, kind: Type, codes: Codes) -> Value:
    text = str(raw) if isinstance(raw, str | int | Decimal) and not isinstance(raw, bool) else None
    if isinstance(raw, bool):
        text = str(raw).lower()
    if text is None or (kind.kind == "code" and kind.code not in codes):
        raise Unfit("a text")
    if kind.kind == "text":
        return text
    known = {str(entry.value): entry.value for entry in codes[kind.code].values}
    if text in known:
        return known[text]
    raise Unfit("one of " + cut(", ".join(known)), nearest(text, known))


def scalar_value(reader: Reader, node: Node, what: str, kind: Type, *, fen: bool, codes: Codes) -> Value:
    """A node as a value of `kind`; None with a mistake."""
    if isinstance(node, Scalar) and not node.empty:
        try:
            return fitted(node.text, kind, fen=fen, codes=codes)
        except Unfit as unfit:
            reader.add(node, f"{what}: {cut(node.text)}", unfit.expected, unfit.nearest)
            return None
    reader.add(node, f"{what}: {shown(node)}", f"a value of type {kind.kind}")
    return None


def type_of(fields: Fields, period_key: str, codes: Codes) -> tuple[Type, bool] | None:
    """The type that a fact or parameter declares, and whether its numbers are fen; None with a mistake."""
    reader = fields.reader
    kind = fields.choice("type", KINDS)
    if not kind:
        return None
    period = fields.choice(period_key, PERIODS)
    unit = fields.choice("unit", ("yuan", "fen"))
    for key, value in ((period_key, period), ("unit", unit)):
        if value and kind != "money":
            reader.add(fields.entries[key], f"{key}: {value} with type: {kind}", "it with type: money only")
            period = ""
    code = fields.text("code")
    if kind == "code" and not code:
        reader.add(fields.node, "type: code without 'code'", "the name of a list in codes/")
        return None
    if kind != "code" and code:
        reader.add(fields.entries["code"], f"code: {cut(code)} with type: {kind}", "type: code")
    if kind == "code" and code not in codes:
        reader.unknown(fields.entries["code"], f"code: {cut(code)}", code, "a list in codes/", codes)
        return None
    return Type(kind, period, code if kind == "code" else ""), unit == "fen"


def bounds(fields: Fields, kind: Type, *, fen: bool) -> tuple[int | Decimal | None, int | Decimal | None]:
    """`min` and `max` in the evaluator's own unit (fen for money)."""
    found: list[int | Decimal | None] = []
    for key in ("min", "max"):
        node = fields.get(key)
        value: Value = None
        if node is not None and kind.kind not in ("integer", "money", "decimal"):
            fields.reader.add(node, f"{key} with type: {kind.kind}", "bounds of numbers and money only")
        elif node is not None:
            value = scalar_value(fields.reader, node, key, kind, fen=fen, codes={})
        found.append(value if isinstance(value, int | Decimal) else None)
    low, high = found
    if low is not None and high is not None and low > high:
        fields.reader.add(fields.entries["max"], f"max below min ({shown(fields.entries['max'])})", "max not below min")
        return None, None
    return low, high
