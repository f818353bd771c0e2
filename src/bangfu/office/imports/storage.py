"""Where files lie: under MEDIA_ROOT/imports, by hash or by batch, readable by the server's account only.

A worker that holds a batch keeps a lock on `BATCH/lock`; the system drops it when the worker dies, however it dies.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from bangfu.core.files.locks import lock_file
from bangfu.office.imports.models import Batch
from bangfu.office.pages.refusals import Invalid

ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv", ".txt", ".parquet")
_UNPACKED_MB = 2048
_RATIO = 250
_BLOCK = 1 << 20


def root() -> Path:
    """The folder, made on first use."""
    path = Path(settings.MEDIA_ROOT) / "imports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def receive(upload: UploadedFile) -> tuple[str, str]:
    """Keep an uploaded file; its hash and its ending. Raises Invalid with what to do."""
    ending = Path(upload.name or "").suffix.lower()
    if ending not in ENDINGS:
        raise Invalid({"file": _("不能读取“%s”类文件；请上传 .xlsx、.xls、.csv 或 .parquet") % (ending or upload.name)})
    limit = int(settings.BANGFU_MAX_UPLOAD_MB)
    if (upload.size or 0) > limit << 20:
        raise Invalid({"file": _("文件超过 %d MB；请分成几个文件上传") % limit})
    if not upload.size:
        raise Invalid({"file": _("文件是空的；请检查导出是否完整")})
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(prefix=".upload-", dir=root())  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            for block in upload.chunks(_BLOCK):
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        refuse_bomb(Path(name))
        found = digest.hexdigest()
        os.replace(name, root() / f"{found}{ending}")
    finally:
        Path(name).unlink(missing_ok=True)
    return found, ending


def refuse_bomb(path: Path) -> None:
    """Raises Invalid where an archive would unpack to more than any table holds. Counts, since headers can lie."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return
    room = _UNPACKED_MB << 20
    allowed = min(room, max(64 << 20, path.stat().st_size * _RATIO))
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            if sum(part.file_size for part in archive.infolist()) > allowed or len(archive.infolist()) > 2000:
                raise _bomb()
            seen = sum(_unpacked(raw, part, allowed) for part in archive.infolist())
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError):
        return  # damaged: the reader says so in words
    if seen > allowed:
        raise _bomb()


def _bomb() -> Invalid:
    return Invalid({"file": _("文件解压后过大，不像表格，未予接收；请在表格软件中另存一份再上传")})


def _unpacked(raw: Any, part: zipfile.ZipInfo, allowed: int) -> int:
    """The bytes that a part really unpacks to, counted up to what is allowed."""
    raw.seek(part.header_offset + 26)
    name, extra = (int.from_bytes(raw.read(2), "little") for _ in range(2))
    raw.seek(name + extra, os.SEEK_CUR)
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return part.file_size
    inflate, left, seen = zlib.decompressobj(-15), part.compress_size, 0
    while left > 0 and not inflate.eof and seen <= allowed:
        block = raw.read(min(left, 1 << 16))
        if not block:
            break
        left -= len(block)
        seen += len(inflate.decompress(block, 1 << 22))
        while inflate.unconsumed_tail and seen <= allowed:
            seen += len(inflate.decompress(inflate.unconsumed_tail, 1 << 22))
    return seen


def upload_path(batch: Batch) -> Path:
    """The file as it came. Its name for messages is the batch's `file_name`."""
    return root() / f"{batch.sha256}{batch.ending}"


def folder(batch: Batch) -> Path:
    """What is made for one batch: the checked rows, the marked workbook, how far a worker has come."""
    path = root() / str(batch.pk)
    path.mkdir(exist_ok=True, mode=0o700)
    return path


def checked_path(batch: Batch) -> Path:
    """The rows as they were read, with what is to be done with each."""
    return folder(batch) / "rows.parquet"


def marked_path(batch: Batch) -> Path:
    """The workbook with the bad cells marked."""
    return folder(batch) / "marked.xlsx"


@contextmanager
def private_file(path: Path) -> Iterator[Path]:
    """A file to write that takes its place, 0600, when the block ends well."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
        Path(name).chmod(0o600)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def lies(batch: Batch) -> bool:
    """Whether anything of a batch still lies on the disk."""
    return upload_path(batch).exists() or (root() / str(batch.pk)).exists()


def remove(batch: Batch) -> None:
    """Remove what was made for the batch, and its file where no other batch refers to it."""
    shutil.rmtree(folder(batch), ignore_errors=True)
    others = (
        Batch.objects.filter(sha256=batch.sha256, ending=batch.ending).exclude(pk=batch.pk).exclude(state="discarded")
    )
    if not others.exists():
        upload_path(batch).unlink(missing_ok=True)


class Cancelled(Exception):
    """Somebody asked the worker to stop."""


class Progress:
    """How far a worker has come, in a file: a transaction that is under way can tell nobody through the database."""

    def __init__(self, batch: Batch) -> None:
        self._folder = folder(batch)
        self._state: dict[str, Any] = {}

    def say(self, step: str, done: int = 0, total: int = 0) -> None:
        """Tell where it is. Raises Cancelled where somebody wants it to stop."""
        self._state = {"step": step, "done": done, "total": total}
        with private_file(self._folder / "progress.json") as path:
            path.write_text(json.dumps(self._state), encoding="utf-8")
        if (self._folder / "cancel").exists():
            raise Cancelled


def progress(batch: Batch) -> dict[str, Any] | None:
    """What the worker last said; None while none has begun."""
    try:
        found: dict[str, Any] = json.loads((folder(batch) / "progress.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def ask_to_stop(batch: Batch) -> None:
    """The worker stops at its next step."""
    (folder(batch) / "cancel").touch(mode=0o600)


def asked_to_stop(batch: Batch) -> bool:
    """Whether somebody asked."""
    return (folder(batch) / "cancel").exists()


def forget_progress(batch: Batch) -> None:
    """Before a new piece of work is queued."""
    for name in ("progress.json", "cancel"):
        (folder(batch) / name).unlink(missing_ok=True)


@contextmanager
def held(batch: Batch) -> Iterator[bool]:
    """Hold the batch as its only worker; False where another one has it."""
    with lock_file(folder(batch) / "lock") as mine:
        yield mine


def interrupted(batch: Batch) -> bool:
    """True where a worker began and is gone: it was killed, or the machine went down."""
    if progress(batch) is None:
        return False
    with held(batch) as free:
        return free
