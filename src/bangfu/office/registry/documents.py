"""Files of documents: sealed under the household's key in MEDIA_ROOT/documents, readable by the office's user only."""

from __future__ import annotations

import base64
import os
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import SubjectKey

LARGEST_MB = 10
_LABEL = "document"
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{40}")
_NUMBERS = re.compile(r"\d{7,}")
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}


@dataclass(frozen=True)
class Kind:
    """A kind of documents; one that is `personal` opens for a purpose only."""

    label: Any
    personal: bool


KINDS = {
    "house_photo": Kind(gettext_lazy("住房照片"), False),
    "visit_photo": Kind(gettext_lazy("入户照片"), False),
    "plan": Kind(gettext_lazy("帮扶计划"), False),
    "id_card": Kind(gettext_lazy("身份证"), True),
    "booklet": Kind(gettext_lazy("户口簿"), True),
    "disability": Kind(gettext_lazy("残疾人证"), True),
    "medical": Kind(gettext_lazy("医疗材料"), True),
    "income": Kind(gettext_lazy("收入和财产证明"), True),
    "application": Kind(gettext_lazy("申请书和授权书"), True),
    "other": Kind(gettext_lazy("其他"), True),
}


def check_title(title: str) -> None:
    """A title is public within the office: no long number may stand in it. Raises Invalid."""
    text = title.strip()
    if not text or len(text) > 80:
        raise Invalid({"title": _("请填 1 至 80 字的名称")})
    if _NUMBERS.search(text):
        raise Invalid({"title": _("名称中不要写证件号码、电话或账号")})


def media_type_of(content: bytes) -> str:
    """By the first bytes, whatever the name says. Raises Invalid."""
    for start, media_type in _STARTS:
        if content.startswith(start):
            return media_type
    raise Invalid({"file": _("只能上传 JPG、PNG 图片或 PDF 文件")})


def read_upload(file: UploadedFile) -> bytes:
    """The bytes of an upload that is not too large. Raises Invalid."""
    if (file.size or 0) > LARGEST_MB * 1024 * 1024:
        raise Invalid({"file": _("文件超过 %s MB，请压缩后再上传") % LARGEST_MB})
    return file.read()


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "documents"


def store(key: SubjectKey, content: bytes) -> str:
    """Write bytes sealed; returns the name under which they lie. A file without its row is waste, never the other way."""
    token = secrets.token_hex(20)
    name = f"{token[:2]}/{token}"
    path = _folder() / name
    for folder in (Path(settings.MEDIA_ROOT), _folder(), path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealed = key.seal(_LABEL, base64.b64encode(content).decode()) or b""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    return name


def load(key: SubjectKey, name: str) -> bytes:
    """The bytes again. Raises Invalid where the file is gone, SealBroken where it was changed, Erased."""
    if not _NAME.fullmatch(name):
        raise Invalid({"": _("文件名不正确")})
    try:
        sealed = _found(name).read_bytes()
    except FileNotFoundError:
        raise Invalid({"": _("文件不在服务器上，请联系管理员")}) from None
    return base64.b64decode(key.unseal(_LABEL, sealed) or "")


# -- files that no row names -----------------------------------------------------------------------------------------

Named = Callable[[Collection[str]], Iterable[str]]
NAMED_BY: list[Named] = []
"""Each says which of some names its rows hold. An app that stores files registers its own."""


def _aside() -> Path:
    return Path(settings.MEDIA_ROOT) / "unclaimed"


def _found(name: str) -> Path:
    """Where a file lies; one that was set aside although a row names it is brought back."""
    path, aside = _folder() / name, _aside() / name
    if not path.exists() and aside.exists():
        aside.replace(path)
    return path


def unclaimed(older_than: timedelta) -> list[str]:
    """Names of files that no row names: what a process left that was killed between a file and its row."""
    limit = time.time() - older_than.total_seconds()
    names = [
        f"{path.parent.name}/{path.name}" for path in _folder().glob("??/*") if path.stat().st_mtime <= limit
    ]  # fmt: skip
    known = {name for part in _parts(names) for named in NAMED_BY for name in named(part)}
    return sorted(set(names) - known)


def _parts(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), 500):
        yield names[start : start + 500]


def set_aside(older_than: timedelta = timedelta(hours=6)) -> int:
    """Put them into a folder of their own, from which `load` still reads; they are sealed and open to nobody without a row."""
    found = unclaimed(older_than)
    for name in found:
        target = _aside() / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (_folder() / name).replace(target)
    return len(found)
