"""What a run knew of one household, for a decision: which run, and the explanation of a policy out of its snapshot."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bangfu.core.screening.dataset import DataError
from bangfu.office.runs import folders
from bangfu.office.runs.explaining import MaskedLetter, hidden_facts, told_by
from bangfu.office.runs.models import DONE, Finding, Run
from bangfu.office.runs.rules import RulesGone, book_of


@dataclass(frozen=True)
class Evidence:
    """One policy on one household as a run decided it.

    `plain` is the core's explanation as JSON-typed values (fen, ISO dates); `told` the same in words by language, health
    starred out. `status` is eligible, ineligible or unknown; `amount_fen` is there where it is eligible; `failed` and
    `unknown` are ids of clauses.
    """

    status: str
    amount_fen: int | None
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    plain: list[dict[str, Any]]
    told: dict[str, dict[str, Any]]


def evidence_run(area_code: str) -> Run | None:
    """The latest finished run that covers an area and whose snapshot is still there."""
    above = [area_code[:digits] for digits in (2, 4, 6, 9, 12) if digits <= len(area_code)]
    for run in Run.objects.filter(status=DONE, area_code__in=above).order_by("-as_of", "-id")[:12]:
        if (folders.results(run.pk) / "snapshot").is_dir():
            return run
    return None


def evidence(run: Run, household: str, policy: str, person: str = "", names: Callable[[str], str] = str) -> Evidence:
    """What the run's rules say of the run's facts. Raises LookupError where either is gone or the household is not in it."""
    from bangfu.core.screening.explain_data import explain_snapshot
    from bangfu.core.screening.explain_model import as_json

    try:
        book = book_of(run)
        found = explain_snapshot(book, folders.results(run.pk) / "snapshot", run.as_of, household, policies=(policy,))
    except (RulesGone, DataError) as error:
        raise LookupError(str(error)) from None
    mine = [one for one in found if person in ("", str(one.person_no))]
    if not mine:
        raise LookupError(policy)
    chosen = next((one for one in mine if one.status == "eligible"), mine[0])
    verdicts = {name: tuple(c.id for c in chosen.clauses if c.verdict == name) for name in ("not_met", "unknown")}
    hidden = hidden_facts(book)
    told = {
        language: dataclasses.asdict(told_by(MaskedLetter(chosen, language, names, hidden)))
        for language in ("zh", "en")
    }
    amount = chosen.amount.fen if chosen.amount and chosen.status == "eligible" else None
    plain = json.loads(as_json(mine))
    return Evidence(chosen.status, amount, verdicts["not_met"], verdicts["unknown"], plain, told)


def finding_of(pk: int) -> Finding | None:
    """A line of a run that is done; the caller looks at its area."""
    return Finding.objects.select_related("run").filter(pk=pk, run__status=DONE).first()


def lines_of(pks: Sequence[int]) -> list[Finding]:
    """Lines of runs that are done; the caller looks at their areas. One query."""
    return list(Finding.objects.select_related("run").filter(pk__in=pks, run__status=DONE))


def run_of(pk: int) -> Run | None:
    """A run by its key, for a decision that names it."""
    return Run.objects.filter(pk=pk).first()


@dataclass(frozen=True)
class Standing:
    """How a run saw a household under one policy: status, and by language the inputs that were missing."""

    status: str
    missing: dict[str, tuple[str, ...]]


def standings(run: Run, household: str, policies: Sequence[str]) -> dict[str, Standing]:
    """By policy, for those that the run's rules know and that apply; empty where the run does not know the household.

    Of a policy on persons the best answer of any of them: eligible, else unknown, else ineligible.
    """
    from bangfu.core.screening.explain_data import explain_snapshot

    try:
        book = book_of(run)
        wanted = tuple(name for name in policies if name in book.policies)
        snapshot = folders.results(run.pk) / "snapshot"
        said = explain_snapshot(book, snapshot, run.as_of, household, policies=wanted, changes=False) if wanted else []
    except (RulesGone, DataError, LookupError):
        return {}
    order = {"eligible": 0, "unknown": 1, "ineligible": 2}
    found: dict[str, Standing] = {}
    for one in sorted(said, key=lambda one: order.get(one.status, 9)):
        labels = {lang: tuple(m.label.get(lang) for m in one.missing) for lang in ("zh", "en")}
        found.setdefault(one.policy, Standing(one.status, labels))
    return found
