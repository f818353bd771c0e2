"""What the commands about duplicates in the registry do."""

from __future__ import annotations

import argparse
import sys

from bangfu.core.cli.commands import FAILED, OK, Bar, existing


def duplicates(args: argparse.Namespace) -> int:
    """Search a registry for persons and households that stand in it twice."""
    existing([args.registry, args.decisions])
    from bangfu.core.matching.duplicates.run import find_duplicates

    with Bar() as bar:
        found = find_duplicates(args.registry, args.out, decisions=args.decisions, progress=bar)
    counts = found.summary
    severe = counts["by_severity"]
    print(f"人 persons: {counts['persons']}; 户 households: {counts['households']}")
    print(
        f"疑似重复 groups: {counts['groups']} (确定 certain {severe.get('certain', 0)}, 很可能 likely "
        f"{severe.get('likely', 0)}, 待核实 to look at {severe.get('look', 0)}); "
        f"重复发放 paid twice: {counts['paid_twice']}"
    )
    if args.decisions:
        print(
            f"以前核实为不同，未列 decided earlier, not listed: {counts['suppressed']}; "
            f"已核实未更正 decided, not corrected: {counts['decided_but_not_corrected']}"
        )
    for warning in counts["warnings"]:
        print(f"注意 note: {warning['zh']} / {warning['en']}", file=sys.stderr)
    print(f"结果 results: {args.out}")
    return OK


def read(args: argparse.Namespace) -> int:
    """Take back what people answered about duplicates."""
    from bangfu.core.matching.duplicates.answers import read_answers

    found = read_answers(existing(args.files), args.out)
    for problem in found.problems:
        where = f"{problem.file} {problem.sheet}:{problem.row}".strip()
        print(f"{where}: {problem.column} {problem.found!r}: {problem.problem}；{problem.advice}", file=sys.stderr)
    print(
        f"读取 files: {found.files}; 已填 answers: {found.answers}（新 new {found.new}）; 未填 empty: {found.empty}; "
        f"改答 changed: {found.changed}; 冲突 conflicts: {found.conflicts}"
    )
    print(f"结果 results: {found.table}")
    return FAILED if any(not problem.taken for problem in found.problems) else OK
