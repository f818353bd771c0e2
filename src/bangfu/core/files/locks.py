"""Locks that end with their process, however it ends: nothing is left that a later one would have to sweep away."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":

    def take(_held: int) -> bool | None:
        """None: on Windows an open file can be neither renamed nor, by others, removed, and no lock is taken."""
        return None

else:
    import fcntl

    def take(held: int) -> bool | None:
        """True where the open file is locked now, False where somebody else has it, None where there are no locks."""
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True


@contextmanager
def lock_file(path: Path) -> Iterator[bool]:
    """Hold the lock of a file that stays; False where another process has it. OSError where there are no locks."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        mine = take(handle)
        if mine is None:
            raise OSError(f"{path}: 文件系统不支持加锁 / the file system has no locks")
        yield mine
    finally:
        os.close(handle)
