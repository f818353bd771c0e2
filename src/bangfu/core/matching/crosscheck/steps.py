"""How long each step takes and how much memory it needs at most, for `summary.json`."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition
from typing import Any

Progress = Callable[[str, int, int], None]
_RESET = Path("/proc/self/clear_refs")
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""From malloc.h."""
_STATUS = Path("/proc/self/status")


def keep_freed_memory() -> None:
    """Tell glibc to use freed memory again instead of giving it back; elsewhere nothing happens.

    Arrays of one size come and go by the thousand, and fetching each anew from the system costs two threads a quarter
    of their time.
    """
    import ctypes

    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, 1 << 28)
        library.mallopt(_TRIM_THRESHOLD, 1 << 30)


class Steps:
    """Seconds and peak memory by step, in the order in which steps began."""

    def __init__(self, progress: Progress | None, names: tuple[str, ...]) -> None:
        self._progress = progress or (lambda *_: None)
        self._names = names
        self.seconds: dict[str, float] = {}
        self.peak_mb: dict[str, int] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step."""
        self._progress(name, self._names.index(name), len(self._names))
        with suppress(OSError):
            _RESET.write_text("5", encoding="ascii")  # the highest mark starts again from here
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - started, 3)
            self.peak_mb[name] = peak_mb()
            self._progress(name, self._names.index(name) + 1, len(self._names))


def peak_mb() -> int:
    """The most memory that the process held since the last reset, in MB."""
    try:
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def in_turn(count: int, threads: int, work: Callable[[int], Any], commit: Callable[[int, Any], None]) -> None:
    """Do `work` for 0 … count − 1 on several threads, and `commit` the results one at a time and in that order.

    A thread that has worked waits for its turn to commit, so at most `threads` results exist. The first error stops
    all.
    """
    if threads == 1:
        for number in range(count):
            commit(number, work(number))
        return
    turn = Condition()
    state = {"next": 0, "done": 0, "failed": False}

    def run() -> None:
        try:
            while True:
                with turn:
                    number = int(state["next"])
                    state["next"] = number + 1
                    if number >= count or state["failed"]:
                        return
                result = work(number)
                with turn:
                    turn.wait_for(lambda mine=number: state["done"] == mine or bool(state["failed"]))  # type: ignore[misc]
                    if state["failed"]:
                        return
                commit(number, result)
                with turn:
                    state["done"] = number + 1
                    turn.notify_all()
        except BaseException:
            with turn:
                state["failed"] = True
                turn.notify_all()
            raise

    with ThreadPoolExecutor(threads) as pool:
        for job in [pool.submit(run) for _ in range(threads)]:
            job.result()
