"""Reports of many households at once: drafted with a preview, then made in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from bangfu.office.accounts.api import Actor, User, actor_of, system_actor
from bangfu.office.audit import api as audit
from bangfu.office.means import events, jobs, reports
from bangfu.office.means.models import CANCELLED, DONE, DRAFT, INTERRUPTED, QUEUED, ReportBatch
from bangfu.office.means.register import known, standings
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

MOST = 2000
"""Households of one list."""
TOGETHER = 50
"""Households that are read together."""


@dataclass(frozen=True)
class Line:
    """One household of a preview: whether a report can be made, and why not."""

    household: registry.Household
    case: str
    why_not: str


@transaction.atomic
def draft(*, actor: Actor, purpose: str, items: Sequence[tuple[str, str]]) -> ReportBatch:
    """A list of households with the numbers of their cases, for looking at before it is started.

    Raises Refused, OutOfReach for a household elsewhere, Invalid.
    """
    actor.require(reports.MAKE)
    wanted = list(dict(items).items())
    if not wanted:
        raise Invalid({"households": _("没有选中任何一户")})
    if len(wanted) > MOST:
        raise Invalid({"households": _("一次最多 %s 户") % MOST})
    said = checked(purpose, "purpose", most=60)
    there = set(_reached(actor, [number for number, _case in wanted]).values_list("number", flat=True))
    unknown = [number for number, _case in wanted if number not in there]
    if unknown:
        raise Invalid({"households": _("您的辖区内没有这些户：%s") % "、".join(unknown[:5])[:200]})
    area = (actor.areas(reports.MAKE) or ("",))[0]
    batch = ReportBatch.objects.create(
        status=DRAFT, purpose=said, area_code=area[:12], items=wanted, started_by=actor.key,
        started_by_name=actor.name, created_at=timezone.now(), step_total=len(wanted),
    )  # fmt: skip
    audit.record(actor, events.BATCH_DRAFTED, _subject(batch), after={"households": len(wanted)})
    return batch


def _subject(batch: ReportBatch) -> audit.Subject:
    return audit.Subject("means_batch", str(batch.pk), batch.area_code)


def _reached(actor: Actor, numbers: Sequence[str]) -> QuerySet[registry.Household]:
    return registry.households(actor, reports.MAKE).filter(number__in=numbers, closed_on=None)


def of_actor(actor: Actor, pk: int) -> ReportBatch:
    """A list of one's own: nobody else sees which households are on it. Raises OutOfReach."""
    found = ReportBatch.objects.filter(pk=pk, started_by=actor.key).first()
    if found is None:
        raise OutOfReach(reports.MAKE)
    return found


def preview(actor: Actor, batch: ReportBatch) -> list[Line]:
    """Every household of the list, and what would keep its report from being made."""
    lines, today = [], timezone.localdate()
    for homes, cases in _parts(actor, batch):
        found = known(homes, numbers=False)
        for home in homes:
            may, told = standings(home, found, today, reader_language())
            why = "" if may else "；".join(f"{one.name} {one.message}" for one in told if one.status != "granted")
            lines.append(Line(home, cases[home.number], why or ("" if may else _("没有授权"))))
    return lines


def _parts(actor: Actor, batch: ReportBatch) -> Iterator[tuple[list[registry.Household], dict[str, str]]]:
    items = [(number, case) for number, case in batch.items]
    for start in range(0, len(items), TOGETHER):
        cases = dict(items[start : start + TOGETHER])
        rows = _reached(actor, list(cases)).select_related("key").order_by("area_code", "number")
        yield list(rows), cases


@transaction.atomic
def begin(*, actor: Actor, batch: int) -> ReportBatch:
    """Start a drafted list. Raises OutOfReach, Refused, Invalid where it was started before or nothing to check with is there."""
    actor.require(reports.MAKE)
    row = of_actor(actor, batch)
    reports.check_for(row.area_code if len(row.area_code) >= 6 else _first_area(actor, row))
    if not ReportBatch.objects.filter(pk=row.pk, status=DRAFT).update(status=QUEUED, created_at=timezone.now()):
        raise Invalid(_("这一批已经启动过"))
    row.refresh_from_db()
    audit.record(actor, events.BATCH_STARTED, _subject(row), after={"households": len(row.items)})
    from bangfu.office.means.tasks import work_batch

    transaction.on_commit(lambda: work_batch.enqueue(row.pk))
    return row


def _first_area(actor: Actor, batch: ReportBatch) -> str:
    return next((homes[0].area_code for homes, _cases in _parts(actor, batch) if homes), "")


def _maker(batch: ReportBatch) -> Actor:
    """Who started the list, with what they may do today."""
    if batch.started_by == "system":
        return system_actor()
    return actor_of(User.objects.get(key=batch.started_by), timezone.localdate())


def make(batch: ReportBatch) -> None:
    """Make the reports of a list that was taken in hand, one household after the other. Raises Stopped."""
    actor = _maker(batch)
    refused: list[tuple[str, str]] = []
    made, done = 0, 0
    with override("zh-hans"):
        for homes, cases in _parts(actor, batch):
            makers: dict[int, reports.Maker] = {}
            gone = set(cases) - {home.number for home in homes}
            refused += [(number, _("已销户或不在您的辖区")) for number in sorted(gone)]
            done += len(gone)
            for home in homes:
                why = _one(actor, batch, home, cases[home.number], makers, homes)
                made, done = made + (not why), done + 1
                refused += [(home.number, why)] if why else []
                _told(batch, step_done=done, made=made)
            _told(batch, refused=refused)
    jobs.end(batch, DONE, own=True, step_done=done, made=made, refused=refused)


def _one(
    actor: Actor,
    batch: ReportBatch,
    home: registry.Household,
    case: str,
    makers: dict[int, reports.Maker],
    together: Sequence[registry.Household],
) -> str:
    """Make one; the reason why not, empty where it was made."""
    try:
        actor.require(reports.MAKE, home.area_code)
        check = reports.check_for(home.area_code)
        if check.pk not in makers:
            makers[check.pk] = reports.Maker(check, together, batch.purpose, actor.name, timezone.localdate())
        reports.keep(actor, home, makers[check.pk].of(home), check, batch.purpose, case)
    except reports.NotAuthorised as refusal:
        reports.log_refusal(actor, home, refusal, case)
        return "；".join(f"{one.name} {one.message}" for one in refusal.standings if one.status != "granted") or str(
            refusal
        )
    except (Invalid, Refused) as error:
        return str(error)
    return ""


def _told(batch: ReportBatch, **fields: object) -> None:
    """Where the work is. Raises Stopped where somebody cancelled it."""
    own = ReportBatch.objects.filter(pk=batch.pk, worker=batch.worker, cancel_asked=False)
    if not own.update(heartbeat_at=timezone.now(), **fields):
        raise runs.Stopped


def give_up(batch: ReportBatch, status: str, error: str = "") -> bool:
    """End a list before its end: the reports that were made stay."""
    return jobs.end(batch, status, error=error[:2000])


@transaction.atomic
def cancel(*, actor: Actor, batch: int) -> None:
    """Stop a list; what was made stays. Raises OutOfReach, Invalid."""
    row = of_actor(actor, batch)
    now = timezone.now()
    waiting = ReportBatch.objects.filter(pk=row.pk, status__in=(DRAFT, QUEUED))
    if not waiting.update(status=CANCELLED, finished_at=now, cancel_asked=True):
        if not row.active:
            raise Invalid(_("这一批已经结束"))
        ReportBatch.objects.filter(pk=row.pk).update(cancel_asked=True)
    audit.record(actor, events.BATCH_CANCELLED, _subject(row))


def recover() -> int:
    """Mark lists whose process is gone; returns how many."""
    return sum(give_up(batch, CANCELLED if batch.cancel_asked else INTERRUPTED) for batch in jobs.lost(ReportBatch))
