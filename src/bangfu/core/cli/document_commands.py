"""What `document` does: an official document over the registry's figures."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.cli.commands import OK, Bar, UsageError, existing
from bangfu.core.cli.fill_commands import area_prefix, day_of, rulebook_at


def add_options(made: Any, day: Callable[[str], date]) -> None:
    """The options of `document`."""
    paths = {"type": Path, "metavar": "FILE"}
    made.add_argument("kind", metavar="KIND", help="文种，如 工作总结（summary）、公示（notice）/ the kind of document")
    made.add_argument("--data", type=Path, required=True, metavar="DIR", help="数据文件夹 / folder of the registry")
    made.add_argument("--out", required=True, help="写到哪里：.docx 或 .pdf / where to: .docx or .pdf", **paths)
    made.add_argument("--area", metavar="CODE", help="单位的区划代码 / code of the area that writes")
    made.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help="截止日期，默认同 fill / default: as for fill")
    made.add_argument("--slots", help="由人写的内容，YAML 或 JSON / what a person writes, YAML or JSON", **paths)
    made.add_argument("--previous", help="上次的 .figures.json，比较变化 / an earlier list of figures", **paths)
    made.add_argument("--rulebook", type=Path, metavar="DIR", help="规则集，默认 rulebook/cn / default: rulebook/cn")


def document(args: argparse.Namespace) -> int:
    """Write a document."""
    from bangfu.core.documents.official.kinds import kind_named, kinds

    existing([args.data, args.slots, args.previous])
    kind = kind_named(args.kind)
    if kind is None:
        names = "、".join(f"{kind.name}（{name}）" for name, kind in kinds().items())
        raise UsageError(f"KIND: 没有文种 {args.kind!r} / there is no such kind; 有 there are: {names}")
    if args.out.suffix.lower() not in (".docx", ".pdf"):
        raise UsageError(f"--out: {args.out.name} 应以 .docx 或 .pdf 结尾 / should end in .docx or .pdf")
    area = area_prefix(args.area)
    from bangfu.core.reporting.reports import ReportRequest, read_slots, write_report
    from bangfu.core.rulebook.loader import load

    book = load(rulebook_at(args.rulebook), cases=False)
    with Bar() as bar:
        request = ReportRequest(
            kind, book, args.data, args.as_of or day_of(args.data), args.out, area,
            read_slots(args.slots), args.previous, bar,
        )  # fmt: skip
        result = write_report(request)
    _print(result)
    return OK


def _print(result: Any) -> None:
    statuses = [source.status for source in result.document.sources]
    print(
        f"数字 figures: {statuses.count('computed')}; 资料不全 unknown: {statuses.count('unknown')}; "
        f"人工填报、无来源 typed: {statuses.count('typed')}"
    )
    for source in result.changes:
        print(f"  变化 changed  {source.name}: {source.before} → {source.printed}")
    for gap in dict.fromkeys(result.document.gaps):
        print(f"  {gap}")
    print(f"结果 results: {result.out}")
    print(f"数据来源 sources: {result.figures}")
