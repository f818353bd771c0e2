"""`bangfu audit verify`: is the log whole? `bangfu audit head`: what to keep elsewhere, so that a swapped log shows."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any


def add(commands: Any) -> None:
    """The commands' places in the parser."""
    parser = commands.add_parser("audit", help="审计日志 / the audit log")
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    check = parts.add_parser("verify", help="检查日志是否完整 / is the log whole")
    check.add_argument(
        "--expect", metavar="COUNT:HASH", type=_head, help="先前保存的链头 / a head printed and kept earlier"
    )
    check.set_defaults(run=run_verify)
    end = parts.add_parser("head", help="打印链头，抄存在别处 / print the head, to be kept elsewhere")
    end.set_defaults(run=run_head)


def _head(text: str) -> tuple[int, str]:
    from bangfu.office.audit.heads import read_head

    try:
        return read_head(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run_verify(args: argparse.Namespace) -> int:
    """0 where nothing is wrong, else 1 and a line for each finding."""
    from bangfu.office.audit.api import verify

    start = time.perf_counter()
    live = sys.stderr.isatty()

    def progress(rows: int) -> None:
        if live:
            print(f"\r{rows:,}", end="", file=sys.stderr, flush=True)

    report = verify(args.expect, progress)
    if live:
        print(file=sys.stderr)
    for finding in report.found:
        print(f"{finding.text('zh')} / {finding.text('en')}")
    if report.total > len(report.found):
        print(f"另有 {report.total - len(report.found)} 处 / and {report.total - len(report.found)} more")
    took = time.perf_counter() - start
    outcome = "完整 / whole" if report.good else f"{report.total} 处不符 / {report.total} findings"
    print(
        f"审计日志 {report.rows:,} 条、{report.streams} 条链，{took:.1f} 秒：{outcome} / "
        f"{report.rows:,} rows in {report.streams} chains, {took:.1f} s"
    )
    print(f"链头 / head {report.head}")
    return 0 if report.good else 1


def run_head(_args: argparse.Namespace) -> int:
    """The head alone on a line."""
    from bangfu.office.audit.api import head

    print(head())
    return 0
