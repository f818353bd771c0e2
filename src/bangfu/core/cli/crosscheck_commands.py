"""What the command of the cross-check does."""

from __future__ import annotations

import argparse

from bangfu.core.cli.commands import OK, Bar, existing


def crosscheck(args: argparse.Namespace) -> int:
    """Link all bureaus' files to the registry and write what they say of persons and households."""
    existing([args.registry, args.bureau])
    from bangfu.core.matching.crosscheck.run import crosscheck as run_crosscheck

    with Bar() as bar:
        found = run_crosscheck(
            args.registry,
            args.bureau,
            args.out,
            memory_mb=args.memory,
            threads=args.threads,
            as_of=args.as_of,
            links=not args.no_links,
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
    print(f"矛盾 conflicts: {sum(summary['conflicts'].values())}")
    if not summary["conflicts_book"]:
        print("  矛盾太多，未写工作簿，见 conflicts.parquet / too many for a workbook: see conflicts.parquet")
    print(f"结果 results: {args.out}")
    return OK
