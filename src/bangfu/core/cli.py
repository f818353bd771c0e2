"""The command line. Heavy modules are imported inside the commands: `bangfu --help` must answer at once."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from bangfu.core.rulebook.model import Rulebook

PARTS = ("decisions", "alerts", "checks", "indicators", "worklists")
OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
Command = Callable[[argparse.Namespace], int]


class UsageError(Exception):
    """An option that names nothing that exists; exit 2."""


# -- the commands ---------------------------------------------------------------------------------------


def _check(args: argparse.Namespace) -> int:
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
    ]
    for title, items in lists:
        print(f"{title}: {len(items)}")
        for name, label in items:
            print(f"  {name}  {label}")
    print(f"案例 cases: {len(book.cases)}")
    if blank:
        print(f"尚无数值的参数 parameters without a value: {', '.join(p.id for p in blank)}")


def _test(args: argparse.Namespace) -> int:
    from bangfu.core.rulebook.loader import load_cases
    from bangfu.core.screening.cases import run_cases

    book = _load(args.path, cases=not args.cases)
    results = run_cases(book, load_cases(_existing(args.cases)) if args.cases else None, language=args.lang)
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


def _screen(args: argparse.Namespace) -> int:
    _existing([args.rulebook, args.data, *([args.previous] if args.previous else [])])
    if args.engine == "spark":
        raise UsageError("--engine spark: 尚未提供，请用 duckdb / is not available yet; use duckdb")
    from bangfu.core.screening.run import screen
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
            memory_mb=args.memory,
            threads=args.threads,
            progress=bar,
        )
        out = screen(request)
    print(f"结果 results: {out}")
    if (out / "summary.html").is_file():
        print(f"汇总 summary: {out / 'summary.html'}")
    return OK


def _read_worklists(args: argparse.Namespace) -> int:
    from bangfu.core.screening.answers import read_answers

    found = read_answers(_existing(args.files), args.out)
    for problem in found.problems:
        where = f"{problem.file} {problem.sheet}:{problem.row}".strip()
        print(f"{where}: {problem.column} {problem.found!r}: {problem.problem}；{problem.advice}", file=sys.stderr)
    print(
        f"读取 files: {found.files}; 已填 answers: {found.answers}; 未填 empty: {found.empty}; 冲突 conflicts: {found.conflicts}"
    )
    print(f"结果 results: {found.table}")
    return FAILED if any(not problem.taken for problem in found.problems) else OK


def _explain(args: argparse.Namespace) -> int:
    from bangfu.core.screening.explain_data import explain_household

    _existing([args.rulebook, args.data])
    book = _load(args.rulebook, cases=False)
    if args.policy and args.policy not in book.policies:
        raise UsageError(_no_policy(args.policy, book))
    names = (args.policy,) if args.policy else None
    found = explain_household(book, args.data, args.as_of, args.household, policies=names, facts=args.facts)
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


def _demo(args: argparse.Namespace) -> int:
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

    _existing([path])
    return load(path, cases=cases)


def _no_policy(name: str, book: Rulebook) -> str:
    from bangfu.core.rulebook.mistakes import nearest

    near = nearest(name, book.policies)
    hint = f"; did you mean {near!r}?" if near else ""
    return f"--policy: {book.name} 没有政策 {name!r} / has no policy {name!r}{hint}"


def _existing(paths: Sequence[Path]) -> list[Path]:
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: 不存在 / no such file or folder")
    return list(paths)


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


def _day(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"日期应为 2024-09-01 这样的写法 / {text!r} is not a date such as 2024-09-01")


def _megabytes(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text.strip(), re.IGNORECASE)
    factor = {"K": 1 / 1024, "": 1, "M": 1, "G": 1024, "T": 1024**2}
    size = int(float(match[1]) * factor[match[2].upper()]) if match else 0
    if size < 64:
        raise argparse.ArgumentTypeError(
            f"{text!r}: 内存应为 2GB 或 800MB 这样的写法，至少 64MB / expected a size such as 2GB, at least 64MB"
        )
    return size


def _positive(text: str) -> int:
    if re.fullmatch(r"\d{1,9}", text) and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"应为正整数 / {text!r} is not a positive whole number")


def _names(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found:
        raise argparse.ArgumentTypeError("没有写名称 / no name given")
    return found


def _parts(text: str) -> tuple[str, ...]:
    found = _names(text)
    for part in found:
        if part not in PARTS:
            raise argparse.ArgumentTypeError(f"{part!r}: 应为其中之一 / is not one of {', '.join(PARTS)}")
    return found


# -- the parser -----------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(
            USAGE,
            f"{self.prog}: 用法有误 / bad usage: {message}\n{self.prog} --help: 用法与示例 / usage and an example\n",
        )


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from bangfu import __version__

        parser.exit(OK, f"bangfu {__version__}\n")


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = _Parser(
        prog="bangfu",
        description="精准帮扶：谁应享、谁在享、为什么 / targeted assistance: who is entitled, who receives, and why",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="示例 example:\n  bangfu screen --rulebook rulebook/cn --data county/2026-09 --as-of 2026-09-01 --out results/2026-09",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="版本 / the version")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _rulebook_commands(commands)
    _screen_command(commands)
    _worklist_commands(commands)
    _explain_command(commands)
    _demo_command(commands)
    return parser


def _command(commands: Any, name: str, what: str, example: str, run: Command | None = None) -> Any:
    made = commands.add_parser(
        name,
        help=what,
        description=what,
        epilog=f"示例 example:\n  bangfu {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if run is not None:
        made.set_defaults(run=run)
    return made


def _rulebook_commands(commands: Any) -> None:
    group = _command(commands, "rulebook", "规则集 / validate and test a rulebook", "rulebook check rulebook/cn")
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    what = "校验规则集并列出定义 / validate a rulebook and list its definitions"
    check = _command(inner, "check", what, "rulebook check rulebook/cn", _check)
    check.add_argument("path", type=Path, metavar="PATH", help="规则集文件夹 / the rulebook's folder")
    check.add_argument("--quiet", action="store_true", help="只报错 / print mistakes only")
    what = "运行规则集的案例 / run a rulebook's cases"
    test = _command(inner, "test", what, "rulebook test rulebook/cn --cases cases/mine.yml", _test)
    test.add_argument("path", type=Path, metavar="PATH", help="规则集文件夹 / the rulebook's folder")
    test.add_argument(
        "--cases", nargs="+", type=Path, metavar="FILE", help="改用这些案例文件 / these cases instead of its own"
    )
    _language(test)


def _data_options(parser: Any) -> None:
    parser.add_argument(
        "--rulebook", required=True, type=Path, metavar="PATH", help="规则集文件夹 / the rulebook's folder"
    )
    parser.add_argument(
        "--data", required=True, type=Path, metavar="DIR", help="数据文件夹 / the folder with the county's files"
    )
    parser.add_argument("--as-of", required=True, type=_day, metavar="YYYY-MM-DD", help="基准日 / the date to judge by")
    parser.add_argument("--facts", type=Path, metavar="DIR", help="比对产生的表 / tables that a cross-check wrote")


def _language(parser: Any) -> None:
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 / language (zh)")


def _screen_command(commands: Any) -> None:
    what = "月度筛查 / the monthly run: decisions, findings, worklists, summary"
    example = "screen --rulebook rulebook/cn --data county/2026-09 --as-of 2026-09-01 --out results/2026-09"
    screen = _command(commands, "screen", what, example, _screen)
    _data_options(screen)
    screen.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="结果文件夹 / the folder for the results"
    )
    screen.add_argument("--policies", type=_names, metavar="A,B", help="只算这些政策 / these policies only")
    screen.add_argument(
        "--only", type=_parts, default=PARTS, metavar="A,B", help=f"只出这些 / some of {', '.join(PARTS)}"
    )
    screen.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="引擎 / engine (duckdb)")
    screen.add_argument(
        "--previous", type=Path, metavar="OUT", help="上次结果，标出新增与消失 / an earlier run to compare with"
    )
    screen.add_argument("--memory", type=_megabytes, default=2048, metavar="2GB", help="内存上限 / memory limit (2GB)")
    screen.add_argument("--threads", type=_positive, default=2, metavar="N", help="线程数 / threads (2)")


def _worklist_commands(commands: Any) -> None:
    group = _command(commands, "worklists", "工作清单 / worklists", "worklists read 清单/*.xlsx --out answers")
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    what = "读回清单中填写的核实结果 / take back what was written into the answer columns"
    read = _command(inner, "read", what, "worklists read 清单/*.xlsx --out answers", _read_worklists)
    read.add_argument("files", nargs="+", type=Path, metavar="FILE", help="填好的工作簿 / the filled-in workbooks")
    read.add_argument("--out", required=True, type=Path, metavar="DIR", help="结果文件夹 / the folder for the answers")


def _explain_command(commands: Any) -> None:
    what = "说明一户为什么符合或不符合 / explain why a household is entitled or not"
    example = (
        "explain --rulebook rulebook/cn --data county/2026-09 --as-of 2026-09-01 --household H000123 --policy dibao"
    )
    explain = _command(commands, "explain", what, example, _explain)
    _data_options(explain)
    explain.add_argument("--household", required=True, metavar="NO", help="户编号 / the household's number")
    explain.add_argument("--policy", metavar="ID", help="一项政策 / one policy (all)")
    _language(explain)
    explain.add_argument("--format", choices=("text", "json", "html"), default="text", help="格式 / format (text)")
    explain.add_argument("--out", type=Path, metavar="FILE", help="写入文件 / write to a file instead of the terminal")


def _demo_command(commands: Any) -> None:
    what = "生成虚构县数据 / write a synthetic county with known truth"
    demo = _command(commands, "demo", what, "demo --households 12000 --seed 1 --out county", _demo)
    demo.add_argument("--households", type=_positive, default=12000, metavar="N", help="户数 / households (12000)")
    demo.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="S",
        help="种子，相同则数据相同 / the same seed gives the same county (1)",
    )
    demo.add_argument("--out", required=True, type=Path, metavar="DIR", help="输出文件夹 / the folder to write")


# -- errors ---------------------------------------------------------------------------------------------


def _told(error: BaseException) -> tuple[str, int]:
    """A message for a person and the exit code."""
    from bangfu.core.rulebook.mistakes import ExpressionError, RulebookError

    name = type(error).__name__
    if isinstance(error, UsageError):
        return str(error), USAGE
    if isinstance(error, RulebookError):
        count = len(error.mistakes)
        return f"规则集有 {count} 处错误 / the rulebook has {count} mistake(s)\n{error}", FAILED
    if isinstance(error, ExpressionError):
        return f"表达式有误 / a mistake in an expression: {error}", FAILED
    if name in ("DataError", "EngineError"):
        text = str(error)
        return text, USAGE if text.startswith(("--policies", "--only", "--household")) else FAILED
    if name in ("CannotCompile", "TooManyInputs"):
        return f"规则无法编译 / a definition that cannot be compiled: {error}", FAILED
    if isinstance(error, OverflowError):
        return f"数值过大 / a number too large: {error}; 请检查金额列 / look at the money columns", FAILED
    if isinstance(error, UnicodeError):
        return f"文件编码无法识别，请存为 UTF-8 / a file that is not UTF-8: {error}", FAILED
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}无法读写 / cannot be read or written: {error.strerror or error}", FAILED
    if isinstance(error, MemoryError):
        return "内存不足 / out of memory; 请加大 --memory / give --memory a larger value", FAILED
    first = (str(error).splitlines() or [""])[0]
    if type(error).__module__.lstrip("_").startswith(("duckdb", "pyarrow")):
        return f"数据无法读取 / data that cannot be read: {first}", FAILED
    return f"内部错误 / internal error: {name}: {first}; BANGFU_DEBUG=1 显示详情 / shows where", FAILED


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 well, 1 failed or bad data, 2 bad usage, 130 interrupted."""
    try:
        args = build_parser().parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("bangfu: 已中断，没有留下半成品 / interrupted; nothing half done was left", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of our output went away: there is nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return OK
    except Exception as error:
        if os.environ.get("BANGFU_DEBUG") == "1":
            raise
        message, code = _told(error)
        print(f"bangfu: {message}", file=sys.stderr)
        return code


if __name__ == "__main__":
    sys.exit(main())
