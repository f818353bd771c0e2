"""The only door to this app."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from bangfu.office.accounts.api import Actor
from bangfu.office.runs import queries
from bangfu.office.runs.actions import cancel, recover, start
from bangfu.office.runs.answering import Answered, answers, answers_for
from bangfu.office.runs.bureau import bureau_files, bureau_folder, gather_bureau_files, place_bureau_files
from bangfu.office.runs.erasing import without_rows
from bangfu.office.runs.evidence import (
    Evidence,
    Standing,
    evidence,
    evidence_run,
    finding_of,
    lines_of,
    run_of,
    standings,
)
from bangfu.office.runs.explaining import Told, counts_health, told_masked
from bangfu.office.runs.folders import results
from bangfu.office.runs.following import also_after
from bangfu.office.runs.models import ACTIVE, ERRORS, KINDS, Finding, Run
from bangfu.office.runs.process import ScreeningFailed, Stopped, work_apart
from bangfu.office.runs.queries import Filters, Place, findings, finished, latest, places, run, scope, total
from bangfu.office.runs.relocation import count_moving, relocate
from bangfu.office.runs.reporting import Reporter, is_gone, worker_name
from bangfu.office.runs.rules import RulesGone, book_of, kept_rulebook, title
from bangfu.office.runs.rules import titles_of_run as _titles_of_run
from bangfu.office.runs.sheets import Shown, shown

__all__ = [
    "Answered",
    "Evidence",
    "Filters",
    "Finding",
    "Overview",
    "Place",
    "Reporter",
    "RulesGone",
    "Run",
    "ScreeningFailed",
    "Standing",
    "Stopped",
    "Tile",
    "Told",
    "also_after",
    "answers",
    "answers_for",
    "book_of",
    "bureau_files",
    "bureau_folder",
    "cancel",
    "count_moving",
    "counts_health",
    "evidence",
    "evidence_run",
    "finding_of",
    "findings",
    "finished",
    "gather_bureau_files",
    "is_gone",
    "kept_rulebook",
    "latest",
    "latest_overview",
    "lines_of",
    "place_bureau_files",
    "places",
    "recover",
    "relocate",
    "results",
    "run",
    "run_of",
    "scope",
    "standings",
    "start",
    "title_of_line",
    "told_masked",
    "total",
    "without_rows",
    "work_apart",
    "work_now",
    "worker_name",
]


def work_now(run: Run) -> Run:
    """Work a queued run in this process, to its end: what a command such as the demo does instead of waiting."""
    from bangfu.office.runs.tasks import work

    work.func(run.pk)
    run.refresh_from_db()
    return run


def title_of_line(run: Run, kind: str, definition: str, language: str) -> str:
    """What a line of this kind is called by the run's own rules."""
    return title(_titles_of_run(run), kind, definition, language)


FIRST = 8
"""Lines that the home page of a village shows."""


@dataclass(frozen=True)
class Tile:
    """A kind of line, how it is called, and how many there are in the actor's area."""

    kind: str
    label: str
    lines: int


@dataclass(frozen=True)
class Overview:
    """For the home page: the last finished run with its counts, and the one that is under way.

    `places`: the areas next below the reader's. `lines`: for who has one village only, its first wrong answers instead.
    """

    run: Run | None
    tiles: list[Tile]
    running: Run | None
    places: list[queries.PlaceCounts]
    lines: list[Shown]


def latest_overview(actor: Actor) -> Overview | None:
    """What `runs/home_panel.html` shows as `runs_overview`; None for who may not see runs. At most nine queries."""
    if not actor.may(queries.VIEW):
        return None
    run = queries.latest(actor)
    counts = queries.counts(actor, [run])[run.pk] if run and run.counts else {}
    running = queries.runs(actor).filter(status__in=ACTIVE).order_by("-id").first()
    if run is None:
        return Overview(None, [], running, [], [])
    tiles = [Tile(kind, str(label), counts.get(kind, 0)) for kind, label in KINDS]
    places = queries.by_place(actor, run) if any(counts.values()) else []
    if len(places) > 1:
        return Overview(run, tiles, running, places, [])
    wrong = queries.findings(actor, run).filter(kind__in=ERRORS).order_by("area_code", "household_number", "id")
    return Overview(run, tiles, running, [], shown(actor, run, wrong[:FIRST], get_language() or "zh-hans"))
