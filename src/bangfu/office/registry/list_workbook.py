"""The household list as a workbook: the rows that the page shows, in its order, all pages of it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bangfu.office.areas import api as areas
from bangfu.office.registry.household_file import Labels
from bangfu.office.registry.models import Household

COLUMNS = ("户编号", "户主", "行政村", "村民组", "人数", "户类型", "监测对象类别", "填报人均纯收入（元）")
COLUMNS_EN = (
    "Household number",
    "Head",
    "Village",
    "Group",
    "Persons",
    "Type",
    "Monitored",
    "Net income per person (yuan)",
)


def row_of(household: Household, names: dict[str, str], words: Labels) -> list[Any]:
    """A household's cells, as the list shows them."""
    kind = household.monitored_kind
    return [
        household.number,
        household.head_name,
        names.get(household.area_code, household.area_code),
        household.group_name,
        household.person_count,
        words.code("household_type", household.household_type),
        words.code("monitored_kind", kind) if kind not in ("", "none") else "",
        household.per_capita_fen / 100 if household.per_capita_fen is not None else None,
    ]


def workbook(rows: Iterable[Household], words: Labels, about: str, now: datetime) -> bytes:
    """An .xlsx whose first row says what was filtered, by whom and when."""
    import xlsxwriter

    columns = COLUMNS if words.language.startswith("zh") else COLUMNS_EN
    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {"constant_memory": True, "in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("户")
    head = book.add_format({"bold": True, "bottom": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    for place, width in enumerate((20, 12, 18, 12, 8, 14, 16, 18)):
        sheet.set_column(place, place, width, money if place == 7 else None)
    sheet.write_string(0, 0, f"{about}  {now:%Y-%m-%d %H:%M}")
    for place, title in enumerate(columns):
        sheet.write_string(1, place, title, head)
    sheet.freeze_panes(2, 1)
    listed = list(rows)
    names = areas.names({row.area_code for row in listed})
    for line, household in enumerate(listed, 2):
        for place, value in enumerate(row_of(household, names, words)):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                sheet.write_string(line, place, value)
            else:
                sheet.write_number(line, place, value)
    book.close()
    return whole.getvalue()
