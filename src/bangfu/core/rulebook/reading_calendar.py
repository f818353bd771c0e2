"""Reads the working-day calendar: one year's public holidays and the weekend days worked instead."""

from __future__ import annotations

import re
from datetime import date

from bangfu.core.rulebook.model import Label
from bangfu.core.rulebook.procedure_model import CalendarYear
from bangfu.core.rulebook.reading import Reader, cut, shown
from bangfu.core.rulebook.yaml_source import Node, plain_value

YEAR_KEYS = ("id", "holidays", "working", "certain", "source", "note", "enabled")
HOLIDAY_KEYS = ("name", "days")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}\Z")


def read_year(reader: Reader, name: str, node: Node) -> CalendarYear | None:
    """One year; its id is the year. Days are listed one by one, so that nobody counts to an end."""
    fields = reader.fields(node, "a year of the calendar", YEAR_KEYS, ("holidays", "source", "certain"))
    if not _YEAR.match(name):
        reader.add(node, f"id: {cut(name)}", "the year, in quotes, such as '2026'")
        return None
    year = int(name)
    holidays: dict[date, Label] = {}
    for item in reader.items(fields.get("holidays")):
        inner = reader.fields(item, "a holiday", HOLIDAY_KEYS, HOLIDAY_KEYS)
        label = inner.label("name")
        for day in _days(reader, inner.get("days"), "days", year):
            if day in holidays:
                reader.add(item, f"{day} again", "each day once")
            holidays[day] = label
    working = _days(reader, fields.get("working"), "working", year)
    for day in working:
        if day.weekday() < 5 or day in holidays:
            reader.add(fields.entries["working"], f"working: {day}", "a Saturday or Sunday that is no holiday")
    return CalendarYear(
        year, holidays, frozenset(working), fields.boolean("certain", False), fields.text("source"), node.place
    )


def _days(reader: Reader, node: Node | None, key: str, year: int) -> list[date]:
    found: list[date] = []
    for item in reader.items(node):
        value = plain_value(reader.text(item, key).strip())
        if not isinstance(value, date) or value.year != year:
            reader.add(item, f"{key}: {shown(item)}", f"a day of {year}, such as {year}-01-01")
        else:
            found.append(value)
    return found
