"""Where a cross-check's files lie, readable by the service alone: `work/` with names and numbers while it works, `results/`
with keys."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

PRIVATE = 0o700
KEPT = (
    "household_facts.parquet",
    "person_facts.parquet",
    "sources.parquet",
    "conflicts.parquet",
    "rows",
    "summary.json",
)
"""What is kept of the core's results. The ingests hold numbers and names, the workbook of contradictions names."""


def home() -> Path:
    """The folder of all cross-checks."""
    return _made(Path(settings.MEDIA_ROOT) / "means")


def work(pk: int) -> Path:
    """A cross-check's private workroom."""
    return home() / str(pk) / "work"


def results(pk: int) -> Path:
    """A cross-check's results; there only when it is done."""
    return home() / str(pk) / "results"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    folder.chmod(PRIVATE)
    return folder


def fresh_work(pk: int) -> Path:
    """An empty workroom; what an earlier attempt left in it is gone."""
    remove_work(pk)
    _made(home() / str(pk))
    return _made(work(pk))


def remove_work(pk: int) -> None:
    """Nothing with names or ID numbers stays."""
    shutil.rmtree(work(pk), ignore_errors=True)


def keep_results(pk: int, made: Path) -> Path:
    """Put what is kept of the core's results in its place, whole; the rest stays behind and is removed."""
    target = results(pk)
    fresh = _made(target.with_name("fresh"))
    for name in KEPT:
        if (made / name).exists():
            (made / name).rename(fresh / name)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return target


def remove_results(pk: int) -> None:
    """Results of a cross-check that did not come to its end."""
    for name in ("results", "fresh"):
        shutil.rmtree(home() / str(pk) / name, ignore_errors=True)
