"""What the commands about indicators as cells do."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bangfu.core.cli.commands import FAILED, OK, UsageError, existing


def show(args: argparse.Namespace) -> int:
    """List the cells of a run."""
    existing([args.run_dir])
    from bangfu.core.reporting import cells_text
    from bangfu.core.reporting.cells import read_run

    run = read_run(args.run_dir)
    for name in args.indicator or ():
        run.cell(name, args.area)
    found = [
        cell
        for (name, area), cell in run.found.items()
        if area == args.area and (args.indicator is None or name in args.indicator)
    ]
    if not found:
        raise UsageError(f"--area {args.area}: 没有这个地区的数 / no figures of this area")
    _print(args, [cell.as_dict() for cell in found], lambda: cells_text.listed(found, args.lang))
    return OK


def open_cell(args: argparse.Namespace) -> int:
    """Open one cell into the households behind it."""
    existing([args.run_dir, args.rulebook, args.data])
    from bangfu.core.reporting import cells_text
    from bangfu.core.reporting.cells import read_run
    from bangfu.core.reporting.cells_behind import households_behind

    cell = read_run(args.run_dir).cell(args.indicator, args.area)
    behind = households_behind(args.run_dir, cell, rulebook=args.rulebook, data=args.data, side=args.side)
    found = {
        "cell": cell.as_dict(),
        "side": behind.side,
        "total": behind.total,
        "households": list(behind.households),
        "persons": list(behind.persons),
        "rows": [cells_text.as_dict(row) for row in behind.counted],
        "undecided": [cells_text.as_dict(row) for row in behind.undecided],
    }
    _print(args, found, lambda: cells_text.opened(behind, args.lang))
    return OK


def compare(args: argparse.Namespace) -> int:
    """Say why one indicator differs between two runs, or two areas of them."""
    if args.data is not None and (args.rulebook is None or len(args.data) > 2):
        raise UsageError(
            "--data: 给一次（两次结果同一份资料）或两次（先前、后来），并同时给 --rulebook "
            "/ give it once (one folder for both) or twice (the earlier's, the later's), together with --rulebook"
        )
    existing([args.first, args.second, args.rulebook, *(args.data or ())])
    from bangfu.core.reporting import cells_text
    from bangfu.core.reporting.cells import read_run
    from bangfu.core.reporting.cells_behind import Opener
    from bangfu.core.reporting.cells_compared import difference

    area = args.area if args.other_area is None else args.other_area
    one, other = read_run(args.first).cell(args.indicator, args.area), read_run(args.second).cell(args.indicator, area)
    sides = ("numerator", "denominator") if one.ratio and other.ratio else ("numerator",)

    folders = [args.data[0], args.data[-1]] if args.data else [None, None]

    def opened(run: Any, cell: Any, data: Any) -> Any:
        if args.rulebook is None:
            return ()
        with Opener(run, args.rulebook, data=data, indicators=(args.indicator,)) as opener:
            return tuple(opener.behind(cell, side) for side in sides)

    found = difference(
        one, other, before=opened(args.first, one, folders[0]), after=opened(args.second, other, folders[1])
    )
    shown = {
        "first": one.as_dict(),
        "second": other.as_dict(),
        "difference": None if found.by is None else float(found.by),
        "unit": found.unit,
        "relative": None if found.relative is None else float(found.relative),
        "reasons": [{"code": r.code, "zh": r.zh, "en": r.en} for r in found.reasons],
        "changes": None
        if found.changes is None
        else [
            {"side": c.side, **cells_text.as_dict(c.row), "before": c.before, "after": c.after} for c in found.changes
        ],
    }
    _print(args, shown, lambda: cells_text.compared(found, args.lang))
    return OK


def check(args: argparse.Namespace) -> int:
    """Check every stock against its start, what went and what came; exit 1 where one does not hold."""
    existing([args.run_dir])
    from bangfu.core.reporting import cells_text
    from bangfu.core.reporting.cells import read_run
    from bangfu.core.reporting.cells_compared import balances

    found = balances(read_run(args.run_dir), args.area)
    shown = [
        {
            "indicator": one.end.indicator, "area": one.end.area, "start": one.start.numerator,
            "out": one.went.numerator, "in": one.came.numerator, "end": one.end.numerator, "gap": one.gap,
            "decided": one.decided,
        }
        for one in found
    ]  # fmt: skip
    _print(args, shown, lambda: cells_text.balanced(found, args.lang))
    return FAILED if any(one.gap and one.decided for one in found) else OK


def _print(args: argparse.Namespace, found: Any, text: Any) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=1) if args.format == "json" else text())
