"""The log as CSV: streamed, readable by spreadsheets, harmless in them, without what is sealed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from bangfu.office.audit.events import KINDS
from bangfu.office.audit.models import Entry
from bangfu.office.audit.naming import naming

MOST = 200_000
"""Rows of one export; more is what `bangfu audit` on the server is for."""
CHUNK = 2000


def _safe(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def lines(rows: QuerySet[Entry], language: str) -> Iterator[bytes]:
    """Chunks of the file, the newest row first."""
    with override(language):
        head = [_("编号"), _("链"), _("时间"), _("操作人"), _("事项"), _("对象类别"), _("对象编号"), _("区划"), _("目的"), _("变更前"), _("变更后")]  # fmt: skip # noqa: E501
    yield b"\xef\xbb\xbf" + _written([head])
    subjects = naming().subjects(language)
    last: int | None = None
    done = 0
    while done < MOST:
        # by key, not with one cursor: the transaction of a request does not stay open while a browser reads
        part = list((rows if last is None else rows.filter(pk__lt=last)).order_by("-pk")[:CHUNK])
        if not part:
            return
        last, done = part[-1].pk, done + len(part)
        areas = naming().areas({row.area_code for row in part if row.area_code})
        yield _written([_line(row, language, subjects, areas) for row in part])


def _line(row: Entry, language: str, subjects: dict[str, str], areas: dict[str, str]) -> list[Any]:
    kind = KINDS.get(row.kind)
    return [
        row.pk,
        f"{row.stream}:{row.seq}",
        timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S"),
        row.actor_name,
        kind.label(language) if kind else row.kind,
        subjects.get(row.subject_type, row.subject_type),
        row.subject_id,
        areas.get(row.area_code, row.area_code),
        row.purpose,
        row.before,
        row.after,
    ]


def _written(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_safe(value) for value in row] for row in rows)
    return text.getvalue().encode()
