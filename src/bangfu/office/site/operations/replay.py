"""`bangfu replay CASE`: every decision of a case worked again with the rules and the facts that were kept then."""

from __future__ import annotations

import argparse
import sys
from typing import Any

_WORDS = {
    "same": ("结果相同", "the same"),
    "no_rules": ("决定不以逐条核对为前提，内容未被改动", "rests on no rules; its bytes are as they were frozen"),
    "other": ("结果不同", "not the same"),
    "altered": ("内容与冻结时不一致", "its bytes are not those that were frozen"),
    "erased": ("个人资料已按规定删除，不能重算", "the personal data were erased; it cannot be worked again"),
    "gone": ("当时的规则或快照已不在，不能重算", "the rules or the facts of then are gone; it cannot be worked again"),
}


def add(commands: Any) -> None:
    """The command's place in the parser."""
    parser = commands.add_parser("replay", help="按当时的规则和事实重算决定 / work a case's decisions again")
    parser.add_argument("case", metavar="CASE", help="事项编号，如 GA2026-000001 / a case's number")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 where every decision comes out the same, 1 where one does not or cannot be worked again, 2 for no such case."""
    from bangfu.office.casework.api import Determination, replay

    rows = Determination.objects.select_related("case__household__key").filter(case__number=args.case).order_by("seq")
    found = list(rows)
    if not found:
        print(f"{args.case}：没有这一事项，或尚无决定 / no such case, or nothing was decided in it", file=sys.stderr)
        return 2
    good = True
    for row in found:
        result = replay(row)
        zh, en = _WORDS[result.outcome]
        print(f"{args.case}/{row.seq} {row.made_at:%Y-%m-%d} sha256 {row.sha256[:16]}：{zh} / {en}")
        for name in result.differing:
            print(f"  {name}")
        good = good and result.good
    return 0 if good else 1
