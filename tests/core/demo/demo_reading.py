"""Reads a generated county back with nothing of the product: plain Python over the files."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import python_calamine

Row = dict[str, str]


def sheet(path: Path) -> list[list[str]]:
    """All lines of a workbook's first sheet as texts."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return [[str(cell) for cell in line] for line in book.get_sheet_by_index(0).to_python()]


def table(folder: Path, name: str) -> list[Row]:
    """The rows of a table, without title line, 合计 row and note."""
    as_csv = folder / f"{name}.csv"
    if as_csv.exists():
        raw = as_csv.read_bytes()
        text = raw.decode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "gb18030")
        return list(csv.DictReader(io.StringIO(text)))
    lines = sheet(folder / f"{name}.xlsx")
    header = lines[1]
    rows = [dict(zip(header, line, strict=False)) for line in lines[2:]]
    return [r for r in rows if r[header[0]] != "合计" and not r[header[0]].startswith("注")]


def by(rows: list[Row], header: str) -> dict[str, list[Row]]:
    """Rows grouped by a column."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[header]].append(row)
    return groups


def fen(text: str) -> int:
    """Yuan with two decimals as fen; blank is 0 here, since callers ask only of filled cells."""
    return round(float(text or 0) * 100)


def day(text: str) -> date:
    """A date in any of the ways in which the files write one."""
    if re.fullmatch(r"\d{5}", text):
        return date(1899, 12, 30) + timedelta(int(text))
    if re.fullmatch(r"\d{8}", text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    year, month, rest = re.split(r"[-/.]", text)
    return date(int(year), int(month), int(rest))


def age(born: date, as_of: date) -> int:
    """Completed years."""
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def well_formed(number: str) -> bool:
    """Eighteen characters of which the last is the check of the others."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    return number[17] == "10X98765432"[sum(int(c) * w for c, w in zip(number, WEIGHTS, strict=False)) % 11]


def identity(text: str) -> str:
    """The 18 characters that a soiled ID number stands for; one that cannot be repaired stays as it is."""
    text = unicodedata.normalize("NFKC", text).replace(" ", "").upper().translate(str.maketrans("×Х", "XX"))
    if len(text) == 15 and text.isdigit():
        body = f"{text[:6]}19{text[6:]}"
        return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]
    return text[:18] if len(text) in (20, 22) else text
