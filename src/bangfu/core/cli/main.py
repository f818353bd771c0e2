"""Runs a command and turns every error into a message and an exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from bangfu.core.cli.commands import FAILED, INTERRUPTED, OK, USAGE, UsageError
from bangfu.core.cli.parser import build_parser


def _told(error: BaseException) -> tuple[str, int]:
    """A message for a person and the exit code."""
    from bangfu.core.files.remarks import FileError
    from bangfu.core.rulebook.mistakes import ExpressionError, RulebookError

    name = type(error).__name__
    if isinstance(error, UsageError):
        return str(error), USAGE
    if isinstance(error, RulebookError):
        count = len(error.mistakes)
        return f"规则集有 {count} 处错误 / the rulebook has {count} mistake(s)\n{error}", FAILED
    if isinstance(error, ExpressionError):
        return f"表达式有误 / a mistake in an expression: {error}", FAILED
    if isinstance(error, FileError):
        return f"{error.line('zh')}\n{error.line('en')}", FAILED
    if name in ("DataError", "EngineError", "OutputError", "MeasureError", "CellError", "FormError"):
        text = str(error)
        return text, USAGE if text.startswith(("--policies", "--only", "--household", "--area")) else FAILED
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


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 well, 1 failed or bad data, 2 bad usage, 130 interrupted."""
    try:
        args = build_parser().parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    # a stopped service must clean up as an interrupted person does
    mine = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _stop) if mine else None
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
    finally:
        if mine:
            signal.signal(signal.SIGTERM, before)


def entry() -> NoReturn:
    """The console command. The process ends at once: taking down the engine's memory piece by piece is idle work."""
    gc.disable()
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
