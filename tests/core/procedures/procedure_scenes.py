"""A cast, and a driver that hands in whatever a step asks for, so that a test says only what matters to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from bangfu.core.procedures.calendar import BEIJING, Calendar
from bangfu.core.procedures.case import Case
from bangfu.core.procedures.engine import apply, open_case
from bangfu.core.procedures.events import Actor, Event, Opened, StepDone, Thing
from bangfu.core.procedures.messages import Refusal
from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.rulebook.procedure_model import Outcome, Procedure, Step, ThingKind

ROOT = Path(__file__).parents[3] / "rulebook"
VILLAGE = "990101101201"
AREAS = {
    "village_cadre": VILLAGE,
    "first_secretary": VILLAGE,
    "case_officer": VILLAGE,
    "township_office": "990101101",
    "public": "",
}


@cache
def book(name: str) -> Rulebook:
    return load(ROOT / name, cases=False)


def calendar(name: str = "cn") -> Calendar:
    return Calendar(book(name).calendar)


BUREAU = {"house_renovation": "housing", "employer_hardship_fund": "trade_union"}
"""Whose officers act, by procedure."""


def actor(role: str, key: str = "", procedure: str = "") -> Actor:
    """A person of the role whose area holds the case's village; of the procedure's bureau where it is an officer's."""
    bureau = BUREAU.get(procedure, "health") if role == "bureau_officer" else ""
    return Actor(key or f"{role}-1", role, AREAS.get(role, "990101"), bureau)


def at(day: str, hour: int = 10) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), BEIJING) + timedelta(hours=hour)


def thing(kind: ThingKind, when: date, outcome: Outcome | None = None) -> Thing:
    """A thing as its kind asks for it, dated so that it fits `when`."""
    values: dict[str, str | int | bool] = {}
    on: date | None = None
    if kind.kind == "votes":
        entitled = max(30, kind.present_at_least)
        favour = 4 if outcome is not None and outcome.vote == "lost" else entitled - 5
        values = {"entitled": entitled, "present": entitled, "in_favour": favour, "against": entitled - favour,
                  "abstaining": 0, "relatives_abstained": 0}  # fmt: skip
    elif kind.kind == "notice":
        on, values = when - timedelta(days=40), {"proof": "photo-1"}
    elif kind.kind == "decision":
        refusing = outcome is not None and outcome.decides in ("refuse", "stop", "reduce")
        values = {"failed": "income"} if refusing else {}
        values["start_month"] = "2026-12"
    elif kind.kind == "means_check" or kind.fresh_for is not None:
        on = when
    values.setdefault("count", kind.at_least)
    return Thing(kind.id, f"ref-{kind.id}", on, values)


@dataclass
class Scene:
    """A case under way. `now` moves on by what a test says; a refusal is an error unless it is asked for."""

    procedure: Procedure
    calendar: Calendar
    now: datetime
    case: Case = field(init=False)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = self.procedure.steps[self.procedure.starts[0]]
        matter = self.procedure.matter[0] if self.procedure.matter else ""
        event = Opened(self.now, actor(first.by[0]), case="C1", area=VILLAGE, matter=matter)
        made = open_case(self.procedure, event, self.calendar)
        assert isinstance(made, Case), made
        self.case, self.events = made, [event]

    def on(self, day: str, hour: int = 10) -> Scene:
        self.now = at(day, hour)
        return self

    def event(self, step: str, outcome: str, by: Actor | None = None, *, without: tuple[str, ...] = (),
              things: Mapping[str, Thing] | None = None, verdicts: Mapping[str, str] | None = None, second: str = "") -> StepDone:  # fmt: skip
        """The step's event with all that any outcome of it may ask for, but `without` and with `things` instead."""
        spec: Step = self.procedure.steps[step]
        result = spec.outcomes[outcome]
        person = by or actor(spec.by[0], f"{spec.by[0]}-{step}", self.procedure.id)
        needed = [needed.thing for needed in (*spec.leaves, *result.leaves)]
        kinds = [self.procedure.things[name] for name in dict.fromkeys(needed) if name not in without]
        own = {kind.id: thing(kind, self.now.date(), result) for kind in kinds} | dict(things or {})
        asked = dict.fromkeys(spec.asks, "no") | dict(verdicts or {})
        along = tuple(f"{person.key}-with-{n}" for n in range(1, spec.persons))
        return StepDone(self.now, person, tuple(own.values()), step=step, outcome=outcome, verdicts=asked,
                        with_persons=along, second=second)  # fmt: skip

    def do(self, step: str, outcome: str, by: Actor | None = None, **more: object) -> Scene:
        return self.take(self.event(step, outcome, by, **more))  # type: ignore[arg-type]

    def take(self, event: Event) -> Scene:
        made = apply(self.procedure, self.case, event, self.calendar)
        assert isinstance(made, Case), str(made)
        self.case = made
        self.events.append(event)
        return self

    def refused(self, event: Event) -> Refusal:
        before = replace(self.case)
        made = apply(self.procedure, self.case, event, self.calendar)
        assert isinstance(made, Refusal), "was accepted"
        assert self.case == before
        return made

    def give(self, name: str, on: str | None = None) -> Thing:
        """A thing by itself, for pauses and closings."""
        made = thing(self.procedure.things[name], self.now.date())
        return made if on is None else replace(made, on=date.fromisoformat(on))


def scene(procedure: str, day: str, rulebook: str = "cn") -> Scene:
    return Scene(book(rulebook).procedures[procedure], calendar(rulebook), at(day))
