"""A file appears when it is complete; what a killed process left half done is removed by the next one."""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LEFT = re.compile(r"\.bangfu-partial-[0-9a-f]{16}")


@contextmanager
def whole_file(goal: Path) -> Iterator[Path]:
    """A fresh file beside `goal` that takes its place when the block ends well and vanishes when it does not.

    Whoever writes holds a lock on it, which ends with the process however that ends. Of the files in the folder that
    bear the name of such a file, belong to this user and are not locked, nobody will ever finish one: they are removed
    before anything is written.
    """
    goal.parent.mkdir(parents=True, exist_ok=True)
    _sweep(goal.parent)
    made, held = _fresh(goal)
    try:
        yield made
        made.chmod(0o644)
        made.replace(goal)
    finally:
        made.unlink(missing_ok=True)
        if held is not None:
            os.close(held)


def _fresh(goal: Path) -> tuple[Path, int | None]:
    """A new empty file, locked; again where another process swept it away before the lock was on it."""
    while True:
        made = goal.with_name(f".bangfu-partial-{secrets.token_hex(8)}")
        held = os.open(made, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        if sys.platform == "win32":  # there a file that is open can be neither renamed nor, by others, removed
            os.close(held)
            return made, None
        if _lock(held) is not False and os.fstat(held).st_nlink:
            return made, held
        os.close(held)
        made.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove the files of writers that are gone."""
    if sys.platform == "win32":
        return
    for left in folder.iterdir():
        if not _LEFT.fullmatch(left.name):
            continue
        try:
            found = left.lstat()
            if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
                continue
            held = os.open(left, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:  # it went meanwhile, or is not ours to touch
            continue
        try:
            if _lock(held):
                left.unlink(missing_ok=True)
        finally:
            os.close(held)


if sys.platform == "win32":

    def _lock(_held: int) -> bool | None:
        return None

else:
    import fcntl

    def _lock(held: int) -> bool | None:
        """True where it is held now, False where somebody else holds it, None where the file system has no locks."""
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
