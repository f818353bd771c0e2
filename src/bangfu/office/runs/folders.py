"""Where a run's files lie, readable by the service alone: `work/` with ID numbers while it works, `results/` with keys."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from django.conf import settings

PRIVATE = 0o700
KEPT = (
    "alerts",
    "checks",
    "clauses.parquet",
    "decisions",
    "findings.parquet",
    "indicators.parquet",
    "run.json",
    "snapshot",
)
"""What is kept of the core's results: keys, no names. Its worklists and the rows it returns are not."""


def home() -> Path:
    """The folder of all runs."""
    return _made(Path(settings.MEDIA_ROOT) / "runs")


def of_run(pk: int) -> Path:
    """The folder of one run."""
    return _made(home() / str(pk))


def work(pk: int) -> Path:
    """A run's private workroom."""
    return of_run(pk) / "work"


def results(pk: int) -> Path:
    """A run's results; there only when it is done."""
    return of_run(pk) / "results"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    folder.chmod(PRIVATE)
    return folder


def fresh_work(pk: int) -> Path:
    """An empty workroom; what an earlier attempt left in it is gone."""
    remove_work(pk)
    return _made(work(pk))


def remove_work(pk: int) -> None:
    """Nothing with ID numbers stays."""
    shutil.rmtree(work(pk), ignore_errors=True)


def keep_results(pk: int, made: Path) -> Path:
    """Move what is kept of the core's results to the run's folder; names and ID numbers stay behind and are removed."""
    target = results(pk)
    shutil.rmtree(target, ignore_errors=True)
    _made(target)
    for name in KEPT:
        if (made / name).exists():
            (made / name).rename(target / name)
    return target


def remove_results(pk: int) -> None:
    """Results of a run that did not come to its end."""
    shutil.rmtree(results(pk), ignore_errors=True)


def keep_rulebook(lineage: tuple[Path, ...], digest: str) -> Path:
    """A copy of a rulebook and of what it extends under its digest, so that a run is explained by its own rules."""
    folder = home() / "rulebooks" / digest
    last = folder / lineage[-1].name
    if not last.is_dir():
        fresh = _made(home() / "rulebooks") / f".{digest}.fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        for root in lineage:
            shutil.copytree(root, fresh / root.name)
        fresh.rename(folder)
    return last


def kept_rulebook(name: str, digest: str) -> Path:
    """Where a run's own rules lie."""
    return home() / "rulebooks" / digest / name


def snapshot_hash(folder: Path) -> str:
    """One hash over the content of a snapshot's files."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as file:
            whole.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
