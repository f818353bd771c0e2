"""The only door to this app."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.office.accounts.api import Actor
from bangfu.office.runs import queries
from bangfu.office.runs.actions import cancel, recover, start
from bangfu.office.runs.bureau import bureau_folder, place_bureau_files
from bangfu.office.runs.models import ACTIVE, KINDS, Finding, Run
from bangfu.office.runs.relocation import count_moving, relocate

__all__ = [
    "Finding",
    "Overview",
    "Run",
    "Tile",
    "bureau_folder",
    "cancel",
    "count_moving",
    "latest_overview",
    "place_bureau_files",
    "recover",
    "relocate",
    "start",
    "work_now",
]


def work_now(run: Run) -> Run:
    """Work a queued run in this process, to its end: what a command such as the demo does instead of waiting."""
    from bangfu.office.runs.tasks import work

    work.func(run.pk)
    run.refresh_from_db()
    return run


@dataclass(frozen=True)
class Tile:
    """A kind of line, how it is called, and how many there are in the actor's area."""

    kind: str
    label: str
    lines: int


@dataclass(frozen=True)
class Overview:
    """For the home page: the last finished run with its counts, and the one that is under way."""

    run: Run | None
    tiles: list[Tile]
    running: Run | None


def latest_overview(actor: Actor) -> Overview | None:
    """What `runs/home_panel.html` shows as `runs_overview`; None for who may not see runs. At most three queries."""
    if not actor.may(queries.VIEW):
        return None
    run = queries.latest(actor)
    counts = queries.counts(actor, [run])[run.pk] if run and run.counts else {}
    running = queries.runs(actor).filter(status__in=ACTIVE).order_by("-id").first()
    return Overview(run, [Tile(kind, str(label), counts.get(kind, 0)) for kind, label in KINDS] if run else [], running)
