"""Results appear when all are complete: a run writes beside its goal and takes its place at the end."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class OutputError(Exception):
    """A place where results cannot be put; the message says why and what to do."""


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Nobody else works on `out` meanwhile. Raises OutputError where another process does.

    The lock ends with its process, however that ends.
    """
    import fcntl

    path = out.resolve().parent / f".{out.resolve().name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise OutputError(
                f"{out}: 另一个进程正在写这个文件夹，请等它结束 / another process is at work on it; wait until it ends"
            ) from None
        if path.exists() and path.stat().st_ino == os.fstat(handle).st_ino:
            break
        os.close(handle)  # whoever held it has just ended and removed the file
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


@contextmanager
def whole_folder(out: Path, mark: str) -> Iterator[Path]:
    """A fresh folder beside `out` that becomes `out` when the block ends well and vanishes when it does not.

    `mark` is the file by which earlier results of the same kind are known: only these are replaced.
    """
    out = out.resolve()
    _replaceable(out, mark)
    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}.partial-{os.getpid()}-", dir=out.parent))
    try:
        yield made
        made.chmod(0o755)
        if out.exists():
            old = made.with_name(made.name.replace(".partial-", ".old-"))
            out.rename(old)
            made.rename(out)
            shutil.rmtree(old, ignore_errors=True)
        else:
            made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _replaceable(out: Path, mark: str) -> None:
    """Only an earlier run, or nothing, is replaced."""
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out}: 这是一个文件，输出需要一个文件夹 / this is a file; name a folder for the results")
    if out.is_dir() and any(out.iterdir()) and not (out / mark).exists():
        raise OutputError(
            f"{out}: 文件夹里有其他内容，不会覆盖；请换一个输出文件夹 / "
            "the folder holds something that is not an earlier run; name another folder"
        )


def _sweep(out: Path) -> None:
    """Remove what an interrupted run of a process that is gone left behind.

    One that was killed between putting the old results away and the new ones in their place gives the old ones back.
    """
    name = glob.escape(out.name)
    for kind in ("partial", "old"):
        for left in sorted(out.parent.glob(f".{name}.{kind}-*")):
            number = left.name.removeprefix(f".{out.name}.{kind}-").split("-")[0]
            if not number.isdigit() or _running(number):
                continue
            if kind == "old" and not out.exists():
                left.rename(out)
            else:
                shutil.rmtree(left, ignore_errors=True)


def _running(number: str) -> bool:
    """Whether a process with this number is alive; one that ended and was not yet collected is not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[:1] not in (["Z"], ["X"])
