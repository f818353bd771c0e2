"""From a run's results to the rows that pages read. Nobody sees them before the run is done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bangfu.office.registry.api import Household
from bangfu.office.runs.models import ALERT, CANNOT_TELL, CHECK, GONE, Finding, Run, Tally

CHUNK = 2000
FLAGS = (("alerts", ALERT), ("checks", CHECK))


def load(run: Run, results: Path, told: Callable[[int, int], None], unpaid: Collection[str] = ()) -> dict[str, int]:
    """Write the run's lines and their counts; returns lines by kind without those that are gone.

    `unpaid` are policies that grant a status and no money. What an earlier attempt left is replaced. Not one
    transaction: other people go on writing meanwhile, and no query shows lines of a run that is not `done`.
    """
    clear(run.pk)
    total = sum(_length(path) for path in _files(results))
    places = _places(run, results)
    tally: Counter[tuple[str, str, str, str]] = Counter()
    lines = _lines(run, results, places, unpaid)
    done = 0
    while part := list(islice(lines, CHUNK)):
        Finding.objects.bulk_create(part, batch_size=500)
        tally.update((line.area_code, line.kind, line.definition, line.change) for line in part)
        done += len(part)
        told(done, total)
    rows = [
        Tally(run=run, area_code=area, kind=kind, definition=definition, change=change, lines=count)
        for (area, kind, definition, change), count in sorted(tally.items())
    ]
    Tally.objects.bulk_create(rows, batch_size=500)
    counts: Counter[str] = Counter()
    for (_area, kind, _definition, change), count in tally.items():
        if change != GONE:
            counts[kind] += count
    return dict(counts)


def clear(run_pk: int) -> None:
    """Take away the lines of a run that did not come to its end."""
    for model in (Finding, Tally):
        rows = model._default_manager.filter(run=run_pk)
        while part := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            rows.filter(pk__lte=part[-1]).delete()


def record_of(results: Path) -> dict[str, Any]:
    """The core's own record of the run, run.json."""
    found: dict[str, Any] = json.loads((results / "run.json").read_text(encoding="utf-8"))
    return found


# -- rows ---------------------------------------------------------------------------------------------------------


def _files(results: Path) -> list[Path]:
    return [results / "findings.parquet", *(p for name, _ in FLAGS for p in sorted((results / name).glob("*.parquet")))]


def _length(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def _places(run: Run, results: Path) -> dict[str, str]:
    """The village of every household, as the snapshot has it; of those gone since, as the registry has it."""
    import pyarrow.parquet as pq

    table = pq.read_table(results / "snapshot" / "households.parquet", columns=["household_no", "region_code"])
    found = {
        str(number): str(area or run.area_code)
        for number, area in zip(*(column.to_pylist() for column in table.columns), strict=True)
    }
    if run.previous_id is not None:
        gone = set(
            Finding.objects.filter(run=run.previous_id)
            .exclude(household_number="")
            .values_list("household_number", flat=True)
        ) - set(found)
        for part in _parts(sorted(gone)):
            found.update(Household.objects.filter(number__in=part).values_list("number", "area_code"))
    return found


def _parts(items: Iterable[str]) -> Iterator[list[str]]:
    whole = iter(items)
    while part := list(islice(whole, 900)):
        yield part


def _lines(run: Run, results: Path, places: dict[str, str], unpaid: Collection[str]) -> Iterator[Finding]:
    for row in _rows(results / "findings.parquet"):
        yield _finding(run, row, places, paid=row["policy"] not in unpaid)
    for name, kind in FLAGS:
        for path in sorted((results / name).glob("*.parquet")):
            for row in _rows(path):
                yield _flag(run, kind, row, places)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(batch_size=CHUNK):
        yield from batch.to_pylist()


def _key(value: Any) -> str:
    return "" if value is None else str(value)


def _finding(run: Run, row: dict[str, Any], places: dict[str, str], *, paid: bool) -> Finding:
    """A policy's line. One that no receipt is compared with, and that is not decided, is a line of what cannot be told."""
    number = _key(row["household_no"])
    reasons = {name: list(row[name]) for name in ("failed", "unknown", "missing") if row[name]}
    if row["reason"] == "overlap":
        reasons["overlap"] = ["overlap"]
    return Finding(
        run=run,
        kind=row["finding"] or CANNOT_TELL,
        definition=row["policy"],
        household_number=number,
        person_number=_key(row["person_no"]),
        area_code=places.get(number, run.area_code),
        status=row["status"] or "",
        change=row["change"] or "",
        due_fen=row["amount_fen"] if paid and row["status"] == "eligible" else None,
        due_min_fen=row["amount_min_fen"] if paid else None,
        due_max_fen=row["amount_max_fen"] if paid else None,
        paid_fen=row["paid_fen"],
        reasons=reasons,
        means_check=(row["means_check"] or "")[:60],
    )


def _flag(run: Run, kind: str, row: dict[str, Any], places: dict[str, str]) -> Finding:
    """A line of an alert or a check; one about a village, which names no household, is the whole area's."""
    number = _key(row["household_no"])
    return Finding(
        run=run,
        kind=kind,
        definition=row["id"],
        household_number=number,
        person_number=_key(row["person_no"]),
        area_code=places.get(number, run.area_code),
        severity=row["severity"] or "",
        change=row["change"] or "",
    )
