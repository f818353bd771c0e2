"""The process that runs the core for one run. It knows no database and dies when who started it dies.

Started as `python -m bangfu.office.runs.child`: a line of JSON comes in with the folders, lines of progress go out.
Other work of the core with ID numbers is done the same way, by a module of its own that calls `serve`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any


def _follow_parent() -> None:
    """End when the pipe from the parent closes: a killed worker must not leave a process that reads ID numbers."""

    def wait() -> None:
        os.read(0, 1)
        os._exit(3)

    threading.Thread(target=wait, daemon=True).start()


def _line() -> bytes:
    """The first line of standard input, read byte by byte so that nothing is buffered ahead."""
    read = b""
    while not read.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            os._exit(3)
        read += byte
    return read


def serve(work: Callable[[Mapping[str, str], Callable[[str, int, int], None]], object]) -> int:
    """Do what is asked on standard input; the last line says how it ended."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever prints must not come between the lines
    asked = json.loads(_line())
    _follow_parent()

    def say(**fields: Any) -> None:
        out.write(json.dumps(fields, ensure_ascii=False) + "\n")

    try:
        work(asked, lambda step, done, total: say(step=step, done=done, total=total))
    except Exception as error:
        say(error=str(error) or type(error).__name__, known=type(error).__module__.startswith("bangfu."))
        return 1
    say(ok=True)
    return 0


def _screen(asked: Mapping[str, str], progress: Callable[[str, int, int], None]) -> None:
    from bangfu.core.api import screen

    screen(
        rulebook=asked["rulebook"],
        data=asked["data"],
        as_of=date.fromisoformat(asked["as_of"]),
        out=asked["out"],
        previous=asked["previous"] or None,
        progress=progress,
    )


if __name__ == "__main__":
    sys.exit(serve(_screen))
