"""The import bench: 100,000 persons from Excel, CSV and Parquet, checked and written, on SQLite in a fresh home.

    python bench/office_imports.py [--persons 100000] [--bad 0.02] [--markdown FILE]

The county is the synthetic one; its households are imported first. A share of the rows is spoiled (a birth date that is
none, a household that nobody knows, an ID number given twice), so that errors are found and reported; the writing takes
the good rows. Rates are rows a second of one process: reading and judging with everything kept for the preview, and
writing with keys, seals, blind indexes, statements, memberships and the log. Each check and the write is a process of
its own, whose peak memory is its own. What spec/performance.md asks: 20,000 from Excel, 50,000 from CSV and Parquet,
3,000 written.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
AS_OF = date(2026, 10, 31)
WANTED = {"xlsx": 20_000, "csv": 50_000, "parquet": 50_000, "write": 3_000}


def make(folder: Path, persons: int, bad: float) -> None:
    """The county's files: households as CSV, persons as CSV, Excel and Parquet with the same rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import xlsxwriter

    from bangfu.core import demo

    county = demo.generate(folder / "county", households=int(persons / 3.7), seed=7)
    month = folder / "county" / county.months[-1][0]
    with (month / "persons.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))[: persons + 1]
    spoil(head, rows, bad)
    with (folder / "persons.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    with xlsxwriter.Workbook(str(folder / "persons.xlsx"), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("家庭成员信息")
        for number, row in enumerate([head, *rows]):
            sheet.write_row(number, 0, row)
    pq.write_table(
        pa.table({t: [row[i] or None for row in rows] for i, t in enumerate(head)}), folder / "persons.parquet"
    )
    for found in month.glob("households.*"):  # small counties come as workbooks
        found.rename(folder / found.name)


def spoil(head: list[str], rows: list[list[str]], bad: float) -> None:
    """Every n-th row gets one of three mistakes."""
    step = int(1 / bad) if bad else len(rows) + 1
    born, home, number = head.index("出生日期"), head.index("户编号"), head.index("证件号码")
    for count, at in enumerate(range(step, len(rows), step)):
        if count % 3 == 0:
            rows[at][born] = "一九五三年底"
        elif count % 3 == 1:
            rows[at][home] = "9901019999999999"
        else:
            rows[at][number] = rows[at - 1][number]


def start() -> Any:
    """Django, and the actor."""
    import django

    django.setup()
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.imports import checking, committing, tables  # noqa: F401  a worker is warm

    tables.kinds()

    return system_actor()


Seconds = tuple[float, float]


def clock() -> Seconds:
    """Now, on the wall and in processor time: a busy machine slows the one, not the other."""
    return time.perf_counter(), time.process_time()


def since(began: Seconds) -> Seconds:
    """What has passed."""
    wall, used = clock()
    return wall - began[0], used - began[1]


def batch_of(path: Path) -> Any:
    """A batch for a file, as an upload leaves it."""
    from django.core.files import File

    from bangfu.office.imports import storage
    from bangfu.office.imports.models import Batch

    with path.open("rb") as file:
        digest, ending = storage.receive(File(file, name=path.name))
    return Batch.objects.create(
        area_code="990101", file_name=path.name, ending=ending, sha256=digest, size=path.stat().st_size, as_of=AS_OF,
        source="national_export", uploaded_by="bench", uploaded_name="bench",
    )  # fmt: skip


def checked(path: Path) -> tuple[Any, Seconds]:
    """A checked batch and the seconds that the check took."""
    from bangfu.office.imports import checking, storage

    batch, actor = batch_of(path), start()
    began = clock()
    checking.check(batch, actor, storage.Progress(batch))
    return batch, since(began)


def written(batch: Any, mode: str) -> Seconds:
    """The seconds that writing a checked batch took."""
    from bangfu.office.imports import committing, storage

    batch.state, batch.mode = "committing", mode
    batch.save()
    began = clock()
    committing.commit(batch, start(), storage.Progress(batch))
    return since(began)


def areas_of(folder: Path) -> None:
    """The villages of the county."""
    from bangfu.office.site.demo import load_areas

    load_areas(next((folder / "county").glob("2026-10")), AS_OF)


def step(folder: Path, name: str) -> dict[str, Any]:
    """One step, in its own process."""
    start()
    if name == "households":
        areas_of(folder)
        batch, _ = checked(next(folder.glob("households.*")))
        seconds, rows = written(batch, "good"), batch.good
    elif name == "write":
        batch, _ = checked(folder / "persons.csv")
        seconds, rows = written(batch, "good"), batch.written
    else:
        again = name.startswith("again")
        batch, seconds = checked(folder / f"persons.{name.rsplit(maxsplit=1)[-1]}")
        rows = batch.total
        assert not again or batch.unchanged > 0.9 * rows
    from bangfu.office.imports.models import Issue

    errors = Issue.objects.filter(batch=batch, severity="error").count()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows, "seconds": seconds[0], "cpu": seconds[1], "errors": errors, "peak": peak}


def main() -> int:
    """All steps, each in a process; a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--bad", type=float, default=0.02)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--step", nargs=2, metavar=("FOLDER", "NAME"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(step(Path(options.step[0]), options.step[1])))
        return 0
    with tempfile.TemporaryDirectory(prefix="bangfu-import-bench-") as name:
        folder = Path(name)
        os.environ |= {
            "BANGFU_HOME": str(folder / "home"),
            "BANGFU_RULEBOOK": str(ROOT / "rulebook" / "demo-county"),
            "DJANGO_SETTINGS_MODULE": "bangfu.office.site.settings",
        }
        (folder / "home").mkdir()
        make(folder, options.persons, options.bad)
        subprocess.run([str(Path(sys.executable).parent / "bangfu"), "migrate"], check=True, stdout=subprocess.DEVNULL)
        lines = [
            "| step | rows | errors found | seconds | of processor | rows a second | wanted | peak MB |",
            "|---|---:|---:|---:|---:|---:|---:|---:|",
        ]
        for one in ("households", "csv", "parquet", "xlsx", "write", "again csv"):
            command = [sys.executable, __file__, "--step", str(folder), one]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
            got = json.loads(told)
            rate = got["rows"] / got["seconds"]
            wanted = f"{WANTED[one]:,}" if one in WANTED else ""
            cells = (one, f"{got['rows']:,}", f"{got['errors']:,}", f"{got['seconds']:.1f}", f"{got['cpu']:.1f}")
            lines.append("| " + " | ".join((*cells, f"{rate:,.0f}", wanted, f"{got['peak']:.0f}")) + " |")
            print(lines[-1], flush=True)
    if options.markdown:
        options.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
