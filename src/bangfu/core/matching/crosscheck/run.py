"""The cross-check of a registry with all bureaus' files: links, facts, contradictions."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.files.find import ENDINGS, find_table
from bangfu.core.files.manifest import read_manifest
from bangfu.core.files.whole import alone, whole_folder
from bangfu.core.matching.crosscheck.authorised import drop_unauthorised
from bangfu.core.matching.crosscheck.benefits import benefit_conflicts
from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.matching.crosscheck.conflicts_book import write_conflict_book
from bangfu.core.matching.crosscheck.coverage import Allowed, Source, coverage
from bangfu.core.matching.crosscheck.errors import DataError
from bangfu.core.matching.crosscheck.facts import Job, write_households, write_persons
from bangfu.core.matching.crosscheck.ingest import HASHES, Hashes, Ingested, ingest_table, sweep
from bangfu.core.matching.crosscheck.linked_files import write_links
from bangfu.core.matching.crosscheck.ranges import NOBODY, TableLinks, link_units
from bangfu.core.matching.crosscheck.registry import Registry
from bangfu.core.matching.crosscheck.registry_ingest import ingest_registry
from bangfu.core.matching.crosscheck.report_files import conflict_rows, write_conflicts, write_sources
from bangfu.core.matching.crosscheck.residual import Decided, decide
from bangfu.core.matching.crosscheck.returned_rows import INGEST
from bangfu.core.matching.crosscheck.state import write_state
from bangfu.core.matching.crosscheck.steps import Progress, Steps, keep_freed_memory
from bangfu.core.matching.crosscheck.totals import Linked
from bangfu.core.matching.decisions import read_decisions
from bangfu.core.matching.reading import registry_table
from bangfu.core.matching.tokens.notes import refuse_tokens

STEPS = ("ingest", "link", "settle", "facts", "write")
MARK = f"{INGEST}/{HASHES}"
"""By this an earlier cross-check is known: its results may be replaced, and its ingests are used again."""


@dataclass(frozen=True)
class Crosschecked:
    """What a cross-check gave: the folder and what `summary.json` says."""

    out: Path
    summary: Mapping[str, Any]


def crosscheck(
    registry: Path,
    bureau: Path,
    out: Path,
    *,
    memory_mb: int = 6144,
    threads: int = 2,
    as_of: date | None = None,
    allowed: Allowed | None = None,
    asked_on: date | None = None,
    links: bool = True,
    decisions: Path | None = None,
    progress: Progress | None = None,
) -> Crosschecked:
    """Link every bureau's file in `bureau` to the persons of `registry` and write what the files say of them to `out`.

    `as_of`: the day to judge by, by default the latest of the manifests, else today. `allowed`: per table the
    household numbers that allow the query on a day (`asked_on`, by default the day to judge by), or None where no
    register is kept. `links`: write links/TABLE.parquet as well. `decisions`: what reviewers decided
    before, as `reviews read` keeps it. Files that were ingested before are not read again.
    Raises FileError where a file cannot be read or has nothing to link by, DataError where no bureau's file is there,
    OutputError where `out` holds something else.
    """
    steps = Steps(progress, STEPS)
    known_decisions = {} if decisions is None else read_decisions(decisions)
    keep_freed_memory()
    with alone(out), whole_folder(out, MARK) as made:
        folder = out.resolve() / INGEST
        _prepare(folder)
        with steps.step("ingest"):
            people, stores, sources, ignored, fresh = _ingest(registry, bureau, folder, memory_mb, threads)
        on = as_of or _latest(sources)
        with steps.step("link"):
            found = link_units(people, stores, threads=threads, methods=links)
        speaks = coverage(people, list(catalogue().tables), sources, on, allowed, asked_on)
        with steps.step("settle"):
            decided = {name: decide(people, table, known_decisions) for name, table in found.items()}
            for name, mask in speaks.allowed.items():
                drop_unauthorised(people, mask, found[name], decided[name])
        with steps.step("facts"):
            linked = {name: Linked(table, decided[name], decided[name].counting) for name, table in found.items()}
            _take_over(found, decided)
            reviewed = {name: decided[name].candidates() if name in decided else _none() for name in catalogue().tables}
            job = Job(people, catalogue(), speaks, linked, reviewed, on, threads)
            facts, sums = write_persons(job, made)
        with steps.step("write"), ThreadPoolExecutor(1) as beside:
            # one thread encodes, which leaves the interpreter free for the rest
            homes = beside.submit(write_households, job, sums, made)
            if threads == 1:
                homes.result()
            if links:
                (made / "links").mkdir()
                for name, table in found.items():
                    write_links(people, table, decided[name], made / "links" / f"{name}.parquet")
            rows, places = conflict_rows(
                people, [*facts.conflicts, *benefit_conflicts(registry, people, facts, sources)]
            )
            write_conflicts(rows, made / "conflicts.parquet")
            book = write_conflict_book(people, registry, rows, places, on, made / "conflicts.xlsx")
            counts = {name: _counts(table, decided[name]) for name, table in found.items()}
            write_sources(sources, counts, made / "sources.parquet")
            homes.result()
        summary = _summary(people, sources, counts, on, rows, steps, fresh, ignored, book=book)
        (made / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        write_state(made, people, found, decided, speaks.allowed)
        _carry(folder, made / INGEST)
    return Crosschecked(out, summary)


def _none() -> Any:
    import numpy as np

    return np.empty(0, np.int32)


def _take_over(found: Mapping[str, TableLinks], decided: Mapping[str, Decided]) -> None:
    """Rows that were set aside are no longer anybody's in the arrays by range: they count by `Linked.extra`."""
    for name, table in found.items():
        table.person[decided[name].row] = NOBODY


def _prepare(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    mark = folder / HASHES
    if not mark.exists():
        mark.write_text("{}", encoding="utf-8")


def _ingest(
    registry: Path, bureau: Path, folder: Path, memory_mb: int, threads: int
) -> tuple[Registry, dict[str, Any], dict[str, Source], list[str], dict[str, bool]]:
    """Ingest whatever is not; remove what belongs to no file any more."""
    found, ignored = bureau_files(bureau)
    for path in found.values():
        refuse_tokens(path)
    hashes = Hashes(folder)
    persons, households = registry_table(registry, "persons"), registry_table(registry, "households")
    held = memory_mb * 1024 * 1024 // 8  # what is held is copied twice while it is sorted
    people = ingest_registry(persons, households, folder, (hashes.of(persons), hashes.of(households)), held)
    limit = held // threads

    def one(name: str) -> Ingested:
        return ingest_table(found[name], catalogue().tables[name], folder, hashes.of(found[name]), limit)

    with ThreadPoolExecutor(threads) as pool:
        made = dict(zip(found, pool.map(one, found), strict=True))
    hashes.save()
    sweep(folder, [people.store.path, *(ingested.store.path for ingested in made.values())])
    sources = {}
    for name, path in found.items():
        manifest, problem = read_manifest(path)
        sources[name] = Source(name, path, hashes.of(path), manifest, "" if problem is None else problem.line("zh"))
    fresh = {"registry": people.fresh, **{name: ingested.fresh for name, ingested in made.items()}}
    return Registry(people.store), {name: i.store for name, i in made.items()}, sources, ignored, fresh


def bureau_files(bureau: Path) -> tuple[dict[str, Path], list[str]]:
    """The bureaus' files of a folder (or of its `bureau/`) by table, and names of files that are no table of the
    catalogue.

    Raises DataError where there is none: that would read as "nobody has anything".
    """
    folder = bureau / "bureau" if (bureau / "bureau").is_dir() else bureau
    found = {name: path for name in catalogue().tables if (path := find_table(folder, name)) is not None}
    if not found:
        expected = "、".join(catalogue().tables)
        raise DataError(
            f"{folder}: 没有部门数据文件 / no bureau's file is there; 文件名应为 / expected names: {expected} "
            f"({'、'.join(ENDINGS)})"
        )
    used = {path.name for path in found.values()}
    ignored = [
        path.name
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in ENDINGS and path.name not in used and not path.name.startswith((".", "~$"))
    ]
    return found, ignored


def _latest(sources: Mapping[str, Source]) -> date:
    """The latest day that a manifest names; today where none does, for then no file covers anybody anyway."""
    days = [source.manifest.as_of for source in sources.values() if source.manifest and source.manifest.as_of]
    return max(days) if days else date.today()


def _counts(links: TableLinks, decided: Decided) -> dict[str, int]:
    import numpy as np

    rows = links.store.rows
    review = int(np.count_nonzero(decided.review))
    linked = int(np.count_nonzero(links.person != NOBODY)) + len(decided.counting[0])
    return {
        "rows": rows + len(links.store.meta["rejected"]),
        "linked": linked,
        "review": review,
        "unlinked": rows + len(links.store.meta["rejected"]) - linked - review,
        "decisions_settled": decided.settled,
        "decisions_lapsed": decided.lapsed,
    }


def _summary(
    people: Registry,
    sources: Mapping[str, Source],
    counts: Mapping[str, Mapping[str, int]],
    on: date,
    conflicts: Any,
    steps: Steps,
    fresh: Mapping[str, bool],
    ignored: list[str],
    *,
    book: bool,
) -> dict[str, Any]:
    kinds = conflicts.column("kind").value_counts().to_pylist()
    return {
        "as_of": on.isoformat(),
        "persons": people.persons,
        "households": people.households,
        "tables": {
            name: {
                "file": source.path.name,
                "sha256": source.sha256,
                "ingested": fresh[name],
                "manifest_problem": source.problem or None,
                **counts[name],
            }
            for name, source in sources.items()
        },
        "registry_ingested": fresh["registry"],
        "not_used": ignored,
        "conflicts": {entry["values"]: entry["counts"] for entry in sorted(kinds, key=lambda e: str(e["values"]))},
        "conflicts_book": book,
        "seconds": steps.seconds,
        "peak_mb": steps.peak_mb,
    }


def _carry(folder: Path, goal: Path) -> None:
    """Ingests go with the results: the same files under both names until the old folder is removed."""
    goal.mkdir(mode=0o700)
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_file():
            shutil.copy2(path, goal / path.name)
            continue
        (goal / path.name).mkdir(mode=0o700)
        for file in path.iterdir():
            try:
                os.link(file, goal / path.name / file.name)
            except OSError:  # a file system without hard links
                shutil.copy2(file, goal / path.name / file.name)
