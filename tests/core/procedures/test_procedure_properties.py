"""Facts that hold of every case of every procedure, however it is driven.

A machine does whatever is possible, by whomever, at any pace, through all procedures of the national rulebook, and
keeps its own plain record of who did what; the engine is held against that record, not against itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from procedure_scenes import Scene, actor, at, book, calendar, thing

from bangfu.core.procedures.case import Case, fold
from bangfu.core.procedures.clocks import clock
from bangfu.core.procedures.engine import Action, apply, possible
from bangfu.core.procedures.events import (
    Barred,
    Closed,
    Event,
    Extended,
    Objection,
    Resumed,
    Returned,
    StepDone,
    Suspended,
    Withdrawn,
)
from bangfu.core.procedures.messages import Refusal
from bangfu.core.procedures.stored import event_from_json, event_to_json
from bangfu.core.rulebook.procedure_model import ROLES, Procedure
from bangfu.core.rulebook.procedure_walks import Walks
from bangfu.core.rulebook.reading_procedures import read_definition

PROCEDURES = {f"{name}/{p.id}": p for name in ("cn", "county-2017") for p in book(name).procedures.values()}
PEOPLE = 3
kept_as_text = cache(read_definition)


def event_for(action: Action, scene: Scene, who: str, role: str, verdicts: dict[str, str], things_of: str) -> Event:
    """The event that does an action, with all the things it could ask for."""
    procedure, now = scene.procedure, scene.now
    person = actor(role, who, scene.procedure.id)
    names = dict.fromkeys(action.leaves)
    outcome = None
    if action.kind == "step_done":
        step = procedure.steps[action.name]
        outcome = step.outcomes[action.outcome]
        names |= dict.fromkeys(n.thing for n in (*step.leaves, *outcome.leaves)) | dict.fromkeys(step.needs)
    if things_of == "some":
        names = dict.fromkeys(list(names)[:-1])
    things = tuple(thing(procedure.things[name], now.date(), outcome) for name in names)
    if action.kind == "step_done":
        along = tuple(f"{who}-along-{n}" for n in range(1, procedure.steps[action.name].persons))
        asked = {name: verdicts.get(name, "no") for name in action.asks}
        return StepDone(
            now, person, things, step=action.name, outcome=action.outcome, verdicts=asked, with_persons=along
        )
    plain = {"suspended": Suspended, "resumed": Resumed, "closed": Closed}
    if action.kind in plain:
        return plain[action.kind](now, person, things, reason=action.name)  # type: ignore[call-arg]
    if action.kind == "returned":
        return Returned(now, person, things, step=action.name, to=action.to)
    return {"objection": Objection, "withdrawn": Withdrawn, "extended": Extended}[action.kind](now, person, things)


class Cases(RuleBasedStateMachine):
    """One case of one procedure, driven at random."""

    scene: Scene

    @initialize(name=st.sampled_from(sorted(PROCEDURES)), day=st.integers(0, 700))
    def begin(self, name: str, day: int) -> None:
        procedure = PROCEDURES[name]
        start = max(procedure.valid_from or at("2024-01-02").date(), at("2017-02-01").date())
        self.scene = Scene(procedure, calendar(name.split("/", maxsplit=1)[0]), at(str(start)) + timedelta(days=day))
        self.did: list[tuple[str, frozenset[str]]] = []

    @precondition(lambda self: self.scene.case.final)
    @rule()
    def nothing_happens_after_the_end(self) -> None:
        scene = self.scene
        found = apply(scene.procedure, scene.case, Withdrawn(scene.now, actor("township_office")), scene.calendar)
        assert isinstance(found, Refusal)
        assert found.code == "final"

    @precondition(lambda self: not self.scene.case.final)
    @rule(pick=st.integers(0, 10_000), person=st.integers(1, PEOPLE), days=st.sampled_from([0, 0, 1, 3, 10, 40, 200]),
          verdicts=st.dictionaries(st.sampled_from(["has_labour", "no_labour", "income_stable", "guarantees_hold", "risk_gone", "unsafe",
                                                    "at_risk", "minor", "above_line_by_work", "within_township_limit", "reported"]),
                                   st.sampled_from(["yes", "no", "unknown"])),
          things=st.sampled_from(["all", "all", "all", "some"]))  # fmt: skip
    def act(self, pick: int, person: int, days: int, verdicts: dict[str, str], things: str) -> None:
        scene, before = self.scene, self.scene.case
        scene.now += timedelta(days=days)
        actions = [
            (role, action)
            for role in ROLES
            for action in possible(
                scene.procedure, before, actor(role, f"{role}-{person}", scene.procedure.id), scene.now, scene.calendar
            )
            if action.allowed
        ]
        if early := [pair for pair in actions if pair[1].kind not in ("withdrawn", "closed")]:
            # what ends a case early is rare, and steps that lead on are common, so that cases get somewhere
            steps = [pair for pair in early if pair[1].kind == "step_done"]
            actions = actions if pick % 50 == 0 else early if pick % 4 == 0 else steps or early
        if not actions:
            return
        role, action = actions[pick % len(actions)]
        event = event_for(action, scene, f"{role}-{person}", role, verdicts, things)
        made = apply(scene.procedure, before, event, scene.calendar)
        if isinstance(made, Refusal):
            assert made.text.zh
            assert made.text.en
            assert scene.case == before
            return
        scene.case = made
        scene.events.append(event)
        if isinstance(event, StepDone):
            self.did.append((event.step, frozenset({event.actor.key, *event.with_persons})))
            assert event.step in before.open

    @invariant()
    def nobody_acted_twice_where_forbidden(self) -> None:
        for group in self.scene.procedure.apart:
            for step, persons in self.did:
                for other, others in self.did:
                    if step != other and {step, other} <= set(group):
                        assert not persons & others, (step, other)

    @invariant()
    def no_end_skips_what_it_requires(self) -> None:
        case = self.scene.case
        if case.end in self.scene.procedure.ends:
            done = {item.step for item in case.done if item.valid}
            assert set(self.scene.procedure.ends[case.end].requires) <= done

    @invariant()
    def events_fold_to_the_state_and_read_back(self) -> None:
        scene = self.scene
        assert fold(scene.procedure, scene.events) == scene.case
        assert [event_from_json(event_to_json(event)) for event in scene.events] == scene.events

    @invariant()
    def clocks_stand_while_suspended(self) -> None:
        scene = self.scene
        if scene.case.suspended:
            now = clock(scene.procedure, scene.case, scene.calendar, scene.now)
            later = clock(scene.procedure, scene.case, scene.calendar, scene.now + timedelta(days=33))
            for one, other in zip((now.whole, *now.steps), (later.whole, *later.steps), strict=True):
                assert (one.used, one.overdue, one.left) == (other.used, other.overdue, other.left)
                assert other.due is None or other.finished

    @invariant()
    def somebody_can_do_something_until_the_end(self) -> None:
        scene = self.scene
        if scene.case.final:
            assert possible(scene.procedure, scene.case, actor("township_office"), scene.now, scene.calendar) == ()
            return
        assert scene.case.open, "a case without an open step and without an end"
        later = scene.now + timedelta(days=400)
        newcomers = [actor(role, f"new-{role}", scene.procedure.id) for role in ROLES]
        assert any(
            action.allowed and (action.kind in ("step_done", "resumed"))
            for newcomer in newcomers
            for action in possible(scene.procedure, scene.case, newcomer, later, scene.calendar)
        )

    @invariant()
    def a_later_version_changes_nothing(self) -> None:
        scene = self.scene
        if scene.case.final:
            return
        newer = replace(scene.procedure, digest="0" * 64)
        found = apply(newer, scene.case, Barred(scene.now, actor("township_office"), persons=("x",)), scene.calendar)
        assert isinstance(found, Refusal)
        assert found.code == "other_version"
        kept = kept_as_text(scene.procedure.definition)
        assert kept.digest == scene.case.digest
        assert fold(kept, scene.events) == scene.case


TestCases = Cases.TestCase
TestCases.settings = settings(
    max_examples=80,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("name", sorted(PROCEDURES))
def test_from_every_state_some_end_can_be_reached_and_every_end_is_real(name: str) -> None:
    procedure = PROCEDURES[name]
    walks = Walks(procedure)
    assert walks.stuck() == []
    assert walks.reached() == set(procedure.steps)
    closings = [*procedure.closings.values(), *([procedure.withdrawal] if procedure.withdrawal else [])]
    assert set(walks.ends) | {closing.end for closing in closings} == set(procedure.ends)


def straight(scene: Scene) -> Case:
    """Does the shortest way to an end that a walk knows, with newcomers for every step."""
    best = _towards_an_end(scene.procedure)
    answers = {"income_stable": "yes", "guarantees_hold": "yes", "risk_gone": "yes", "unsafe": "yes"}
    for number in range(60):
        if scene.case.final:
            break
        scene.now += timedelta(days=60)
        step = scene.procedure.steps[next(iter(scene.case.open))]
        outcomes = sorted(step.outcomes, key=lambda name: name != best[step.id])
        made: Case | Refusal | None = None
        for outcome, verdicts in product(outcomes, ({}, dict.fromkeys(step.asks, "yes"), answers)):
            action = Action("step_done", step.id, outcome, asks=step.asks)
            event = event_for(action, scene, f"{step.by[0]}-{number}", step.by[0], verdicts, "all")
            made = apply(scene.procedure, scene.case, event, scene.calendar)
            if isinstance(made, Case):
                scene.case = made
                break
        assert isinstance(made, Case), str(made)
    return scene.case


def _towards_an_end(procedure: Procedure) -> dict[str, str]:
    """For each step the outcome that is nearest to an end, by plain relaxation."""
    distance: dict[str, int] = {}
    best: dict[str, str] = {}
    for _ in procedure.steps:
        for step in procedure.steps.values():
            for outcome in step.outcomes.values():
                ways = [0 if b.end else 1 + max(distance.get(name, 999) for name in b.steps) for b in outcome.branches]
                if max(ways) < distance.get(step.id, 999):
                    distance[step.id], best[step.id] = max(ways), outcome.id
    return best


@pytest.mark.parametrize("name", sorted(PROCEDURES))
def test_a_real_case_of_every_procedure_reaches_an_end(name: str) -> None:
    procedure = PROCEDURES[name]
    start = max(procedure.valid_from or at("2024-03-04").date(), at("2017-02-06").date())
    assert straight(Scene(procedure, calendar(name.split("/", maxsplit=1)[0]), at(str(start)))).final
