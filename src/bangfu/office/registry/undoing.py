"""Taking back one change by counter-entries: its journal is read backwards, nothing is deleted, history keeps both.

`obstacles` says what later writes build on the change; while there is any, `undo` refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import events
from bangfu.office.registry.catalogue import catalogue
from bangfu.office.registry.household_actions import place
from bangfu.office.registry.journal import UNDONE, Basis, Step, Writing
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.subjects import (
    WITHDRAWAL,
    Subject,
    link_of,
    own_statements,
    said_by,
    table_of,
    values_now,
)

Steps = Sequence[Step]


def _subject(step: Step) -> Subject:
    if step["of"] == "household":
        return Household.objects.select_related("key").get(number=step["number"])
    return Person.objects.select_related("key", "household__key").get(number=step["number"])


def obstacles(steps: Steps) -> list[str]:
    """Why a change cannot be taken back now, in words; empty where it can."""
    found: list[str] = []
    for step in steps:
        test = _OBSTACLES.get(step["op"])
        if test is not None:
            found += test(step, steps)
    return list(dict.fromkeys(found))


def _own(steps: Steps, op: str, name: str) -> set[Any]:
    return {step[name] for step in steps if step["op"] == op}


def _of_stated(step: Step, steps: Steps) -> list[str]:
    statement = Statement.objects.get(pk=step["statement"])
    if statement.withdrawn_by_id is not None:
        return [_("它的内容已被撤回")]
    subject = _subject(step)
    names = set(said_by(subject, statement))
    own = _own(steps, "stated", "statement")
    known, found = catalogue(), []
    for later in own_statements(subject):
        if later.pk <= statement.pk or later.pk in own:
            continue
        for name in sorted(names & set(said_by(subject, later))):
            label = known.field(table_of(subject), name)
            shown = label.label(get_language() or "zh-hans") if label else name
            found.append(_("“%(field)s”此后于 %(day)s 又有登记") % {"field": shown, "day": _day(later.recorded_at)})
    return found


def _day(moment: Any) -> str:
    return timezone.localtime(moment).date().isoformat()


def pieces(membership: int) -> list[Membership]:
    """A membership and what continues it: whoever left and whose leaving was undone has been there all the time."""
    found = [Membership.objects.select_related("person", "household__key").get(pk=membership)]
    while (last := found[-1]).end is not None:
        rows = Membership.objects.filter(
            person=last.person_id, household=last.household_id, start=last.end, start_reason=UNDONE, pk__gt=last.pk
        )
        following = rows.exclude(end_reason=UNDONE).select_related("person", "household__key").order_by("pk").first()
        if following is None:
            break
        found.append(following)
    return found


def _own_memberships(steps: Steps) -> set[int]:
    made = _own(steps, "joined", "membership") | _own(steps, "person_added", "membership")
    return {piece.pk for pk in made for piece in pieces(pk)}


def _of_joined(step: Step, _steps: Steps) -> list[str]:
    last = pieces(step["membership"])[-1]
    return [_("%s 此后又离开了该户") % last.person.name] if last.end is not None else []


def _of_added(step: Step, steps: Steps) -> list[str]:
    found = _of_joined(step, steps)
    person = Person.objects.select_related("key", "household__key").get(number=step["person"])
    own = _own(steps, "stated", "statement") | {step["statement"]}
    if any(row.pk not in own for row in own_statements(person)):
        found.append(_("%s 的资料此后又有登记") % person.name)
    if person.records.filter(withdrawn_on=None).exists() or _lasting(person.episodes.all()).exists():
        found.append(_("%s 名下此后又有记录") % person.name)
    return found


def _lasting(rows: Any) -> Any:
    """Episodes without those of no day, which were taken back."""
    return rows.exclude(end=F("start"))


def _of_left(step: Step, steps: Steps) -> list[str]:
    member = Membership.objects.select_related("person", "household").get(pk=step["membership"])
    own = _own_memberships(steps)
    found = []
    if Membership.objects.filter(person=member.person, end=None).exclude(pk__in=own).exists():
        found.append(_("%s 此后又进入了一户") % member.person.name)
    later = Membership.objects.filter(person=member.person, pk__gt=member.pk).exclude(pk__in=own)
    if not found and later.exclude(end_reason=UNDONE).exists():
        found.append(_("%s 此后又有户籍变动") % member.person.name)
    closed_here = member.household.number in _own(steps, "closed", "household")
    if member.household.closed_on is not None and not closed_here:
        found.append(_("户 %s 此后已销户") % member.household.number)
    return found


def _of_opened(step: Step, steps: Steps) -> list[str]:
    household = Household.objects.select_related("key").get(number=step["household"])
    own = _own_memberships(steps)
    found = []
    if household.turn:
        found.append(_("户 %s 此后已销户") % household.number)
    if Membership.objects.filter(household=household, end=None).exclude(pk__in=own).exists():
        found.append(_("户 %s 此后又有成员进入") % household.number)
    of_this_change = _own(steps, "stated", "statement") | {step["statement"]}
    if any(row.pk not in of_this_change for row in own_statements(household)):
        found.append(_("户 %s 的资料此后又有登记") % household.number)
    followed = [pk for s in steps if s["op"] == "records_followed" for pk in s["ids"]]
    statuses = [pk for s in steps if s["op"] == "episodes_followed" for pk in s["ids"]]
    records = Record.objects.filter(household=household, withdrawn_on=None).exclude(pk__in=followed)
    if (
        records.exists()
        or _lasting(StatusEpisode.objects.filter(household=household)).exclude(pk__in=statuses).exists()
    ):
        found.append(_("户 %s 名下此后又有记录") % household.number)
    return found


def _of_closed(step: Step, _steps: Steps) -> list[str]:
    household = Household.objects.get(number=step["household"])
    return [] if household.turn == step["turn"] else [_("户 %s 此后已恢复") % household.number]


def _of_reopened(step: Step, _steps: Steps) -> list[str]:
    household = Household.objects.select_related("key").get(number=step["household"])
    if household.turn != step["turn"]:
        return [_("户 %s 此后又已销户") % household.number]
    if household.memberships.filter(end=None).exists():
        return [_("户 %s 此后又有成员进入") % household.number]
    if any(row.pk > step["last"] for row in own_statements(household)):  # a move too: closed, it could not be undone
        return [_("户 %s 的资料此后又有登记") % household.number]
    return []


def _of_moved(step: Step, _steps: Steps) -> list[str]:
    household = Household.objects.get(number=step["household"])
    if household.area_code != step["after"] or household.closed_on is not None:
        return [_("户 %s 此后又有搬迁或销户") % household.number]
    return []


def _of_began(step: Step, _steps: Steps) -> list[str]:
    row = StatusEpisode.objects.get(pk=step["episode"])
    return [] if row.end is None else [_("“%s”此后已结束") % row.kind]


def _of_ended(step: Step, _steps: Steps) -> list[str]:
    row = StatusEpisode.objects.get(pk=step["episode"])
    again = StatusEpisode.objects.filter(household=row.household_id, person=row.person_id, kind=row.kind, end=None)
    return [_("“%s”此后又重新开始") % row.kind] if again.exists() else []


_OBSTACLES: dict[str, Callable[[Step, Steps], list[str]]] = {
    "stated": _of_stated,
    "joined": _of_joined,
    "person_added": _of_added,
    "left": _of_left,
    "opened": _of_opened,
    "closed": _of_closed,
    "reopened": _of_reopened,
    "moved": _of_moved,
    "episode_began": _of_began,
    "episode_ended": _of_ended,
}


@transaction.atomic
def undo(*, actor: Actor, basis: Basis, steps: Steps) -> list[Step]:
    """Counter-entries for every step of a change. Raises Refused, Invalid with what stands in the way."""
    writing = Writing(actor, basis)
    _lock(writing, steps)
    if found := obstacles(steps):
        raise Invalid(_("不能撤销：%s") % "；".join(found))
    for step in reversed(steps):
        _UNDO[step["op"]](writing, step)
    done = writing.finish()
    _one_head(writing)
    return done


def _lock(writing: Writing, steps: Steps) -> None:
    numbers: dict[str, set[str]] = {"household": set(), "person": set()}
    for step in steps:
        for link, found in numbers.items():
            if step.get("of") == link:
                found.add(step["number"])
            elif step.get(link):
                found.add(step[link])
        if step.get("membership"):
            numbers["household"].add(Membership.objects.get(pk=step["membership"]).household.number)
    for number in sorted(numbers["household"]):
        writing.household(number)
    for number in sorted(numbers["person"]):
        writing.person(number)


def _one_head(writing: Writing) -> None:
    for household in [row for row in writing.touched() if isinstance(row, Household)]:
        heads = Person.objects.filter(memberships__household=household, memberships__end=None, relation="head")
        if heads.distinct().count() > 1:
            raise Invalid(_("不能撤销：户 %s 此后已有新的户主") % household.number)


def _stated(writing: Writing, step: Step) -> None:
    subject = writing.own(_subject(step))  # type: ignore[type-var]
    statement = Statement.objects.get(pk=step["statement"])
    names = set(said_by(subject, statement))
    was = values_now(subject, names)
    counter = Statement.objects.create(
        **{link_of(subject): subject},
        as_of=statement.as_of,
        recorded_at=timezone.now(),
        source=WITHDRAWAL,
        source_note=writing.basis.note[:120],
        actor_key=writing.actor.key,
        batch=writing.basis.batch,
    )
    statement.withdrawn_by = counter
    statement.save(update_fields=["withdrawn_by"])
    now: dict[str, Any] = dict.fromkeys(names)
    for row in own_statements(subject):
        now.update({n: v for n, v in said_by(subject, row).items() if n in names})
    writing.touch(subject)
    if isinstance(subject, Person) and subject.household is not None and {"name", "relation"} & names:
        writing.touch(subject.household)
    writing.log_change(subject, was, now)


def _cancel(step: Step) -> Membership:
    """All pieces of a membership shrink to nothing: on no day was the person there."""
    whole = pieces(step["membership"])
    for piece in whole:
        piece.end, piece.end_reason = piece.start, UNDONE
        piece.save(update_fields=["end", "end_reason"])
    return whole[0]


def _joined(writing: Writing, step: Step) -> None:
    member = _cancel(step)
    person, left = writing.person(step["person"]), writing.own(member.household)
    before = Household.objects.select_related("key").filter(number=step["before"]).first()
    # the household of before may have moved since: its people lie where it lies
    person.household = writing.own(before) if before else None
    person.area_code = person.household.area_code if person.household else step["area"]
    last = Membership.objects.filter(person=person).exclude(end_reason=UNDONE).order_by("-pk").first()
    if last is not None and last.end is not None:
        person.left_on, person.left_reason = last.end, last.end_reason
    writing.touch(person, left)
    writing.log(events.MEMBERSHIP_CHANGED, person, before={"household": left.number}, after={"reason": UNDONE})


def _added(writing: Writing, step: Step) -> None:
    member = _cancel(step)
    person = writing.person(step["person"])
    person.left_on, person.left_reason = member.start, UNDONE
    writing.touch(person, writing.own(member.household))
    writing.log(events.PERSON_LEFT, person, after={"reason": UNDONE})


def _left(writing: Writing, step: Step) -> None:
    member = Membership.objects.select_related("household__key").get(pk=step["membership"])
    person, home = writing.person(step["person"]), writing.own(member.household)
    Membership.objects.create(
        person=person, household=home, relation=member.relation, start=member.end, start_reason=UNDONE
    )
    person.household, person.area_code = home, home.area_code
    person.left_on, person.left_reason = None, ""
    writing.touch(person, home)
    after = {"household": home.number, "relation": member.relation, "reason": UNDONE}
    writing.log(events.MEMBERSHIP_CHANGED, person, after=after)


def _opened(writing: Writing, step: Step) -> None:
    household = writing.household(step["household"])
    household.closed_on, household.closed_reason = household.opened_on, UNDONE
    writing.touch(household)
    writing.log(events.HOUSEHOLD_CLOSED, household, after={"reason": UNDONE})


def _closed(writing: Writing, step: Step) -> None:
    household = writing.household(step["household"])
    before = {"closed_on": household.closed_on and household.closed_on.isoformat(), "reason": household.closed_reason}
    household.closed_on, household.closed_reason, household.turn = None, "", step["turn"] - 1
    writing.touch(household)
    writing.log(events.HOUSEHOLD_REOPENED, household, before=before, after={"reason": UNDONE})


def _reopened(writing: Writing, step: Step) -> None:
    household = writing.household(step["household"])
    household.closed_on, household.closed_reason = date.fromisoformat(step["on"]), step["reason"]
    household.turn = step["turn"] - 1
    writing.touch(household)
    writing.log(events.HOUSEHOLD_CLOSED, household, after={"reason": UNDONE, "on": step["on"]})


def _moved(writing: Writing, step: Step) -> None:
    writing.actor.require("registry.confirm", step["before"])
    place(writing, writing.household(step["household"]), step["before"])


def _follow_back(model: type[Record] | type[StatusEpisode]) -> Callable[[Writing, Step], None]:
    def back(writing: Writing, step: Step) -> None:
        home = writing.household(step["before"])
        model.objects.filter(pk__in=step["ids"]).update(household=home, area_code=home.area_code)

    return back


def _change_row(
    model: type[Record] | type[StatusEpisode], name: str, kind: audit.EventKind, value: Callable[[Any], date | None]
) -> Callable[[Writing, Step], None]:
    def change(writing: Writing, step: Step) -> None:
        row = model.objects.get(pk=step.get("episode") or step.get("record"))
        was, now = getattr(row, name), value(row)
        setattr(row, name, now)
        row.save(update_fields=[name])
        home = writing.household(step["household"])
        writing.touch(home)
        before = {"kind": row.kind, name: was and was.isoformat()}
        after = {name: now and now.isoformat(), "reason": UNDONE}
        writing.log(kind, home, before=before, after=after)

    return change


def _today(_row: Any) -> date:
    return timezone.localdate()


_UNDO: dict[str, Callable[[Writing, Step], None]] = {
    "stated": _stated,
    "joined": _joined,
    "person_added": _added,
    "left": _left,
    "opened": _opened,
    "closed": _closed,
    "reopened": _reopened,
    "moved": _moved,
    "records_followed": _follow_back(Record),
    "episodes_followed": _follow_back(StatusEpisode),
    "episode_began": _change_row(StatusEpisode, "end", events.EPISODE_ENDED, lambda row: row.start),
    "episode_ended": _change_row(StatusEpisode, "end", events.EPISODE_ADDED, lambda _row: None),
    "record_added": _change_row(Record, "withdrawn_on", events.RECORD_WITHDRAWN, _today),
    "record_withdrawn": _change_row(Record, "withdrawn_on", events.RECORD_RESTORED, lambda _row: None),
}


def undoable(steps: Iterable[Step]) -> bool:
    """True where a change left steps that can be read backwards."""
    return all(step["op"] in _UNDO for step in steps)
