"""One bureau's file against the registry: links, and what people need to look at."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.files.manifest import Manifest, read_manifest
from bangfu.core.files.remarks import Problem
from bangfu.core.files.whole import whole_folder
from bangfu.core.matching.decisions import apply_decisions, read_decisions
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.linking import Links, link
from bangfu.core.matching.links import links_table
from bangfu.core.matching.people import People
from bangfu.core.matching.reading import FileRows, places_in, read_identities, read_people
from bangfu.core.matching.review_books import write_review, write_unlinked
from bangfu.core.matching.splink_scores import splink_scores
from bangfu.core.matching.tokens.keys import TOKEN_KEY, TokenKey
from bangfu.core.matching.tokens.linking import file_rows, link_tokens, read_tokens
from bangfu.core.matching.tokens.notes import Warned, has_tokens, told

MARK, SUMMARY = "links.parquet", "summary.json"
_TURN = 2e-4
"""`links.parquet` says that a folder holds an earlier run: other programs write a summary.json too."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Matched:
    """What a run of `match` gave."""

    people: People
    file: FileRows
    links: Links
    table: Any
    summary: dict[str, Any]


def match(
    registry: Path,
    file: Path,
    out: Path,
    *,
    manifest: Path | None = None,
    key: TokenKey | None = None,
    decisions: Path | None = None,
    splink: bool = False,
    progress: Progress | None = None,
) -> Matched:
    """Link the rows of `file` to the persons of `registry` and write `out` whole or not at all.

    `key` is needed where the file carries tokens instead of identities. `decisions`: what reviewers decided before,
    as `read_reviews` keeps it. `splink`: show Splink's probabilities to the reviewer as well. Writes links.parquet,
    unlinked.xlsx, review.xlsx and summary.json. Raises FileError where registry or file cannot be read or has nothing
    to link by, DataError where it carries tokens that this key did not make or whose note does not fit.
    """
    said = progress or (lambda *_: None)
    started = time.perf_counter()
    with whole_folder(out, MARK) as made:
        said("read", 0, 4)
        warnings: tuple[Warned, ...] = ()
        if has_tokens(file):
            people, tokens = read_people(registry), read_tokens(file, _needed(file, key))
            said("link", 1, 4)
            rows, found = file_rows(tokens), link_tokens(people, tokens, _needed(file, key))
            warnings = tokens.warnings
        else:
            people, rows = read_both(registry, file)
            said("link", 1, 4)
            found = link(people, rows.rows)
        known_decisions = {} if decisions is None else read_decisions(decisions)
        settled, lapsed = apply_decisions(people, file.stem, rows.rows, found, known_decisions)
        said("write", 2, 4)
        table = links_table(people, rows, found)
        _write(table, made / MARK)
        second = splink_scores(people, rows.rows, found) if splink else None
        write_review(people, rows, found, made / "review.xlsx", second)
        write_unlinked(rows, found, made / "unlinked.xlsx")
        known, problem = read_manifest(file if manifest is None else manifest)
        said("write", 3, 4)
        summary = _summary(people, rows, table, known, problem)
        summary["decisions"] = {"settled": settled, "lapsed": lapsed}
        summary["warnings"] = told(warnings)
        summary["seconds"] = round(time.perf_counter() - started, 3)
        (made / SUMMARY).write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        said("write", 4, 4)
    return Matched(people, rows, found, table, summary)


def _needed(file: Path, key: TokenKey | None) -> TokenKey:
    if key is None:
        raise DataError(
            f"{file.name}: 该文件以密文标识代替证件号码，需要密钥：--key FILE 或环境变量 {TOKEN_KEY} / "
            f"the file carries tokens instead of ID numbers: give the key with --key FILE or in {TOKEN_KEY}"
        )
    return key


def read_both(registry: Path, file: Path) -> tuple[People, FileRows]:
    """Registry and file, read side by side: most of it is work that leaves the interpreter free."""
    from concurrent.futures import ThreadPoolExecutor

    import pyarrow as pa

    # short turns: one thread's small steps must not wait five milliseconds for the other's each time
    sys.setswitchinterval(_TURN)

    with ThreadPoolExecutor(2) as pool:
        people = pool.submit(read_people, registry, places_in(file))
        rows = pool.submit(read_identities, file)
        both = people.result(), rows.result()
    pa.default_memory_pool().release_unused()
    return both


def _write(table: Any, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, use_dictionary=["method"], compression="snappy", write_statistics=False)


def _summary(
    people: People, rows: FileRows, table: Any, manifest: Manifest | None, problem: Problem | None
) -> dict[str, Any]:
    import pyarrow.compute as pc

    named = pc.is_valid(table.column("person_no"))
    review = table.column("review")
    methods = Counter(
        {
            entry["values"]: entry["counts"]
            for entry in pc.value_counts(table.column("method").cast("string")).to_pylist()
        }
    )
    return {
        "file": rows.path.name,
        "rows": table.num_rows,
        "persons": len(people),
        "linked": pc.sum(pc.and_not(named, review)).as_py() or 0,
        "review": pc.sum(review).as_py() or 0,
        "unlinked": pc.sum(pc.and_not(pc.invert(named), review)).as_py() or 0,
        "methods": dict(sorted(methods.items())),
        "manifest": None if manifest is None else {"source": manifest.source, "as_of": str(manifest.as_of or "")},
        "manifest_problem": None if problem is None else problem.line("zh"),
    }
