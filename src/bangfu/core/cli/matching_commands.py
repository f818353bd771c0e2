"""What the commands of matching do."""

from __future__ import annotations

import argparse
import sys

from bangfu.core.cli.commands import OK, Bar, existing


def match(args: argparse.Namespace) -> int:
    """Link a bureau's file to registered persons."""
    existing([args.registry, args.file, *([args.manifest] if args.manifest else [])])
    from bangfu.core.matching.keys import read_token_key
    from bangfu.core.matching.matching import match as run_match

    key = read_token_key(args.key, warn=lambda text: print(text, file=sys.stderr))
    with Bar() as bar:
        found = run_match(args.registry, args.file, args.out, manifest=args.manifest, key=key, progress=bar)
    counts = found.summary
    print(
        f"行 rows: {counts['rows']}; 对应 linked: {counts['linked']}; 须核实 review: {counts['review']}; "
        f"未对应 unlinked: {counts['unlinked']}"
    )
    print(f"结果 results: {args.out}")
    return OK
