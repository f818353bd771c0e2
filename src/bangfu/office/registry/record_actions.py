"""Every single-record write on status episodes and on rows of the other tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import events
from bangfu.office.registry.bulk import place_of
from bangfu.office.registry.checking import check_values
from bangfu.office.registry.journal import Basis, Step, Writing
from bangfu.office.registry.models import Record, StatusEpisode
from bangfu.office.registry.projection import pack, split

Made = tuple[int, list[Step]]


@transaction.atomic
def begin_episode(
    *, actor: Actor, basis: Basis, household: str, kind: str, reason: str = "", person: str | None = None
) -> Made:
    """A status begins on the basis's day. Refused where the same is still open. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    home = writing.household(household)
    who = writing.person(person) if person else None
    if StatusEpisode.objects.filter(household=home, person=who, kind=kind, end=None).exists():
        raise Invalid({"kind": _("该户（人）的“%s”尚未结束") % kind})
    episode = StatusEpisode.objects.create(
        household=home,
        person=who,
        area_code=home.area_code,
        kind=kind,
        start=basis.on,
        reason=reason[:120],
        source=basis.source,
        batch=basis.batch,
    )
    writing.touch(home)
    writing.step("episode_began", episode=episode.pk, household=home.number)
    writing.log(events.EPISODE_ADDED, home, after={"kind": kind, "start": basis.on.isoformat()})
    return episode.pk, writing.finish()


@transaction.atomic
def end_episode(*, actor: Actor, basis: Basis, episode: int) -> list[Step]:
    """A status ends on the basis's day. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    row = StatusEpisode.objects.select_for_update(of=("self",)).select_related("household").filter(pk=episode).first()
    if row is None:
        raise Invalid(_("没有这条身份记录"))
    home = writing.household(row.household.number)
    if row.end is not None:
        raise Invalid({"episode": _("“%(kind)s”已于 %(day)s 结束") % {"kind": row.kind, "day": row.end}})
    if row.start is not None and row.start > basis.on:
        raise Invalid({"effective_on": _("生效日期不得早于开始日期 %s") % row.start})
    row.end = basis.on
    row.save(update_fields=["end"])
    writing.touch(home)
    writing.step("episode_ended", episode=row.pk, household=home.number)
    writing.log(events.EPISODE_ENDED, home, before={"kind": row.kind}, after={"end": basis.on.isoformat()})
    return writing.finish()


@transaction.atomic
def add_record(
    *,
    actor: Actor,
    basis: Basis,
    household: str,
    table: str,
    values: Mapping[str, Any],
    person: str | None = None,
) -> Made:
    """One row of another table (a benefit, a measure, work, a post, a contract). Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    home = writing.household(household)
    who = writing.person(person) if person else None
    said = {n: v for n, v in values.items() if v is not None and n not in ("household_no", "person_no")}
    check_values(table, said)
    plain, sealed = split(writing.known, table, said)
    key = (who or home).key
    kind, start, end = place_of(said)
    record = Record.objects.create(
        table=table,
        household=home,
        person=who,
        area_code=home.area_code,
        kind=kind,
        start=start,
        end=end,
        values=plain,
        sealed=key.seal("record", pack(sealed)),
        source=basis.source,
        batch=basis.batch,
    )
    writing.touch(home)
    writing.step("record_added", record=record.pk, household=home.number)
    after = {"table": table, **plain}
    writing.log(events.RECORD_ADDED, home, after=after, sealed=record.sealed, subject_key_id=key.pk)
    return record.pk, writing.finish()


@transaction.atomic
def withdraw_record(*, actor: Actor, basis: Basis, record: int) -> list[Step]:
    """The row no longer counts; it stays readable. Raises Refused, Invalid."""
    writing = Writing(actor, basis)
    row = Record.objects.select_for_update(of=("self",)).select_related("household").filter(pk=record).first()
    if row is None:
        raise Invalid(_("没有这条记录"))
    home = writing.household(row.household.number)
    if row.withdrawn_on is not None:
        raise Invalid(_("这条记录已撤回"))
    row.withdrawn_on = basis.on
    row.save(update_fields=["withdrawn_on"])
    writing.touch(home)
    writing.step("record_withdrawn", record=row.pk, household=home.number)
    before = {"table": row.table, **row.values}
    writing.log(events.RECORD_WITHDRAWN, home, before=before)
    return writing.finish()
