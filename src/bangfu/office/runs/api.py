"""The only door to this app."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.office.accounts.api import Actor
from bangfu.office.runs import queries
from bangfu.office.runs.actions import cancel, recover, start
from bangfu.office.runs.bureau import bureau_folder
from bangfu.office.runs.models import ACTIVE, KINDS, Finding, Run

__all__ = ["Finding", "Overview", "Run", "Tile", "bureau_folder", "cancel", "latest_overview", "recover", "start"]


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
