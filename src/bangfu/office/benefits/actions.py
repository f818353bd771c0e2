"""Every write on entitlements. They begin, change and end by a decision of a case only; nothing here is called by a run.

Each function is called inside the transaction of the event that decides (casework/following.py), so that a decision and
what follows from it are there together or not at all. Who may decide was asked there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.benefits import entering, events
from bangfu.office.benefits.bookkeeping import spans_of, write
from bangfu.office.benefits.models import ENDED, PHASING_OUT, STOPPING, Entitlement, OneOff, Period
from bangfu.office.benefits.periods import Decided, Span, cut, later, month_of, on, read_month, restored, set_from
from bangfu.office.benefits.reviews import review_due
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Ruling:
    """The event of a case by which something begins, changes or ends: case, sha256 of the decision, instant.

    A case that closes without a decision (death) has no sha256. `known_at`: when the facts were frozen on which the
    decision rests, None where it rests on none.
    """

    case: str
    sha256: str
    at: datetime
    day: date
    known_at: datetime | None = None

    def why(self, reason: str) -> Decided:
        """As a period keeps it."""
        return Decided(reason, self.case, self.sha256)


@dataclass(frozen=True)
class Whose:
    """Whose entitlement under which policy."""

    household: registry.Household
    policy: str
    person: str = ""


def _subject(row: Entitlement | OneOff) -> audit.Subject:
    return audit.Subject("household", row.household.number, row.area_code)


def _log(
    actor: Actor, kind: audit.EventKind, row: Entitlement, ruling: Ruling, before: Any = None, **more: Any
) -> None:
    # amounts stay out of the log: the row and its periods hold them
    after = {"policy": row.policy, "case": ruling.case, "sha256": ruling.sha256, "state": row.state, **more}
    audit.record(actor, kind, _subject(row), before=before, after=after)


def locked(whose: Whose) -> Entitlement | None:
    """The one row of its kind, locked; None where there never was one."""
    rows = Entitlement.objects.select_for_update(of=("self",)).select_related("household__key")
    return rows.filter(household=whose.household, policy=whose.policy, person_number=whose.person).first()


def _per(policy: str) -> str:
    found = registry.rulebook().policies.get(policy)
    return (found.amount.per or "month") if found is not None and found.amount is not None else "status"


def pays_once(policy: str) -> bool:
    """True where what is granted under a policy is one sum and no period."""
    return _per(policy) == "once"


@transaction.atomic
def begin(
    *,
    actor: Actor,
    whose: Whose,
    amount_fen: int,
    start_month: str,
    class_name: str = "",
    ruling: Ruling,
    reason: str = "",
) -> Entitlement:
    """A grant: from its month on the household is entitled. After a break it is a new period that names the former one.

    Where it is received already the grant changes amount and class from that month. Raises Invalid for a month that is none.
    """
    start = _month(start_month, ruling)
    row = locked(whose) or taken_over(actor, whose, ruling)
    new = row is None
    if row is None:
        row = Entitlement(
            household=whose.household, policy=whose.policy, person_number=whose.person, area_code=whose.household.area_code,
            per=_per(whose.policy), since=start,
        )  # fmt: skip
        row.save()
        spans: list[Span] = []
    else:
        spans = spans_of(row)
    runs_on = bool(spans) and spans[-1].end is None
    said = reason or ("changed" if runs_on else "again" if spans else "granted")
    first = max(start, spans[-1].end or start) if spans and not runs_on else start
    write(actor, row, set_from(spans, first, amount_fen, class_name, ruling.why(said)), ruling.at)
    _decided(row, ruling)
    monthly = _monthly(row.per, amount_fen)
    row.record = entering.begin(
        actor,
        whose.household,
        whose.policy,
        whose.person,
        monthly,
        row.since,
        ruling.case,
        ruling.day,
        fresh=not runs_on,
    )
    row.save()
    _log(
        actor, events.BEGUN if new or not runs_on else events.CHANGED, row, ruling, month=f"{first:%Y-%m}", reason=said
    )
    return row


@transaction.atomic
def change(
    *, actor: Actor, whose: Whose, amount_fen: int, start_month: str, class_name: str = "", ruling: Ruling, reason: str
) -> Entitlement:
    """Another amount or class from a month on. Raises Invalid where nothing is received."""
    row = _received(actor, whose, ruling)
    spans = spans_of(row)
    start = _month(start_month, ruling)
    if on(spans, start) is None:
        raise Invalid({"month": _("%s 起没有在享受的待遇，不能调整") % f"{start:%Y-%m}"})
    write(actor, row, set_from(spans, start, amount_fen, class_name or row.class_name, ruling.why(reason)), ruling.at)
    _decided(row, ruling)
    monthly = _monthly(row.per, amount_fen)
    row.record = entering.begin(
        actor, row.household, row.policy, row.person_number, monthly, row.since, ruling.case, ruling.day, fresh=False
    )
    row.save()
    _log(actor, events.CHANGED, row, ruling, month=f"{start:%Y-%m}", reason=reason)
    return row


@transaction.atomic
def keep(*, actor: Actor, whose: Whose, ruling: Ruling) -> Entitlement | None:
    """Looked at and left as it is: the next look is due from this day. Also takes back a stop that was announced."""
    row = locked(whose) or taken_over(actor, whose, ruling)
    if row is None or row.state == ENDED:
        return row
    before = row.state
    call_off(actor, row, ruling)
    _decided(row, ruling)
    row.save()
    _log(actor, events.CHANGED, row, ruling, before={"state": before}, reason="kept")
    return row


@transaction.atomic
def announce_stop(*, actor: Actor, whose: Whose, ruling: Ruling, months: int = 0) -> Entitlement | None:
    """A stop is decided and its notice hangs; with `months` the household is phased out and paid so long.

    None where nothing is received. Nothing is taken from the household yet.
    """
    row = locked(whose) or taken_over(actor, whose, ruling)
    if row is None or row.state == ENDED:
        return None
    state = PHASING_OUT if months else STOPPING
    if row.state == state and row.decision_sha256 == ruling.sha256:
        return row
    row.state, row.last_month = state, later(month_of(ruling.day), months)
    row.case_number, row.decision_sha256, row.decided_on = ruling.case, ruling.sha256, ruling.day
    row.review_due_on = None  # the case that stops it looks at it
    row.save()
    if months:
        entering.phase_out(actor, row, ruling.case, ruling.day, begins=True)
    _log(actor, events.STOPPING, row, ruling, last_month=f"{row.last_month:%Y-%m}")
    return row


def call_off(actor: Actor, row: Entitlement, ruling: Ruling) -> None:
    """An announced stop is not to be: an objection, or a new look that keeps it. Saves nothing where none was announced."""
    if row.state not in (STOPPING, PHASING_OUT):
        return
    if row.state == PHASING_OUT:
        entering.phase_out(actor, row, ruling.case, ruling.day, begins=False)
    row.state, row.last_month = "active", None
    row.review_due_on = review_due(row.policy, row.class_name, row.area_code, ruling.day)
    row.save()


@transaction.atomic
def stop(
    *, actor: Actor, whose: Whose, ruling: Ruling, last_month: date | None = None, reason: str = "stopped"
) -> Entitlement | None:
    """It ends after its last month, that of the ruling unless said otherwise; the registry no longer says it is received.

    None where the registry and this app know of none.
    """
    row = locked(whose) or taken_over(actor, whose, ruling)
    if row is None or row.state == ENDED:
        return row
    last = month_of(last_month or ruling.day)
    spans = cut(spans_of(row), later(last, 1), ruling.why(reason))
    write(actor, row, spans, ruling.at)
    row.case_number, row.decision_sha256, row.decided_on = ruling.case, ruling.sha256, ruling.day
    row.record = None
    row.save()
    natural = reason == "natural"
    entering.end(
        actor, row.household, row.policy, row.person_number, ruling.case, ruling.day, natural=natural,
        facts=reason != "moved",
    )  # fmt: skip
    _log(actor, events.STOPPED, row, ruling, last_month=f"{last:%Y-%m}", reason=reason)
    return row


@transaction.atomic
def restore(*, actor: Actor, ruling: Ruling, case: str) -> list[Entitlement]:
    """What the decisions of a case stopped, reduced or announced is as it was before: an appeal repealed them.

    What the case granted is no longer granted. Gives the rows that changed.
    """
    found = []
    rows = Entitlement.objects.select_for_update(of=("self",)).select_related("household__key")
    for row in rows.filter(case_number=case).order_by("pk"):
        spans, before = spans_of(row), _before(row, case)
        call_off(actor, row, ruling)
        write(actor, row, spans if before is None else restored(spans, before, ruling.why("restored")), ruling.at)
        _decided(row, ruling)
        going = row.state != ENDED
        if going:
            row.record = entering.begin(
                actor, row.household, row.policy, row.person_number, _monthly(row.per, row.amount_fen), row.since,
                ruling.case, ruling.day, fresh=False,
            )  # fmt: skip
        else:
            row.record = None
            entering.end(actor, row.household, row.policy, row.person_number, ruling.case, ruling.day)
        row.save()
        _log(actor, events.RESTORED, row, ruling, about=case)
        found.append(row)
    now = ruling.at
    OneOff.objects.filter(case_number=case, replaced_at=None).update(replaced_at=now)
    return found


def _before(row: Entitlement, case: str) -> list[Span] | None:
    """The periods as they were known before a case first wrote to them; None where it never did."""
    entries = Period.objects.filter(Q(case_number=case) | Q(end_case_number=case), entitlement=row)
    first = entries.order_by("recorded_at").values_list("recorded_at", flat=True).first()
    return None if first is None else spans_of(row, first - AN_INSTANT)


@transaction.atomic
def pay_once(*, actor: Actor, whose: Whose, amount_fen: int, month: str, ruling: Ruling) -> OneOff:
    """A sum granted once. A later decision of the same case replaces it, so that nothing is counted twice."""
    OneOff.objects.filter(case_number=ruling.case, replaced_at=None).update(replaced_at=ruling.at)
    household = whose.household
    row = OneOff.objects.create(
        household=household, person_number=whose.person, policy=whose.policy, area_code=household.area_code,
        amount_fen=amount_fen, month=_month(month, ruling), case_number=ruling.case, decision_sha256=ruling.sha256,
        recorded_at=ruling.at, recorded_by=actor.key,
    )  # fmt: skip
    entering.begin(actor, household, whose.policy, whose.person, 0, row.month, ruling.case, ruling.day)
    after = {"policy": row.policy, "case": ruling.case, "sha256": ruling.sha256, "month": f"{row.month:%Y-%m}"}
    audit.record(actor, events.PAID_ONCE, _subject(row), after=after)
    return row


def taken_over(actor: Actor, whose: Whose, ruling: Ruling) -> Entitlement | None:
    """What the registry already said was received before any case decided on it, as an entitlement; None where nothing."""
    rule = entering.rule_of(whose.policy)
    rows = entering.rows_of(whose.household, rule, whose.person) if rule is not None else []
    if rule is None or not rows:
        return None
    amount = sum(int(row.values.get(rule.amount) or 0) for row in rows)
    starts = [row.start for row in rows if row.start is not None]
    start = month_of(min(starts)) if starts else month_of(ruling.day)
    start = min(start, month_of(ruling.day))
    row = Entitlement.objects.create(
        household=whose.household, policy=whose.policy, person_number=whose.person, area_code=whose.household.area_code,
        per=_per(whose.policy), since=start, record=rows[0].pk,
    )  # fmt: skip
    # known before the decision, so that what an appeal restores is this
    write(actor, row, [Span(start, None, amount, "", Decided("taken_over"))], ruling.at - AN_INSTANT * 2)
    return row


def _received(actor: Actor, whose: Whose, ruling: Ruling) -> Entitlement:
    row = locked(whose) or taken_over(actor, whose, ruling)
    if row is None or row.state == ENDED:
        raise Invalid(_("本户没有在享受的这项待遇，不能调整"))
    return row


def _decided(row: Entitlement, ruling: Ruling) -> None:
    row.case_number, row.decision_sha256, row.decided_on = ruling.case, ruling.sha256, ruling.day
    row.changed, row.known_at, row.checked_at = {}, ruling.known_at or ruling.at, None
    if row.state != ENDED:
        row.review_due_on = review_due(row.policy, row.class_name, row.area_code, ruling.day)


def _monthly(per: str, amount_fen: int) -> int:
    return amount_fen // 12 if per == "year" else amount_fen


def _month(text: str, ruling: Ruling) -> date:
    if not text:
        return later(month_of(ruling.day), 1)
    try:
        return read_month(text)
    except ValueError:
        raise Invalid({"month": _("月份应写作 2026-12 这样的形式")}) from None
