"""One change to many households: a preview that says what changes and what is skipped and why, then all or nothing.

The preview is signed; applying it makes the same plan again and refuses where a household changed meanwhile. Its key is
stored with the action, so that a form sent twice is applied once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.inserting import update
from bangfu.office.pages.refusals import Conflict, Invalid
from bangfu.office.registry import events
from bangfu.office.registry.bulk import Origin
from bangfu.office.registry.first_vocabularies import BATCH, MEASURE, STATUS
from bangfu.office.registry.models import BulkChange, Household, Record, Statement, StatusEpisode
from bangfu.office.registry.updates import Change, state
from bangfu.office.registry.vocabularies import words

PERMISSION = "registry.bulk"
MOST = 5000
"""Households of one bulk action."""
_SALT = "registry.bulk"
_HOURS = 4
SOURCE = "bulk"

ACTIONS = {
    "group": gettext_lazy("设置村民组"),
    "measure": gettext_lazy("登记帮扶措施"),
    "status_start": gettext_lazy("登记身份开始"),
    "status_end": gettext_lazy("登记身份结束"),
    "collector": gettext_lazy("设置信息采集人"),
}


@dataclass(frozen=True)
class Step:
    """What would happen to one household: the change in words, or why it is skipped."""

    household: Household
    before: str = ""
    after: str = ""
    skipped: str = ""


@dataclass(frozen=True)
class Plan:
    """A previewed action."""

    action: str
    parameters: dict[str, str]
    steps: tuple[Step, ...]
    token: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[Step, ...]:
        """Households that would change."""
        return tuple(step for step in self.steps if not step.skipped)

    @property
    def skips(self) -> tuple[Step, ...]:
        """Households that would be skipped."""
        return tuple(step for step in self.steps if step.skipped)


def _day(text: str, name: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid({name: _("请填日期，如 2026-10-31")}) from None
    if day > timezone.localdate():
        raise Invalid({name: _("日期不能晚于今天")})
    return day


def _text(parameters: Mapping[str, str], name: str, most: int, message: str) -> str:
    text = parameters.get(name, "").strip()
    if not text or len(text) > most:
        raise Invalid({name: message})
    return text


def _checked(action: str, given: Mapping[str, str]) -> dict[str, str]:
    """The parameters that an action needs, checked. Raises Invalid."""
    if action not in ACTIONS:
        raise Invalid({"action": _("请选择要做的操作")})
    if action == "group":
        return {"group": _text(given, "group", 60, _("请选择村民组"))}
    if action == "collector":
        return {"collector": _text(given, "collector", 40, _("请填 1 至 40 字的姓名"))}
    day = _day(given.get("on", ""), "on")
    found = {"on": day.isoformat()}
    vocabulary, name = (MEASURE, "measure") if action == "measure" else (STATUS, "status")
    code = given.get(name, "")
    if code not in {word.code for word in words().choices(vocabulary, day)}:
        raise Invalid({name: _("请选择帮扶措施类别") if action == "measure" else _("请选择身份类别")})
    found[name] = code
    if action == "measure":
        batch = given.get("batch", "") or words().word(MEASURE, code, day).group
        if batch not in {word.code for word in words().choices(BATCH, day)}:
            raise Invalid({"batch": _("请选择五个一批")})
        found["batch"] = batch
    else:
        found["reason"] = checked(given.get("reason", ""), "reason", needed=False, most=120)
    return found


def _late(households: Sequence[Household], fact: str, day: date) -> dict[int, date]:
    """Households of which a source has said the fact as of a later day: that word would go on to count."""
    rows = Statement.objects.filter(household__in=households, as_of__gt=day, withdrawn_by=None, values__has_key=fact)
    return dict(rows.order_by("as_of").values_list("household", "as_of"))


def _steps_fact(households: Sequence[Household], fact: str, value: str, now: Callable[[Household], str]) -> list[Step]:
    late = _late(households, fact, timezone.localdate())
    found = []
    for household in households:
        before = now(household)
        if before == value:
            found.append(Step(household, before, value, _("已经如此")))
        elif household.pk in late:
            found.append(Step(household, before, value, _("已有更晚（%s）的登记") % f"{late[household.pk]:%Y-%m-%d}"))
        else:
            found.append(Step(household, before, value))
    return found


def _steps_group(households: Sequence[Household], given: Mapping[str, str]) -> list[Step]:
    group = given["group"]
    codes = {household.area_code for household in households}
    held = areas.Group.objects.filter(village_code__in=codes, name=group, valid_to=None)
    villages = set(held.values_list("village_code", flat=True))
    steps = _steps_fact(households, "group_name", group, lambda h: h.group_name)
    return [
        step if step.skipped or step.household.area_code in villages else Step(
            step.household, step.before, step.after, _("该村没有这个村民组")
        )
        for step in steps
    ]  # fmt: skip


def _steps_measure(households: Sequence[Household], given: Mapping[str, str]) -> list[Step]:
    day = date.fromisoformat(given["on"])
    label = words().label(MEASURE, given["measure"], day)
    held = Record.objects.filter(household__in=households, table="measures", kind=given["measure"], withdrawn_on=None)
    before: dict[int, list[date | None]] = {}
    for household, start in held.order_by("start").values_list("household", "start"):
        before.setdefault(household, []).append(start)
    found = []
    for household in households:
        starts = before.get(household.pk, [])
        was = _("、").join(f"{start:%Y-%m-%d}" if start else _("日期未知") for start in starts)
        text = f"{label} {day:%Y-%m-%d}"
        skipped = _("同一天已登记同类措施") if day in starts else ""
        found.append(Step(household, f"{label} {was}" if was else "", text, skipped))
    return found


def _steps_status(households: Sequence[Household], given: Mapping[str, str], ending: bool) -> list[Step]:
    day = date.fromisoformat(given["on"])
    label = words().label(STATUS, given["status"], day)
    rows = StatusEpisode.objects.filter(household__in=households, kind=given["status"], person=None)
    held: dict[int, list[StatusEpisode]] = {}
    for row in rows.order_by("start", "pk"):
        held.setdefault(row.household_id, []).append(row)
    found = []
    for household in households:
        episodes = held.get(household.pk, [])
        running = [e for e in episodes if e.end is None]
        was = f"{label} {running[0].start or ''}–" if running else ""
        if ending:
            late = any(e.start and e.start > day for e in running)
            skipped = "" if running else _("没有进行中的该身份")
            skipped = _("开始日期晚于结束日期") if late else skipped
            until = f"{was}{day:%Y-%m-%d}" if was else f"{label} –{day:%Y-%m-%d}"
            found.append(Step(household, was, until, skipped))
        else:
            over = any((e.start is None or e.start <= day) and (e.end is None or e.end > day) for e in episodes)
            later = any(e.start and e.start > day for e in episodes)
            skipped = _("这一天已有该身份") if over else _("之后已有该身份，请先核对") if later else ""
            found.append(Step(household, was, f"{label} {day:%Y-%m-%d}–", skipped))
    return found


def _steps(action: str, households: Sequence[Household], given: Mapping[str, str]) -> list[Step]:
    if action == "group":
        steps = _steps_group(households, given)
    elif action == "collector":
        steps = _steps_fact(households, "collector", given["collector"], lambda h: h.facts.get("collector") or "")
    elif action == "measure":
        steps = _steps_measure(households, given)
    else:
        steps = _steps_status(households, given, action == "status_end")
    return [
        Step(step.household, step.before, step.after, _("该户已销户")) if step.household.closed_on else step
        for step in steps
    ]


def _digest(steps: Sequence[Step]) -> str:
    """Of everything that was shown: the households, their versions, what would change."""
    text = "\n".join(f"{s.household.pk}:{s.household.version}:{s.before}:{s.after}:{bool(s.skipped)}" for s in steps)
    return hashlib.sha256(text.encode()).hexdigest()


def _chosen(actor: Actor, keys: Sequence[int], lock: bool = False) -> list[Household]:
    rows = Household.objects.filter(pk__in=keys).filter(actor.limit(PERMISSION)).select_related("key")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return list(rows.order_by("area_code", "number"))


def preview(*, actor: Actor, action: str, parameters: Mapping[str, str], keys: Sequence[int]) -> Plan:
    """What an action would do to households (by primary key; those outside the actor's area are not among them).

    Raises Refused, Invalid.
    """
    actor.require(PERMISSION)
    given = _checked(action, parameters)
    if len(keys) > MOST:
        raise Invalid({"": _("选中 %(n)s 户，一次最多 %(most)s 户；请缩小范围") % {"n": len(keys), "most": MOST}})
    households = _chosen(actor, keys)
    if not households:
        raise Invalid({"": _("没有选中任何户")})
    steps = tuple(_steps(action, households, given))
    sent = {
        "k": secrets.token_hex(16),
        "u": actor.key,
        "a": action,
        "p": given,
        "h": [household.pk for household in households],
        "d": _digest(steps),
    }
    token = signing.dumps(sent, salt=_SALT, compress=True)
    names = areas.names({household.area_code for household in households})
    return Plan(action, given, steps, token, names)


@dataclass(frozen=True)
class Outcome:
    """What was done; `again` where the same preview had been applied before."""

    changed: int
    skipped: int
    again: bool
    action: str


def apply(*, actor: Actor, token: str) -> Outcome:
    """Do what a preview showed, all or nothing. Raises Refused, Invalid (token), Conflict (a household changed)."""
    actor.require(PERMISSION)
    try:
        sent = signing.loads(token, salt=_SALT, max_age=_HOURS * 3600)
    except signing.BadSignature:
        raise Invalid({"": _("预览已过期，请重新预览")}) from None
    if sent["u"] != actor.key:
        raise Invalid({"": _("预览已过期，请重新预览")})
    if (done := _before(sent["k"])) is not None:
        return done
    try:
        return _apply(actor, sent)
    except IntegrityError:
        if (done := _before(sent["k"])) is not None:
            return done
        raise


def _before(key: str) -> Outcome | None:
    row = BulkChange.objects.filter(key=key).first()
    return Outcome(row.changed, row.skipped, True, row.action) if row else None


@transaction.atomic
def _apply(actor: Actor, sent: Mapping[str, Any]) -> Outcome:
    action, given, key = sent["a"], sent["p"], sent["k"]
    now = timezone.now()
    done = BulkChange.objects.create(
        key=key, actor_key=actor.key, action=action, parameters=given, changed=0, skipped=0, at=now
    )
    households = _chosen(actor, sent["h"], lock=True)
    steps = _steps(action, households, given)
    if len(households) != len(sent["h"]) or _digest(steps) != sent["d"]:
        raise Conflict({"": (_("有户在预览后被修改"), _("预览"))})
    changing = [step for step in steps if not step.skipped]
    entries = _write(actor, action, given, changing, f"bulk:{key}"[:40])
    done.changed, done.skipped = len(changing), len(steps) - len(changing)
    done.save(update_fields=["changed", "skipped"])
    codes = {step.household.area_code for step in changing}
    subject = audit.Subject("bulk", key, codes.pop() if len(codes) == 1 else "")
    audit.record_bulk(actor, events.BULK_APPLIED, subject, f"bulk:{key}", entries)
    return Outcome(done.changed, done.skipped, False, action)


def _write(actor: Actor, action: str, given: Mapping[str, str], steps: Sequence[Step], batch: str) -> list[audit.Entry]:
    if action in ("group", "collector"):
        fact = "group_name" if action == "group" else "collector"
        changes = [Change(step.household, {fact: given[action]}) for step in steps]
        return state(changes, Origin(actor, SOURCE, timezone.localdate(), batch))
    if action == "measure":
        entries = _add_measures(actor, given, steps, batch)
    elif action == "status_start":
        entries = _start(actor, given, steps, batch)
    else:
        entries = _end(actor, given, steps)
    for step in steps:
        step.household.version += 1
        step.household.changed_at = timezone.now()
    update([step.household for step in steps], ["version", "changed_at"])
    return entries


def _entry(actor: Actor, kind: audit.EventKind, step: Step, before: Any, after: Any) -> audit.Entry:
    household = step.household
    subject = audit.Subject("household", household.number, household.area_code)
    return audit.entry(actor, kind, subject, before=before, after=after)


def _add_measures(actor: Actor, given: Mapping[str, str], steps: Sequence[Step], batch: str) -> list[audit.Entry]:
    values = {"kind": given["measure"], "since": given["on"], "batch": given["batch"]}
    Record.objects.bulk_create(
        [
            Record(
                table="measures", household=step.household, area_code=step.household.area_code, kind=given["measure"],
                start=date.fromisoformat(given["on"]), values=values, source=SOURCE, batch=batch,
            )
            for step in steps
        ],
        batch_size=500,
    )  # fmt: skip
    return [_entry(actor, events.RECORD_ADDED, step, None, {"table": "measures", **values}) for step in steps]


def _start(actor: Actor, given: Mapping[str, str], steps: Sequence[Step], batch: str) -> list[audit.Entry]:
    StatusEpisode.objects.bulk_create(
        [
            StatusEpisode(
                household=step.household, area_code=step.household.area_code, kind=given["status"],
                start=date.fromisoformat(given["on"]), reason=given["reason"], source=SOURCE, batch=batch,
            )
            for step in steps
        ],
        batch_size=500,
    )  # fmt: skip
    after = {"table": "status_episodes", "kind": given["status"], "from": given["on"], "reason": given["reason"]}
    return [_entry(actor, events.EPISODE_ADDED, step, None, after) for step in steps]


def _end(actor: Actor, given: Mapping[str, str], steps: Sequence[Step]) -> list[audit.Entry]:
    by_key = {step.household.pk: step for step in steps}
    running = StatusEpisode.objects.filter(household__in=list(by_key), kind=given["status"], person=None, end=None)
    day = date.fromisoformat(given["on"])
    entries = []
    rows = list(running.order_by("household__area_code", "household__number", "pk"))
    for row in rows:
        row.end = day
        about = {"table": "status_episodes", "kind": row.kind, "from": row.start.isoformat() if row.start else None}
        entries.append(
            _entry(
                actor, events.EPISODE_ENDED, by_key[row.household_id], {**about, "to": None},
                {**about, "to": given["on"], "end_reason": given["reason"]},
            )
        )  # fmt: skip
    StatusEpisode.objects.bulk_update(rows, ["end"], batch_size=500)
    return entries
