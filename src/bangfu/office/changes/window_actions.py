"""Every write on windows, and the queue that is applied when one opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.changes import events
from bangfu.office.changes.applying import try_queued
from bangfu.office.changes.models import QUEUED, Change, ChangeWindow
from bangfu.office.changes.windows import regime
from bangfu.office.pages.refusals import Invalid, OutOfReach

MANAGE, CONFIRM = "windows.manage", "registry.confirm"


@dataclass(frozen=True)
class Outcome:
    """What became of a queue: how many took effect, met a conflict, still wait."""

    applied: int = 0
    conflicts: int = 0
    waiting: int = 0


@transaction.atomic
def set_window(
    *, actor: Actor, area_code: str, kind: str, name: str, opens_on: date, closes_on: date | None
) -> ChangeWindow:
    """A window or a freeze in an area. The caller then applies the queue. Raises Refused, Invalid."""
    actor.require(MANAGE, area_code)
    errors = {}
    if not areas.current().filter(code=area_code).exists():
        errors["area_code"] = _("没有这个区划")
    if kind not in dict(ChangeWindow.KINDS):
        errors["kind"] = _("请选择开放或冻结")
    if not name.strip() or len(name) > 60:
        errors["name"] = _("请填写名称，最多 60 字")
    if closes_on is not None and closes_on < opens_on:
        errors["closes_on"] = _("结束日期不得早于开始日期")
    if closes_on is not None and closes_on < timezone.localdate():
        errors["closes_on"] = _("结束日期已过去")
    if errors:
        raise Invalid(errors)
    window = ChangeWindow.objects.create(
        area_code=area_code,
        kind=kind,
        name=name.strip(),
        opens_on=opens_on,
        closes_on=closes_on,
        opened_by=actor.key,
        opened_name=actor.name,
        opened_at=timezone.now(),
    )
    audit.record(actor, events.WINDOW_SET, _place(window), after=_words(window))
    return window


def _place(window: ChangeWindow) -> audit.Subject:
    return audit.Subject("window", str(window.pk), window.area_code)


def _words(window: ChangeWindow) -> dict[str, str | None]:
    return {
        "kind": window.kind,
        "name": window.name,
        "opens_on": window.opens_on.isoformat(),
        "closes_on": window.closes_on and window.closes_on.isoformat(),
    }


@transaction.atomic
def end_window(*, actor: Actor, window: int) -> ChangeWindow:
    """A window or freeze ends today: one that has begun has yesterday as its last day, one to come is called off.

    The caller then applies the queue. Raises Refused, Invalid."""
    row = ChangeWindow.objects.select_for_update().filter(pk=window).first()
    if row is None or not actor.may(MANAGE, row.area_code):
        raise OutOfReach(MANAGE, row.area_code if row else "")
    today = timezone.localdate()
    if row.ended_at is not None or (row.closes_on is not None and row.closes_on < today):
        raise Invalid(_("这个窗口期已经结束"))
    before = _words(row)
    yesterday = date.fromordinal(today.toordinal() - 1)
    if row.opens_on <= yesterday:
        row.closes_on = yesterday
    else:
        row.ended_at = timezone.now()
    row.save()
    audit.record(actor, events.WINDOW_ENDED, _place(row), before=before, after=_words(row))
    return row


def queued(area_code: str) -> list[int]:
    """The queue of an area, in the order of confirmation."""
    rows = Change.objects.filter(areas.inside([area_code]), status=QUEUED)
    return list(rows.order_by("decided_at", "pk").values_list("pk", flat=True))


def apply_queued(*, actor: Actor, area_code: str) -> Outcome:
    """Apply the queue of an area in order, each on its own and checked again; what meets a conflict is marked, nothing
    is lost. What lies in an area that is still closed, or in the future, waits on. All of it was confirmed before, so
    whoever may confirm in the area may apply it. Raises Refused."""
    actor.require(CONFIRM, area_code)
    today, applied, met, waiting = timezone.localdate(), 0, 0, 0
    for pk in queued(area_code):
        with transaction.atomic():
            rows = Change.objects.select_for_update(of=("self",)).select_related(
                "key", "household__key", "person__key", "other_household", "undoes"
            )
            change = rows.filter(pk=pk, status=QUEUED).first()
            if change is None:
                continue
            codes = {code for code in (change.area_code, change.other_area_code) if code}
            ready = change.effective_on <= today and all(regime(code).is_open(today) for code in codes)
            if not ready:
                waiting += 1
            elif try_queued(actor, change):
                applied += 1
            elif Change.objects.filter(pk=pk, status=QUEUED).exists():
                waiting += 1
            else:
                met += 1
    return Outcome(applied, met, waiting)
