"""What `bangfu figures check` does: reads documents, checks their figures, says what does not hold."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from bangfu.core.cli.commands import FAILED, OK, Bar, existing


def check(args: argparse.Namespace) -> int:
    """1 where something is inconsistent or a file cannot be read, else 0."""
    existing([*args.files, *([args.registry] if args.registry else [])])
    documents, unread = _documents(list(dict.fromkeys(args.files)))
    findings = _findings(args, documents)
    content = _rendered(args, documents, findings)
    if args.out is None:
        sys.stdout.write(content)
    else:
        args.out.write_text(content, encoding="utf-8")
        print(f"结果 results: {args.out}")
    return FAILED if unread or any(f.verdict == "inconsistent" for f in findings) else OK


def _documents(paths: list[Path]) -> tuple[list[Any], int]:
    """The documents that could be read; the others are told on standard error and counted."""
    from bangfu.core.figures.files import DataError, read

    documents, unread = [], 0
    with Bar() as bar:
        for done, path in enumerate(paths, 1):
            try:
                documents.append(read(path))
            except DataError as error:
                print(f"bangfu: {error}", file=sys.stderr)
                unread += 1
            bar("读取", done, len(paths))
    return documents, unread


def _findings(args: argparse.Namespace, documents: list[Any]) -> list[Any]:
    from bangfu.core.figures.check import check_together

    findings = check_together(documents)
    if args.registry is not None:
        from bangfu.core.figures.registry import compare, read_indicators

        indicators = read_indicators(args.registry)
        findings += [f for document in documents for f in compare(document, indicators)]
        order = {document.name: place for place, document in enumerate(documents)}
        findings.sort(key=lambda f: (order[f.file], f.start, f.end))
    return findings


def _rendered(args: argparse.Namespace, documents: list[Any], findings: list[Any]) -> str:
    from bangfu.core.figures import report

    if args.format == "json":
        return report.as_json(findings, args.lang)
    if args.format == "html":
        return report.as_page(documents, findings, args.lang)
    return report.as_text(documents, findings, args.lang)
