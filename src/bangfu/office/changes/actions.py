"""Every write on a change: proposed, confirmed, sent back, withdrawn, its conflict resolved, undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.changes import events
from bangfu.office.changes.applying import about, place_of, rehearse, subject_of, take_effect
from bangfu.office.changes.content import Content, conflicts, digest, read, store
from bangfu.office.changes.kinds import FUTURE_DAYS, KINDS, LEVELS, level_of, needs_second
from bangfu.office.changes.kinds import kind_of as kind_by_code
from bangfu.office.changes.models import (
    APPLIED,
    CONFLICT,
    PENDING,
    PROPOSED,
    QUEUED,
    RETURNED,
    WITHDRAWN,
    Change,
)
from bangfu.office.pages.free_text import checked, problem_of
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.pages.refusals import Conflict, Invalid, OutOfReach
from bangfu.office.privacy.api import Erased, SubjectKey
from bangfu.office.registry import api as registry

PROPOSE, CONFIRM = "registry.propose", "registry.confirm"
_EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Proposal:
    """What someone asks for. `seen` are the marks of the values that the form showed (`content.digests`)."""

    kind: str
    effective_on: date
    reason: str
    household: str = ""
    person: str = ""
    other_household: str = ""
    area_code: str = ""
    other_area_code: str = ""
    evidence: str = ""
    content: Content = field(default_factory=Content)
    seen: Mapping[str, str] | None = None


@transaction.atomic
def propose(*, actor: Actor, proposal: Proposal) -> Change:
    """A change to be confirmed, or one that takes effect at once where the table of kinds allows.

    Raises Refused, Invalid by field, and Conflict where somebody changed the same fields since the form was shown.
    """
    actor.require(PROPOSE)
    change, key = _placed(actor, proposal)
    _check_words(proposal.reason, proposal.evidence)
    _check_day(proposal, change)
    content = _with_base(change, proposal)
    kind = kind_by_code(proposal.kind)
    change.second = needs_second(kind, content.table, content.values)
    store(change, content, key)
    change.flags = _flags(change, content)
    rehearse(change)
    change.save()
    after = {**about(change), "fields": sorted(content.values)}
    audit.record(actor, events.PROPOSED, place_of(change), after=after)
    if not change.second and may_confirm(actor, change):
        _decide(actor, change, "")
    return change


def _placed(actor: Actor, proposal: Proposal) -> tuple[Change, SubjectKey]:
    if proposal.kind not in KINDS:
        raise Invalid({"kind": _("没有这一类变更")})
    change = Change(
        kind=proposal.kind,
        effective_on=proposal.effective_on,
        reason=proposal.reason.strip(),
        evidence=proposal.evidence.strip(),
        other_area_code=proposal.other_area_code,
        **_proposer(actor),
    )
    if proposal.kind == "new_household":
        actor.require(PROPOSE, proposal.area_code)
        change.area_code = proposal.area_code
        key = SubjectKey.fresh()
        key.save()
        return change, key
    household = registry.household(actor, proposal.household, PROPOSE)
    change.household, change.area_code = household, household.area_code
    key = household.key
    if proposal.person:
        person = registry.person(actor, proposal.person, PROPOSE)
        if person.household_id != household.pk:
            raise Invalid({"person": _("此人不在该户")})
        change.person, key = person, person.key
    if proposal.other_household:
        try:
            change.other_household = registry.household(actor, proposal.other_household, PROPOSE)
        except OutOfReach:
            raise Invalid({"other_household": _("在您的辖区内没有这个户编号")}) from None
        change.other_area_code = change.other_household.area_code
    return change, key


def _proposer(actor: Actor) -> dict[str, Any]:
    return {"proposed_by": actor.key, "proposed_name": actor.name, "proposed_at": timezone.now()}


def _check_words(reason: str, evidence: str) -> None:
    found = {"reason": problem_of(reason), "evidence": problem_of(evidence, needed=False)}
    if any(found.values()):
        raise Invalid({name: problem for name, problem in found.items() if problem})


def _check_day(proposal: Proposal, change: Change) -> None:
    today, day = timezone.localdate(), proposal.effective_on
    problem = ""
    born = change.person.birth_date if change.person else None
    for values in proposal.content.persons:
        if values.get("birth_date") and proposal.kind in ("birth", "marriage_in", "arrival"):
            born = date.fromisoformat(values["birth_date"])
    if day > today + timedelta(days=FUTURE_DAYS):
        problem = _("生效日期最多晚于今天 %s 天") % FUTURE_DAYS
    elif day < _EARLIEST:
        problem = _("生效日期不得早于 1900 年")
    elif born is not None and day < born:
        problem = _("生效日期不得早于此人的出生日期")
    if problem:
        raise Invalid({"effective_on": problem})


def _with_base(change: Change, proposal: Proposal) -> Content:
    content = proposal.content
    subject = subject_of_content(change, content)
    if proposal.kind != "correction" or subject is None:
        return replace(content, options={**content.options, "before": _members_before(change)})
    now = registry.values_now(subject, content.values)
    if proposal.seen is not None:
        changed = {
            name: (now[name], value)
            for name, value in content.values.items()
            if digest(name, now[name]) != proposal.seen.get(name) and now[name] != value
        }
        if changed:
            raise Conflict(changed)  # type: ignore[arg-type]
    values = {name: value for name, value in content.values.items() if now[name] != value}
    if not values:
        raise Invalid(_("没有任何改动"))
    return replace(content, values=values, base={name: now[name] for name in values})


def _members_before(change: Change) -> dict[str, str]:
    """Relations of the open members as they are when the change is proposed, for the page that shows old beside new."""
    homes = [home for home in (change.household, change.other_household) if home is not None]
    return {person.number: person.relation for home in homes for person in registry.open_members(home)}


def subject_of_content(change: Change, content: Content) -> registry.Household | registry.Person | None:
    """Whose facts a content states."""
    return change.person if content.table == "persons" and change.person is not None else change.household


def _flags(change: Change, content: Content) -> list[str]:
    """What the confirmer should know: an ID number that is registered elsewhere."""
    numbers = [values.get("id_number") for values in (*content.persons, content.values)]
    found = [n for n in numbers if n and registered_elsewhere(n, change.person)]
    return ["duplicate_id"] if found else []


def registered_elsewhere(id_number: str, person: registry.Person | None = None) -> list[registry.Person]:
    """Others on the books with this ID number, anywhere; who may see them is the caller's business."""
    rows = registry.Person.objects.filter(
        id_index__in=registry.indexes_to_search(registry.ID, id_number), left_on=None
    ).select_related("household")
    with areas.everywhere():
        return list(rows.exclude(pk=person.pk if person else None)[:5])


def may_confirm(actor: Actor, change: Change) -> bool:
    """True where the actor's office covers every area of the change at the level that the table of kinds asks for."""
    kind = kind_by_code(change.undoes.kind if change.kind == "undo" and change.undoes else change.kind)
    level = level_of(kind, change.area_code, change.other_area_code)
    high = [prefix for prefix in actor.areas(CONFIRM) if len(prefix) <= level]
    codes = [code for code in (change.area_code, change.other_area_code) if code]
    return all(any(code.startswith(prefix) for prefix in high) for code in codes)


def locked(actor: Actor, pk: int, permission: str) -> Change:
    """A change in the actor's area, locked. Raises OutOfReach, Refused."""
    rows = Change.objects.select_for_update(of=("self",)).select_related(
        "key", "household__key", "person__key", "other_household", "undoes"
    )
    change = rows.filter(pk=pk).first()
    if change is None or not actor.may("registry.view", change.area_code):
        raise OutOfReach(permission, change.area_code if change else "")
    actor.require(permission, change.area_code)
    return change


def record_unmasking(*, actor: Actor, change: Change, purpose: str, why: str) -> None:
    """Write down that the personal values of a change were seen in full, and why. Raises Refused, Invalid."""
    actor.require("registry.unmask", change.area_code)
    stated = actor.for_purpose(purpose_text(purpose, why))
    audit.record(stated, registry.UNMASKED, audit.Subject("change", str(change.pk), change.area_code))


def _require(change: Change, *statuses: str) -> None:
    if change.status not in statuses:
        raise Invalid(_("这项变更已处理过，请刷新页面"))


@transaction.atomic
def confirm(*, actor: Actor, change: int, remark: str = "") -> Change:
    """By another person than the proposer, at the level of the table. Raises Refused, Invalid, Conflict."""
    row = locked(actor, change, CONFIRM)
    _require(row, PROPOSED)
    if row.second and row.proposed_by == actor.key:
        raise Invalid(_("不能确认自己提出的变更，请由另一人确认"))
    if row.other_area_code:
        actor.require(CONFIRM, row.other_area_code)
    if not may_confirm(actor, row):
        kind = kind_by_code(row.undoes.kind if row.undoes else row.kind)
        level = level_of(kind, row.area_code, row.other_area_code)
        raise Invalid(_("这项变更须由%s级确认") % LEVELS[level])
    checked(remark, "remark", needed=False)
    _decide(actor, row, remark)
    return row


def _decide(actor: Actor, change: Change, remark: str) -> None:
    change.decided_by, change.decided_name, change.decided_at = actor.key, actor.name, timezone.now()
    change.remark = remark.strip()
    audit.record(actor, events.CONFIRMED, place_of(change), after=about(change))
    take_effect(actor, change)


@transaction.atomic
def send_back(*, actor: Actor, change: int, remark: str) -> Change:
    """Not confirmed, with the reason. Raises Refused, Invalid."""
    row = locked(actor, change, CONFIRM)
    _require(row, *PENDING)
    if not remark.strip():
        raise Invalid({"remark": _("请写明退回的理由")})
    checked(remark, "remark")
    if row.proposed_by == actor.key:
        raise Invalid(_("自己提出的变更请撤回"))
    row.decided_by, row.decided_name, row.decided_at = actor.key, actor.name, timezone.now()
    row.status, row.remark, row.version = RETURNED, remark.strip(), row.version + 1
    row.save()
    audit.record(actor, events.RETURNED, place_of(row), after=about(row))
    return row


@transaction.atomic
def withdraw(*, actor: Actor, change: int) -> Change:
    """By who proposed it, while it has not taken effect. Raises Refused, Invalid."""
    row = locked(actor, change, PROPOSE)
    _require(row, *PENDING)
    if row.proposed_by != actor.key:
        raise Invalid(_("只能撤回自己提出的变更"))
    row.status, row.version = WITHDRAWN, row.version + 1
    row.save()
    audit.record(actor, events.WITHDRAWN, place_of(row), after=about(row))
    return row


def conflicts_of(change: Change) -> dict[str, tuple[Any, Any]]:
    """{field: (theirs, mine)} of a pending correction as things stand."""
    subject = subject_of(change)
    if change.kind != "correction" or change.status not in PENDING or subject is None:
        return {}
    try:
        content = read(change)
    except Erased:
        return {}
    fresh = type(subject).objects.select_related("key").get(pk=subject.pk)
    return conflicts(registry.values_now(fresh, content.values), content.base, content.values)


@transaction.atomic
def resolve(*, actor: Actor, change: int, choices: Mapping[str, str]) -> Change:
    """Field by field `theirs` (dropped from the change) or `mine` (kept, over theirs); it is then to be confirmed.

    Raises Refused, Invalid where a field in conflict has no choice.
    """
    row = locked(actor, change, PROPOSE)
    _require(row, PROPOSED, CONFLICT)
    found = conflicts_of(row)
    missing = {name: _("请选择保留哪一个") for name in found if choices.get(name) not in ("theirs", "mine")}
    if missing:
        raise Invalid(missing)
    content = read(row)
    if row.kind != "correction":
        rehearse(row)
        return _resolved(actor, row, {})
    kept = {name: value for name, value in content.values.items() if choices.get(name) != "theirs"}
    base = {name: found[name][0] if name in found else content.base.get(name) for name in kept}
    if not kept:
        row.status, row.version = WITHDRAWN, row.version + 1
        row.save()
        audit.record(actor, events.WITHDRAWN, place_of(row), after=about(row))
        return row
    store(row, replace(content, values=kept, base=base), row.key)
    return _resolved(actor, row, {name: choices[name] for name in found})


def _resolved(actor: Actor, row: Change, choices: Mapping[str, str]) -> Change:
    row.status, row.problem, row.version = PROPOSED, "", row.version + 1
    row.decided_by, row.decided_name, row.decided_at = "", "", None
    row.save()
    audit.record(actor, events.RESOLVED, place_of(row), after={**about(row), "choices": dict(choices)})
    if not row.second and row.proposed_by == actor.key and may_confirm(actor, row):
        _decide(actor, row, "")
    return row


@transaction.atomic
def undo(*, actor: Actor, change: int, reason: str) -> Change:
    """A new change that restores what was before another; confirmed as that one was. Raises Refused, Invalid with what
    stands in the way."""
    old = locked(actor, change, PROPOSE)
    _require(old, APPLIED)
    if old.kind == "undo":
        raise Invalid(_("撤销本身不能再撤销，请重新提出原来的变更"))
    _check_words(reason, "")
    if Change.objects.filter(undoes=old, status__in=(PROPOSED, QUEUED)).exists():
        raise Invalid(_("已有人提出撤销，尚待处理"))
    row = Change(
        kind="undo",
        area_code=old.area_code,
        other_area_code=old.other_area_code,
        household=old.household,
        other_household=old.other_household,
        person=old.person,
        effective_on=timezone.localdate(),
        reason=reason.strip(),
        key=old.key,
        second=old.second,
        undoes=old,
        **_proposer(actor),
    )
    rehearse(row)
    row.save()
    after = {**about(row), "undoes": old.pk}
    audit.record(actor, events.PROPOSED, place_of(row), after=after)
    if not row.second and may_confirm(actor, row):
        _decide(actor, row, "")
    return row
