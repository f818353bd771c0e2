"""A file that many cases have in common: stored once, under a key of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.casework import events
from bangfu.office.casework.bulk.rows import SharedDocument
from bangfu.office.casework.models import Case
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import SealBroken, SubjectKey
from bangfu.office.registry import api as registry

SHAREABLE = ("notice", "minutes", "plan", "votes")
"""Kinds of things that may be one and the same for many households: what hangs in public, what a meeting left."""


@transaction.atomic
def share(*, actor: Actor, file: UploadedFile, dated: date | None) -> SharedDocument:
    """Keep a file for many cases. Raises Invalid for one that is too large or no picture and no PDF."""
    if (file.size or 0) > registry.LARGEST_MB * 1024 * 1024:
        raise Invalid({"file": _("文件超过 %s MB，请压缩后再上传") % registry.LARGEST_MB})
    content = file.read()
    media_type = registry.media_type_of(content)
    key = SubjectKey.fresh()
    key.save()
    return SharedDocument.objects.create(
        key=key, file_name=registry.store_file(key, content), media_type=media_type, size=len(content), dated=dated,
        sha256=hashlib.sha256(content).hexdigest(), added_by=actor.key, added_at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def read(*, actor: Actor, case: Case, document: SharedDocument) -> bytes:
    """The bytes, for who may see the case; a row in the log. Raises Invalid where the file is gone or was changed."""
    try:
        content = registry.load_file(document.key, document.file_name)
    except SealBroken:
        raise Invalid(_("文件与归入时不一致，请联系管理员")) from None
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise Invalid(_("文件与归入时不一致，请联系管理员"))
    subject = audit.Subject("case", case.number, case.area_code)
    audit.record(actor, events.SHARED_READ, subject, after={"shared": document.pk})
    return content


def _named(names: Collection[str]) -> Iterable[str]:
    return SharedDocument.objects.filter(file_name__in=names).values_list("file_name", flat=True)


registry.NAMED_BY.append(_named)
