"""Findings move with the tree of areas, and their tallies are made anew; site/subscribers.py tells this app.

What a run wrote to its folder stays as it was: the core's worklists keep the codes of their month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db.models import Count, OuterRef, Subquery

from bangfu.office.accounts.api import Actor
from bangfu.office.areas.api import Move, count_following, everywhere, follow
from bangfu.office.registry.api import Household
from bangfu.office.runs.models import DONE, Finding, Run, Tally

_GROUP = Subquery(Household.objects.filter(number=OuterRef("household_number")).values("group_name")[:1])
_KEYS = ("run_id", "area_code", "kind", "definition", "change")


def count_moving(moves: Sequence[Move]) -> int:
    """How many lines of runs lie in what moves."""
    return count_following(Finding.objects.all(), moves, _GROUP)


def relocate(_actor: Actor, moves: Sequence[Move], _on: date) -> int:
    """Lines and counts; a run of an area that moves as a whole goes along."""
    moved = follow(Finding.objects.all(), moves, group=_GROUP)
    follow(Run.objects.all(), moves)
    codes = {code for move in moves for code in (move.old, move.new)}
    if moved:
        with everywhere():
            _recount(codes)
    return moved


def _recount(codes: set[str]) -> None:
    """Tallies are per village: only those of the villages that lost or won lines change."""
    lines = Finding.objects.filter(area_code__in=codes, run__status=DONE).order_by()
    found = Counter(
        {tuple(row[key] for key in _KEYS): row["n"] for row in lines.values(*_KEYS).annotate(n=Count("pk"))}
    )
    Tally.objects.filter(area_code__in=codes, run__status=DONE).delete()
    Tally.objects.bulk_create(
        [Tally(**dict(zip(_KEYS, key, strict=True)), lines=n) for key, n in sorted(found.items())], batch_size=500
    )
