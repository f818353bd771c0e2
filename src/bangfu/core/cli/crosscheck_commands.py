"""What the command of the cross-check does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.cli.commands import OK, Bar, existing


def crosscheck(args: argparse.Namespace) -> int:
    """Link all bureaus' files to the registry and write what they say of persons and households."""
    existing([args.registry, args.bureau, *([args.decisions] if args.decisions else [])])
    from bangfu.core.matching.crosscheck.run import crosscheck as run_crosscheck
    from bangfu.core.matching.exchange.authorisations_reading import read_authorisations

    register = read_authorisations(args.registry)
    for problem in register.problems if register else ():
        print(problem.line(), file=sys.stderr)
    with Bar() as bar:
        found = run_crosscheck(
            args.registry,
            args.bureau,
            args.out,
            memory_mb=args.memory,
            threads=args.threads,
            as_of=args.as_of,
            allowed=None if register is None else lambda table, on: register.authorised_households(on, table),
            asked_on=args.asked_on or date.today(),
            links=not args.no_links,
            decisions=args.decisions,
            progress=bar,
        )
    summary = found.summary
    print(f"基准日 as of: {summary['as_of']}; 人 persons: {summary['persons']}; 户 households: {summary['households']}")
    for name, table in summary["tables"].items():
        read = "读入 read" if table["ingested"] else "未变 unchanged"
        print(
            f"  {name}: 行 rows {table['rows']}; 对应 linked {table['linked']}; 须核实 review {table['review']}; "
            f"未对应 unlinked {table['unlinked']} ({read})"
        )
        if table["manifest_problem"]:
            print(f"    {table['manifest_problem']}")
    if summary["not_used"]:
        print(f"未用到的文件 files not used: {', '.join(summary['not_used'])}")
    if register is None:
        print(
            "没有授权登记簿（authorisations），按各说明文件所载的授权执行 / there is no register of authorisations: "
            "the manifests' own authorisations were relied on"
        )
    _record(args, summary)
    print(f"矛盾 conflicts: {sum(summary['conflicts'].values())}")
    if not summary["conflicts_book"]:
        print("  矛盾太多，未写工作簿，见 conflicts.parquet / too many for a workbook: see conflicts.parquet")
    print(f"结果 results: {args.out}")
    return OK


def _record(args: argparse.Namespace, summary: Mapping[str, Any]) -> None:
    """Each file that was taken in leaves its record; one that was taken in before has left it."""
    from bangfu.core.cli.exchange_commands import leave_record
    from bangfu.core.files.manifest import read_manifest
    from bangfu.core.matching.crosscheck.run import bureau_files
    from bangfu.core.matching.exchange.recording import Details

    files, _ = bureau_files(args.bureau)
    for name, path in files.items():
        if summary["tables"].get(name, {}).get("ingested") and path.is_file():
            manifest, _problem = read_manifest(path)
            details = Details(purpose=args.purpose)
            details = details if manifest is None else details.with_manifest(manifest)
            leave_record(args, "received", path, Path(args.out).resolve().parent, details)
