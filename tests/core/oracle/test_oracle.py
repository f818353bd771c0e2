"""The oracle itself: facts worked out by hand, so that two readings cannot share one mistake."""

from __future__ import annotations

import pytest

from tests.core.support import oracle
from tests.core.support import reference_data as reference

LINE = 65_000
HOME = dict.fromkeys(reference.HOUSEHOLD_COLUMNS, 0) | {"hh_id": 1, "residence_months": 60}
PERSON = dict.fromkeys(reference.PERSON_COLUMNS, 0) | {"person_id": 1, "hh_id": 1, "age": 40}


def test_more_completions_than_the_limit_are_refused_and_not_sampled():
    with pytest.raises(ValueError, match="more than 3 completions"):
        oracle.complete(HOME, [PERSON | {"age": None}], LINE, {("age", 1): (1, 2, 3, 4)}, limit=3)


def test_an_income_at_the_line_is_borderline_and_not_dibao():
    found = oracle.decide(HOME, [PERSON | {"pension": LINE}], LINE)
    assert found["dibao", 1, None].failed == ("income",)
    assert found["borderline", 1, None].status == "eligible"


def test_amounts_worked_by_hand():
    child = PERSON | {"person_id": 2, "age": 15, "no_supporter": 1, "selfcare": 2, "in_institution": 1}
    sick = PERSON | {"employed": 1, "wage": 100_009, "medical_expense": 3_000_001, "student_stage": 4}
    found = oracle.decide(HOME | {"rent": 50_000}, [sick, child], LINE)
    assert found["dibao", 1, None].amount == 130_000 - (100_009 - 20_001) + 6_500
    assert found["tekun", 1, 2].amount == 84_500 + 26_000 + 6_500
    assert found["medical", 1, 1].amount == 2_100_000
    assert found["temporary", 1, None].amount == 390_000
    assert found["education", 1, 1].amount == 300_000
    assert found["housing", 1, None].amount == 39_000


def test_a_blank_that_changes_the_status_by_itself_is_named_and_another_is_not():
    people = [PERSON | {"pension": None, "medical_expense": None}]
    choices = {("pension", 1): (0, 10**9), ("medical_expense", 1): (0, 10**9)}
    dibao = oracle.complete(HOME, people, LINE, choices)["dibao", 1, None]
    assert dibao.turns == {("pension", 1)}
    assert dibao.status_by_clauses == "unknown"
    assert dibao.undecided == ("income",)


def test_a_registry_is_the_same_for_the_same_seed():
    assert reference.registry(5, 20) == reference.registry(5, 20)
    assert reference.registry(5, 20) != reference.registry(6, 20)
