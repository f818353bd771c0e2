"""Whether every definition of a rulebook compiles, at every date on which its policies change."""

from __future__ import annotations

from datetime import date, timedelta

from bangfu.core.rulebook.model import Rulebook
from bangfu.core.screening.household import HouseholdEvaluator


def compile_everywhere(book: Rulebook) -> None:
    """Compile all definitions for rows with blanks; raises CannotCompile or TooManyInputs.

    A definition is in force at its first day (or the day before its last), so that compiling on those days
    reaches each of them.
    """
    left = set(book.policies)
    today = date.today()
    days = [today]
    for policy in book.policies.values():
        last = today if policy.valid_to is None else policy.valid_to - timedelta(days=1)
        days.append(policy.valid_from or last)
    for day in dict.fromkeys(days):
        if not left and day != today:
            break
        evaluator = HouseholdEvaluator(book, day, what=("decisions", "alerts", "checks", "indicators"))
        compiled = evaluator.variant(frozenset(), complete=False).compiled
        left -= {policy.policy.id for policy in compiled.policies}
