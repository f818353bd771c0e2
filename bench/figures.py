"""How long the checker of figures takes by the length of a text, and a form to be filled by the size of a county.

    python bench/figures.py [--households 2000]

Texts are the texts of the tests, repeated; each length is checked three times and the quickest counts. Forms are made here: a
table by village with a three-row header, and a list of the monitored. There is no peer to compare with: the machine's own reading of
the same text with one regular expression for numbers is given beside it, as a floor.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LENGTHS = (15_000, 60_000, 240_000)
DAY = date(2026, 10, 31)


def quickest(act: Callable[[], object], times: int = 3) -> float:
    """Seconds of the quickest of some runs."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        found.append(time.perf_counter() - started)
    return min(found)


def checked() -> None:
    """Lengths against seconds."""
    from bangfu.core.figures.check import check_text

    whole = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "tests/core/figures/texts").glob("*.txt")))
    numbers = re.compile(r"\d[\d,.]*")
    print("| characters | figures check, s | one regular expression, s | findings |\n|---|---|---|---|")
    for length in LENGTHS:
        text = (whole * (length // len(whole) + 1))[:length]
        ours, floor = quickest(lambda t=text: check_text(t)), quickest(lambda t=text: numbers.findall(t))
        print(f"| {length:,} | {ours:.2f} | {floor:.3f} | {len(check_text(text)):,} |")


def forms(folder: Path) -> list[tuple[str, Path]]:
    """A table by village, and a list."""
    from openpyxl import Workbook
    from openpyxl.styles import Border, Side

    table, listed = Workbook(), Workbook()
    heads = ["乡镇", "村", "总户数（户）", "总人口（人）", "监测对象", None, "低保", None, "占总人口比例（%）"]
    units = [None, None, None, None, "户数（户）", "人数（人）", "户数（户）", "人数（人）", None]
    for row in (["农村人口和保障情况统计表"], heads, units):
        table.active.append(row)
    for block in ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:I2"):
        table.active.merge_cells(block)
    for row in (["监测对象花名册"], ["序号", "村组", "户主姓名", "家庭人口（人）", "人均纯收入（元）", "致贫原因"]):
        listed.active.append(row)
    line = Side(style="thin")
    for sheet, first, width in ((table.active, 4, 9), (listed.active, 3, 6)):
        for cells in sheet.iter_rows(min_row=first, max_row=first + 1, max_col=width):
            for cell in cells:
                cell.border = Border(left=line, right=line, top=line, bottom=line)
    found = [("by village", folder / "table.xlsx"), ("list of the monitored", folder / "list.xlsx")]
    for (_, path), book in zip(found, (table, listed), strict=True):
        book.save(path)
    return found


def filled(households: int) -> None:
    """Forms against seconds, the registry read anew each time, as the command does."""
    from bangfu.core.demo import generate
    from bangfu.core.reporting.forms import fill_form
    from bangfu.core.reporting.forms_state import FillRequest
    from bangfu.core.rulebook.loader import load

    book = load(ROOT / "rulebook" / "cn", cases=False)
    print("\n| households | form | s | cells |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="bangfu-bench-") as scratch:
        folder = Path(scratch)
        generate(folder / "county", households=households, seed=1)
        for name, form in forms(folder):
            request = FillRequest(form, book, folder / "county" / "2026-10", DAY, folder / "out.xlsx", "990101")
            made = fill_form(request)
            print(f"| {households:,} | {name} | {quickest(lambda r=request: fill_form(r), 2):.2f} | {made.filled:,} |")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=2000)
    options = parser.parse_args()
    checked()
    filled(options.households)


if __name__ == "__main__":
    main()
