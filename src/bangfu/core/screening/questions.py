"""Single questions about one household, answered by the rulebook: yes, no or unknown, with the values and what is missing.

A question is an expression such as the `when` of a procedure's condition. It is asked of the same facts, by the same
evaluator and with the same explanation as the clauses of a policy: for a moment it is a policy of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from bangfu.core.rulebook.model import Clause, Expression, Label, Policy, Rulebook
from bangfu.core.screening.dataset import DataError
from bangfu.core.screening.explain import explainer
from bangfu.core.screening.explain_data import snapshot_opened
from bangfu.core.screening.explain_model import Explanation

VERDICTS = {"met": "yes", "not_met": "no", "unknown": "unknown"}
_MARK = "question__"


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """What is asked: its id, the text, the expression, and of what (household or person)."""

    id: str
    text: Label
    when: Expression
    of: str


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """One answer for one household or person. `said` holds the values, their sources and what is missing."""

    question: str
    verdict: str
    person_no: str
    said: Explanation


def ask_snapshot(
    book: Rulebook, snapshot: Path, as_of: date, households: Sequence[str], questions: Sequence[Question]
) -> dict[str, list[Answer]]:
    """By household, every question on it, or on each of its persons, out of a run's `snapshot/`, which is opened once.

    A household that is not there is left out. Raises DataError where the snapshot is not there, ExpressionError where this
    rulebook lacks a name that a question uses.
    """
    if not questions or not households:
        return {}
    asked: Mapping[str, Policy] = {_MARK + one.id: _policy(one) for one in questions}
    wider = dataclasses.replace(book, policies={**book.policies, **asked})
    found: dict[str, list[Answer]] = {}
    with snapshot_opened(book, snapshot) as (read, covered, tables):
        made = explainer(wider, as_of, tables=tables, policies=tuple(asked), covered=covered)
        for number in households:
            try:
                rows = read(number)
            except DataError:
                continue
            found[number] = [_answer(one) for one in made.explain(rows) if one.policy in asked]
    return found


def _answer(said: Explanation) -> Answer:
    verdict = VERDICTS[said.clauses[0].verdict]
    person = "" if said.person_no is None else str(said.person_no)
    return Answer(said.policy.removeprefix(_MARK), verdict, person, said)


def _policy(question: Question) -> Policy:
    clause = Clause("asked", question.text, "", question.when, question.when.place)
    return Policy(
        id=_MARK + question.id, title=question.text, of=question.of, authority={}, valid_from=None, valid_to=None,
        conditions=(clause,), exclusions=(), amount=None, not_with=(), receives=None, paid=None, paid_per="",
        tolerance=1, evidence=(), place=question.when.place,
    )  # fmt: skip
