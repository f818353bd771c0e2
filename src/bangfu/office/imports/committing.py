"""Writes the checked rows of a batch into the registry: all of them in one transaction, or the good ones chunk by chunk.

Killed in between, a batch that must be whole has left nothing, and a batch of good rows goes on after `position`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.imports import events, storage, tables
from bangfu.office.imports.checking import without_collector
from bangfu.office.imports.judging import CHANGED, NEW, Scope, Verdict, judge, values_of
from bangfu.office.imports.models import ALL, COMMITTED, COMMITTING, Batch, Issue, Replaced
from bangfu.office.pages.among import Among
from bangfu.office.pages.inserting import insert, update
from bangfu.office.registry import api as registry


class RegistryChanged(Exception):
    """Rows that were good at the check can no longer be written."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def commit(batch: Batch, actor: Actor, progress: storage.Progress) -> None:
    """Write. Raises RegistryChanged, Cancelled; whatever is raised, only whole chunks of good rows are in the registry."""
    actor.require("imports.commit", batch.area_code)
    with without_collector(), pq.ParquetFile(storage.checked_path(batch)) as file:
        if batch.mode == ALL:
            with transaction.atomic():
                _locked(batch)
                rows = _chunks(batch, actor, file, range(file.num_row_groups), progress)
                _record(batch, actor, rows)
                _finish(batch, file.metadata.num_rows)
            return
        done = 0
        for group in range(file.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            if done >= batch.position:
                with transaction.atomic():
                    _locked(batch)
                    _record(batch, actor, _chunks(batch, actor, file, range(group, group + 1), progress))
                    Batch.objects.filter(pk=batch.pk).update(position=done + size, written=batch.written)
                batch.position = done + size
            done += size
        with transaction.atomic():
            _locked(batch)
            _finish(batch, done)


def _locked(batch: Batch) -> None:
    """Nobody else finishes, cancels or withdraws it meanwhile."""
    state = Batch.objects.select_for_update().filter(pk=batch.pk).values_list("state", flat=True).get()
    if state != COMMITTING:
        raise storage.Cancelled


def _record(batch: Batch, actor: Actor, rows: Iterator[audit.Entry]) -> None:
    subject = audit.Subject("batch", batch.key, batch.area_code)
    audit.record_bulk(actor, events.COMMITTED, subject, batch.key, rows)


def _finish(batch: Batch, position: int) -> None:
    batch.state, batch.position, batch.committed_at, batch.failure = COMMITTED, position, timezone.now(), None
    batch.save()


def _chunks(
    batch: Batch, actor: Actor, file: pq.ParquetFile, groups: Sequence[int], progress: storage.Progress
) -> Iterator[audit.Entry]:
    """The log rows of chunks, each of which is written as it is asked for."""
    kind = tables.kinds()[batch.table]
    scope = Scope.of(actor.areas("imports.commit"), batch.as_of)
    origin = registry.Origin(actor, batch.source, batch.as_of, batch.key, batch.file_name[:120])
    done = sum(file.metadata.row_group(group).num_rows for group in range(groups[0])) if groups else 0
    for group in groups:
        progress.say("writing", done, file.metadata.num_rows)
        chunk = file.read_row_group(group)
        done += chunk.num_rows
        wanted = np.isin(chunk.column("_action").to_numpy(), (NEW, CHANGED))
        if wanted.any():
            yield from _write(batch, kind, chunk.filter(pa.array(wanted)), scope, origin)


def _write(
    batch: Batch, kind: tables.Kind, chunk: pa.Table, scope: Scope, origin: registry.Origin
) -> Iterator[audit.Entry]:
    verdict = judge(kind, chunk, scope, None, lock=True)
    _late(batch, chunk, verdict)
    names = [name for name in chunk.column_names if not name.startswith("_")]
    fresh = np.flatnonzero(verdict.actions == NEW).tolist()
    altered = np.flatnonzero(verdict.actions == CHANGED).tolist()
    batch.written += len(fresh) + len(altered)
    if kind.id == tables.HOUSEHOLDS:
        yield from _households(chunk, names, verdict, fresh, altered, origin)
    elif kind.id == tables.PERSONS:
        yield from _persons(chunk, names, verdict, fresh, altered, origin)
    else:
        yield from _records(batch, kind, verdict, fresh, altered, origin)


def _late(batch: Batch, chunk: pa.Table, verdict: Verdict) -> None:
    """Rows that were good at the check and no longer are: none may be where all must go in."""
    errors = [finding for finding in verdict.findings if finding.severity == Issue.ERROR]
    if not errors:
        return
    if batch.mode == ALL:
        raise RegistryChanged(len(errors))
    rows = chunk.column("_row").to_pylist()
    sheets = chunk.column("_sheet").to_pylist()
    insert([
        Issue(batch=batch, severity=Issue.ERROR, sheet=batch.sheets[sheets[f.index]], row=rows[f.index], column=f.column,
              value=f.value[:120], code=f.code, detail=f.detail[:240], count=1)
        for f in errors
    ])  # fmt: skip
    Batch.objects.filter(pk=batch.pk).update(rejected=F("rejected") + len(errors))
    batch.rejected += len(errors)


def _households(
    chunk: pa.Table, names: list[str], verdict: Verdict, fresh: list[int], altered: list[int], origin: registry.Origin
) -> Iterator[audit.Entry]:
    back = [i for i in fresh if i in verdict.subjects]
    new = [i for i in fresh if i not in verdict.subjects]
    if new:
        yield from registry.add_households(values_of(chunk, names, new), origin)[1]
    if back:
        for i, region in zip(back, values_of(chunk, ["region_code"], back), strict=True):
            verdict.subjects[i].area_code = region["region_code"]
        yield from registry.reopen([verdict.subjects[i] for i in back], origin)
    yield from registry.state(
        [registry.Change(verdict.subjects[i], verdict.changes[i]) for i in back + altered], origin
    )


def _persons(
    chunk: pa.Table, names: list[str], verdict: Verdict, fresh: list[int], altered: list[int], origin: registry.Origin
) -> Iterator[audit.Entry]:
    back = [i for i in fresh if i in verdict.subjects]
    new = [i for i in fresh if i not in verdict.subjects]
    rows = values_of(chunk, names, new)
    homes = {row["household_no"] for row in rows}
    again = dict(zip(back, values_of(chunk, ["household_no"], back), strict=True)) if back else {}
    homes |= {row["household_no"] for row in again.values()}
    found = registry.Household.objects.filter(number__among=Among(homes)).only(
        "number", "area_code", "person_count", "head_name"
    )
    by_number = {household.number: household for household in found}
    if new:
        yield from registry.add_persons(rows, by_number, origin)[1]
    if back:
        places = {verdict.subjects[i].pk: by_number[row["household_no"]] for i, row in again.items()}
        yield from registry.reopen([verdict.subjects[i] for i in back], origin, places)
    yield from registry.state(
        [registry.Change(verdict.subjects[i], verdict.changes[i]) for i in back + altered], origin
    )
    heads = [i for i in altered if {"relation", "name"} & set(verdict.changes[i])]
    touched = {verdict.subjects[i].household_id for i in heads} - {h.pk for h in by_number.values()}
    registry.recount(by_number.values())
    if touched:
        registry.recount(registry.Household.objects.filter(pk__in=touched))


def _records(
    batch: Batch, kind: tables.Kind, verdict: Verdict, fresh: list[int], altered: list[int], origin: registry.Origin
) -> Iterator[audit.Entry]:
    if kind.id == tables.EPISODES:
        yield from _episodes(batch, verdict, altered, origin)
    else:
        yield from _replace(batch, verdict, altered, origin)
        fresh = fresh + altered
    if fresh:
        rows = [verdict.changes[i] for i in fresh]
        houses = {house.number: house for _, house, _ in rows}
        people = {person.number: person for _, _, person in rows if person}
        yield from registry.add_records(kind.id, [row for row, _, _ in rows], houses, people, origin)[1]


def _replace(batch: Batch, verdict: Verdict, altered: list[int], origin: registry.Origin) -> Iterator[audit.Entry]:
    """The old record of each is withdrawn; the new one is added by the caller."""
    held = [verdict.subjects[i] for i in altered]
    for record in held:
        record.withdrawn_on = timezone.localdate()
        place = audit.Subject("household", record.household.number, record.area_code)
        key_id = (record.person or record.household).key_id
        yield audit.entry(
            origin.actor, registry.RECORD_WITHDRAWN, place, before={"table": record.table, **record.values},
            sealed=record.sealed, subject_key_id=key_id,
        )  # fmt: skip
    update(held, ["withdrawn_on"])
    insert([Replaced(batch=batch, record=record.pk, before={}) for record in held])


def _episodes(batch: Batch, verdict: Verdict, altered: list[int], origin: registry.Origin) -> Iterator[audit.Entry]:
    """A status that goes on or ended otherwise: its end and reason as the file has them."""
    changed, kept = [], []
    for i in altered:
        episode, (row, house, _) = verdict.subjects[i], verdict.changes[i]
        before = {"kind": episode.kind, "to": _iso(episode.end), "reason": episode.reason}
        kept.append(Replaced(batch=batch, episode=episode.pk, before=before))
        episode.end, episode.reason = registry.place_of(row)[2], row.get("reason") or ""
        after = {"kind": episode.kind, "to": _iso(episode.end), "reason": episode.reason}
        place = audit.Subject("household", house.number, house.area_code)
        yield audit.entry(origin.actor, registry.EPISODE_CHANGED, place, before=before, after=after)
        changed.append(episode)
    update(changed, ["end", "reason"])
    insert(kept)


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None
