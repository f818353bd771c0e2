"""What an analyst imports: files in, results out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bangfu.core import procedures, visits
from bangfu.core.rulebook.loader import load
from bangfu.core.screening.run import screen as _screen
from bangfu.core.screening.state import ALL, Progress, Request

if TYPE_CHECKING:
    from bangfu.core.rulebook.model import Rulebook

__all__ = ["fill", "load_rulebook", "procedures", "read_decisions", "screen", "visits"]


def load_rulebook(path: Path | str) -> Rulebook:
    """A validated rulebook; raises RulebookError with every mistake."""
    return load(Path(path))


def screen(
    *,
    rulebook: Path | str,
    data: Path | str,
    as_of: date,
    out: Path | str,
    policies: Sequence[str] | None = None,
    only: Sequence[str] = ALL,
    previous: Path | str | None = None,
    facts: Path | str | None = None,
    reports: Path | str | None = None,
    decisions: Path | str | None = None,
    memory_mb: int = 2048,
    threads: int = 2,
    progress: Progress | None = None,
) -> Path:
    """The monthly run; returns the results' folder. Raises RulebookError, DataError or EngineError."""
    request = Request(
        Path(rulebook),
        Path(data),
        as_of,
        Path(out),
        tuple(policies) if policies is not None else None,
        tuple(only),
        Path(previous) if previous else None,
        Path(facts) if facts else None,
        Path(reports) if reports else None,
        Path(decisions) if decisions else None,
        memory_mb,
        threads,
        progress,
    )
    return _screen(request)


def fill(
    form: Path | str,
    *,
    rulebook: Path | str,
    data: Path | str,
    as_of: date,
    out: Path | str,
    area: str = "",
    answers: Sequence[Path | str] = (),
    purpose: str = "",
) -> Any:
    """Fill a superior's form; returns a FillResult with the paths of form, trace and questions, and the questions.

    Raises FormError where the form or the answers cannot be read, RulebookError, FileError or DataError as `screen`.
    """
    from bangfu.core.reporting.forms import fill_form
    from bangfu.core.reporting.forms_answers import read_answers
    from bangfu.core.reporting.forms_state import FillRequest

    given = read_answers(Path(path) for path in answers)
    request = FillRequest(Path(form), load(Path(rulebook)), Path(data), as_of, Path(out), area, given, purpose)
    return fill_form(request)


def read_decisions(path: Path | str) -> Any:
    """The decisions of a run as a pyarrow Table with masks expanded to lists of ids.

    `path` is the results' folder. Columns: policy, household_no, person_no, status, amount_fen,
    amount_min_fen, amount_max_fen, failed, unknown, missing (lists of text), receives, finding.
    """
    from bangfu.core.screening.reading import expanded_decisions

    return expanded_decisions(Path(path))
