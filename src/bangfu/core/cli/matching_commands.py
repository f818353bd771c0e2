"""What the commands of matching do."""

from __future__ import annotations

import argparse

from bangfu.core.cli.commands import OK, Bar, existing


def match(args: argparse.Namespace) -> int:
    """Link a bureau's file to registered persons."""
    existing([args.registry, args.file, *([args.manifest] if args.manifest else [])])
    from bangfu.core.matching.matching import match as run_match

    with Bar() as bar:
        found = run_match(args.registry, args.file, args.out, manifest=args.manifest, progress=bar)
    counts = found.summary
    print(
        f"行 rows: {counts['rows']}; 对应 linked: {counts['linked']}; 须核实 review: {counts['review']}; "
        f"未对应 unlinked: {counts['unlinked']}"
    )
    print(f"结果 results: {args.out}")
    return OK
