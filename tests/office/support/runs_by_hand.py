"""Runs and their lines written by hand, as a run would have left them."""

from __future__ import annotations

from datetime import date

EAST_VILLAGE, WEST_VILLAGE = "990101101201", "990101102201"
AS_OF = date(2026, 10, 31)


def make_run(**fields):
    """A run that is done, unless said otherwise."""
    from django.utils import timezone

    from bangfu.office.registry.api import rulebook
    from bangfu.office.runs.models import Run

    now = timezone.now()
    book = rulebook()
    values = {
        "area_code": "990101", "as_of": AS_OF, "status": "done", "started_by": "system", "started_by_name": "王民政",
        "created_at": now, "heartbeat_at": now, "finished_at": now, "rulebook_name": book.name,
        "rulebook_version": book.version, "rulebook_hash": book.digest, "counts": {"entitled_not_receiving": 1},
    }  # fmt: skip
    return Run.objects.create(**{**values, **fields})


def add_lines(run, *rows):
    """Lines and their tallies; each row is (kind, definition, household, area) and further fields."""
    from collections import Counter

    from bangfu.office.runs.models import Finding, Tally

    made = [
        Finding(run=run, kind=kind, definition=name, household_number=household, area_code=area, **more)
        for kind, name, household, area, more in rows
    ]
    Finding.objects.bulk_create(made)
    count = Counter((line.area_code, line.kind, line.definition, line.change) for line in made)
    Tally.objects.bulk_create(
        Tally(run=run, area_code=a, kind=k, definition=d, change=c, lines=n) for (a, k, d, c), n in count.items()
    )
    return list(Finding.objects.filter(run=run).order_by("area_code", "household_number", "id"))
