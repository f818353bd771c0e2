"""What may happen beside the steps: suspending, sending back, objecting, extending, closing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bangfu.core.procedures.calendar import Calendar
from bangfu.core.procedures.case import Case
from bangfu.core.procedures.duties import BARRED, of_bureau, step_open, who
from bangfu.core.procedures.events import (
    Barred,
    Closed,
    Event,
    Extended,
    Objection,
    Resumed,
    Returned,
    Superseded,
    Suspended,
    Withdrawn,
)
from bangfu.core.procedures.messages import Refusal, listed, refusal
from bangfu.core.rulebook.procedure_model import Closing, Procedure


def beside(procedure: Procedure, case: Case, event: Event, day: date, calendar: Calendar) -> Iterator[Refusal]:
    """Why an event that is no step may not happen, whatever it brings."""
    if isinstance(event, Suspended):
        yield from _suspend(procedure, case, event)
    elif isinstance(event, Resumed):
        yield from _resume(procedure, case, event)
    elif isinstance(event, Returned):
        yield from _return(procedure, case, event)
    elif isinstance(event, Objection):
        yield from _object(procedure, case, event)
    elif isinstance(event, Withdrawn):
        yield from _close(procedure.withdrawal, case, event)
        yield from _undecided(procedure, case)
    elif isinstance(event, Closed):
        yield from _close(procedure.closings.get(event.reason), case, event)
        yield from _lapse(procedure, case, event, day, calendar)
    elif isinstance(event, Extended):
        yield from who(event.actor, _deciders(procedure), case.area)
        if procedure.extension is None or case.extended:
            yield refusal("no_extension", "不能延长，或已延长过一次", "there is no extension, or it was used already")
    elif isinstance(event, Barred | Superseded):
        yield from who(event.actor, OFFICES, case.area)
        if isinstance(event, Barred) and not (event.persons and event.reason in BARRED):
            yield refusal("nobody", "没有写明回避人或事由", "nobody is named, or no known reason")
        if isinstance(event, Superseded):
            yield from _undecided(procedure, case)
        if isinstance(event, Superseded) and event.by in ("", case.key):
            yield refusal("no_key", "缺少接续事项的编号", "the key of the case that takes over is missing")


OFFICES = ("township_office", "county_civil_affairs", "county_agriculture", "bureau_officer")
"""Who keeps the file: registers who must abstain, and joins cases of one matter."""


def _deciders(procedure: Procedure) -> tuple[str, ...]:
    found = [s.by for s in procedure.steps.values() if any(o.decides for o in s.outcomes.values())]
    return tuple(dict.fromkeys(role for by in found for role in by)) or OFFICES


def _suspend(procedure: Procedure, case: Case, event: Suspended) -> Iterator[Refusal]:
    pause = procedure.pauses.get(event.reason)
    if pause is None:
        zh, en = listed(p.text for p in procedure.pauses.values())
        yield refusal("no_such_reason", f"暂停事由只能是{zh}", f"a case is suspended for one of {en}")
        return
    if pause.ended_by:
        # begun by hand it would wait for a step that nobody has opened
        yield refusal(
            "not_by_hand", "此项暂停由异议引起，不能单独登记", "this suspension follows from an objection only"
        )
    yield from who(event.actor, pause.by, case.area)
    if any(span.reason == pause.id for span in case.suspended):
        yield refusal("suspended_already", "已因同一事由暂停", "suspended for this reason already")
    if pause.during and not set(pause.during) & set(case.open):
        zh, en = listed(procedure.steps[name].title for name in pause.during)
        yield refusal("not_now", f"只在{zh}期间可以此暂停", f"this suspends only during {en}")


def _resume(procedure: Procedure, case: Case, event: Resumed) -> Iterator[Refusal]:
    if all(span.reason != event.reason for span in case.suspended):
        yield refusal("not_suspended", "没有因此暂停", "the case is not suspended for that")
        return
    pause = procedure.pauses[event.reason]
    yield from who(event.actor, pause.by, case.area)
    if pause.ended_by:
        zh, en = listed(procedure.steps[name].title for name in pause.ended_by)
        yield refusal("ended_by_step", f"办完{zh}后自动恢复", f"this ends when {en} is done")


def _return(procedure: Procedure, case: Case, event: Returned) -> Iterator[Refusal]:
    step = procedure.steps.get(event.step)
    if step is None or event.to not in step.returns:
        yield refusal("no_return", "不能退回到该步骤", "it cannot be sent back there")
        return
    yield from who(event.actor, step.by, case.area)
    yield from of_bureau(step, event.actor)
    yield from step_open(procedure, case, step)


def _object(procedure: Procedure, case: Case, event: Objection) -> Iterator[Refusal]:
    rule = procedure.objections
    if rule is None or not set(rule.during) & set(case.open):
        yield refusal("no_notice", "现在没有公示", "nothing is being published now")
        return
    yield from who(event.actor, rule.by, case.area)


def _close(closing: Closing | None, case: Case, event: Event) -> Iterator[Refusal]:
    if closing is None:
        yield refusal("no_such_reason", "本程序没有这一结案事由", "the procedure has no such reason to close")
        return
    yield from who(event.actor, closing.by, case.area)


def _undecided(procedure: Procedure, case: Case) -> Iterator[Refusal]:
    """What was decided, and perhaps paid, is not undone by withdrawing: papers and letters still follow."""
    for done in case.done:
        if done.valid and procedure.steps[done.step].outcomes[done.outcome].decides:
            zh, en = (
                "已作出决定，不能再撤回或并入他案",
                "it was decided; it can be neither withdrawn nor joined to another case",
            )
            yield refusal("decided", zh, en)
            return


def _lapse(procedure: Procedure, case: Case, event: Closed, day: date, calendar: Calendar) -> Iterator[Refusal]:
    """A closing that a suspension lapses into needs that suspension, beyond its limit."""
    pauses = [pause for pause in procedure.pauses.values() if pause.lapses == event.reason]
    if not pauses:
        return
    for pause in pauses:
        for span in case.suspended:
            if span.reason == pause.id and (
                pause.limit is None or calendar.due(calendar.day(span.since), pause.limit) < day
            ):
                return
    zh, en = listed(pause.text for pause in pauses)
    yield refusal(
        "not_lapsed", f"只在因“{zh}”暂停且超过期限后方可", f"only after a suspension ({en}) has outlasted its limit"
    )


def lacking(procedure: Procedure, event: Event) -> Iterator[Refusal]:
    """What must come with the event and did not."""
    names: tuple[str, ...] = ()
    if isinstance(event, Suspended) and event.reason in procedure.pauses:
        names = procedure.pauses[event.reason].leaves
    elif isinstance(event, Resumed) and event.reason in procedure.pauses:
        names = procedure.pauses[event.reason].needs
    elif isinstance(event, Withdrawn) and procedure.withdrawal is not None:
        names = procedure.withdrawal.leaves
    elif isinstance(event, Closed) and event.reason in procedure.closings:
        names = procedure.closings[event.reason].leaves
    brought = {thing.id for thing in event.things}
    missing = [name for name in names if name not in brought]
    if missing:
        zh, en = listed(procedure.things[name].title for name in missing)
        yield refusal("missing", f"还缺{zh}", f"{en} is missing", missing)
