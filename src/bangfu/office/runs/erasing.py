"""What runs hold of somebody whose data are erased: rows of their snapshots and findings, and the words of their lines.

That a line was there, of which kind and in which village stays, and so do the run's hashes: they are of what was read then.
"""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from django.db import transaction

from bangfu.office.registry import api as registry
from bangfu.office.runs import folders
from bangfu.office.runs.models import Finding, Run

_log = logging.getLogger("bangfu.runs")
_FOLDERS = ("snapshot", "alerts", "checks", "findings.parquet")
"""Results with facts in them. `decisions/` holds keys and verdicts only."""


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """Blank the reasons of lines now, and drop the rows from the runs' files as soon as the erasure is committed."""
    household = isinstance(subject, registry.Household)
    rows = Finding.objects.filter(**{"household_number" if household else "person_number": subject.number})
    rows.update(reasons={})
    key = "household_no" if household else "person_no"
    transaction.on_commit(lambda: forget(key, subject.number), robust=True)


def forget(key: str, number: str) -> None:
    """Drop a household's or a person's rows from the files of every run that is kept."""
    for pk in Run.objects.order_by("pk").values_list("pk", flat=True):
        for name in _FOLDERS:
            place = folders.results(pk) / name
            for path in sorted(place.glob("*.parquet")) if place.is_dir() else [place]:
                if path.is_file():
                    without_rows(path, key, number)


def without_rows(path: Path, key: str, number: str) -> None:
    """A Parquet file as it was, without the rows of one household or person; whole at every moment."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if key not in pq.read_schema(path).names:
        return
    table = pq.read_table(path)
    column = pc.cast(table.column(key), pa.string())
    kept = table.filter(pc.fill_null(pc.not_equal(column, number), True))
    if kept.num_rows == table.num_rows:
        return
    handle, made = tempfile.mkstemp(prefix=".erasing-", dir=path.parent)
    os.close(handle)
    try:
        pq.write_table(kept, made, compression="zstd")
        os.replace(made, path)
    finally:
        Path(made).unlink(missing_ok=True)
    _log.info("rows of an erased subject were removed from %s", path.name)
