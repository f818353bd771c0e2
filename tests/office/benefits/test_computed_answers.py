"""Questions of a procedure that the rulebook answers on the run's facts; another answer needs words, and the log holds both."""

from __future__ import annotations

import pytest

from bangfu.core.screening.questions import Question
from bangfu.office.audit.api import Entry
from bangfu.office.casework import engine
from bangfu.office.casework.api import open_case
from bangfu.office.casework.computing import computed
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry.api import Household
from bangfu.office.runs import api as runs

pytestmark = pytest.mark.django_db
ASKED = ("has_labour", "no_labour", "income_stable", "guarantees_hold", "risk_gone")


def test_without_a_run_a_question_is_answered_by_hand(hands, registered):
    case = open_case(
        actor=hands.actor("village"), household=registered.east.number, procedure="relapse_monitoring",
        matter="at_risk_household",
    )  # fmt: skip
    found = computed(case, engine.procedure_of(case), ASKED)
    assert "risk_gone" not in found
    assert {one.verdict for one in found.values()} == {"unknown"}
    assert found["has_labour"].reason == "还没有覆盖本村的月度比对，须人工判定"


def test_what_the_rules_answer_is_said_with_its_values_and_may_be_answered_otherwise_in_words(ran):
    hands = ran.hands
    cases = []
    for home in Household.objects.filter(area_code=ran.area, closed_on=None).order_by("number")[:6]:
        case = open_case(actor=hands.actor("village"), household=home.number, procedure="house_renovation")
        cases.append((case, computed(case, engine.procedure_of(case), ("unsafe", "other_house"))))
    verdicts = {found["unsafe"].verdict for _case, found in cases}
    assert verdicts in ({"yes", "no"}, {"no"})
    case, found = next(pair for pair in cases if pair[1]["unsafe"].verdict == "no")
    assert found["unsafe"].reason.startswith("按 2026-10-31 的资料和规则：否。住房等级")
    procedure = engine.procedure_of(case)
    step = next(s for s in procedure.steps.values() if "unsafe" in s.asks)
    _at(case, step, hands)
    # asked together or one by one, the answers are the same; a household that the run lacks is left out
    one = procedure.conditions["unsafe"]
    run, numbers = runs.evidence_run(ran.area), [case.household.number for case, _found in cases]
    together = runs.answers_for(run, [*numbers, "none"], [Question(one.id, one.text, one.when, "household")])
    assert {number: told["unsafe"].verdict for number, told in together.items()} == {
        case.household.number: found["unsafe"].verdict for case, found in cases
    }


def _at(case, step, hands):
    """The rule is asked of what the action is told, before anything is written."""
    from bangfu.office.casework.computing import differing

    procedure = engine.procedure_of(case)
    with pytest.raises(Invalid) as error:
        differing(case, procedure, {"unsafe": "yes"}, "")
    assert str(error.value) == "判定与按规则计算的结果不同（鉴定为C级或D级），请在说明中写明理由"
    assert differing(case, procedure, {"unsafe": "no"}, "") == {}
    wanted = {"unsafe": {"computed": "no", "given": "yes"}}
    assert differing(case, procedure, {"unsafe": "yes"}, "新鉴定报告为C级") == wanted
    assert not Entry.objects.filter(kind="casework.moved").exists()
