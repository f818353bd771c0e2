"""What a run's rules answer to single questions about one household, out of its snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bangfu.core.rulebook.mistakes import ExpressionError, RulebookError
from bangfu.core.screening.dataset import DataError
from bangfu.office.runs import folders
from bangfu.office.runs.explaining import MaskedLetter, hidden_facts, told_by
from bangfu.office.runs.models import Run
from bangfu.office.runs.rules import RulesGone, book_of

if TYPE_CHECKING:
    from bangfu.core.screening.questions import Answer, Question


@dataclass(frozen=True)
class Answered:
    """One answer: `verdict` is yes, no or unknown; by language the values it rests on and what is missing, health starred out."""

    verdict: str
    values: dict[str, list[str]]
    missing: dict[str, list[str]]


def answers(
    run: Run, household: str, questions: Sequence[Question], person: str = "", names: Callable[[str], str] = str
) -> dict[str, Answered]:
    """By question. Raises LookupError where the rules, the snapshot or the household are gone, or a name is not known."""
    found = answers_for(run, [household], questions, person, names)
    if household not in found:
        raise LookupError(household)
    return found[household]


def answers_for(
    run: Run,
    households: Sequence[str],
    questions: Sequence[Question],
    person: str = "",
    names: Callable[[str], str] = str,
) -> dict[str, dict[str, Answered]]:
    """By household and question, for the households of one page; those that the run does not hold are left out.

    Raises LookupError where the rules or the snapshot are gone, or a name is not known.
    """
    from bangfu.core.screening.questions import ask_snapshot

    try:
        book = book_of(run)
        found = ask_snapshot(book, folders.results(run.pk) / "snapshot", run.as_of, households, questions)
    except (RulesGone, DataError, ExpressionError, RulebookError) as error:
        raise LookupError(str(error)) from None
    hidden = hidden_facts(book)
    return {number: _first(told, person, names, hidden) for number, told in found.items()}


def _first(
    found: Sequence[Answer], person: str, names: Callable[[str], str], hidden: frozenset[str]
) -> dict[str, Answered]:
    made: dict[str, Answered] = {}
    for one in found:
        if one.question in made or person not in ("", one.person_no):
            continue
        values, missing = {}, {}
        for language in ("zh", "en"):
            told = told_by(MaskedLetter(one.said, language, names, hidden))
            values[language] = told.clauses[0].lines
            missing[language] = list(dict.fromkeys(m.label.get(language) or m.id for m in one.said.missing))
        made[one.question] = Answered(one.verdict, values, missing)
    return made
