"""What may be done in a case, and doing it: `open_case`, `apply` and `possible`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from bangfu.core.procedures.beside import beside, lacking
from bangfu.core.procedures.calendar import Calendar
from bangfu.core.procedures.case import Case, begun, moved, wanted
from bangfu.core.procedures.duties import abstains, is_area, people, step_open, timely, who
from bangfu.core.procedures.events import (
    Actor,
    Closed,
    Event,
    Extended,
    Objection,
    Opened,
    Resumed,
    Returned,
    StepDone,
    Suspended,
    Withdrawn,
)
from bangfu.core.procedures.leaving import handed_in, left_behind
from bangfu.core.procedures.messages import Refusal, joined, listed, refusal
from bangfu.core.rulebook.procedure_model import Procedure


@dataclass(frozen=True, slots=True)
class Action:
    """Something that somebody may do, or why not.

    `kind` is a word of EVENTS; `name` the step, pause or closing; `outcome` and `to` where they apply; `leaves`
    are the things that the event must bring, `asks` the conditions whose verdicts it must bring.
    """

    kind: str
    name: str = ""
    outcome: str = ""
    to: str = ""
    leaves: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    reason: Refusal | None = None

    @property
    def allowed(self) -> bool:
        """Whether it may be done, if it brings what it must."""
        return self.reason is None


def open_case(procedure: Procedure, event: Opened, calendar: Calendar) -> Case | Refusal:
    """A new case, or why it cannot begin with this procedure."""
    day = _instant(event, calendar)
    if isinstance(day, Refusal):
        return day
    problems = [*_opening(procedure, event, day), *handed_in(procedure, event, day, calendar)]
    return joined(problems) or begun(procedure, event)


def _opening(procedure: Procedure, event: Opened, day: date) -> Iterator[Refusal]:
    if not procedure.in_force(day):
        span = f"{procedure.valid_from or '…'} – {procedure.valid_to or '…'}"
        yield refusal("not_in_force", f"{procedure.title.get('zh')}程序的有效期为{span}，{day}不能立案",
                      f"the procedure {procedure.title.get('en')} holds {span}; no case can begin on {day}")  # fmt: skip
    if not event.case or not event.actor.key:
        yield refusal("no_key", "缺少事项编号或办理人", "the key of the case or of the person who acts is missing")
    if not is_area(event.area):
        yield refusal(
            "no_area", f"{event.area or '（空）'}不是行政区划代码", f"{event.area or 'nothing'} is no area code"
        )
    if procedure.matter and event.matter not in procedure.matter:
        known = "、".join(procedure.matter)
        yield refusal("other_matter", f"本程序办理{known}，不办理{event.matter or '（空）'}",
                      f"this procedure is for {', '.join(procedure.matter)}, not for {event.matter or 'nothing'}")  # fmt: skip
    first = [procedure.steps[name] for name in procedure.starts]
    yield from who(event.actor, tuple(dict.fromkeys(role for step in first for role in step.by)), event.area)


def apply(procedure: Procedure, case: Case, event: Event, calendar: Calendar) -> Case | Refusal:
    """The case after the event, or every reason why it may not happen, as one refusal.

    Nothing changes on a refusal. The procedure must be the version that the case began with.
    """
    day = _instant(event, calendar)
    if isinstance(day, Refusal):
        return day
    before = _before(procedure, case, event)
    if before is not None:
        return before
    problems = [*_problems(procedure, case, event, day, calendar), *handed_in(procedure, event, day, calendar)]
    return joined(problems) or moved(procedure, case, event)


def _instant(event: Event, calendar: Calendar) -> date | Refusal:
    if event.at.tzinfo is None:
        return refusal("no_zone", "时刻须带时区", "an instant needs a time zone")
    return calendar.day(event.at)


def _before(procedure: Procedure, case: Case, event: Event) -> Refusal | None:
    """What makes any event impossible."""
    if case.procedure != procedure.id or case.digest != procedure.digest:
        return refusal("other_version", f"本事项按{case.procedure}的版本{case.digest[:12]}办理，不能改用{procedure.digest[:12]}",
                       f"the case began with version {case.digest[:12]} of {case.procedure}, not {procedure.digest[:12]}")  # fmt: skip
    if case.final:
        return refusal("final", "事项已办结", "the case is closed")
    if event.at < case.last:
        return refusal("out_of_order", f"时间{event.at.isoformat()}早于上一条记录",
                       f"{event.at.isoformat()} is before the last thing that happened")  # fmt: skip
    if isinstance(event, Opened):
        return refusal("opened_twice", "事项已立案", "the case is open already")
    return None


def _problems(procedure: Procedure, case: Case, event: Event, day: date, calendar: Calendar) -> Iterator[Refusal]:
    standing = list(_standing(procedure, case, event, day, calendar))
    yield from standing
    if any(reason.code in ("not_open", "suspended") for reason in standing):
        return  # what it lacks is of no interest before its time
    step = procedure.steps.get(event.step) if isinstance(event, StepDone) else None
    if isinstance(event, StepDone) and step is not None and event.outcome in step.outcomes:
        yield from left_behind(procedure, case, step, step.outcomes[event.outcome], event, day, calendar)
    yield from lacking(procedure, event)


def _standing(procedure: Procedure, case: Case, event: Event, day: date, calendar: Calendar) -> Iterator[Refusal]:
    """What stands against an event whatever it brings."""
    if not isinstance(event, StepDone):
        yield from abstains(case, event.actor.key)
        yield from beside(procedure, case, event, day, calendar)
        return
    step = procedure.steps.get(event.step)
    if step is None:
        yield refusal("no_such_step", f"没有步骤{event.step}", f"there is no step {event.step}")
        return
    yield from step_open(procedure, case, step)
    yield from people(procedure, case, step, event)
    if event.outcome not in step.outcomes:
        zh, en = listed(outcome.title for outcome in step.outcomes.values())
        yield refusal(
            "no_such_outcome",
            f"{step.title.get('zh')}的结果只能是{zh}",
            f"{step.title.get('en')} comes out as one of {en}",
        )
    yield from timely(case, step, day, calendar)


def possible(procedure: Procedure, case: Case, actor: Actor, now: datetime, calendar: Calendar) -> tuple[Action, ...]:
    """Every outcome of every open step, and whatever else may happen, with the reason where it may not.

    An action that is allowed is done by an event that brings its `leaves` and verdicts on its `asks`; `apply`
    then looks at those. What depends on a verdict is in `leaves` as the case stands.
    """
    if case.final:
        return ()
    found = [*_outcomes(procedure, case, actor, now), *_beside(procedure, case, actor, now)]
    day = calendar.day(now)
    return tuple(
        replace(action, reason=joined(_standing(procedure, case, event, day, calendar))) for action, event in found
    )


def _outcomes(procedure: Procedure, case: Case, actor: Actor, now: datetime) -> Iterator[tuple[Action, Event]]:
    for step in (procedure.steps[name] for name in case.open):
        # who comes along is not known yet; that they are enough is looked at when it is done
        along = tuple(f"{actor.key} +{n}" for n in range(1, step.persons))
        needs = [name for name in step.needs if name not in case.things]
        for outcome in step.outcomes.values():
            leaves = tuple(dict.fromkeys([*wanted(case, (*step.leaves, *outcome.leaves)), *needs]))
            event = StepDone(now, actor, step=step.id, outcome=outcome.id, with_persons=along)
            yield Action("step_done", step.id, outcome.id, leaves=leaves, asks=step.asks), event


def _beside(procedure: Procedure, case: Case, actor: Actor, now: datetime) -> Iterator[tuple[Action, Event]]:
    for pause in procedure.pauses.values():
        if any(span.reason == pause.id for span in case.suspended):
            if not pause.ended_by:
                yield Action("resumed", pause.id, leaves=pause.needs), Resumed(now, actor, reason=pause.id)
        elif not pause.ended_by and (not pause.during or set(pause.during) & set(case.open)):
            yield Action("suspended", pause.id, leaves=pause.leaves), Suspended(now, actor, reason=pause.id)
    for name in case.open:
        for to in procedure.steps[name].returns:
            yield Action("returned", name, to=to), Returned(now, actor, step=name, to=to)
    if procedure.extension is not None and not case.extended:
        yield Action("extended"), Extended(now, actor)
    rule = procedure.objections
    if rule is not None and set(rule.during) & set(case.open):
        yield Action("objection", to=rule.to), Objection(now, actor)
    if procedure.withdrawal is not None:
        yield Action("withdrawn", leaves=procedure.withdrawal.leaves), Withdrawn(now, actor)
    for closing in procedure.closings.values():
        yield Action("closed", closing.id, leaves=closing.leaves), Closed(now, actor, reason=closing.id)
