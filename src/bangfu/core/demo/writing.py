"""Writes tables as a county has them: CSV in two encodings, workbooks with a title above the header."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from bangfu.core.demo.layout import BUREAU, GB18030, REGISTRY, SOURCES, TITLES, TOTALLED

CREATED = datetime(2026, 9, 30, 8, 0, 0)
NOTE = "注：本表由信息系统导出，金额单位为元，人均纯收入按户人口数计算。"


class Table(Protocol):
    """An open table; rows are texts in the order of the headers."""

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Append rows."""

    def close(self) -> None:
        """Finish the file."""


class CsvTable:
    """A CSV file with one header line, utf-8 with a mark or gb18030."""

    def __init__(self, path: Path, headers: list[str], encoding: str) -> None:
        self._file = path.open("w", encoding=encoding, newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow(headers)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Append rows."""
        self._writer.writerows(rows)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Workbook:
    """A workbook with a merged title line, the header, the rows, perhaps a 合计 row and a note under it."""

    def __init__(self, path: Path, headers: list[str], title: str, total: tuple[str, str] | None) -> None:
        import xlsxwriter

        self._book: Any = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self._book.set_properties({"title": title, "created": CREATED})
        self._sheet = self._book.add_worksheet("Sheet1")
        self._sheet.merge_range(0, 0, 0, min(len(headers), 8) - 1, title)
        self._total = total
        self._at = headers.index(total[1]) if total else 0
        self._sum = 0
        self._row = 1
        self.add([headers])
        self._sum = 0

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Append rows; empty texts stay empty cells."""
        write = self._sheet.write_string
        for row in rows:
            for column, text in enumerate(row):
                if text:
                    write(self._row, column, text)
            self._row += 1
            if self._total and row[self._at].isdigit():
                self._sum += int(row[self._at])

    def close(self) -> None:
        """Write what stands under the table and finish the file."""
        if self._total:
            self._sheet.write_string(self._row, 0, self._total[0])
            self._sheet.write_number(self._row, self._at, self._sum)
            self._sheet.write_string(self._row + 1, 0, NOTE)
        self._book.close()


class DataFolder:
    """One month's data folder: every registry table, and the bureau files with their manifests."""

    def __init__(self, folder: Path, as_of: date, workbooks: bool) -> None:
        self._folder, self._as_of = folder, as_of
        (folder / "bureau").mkdir(parents=True)
        self._tables = {name: _open(folder, name, headers, workbooks) for name, headers in REGISTRY.items()}
        self._bureau = {name: _open(folder / "bureau", name, headers, workbooks) for name, headers in BUREAU.items()}

    def add(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """Append rows to a registry table."""
        self._tables[name].add(rows)

    def add_bureau(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """Append rows to a bureau file."""
        self._bureau[name].add(rows)

    def close(self, townships: Sequence[str], uncovered: str) -> None:
        """Finish all files and write the manifests; the vehicle file does not cover one township."""
        for table in (*self._tables.values(), *self._bureau.values()):
            table.close()
        for name in BUREAU:
            areas = [code for code in townships if name != "vehicles" or code != uncovered]
            manifest = _manifest(name, self._as_of, areas)
            text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
            (self._folder / "bureau" / f"{name}.manifest.json").write_text(text, encoding="utf-8")


def _open(folder: Path, name: str, headers: list[str], workbooks: bool) -> Table:
    if workbooks and name in TITLES:
        return Workbook(folder / f"{name}.xlsx", headers, TITLES[name], TOTALLED.get(name))
    return CsvTable(folder / f"{name}.csv", headers, "gb18030" if name in GB18030 else "utf-8-sig")


def _manifest(name: str, as_of: date, areas: list[str]) -> dict[str, object]:
    source, basis = SOURCES[name]
    first = as_of.replace(year=as_of.year - 1, day=1)
    return {
        "source": source,
        "as_of": as_of.isoformat(),
        "received_on": (as_of + timedelta(days=3)).isoformat(),
        "covers": {
            "areas": areas,
            "period": {"from": first.isoformat(), "to": (as_of + timedelta(days=1)).isoformat()},
        },
        "legal_basis": basis,
        "authorisation": f"示例县核对授权〔{as_of.year}〕{as_of.month}号（虚构）",
    }
