"""What the commands of the means-check report do: `report` and `query`. Whoever has a report made says what for."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bangfu.core.cli.commands import FAILED, OK, Bar, UsageError, existing

INDEX_HEADS = (
    "户编号",
    "报告编号",
    "状态",
    "出具日期",
    "数据截至",
    "有效期至",
    "未知项数",
    "不一致处数",
    "文件",
    "问题",
)


def report(args: argparse.Namespace) -> int:
    """The means-check report of one household, or of each household of a list."""
    existing([args.crosscheck, args.registry, *(path for path in (args.households, args.exchanges) if path)])
    if not args.purpose.strip():
        raise UsageError("--purpose: 请写明核对用途 / say what the report is for")
    if args.out is None and (args.households is not None or args.format == "pdf"):
        raise UsageError("--out: 请指定写到哪里 / name the file, or with --households the folder, to write")
    if args.households is not None:
        return _many(args)
    made = _builder(args, {args.household}).build(args.household)
    content = _rendered(made, args.format, args.lang)
    _log(args, made)
    if args.out is None:
        sys.stdout.write(content.decode("utf-8"))
        return OK
    _write_private(args.out, content)
    status = made["status"]
    print(f"报告 report: {made['report_no']}; 状态 status: {status['zh']} / {status['en']}")
    print(f"结果 results: {args.out}")
    return OK


def _many(args: argparse.Namespace) -> int:
    from bangfu.core.files.whole import whole_folder
    from bangfu.core.matching.queries import read_household_list
    from bangfu.core.matching.report.gate import INDEX, MADE_ON

    assert MADE_ON in INDEX_HEADS  # by that column a run knows how new the reports are

    numbers = sorted(read_household_list(args.households))
    builder = _builder(args, set(numbers))
    rows, failed = [], 0
    with Bar() as bar, whole_folder(args.out, INDEX) as folder:
        for done, number in enumerate(numbers, 1):
            row = _one_of_many(args, builder, number, folder)
            failed += bool(row[-1])
            rows.append(row)
            bar("报告", done, len(numbers))
        with (folder / INDEX).open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([INDEX_HEADS, *rows])
    for row in rows:
        if row[-1]:
            print(f"{row[0]}: {row[-1]}", file=sys.stderr)
    print(f"报告 reports: {len(rows) - failed}; 未做成 failed: {failed}")
    print(f"结果 results: {args.out}")
    return FAILED if failed else OK


def _one_of_many(args: argparse.Namespace, builder: Any, number: str, folder: Path) -> list[str]:
    """Writes one household's files; what kept it from being made goes into the last cell."""
    from bangfu.core.documents.means_report_pdf import DataError as Unprintable
    from bangfu.core.matching.errors import DataError
    from bangfu.core.matching.report.gate import report_file_name

    try:
        made = builder.build(number)
    except DataError as error:
        return [number, *[""] * 8, str(error)]
    _log(args, made)
    # the JSON is the report of record, by which its status is asked later; page and PDF are ways to show it
    _write_private(folder / report_file_name(number, "json"), _rendered(made, "json", args.lang))
    name, problem = report_file_name(number, args.format), ""
    if args.format != "json":
        try:
            _write_private(folder / name, _rendered(made, args.format, args.lang))
        except Unprintable as error:
            name, problem = "", str(error)
    unknown = sum(len(line["facts"]) for line in made["missing"])
    last = made["validity"]["last_day"] or ""
    told = [number, made["report_no"], made["status"]["zh"], made["made_on"], made["as_of"] or "", last]
    return [*told, str(unknown), str(len(made["conflicts"])), name, problem]


def _builder(args: argparse.Namespace, households: set[str]) -> Any:
    from bangfu.core.matching.crosscheck.returned_rows import Returned
    from bangfu.core.matching.crosscheck.state import has_state
    from bangfu.core.matching.exchange.authorisations_reading import read_authorisations
    from bangfu.core.matching.methods import METHODS
    from bangfu.core.matching.report.building import ReportBuilder, ReportOptions
    from bangfu.core.matching.report.exchanges import read_exchanges
    from bangfu.core.matching.report.folder import read_crosscheck
    from bangfu.core.matching.report.people import read_registry

    authorisations = read_authorisations(args.registry)
    for problem in authorisations.problems if authorisations else ():
        print(problem.line(), file=sys.stderr)
    crosscheck = read_crosscheck(args.crosscheck, households)
    returned = None
    if has_state(args.crosscheck):
        returned = Returned(args.crosscheck)
    else:  # facts that were carried elsewhere without what they rest on
        print("提示：核对结果中没有底稿，报告不列返回的记录 / no rows kept: none are listed", file=sys.stderr)
    options = ReportOptions(
        args.on or date.today(),
        args.purpose.strip(),
        args.operator or "",
        args.valid_days,
        authorisations,
        (lambda _, number: returned.rows_of(number)) if returned else None,
        {method.code: (method.zh, method.en) for method in METHODS},
        read_exchanges(args.exchanges) if args.exchanges else (),
    )
    return ReportBuilder(crosscheck, read_registry(args.registry, households), options)


def _rendered(made: Mapping[str, Any], form: str, language: str) -> bytes:
    if form == "pdf":
        from bangfu.core.documents.means_report_pdf import pdf

        return pdf(made, language)
    from bangfu.core.documents.means_report import as_json, page

    return (as_json(made) if form == "json" else page(made, language)).encode("utf-8")


def _write_private(path: Path, content: bytes) -> None:
    """A file that its owner alone may read, whole or not at all."""
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _log(args: argparse.Namespace, made: Mapping[str, Any]) -> None:
    """A report is a reading of personal data: who, whose, what for. Without this line no report is handed out."""
    line = {
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "operator": args.operator or "",
        "household_no": made["household"]["household_no"],
        "purpose": made["purpose"],
        "report_no": made["report_no"],
        "sha256": made["sha256"],
        "format": args.format,
    }
    path = args.log or args.crosscheck.resolve().parent / "reports.log"
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(number, "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def query(args: argparse.Namespace) -> int:
    """The list of persons that one bureau may be asked about, and who is not on it."""
    from bangfu.core.matching.exchange.authorisations_reading import read_authorisations
    from bangfu.core.matching.queries import plan_query, read_household_list, write_query
    from bangfu.core.matching.report.catalogue import TABLES
    from bangfu.core.rulebook.mistakes import nearest

    existing([args.registry, *([args.households] if args.households else [])])
    if args.source not in TABLES:
        near = nearest(args.source, TABLES)
        hint = f"; did you mean {near!r}?" if near else ""
        raise UsageError(f"--source: 没有来源 {args.source!r} / no such source{hint}; {', '.join(TABLES)}")
    if not args.purpose.strip():
        raise UsageError("--purpose: 请写明查询事项 / say what the query is for")
    authorisations = read_authorisations(args.registry)
    problems = [problem.line() for problem in authorisations.problems] if authorisations else []
    made = plan_query(
        args.registry,
        args.source,
        purpose=args.purpose.strip(),
        on=args.on,
        authorisations=authorisations,
        households=read_household_list(args.households) if args.households else None,
    )
    written = write_query(made, args.out, problems)
    print(
        f"可查询 asked: {len(made.asked)} 人 persons; 不查询 not asked: {len(made.not_asked)}; "
        f"用途请核对 purposes to compare: {len(made.other_purposes())}; 登记簿问题 problems: {len(problems)}"
    )
    print(f"结果 results: {written}")
    from bangfu.core.cli.exchange_commands import leave_record
    from bangfu.core.matching.exchange.recording import Details

    leave_record(
        args, "request", written, args.out.parent, Details(purpose=args.purpose.strip(), recipient=args.source)
    )
    return OK
