"""Reads alerts, checks and indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from fractions import Fraction

from bangfu.core.rulebook.model import Alert, Check, Expression, Indicator, Quantity, Table
from bangfu.core.rulebook.reading import Fields, Reader, cut, shown
from bangfu.core.rulebook.units import Units
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar

ALERT_KEYS = (
    "id", "of", "title", "when", "severity", "channel", "respond_within", "who", "source", "valid", "note",
    "enabled",
)  # fmt: skip
CHECK_KEYS = ("id", "of", "severity", "message", "when", "show", "source", "note", "enabled")
INDICATOR_KEYS = (
    "id", "title", "unit", "kind", "flow", "numerator", "denominator", "by", "print", "per", "stated", "balance",
    "source", "note", "enabled",
)  # fmt: skip
BALANCE = ("start", "in", "out")
CHANNELS = ("bureau_match", "self_report", "visit")
UNITS = {"percent": 100, "percentage_point": 100, "per_mille": 1000} | dict.fromkeys(
    ("户", "人", "人次", "户次", "元", "个", "座", "次", "千瓦", "亩", "万元"), 1
)
"""The units of figures, with what a ratio is multiplied by."""
_TABLE = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*\.")


def read_alert(reader: Reader, name: str, node: Node) -> Alert | None:
    """One early warning."""
    fields = reader.fields(node, "an alert", ALERT_KEYS, ("of", "title", "when", "severity"))
    when = fields.expression("when")
    start, end = fields.validity()
    severity = fields.choice("severity", ("high", "medium", "low"))
    alert = (fields.label("title"), fields.choice("channel", CHANNELS), _days(fields), fields.text("who"))
    of = fields.text("of")
    if when is None or not of:
        return None
    title, channel, days, who = alert
    return Alert(
        name, of, title, when, severity, channel, days, who, fields.text("source"), start, end,
        node.place,
    )  # fmt: skip


def _days(fields: Fields) -> int | None:
    node = fields.get("respond_within")
    if node is None:
        return None
    inner = fields.reader.fields(node, "respond_within", ("working_days",), ("working_days",))
    return inner.integer("working_days", None, 0, 1000)


def read_check(reader: Reader, name: str, node: Node) -> Check | None:
    """One test of the data."""
    fields = reader.fields(node, "a check", CHECK_KEYS, ("of", "severity", "message", "when"))
    when = fields.expression("when")
    severity = fields.choice("severity", ("must_fix", "explain", "hint"))
    message, show, source = fields.label("message"), fields.texts("show"), fields.text("source")
    of = fields.text("of")
    if when is None or not of:
        return None
    return Check(name, of, severity, message, when, show, source, node.place)


class IndicatorReader:
    """Reads indicators; the tables are known."""

    def __init__(self, reader: Reader, tables: Map[str, Table]) -> None:
        self.reader, self.units = reader, Units(tables)

    def read(self, name: str, node: Node) -> Indicator | None:
        """One figure; `per` is what a ratio is multiplied by: 100 for percent, else 1."""
        fields = self.reader.fields(node, "an indicator", INDICATOR_KEYS, ("title", "unit", "numerator"))
        unit = fields.choice("unit", UNITS)
        numerator = self._quantity(fields, "numerator")
        denominator = self._quantity(fields, "denominator")
        if UNITS.get(unit, 1) > 1 and "denominator" not in fields.entries:
            self.reader.add(node, f"unit: {unit} without a denominator", "a denominator, which a ratio must name")
        digits, rounding = self._print(fields)
        by = tuple(self._by(fields))
        title, stated = fields.label("title"), self._stated(fields)
        flow = fields.choice("flow" if "flow" in fields.entries else "kind", ("stock", "flow"), "stock")
        per = Fraction(fields.integer("per", UNITS.get(unit, 1), 1, 10**9) or 1)
        if numerator is None:
            return None
        balance = self._balance(fields)
        return Indicator(
            name, title, unit, flow, numerator, denominator, by, digits, rounding, per, stated, node.place, balance
        )

    def _by(self, fields: Fields) -> list[str]:
        found = []
        for node in self.reader.items(fields.get("by")):
            word = self.reader.text(node, "by")
            if word and word not in ("area", "period"):
                self.reader.add(node, f"by: {cut(word)}", "area or period")
            elif word:
                found.append(word)
        return found

    def _print(self, fields: Fields) -> tuple[int, str]:
        node = fields.get("print")
        if node is None:
            return 2 if UNITS.get(fields.text("unit"), 1) > 1 else 0, "half_up"
        inner = self.reader.fields(node, "print", ("digits", "rounding"))
        return inner.integer("digits", 0, 0, 10) or 0, inner.choice(
            "rounding", ("half_up", "half_even", "floor"), "half_up"
        )

    def _stated(self, fields: Fields) -> dict[str, str]:
        node = fields.get("stated")
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self.reader.add(node, f"stated: {shown(node)}", "area codes, each with the printed figure")
            return {}
        return {area: self.reader.text(inner, "stated") for area, inner in node.entries.items()}

    def _balance(self, fields: Fields) -> dict[str, str]:
        node = fields.get("balance")
        if node is None:
            return {}
        inner = self.reader.fields(node, "balance", BALANCE, BALANCE)
        return {key: inner.text(key) for key in BALANCE if key in inner.entries}

    def _quantity(self, fields: Fields, key: str) -> Quantity | None:
        node = fields.get(key)
        if node is None:
            return None
        inner = self.reader.fields(node, key, ("count", "sum", "of", "where", "name"))
        kinds = [kind for kind in ("count", "sum") if kind in inner.entries]
        owner = next((key for key in ("of", "count") if key in inner.entries), "")
        where = inner.expression("where")
        name = inner.label("name")
        if not kinds:
            self.reader.add(node, f"{key} with neither count nor sum", "count: of a table, or sum: of an expression")
            return None
        if "sum" not in kinds:
            table, total = inner.text("count"), None
        else:
            table, total = self._sum(inner, owner)
            if total is None:
                return None
        if not table or ("where" in inner.entries and where is None):
            return None
        return Quantity(self.units.table_of(table) or table, total, where, name)

    def _sum(self, fields: Fields, owner: str) -> tuple[str, Expression | None]:
        """The table and the expression over its rows.

        Written `sum: persons.wage`, or with the table apart: `of: persons, sum: wage`, also `count: persons`.
        """
        node = fields.entries["sum"]
        if owner or not isinstance(node, Scalar):
            return fields.text(owner or "of"), self.reader.expression(node, "sum")
        found = _TABLE.match(node.text)
        if found is None:
            self.reader.add(node, f"sum: {shown(node)}", "a table and what to sum, such as persons.wage")
            return "", None
        whole = self.reader.expression(node, "sum")  # refused first as it stands, at its own place
        if whole is None:
            return "", None
        return found[1], self.reader.parsed(node.text[found.end() :], node, found.end(), node.positions())
