"""Where forms lie: MEDIA_ROOT/forms/PK, readable by the service's account only.

A worker holds `lock` while it fills; the system drops the lock when the worker dies, however it dies. `work/` has the
registry as it went out, with names and ID numbers, and is removed whatever happens.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from bangfu.core.files.locks import lock_file
from bangfu.office.imports.api import refuse_bomb
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting.models import FilledForm

ENDINGS = (".xlsx", ".xls")
DOCUMENT = ".document-"
"""Begins the names of private folders in which a document with names is being made; gone when it is."""
_PRIVATE = 0o700


def root() -> Path:
    """The folder of all forms."""
    path = Path(settings.MEDIA_ROOT) / "forms"
    path.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
    return path


def folder(form: FilledForm) -> Path:
    """The folder of one form."""
    path = root() / str(form.pk)
    path.mkdir(exist_ok=True, mode=_PRIVATE)
    return path


@contextmanager
def received(upload: UploadedFile) -> Iterator[tuple[Path, str, str]]:
    """An upload that was looked at, 0600, with its hash and ending; removed at the end unless moved. Raises Invalid."""
    ending = Path(upload.name or "").suffix.lower()
    if ending not in ENDINGS:
        raise Invalid({"file": _("不能填“%s”类文件；请上传 .xlsx 或 .xls 的空表") % (ending or upload.name)})
    limit = int(settings.BANGFU_MAX_UPLOAD_MB)
    if (upload.size or 0) > limit << 20:
        raise Invalid({"file": _("文件超过 %d MB；请去掉其中的图片再上传") % limit})
    if not upload.size:
        raise Invalid({"file": _("文件是空的；请重新保存后再上传")})
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(prefix=".upload-", dir=root())  # mkstemp makes it 0600
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for block in upload.chunks(1 << 20):
                digest.update(block)
                file.write(block)
        refuse_bomb(path)
        if ending == ".xlsx" and not zipfile.is_zipfile(path):
            raise Invalid({"file": _("文件不是 .xlsx 表格，可能只是改了扩展名；请在表格软件中另存为 .xlsx 再上传")})
        yield path, digest.hexdigest(), ending
    finally:
        path.unlink(missing_ok=True)


def form_path(form: FilledForm) -> Path:
    """The form as it came."""
    return folder(form) / f"form{form.ending}"


def filled_path(form: FilledForm) -> Path:
    """The filled form; its trace lies beside it."""
    return folder(form) / "filled.xlsx"


def trace_path(form: FilledForm) -> Path:
    """Where each figure came from, and the questions."""
    return folder(form) / "filled.xlsx.trace.json"


def trace(form: FilledForm) -> dict[str, Any] | None:
    """The trace of a form that is filled; None where there is none any more."""
    try:
        found: dict[str, Any] = json.loads((root() / str(form.pk) / "filled.xlsx.trace.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def preview(form: FilledForm) -> dict[str, Any] | None:
    """The first rows of the filled form as its page shows them; None where there are none any more."""
    try:
        found: dict[str, Any] = json.loads((root() / str(form.pk) / "preview.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def keep_preview(form: FilledForm, shown: dict[str, Any]) -> None:
    """Likewise, to be read."""
    path = folder(form) / "preview.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(form: FilledForm, made: Path) -> None:
    """Move what the core wrote into the form's folder, readable by the service alone; the rest stays behind."""
    for name in ("filled.xlsx", "filled.xlsx.trace.json"):
        (made / name).chmod(0o600)
        (made / name).replace(folder(form) / name)


# -- work ---------------------------------------------------------------------------------------------------------


@contextmanager
def workroom(form: FilledForm) -> Iterator[Path]:
    """A fresh private folder; gone at the end, whatever happens."""
    path = root() / str(form.pk) / "work"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True, mode=_PRIVATE)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep(keep: set[int]) -> None:
    """Remove workrooms that a killed worker left, and what a killed server left of documents an hour ago."""
    for path in root().glob(f"{DOCUMENT}*"):
        if path.stat().st_mtime < time.time() - 3600:
            shutil.rmtree(path, ignore_errors=True)
    for path in root().glob("*/work"):
        if path.parent.name.isdigit() and int(path.parent.name) not in keep:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def held(form: FilledForm) -> Iterator[bool]:
    """Hold the form as its only worker; False where another one has it."""
    with lock_file(folder(form) / "lock") as mine:
        yield mine


class Stopped(Exception):
    """Somebody asked the worker to stop."""


class Progress:
    """How far a worker is, in a file: the registry is read in one transaction, which can tell nobody anything."""

    def __init__(self, form: FilledForm) -> None:
        self._folder = folder(form)
        self.say("export")

    def say(self, step: str, done: int = 0, total: int = 0) -> None:
        """Tell where it is. Raises Stopped where somebody wants it to stop."""
        fresh = self._folder / ".progress"
        fresh.write_text(json.dumps({"step": step, "done": done, "total": total}), encoding="utf-8")
        fresh.replace(self._folder / "progress.json")
        if (self._folder / "cancel").exists():
            raise Stopped

    def exporting(self, done: int, total: int) -> None:
        """As the registry's export tells it."""
        self.say("export", done, total)

    def filling(self, _step: str, done: int, total: int) -> None:
        """As the core tells it."""
        self.say("fill", done, total)


def progress(form: FilledForm) -> dict[str, Any] | None:
    """What the worker last said; None while none has begun."""
    try:
        found: dict[str, Any] = json.loads((root() / str(form.pk) / "progress.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def ask_to_stop(form: FilledForm) -> None:
    """The worker stops at its next step."""
    (folder(form) / "cancel").touch(mode=0o600)


def forget_progress(form: FilledForm) -> None:
    """Before a form is queued."""
    for name in ("progress.json", "cancel"):
        (folder(form) / name).unlink(missing_ok=True)


def remove(form: FilledForm) -> None:
    """Everything of one form."""
    shutil.rmtree(root() / str(form.pk), ignore_errors=True)
