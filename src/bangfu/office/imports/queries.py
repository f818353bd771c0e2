"""Reads of this app, limited to the actor's area or bureau."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.core.values.text import mask
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.imports import storage, tables
from bangfu.office.imports.judging import CHANGED, PLACES, Scope, judge, values_of
from bangfu.office.imports.models import CHECKED, COMMITTED, DISCARDED, MAPPING, Batch
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting
from bangfu.office.registry import api as registry

UPLOAD = "imports.upload"


def batches(actor: Actor) -> QuerySet[Batch]:
    """Batches of the actor's area; for whoever acts for a bureau only, that bureau's."""
    condition = Q(pk__in=[])
    for area, bureau in tables.places(actor):
        within = areas.inside([area])
        condition |= within & Q(bureau=bureau) if bureau else within
    return Batch.objects.filter(condition)


def batch(actor: Actor, pk: int) -> Batch:
    """One batch. Raises OutOfReach."""
    found = batches(actor).filter(pk=pk).first()
    if found is None:
        raise OutOfReach(UPLOAD)
    return found


def twins(actor: Actor, found: Batch) -> list[Batch]:
    """Earlier batches of the same file that the actor may see, newest first."""
    rows = batches(actor).filter(sha256=found.sha256, pk__lt=found.pk).exclude(state=DISCARDED)
    return list(rows.order_by("-pk")[:5])


def brought_elsewhere(actor: Actor, found: Batch) -> bool:
    """Whether somebody whom the actor cannot see brought the same file."""
    rows = Batch.objects.filter(sha256=found.sha256, pk__lt=found.pk).exclude(state=DISCARDED)
    return rows.exclude(pk__in=batches(actor).filter(sha256=found.sha256).values("pk")).exists()


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says of imports: checked and neither committed nor put aside. At most one query."""
    if not actor.may(UPLOAD) and not actor.may("imports.commit"):
        return []
    count = batches(actor).filter(state__in=(MAPPING, CHECKED)).count()
    return [Waiting(_("待处理的导入"), count, reverse("imports:list"))] if count else []


@dataclass(frozen=True)
class Preview:
    """The first rows of a checked file: labels, and cells with personal values starred out."""

    labels: list[str]
    rows: list[tuple[int, str, list[str]]]


@dataclass(frozen=True)
class Difference:
    """One row that changes something: where it stands, whom it is about, and field by field old and new."""

    row: int
    number: str
    fields: list[tuple[str, str, str]]


def preview(found: Batch, limit: int = 12) -> Preview | None:
    """None before the check, and after the file was removed."""
    path = storage.checked_path(found)
    if not path.exists():
        return None
    with pq.ParquetFile(path) as file:
        if not file.num_row_groups:
            return Preview([], [])
        top = file.read_row_group(0).slice(0, limit)
    names = [name for name in top.column_names if not name.startswith("_")]
    language = get_language() or "zh-hans"
    rows = []
    for row, action, values in zip(
        top.column("_row").to_pylist(), top.column("_action").to_pylist(), values_of(top, names), strict=True
    ):
        rows.append((row, action_label(action), [shown(found.table, name, values.get(name)) for name in names]))
    return Preview([tables.label_of(found.table, name, language) for name in names], rows)


def action_label(action: int) -> str:
    """What is to be done with a row."""
    return [_("新增"), _("变更"), _("无变化"), _("有错误"), _("不在管辖范围")][action]


def shown(table: str, name: str, value: Any) -> str:
    """A value as pages show it: labels for codes, yuan for money, personal values starred out."""
    if value is None:
        return ""
    language = get_language() or "zh-hans"
    kind = tables.kinds()[table]
    column = kind.column(name)
    field = registry.catalogue().field(table, name)
    text = str(value)
    if field is not None and field.code:
        text = registry.catalogue().codes[field.code].label(value, language)
    elif column is not None and column.kind == "money":
        text = f"{value / 100:,.2f}"
    elif isinstance(value, bool):
        text = _("是") if value else _("否")
    return mask(text) if column is None or column.personal else text


def changed_rows(found: Batch, start: int, size: int) -> tuple[list[Difference], int]:
    """Rows that change something, a page of them, and how many there are; compared with the registry as it is now."""
    path = storage.checked_path(found)
    if not path.exists() or tables.kinds()[found.table].bureau:
        return [], 0
    with pq.ParquetFile(path) as file:
        actions = file.read(columns=["_action"]).column(0).to_numpy()
        at = np.flatnonzero(actions == CHANGED)
        wanted = at[start : start + size]
        parts, first = [], 0
        for group in range(file.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            inside = wanted[(wanted >= first) & (wanted < first + count)] - first
            if len(inside):
                parts.append(file.read_row_group(group).take(pa.array(inside)))
            first += count
    if not parts:
        return [], len(at)
    return _differences(found, pa.concat_tables(parts)), len(at)


def _differences(found: Batch, chunk: pa.Table) -> list[Difference]:
    kind = tables.kinds()[found.table]
    verdict = judge(kind, chunk, Scope.of(("",), found.as_of), None)
    rows = chunk.column("_row").to_pylist()
    key = kind.layout.key.name if kind.layout.key else "household_no"
    names = [name for name in chunk.column_names if not name.startswith("_")]
    result = []
    for index, (row, values) in enumerate(zip(rows, values_of(chunk, names), strict=True)):
        number = str(values.get(key) or values.get("person_no") or "")
        held = verdict.subjects.get(index)
        result.append(Difference(row, number, _fields(found.table, held, verdict.changes.get(index)) if held else []))
    return result


def _fields(table: str, held: Any, change: Any) -> list[tuple[str, str, str]]:
    language = get_language() or "zh-hans"
    if isinstance(held, registry.Household | registry.Person):
        before, after = registry.values_now(held, change), change
    else:
        after = {name: value for name, value in change[0].items() if name not in PLACES}
        if isinstance(held, registry.StatusEpisode):
            before = {"to": held.end and held.end.isoformat(), "reason": held.reason or None}
        else:
            from bangfu.office.imports.judging_records import values_of_record

            before = values_of_record(held)
    names = [n for n in {**before, **after} if before.get(n) != after.get(n) and (n in before or n in after)]
    if isinstance(held, registry.StatusEpisode):
        names = [n for n in names if n in ("to", "reason")]
    return [
        (tables.label_of(table, n, language), shown(table, n, before.get(n)), shown(table, n, after.get(n)))
        for n in names
    ]


@dataclass(frozen=True)
class BureauFile:
    """A bureau's file that a county office accepted: where it lies, under which hash, and what its manifest says."""

    table: str
    path: Path
    file_name: str
    sha256: str
    as_of: date
    manifest: dict[str, Any] | None
    columns: dict[str, str]
    by_hand: list[str]


def bureau_files(actor: Actor, as_of: date, permission: str = "runs.start") -> dict[str, BureauFile]:
    """For a run: of each bureau table the accepted file with the latest date not after `as_of`, in the actor's area."""
    bureau = [kind.id for kind in tables.kinds().values() if kind.bureau]
    rows = Batch.objects.filter(actor.limit(permission), table__in=bureau, state=COMMITTED, as_of__lte=as_of)
    return {
        row.table: BureauFile(
            row.table,
            storage.upload_path(row),
            row.file_name,
            row.sha256,
            row.as_of,
            row.manifest,
            row.columns,
            row.by_hand,
        )
        for row in rows.order_by("as_of", "pk")
    }
