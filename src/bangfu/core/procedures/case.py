"""A case as the fold of its events: `begun` and `moved` never refuse, so that what was once accepted always reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bangfu.core.procedures.events import (
    Actor,
    Barred,
    Closed,
    Event,
    Extended,
    Objection,
    Opened,
    Resumed,
    Returned,
    StepDone,
    Superseded,
    Suspended,
    Thing,
    Withdrawn,
)
from bangfu.core.rulebook.procedure_model import Branch, Needed, Outcome, Procedure, When
from bangfu.core.rulebook.procedure_walks import State, again, downstream, led_on, sent_back, settled

SUPERSEDED = "superseded"
"""The end of a case that another one took over; every procedure has it."""


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done; `valid` until the case was sent back before it."""

    step: str
    outcome: str
    entered: datetime
    at: datetime
    actor: Actor
    persons: frozenset[str]
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Suspension:
    """A span in which the clocks stood still; `until` is None while they do."""

    reason: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The state of a case. `digest` names the version of the procedure that it began with.

    `open` are the open steps with the time they were entered, `waiting` those that open when others are done;
    `things` holds the latest of each, `verdicts` the latest on each condition; `end` is "" until it has one.
    """

    key: str
    procedure: str
    digest: str
    area: str
    matter: str
    about: str
    opened: datetime
    last: datetime
    open: Mapping[str, datetime]
    waiting: frozenset[str]
    done: tuple[Done, ...]
    things: Mapping[str, Thing]
    verdicts: Mapping[str, str]
    suspensions: tuple[Suspension, ...]
    barred: Mapping[str, str]
    objections: int
    extended: bool
    end: str
    ended: datetime | None
    superseded_by: str
    count: int

    @property
    def final(self) -> bool:
        """Whether nothing more happens in it."""
        return bool(self.end)

    @property
    def suspended(self) -> tuple[Suspension, ...]:
        """What holds the clocks now."""
        return tuple(span for span in self.suspensions if span.until is None)

    def last_done(self, step: str) -> Done | None:
        """The latest time that a step was done and still counts."""
        return next((done for done in reversed(self.done) if done.step == step and done.valid), None)


def begun(procedure: Procedure, event: Opened) -> Case:
    """The case that an opening makes."""
    opened, waiting = settled(procedure.steps, procedure.starts, ())
    return Case(
        key=event.case, procedure=procedure.id, digest=procedure.digest, area=event.area, matter=event.matter,
        about=event.about, opened=event.at, last=event.at, open=dict.fromkeys(sorted(opened), event.at),
        waiting=waiting, done=(), things={thing.id: thing for thing in event.things}, verdicts={}, suspensions=(),
        barred={}, objections=0, extended=False, end="", ended=None, superseded_by="", count=1,
    )  # fmt: skip


def moved(procedure: Procedure, case: Case, event: Event) -> Case:
    """The case after an event that was accepted."""
    things = {**case.things, **{thing.id: thing for thing in event.things}}
    case = replace(case, things=things, last=max(case.last, event.at), count=case.count + 1)
    if isinstance(event, StepDone):
        return _done(procedure, case, event)
    if isinstance(event, Suspended):
        return replace(case, suspensions=(*case.suspensions, Suspension(event.reason, event.at)))
    if isinstance(event, Resumed):
        return _resumed(case, (event.reason,), event.at)
    if isinstance(event, Returned):
        return _sent_back(procedure, case, event.to, event.at)
    if isinstance(event, Objection):
        return _objected(procedure, case, event)
    if isinstance(event, Barred):
        return replace(case, barred={**case.barred, **dict.fromkeys(event.persons, event.reason)})
    if isinstance(event, Extended):
        return replace(case, extended=True)
    return _closed(procedure, case, event)


def fold(procedure: Procedure, events: Iterable[Event]) -> Case:
    """The case of stored events. Raises ValueError where the first is no opening."""
    found = iter(events)
    first = next(found, None)
    if not isinstance(first, Opened):
        raise ValueError("a case begins with its opening / 事项的第一条记录应为立案")
    case = begun(procedure, first)
    for event in found:
        case = moved(procedure, case, event)
    return case


def _done(procedure: Procedure, case: Case, event: StepDone) -> Case:
    step = procedure.steps[event.step]
    persons = frozenset({event.actor.key, *event.with_persons, *([event.second] if event.second else [])})
    done = Done(step.id, event.outcome, case.open[step.id], event.at, event.actor, persons)
    case = replace(case, done=(*case.done, done), verdicts={**case.verdicts, **event.verdicts})
    case = _resumed(case, [p.id for p in procedure.pauses.values() if step.id in p.ended_by], event.at)
    branch = taken(case, step.outcomes[event.outcome])
    if branch.end:
        return _ended(case, branch.end, event.at)
    redone = again(procedure.steps, step.id, branch.steps)
    state = led_on(procedure.steps, (frozenset(case.open), case.waiting), step.id, branch.steps)
    return _with(_undone(case, redone), state, event.at, redone | {step.id})


def taken(case: Case, outcome: Outcome) -> Branch:
    """The branch of an outcome that the case takes; the last always holds."""
    return next(b for b in outcome.branches if b.when is None or holds(case, b.when))


def holds(case: Case, when: When) -> bool:
    """Whether a condition holds; a verdict that was never recorded is unknown, a step not done has no outcome."""
    if when.kind == "outcome":
        done = case.last_done(when.name)
        return done is not None and done.outcome in when.words
    if when.kind == "condition":
        return case.verdicts.get(when.name, "unknown") in when.words
    if when.kind == "not":
        return not any(holds(case, part) for part in when.parts)
    return (all if when.kind == "all" else any)(holds(case, part) for part in when.parts)


def wanted(case: Case, leaves: Iterable[Needed]) -> list[str]:
    """The things that must be left behind as the case stands."""
    return [needed.thing for needed in leaves if needed.when is None or holds(case, needed.when)]


def _with(case: Case, state: State, at: datetime, redone: frozenset[str]) -> Case:
    opened, waiting = state
    kept = {name: since for name, since in case.open.items() if name in opened and name not in redone}
    return replace(case, open={name: kept.get(name, at) for name in sorted(opened)}, waiting=waiting)


def _sent_back(procedure: Procedure, case: Case, to: str, at: datetime) -> Case:
    redone = downstream(procedure.steps, to)
    state = sent_back(procedure.steps, (frozenset(case.open), case.waiting), to)
    return _with(_undone(case, redone), state, at, redone)


def _undone(case: Case, redone: frozenset[str]) -> Case:
    """What has to be done again no longer counts as done."""
    return replace(case, done=tuple(replace(d, valid=False) if d.step in redone else d for d in case.done))


def _objected(procedure: Procedure, case: Case, event: Objection) -> Case:
    rule = procedure.objections
    case = replace(case, objections=case.objections + 1)
    if rule is None:
        return case
    case = _sent_back(procedure, case, rule.to, event.at)
    if rule.pauses and all(span.reason != rule.pauses for span in case.suspended):
        case = replace(case, suspensions=(*case.suspensions, Suspension(rule.pauses, event.at)))
    return case


def _resumed(case: Case, reasons: Iterable[str], at: datetime) -> Case:
    gone = set(reasons)
    spans = tuple(replace(s, until=at) if s.until is None and s.reason in gone else s for s in case.suspensions)
    return replace(case, suspensions=spans)


def _closed(procedure: Procedure, case: Case, event: Event) -> Case:
    if isinstance(event, Superseded):
        return replace(_ended(case, SUPERSEDED, event.at), superseded_by=event.by)
    if isinstance(event, Withdrawn) and procedure.withdrawal is not None:
        return _ended(case, procedure.withdrawal.end, event.at)
    if isinstance(event, Closed):
        return _ended(case, procedure.closings[event.reason].end, event.at)
    raise TypeError(f"no event of a running case: {type(event).__name__}")


def _ended(case: Case, end: str, at: datetime) -> Case:
    case = _resumed(case, [span.reason for span in case.suspended], at)
    return replace(case, open={}, waiting=frozenset(), end=end, ended=at)
