"""Workbooks through calamine, with what it does not tell: which rows are hidden."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from bangfu.core.files.remarks import FileError
from bangfu.core.files.sheet import Book, Merge, Row, Sheet, text_rows

_HIDDEN_ROW = re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<Relationship\b[^>]*>")


def open_excel(path: Path) -> Book:
    """A workbook of any age. Raises FileError where it is protected or damaged."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = tuple(_sheet(path, workbook, meta) for meta in workbook.sheets_metadata)
    except PasswordError:
        raise FileError("password", path.name) from None
    except CalamineError as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise FileError("password", path.name) from None
        raise FileError("damaged", path.name, found=str(error)[:80]) from None
    return Book(path, sheets)


def _sheet(path: Path, workbook: Any, meta: Any) -> Sheet:
    """Rows are made into Python values as they are walked: looking for the header costs its few rows only."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    if meta.typ != SheetTypeEnum.WorkSheet:
        return Sheet(meta.name, lambda: iter(()), even=True)

    sheet = workbook.get_sheet_by_name(meta.name)

    def rows() -> Iterator[Row]:
        # iter_rows begins at the first written column, the other columns of the sheet count all the same
        left = [""] * (sheet.start[1] if sheet.start else 0)
        return text_rows([*left, *row] for row in sheet.iter_rows()) if left else text_rows(sheet.iter_rows())

    merges = tuple(
        Merge(first[0] + 1, last[0] + 1, first[1])
        for first, last in (sheet.merged_cell_ranges or ())
        if first[1] == last[1] and last[0] > first[0]
    )
    hidden = meta.visible != SheetVisibleEnum.Visible
    return Sheet(meta.name, rows, True, hidden, merges, lambda: _hidden_rows(path, meta.name))


@cache
def _sheet_parts(path: Path) -> dict[str, str]:
    """Sheet names and the parts of the archive that hold them; empty where the file is no .xlsx."""
    from html import unescape

    try:
        with zipfile.ZipFile(path) as archive:
            book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
            links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError, OSError):
        return {}
    targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(links)}
    found = {}
    for tag in _SHEET.findall(book):
        target = targets.get(_attribute(tag, "r:id"), "")
        found[unescape(_attribute(tag, "name"))] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def _hidden_rows(path: Path, name: str) -> int:
    """How many rows of the sheet are hidden; 0 for an old .xls, where looking would mean reading it twice."""
    part = _sheet_parts(path).get(name)
    if part is None:
        return 0
    try:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(part)
    except (zipfile.BadZipFile, KeyError, OSError):
        return 0
    return len(_HIDDEN_ROW.findall(content)) if b"hidden=" in content else 0
