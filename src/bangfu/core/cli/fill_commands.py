"""What `fill` does: a superior's form, filled from a data folder."""

from __future__ import annotations

import argparse
import calendar
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.cli.commands import OK, Bar, UsageError, existing

_MONTH = re.compile(r"(20\d{2})[-._年]?(0?[1-9]|1[0-2])(?:[-._月]?(\d{2}))?月?$")
SHOWN = 20


def add_options(made: Any, day: Callable[[str], date]) -> None:
    """The options of `fill`."""
    paths = {"type": Path, "metavar": "FILE"}
    made.add_argument("form", type=Path, metavar="FORM", help="空表（.xlsx；.xls 经 LibreOffice 转换）/ the form")
    made.add_argument("--data", type=Path, required=True, metavar="DIR", help="数据文件夹 / folder of the registry")
    made.add_argument("--out", required=True, help="填好的表 / the filled form (.xlsx)", **paths)
    made.add_argument("--area", metavar="CODE", help="填报单位的区划代码 / code of the area that reports")
    what = "填报单位的名称，资料里没有时（如县） / name of the reporting unit where the data lack it, as of a county"
    made.add_argument("--unit", metavar="TEXT", default="", help=what)
    what = "截止日期，默认为数据文件夹名所指月份的最后一天 / default: the last day of the month that the folder is named after"
    made.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help=what)
    made.add_argument("--rulebook", type=Path, metavar="DIR", help="规则集，默认 rulebook/cn / default: rulebook/cn")
    what = "填了答复的待确认表，或 JSON / questions with answers, or JSON"
    made.add_argument("--answers", action="append", default=[], help=what, **paths)
    made.add_argument(
        "--purpose", metavar="TEXT", help="需要完整证件号码、电话时写明用途 / why whole ID numbers are needed"
    )


def fill(args: argparse.Namespace) -> int:
    """Fill a form."""
    existing([args.form, args.data, *args.answers])
    rulebook = rulebook_at(args.rulebook)
    if args.form.resolve() == args.out.resolve():
        raise UsageError(
            "--out: 不能覆盖原来的空表，请另取文件名 / the form itself would be overwritten; give another name"
        )
    end = ".xlsm" if args.form.suffix.lower() == ".xlsm" else ".xlsx"  # with macros a workbook must say so
    if args.out.suffix.lower() != end:
        raise UsageError(f"--out: {args.out.name} 应以 {end} 结尾 / should end in {end}")
    area = area_prefix(args.area)
    from bangfu.core.reporting.forms import fill_form
    from bangfu.core.reporting.forms_answers import read_answers
    from bangfu.core.reporting.forms_state import FillRequest
    from bangfu.core.rulebook.loader import load

    as_of = args.as_of or day_of(args.data)
    with Bar() as bar:
        request = FillRequest(
            args.form, load(rulebook, cases=False), args.data, as_of, args.out, area,
            read_answers(args.answers), args.purpose or "", bar, args.unit,
        )  # fmt: skip
        result = fill_form(request)
    _print(result, as_of, args)
    return OK


def area_prefix(code: str | None) -> str:
    """The digits of an area's code that mean something; empty for none. Raises UsageError for what is no code."""
    if not code:
        return ""
    if not re.fullmatch(r"\d{6}|\d{9}|\d{12}", code):
        raise UsageError(f"--area: {code!r} 应为6、9或12位区划代码 / expected a code of 6, 9 or 12 digits")
    from bangfu.core.values.area import prefix

    return prefix(code)


def rulebook_at(given: Path | None) -> Path:
    """The one named, else rulebook/cn here, else the one beside the program."""
    if given is not None:
        existing([given])
        return given
    for place in (Path("rulebook/cn"), Path(__file__).parents[4] / "rulebook" / "cn"):
        if (place / "rulebook.yml").is_file():
            return place
    raise UsageError("--rulebook: 没有找到 rulebook/cn，请指明规则集 / rulebook/cn was not found; name a rulebook")


def day_of(data: Path) -> date:
    """The last day of the month that the folder is named after, else today."""
    found = _MONTH.search(data.resolve().name)
    if not found:
        return date.today()
    year, month = int(found[1]), int(found[2])
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(int(found[3] or last) or last, last))


def _print(result: Any, as_of: date, args: argparse.Namespace) -> None:
    from bangfu.core.reporting.forms_answers import KINDS

    if args.as_of is None:
        print(f"截止日期 as of: {as_of}（没有给 --as-of / --as-of was not given）")
    if result.converted:
        print("已用 LibreOffice 把 .xls 转成 .xlsx / the .xls was converted to .xlsx by LibreOffice")
    print(f"表 tables: {result.tables}; 已填 filled: {result.filled}; 其中请确认 to confirm: {result.doubtful}")
    for question in result.questions[:SHOWN]:
        cells = "、".join(question.cells[:6]) + ("…" if len(question.cells) > 6 else "")
        place = f" [{question.sheet}!{cells}]" if question.sheet and cells else ""
        print(f"  {KINDS[question.kind]}  {question.key}{place}: {question.zh} / {question.en}")
        for number, (zh, value) in enumerate(question.options[:4], 1):
            print(f"      {number}. {zh}" + (f" → {value}" if value else ""))
    if len(result.questions) > SHOWN:
        more = len(result.questions) - SHOWN
        print(f"  另有{more}条，见待确认表 / {more} more are in the list of questions")
    print(f"结果 results: {result.out}")
    print(f"每格的出处 trace: {result.trace}")
    if result.questions_file is not None:
        print(f"待确认 questions: {result.questions_file}")
