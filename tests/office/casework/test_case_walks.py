"""Cases of every procedure driven at random through the office's own door: what was asked of the engine holds of the rows too.

The engine by itself is driven in tests/core/procedures/test_procedure_properties.py.
"""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from bangfu.office.casework import engine, showing
from bangfu.office.casework.api import Brought, Case, Move, act, open_case
from bangfu.office.casework.checking import problems
from bangfu.office.casework.models import StepPassed
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused

pytestmark = pytest.mark.django_db
PEOPLE = ("village", "secretary", "officer", "township", "civil", "agriculture", "leader")
STEPS = 14


def brought(procedure, name: str, hands) -> Brought:
    """One of each thing, good enough for its kind where that can be said beforehand."""
    thing = procedure.things[name]
    if thing.kind in ("letter", "decision"):
        return Brought(values={"amount_fen": 10_000, "start_month": "2026-12"} if thing.kind == "decision" else {})
    values = {"count": max(1, thing.at_least)} if thing.kind in ("photos", "evidence") or thing.at_least > 1 else {}
    if thing.kind == "votes":
        values = {"entitled": 9, "present": 9, "in_favour": 9, "against": 0, "abstaining": 0, "relatives_abstained": 0}
    return hands.paper(**values)


def walked(case: Case, hands, dice: random.Random) -> None:
    """One thing that somebody may do, as the page offers it."""
    case = Case.objects.get(pk=case.pk)
    procedure, happened = engine.procedure_of(case), [event for _row, event in engine.events_of(case)]
    state = engine.folded(procedure, happened)
    offers = [
        (who, action)
        for who in PEOPLE
        for action in showing.actions_of(hands.actor(who), case, procedure, state, hands_now())
        if action.allowed and action.kind not in ("withdrawn", "closed")
    ]
    if not offers:
        return
    who, action = dice.choice([one for one in offers if one[1].kind == "step_done"] or offers)
    persons = procedure.steps[action.name].persons if action.kind == "step_done" else 1
    move = Move(
        action.kind, action.name, action.outcome, action.to, {n: brought(procedure, n, hands) for n in action.leaves},
        {name: dice.choice(("yes", "no")) for name in action.asks},
        tuple(name for name in PEOPLE if name != who)[: persons - 1], "随机",
    )  # fmt: skip
    before = case.version
    try:
        act(actor=hands.actor(who), case=case.pk, move=move, expected=case.version)
    except (Invalid, Refused, OutOfReach):
        case.refresh_from_db()
        assert case.version == before, "a refusal writes nothing"


def hands_now():
    """The moment at which the office acts."""
    from bangfu.office.casework import actions

    return actions.timezone.now()


@pytest.mark.parametrize("seed", [1, 2])
def test_no_walk_skips_a_step_or_lets_one_person_do_what_two_must_and_no_clock_runs_while_suspended(
    hands, registered, seed
):
    dice, made = random.Random(seed), []
    for procedure in sorted(engine.current().values(), key=lambda one: one.id):
        matter = procedure.matter[0] if procedure.matter else ""
        for who in PEOPLE:
            try:
                case = open_case(
                    actor=hands.actor(who), household=registered.east.number, procedure=procedure.id, matter=matter
                )
            except Invalid:
                continue
            made.append(case)
            break
    assert len(made) >= 5
    for _ in range(STEPS):
        for case in made:
            walked(case, hands, dice)
        if dice.random() < 0.4:
            hands.later(dice.choice((1, 5, 9)))
    assert list(problems(Case.objects.all())) == []
    assert StepPassed.objects.count() > len(made)
    for case in Case.objects.all():
        procedure, happened = engine.procedure_of(case), [event for _row, event in engine.events_of(case)]
        state = engine.folded(procedure, happened)
        done = {one.step for one in state.done if one.valid}
        if case.end in procedure.ends:
            assert set(procedure.ends[case.end].requires) <= done
        for group in procedure.apart:
            for one, other in combinations(state.done, 2):
                if one.step != other.step and {one.step, other.step} <= set(group):
                    assert not one.persons & other.persons
        assert case.due_on is None or not case.suspended
