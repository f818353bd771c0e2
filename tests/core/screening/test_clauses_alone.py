"""Clauses of a policy alone: D4b's worker, five persons, bills of 60,000 of which 52,000 were paid by himself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.screening.clauses import explain_clauses
from bangfu.core.screening.explain_model import Explanation

ON = date(2026, 11, 25)
INCOME = ("business_income", "business_cost", "property_income", "transfer_income", "assistance_income")


@cache
def book() -> Rulebook:
    return load(Path(__file__).parents[3] / "rulebook" / "cn", cases=False)


def household(wage: int | None = None, **known: int) -> dict:
    """Five persons; the third earns `wage`."""
    people = [{"person_no": f"P{n}", "household_no": "H", "birth_date": date(1948 + 9 * n, 1, 1)} for n in range(5)]
    if wage is not None:
        for number, person in enumerate(people):
            person["wage_income"] = wage if number == 2 else 0
    return {"households": [{"household_no": "H", "rigid_expense": 5_200_000, **known}], "persons": people}


def ratio(rows: dict, **given: object) -> Explanation:
    covered = {table.id: "no" if table.bureau else "yes" for table in book().tables.values()}
    (found,) = explain_clauses(book(), ON, rows, "rigid_expense_hardship", ["ratio"], given=given, covered=covered)
    return found


def test_without_income_and_standard_the_ratio_is_unknown_and_exactly_they_are_missing() -> None:
    found = ratio(household())
    assert found.status == "unknown"
    assert {one.id for one in found.missing} == {"rigid_expense_ratio", "wage_income", *INCOME}
    (wages,) = [one for one in found.missing if one.id == "wage_income"]
    assert len(wages.persons) == 5


def test_with_the_income_only_the_standard_is_missing() -> None:
    found = ratio(household(6_000_000, **dict.fromkeys(INCOME, 0)))
    assert (found.status, [one.id for one in found.missing]) == ("unknown", ["rigid_expense_ratio"])


@pytest.mark.parametrize(("standard", "status"), [("0.866", "eligible"), ("0.867", "ineligible"), ("0.5", "eligible")])
def test_with_both_it_is_worked_out(standard: str, status: str) -> None:
    found = ratio(household(6_000_000, **dict.fromkeys(INCOME, 0)), rigid_expense_ratio=Decimal(standard))
    assert (found.status, found.missing) == (status, ())


def test_exactly_at_the_line_is_not_beyond_it() -> None:
    rows = household(10_400_000, **dict.fromkeys(INCOME, 0))
    assert ratio(rows, rigid_expense_ratio=Decimal("0.5")).status == "ineligible"
    rows["households"][0]["rigid_expense"] += 1
    assert ratio(rows, rigid_expense_ratio=Decimal("0.5")).status == "eligible"


def test_a_clause_that_is_not_there_is_told() -> None:
    with pytest.raises(LookupError, match="rigid_expense_hardship has no clause nothing"):
        explain_clauses(book(), ON, household(), "rigid_expense_hardship", ["nothing"])
    with pytest.raises(LookupError, match="no policy nothing"):
        explain_clauses(book(), ON, household(), "nothing", ["ratio"])
