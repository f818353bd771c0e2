"""What each command does. Heavy modules are imported inside: `bangfu --help` must answer at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bangfu.core.rulebook.model import Rulebook

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


class UsageError(Exception):
    """An option that names nothing that exists; exit 2."""


def check(args: argparse.Namespace) -> int:
    """Validate a rulebook, compile it and list its definitions."""
    from bangfu.core.screening.compiling import compile_everywhere

    book = _load(args.path, cases=True)
    compile_everywhere(book)
    if not args.quiet:
        _list_definitions(book)
    return OK


def _list_definitions(book: Rulebook) -> None:
    print(f"{book.name} {book.version}  {book.title.zh}  {book.title.en}".rstrip())
    derived = sum(fact.derive is not None for fact in book.facts.values())
    print(f"表 tables: {len(book.tables)}; 事实 facts: {len(book.facts)} ({derived} derived)")
    blank = [p for p in book.parameters.values() if not p.values and p.table is None]
    lists: list[tuple[str, list[tuple[str, str]]]] = [
        ("参数 parameters", [(p.id, p.label.zh) for p in book.parameters.values()]),
        ("政策 policies", [(p.id, p.title.zh) for p in book.policies.values()]),
        ("预警 alerts", [(a.id, a.title.zh) for a in book.alerts.values()]),
        ("核查 checks", [(c.id, c.message.zh) for c in book.checks.values()]),
        ("指标 indicators", [(i.id, i.title.zh) for i in book.indicators.values()]),
        ("程序 procedures", [(p.id, f"{p.title.zh}  {len(p.steps)} 步 steps") for p in book.procedures.values()]),
        ("入户表 visits", [(v.id, f"{v.title.zh}  {len(list(v.items()))} 项 items") for v in book.visits.values()]),
        (
            "回头看 campaigns",
            [(c.id, f"{c.title.zh}  {len(c.questions)} 问 questions") for c in book.campaigns.values()],
        ),
    ]
    for title, items in lists:
        print(f"{title}: {len(items)}")
        for name, label in items:
            print(f"  {name}  {label}")
    years = "、".join(f"{y.year}{'' if y.certain else '（待核对 to be confirmed）'}" for y in book.calendar.values())
    print(f"工作日历 calendar: {years or '无 none'}")
    print(f"案例 cases: {len(book.cases)}")
    if blank:
        print(f"尚无数值的参数 parameters without a value: {', '.join(p.id for p in blank)}")


def test(args: argparse.Namespace) -> int:
    """Run cases; print those that came out otherwise."""
    from bangfu.core.rulebook.loader import load_cases
    from bangfu.core.screening.cases import run_cases

    book = _load(args.path, cases=not args.cases)
    results = run_cases(book, load_cases(existing(args.cases)) if args.cases else None, language=args.lang)
    for result in results:
        if result.ok:
            continue
        print(f"✗ {result.name}  ({result.place})")
        for difference in result.differences:
            print(f"    {difference.about}: expected {difference.expected}; got {difference.got}")
        for line in result.trace.splitlines():
            print(f"    | {line}".rstrip())
    failed = sum(not result.ok for result in results)
    if not results:
        print(f"{args.path}: 没有案例 / no cases", file=sys.stderr)
    print(f"{len(results) - failed} passed, {failed} failed")
    return FAILED if failed else OK


def screen(args: argparse.Namespace) -> int:
    """The monthly run."""
    existing([args.rulebook, args.data, args.previous, args.reports, args.decisions])
    if args.engine == "spark":
        raise UsageError("--engine spark: 尚未提供，请用 duckdb / is not available yet; use duckdb")
    from bangfu.core.screening.run import screen as run_screen
    from bangfu.core.screening.state import Request

    with Bar() as bar:
        request = Request(
            rulebook=args.rulebook,
            data=args.data,
            as_of=args.as_of,
            out=args.out,
            policies=args.policies,
            only=args.only,
            previous=args.previous,
            facts=args.facts,
            reports=args.reports,
            decisions=args.decisions,
            memory_mb=args.memory,
            threads=args.threads,
            progress=bar,
        )
        out = run_screen(request)
    print(f"结果 results: {out}")
    if (out / "summary.html").is_file():
        print(f"汇总 summary: {out / 'summary.html'}")
    return OK


def read_worklists(args: argparse.Namespace) -> int:
    """Take back the answer columns of worklists."""
    from bangfu.core.screening.answers import read_answers

    found = read_answers(existing(args.files), args.out)
    for problem in found.problems:
        where = f"{problem.file} {problem.sheet}:{problem.row}".strip()
        print(f"{where}: {problem.column} {problem.found!r}: {problem.problem}；{problem.advice}", file=sys.stderr)
    print(
        f"读取 files: {found.files}; 已填 answers: {found.answers}; 未填 empty: {found.empty}; "
        f"冲突 conflicts: {found.conflicts}"
    )
    print(f"结果 results: {found.table}")
    return FAILED if any(not problem.taken for problem in found.problems) else OK


def explain(args: argparse.Namespace) -> int:
    """Explain one household."""
    from bangfu.core.screening.explain_data import explain_household

    existing([args.rulebook, args.data, args.decisions])
    book = _load(args.rulebook, cases=False)
    if args.policy and args.policy not in book.policies:
        raise UsageError(_no_policy(args.policy, book))
    names = (args.policy,) if args.policy else None
    found = explain_household(
        book, args.data, args.as_of, args.household, policies=names, facts=args.facts, decisions=args.decisions
    )
    text = _rendered(found, args.format, args.lang)
    if args.out is None:
        print(text)
    else:
        args.out.write_text(text + "\n", encoding="utf-8")
        print(f"结果 results: {args.out}")
    return OK


def _rendered(found: Any, form: str, language: str) -> str:
    if form == "json":
        from bangfu.core.screening.explain_model import as_json

        return as_json(found)
    if form == "html":
        from bangfu.core.screening.explain_page import page

        return page(found, language)
    from bangfu.core.screening.explain_text import letter

    return letter(found, language)


def demo(args: argparse.Namespace) -> int:
    """Write a synthetic county."""
    from bangfu.core.demo import generate

    with Bar() as bar:
        try:
            generate(args.out, households=args.households, seed=args.seed, progress=bar)
        except (ValueError, FileExistsError) as error:
            raise UsageError(str(error)) from error
    print(f"结果 results: {args.out}")
    return OK


# -- helpers --------------------------------------------------------------------------------------------


def _load(path: Path, *, cases: bool) -> Rulebook:
    from bangfu.core.rulebook.loader import load

    existing([path])
    return load(path, cases=cases)


def _no_policy(name: str, book: Rulebook) -> str:
    from bangfu.core.rulebook.mistakes import nearest

    near = nearest(name, book.policies)
    hint = f"; did you mean {near!r}?" if near else ""
    return f"--policy: {book.name} 没有政策 {name!r} / has no policy {name!r}{hint}"


def existing(paths: Sequence[Path | None]) -> list[Path]:
    """The paths that were given; raises UsageError for the first that does not exist."""
    given = [path for path in paths if path is not None]
    for path in given:
        if not path.exists():
            raise UsageError(f"{path}: 不存在 / no such file or folder")
    return given


class Bar:
    """A progress bar on a terminal's stderr; silent anywhere else. Called with step, done, total."""

    def __init__(self) -> None:
        self.shown = False
        self.terminal = sys.stderr.isatty()

    def __enter__(self) -> Bar:
        return self

    def __call__(self, step: str, done: int, total: int) -> None:
        """Draw it again."""
        if self.terminal:
            filled = 30 * done // max(total, 1)
            sys.stderr.write(f"\r{step:<12.12} [{'#' * filled}{'.' * (30 - filled)}] {done}/{total}\033[K")
            sys.stderr.flush()
            self.shown = True

    def __exit__(self, *_: object) -> None:
        if self.shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
