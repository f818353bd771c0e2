"""What the commands of matching do."""

from __future__ import annotations

import argparse
import sys

from bangfu.core.cli.commands import FAILED, OK, Bar, existing


def match(args: argparse.Namespace) -> int:
    """Link a bureau's file to registered persons."""
    existing([args.registry, args.file, *([args.manifest] if args.manifest else [])])
    from bangfu.core.matching.matching import match as run_match
    from bangfu.core.matching.tokens.keys import read_token_key

    key = read_token_key(args.key, warn=lambda text: print(text, file=sys.stderr))
    with Bar() as bar:
        found = run_match(
            args.registry,
            args.file,
            args.out,
            manifest=args.manifest,
            key=key,
            decisions=args.decisions,
            splink=args.splink,
            progress=bar,
        )
    counts = found.summary
    for warned in counts["warnings"]:
        print(f"{warned['zh']} / {warned['en']}", file=sys.stderr)
    print(
        f"行 rows: {counts['rows']}; 对应 linked: {counts['linked']}; 须核实 review: {counts['review']}; "
        f"未对应 unlinked: {counts['unlinked']}"
    )
    print(f"结果 results: {args.out}")
    return OK


def read_reviews(args: argparse.Namespace) -> int:
    """Keep what reviewers decided."""
    from bangfu.core.matching.review_answers import read_reviews as read

    found = read(existing(args.files), args.decisions)
    for problem in found.problems:
        where = f"{problem.file} {problem.sheet}:{problem.row}".strip()
        print(f"{where}: {problem.column} {problem.found!r}: {problem.problem}；{problem.advice}", file=sys.stderr)
    print(f"已记 kept: {found.kept}; 未定 left open: {found.left_open}; 未收 not taken: {len(found.problems)}")
    print(f"结果 results: {args.decisions}")
    return FAILED if found.problems else OK
