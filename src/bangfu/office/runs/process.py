"""Starting the core in a process of its own, hearing its progress, stopping it."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

TICK = 0.5
"""Seconds between two looks at whether the run was cancelled."""


class ScreeningFailed(RuntimeError):
    """The core said no; the message is for people where `known`."""

    def __init__(self, message: str, known: bool) -> None:
        super().__init__(message)
        self.known = known


class Stopped(Exception):
    """The run was cancelled."""


def screen_apart(
    *,
    rulebook: Path,
    data: Path,
    as_of: date,
    out: Path,
    previous: Path | None,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
) -> None:
    """Run the core's `screen` in a child process. Raises ScreeningFailed, Stopped."""
    asked = {
        "rulebook": str(rulebook),
        "data": str(data),
        "as_of": as_of.isoformat(),
        "out": str(out),
        "previous": str(previous) if previous else "",
    }
    work_apart("bangfu.office.runs.child", asked, data / "stderr.log", progress, stop)


def work_apart(
    module: str,
    asked: dict[str, str],
    log: Path,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
) -> None:
    """Run a module that follows `child.serve` in a process of its own; what it prints as an error goes to `log`.

    Raises ScreeningFailed with what it said, Stopped; the child is gone afterwards.
    """
    with log.open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(),
            umask=0o077,
        )
        try:
            _tell(child, asked)
            last = _listen(child, progress, stop)
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
    if "error" in last:
        raise ScreeningFailed(str(last["error"]), bool(last.get("known")))
    if not last.get("ok"):
        raise ScreeningFailed(f"exit {child.returncode}", known=False)


def _environment() -> dict[str, str]:
    """The child finds this package wherever it was found; it needs nothing else of ours, and no key."""
    import bangfu

    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BANGFU_", "DJANGO_"))}
    source = str(Path(bangfu.__file__).resolve().parent.parent)
    return {**kept, "PYTHONPATH": os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH", "")) if part)}


def _tell(child: subprocess.Popen[bytes], asked: dict[str, str]) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps(asked).encode() + b"\n")
    child.stdin.flush()  # the pipe stays open: its end is how the child learns that we are gone


def _listen(
    child: subprocess.Popen[bytes], progress: Callable[[int, int], None], stop: Callable[[], bool]
) -> dict[str, Any]:
    assert child.stdout is not None
    last: dict[str, Any] = {}
    rest = b""
    looked = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            ready = selector.select(TICK)
            if time.monotonic() - looked >= TICK:
                looked = time.monotonic()
                if stop():
                    raise Stopped
            if not ready:
                continue
            read = os.read(child.stdout.fileno(), 65536)
            if not read:
                return last
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                last = json.loads(line)
                if "step" in last:
                    progress(int(last["done"]), int(last["total"]))
