"""Home visits: what is asked of whom, what the answers establish, and what is a finding. Pure: no file, clock or database.

This is the door: the office imports these names (also as `bangfu.core.api.visits`) and none of the modules behind them.
"""

from __future__ import annotations

from bangfu.core.rulebook.reading_visits import read_visit_form
from bangfu.core.rulebook.visit_model import GRADUATED, MONITORED, UNCLEAR, Every, Item, Section, VisitForm
from bangfu.core.visits.answers import (
    Answers,
    Finding,
    Member,
    Problem,
    Question,
    Stated,
    changes,
    conclusions,
    established,
    findings,
    key_of,
    problems,
    questions,
    split_key,
)
from bangfu.core.visits.values import problem_of, read_text, words_of

__all__ = [
    "GRADUATED", "MONITORED", "UNCLEAR", "Answers", "Every", "Finding", "Item", "Member", "Problem", "Question", "Section",
    "Stated", "VisitForm", "changes", "conclusions", "established", "findings", "key_of", "problem_of", "problems",
    "questions", "read_text", "read_visit_form", "split_key", "words_of",
]  # fmt: skip
