"""Contradictions as a workbook for people: by village, names masked, with room for what was found on the spot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bangfu.core.files.find import find_table
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.matching.crosscheck.conflicts import KINDS, REGISTRY
from bangfu.core.matching.crosscheck.registry import Registry
from bangfu.core.matching.names import Names, text_of
from bangfu.core.values.text import mask

MOST = 50_000
"""Lines up to which a workbook is of use to anybody; beyond, the Parquet file has them all."""
RESULTS = ("属实", "不属实", "无法联系", "需上会")
ACTIONS = ("立案办理", "更正数据", "不予处理", "继续跟踪")
COLUMNS = (
    ("序号", 6),
    ("乡镇", 12),
    ("村", 14),
    ("户编号", 20),
    ("人编号", 22),
    ("姓名", 8),
    ("矛盾事项", 22),
    ("内容", 46),
    ("来源", 20),
    ("对方来源", 20),
    ("核实结果", 10),
    ("处理", 10),
    ("核实人", 9),
    ("日期", 12),
    ("English", 46),
)
_NAME = ColumnLayout("name", headers=("行政村名称", "村名"), optional=True)
_TOWNSHIP = ColumnLayout("township_name", headers=("乡镇名称", "乡镇"), optional=True)
_CODE = ColumnLayout("region_code", headers=("行政村代码",), link=True)


def write_conflict_book(registry: Registry, folder: Path, rows: Any, places: Any, on: date, path: Path) -> bool:
    """Write the contradictions of `conflict_rows`; `places` are its persons. Returns False where they are too many."""
    import xlsxwriter

    if rows.num_rows > MOST:
        return False
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "数据矛盾清单", "created": datetime(on.year, on.month, on.day)})
        sheet = book.add_worksheet("数据矛盾")
        head = book.add_format({"bold": True, "bg_color": "#0F766E", "font_color": "#FFFFFF", "border": 1})
        cell = book.add_format({"text_wrap": True, "valign": "vcenter", "border": 1})
        answer = book.add_format({"border": 1, "bg_color": "#F0FDF4", "locked": False})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for at, (title, width) in enumerate(COLUMNS):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, title, head)
        last = max(1, rows.num_rows)
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
        for title, allowed in (("核实结果", RESULTS), ("处理", ACTIONS)):
            at = [name for name, _ in COLUMNS].index(title)
            sheet.data_validation(1, at, last, at, {"validate": "list", "source": list(allowed)})
        for number, line in enumerate(_lines(registry, folder, rows, places), 1):
            for at, text in enumerate((str(number), *line)):
                answered = 10 <= at <= 13
                sheet.write_string(number, at, text, answer if answered else cell)
        if not rows.num_rows:
            sheet.write_string(1, 0, "没有发现矛盾 / none found")
    return True


def _lines(registry: Registry, folder: Path, rows: Any, places: Any) -> Iterator[list[str]]:
    """The cells after the serial number, in the order of villages, households and persons."""
    import numpy as np

    names = _names(registry, places)
    household = np.asarray(registry.store.mapped("household")[places]) if len(places) else np.empty(0, np.int32)
    areas = [_area(registry, int(at)) for at in household]
    villages = _villages(folder)
    records = rows.to_pylist()
    for at in sorted(range(len(records)), key=lambda at: (areas[at], at)):
        row = records[at]
        township, village = villages.get(areas[at], (areas[at][:9], areas[at]))
        sources = [_source(row[column]) for column in ("source", "other_source")]
        where = [township, village, _text(row["household_no"]), _text(row["person_no"]), names[at]]
        what = [KINDS[row["kind"]].title_zh, row["message_zh"], *sources]
        yield [*where, *what, "", "", "", "", f"{KINDS[row['kind']].title_en}: {row['message_en']}"]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _source(name: str) -> str:
    return "登记簿" if name == REGISTRY else name


def _area(registry: Registry, household: int) -> str:
    if household < 0:
        return ""
    at = int(registry.store.mapped("area")[household])
    return (registry.areas[at] or "") if at >= 0 else ""


def _names(registry: Registry, places: Any) -> list[str]:
    """Masked names of persons by place, in the form in which they are compared."""
    import numpy as np

    store, units = registry.store, registry.units
    found = np.zeros(len(places), np.uint64)
    unit_of = np.searchsorted(units, places, "right") - 1
    for unit in np.unique(unit_of).tolist():
        start, stop = units[unit], units[unit + 1]
        by_place = np.empty(stop - start, np.uint64)
        by_place[store.read("place", start, stop)] = store.read("name", start, stop)
        here = unit_of == unit
        found[here] = by_place[places[here] - start]
    names = Names(found, registry.long_names)
    return [mask(text_of(names, key)) if key else "" for key in found.tolist()]


def _villages(folder: Path) -> dict[str, tuple[str, str]]:
    """Township and name of each village by its code; empty where the registry has no table of villages."""
    path = next((p for f in (folder, folder / "registry") if (p := find_table(f, "villages")) is not None), None)
    if path is None:
        return {}
    reading = read_table(path, TableLayout("villages", "villages", (_CODE, _NAME, _TOWNSHIP)))
    columns = (reading.column(name) for name in ("region_code", "township_name", "name"))
    return {str(code): (_text(township), _text(name)) for code, township, name in zip(*columns, strict=True) if code}
