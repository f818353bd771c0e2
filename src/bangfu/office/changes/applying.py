"""How each kind of change takes effect: which action of the registry it calls. Rehearsed when it is proposed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, system_actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.changes import events
from bangfu.office.changes.content import Content, conflicts, read, store
from bangfu.office.changes.models import APPLIED, CONFLICT, PENDING, QUEUED, UNDONE, Change
from bangfu.office.changes.windows import regime
from bangfu.office.pages.refusals import Conflict, Invalid, Refused
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import api as registry

Steps = list[registry.Step]


def subject_of(change: Change) -> registry.Household | registry.Person | None:
    """Whose facts the change states."""
    return change.person if change.content.get("table") == "persons" and change.person_id else change.household


def place_of(change: Change) -> audit.Subject:
    """The change as the log names it."""
    return audit.Subject("change", str(change.pk), change.area_code)


def about(change: Change) -> dict[str, Any]:
    """What the log says of a change: kind, household, day; no personal value."""
    number = change.household.number if change.household else ""
    return {"kind": change.kind, "household": number, "effective_on": change.effective_on.isoformat()}


def basis_of(change: Change) -> registry.Basis:
    """Source and batch of everything that the change writes."""
    return registry.Basis(
        change.effective_on, "change", f"变更 {change.pk or ''}".strip(), f"change:{change.pk or 'new'}"
    )


def run(actor: Actor, change: Change) -> Steps:
    """Do it, in the caller's transaction. Raises Refused, Invalid, Conflict."""
    try:
        content = read(change)
    except Erased:
        raise Invalid(_("此人的个人资料已删除，这项变更不能再办理")) from None
    subject = subject_of(change)
    if change.kind == "correction" and subject is not None:
        fresh = type(subject).objects.select_for_update(of=("self",)).select_related("key").get(pk=subject.pk)
        found = conflicts(registry.values_now(fresh, content.values), content.base, content.values)
        if found:
            raise Conflict(found)  # type: ignore[arg-type]
    return _RUN[change.kind](actor, change, content)


def _number(change: Change) -> str:
    if change.household is None:
        raise Invalid(_("请选择户"))
    return change.household.number


def _person(change: Change) -> str:
    if change.person is None:
        raise Invalid(_("请选择成员"))
    return change.person.number


def _correction(actor: Actor, change: Change, content: Content) -> Steps:
    subject = subject_of(change)
    if subject is None:
        raise Invalid(_("请选择户或成员"))
    return registry.state_facts(actor=actor, basis=basis_of(change), subject=subject, values=content.values)


def _arrival(actor: Actor, change: Change, content: Content) -> Steps:
    reason = content.options.get("reason") or change.kind
    _new, steps = registry.add_person(
        actor=actor, basis=basis_of(change), household=_number(change), values=content.persons[0], reason=reason
    )
    return steps


def _departure(actor: Actor, change: Change, content: Content) -> Steps:
    return registry.end_membership(
        actor=actor,
        basis=basis_of(change),
        person=_person(change),
        reason=content.options.get("reason") or change.kind,
        relations=content.options.get("relations"),
    )


def _return(actor: Actor, change: Change, content: Content) -> Steps:
    return registry.return_person(
        actor=actor,
        basis=basis_of(change),
        person=_person(change),
        household=_number(change),
        relation=content.options.get("relation", ""),
        reason="return",
    )


def _head(actor: Actor, change: Change, content: Content) -> Steps:
    return registry.change_head(
        actor=actor, basis=basis_of(change), household=_number(change), relations=content.options["relations"]
    )


def _split(actor: Actor, change: Change, content: Content) -> Steps:
    _new, steps = registry.split_household(
        actor=actor,
        basis=basis_of(change),
        household=_number(change),
        leaving=content.options["leaving"],
        staying=content.options.get("staying"),
    )
    return steps


def _merge(actor: Actor, change: Change, content: Content) -> Steps:
    if change.other_household is None:
        raise Invalid(_("请填写并入的户编号"))
    return registry.merge_households(
        actor=actor,
        basis=basis_of(change),
        source=_number(change),
        target=change.other_household.number,
        relations=content.options["relations"],
    )


def _move(actor: Actor, change: Change, content: Content) -> Steps:
    return registry.move_household(
        actor=actor,
        basis=basis_of(change),
        household=_number(change),
        area_code=change.other_area_code,
        group_name=content.options.get("group_name") or None,
    )


def _new_household(actor: Actor, change: Change, content: Content) -> Steps:
    _new, steps = registry.open_household(
        actor=actor,
        basis=basis_of(change),
        area_code=change.area_code,
        values=content.values,
        persons=content.persons,
    )
    return steps


def _close(actor: Actor, change: Change, content: Content) -> Steps:
    reason = content.options.get("reason") or "other"
    return registry.close_household(actor=actor, basis=basis_of(change), household=_number(change), reason=reason)


def _reopen(actor: Actor, change: Change, content: Content) -> Steps:
    return registry.reopen_household(actor=actor, basis=basis_of(change), household=_number(change))


def _begin(actor: Actor, change: Change, content: Content) -> Steps:
    _new, steps = registry.begin_episode(
        actor=actor,
        basis=basis_of(change),
        household=_number(change),
        kind=content.options["status"],
        person=change.person.number if change.person else None,
    )
    return steps


def _end(actor: Actor, change: Change, content: Content) -> Steps:
    return registry.end_episode(actor=actor, basis=basis_of(change), episode=content.options["episode"])


def _record_add(actor: Actor, change: Change, content: Content) -> Steps:
    _new, steps = registry.add_record(
        actor=actor,
        basis=basis_of(change),
        household=_number(change),
        table=content.table,
        values=content.values,
        person=change.person.number if change.person else None,
    )
    return steps


def _record_withdraw(actor: Actor, change: Change, content: Content) -> Steps:
    return registry.withdraw_record(actor=actor, basis=basis_of(change), record=content.options["record"])


def _undo(actor: Actor, change: Change, content: Content) -> Steps:
    old = Change.objects.select_for_update(of=("self",)).get(pk=change.undoes_id)
    if old.status != APPLIED:
        raise Invalid(_("这项变更已处理过，请刷新页面"))
    return registry.undo(actor=actor, basis=basis_of(change), steps=old.steps)


_RUN: dict[str, Callable[[Actor, Change, Content], Steps]] = {
    "correction": _correction,
    "birth": _arrival,
    "marriage_in": _arrival,
    "arrival": _arrival,
    "return": _return,
    "death": _departure,
    "marriage_out": _departure,
    "departure": _departure,
    "head": _head,
    "split": _split,
    "merge": _merge,
    "move": _move,
    "new_household": _new_household,
    "close": _close,
    "reopen": _reopen,
    "status_begin": _begin,
    "status_end": _end,
    "record_add": _record_add,
    "record_withdraw": _record_withdraw,
    "undo": _undo,
}


class _Rehearsed(Exception):
    """Ends a rehearsal: nothing of it stays."""


def rehearse(change: Change) -> None:
    """Do it and take it all back, with the rights of the system: what cannot take effect is refused when it is proposed.

    Raises Invalid, Conflict.
    """
    with areas.everywhere():  # a move goes where the proposer sees nothing
        try:
            with transaction.atomic():
                run(system_actor(), change)
                raise _Rehearsed
        except _Rehearsed:
            return


def take_effect(actor: Actor, change: Change) -> None:
    """Into the registry, or into the queue while the window is closed or the day has not come. Raises as `run`."""
    today = timezone.localdate()
    codes = {code for code in (change.area_code, change.other_area_code) if code}
    if change.effective_on > today or not all(regime(code).is_open(today) for code in codes):
        change.status = QUEUED
        change.save()
        audit.record(actor, events.QUEUED, place_of(change), after=about(change))
        return
    apply(actor, change)


def apply(actor: Actor, change: Change) -> None:
    """Into the registry now. Raises as `run`."""
    change.steps = run(actor, change)
    change.status, change.applied_at, change.problem = APPLIED, timezone.now(), ""
    content = read(change)
    if content.persons:  # their values now lie in the registry under keys of their own
        store(change, replace(content, persons=()), change.key)
    change.version += 1
    change.save()
    audit.record(actor, events.APPLIED, place_of(change), after=about(change))
    _follow_the_household(change)
    if change.undoes_id is not None:
        old = Change.objects.get(pk=change.undoes_id)
        old.status, old.version = UNDONE, old.version + 1
        old.save(update_fields=["status", "version"])
        audit.record(actor, events.UNDONE, place_of(old), after={"by": change.pk, **about(old)})


def _follow_the_household(change: Change) -> None:
    """Where a household moved, what is still pending for it is its new village's business."""
    if any(step["op"] == "moved" for step in change.steps) or (change.undoes and change.undoes.kind == "move"):
        area = registry.Household.objects.values_list("area_code", flat=True).get(pk=change.household_id)
        Change.objects.filter(household=change.household_id, status__in=PENDING).update(area_code=area)


def try_queued(actor: Actor, change: Change) -> bool:
    """One of the queue, in a savepoint: applied, or marked with what stands in the way. True where it was applied."""
    try:
        with transaction.atomic():
            apply(actor, change)
        return True
    except Conflict as conflict:
        fields = conflict.fields
        text = _("排队期间有人改了同一项：%s") % "、".join(_label(change, name) for name in fields)
    except Invalid as invalid:
        text = "；".join(map(str, invalid.errors.values()))
    except Refused:
        return False
    change = Change.objects.select_related("key", "household", "person").get(pk=change.pk)
    change.status, change.problem, change.version = CONFLICT, text[:300], change.version + 1
    change.save(update_fields=["status", "problem", "version"])
    audit.record(actor, events.CONFLICTED, place_of(change), after=about(change))
    return False


def _label(change: Change, name: str) -> str:
    found = registry.catalogue().field(change.content.get("table", "households"), name)
    return found.label(get_language() or "zh-hans") if found else name
